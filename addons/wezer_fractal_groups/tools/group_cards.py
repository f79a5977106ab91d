"""How groups look on cards and pages: tint, cover picture, faces.

Each function asks the database once for all groups of a list.
"""

from itertools import takewhile
from operator import itemgetter
from typing import Any, NamedTuple

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL, groupby

from odoo.addons.wezer_base.tools.category_looks import TINTS

from .group_leads import Leads, leads_of
from .membership_sql import is_running

# So many faces and circles inside a card shows.
FACES = 5
INSIDE = 4
# A name, and the language that pages say it is in.
NAMED_FIELDS = ("name", "written_lang")


class Card(NamedTuple):
    """What the card of one group shows besides its texts."""

    group: Any
    tint: int
    # The address of the cover picture, None without one.
    cover: str | None
    leads: Leads
    # Profiles of members whom the reader may see.
    faces: Any
    # Circles right inside, one more than the card names where there are more.
    inside: list
    # The group around it, where the reader sees that, else none.
    above: Any


def cards_of(groups: models.Model) -> list[Card]:
    """Return the cards of ``groups``, in their order."""
    tints, covers, leads = tints_of(groups), covers_of(groups), leads_of(groups)
    faces, inside = faces_of(groups), inside_of(groups)
    every = groups.browse().with_context(active_test=False)
    seen_above = every.search_fetch([("id", "in", groups.parent_id.ids)], NAMED_FIELDS)
    return [
        Card(
            one,
            tints[one.id],
            covers.get(one.id),
            leads[one.id],
            faces[one.id],
            inside[one.id],
            one.parent_id & seen_above,
        )
        for one in groups
    ]


def inside_of(groups: models.Model) -> dict[int, list]:
    """Return ``{id: circles right inside}`` that the reader sees, by their names."""
    inside: dict[int, list] = {number: [] for number in groups.ids}
    if not groups.ids:
        return inside
    visible = groups._search(
        [("parent_id", "in", groups.ids), ("kind", "=", "circle")], order=groups._order
    )
    # So many of each: a group with very many inside takes no place of the others'.
    first = SQL(
        """(SELECT id
              FROM (SELECT g.id, row_number() OVER (
                               PARTITION BY g.parent_id ORDER BY seen.number) AS place
                      FROM (SELECT row_number() OVER () AS number, id
                              FROM (%s) found(id)) seen
                      JOIN wezer_group g ON g.id = seen.id) placed
             WHERE place <= %s)""",
        visible.select(SQL.identifier("wezer_group", "id")),
        INSIDE + 1,
    )
    found = groups.search_fetch(
        Domain("id", "in", first), [*NAMED_FIELDS, "slug", "parent_id"]
    )
    for circle in found:
        inside[circle.sudo().parent_id.id].append(circle)
    return inside


def tints_of(groups: models.Model) -> dict[int, int]:
    """Return ``{id: tint}``: the group's own, else that of the nearest group above.

    A tree whose top names none takes one by the number of its top, so that
    neighbours differ. A group above that is hidden from the reader gives none: it is
    as if it were not there.
    """
    if not groups.ids:
        return {}
    fields = groups._fields
    rows = groups.env.execute_query(
        SQL(
            """SELECT c.descendant_id, c.ancestor_id, g.color
                 FROM wezer_group_closure c
                 JOIN wezer_group g ON g.id = c.ancestor_id
                WHERE c.descendant_id = ANY(%s)
                ORDER BY c.descendant_id, c.distance""",
            groups.ids,
            to_flush=tuple(fields[name] for name in ("color", "parent_id")),
        )
    )
    above = {row[1] for row in rows} - set(groups.ids)
    every = groups.browse().with_context(active_test=False)
    seen = {
        *groups.ids,
        *(every.search([("id", "in", list(above))]).ids if above else ()),
    }
    tints: dict[int, int] = {}
    for number, chain in groupby(rows, key=itemgetter(0)):
        tints[number] = tint_of(
            [(row[1], row[2]) for row in takewhile(lambda row: row[1] in seen, chain)]
        )
    return tints


def tint_of(chain: list[tuple[int, int | None]]) -> int:
    """Return the tint of a group, see :func:`tints_of`.

    :param chain: ``(id, colour)`` of the group and of those above it, nearest first, as
        far as the reader sees them
    """
    color = next((color for _id, color in chain if color), 0)
    return color or chain[-1][0] % TINTS + 1


def covers_of(groups: models.Model) -> dict[int, str]:
    """Return ``{id: address}`` of those among ``groups`` that have a cover picture.

    The address changes with the picture; who may not see the group gets none there.
    """
    if not groups.ids:
        return {}
    groups.flush_model(["cover"])
    # Only the mark of the picture, whose group the reader sees.
    attachments = groups.env["ir.attachment"].sudo()
    found = attachments.search_fetch(
        [
            ("res_model", "=", groups._name),
            ("res_field", "=", "cover"),
            ("res_id", "in", groups.ids),
        ],
        ["res_id", "checksum"],
    )
    return {
        one.res_id: cover_address(one.res_id, (one.checksum or "")[:8]) for one in found
    }


def cover_address(group_id: int, mark: str) -> str:
    """Return the address of a cover picture, which changes with its ``mark``."""
    return f"/wezer/cover/{group_id}?unique={mark}"


def faces_of(groups: models.Model) -> dict[int, Any]:
    """Return ``{id: profiles}`` of some members in each circle or in its roles.

    Only those whom the reader may see; visitors see nobody.
    """
    env = groups.env
    profiles = env["wezer.profile"]
    if not groups.ids or not env.user._wezer_is_member():
        return dict.fromkeys(groups.ids, profiles)
    rows = env.execute_query(
        SQL(
            """SELECT circle_id, partner_id
                 FROM (SELECT circle_id, partner_id,
                              row_number() OVER (
                                  PARTITION BY circle_id ORDER BY since, partner_id
                              ) AS place
                         FROM (SELECT CASE g.kind WHEN 'role' THEN g.parent_id
                                                  ELSE g.id END AS circle_id,
                                      m.partner_id, min(m.id) AS since
                                 FROM wezer_group g
                                 JOIN wezer_group_membership m
                                   ON m.group_id = g.id AND %s
                                WHERE (g.id = ANY(%s)
                                       OR g.parent_id = ANY(%s) AND g.kind = 'role')
                                  AND g.active AND m.is_guest IS NOT TRUE
                                GROUP BY 1, 2) people) placed
                WHERE place <= %s
                ORDER BY circle_id, place""",
            is_running(env),
            groups.ids,
            groups.ids,
            FACES,
            to_flush=(
                *(groups._fields[name] for name in ("kind", "parent_id", "active")),
                env["wezer.group.membership"]._fields["is_guest"],
            ),
        )
    )
    found = profiles.search_fetch(
        [("partner_id", "in", list({person for _circle, person in rows}))]
    )
    seen = {profile.sudo().partner_id.id: profile.id for profile in found}
    ids: dict[int, list] = {number: [] for number in groups.ids}
    for circle, person in rows:
        if person in seen and circle in ids:
            ids[circle].append(seen[person])
    return {
        number: profiles.browse(some).with_prefetch(found.ids)
        for number, some in ids.items()
    }


def nested(groups: models.Model) -> list[tuple[Any, int]]:
    """Return ``(group, level)``, each group after the nearest of them around it.

    :param groups: outer ones first
    """
    inside: dict[int, list] = {}
    for group in groups:
        above = group.parent_id
        while above and above not in groups:
            above = above.parent_id
        inside.setdefault(above.id or 0, []).append(group)

    def walk(number: int, level: int) -> list[tuple[Any, int]]:
        rows = []
        for group in inside.get(number, []):
            rows += [(group, level), *walk(group.id, level + 1)]
        return rows

    return walk(0, 0)
