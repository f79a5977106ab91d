"""What lies around a group and who is in it, asked of the database in one query."""

from typing import Any, NamedTuple

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from .group_cards import cover_address, tint_of
from .membership_sql import is_counted

# So many groups inside are read, and places of members in them.
INSIDE_READ = 300
PLACES_READ = 2000
# The latest news of the group itself.
NEWS_READ = 3


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

    However many are inside, only the nearest are read: a page shows no more.

    :param group: a group that the user sees, with the user's environment
    :param named: ids of other groups that its page names
    """

    def __init__(self, group: models.Model, named: Any = ()) -> None:
        self.group = group
        rows = self._read(list(named))
        own = next(row for row in rows if row[1] == "above" and not row[2])
        # The mark of the cover picture, how many open circles right inside the user
        # sees, and the latest news.
        self.cover, people, pairs, self.circle_count, self.news_rows = own[8:]
        # The ids of those who count in the group: of very many people, of some.
        self.member_ids = list(dict.fromkeys(people))
        self._has_all_members = len(people) < PLACES_READ
        self.places: dict[int, list[int]] = {}
        for group_id, partner_id in pairs or []:
            self.places.setdefault(group_id, []).append(partner_id)
        self.near = [Near(*row[:8]) for row in rows]
        self.known = {row.id: row for row in self.near}
        self.seen = {row.id for row in self.near if row.number is not None}
        self._has_all_inside = (
            sum(row.place == "inside" and row.id in self.seen for row in self.near)
            < INSIDE_READ
        )

    def _inside_query(self) -> Any:
        """Return the query of the open groups inside that the user sees.

        Their distances are in the table ``around``.
        """
        open_ones = self.group.browse().with_context(active_test=True)
        query = open_ones._search([])
        query.add_join(
            "JOIN",
            "around",
            "wezer_group_closure",
            SQL(
                "around.descendant_id = wezer_group.id AND around.ancestor_id = %s"
                " AND around.distance > 0",
                self.group.id,
            ),
        )
        return query

    def _nearest(self) -> SQL:
        """Return the SELECT of the nearest groups inside: roles first, and by name."""
        query = self._inside_query()
        query.order = SQL(
            "around.distance, wezer_group.kind <> 'role', %s",
            self.group._order_to_sql("name, id", query),
        )
        query.limit = INSIDE_READ
        return query.select(
            SQL("wezer_group.id AS id"), SQL("around.distance AS distance")
        )

    def _circle_count(self) -> SQL:
        query = self._inside_query()
        query.add_where(SQL("around.distance = 1 AND wezer_group.kind = 'circle'"))
        return query.select(SQL("count(*)"))

    def _read(self, named: list[int]) -> list[tuple]:
        group, env = self.group, self.group.env
        every = group.browse().with_context(active_test=False)
        visible = every._search(
            Domain("id", "in", SQL("(SELECT id FROM near)")), order="name, id"
        )
        fields = group._fields
        return env.execute_query(
            SQL(
                """WITH nearest AS MATERIALIZED (%(nearest)s), near AS (
                       SELECT c.ancestor_id AS id, 'above' AS place, c.distance
                         FROM wezer_group_closure c WHERE c.descendant_id = %(id)s
                        UNION ALL
                       -- Those between, too: the user may not see each of them.
                       SELECT DISTINCT c.ancestor_id, 'inside', n.distance - c.distance
                         FROM nearest n
                         JOIN wezer_group_closure c
                           ON c.descendant_id = n.id AND c.distance < n.distance
                        UNION ALL
                       SELECT CASE l.group_id WHEN %(id)s THEN l.other_id
                                              ELSE l.group_id END, 'linked', 0
                         FROM wezer_group_link l
                        WHERE l.state = 'linked' AND %(id)s IN (l.group_id, l.other_id)
                        UNION ALL
                       SELECT other, 'named', 0 FROM unnest(%(named)s::int[]) other
                   ), own AS MATERIALIZED (
                       SELECT (SELECT left(coalesce(a.checksum, ''), 8)
                                 FROM ir_attachment a
                                WHERE a.res_model = 'wezer.group'
                                  AND a.res_field = 'cover' AND a.res_id = %(id)s
                                LIMIT 1) AS cover,
                              ARRAY(SELECT m.partner_id
                                      FROM wezer_group_membership m
                                      JOIN wezer_group_closure c
                                        ON c.descendant_id = m.group_id
                                     WHERE c.ancestor_id = %(id)s AND %(counted)s
                                     LIMIT %(most_places)s) AS members,
                              (%(circle_count)s) AS circles,
                              (%(news)s) AS news,
                              (SELECT jsonb_agg(jsonb_build_array(
                                          m.group_id, m.partner_id)
                                          ORDER BY m.date_from DESC, m.id DESC)
                                 FROM wezer_group_membership m
                                 JOIN wezer_group r ON r.id = m.group_id
                                WHERE (r.id = %(id)s
                                       OR r.parent_id = %(id)s AND r.kind = 'role')
                                  AND %(counted)s) AS places
                   )
                   SELECT near.id, near.place, near.distance, g.parent_id, g.kind,
                          g.color, g.active, seen.number, own.cover, own.members,
                          own.places, own.circles, own.news
                     FROM near
                     JOIN wezer_group g ON g.id = near.id
                     LEFT JOIN (SELECT row_number() OVER () AS number, id
                                  FROM (%(visible)s) found(id)) seen
                       ON seen.id = near.id
                     LEFT JOIN own
                       ON near.place = 'above' AND near.distance = 0""",
                id=group.id,
                named=named,
                nearest=self._nearest(),
                circle_count=self._circle_count(),
                news=env["wezer.news"]._latest_select(group, NEWS_READ),
                most_places=PLACES_READ,
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

    def inside(self, most: int) -> models.Model:
        """Return the roles right in this group and so many open circles, by name."""
        found = [
            row
            for row in self.near
            if row.place == "inside" and row.distance == 1 and row.active
        ]
        roles = self._browse(row for row in found if row.kind == "role")
        circles = self._browse(row for row in found if row.kind == "circle")
        return self._browse(
            self.known[number] for number in (roles | circles[:most]).ids
        )

    def linked(self) -> models.Model:
        """Return the open groups that are linked with this one, by name."""
        return self._browse(
            row for row in self.near if row.place == "linked" and row.active
        )

    def member_count(self) -> int:
        """Return how many persons count here; large groups are counted by night."""
        if self._has_all_members:
            return len(self.member_ids)
        return self.group.member_count

    def seen_inside(self) -> list[int] | None:
        """Return the ids of this group and of the open ones inside it.

        :return: None where there are more than were read
        """
        if not self._has_all_inside:
            return None
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
        shown = self.above() | self.inside(most) | self.linked()
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
        chain: list[tuple[int, int | None]] = []
        row: Near | None = self.known[group_id]
        while row and (not chain or row.id in self.seen):
            chain.append((row.id, row.color))
            row = self.known.get(row.parent_id or 0)
        return tint_of(chain)

    def cover_url(self) -> str | None:
        """Return the address of the cover picture, None without one."""
        if self.cover is None:
            return None
        return cover_address(self.group.id, self.cover)
