"""The six rights that a party can give to those who act for it."""

from typing import Any

from odoo.tools import SQL

RIGHTS = ("wallet", "market", "invite", "manage", "project", "moderate")

# What persons may always do for themselves.
OWN_RIGHTS = ("wallet", "market")

# Objects that only our own code holds: no call can forge them in a context.
# The address was proved, by a letter or a link.
PROVEN = object()
# A member leaves: Odoo's mails about a changed login are not sent to them.
FAREWELL = object()


def right_label(env: Any, right: str) -> str:
    """Return what people call one of :data:`RIGHTS`."""
    return {
        "wallet": env._("Pay"),
        "market": env._("Publish"),
        "invite": env._("Invite"),
        "manage": env._("Manage"),
        "project": env._("Run projects"),
        "moderate": env._("Moderate"),
    }[right]


def rights_of(rights: Any, alias: str) -> SQL:
    """Return rows of ``(right, column)`` for ``VALUES``, one for each of ``rights``.

    :param alias: of a table with the Boolean columns ``right_wallet``, …
    """
    return SQL(", ").join(
        SQL("(%s::text, %s)", right, SQL.identifier(alias, f"right_{right}"))
        for right in rights
    )
