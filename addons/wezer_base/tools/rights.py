"""The six rights of the suite (design, section 1)."""

RIGHTS = ("wallet", "market", "invite", "manage", "project", "moderate")

# What a person may always do for himself.
OWN_RIGHTS = ("wallet", "market")

# Objects that only our own code holds: no call can forge them in a context.
# The address was proved, by a letter or a link.
PROVEN = object()
# Somebody leaves: Odoo tells by mail that a login changed, not to them.
FAREWELL = object()
