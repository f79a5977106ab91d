"""Finding people among 10,000 members, against 100: the same pages, the same run.

The reference is the same call in a community of 100; both live in one database, as two
sets of rows of which one at a time is there (the other is marked as left).
"""

import statistics
import time

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


def rows(env, quick=False, data=None):
    """Yield a row for the first page, each search, and the recipient's search."""
    rounds = 7 if quick else 31
    member = _member(env)
    town = Town(env, member)
    calls = {
        "directory: first page": town.first_page,
        "directory: by a skill": town.by_skill,
        "directory: by a language": town.by_language,
        "directory: by skill and language": town.by_both,
        "directory: part of a name": town.by_name,
        "recipient of a payment: part of a name": town.recipient,
    }
    small = {name: [] for name in calls}
    large = {name: [] for name in calls}
    town.grow(SMALL)
    _measure(calls, small, rounds)
    town.grow(LARGE)
    _measure(calls, large, rounds)
    for name in calls:
        ours, reference = statistics.median(large[name]), statistics.median(small[name])
        yield {
            "what": name,
            "ours": f"{ours * 1000:.1f} ms",
            "reference": f"{reference * 1000:.1f} ms",
            "ratio": round(ours / reference, 2),
            "wanted": WANTED,
        }


def _measure(calls, times, rounds):
    for call in calls.values():
        call()
    for _round in range(rounds):
        for name, call in calls.items():
            begin = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - begin)


def _member(env):
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

    def __init__(self, env, member):
        self.env = env
        self.user_env = env(user=member.id)
        self.count = 0
        skills = env["wezer.skill"].create([{"name": f"Craft {n}"} for n in range(9)])
        self.skills = skills.ids
        codes = ("en_US", "fr_FR", "es_ES", "de_DE")
        self.languages = [env["res.lang"]._activate_lang(code).id for code in codes]

    def grow(self, count):
        """Add members until there are ``count``; skills and languages spread evenly."""
        cr, more = self.env.cr, count - self.count
        values = {
            "count": more,
            "first": FIRST,
            "model": self.env.ref("base.user_admin").partner_id.id,
        }
        query = FILL.format(**_required(cr, "res_partner", ["name"]))
        cr.execute(query, values)
        ids = [row[0] for row in cr.fetchall()]
        partners = self.env["res.partner"].browse(ids)
        for start in range(0, len(partners), 2000):
            self._profiles(partners[start : start + 2000])
        self.env.flush_all()
        for table in (
            "res_partner",
            "wezer_profile",
            "wezer_profile_members_skill_rel",
        ):
            cr.execute(f"ANALYZE {table}")
        self.count = count
        self.env.cr.commit()
        self.env.invalidate_all()

    def _profiles(self, partners):
        """Make their profiles as the addon does, copies for the audiences included."""
        profiles = self.env["wezer.profile"].create(
            [
                {
                    "partner_id": partner.id,
                    "slug": f"bench-{partner.id}",
                    "city": f"Quarter {partner.id % 50}",
                    "skill_ids": [(6, 0, self._some(self.skills, partner.id, 3))],
                    "language_ids": [(6, 0, self._some(self.languages, partner.id, 2))],
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

    def _some(self, ids, seed, count):
        return [ids[(seed * 7 + number * 13) % len(ids)] for number in range(count)]

    def _search(self, **filters):
        self.user_env.invalidate_all()
        profiles, count = self.user_env["wezer.profile"]._search_directory(**filters)
        return list(profiles._shared_all().values()), count

    def first_page(self):
        return self._search()

    def by_skill(self):
        return self._search(skill=self.skills[3])

    def by_language(self):
        return self._search(language=self.languages[1])

    def by_both(self):
        return self._search(skill=self.skills[3], language=self.languages[1])

    def by_name(self):
        return self._search(words="anna")

    def recipient(self):
        return self._search(words="mia", limit=8)


def _required(cr, table, given):
    cr.execute(REQUIRED, [table, ["id", *given]])
    names = [row[0] for row in cr.fetchall()]
    return {
        "columns": "".join(f", {name}" for name in names),
        "values": "".join(f", t.{name}" for name in names),
    }
