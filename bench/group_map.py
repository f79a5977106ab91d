"""The map of 1,800 circles: what it sends, and when it is first seen.

The circles stand as in a grown organisation: six at the top, some with seventy inside,
most with none; each has a role that leads it, filled by somebody without a profile, so
without a name on the map, and every third a role that nobody fills. First paint is
Chromium's own entry, beside that of ``/contactus`` in the same rounds.
"""

import gzip
import itertools
import json
import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

from odoo.addons.wezer_fractal_groups.tools import membership_sql

from tests.browser import Browser

from .ledger_http import Server
from .pages import REFERENCE, Reader
from .people import _member, _required, beside

CIRCLES, TOPS, DEPTH = 1800, 6, 7
MAP = "/groups/map"
FIRST_BYTES, FIRST_PAINT = 150_000, 1000
TIME = 3
WORDS = (
    *("Garden", "Workshop", "Kitchen", "Library", "Bicycles", "Orchard", "Choir"),
    *("Welcome desk", "Repair café", "Neighbourhood help", "Seeds and seedlings"),
    *("Energy", "Housing", "Finance", "Communication", "Shared cars", "Care"),
)
PLACES = ("North", "South", "Saint-Étienne", "Harbour", "Old town", "Hill", "River")
PARTNERS = """
INSERT INTO res_partner (name, is_company, active{columns})
SELECT given.name, %(company)s, true{values}
  FROM unnest(%(names)s) WITH ORDINALITY given(name, place), res_partner t
 WHERE t.id = %(model)s ORDER BY given.place
RETURNING id
"""
GROUPS = """
INSERT INTO wezer_group (id, name, search_text, slug, kind, active, parent_id,
                         partner_id, visibility, join_policy, link, rights_reach,
                         depth, structure_version, company_id)
SELECT g.id, g.name, wezer_normalise(g.name), 'map-' || g.id, g.kind, true, g.parent,
       g.partner, 'network', 'open', g.link, g.depth, g.depth, 0, %s
  FROM unnest(%s, %s, %s, %s, %s, %s, %s)
       g(id, name, kind, parent, partner, link, depth)
"""
# The closure of groups from a first one on, made from their parents.
CLOSURE = """
WITH RECURSIVE up AS (
    SELECT id AS descendant, id AS ancestor, 0 AS distance
      FROM wezer_group WHERE id >= %(first)s
    UNION ALL
    SELECT up.descendant, g.parent_id, up.distance + 1
      FROM up JOIN wezer_group g ON g.id = up.ancestor WHERE g.parent_id IS NOT NULL)
INSERT INTO wezer_group_closure (ancestor_id, descendant_id, distance)
SELECT ancestor, descendant, distance FROM up
"""
MEMBERS = """
INSERT INTO wezer_group_membership (group_id, partner_id, state, date_from, company_id)
SELECT m.g, m.p, 'active', '2026-01-01', %s FROM unnest(%s, %s) m(g, p)
"""


def rows(env: Any, quick: bool = False) -> Iterator[dict]:
    """Yield bytes, the server's time, and first paint, each beside its reference."""
    with beside(env) as map_env:
        user = _member(map_env)
        user.password = user.login
        make(map_env)
        map_env.cr.commit()
        server = Server(map_env.cr.dbname)
        try:
            reader = Reader(server.url, user.login, user.login)
            yield from _bytes(reader)
            yield from _times(reader, 5 if quick else 25)
            yield from _paint(server.url, user.login, 3 if quick else 9)
        finally:
            server.stop()


def _bytes(reader: Reader) -> Iterator[dict]:
    page = reader.read(MAP).encode()
    yield _row(f"map of {CIRCLES:,} circles, first response", page, FIRST_BYTES)
    yield _row("… of which the page without circles", reader.read(REFERENCE).encode())
    known = page.decode().split('o_wezer_map_data">')[1].split("</script>")[0]
    circles = json.loads(known.replace("\\u003c", "<"))
    largest = sorted(circles, key=lambda one: -one["n"])[:1]
    level = "/groups/map/level?ids="
    yield _row(
        f"… a level of {largest[0]['n']} circles",
        reader.read(f"{level}{largest[0]['id']}").encode(),
        FIRST_BYTES,
    )


def _row(what: str, body: bytes, most: int | None = None) -> dict:
    packed = len(gzip.compress(body))
    row = {"what": what, "ours": f"{len(body) / 1000:.0f} kB, {packed / 1000:.0f} sent"}
    if not most:
        return row
    return {
        **row,
        "reference": f"{most / 1000:.0f} kB",
        "ratio": round(len(body) / most, 2),
        "wanted": "< 1",
    }


def _times(reader: Reader, rounds: int) -> Iterator[dict]:
    times: dict[str, list[float]] = {MAP: [], REFERENCE: []}
    for _round in range(rounds + 1):
        for path, taken in times.items():
            begin = time.perf_counter()
            reader.read(path)
            taken.append(time.perf_counter() - begin)
    ours, reference = (statistics.median(taken[1:]) for taken in times.values())
    yield {
        "what": "map: the server's time",
        "ours": f"{ours * 1000:.0f} ms",
        "reference": f"{reference * 1000:.0f} ms",
        "ratio": round(ours / reference, 2),
        "wanted": f"< {TIME}",
    }


def _paint(url: str, login: str, rounds: int) -> Iterator[dict]:
    browser = Browser(url)
    try:
        browser.login(login, login)
        times: dict[str, list[float]] = {MAP: [], REFERENCE: []}
        for _round in range(rounds + 1):
            for path, taken in times.items():
                browser.open(path)
                taken.append(first_paint(browser))
    finally:
        browser.close()
    ours, reference = (statistics.median(taken[1:]) for taken in times.values())
    yield {
        "what": f"map: first paint in Chromium ({REFERENCE}: {reference:.0f} ms)",
        "ours": f"{ours:.0f} ms",
        "reference": f"{FIRST_PAINT} ms",
        "ratio": round(ours / FIRST_PAINT, 2),
        "wanted": "< 1",
    }


def first_paint(browser: Browser) -> float:
    """Return after how many milliseconds something of the page was first seen."""
    return browser.until(
        lambda driver: driver.execute_script(
            "return performance.getEntriesByName('first-contentful-paint')[0]"
            "?.startTime"
        )
    )


# === THE CIRCLES === #


def make(env: Any, count: int = CIRCLES) -> list[int]:
    """Make ``count`` circles with members, leads and vacant roles, by rows.

    :return: the ids of the circles
    """
    dice = random.Random(15)
    cr, company = env.cr, env.company.id
    env.flush_all()
    cr.execute("SELECT coalesce(max(id), 0) + 1 FROM wezer_group")
    first = cr.fetchone()[0]
    parents, depths = _shape(dice, count)
    names = _names(dice, count)
    circles = [first + number for number in range(count)]
    people = _partners(env, [f"Member {n:04}" for n in range(count)], False)
    # Each circle has a role that leads it, every third one that nobody fills.
    roles = list(range(count)) + list(range(0, count, 3))
    role_ids = [circles[-1] + 1 + number for number in range(len(roles))]
    role_names = ["Lead"] * count + ["Treasurer"] * (len(roles) - count)
    cr.execute(
        GROUPS,
        [
            company,
            circles + role_ids,
            names + role_names,
            ["circle"] * count + ["role"] * len(roles),
            [None if one is None else circles[one] for one in parents]
            + [circles[one] for one in roles],
            _partners(env, names + role_names, True),
            ["none"] * count + ["lead"] * count + ["none"] * (len(roles) - count),
            depths + [depths[one] + 1 for one in roles],
        ],
    )
    cr.execute("SELECT setval('wezer_group_id_seq', %s)", [role_ids[-1]])
    cr.execute(CLOSURE, {"first": first})
    places = {
        (circle, dice.choice(people))
        for circle in circles
        for _member_of in range(dice.choice((0, 1, 2, 3, 5, 8)))
    }
    places |= set(zip(role_ids, people, strict=False))
    cr.execute(MEMBERS, [company, *map(list, zip(*sorted(places), strict=True))])
    env.invalidate_all()
    # As the nightly job does for circles with many inside.
    large = env["wezer.group"].browse(membership_sql.large_group_ids(env))
    counts = membership_sql.member_counts(large)
    for circle in large:
        circle.member_count_kept = counts.get(circle.id, 0)
    env.flush_all()
    return circles


def _partners(env: Any, names: list[str], company: bool) -> list[int]:
    cr = env.cr
    cr.execute(
        PARTNERS.format(**_required(cr, "res_partner", ["name", "is_company"])),
        {
            "company": company,
            "names": names,
            "model": env.ref("base.user_admin").partner_id.id,
        },
    )
    return [row[0] for row in cr.fetchall()]


def _names(dice: random.Random, count: int) -> list[str]:
    """Return ``count`` different names, as long as people make them."""
    found: dict[str, bool] = {}
    for number in itertools.count():
        name = dice.choice(WORDS)
        if number % 3:
            name += f" {dice.choice(PLACES)}"
        if name in found:
            name += f" {len(found)}"
        found[name] = True
        if len(found) == count:
            return list(found)
    return []


def _shape(dice: random.Random, count: int) -> tuple[list, list]:
    """Return ``(parents, depths)``: who has many inside gets more, as it grows."""
    parents: list[int | None] = [None] * TOPS
    depths = [0] * TOPS
    ends = list(range(TOPS)) * 3
    while len(parents) < count:
        above = dice.choice(ends)
        if depths[above] + 1 < DEPTH:
            ends += [above, len(parents)]
            parents.append(above)
            depths.append(depths[above] + 1)
    return parents, depths
