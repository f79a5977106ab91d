"""What the page of a member's delegations shows."""

from typing import Any

from odoo.fields import Domain

from . import decision_page, propose_form

URL = "/my/delegations"
# So many ended ones are shown.
ENDED = 20


def values(env: Any, giver: Any) -> dict:
    """Return the delegations of the user, and the circles that allow any.

    :param giver: the profile of a member without a login, whose delegations an
        administrator gives; or none
    """
    delegations = env["wezer.vote.delegation"]
    person = env.user.partner_id
    if giver:
        # sudo: the administrator who gives them for a member reads them, too.
        delegations, person = delegations.sudo(), giver.sudo().partner_id
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
            "category": delegation.category_id.display_name or "",
            "inside": delegation.inside,
            "active": delegation.state == "active",
            "why": why.get(delegation.ended_why, ""),
        }

    mine = Domain("is_user_member", "=", True)
    if giver:
        places = env["wezer.group.membership"].sudo()
        places = places.search([("partner_id", "=", person.id)]).filtered(
            lambda place: place.is_live and not place.is_guest
        )
        mine = Domain("id", "in", places.group_id.ancestor_ids.ids)
    circles = env["wezer.group"].search(
        mine & Domain("kind", "=", "circle"), order="name"
    )
    return {
        "giver": giver,
        "given": [row(one) for one in active if one.giver_id == person],
        "held": [row(one) for one in active if one.holder_id == person],
        "ended": [row(one) for one in ended],
        "categories": propose_form.categories(env),
        "circles": circles.filtered(
            lambda circle: (circle._policy("delegation")[0] or "none") != "none"
        ),
    }
