"""The map of the circles: which of them the user sees, and what the map says of each.

A map draws a few levels at once and gets the others when they are zoomed into, so what
it needs of all circles is only how they lie inside each other. Circles that the user
does not see have no place in it: neither a name nor a number nor room.
"""

from collections import Counter
from collections.abc import Collection
from datetime import date
from typing import Any

from odoo import api
from odoo.tools import SQL

from .group_history import Past
from .group_leads import leads_of
from .membership_sql import is_counted

# Of a map with so few circles all are counted at once, not a level at a time.
COUNTED_AT_ONCE = 200


class Present:
    """The circles of now, as the user of ``env`` sees them.

    Another day is read from an object with the same four methods.
    """

    def __init__(self, env: api.Environment) -> None:
        self.env = env
        self.groups = env["wezer.group"]

    def parents(self) -> dict[int, int | None]:
        """Return ``{circle: circle around it}`` of all that the user sees.

        :return: ids; None where there is no circle around, or the user does not see it
        """
        query = self.groups._search([("kind", "=", "circle")], order="id")
        rows = self.env.execute_query(
            query.select(
                SQL.identifier("wezer_group", "id"),
                SQL.identifier("wezer_group", "parent_id"),
            )
        )
        seen = {row[0] for row in rows}
        return {own: above if above in seen else None for own, above in rows}

    def sizes(self, ids: Collection[int]) -> dict[int, int]:
        """Return how many members the circles with these ids have."""
        circles = self.groups.browse(ids)
        return {circle.id: circle.member_count for circle in circles}

    def by_name(self, ids: Collection[int]) -> list[int]:
        """Return these ids in the order of the circles' names."""
        # The user sees them: they come from :meth:`parents`.
        return self.groups.sudo().search([("id", "in", list(ids))]).ids

    def details(self, ids: Collection[int]) -> dict[int, dict]:
        """Return ``name``, ``slug``, ``lead`` and ``vacancies`` of the circles.

        :return: by id; ``lead`` has the names that the user may see, ``vacancies`` is
            the number of roles, among those the user sees, that nobody fills
        """
        circles = self.groups.browse(ids)
        circles.fetch(["name", "slug", "kind"])
        leads = leads_of(circles)
        vacancies = self._vacancies(circles)
        return {
            circle.id: {
                "name": circle.name,
                "slug": circle.slug,
                "lead": (leads[circle.id].leads or leads[circle.id].managers).mapped(
                    "name"
                ),
                "vacancies": vacancies[circle.id],
            }
            for circle in circles
        }

    def _vacancies(self, circles: Any) -> Counter:
        """Return how many of the roles that the user sees nobody fills, by circle."""
        roles = self.groups.search_fetch(
            [("kind", "=", "role"), ("parent_id", "in", circles.ids)], ["parent_id"]
        )
        if not roles:
            return Counter()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT m.group_id FROM wezer_group_membership m
                    WHERE m.group_id = ANY(%s) AND %s""",
                roles.ids,
                is_counted(self.env),
            )
        )
        filled = {row[0] for row in rows}
        return Counter(
            role.sudo().parent_id.id for role in roles if role.id not in filled
        )


def source(env: api.Environment, day: date | None = None) -> Any:
    """Return where the map reads ``day`` from, None for now."""
    return Past(env, day) if day else Present(env)


class CircleTree:
    """How the circles that the user sees lie inside each other."""

    def __init__(self, env: api.Environment, day: date | None = None) -> None:
        self.source = source(env, day)
        self.parents = self.source.parents()
        self._children: dict[int | None, list[int]] = {}
        for own, above in self.parents.items():
            self._children.setdefault(above, []).append(own)
        self._inside = self._count()
        self._sizes: dict[int, int] = {}

    def _count(self) -> dict[int, int]:
        """Return how many circles each has inside, at every depth."""
        order = list(self.children(None))
        for own in order:
            order += self.children(own)
        inside = dict.fromkeys(order, 0)
        for own in reversed(order):
            above = self.parents[own]
            if above is not None:
                inside[above] += 1 + inside[own]
        return inside

    def children(self, own: int | None) -> list[int]:
        """Return the ids of the circles right in ``own``; of None: of the top ones."""
        return self._children.get(own, [])

    def path(self, own: int) -> list[int]:
        """Return the ids of the circles around ``own``, and its own, outer first."""
        path: list[int] = []
        step: int | None = own
        while step is not None:
            path.append(step)
            step = self.parents[step]
        return path[::-1]

    def nodes(self, ids: list[int]) -> list[dict]:
        """Return what the layout needs of the circles ``ids``, in this order."""
        if not self._sizes.keys() >= set(ids):
            few = len(self.parents) <= COUNTED_AT_ONCE
            self._sizes |= self.source.sizes(list(self.parents) if few else ids)
        return [
            {
                "id": own,
                "parent_id": self.parents[own],
                "size": self._sizes.get(own, 0),
                "inside": self._inside[own],
                "circles": len(self.children(own)),
            }
            for own in ids
        ]

    def described(self, nodes: list[dict]) -> list[dict]:
        """Add to ``nodes`` what the map says of them; return those there are."""
        details = self.source.details([node["id"] for node in nodes])
        for node in nodes:
            node.update(details[node["id"]])
        return nodes
