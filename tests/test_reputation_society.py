"""Scores in simulated societies whose truth is known."""

import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import rating_society as societies  # noqa: E402

rrg = societies.rrg


def test_honest_buyers_lose_less_where_scores_are_seen():
    blind = societies.market(7, by_score=False)
    seen = societies.market(7, by_score=True)
    assert seen.loss < blind.loss / 3
    # To praise oneself costs more than it brings.
    assert seen.profit < 1 < blind.profit


def test_equal_behaviour_gives_nearly_equal_scores():
    gaps = [societies.fairness(seed) for seed in range(8)]
    for name in gaps[0]:
        assert abs(np.mean([gap[name] for gap in gaps])) < 0.1, name


def test_a_member_who_turns_dishonest_falls_within_five_deals():
    rng = np.random.default_rng(3)
    members, sleeper, seeds = 60, 59, np.arange(5)
    rows = []  # rater, rated, mark, age
    for rated in range(members - 1):
        for rater in rng.choice(members - 1, 8, replace=False):
            if rater != rated:
                mark = rng.choice((-1, 1, 1, 2))
                rows.append((rater, rated, mark, rng.uniform(0, 360)))
    for rater in rng.choice(members - 1, 10, replace=False):
        rows.append((rater, sleeper, 2, rng.uniform(30, 210)))
    chain = [(rng.integers(0, max(one, 1)), one) for one in range(1, members)]

    def scored():
        rater, rated, marks, age = (np.array(one) for one in zip(*rows, strict=True))
        return rrg.score(
            members, rater, rated, marks, age, seeds=seeds, admissions=chain
        )

    before = scored()
    assert before.score[sleeper] > before.score[:-1].mean()
    # Those who are cheated are people like all others, taken by chance.
    for rater in rng.choice(members - 1, 5, replace=False):
        rows.append((rater, sleeper, -2, 0))
    after = scored()
    assert after.score[sleeper] < after.score[:-1].mean()


def test_the_influence_of_a_malicious_founder_is_bounded():
    """One of five seeds praises ten invented accounts, which slander one member."""
    members, victim = 60, 30
    rng = np.random.default_rng(5)
    rows = [
        (rater, rated, rng.choice((1, 2)))
        for rated in range(members)
        for rater in rng.choice(members, 8, replace=False)
        if rater != rated
    ]
    chain = [(rng.integers(0, max(one, 1)), one) for one in range(1, members)]

    def victims(rows, many):
        rater, rated, marks = (np.array(one) for one in zip(*rows, strict=True))
        score = rrg.score(
            many,
            rater,
            rated,
            marks,
            np.zeros(len(rows)),
            seeds=np.arange(5),
            admissions=chain,
        ).score[victim]
        received = (marks[rated == victim] + 2) / 4
        return score, received.mean()

    before, mean_before = victims(rows, members)
    fakes = range(members, members + 10)
    rows += [(0, fake, 2) for fake in fakes]
    rows += [(fake, victim, -2) for fake in fakes]
    after, mean_after = victims(rows, members + 10)
    assert before - after < (mean_before - mean_after) / 2
