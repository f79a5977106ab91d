"""Who leads circles and who represents them, for their pages, cards and the map."""

from typing import Any, NamedTuple

from odoo import models
from odoo.tools import SQL

from .membership_sql import is_running


class Leads(NamedTuple):
    """The people of one circle whom the reader may see."""

    leads: Any
    representatives: Any
    # Where no role leads the circle: those who manage it by a role of its own.
    managers: Any
    # Whether nobody leads it, not even somebody whom the reader may not see.
    vacant: bool


def leads_of(circles: models.Model) -> dict[int, Leads]:
    """Return ``{id of a circle: who leads it}``, asked once for all ``circles``.

    :param circles: groups that the user sees; roles among them are left out
    """
    env = circles.env
    circles = circles.sudo().filtered(lambda group: group.kind == "circle")
    if not circles:
        return {}
    fields = circles._fields
    rows = env.execute_query(
        SQL(
            """SELECT r.parent_id, r.link, m.partner_id
                 FROM wezer_group r
                 LEFT JOIN wezer_group_membership m ON m.group_id = r.id AND %s
                WHERE r.parent_id = ANY(%s) AND r.kind = 'role' AND r.active
                  AND (r.link <> 'none' OR r.right_manage)
                ORDER BY r.id, m.id""",
            is_running(env),
            circles.ids,
            to_flush=tuple(
                fields[name]
                for name in ("parent_id", "kind", "active", "link", "right_manage")
            ),
        )
    )
    profiles = env["wezer.profile"]
    people = {person for _circle, _link, person in rows if person}
    # As the user: who is hidden from them stays hidden, and visitors learn no names.
    seen = {}
    if people:
        found = profiles.search_fetch([("partner_id", "in", list(people))])
        seen = {profile.sudo().partner_id.id: profile for profile in found}
    by_circle: dict[int, list] = {}
    for circle_id, link, person in rows:
        by_circle.setdefault(circle_id, []).append((link, person))
    answer = {}
    for circle in circles:
        mine = by_circle.get(circle.id, [])
        answer[circle.id] = _leads(profiles, mine, seen)
    return answer


def managers_of(circle: models.Model) -> Leads:
    """Return who manages ``circle``, by a role in it or around it, for its page."""
    # sudo: whose roles have the permission is asked; who is hidden from the user stays
    # hidden.
    people = circle.sudo().partner_id._wezer_actor_partners("manage")
    profiles = circle.env["wezer.profile"].search([("partner_id", "in", people.ids)])
    none = profiles.browse()
    return Leads(none, none, profiles, False)


def leads_among(roles: models.Model, fillers: dict, profiles: Any) -> Leads:
    """Return who leads the circle of ``roles``, of what its page has read already.

    :param dict fillers: ``{role: persons (sudo)}``
    :param profiles: of these persons, as far as the user may see them
    """
    seen = {profile.sudo().partner_id.id: profile for profile in profiles}
    rows = [
        (role.link, person)
        for role in roles.sudo()
        if role.link != "none" or role.right_manage
        for person in fillers[role].ids or [None]
    ]
    return _leads(profiles.browse(), rows, seen)


def _leads(profiles: Any, rows: list, seen: dict) -> Leads:
    """Return who leads, of rows ``(link, person or None)``."""

    def people(link: str) -> Any:
        ids = dict.fromkeys(person for role, person in rows if role == link and person)
        found = [seen[person].id for person in ids if person in seen]
        # What a page asks of one is read for all that it shows.
        together = [profile.id for profile in seen.values()]
        return profiles.browse(found).with_prefetch(together)

    led = any(link == "lead" for link, _person in rows)
    kind = "lead" if led else "none"
    return Leads(
        people("lead"),
        people("representative"),
        profiles if led else people("none"),
        not any(link == kind and person for link, person in rows),
    )
