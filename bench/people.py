"""Finding people among 10,000 members, against 100: the same pages, the same run.

The reference is the same call in a community of 100, in a database beside, asked in
turn by the same process.
"""

import contextlib
import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

import psycopg2

from odoo import api
from odoo.modules.registry import Registry

from . import slips

WANTED = "< 1.5"
SMALL, LARGE = 100, 10_000
# A quarter each: a page is full in the small community too.
FIRST = ["Anna", "Luc", "Mia", "Noé"]

FILL = """
INSERT INTO res_partner (name, active{columns})
SELECT (%(first)s::text[])[1 + n %% 4] || ' ' || chr(65 + n %% 26) ||
       substr(md5(n::text), 1, 7), true{values}
  FROM generate_series(1, %(count)s) n, res_partner t WHERE t.id = %(model)s
RETURNING id
"""
REQUIRED = """
SELECT column_name FROM information_schema.columns
 WHERE table_name = %s AND is_nullable = 'NO' AND column_default IS NULL
   AND NOT column_name = ANY(%s)
"""


def rows(env: Any, quick: bool = False, data: str | None = None) -> Iterator[dict]:
    """Yield a row for the first page, each search, and the recipient's search."""
    rounds = 9 if quick else 41
    with beside(env) as small_env:
        large, small = Town(env, LARGE), Town(small_env, SMALL)
        for name in Town.CALLS:
            ours, reference = _measure(
                getattr(large, name), getattr(small, name), rounds
            )
            yield {
                "what": Town.CALLS[name],
                "ours": f"{ours * 1000:.1f} ms",
                "reference": f"{reference * 1000:.1f} ms",
                "ratio": round(ours / reference, 2),
                "wanted": WANTED,
            }
        yield _slips(small_env, small.user_env)


def _slips(env: Any, member: Any) -> dict:
    """Return how many slips and plurals of members' own words find their members."""
    slips.settle(env)
    result = slips.measure(member)
    found, all_of_them = len(result["found"]), slips.QUERIES
    return {
        "what": "directory: slips and plurals on its first page",
        "ours": f"{found} of {all_of_them}",
        "reference": f"{len(result['literal'])} as typed",
        "ratio": round(found / all_of_them, 2),
        "wanted": "> 0.9",
    }


@contextlib.contextmanager
def beside(env: Any) -> Iterator[Any]:
    """Yield an environment of a second database, made from the same template."""
    name = f"{env.cr.dbname}_small"
    with _admin() as cr:
        cr.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cr.execute(f'CREATE DATABASE "{name}" TEMPLATE "{env.cr.dbname}_template"')
    try:
        with Registry(name).cursor() as cr:
            yield api.Environment(cr, env.uid, {})
    finally:
        Registry.delete(name)
        with contextlib.suppress(psycopg2.Error), _admin() as cr:
            cr.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def _admin() -> Iterator[Any]:
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cr:
            yield cr
    finally:
        connection.close()


def _measure(ours: Any, reference: Any, rounds: int) -> list[float]:
    """Return the medians of both, asked in turn; the first round warms up."""
    times = []
    for _round in range(rounds + 1):
        pair = []
        for call in (ours, reference):
            begin = time.perf_counter()
            call()
            pair.append(time.perf_counter() - begin)
        times.append(pair)
    return [statistics.median(column) for column in zip(*times[1:], strict=True)]


def _member(env: Any) -> Any:
    return (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": "Bench Member",
                "login": "bench-member",
                "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
            }
        )
    )


class Town:
    """Members as rows, and what one of them looks for."""

    CALLS = {
        "first_page": "directory: first page",
        "by_skill": "directory: by a skill",
        "by_language": "directory: by a language",
        "by_both": "directory: by skill and language",
        "by_name": "directory: part of a name",
        "recipient": "suggestions while a name is typed",
    }

    def __init__(self, env: Any, count: int) -> None:
        self.env = env
        self.user_env = env(user=_member(env).id)
        skills = env["wezer.skill"].create([{"name": f"Craft {n}"} for n in range(6)])
        self.skills = skills.ids
        codes = ("en_US", "fr_FR", "es_ES", "de_DE")
        self.languages = [env["res.lang"]._activate_lang(code).id for code in codes]
        self._grow(count)

    def _grow(self, count: int) -> None:
        """Add ``count`` members; skills and languages are spread by chance."""
        cr = self.env.cr
        values = {
            "count": count,
            "first": FIRST,
            "model": self.env.ref("base.user_admin").partner_id.id,
        }
        query = FILL.format(**_required(cr, "res_partner", ["name"]))
        cr.execute(query, values)
        ids = [row[0] for row in cr.fetchall()]
        self.first = min(ids)
        partners = self.env["res.partner"].browse(ids)
        for start in range(0, len(partners), 2000):
            self._profiles(partners[start : start + 2000])
        self.env.flush_all()
        for table in (
            "res_partner",
            "wezer_profile",
            "wezer_profile_members_skill_rel",
            "wezer_profile_members_language_rel",
        ):
            cr.execute(f"ANALYZE {table}")
        self.env.cr.commit()
        self.env.invalidate_all()

    def _profiles(self, partners: Any) -> None:
        """Make their profiles as the addon does, copies for the audiences included."""
        profiles = self.env["wezer.profile"].create(
            [
                {
                    "partner_id": partner.id,
                    "slug": f"bench-{partner.id}",
                    "city": f"Quarter {partner.id % 50}",
                    "skill_ids": [
                        (6, 0, self._some(self.skills, partner.id - self.first, 3))
                    ],
                    "language_ids": [
                        (6, 0, self._some(self.languages, partner.id - self.first, 3))
                    ],
                }
                for partner in partners
            ]
        )
        self.env.flush_all()
        # A login for each would only take time: they are persons all the same.
        self.env.cr.execute(
            "UPDATE wezer_profile SET is_person = true WHERE id = ANY(%s)",
            [profiles.ids],
        )
        self.env.invalidate_all()

    def _some(self, ids: list[int], seed: int, count: int) -> list[int]:
        # As in life, whoever is called Anna speaks no other languages than others do.
        return random.Random(f"{len(ids)} {seed}").sample(ids, count)

    def _search(self, **filters: Any) -> Any:
        self.user_env.invalidate_all()
        profiles, count = self.user_env["wezer.profile"]._search_directory(**filters)
        # A page that is not full would be compared with one that is.
        assert len(profiles) == filters.get("limit", 24)
        return list(profiles._shared_all().values()), count

    def first_page(self) -> Any:
        """Ask for the first page of members."""
        return self._search()

    def by_skill(self) -> Any:
        """Ask for members with a skill."""
        return self._search(skill=self.skills[3])

    def by_language(self) -> Any:
        """Ask for members who speak a language."""
        return self._search(language=self.languages[1])

    def by_both(self) -> Any:
        """Ask for members with a skill and a language."""
        return self._search(skill=self.skills[3], language=self.languages[1])

    def by_name(self) -> Any:
        """Ask for members by name."""
        return self._search(words="anna")

    def recipient(self) -> Any:
        """Ask for suggestions of a recipient."""
        self.user_env.invalidate_all()
        found = self.user_env["wezer.profile"]._suggest("mia", limit=8)
        assert len(found) == 8
        return [member._suggestion("mia") for member in found]


def _required(cr: Any, table: str, given: Any) -> dict:
    cr.execute(REQUIRED, [table, ["id", *given]])
    names = [row[0] for row in cr.fetchall()]
    return {
        "columns": "".join(f", {name}" for name in names),
        "values": "".join(f", t.{name}" for name in names),
    }
