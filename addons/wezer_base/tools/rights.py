"""The six rights of the suite (design, section 1)."""

RIGHTS = ("wallet", "market", "invite", "manage", "project", "moderate")

# What a person may always do for himself.
OWN_RIGHTS = ("wallet", "market")
