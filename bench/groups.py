"""100,000 groups, ten levels deep, with 1,000,000 memberships, against 1,000 groups.

Times are the database's own where it says so: what Odoo's cursor waited for. The
reference of a ratio is the same call in the small tree, in a database beside, asked
in turn by the same process; where a row's wish is a time, the reference is that time.
Moving a branch is measured against a bare move of its closure rows by SQL, in turn.
"""

import contextlib
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2

from . import group_map
from .people import _member, _required, beside

LARGE, SMALL = 100_000, 1_000
DEPTH, MEMBERSHIPS, MINE = 10, 10, 50
PAGE_LIMIT = 0.010
MOVE_ROUNDS = 4

PARTNERS = """
INSERT INTO res_partner (name, is_company, active{columns})
SELECT %(word)s || ' ' || substr(md5(n::text), 1, 9), %(company)s, true{values}
  FROM generate_series(1, %(count)s) n, res_partner t WHERE t.id = %(model)s
RETURNING id
"""
GROUPS = """
INSERT INTO wezer_group (id, name, slug, kind, active, parent_id, partner_id,
                         visibility, join_policy, link, rights_reach, depth,
                         structure_version, company_id)
SELECT g.id, 'Circle ' || substr(md5(g.id::text), 1, 9), 'bench-' || g.id, 'circle',
       true, g.parent, g.partner, g.visibility, 'open', 'none', g.depth,
       g.depth, 0, %s
  FROM unnest(%s, %s, %s, %s, %s) g(id, parent, partner, depth, visibility)
"""
# A branch moved in a closure table as textbooks do it, and nothing else.
BARE_MOVE = (
    """
DELETE FROM wezer_group_closure c
 USING wezer_group_closure down, wezer_group_closure up
 WHERE down.ancestor_id = %(branch)s AND c.descendant_id = down.descendant_id
   AND up.descendant_id = %(branch)s AND up.ancestor_id <> %(branch)s
   AND c.ancestor_id = up.ancestor_id
""",
    """
INSERT INTO wezer_group_closure (ancestor_id, descendant_id, distance)
SELECT up.ancestor_id, down.descendant_id, up.distance + down.distance + 1
  FROM wezer_group_closure up, wezer_group_closure down
 WHERE up.descendant_id = %(parent)s AND down.ancestor_id = %(branch)s
""",
)
MEMBERS = """
INSERT INTO wezer_group_membership (group_id, partner_id, state, date_from, company_id)
SELECT chosen.g, chosen.p, 'active', '2026-01-01', %(company)s
  FROM (SELECT DISTINCT %(first)s + abs(hashint4(n * 7)::bigint) %% %(groups)s AS g,
               (%(people)s::int[])[1 + abs(hashint4(n)::bigint) %% %(persons)s] AS p
          FROM generate_series(1, %(count)s) n) chosen
"""


def rows(env: Any, quick: bool = False, data: str | None = None) -> Iterator[dict]:
    """Yield what a member sees, and what it costs to move and to give a role."""
    rounds = 7 if quick else 31
    large_count = LARGE // 10 if quick else LARGE
    with beside(env) as small_env:
        large, small = Forest(env, large_count), Forest(small_env, SMALL)
        for name, what in Forest.PAGES.items():
            yield from _page(large, small, name, what, rounds)
        yield _ratio("giving a role, then leaving it", *_both(large, small, rounds))
        yield _ratio(
            f"moving a subtree of {large.subtree:,} groups: against bare SQL",
            *large.moved(),
        )
    yield from group_map.rows(env, quick)


def _page(large: Any, small: Any, name: str, what: str, rounds: int) -> Iterator[dict]:
    ours, reference = _medians(
        [getattr(large, name), getattr(small, name)], rounds, _database
    )
    yield _limit(f"{what} (database)", ours, PAGE_LIMIT)
    yield _ratio(f"{what}: against {SMALL:,} groups", ours, reference)


def _both(large: Any, small: Any, rounds: int) -> list[float]:
    return _medians([large.role, small.role], rounds, _whole)


def _limit(what: str, ours: float, limit: float) -> dict:
    return {
        "what": what,
        "ours": f"{ours * 1000:.1f} ms",
        "reference": f"{limit * 1000:.0f} ms",
        "ratio": round(ours / limit, 2),
        "wanted": "< 1",
    }


def _ratio(what: str, ours: float, reference: float) -> dict:
    return {
        "what": what,
        "ours": f"{ours * 1000:.1f} ms",
        "reference": f"{reference * 1000:.1f} ms",
        "ratio": round(ours / reference, 2),
        "wanted": "< 2",
    }


def _medians(
    calls: list, rounds: int, clock: Callable[[Callable[[], object]], float]
) -> list[float]:
    """Return the median of each call, made in turn; the first round warms up."""
    times = [[clock(call) for call in calls] for _round in range(rounds + 1)]
    return [statistics.median(column) for column in zip(*times[1:], strict=True)]


def _whole(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def _database(call: Callable[[], object]) -> float:
    """Return how long the database took for ``call``."""
    thread: Any = threading.current_thread()
    thread.query_count, thread.query_time = 0, 0
    try:
        call()
        return thread.query_time
    finally:
        del thread.query_count, thread.query_time


class Forest:
    """A tree of circles, those who are in them, and one member of fifty."""

    PAGES = {
        "directory": "groups a member of 50 may see: first page",
        "mine": "groups a member counts in: first page",
        "words": "visible groups, by a word: first page",
    }

    def __init__(self, env: Any, count: int) -> None:
        self.env = env
        self.user = _member(env)
        self.user_env = env(user=self.user.id)
        self._grow(count)

    def _partners(self, word: str, company: int, count: int) -> list[int]:
        cr = self.env.cr
        cr.execute(
            PARTNERS.format(**_required(cr, "res_partner", ["name", "is_company"])),
            {
                "word": word,
                "company": company,
                "count": count,
                "model": self.env.ref("base.user_admin").partner_id.id,
            },
        )
        return [row[0] for row in cr.fetchall()]

    def _grow(self, count: int) -> None:
        """Make ``count`` circles in one tree, and ten memberships for each."""
        cr, company = self.env.cr, self.env.company.id
        partners = self._partners("Circle", True, count)
        cr.execute("SELECT coalesce(max(id), 0) + 1 FROM wezer_group")
        self.first = cr.fetchone()[0]
        parents, depths = shape(count)
        ids = [self.first + number for number in range(count)]
        cr.execute(
            GROUPS,
            [
                company,
                ids,
                [None if one is None else ids[one] for one in parents],
                partners,
                depths,
                # One in three shows itself to all, the others to their members.
                [("network", "parents", "members")[n % 3] for n in range(count)],
            ],
        )
        cr.execute("SELECT setval('wezer_group_id_seq', %s)", [ids[-1]])
        cr.execute(group_map.CLOSURE, {"first": self.first})
        people = self._partners("Member", False, max(count // 5, 1))
        cr.execute(
            MEMBERS,
            {
                "company": company,
                "first": self.first,
                "groups": count,
                "people": people,
                "persons": len(people),
                "count": count * MEMBERSHIPS,
            },
        )
        self._join(ids, count)
        cr.commit()
        self._vacuum()
        self.env.invalidate_all()
        self.branches = self.env["wezer.group"].browse(ids[1:3])
        self.subtree = self._below(self.branches[0])

    def _vacuum(self) -> None:
        """As the database does by itself soon after so many rows came in."""
        with contextlib.closing(psycopg2.connect(dbname=self.env.cr.dbname)) as link:
            link.autocommit = True
            with link.cursor() as cr:
                cr.execute(
                    "VACUUM ANALYZE res_partner, wezer_group, wezer_group_closure,"
                    " wezer_group_membership"
                )

    def _join(self, ids: list[int], count: int) -> None:
        """Put the member into fifty circles; one deep circle gets a role."""
        mine = [ids[(number * 7919) % count] for number in range(MINE)]
        self.env["wezer.group.membership"].create(
            [
                {"group_id": group, "partner_id": self.user.partner_id.id}
                for group in sorted(set(mine))
            ]
        )
        self.deep = self.env["wezer.group"].create(
            {"name": "Keeper", "kind": "role", "parent_id": ids[-1], "right_wallet": 1}
        )
        self.env.flush_all()

    def _below(self, group: Any) -> int:
        self.env.cr.execute(
            "SELECT count(*) FROM wezer_group_closure WHERE ancestor_id = %s",
            [group.id],
        )
        return self.env.cr.fetchone()[0]

    # === WHAT IS MEASURED === #

    def _search(self, *args: Any) -> Any:
        self.user_env.invalidate_all()
        groups, _count = self.user_env["wezer.group"]._search_public(*args)
        return groups.mapped("name")

    def directory(self) -> Any:
        """Ask for the first page of the directory."""
        return self._search()

    def mine(self) -> Any:
        """Ask for the groups of the member."""
        return self._search("", True)

    def words(self) -> Any:
        """Ask for groups by a part of their name."""
        return self._search("1a2")

    def role(self) -> None:
        """Give the role of a circle at the bottom, act by it, and leave it."""
        partner, circle = self.user.partner_id, self.deep.parent_id.partner_id
        self.deep._add_member(partner, "active")
        self.env.flush_all()
        assert self.user._acts_for(circle, "wallet")
        self.deep._membership_of(partner).write({"state": "left"})
        self.env.flush_all()
        assert not self.user._acts_for(circle, "wallet")

    def moved(self) -> tuple[float, float]:
        """Return how long moving a branch takes, and how long its closure rows by SQL.

        Into its neighbour and back, in turn; each move is a transaction of its own.
        The first round warms up.
        """
        branch, neighbour = self.branches
        top = branch.parent_id
        times: dict[Any, list[float]] = {self._move: [], self._bare_move: []}
        for _round in range(MOVE_ROUNDS + 1):
            for move, taken in times.items():
                begin = time.perf_counter()
                move(branch, neighbour)
                move(branch, top)
                taken.append((time.perf_counter() - begin) / 2)
        ours, bare = (statistics.median(taken[1:]) for taken in times.values())
        return ours, bare

    def _bare_move(self, branch: Any, parent: Any) -> None:
        for statement in BARE_MOVE:
            self.env.cr.execute(statement, {"branch": branch.id, "parent": parent.id})
        self.env.cr.commit()

    def _move(self, branch: Any, parent: Any) -> None:
        branch.parent_id = parent
        self.env.flush_all()
        self.env.cr.commit()


def shape(count: int) -> tuple[list, list]:
    """Return ``(parents, depths)`` of a tree of ``count``, ten levels deep.

    One at the top, ten below it, and each further level larger by the same
    factor; a circle's parent is spread evenly over the level above.
    """
    sizes, factor = [1, 10], 1.0
    while sum(sizes) < count:
        factor += 0.01
        sizes = [1] + [round(10 * factor**level) for level in range(DEPTH - 1)]
    parents: list[int | None] = []
    depths: list[int] = []
    start = 0
    for level, size in enumerate(sizes):
        size = min(size, count - len(parents))
        above = sizes[level - 1] if level else 0
        for number in range(size):
            parents.append(start - above + number % above if level else None)
            depths.append(level)
        start += size
    return parents, depths
