"""Secret ballots: casting by many at once, and closing with the shuffle.

The reference is what an operation may need; the ratio is how much of it is used.
"""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying

from odoo.addons.wezer_decision.tools import secrecy

from .people import FILL, FIRST, _required

VOTERS, AT_ONCE, CASTS = 10_000, 16, 3_200
MEDIAN, A_SECOND, CLOSING = 0.030, 300, 2.0
RANKINGS = ("1-2-3", "1-3-2", "2-1-3", "2-3-1", "3-1-2", "3-2-1", "1--", "-1-", "--1")


def rows(env: Any, quick: bool) -> Iterator[dict]:
    """Yield a row for casting and one for closing, of the same decision."""
    voters = VOTERS // 10 if quick else VOTERS
    decision, people = _decision(env, voters)
    try:
        ids = _roll(env, decision)
        yield from casting(env, ids[: CASTS // 10 if quick else CASTS])
        yield closing(env, decision)
    finally:
        decision.unlink()
        env.cr.execute("DELETE FROM res_partner WHERE id = ANY(%s)", [people])
        env.cr.commit()


def _decision(env: Any, voters: int) -> tuple[Any, list[int]]:
    """Return an open secret decision of so many people, and their contacts."""
    cr, model = env.cr, env.ref("base.user_admin").partner_id
    query = FILL.format(**_required(cr, "res_partner", ["name"]))
    cr.execute(query, {"count": voters, "first": FIRST, "model": model.id})
    people = [row[0] for row in cr.fetchall()]
    circle = env["wezer.group"].create({"name": "Bench of secret votes"})
    decision = env["wezer.decision"].create(
        {
            "group_id": circle.id,
            "title": "A secret vote",
            "proposer_id": model.id,
            "method": "schulze",
            "secrecy": "secret",
            "state": "open",
            "opens": env.cr.now(),
        }
    )
    env.flush_all()
    cr.execute(
        """INSERT INTO wezer_decision_voter (decision_id, party_id, person_id, state)
           SELECT %s, id, id, 'may' FROM unnest(%s) id""",
        [decision.id, people],
    )
    cr.execute("ANALYZE wezer_decision_voter")
    cr.commit()
    return decision, people


def _roll(env: Any, decision: Any) -> list[int]:
    env.cr.execute(
        "SELECT id FROM wezer_decision_voter WHERE decision_id = %s ORDER BY id",
        [decision.id],
    )
    return [row[0] for row in env.cr.fetchall()]


def casting(env: Any, voters: list[int]) -> Iterator[dict]:
    """Yield the median of a vote, and how many are cast in a second, by 16 at once."""
    registry, seconds = Registry(env.cr.dbname), []
    env.cr.commit()

    def cast(turn: Any, number: int) -> None:
        voter = turn["wezer.decision.voter"].browse(voters[number])
        turn.cr.execute(
            "SELECT state FROM wezer_decision WHERE id = %s FOR SHARE",
            [voter.decision_id.id],
        )
        turn["wezer.urn"]._cast(voter, RANKINGS[number % len(RANKINGS)])

    def work(first: int) -> None:
        for number in range(first, len(voters), AT_ONCE):
            begin = time.perf_counter()
            with registry.cursor() as cr:
                turn = api.Environment(cr, SUPERUSER_ID, {})
                retrying(lambda turn=turn, number=number: cast(turn, number), turn)
            seconds.append(time.perf_counter() - begin)

    begin = time.perf_counter()
    _together(work)
    whole = time.perf_counter() - begin
    median, rate = statistics.median(seconds), len(voters) / whole
    # Of 16 at once each waits for the others: alone it takes a sixteenth at best.
    alone = _alone(registry, voters, cast)
    yield _row("secret vote, in the database (median)", alone, MEDIAN)
    yield {
        "what": f"secret votes a second, {AT_ONCE} at once",
        "ours": f"{rate:.0f} ({median * 1000:.0f} ms)",
        "reference": f"{A_SECOND}",
        "ratio": round(rate / A_SECOND, 2),
        "wanted": "≥ 1",
    }


def _alone(registry: Any, voters: list[int], cast: Callable) -> float:
    """Return the median of a vote that nobody else is in the way of.

    The votes of before are taken out of the urn and cast again.
    """
    times = []
    for number in range(min(len(voters), 100)):
        with registry.cursor() as cr:
            cr.execute(
                "UPDATE wezer_decision_voter SET state = 'may' WHERE id = %s",
                [voters[number]],
            )
        begin = time.perf_counter()
        with registry.cursor() as cr:
            cast(api.Environment(cr, SUPERUSER_ID, {}), number)
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def _together(work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(first,)) for first in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def closing(env: Any, decision: Any) -> dict:
    """Return the row of counting, shuffling and cleaning the ballots of all voters."""
    cr = env.cr
    cr.execute("DELETE FROM wezer_urn WHERE decision_id = %s", [decision.id])
    voters = _roll(env, decision)
    for number, _voter in enumerate(voters):
        digest = secrecy.code_hash(decision.id, secrecy.new_code())
        choice = RANKINGS[number % len(RANKINGS)]
        secrecy.insert(env, decision.id, choice, digest)
    cr.commit()
    begin = time.perf_counter()
    counted = env["wezer.urn"]._count_and_shuffle(decision)
    env.flush_all()
    cr.commit()
    seconds = time.perf_counter() - begin
    if sum(counted.values()) != len(voters):
        raise RuntimeError("Not all ballots were counted")
    return _row(f"{len(voters):,} secret ballots closed and shuffled", seconds, CLOSING)


def _row(what: str, seconds: float, most: float) -> dict:
    return {
        "what": what,
        "ours": f"{seconds * 1000:.1f} ms",
        "reference": f"{most * 1000:.0f} ms",
        "ratio": round(seconds / most, 2),
        "wanted": "≤ 1",
    }
