"""What the page of a member's delegations shows."""

from typing import Any

from odoo.fields import Domain

from . import decision_page

# So many ended ones are shown.
ENDED = 20


def values(env: Any) -> dict:
    """Return the delegations of the user, and the circles that allow any."""
    delegations = env["wezer.vote.delegation"]
    person = env.user.partner_id
    own = Domain("giver_id", "=", person.id) | Domain("holder_id", "=", person.id)
    active = delegations.search(own & Domain("state", "=", "active"))
    ended = delegations.search(own & Domain("state", "=", "ended"), limit=ENDED)
    both = active | ended
    names = decision_page.names(both.giver_id | both.holder_id)
    why = dict(delegations._fields["ended_why"]._description_selection(env))

    def row(delegation: Any) -> dict:
        given = delegation.giver_id == person
        other = delegation.holder_id if given else delegation.giver_id
        return {
            "delegation": delegation,
            "name": names[other.id],
            "circle": delegation.group_id.display_name or "",
            "decision": delegation.decision_id.display_name or "",
            "category": delegation.category_id.name or "",
            "inside": delegation.inside,
            "active": delegation.state == "active",
            "why": why.get(delegation.ended_why, ""),
        }

    circles = env["wezer.group"].search(
        [("kind", "=", "circle"), ("is_user_member", "=", True)], order="name"
    )
    return {
        "given": [row(one) for one in active if one.giver_id == person],
        "held": [row(one) for one in active if one.holder_id == person],
        "ended": [row(one) for one in ended],
        "circles": circles.filtered(
            lambda circle: (circle._policy("delegation")[0] or "none") != "none"
        ),
    }
