"""What lies around a group and who is in it, asked of the database in one query."""

from typing import Any, NamedTuple

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.category_looks import TINTS

from .group_cards import cover_address
from .membership_sql import is_counted


class Near(NamedTuple):
    """A group above or inside another, linked with it, or named in its history."""

    id: int
    # above (the group itself is the first of them), inside, linked or named.
    place: str
    distance: int
    parent_id: int | None
    kind: str
    color: int | None
    active: bool
    # Its place in the order of names among those that the user sees, else None.
    number: int | None


class Around:
    """The groups around one group, and which of them the user sees.

    :param group: a group that the user sees, with the user's environment
    :param named: ids of other groups that its page names
    """

    def __init__(self, group: models.Model, named: Any = ()) -> None:
        self.group = group
        rows = self._read(list(named))
        own = next(row for row in rows if row[1] == "above" and not row[2])
        # The mark of the cover picture, and the ids of all who count in the group.
        self.cover, self.member_ids, pairs = own[8:]
        self.places: dict[int, list[int]] = {}
        for group_id, partner_id in pairs or []:
            self.places.setdefault(group_id, []).append(partner_id)
        self.near = [Near(*row[:8]) for row in rows]
        self.known = {row.id: row for row in self.near}
        self.seen = {row.id for row in self.near if row.number is not None}

    def _read(self, named: list[int]) -> list[tuple]:
        group, env = self.group, self.group.env
        every = group.browse().with_context(active_test=False)
        visible = every._search(
            Domain("id", "in", SQL("(SELECT id FROM near)")), order="name, id"
        )
        fields = group._fields
        return env.execute_query(
            SQL(
                """WITH near AS (
                       SELECT c.ancestor_id AS id, 'above' AS place, c.distance
                         FROM wezer_group_closure c WHERE c.descendant_id = %(id)s
                        UNION ALL
                       SELECT c.descendant_id, 'inside', c.distance
                         FROM wezer_group_closure c
                        WHERE c.ancestor_id = %(id)s AND c.distance > 0
                        UNION ALL
                       SELECT CASE l.group_id WHEN %(id)s THEN l.other_id
                                              ELSE l.group_id END, 'linked', 0
                         FROM wezer_group_link l
                        WHERE l.state = 'linked' AND %(id)s IN (l.group_id, l.other_id)
                        UNION ALL
                       SELECT other, 'named', 0 FROM unnest(%(named)s::int[]) other
                   )
                   SELECT near.id, near.place, near.distance, g.parent_id, g.kind,
                          g.color, g.active, seen.number, own.cover, own.members,
                          own.places
                     FROM near
                     JOIN wezer_group g ON g.id = near.id
                     LEFT JOIN (SELECT row_number() OVER () AS number, id
                                  FROM (%(visible)s) found(id)) seen
                       ON seen.id = near.id
                     LEFT JOIN LATERAL (
                       SELECT (SELECT left(coalesce(a.checksum, ''), 8)
                                 FROM ir_attachment a
                                WHERE a.res_model = 'wezer.group'
                                  AND a.res_field = 'cover' AND a.res_id = near.id
                                LIMIT 1) AS cover,
                              ARRAY(SELECT DISTINCT m.partner_id
                                      FROM wezer_group_membership m
                                      JOIN wezer_group_closure c
                                        ON c.descendant_id = m.group_id
                                     WHERE c.ancestor_id = near.id AND %(counted)s)
                                AS members,
                              (SELECT jsonb_agg(jsonb_build_array(
                                          m.group_id, m.partner_id)
                                          ORDER BY m.date_from DESC, m.id DESC)
                                 FROM wezer_group_membership m
                                 JOIN wezer_group r ON r.id = m.group_id
                                WHERE (r.id = near.id
                                       OR r.parent_id = near.id AND r.kind = 'role')
                                  AND %(counted)s) AS places
                     ) own ON near.place = 'above' AND near.distance = 0""",
                id=group.id,
                named=named,
                visible=visible.select(SQL.identifier("wezer_group", "id")),
                counted=is_counted(env),
                to_flush=(
                    *(
                        fields[name]
                        for name in ("parent_id", "kind", "color", "active", "cover")
                    ),
                    env["wezer.group.link"]._fields["state"],
                ),
            )
        )

    # === GROUPS === #

    def above(self) -> models.Model:
        """Return the group around this one, where the user sees it."""
        return self._browse(
            row for row in self.near if row.place == "above" and row.distance == 1
        )

    def inside(self) -> models.Model:
        """Return the open groups right in this one, by name."""
        return self._browse(
            row
            for row in self.near
            if row.place == "inside" and row.distance == 1 and row.active
        )

    def linked(self) -> models.Model:
        """Return the open groups that are linked with this one, by name."""
        return self._browse(
            row for row in self.near if row.place == "linked" and row.active
        )

    def seen_inside(self) -> list[int]:
        """Return the ids of this group and of the open ones inside it."""
        return [self.group.id] + [
            row.id
            for row in self.near
            if row.place == "inside" and row.active and row.id in self.seen
        ]

    def circles(self, most: int) -> list[Near]:
        """Return the open circles inside, outer ones first, and by name."""
        found = [
            row
            for row in self.near
            if row.place == "inside"
            and row.kind == "circle"
            and row.active
            and row.id in self.seen
        ]
        found.sort(key=lambda row: (row.distance, row.number))
        return found[:most]

    def _browse(self, rows: Any) -> models.Model:
        seen = {row.id: row.number for row in rows if row.id in self.seen}
        return self.group.browse(sorted(seen, key=lambda number: seen[number]))

    def read(self, most: int) -> None:
        """Read at once what the page shows of the groups around, at most so many."""
        shown = self.above() | self.inside() | self.linked()
        shown |= self.group.browse(row.id for row in self.circles(most))
        shown |= self.group.browse(
            row.id for row in self.near if row.place == "named" and row.id in self.seen
        )
        others = shown - self.group
        if others:
            # Which of them the user sees was asked with the ids.
            every = self.group.browse().sudo().with_context(active_test=False)
            every.search_fetch([("id", "in", others.ids)])
        # The party of a group is the party of no other.
        known = shown.sudo() | self.group.sudo()
        parties = known.partner_id.with_context(active_test=False)
        by_party = {group.partner_id.id: (group.id,) for group in known}
        parties._fields["wezer_group_ids"]._insert_cache(
            parties, [by_party[number] for number in parties.ids]
        )

    # === HOW THEY LOOK === #

    def tint(self, group_id: int) -> int:
        """Return the tint of this group or one inside, as ``tints_of`` does."""
        row = self.known[group_id]
        while not row.color:
            above = self.known.get(row.parent_id or 0)
            if not above or above.id not in self.seen:
                return row.id % TINTS + 1
            row = above
        return row.color

    def cover_url(self) -> str | None:
        """Return the address of the cover picture, None without one."""
        if self.cover is None:
            return None
        return cover_address(self.group.id, self.cover)
