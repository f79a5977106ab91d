"""The six rights that a party can give to those who act for it."""

RIGHTS = ("wallet", "market", "invite", "manage", "project", "moderate")

# What persons may always do for themselves.
OWN_RIGHTS = ("wallet", "market")

# Objects that only our own code holds: no call can forge them in a context.
# The address was proved, by a letter or a link.
PROVEN = object()
# A member leaves: Odoo's mails about a changed login are not sent to them.
FAREWELL = object()
