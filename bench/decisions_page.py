"""The page of an open decision of a large circle, against the same of a small circle.

Both are read in turn by one member from a server of their own. What is made here is
committed and stays in the database of the bench, which is dropped: this comes last.
"""

import secrets
import statistics
import time
from collections.abc import Iterator
from typing import Any

from .decisions_clock import _circle, _draft, _people
from .ledger_http import Server
from .pages import Reader

FEW, MANY, WORDS = 10, 10_000, 2_000
WANTED = "<= 1.5"
WORDS_SAID = """
INSERT INTO wezer_discussion_word
       (discussion_id, person_id, text, kind, date, company_id)
SELECT %(discussion)s, p.id, 'Message ' || n, 'say', now() AT TIME ZONE 'UTC',
       %(company)s
  FROM generate_series(1, %(count)s) n
  JOIN unnest(%(people)s) WITH ORDINALITY p (id, place)
    ON p.place = 1 + n %% cardinality(%(people)s::int[])
"""


def rows(env: Any, quick: bool) -> Iterator[dict]:
    """Yield the row of the page."""
    people = _people(env, MANY // 10 if quick else MANY)
    many = _decision(env, people, WORDS // 10 if quick else WORDS)
    few = _decision(env, people[: FEW + 1], 0)
    password = secrets.token_urlsafe(24)
    env.ref("base.user_admin").password = password
    env.cr.commit()
    for table in ("wezer_decision_voter", "wezer_discussion_word"):
        env.cr.execute(f"ANALYZE {table}")
    env.cr.commit()
    server = Server(env.cr.dbname)
    try:
        reader = Reader(server.url, env.ref("base.user_admin").login, password)
        times: dict[str, list[float]] = {many: [], few: []}
        for turn in range(-3, 7 if quick else 25):
            for path, spent in times.items():
                begin = time.perf_counter()
                reader.read(path)
                took = time.perf_counter() - begin
                # The first ones fill caches.
                if turn >= 0:
                    spent.append(took)
    finally:
        server.stop()
    ours, reference = (statistics.median(times[path]) for path in (many, few))
    yield {
        "what": f"page of a decision, {len(people) - 1:,} voters",
        "ours": f"{ours * 1000:.0f} ms",
        "reference": f"{FEW} voters {reference * 1000:.0f} ms",
        "ratio": round(ours / reference, 2),
        "wanted": WANTED,
    }


def _decision(env: Any, people: list[int], words: int) -> str:
    """Return the address of an open decision of these people, and its discussion."""
    decision = _draft(env, _circle(env, people))
    decision.action_announce()
    env.flush_all()
    discussion = decision.sudo().discussion_id
    if words:
        env.cr.execute(
            WORDS_SAID,
            {
                "discussion": discussion.id,
                "company": discussion.company_id.id,
                "people": people[:100],
                "count": words,
            },
        )
        env.invalidate_all()
    return decision._url()
