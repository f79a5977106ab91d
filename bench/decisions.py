"""Decisions: counting a million ballots, and resolving a million delegations.

The reference is another way to the same result, measured in the same run: a library
where one exists and is fast enough for a part of the data, else reading from memory.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from odoo.addons.wezer_decision.tools import ballots, counting, delegation

from . import decisions_clock, decisions_page, decisions_reserve, decisions_secret

BALLOTS, OPTIONS, SEATS = 1_000_000, 10, 3
SEED = 20261130
# The library that counts one ballot after the other gets so many of them.
PART = 20


def rows(env: Any, quick: bool = False, data: str | None = None) -> Iterator[dict]:
    """Yield the rows of the table."""
    yield from counts(BALLOTS // 10 if quick else BALLOTS)
    yield from delegations(BALLOTS // 10 if quick else BALLOTS)
    yield from decisions_clock.rows(env, quick)
    yield from decisions_secret.rows(env, quick)
    yield from decisions_reserve.rows(env, quick)
    yield from decisions_page.rows(env, quick)


def timed(call: Callable, *arguments: Any) -> tuple[float, Any]:
    """Return how many seconds a call takes, and its result."""
    started = time.perf_counter()
    result = call(*arguments)
    return time.perf_counter() - started, result


def row(what: str, ours: float, reference: str, wanted: float | bool) -> dict:
    """Return a row whose seconds themselves are what is wanted."""
    return {
        "what": what,
        "ours": f"{ours:.3f} s",
        "reference": reference,
        "ratio": round(ours, 3),
        "wanted": f"<= {wanted:g}" if wanted else False,
    }


def rankings(number: int) -> list[str]:
    """Return rankings as voters cast them: a hundredth of them are different."""
    rng = random.Random(SEED)
    different = []
    for _ballot in range(max(number // 90, 1)):
        order = rng.sample(range(OPTIONS), rng.randint(1, OPTIONS))
        ranks = [0] * OPTIONS
        for rank, option in enumerate(order, 1):
            ranks[option] = rank
        different.append(ballots.ranking(ranks))
    return rng.choices(different, k=number)


def counts(number: int) -> Iterator[dict]:
    """Yield the times of counts, each with the grouping of the ballots."""
    names = [f"Option {letter}" for letter in "ABCDEFGHIJ"]
    rng = random.Random(SEED)
    cast = rankings(number)
    words = rng.choices(["yes", "no", "abstain"], k=number)
    scores = rng.choices(
        [",".join(str(rng.randint(0, 5)) for _o in names) for _b in range(11_000)],
        k=number,
    )
    grouping, _groups = timed(Counter, cast)
    for method, given, limit in (
        ("majority", words, 2),
        ("score", scores, 2),
        ("schulze", cast, 3),
        ("stv", cast, 5),
    ):
        rules = {"seats": SEATS if method == "stv" else 1}
        options = names if method != "majority" else []

        def count(
            method: str = method,
            given: list[str] = given,
            rules: dict = rules,
            options: list[str] = options,
        ) -> dict:
            return counting.count(method, options, Counter(given), rules)

        took, found = timed(count)
        reference = f"grouping {grouping:.3f} s"
        if method == "schulze":
            seconds, matrix = timed(by_numpy, cast)
            if matrix != found["matrix"]["Option A"]["Option B"]:
                raise AssertionError("Two ways of comparing do not agree")
            reference = f"numpy {seconds:.3f} s"
        if method == "stv":
            reference = library(cast[: number // PART], names)
        yield row(f"count {number:,} ballots: {method}", took, reference, limit)


def by_numpy(cast: list[str]) -> int:
    """Compare two options on single ballots, as an array from the texts."""
    ranks = np.array([ballots.ranks(text, OPTIONS)[:2] for text in cast])
    ranks[ranks == 0] = OPTIONS + 1
    return int((ranks[:, 0] < ranks[:, 1]).sum())


def library(cast: list[str], names: list[str]) -> str:
    """Return how long another library takes for a part of the ballots."""
    try:
        import pyrankvote
    except ImportError:
        return "no library here"
    people = [pyrankvote.Candidate(name) for name in names]
    papers = [
        pyrankvote.Ballot([people[number - 1] for number in ballots.preferences(text)])
        for text in cast
    ]
    took, _result = timed(pyrankvote.single_transferable_vote, people, papers, SEATS)
    return f"pyrankvote {took:.1f} s/{len(cast):,}"


def delegations(number: int) -> Iterator[dict]:
    """Yield the times of delegations, in one long chain and at random."""
    rng = np.random.default_rng(SEED)
    voted = rng.random(number) < 0.2
    holder = rng.integers(-1, number, number)
    since = rng.permutation(number)
    took, found = timed(delegation.resolve, voted, holder, since, 5)
    walked, same = timed(walk, voted.tolist(), holder.tolist(), number // PART)
    free = delegation.resolve(voted, holder)
    if free[: number // PART].tolist() != same:
        raise AssertionError("A walk along the delegations ends elsewhere")
    reference = f"walk {walked:.2f} s/{number // PART:,}"
    yield row(f"resolve {number:,} delegations, a cap of 5", took, reference, 2)
    chain = np.arange(1, number + 1)
    chain[-1] = -1
    last = np.zeros(number, dtype=bool)
    last[-1] = True
    took, found = timed(delegation.resolve, last, chain)
    if set(found.tolist()) != {number - 1}:
        raise AssertionError("The chain does not end with its voter")
    yield row(f"resolve one chain of {number:,}", took, "the last one voted", 2)


def walk(voted: list[bool], holder: list[int], people: int) -> list[int]:
    """Follow the delegations of the first people, one after the other."""
    ends = []
    for person in range(people):
        at, seen = person, set()
        while at >= 0 and not voted[at] and at not in seen:
            seen.add(at)
            at = holder[at]
        ends.append(at if at >= 0 and voted[at] else -1)
    return ends
