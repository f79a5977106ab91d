"""The score on a real graph: the pass marks of its validation protocol.

Prediction, fraud and attacks with few repetitions; `bench/reputation.py` runs them
with all. The data are Bitcoin OTC's (Kumar and others 2016 and 2018).
"""

import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))

import rating_graph as graphs  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not graphs.DATA.exists(), reason="shared data are absent"),
]
TARGETS = 6


@pytest.fixture(scope="module")
def graph():
    return graphs.load()


@pytest.fixture(scope="module")
def base(graph):
    return graphs.evaluate(graph)[0]


@pytest.fixture
def rng():
    return np.random.default_rng(20261123)


def promoted(graph, base, rng, who):
    pool = graphs.pools(graph, base)[who]
    targets = rng.choice(graph.bad, TARGETS, replace=False)
    return graphs.fakes_attack(graph, base, pool, targets, 1, rng).mean()


def slandered(graph, base, rng, who):
    pool = graphs.pools(graph, base)[who]
    targets = rng.choice(graph.good, TARGETS, replace=False)
    return graphs.fakes_attack(graph, base, pool, targets, 0, rng).mean()


def test_scores_predict_ratings_better_than_fairness_goodness(graph):
    truth, methods = graphs.predict(graph)
    low, _high = graphs.bootstrap(
        truth, methods["ours"], methods["fairness and goodness"], tries=300
    )
    assert low > 0


def test_a_week_of_ratings_reveals_most_fraudsters(graph):
    scores, _ring = graphs.evaluate(graph, *graphs.early(graph, 7))
    assert graphs.auc(graph, scores.score) >= 0.94


def test_fraudsters_are_unfair_raters(graph, base):
    assert graphs.auc(graph, base.fairness) >= 0.77


@pytest.mark.parametrize(
    ("who", "most"),
    [
        ("nobody", 0.02),
        ("five low-degree members", 0.08),
        ("five fully trusted members", 0.22),
    ],
)
def test_a_thousand_fake_accounts_raise_nobody_far(graph, base, rng, who, most):
    assert promoted(graph, base, rng, who) <= most


@pytest.mark.parametrize(
    ("who", "most"),
    [
        ("nobody", 0.0001),
        ("five low-degree members", 0.06),
        ("five fully trusted members", 0.18),
    ],
)
def test_a_thousand_fake_accounts_lower_nobody_far(graph, base, rng, who, most):
    assert slandered(graph, base, rng, who) >= -most


def test_fake_accounts_through_one_admission_gain_little(graph, base, rng):
    pool = graphs.pools(graph, base)["five low-degree members"]
    targets = rng.choice(graph.bad, TARGETS, replace=False)
    assert graphs.admission_attack(graph, base, pool, targets, rng).mean() <= 0.10


def test_founding_a_hundred_groups_gains_at_most_two_ratings(graph, base, rng):
    targets = rng.choice(graph.bad, TARGETS, replace=False)
    many, evidence = graphs.groups_attack(graph, base, targets, groups=100)
    alone, _evidence = graphs.groups_attack(graph, base, targets, groups=0)
    assert (evidence <= 2).all()
    assert many.mean() <= 2 * alone.mean()


def test_a_hundred_ratings_by_one_friend_weigh_at_most_two(graph, rng):
    base = graphs.evaluate(graph)[0]
    friend = graphs.pools(graph, base)["five fully trusted members"][0]
    target = int(rng.choice(graph.bad))
    attack = graphs.Attack(graph).rate(np.full(100, friend), target, 1)
    scores, _ring = attack.scores()
    assert scores.weights[-100:].sum() <= 2


def test_a_ring_of_real_members_is_flagged_and_then_gains_little(graph, base):
    before, after = [], []
    for seed in range(4):
        for flagged, gains in ((False, before), (True, after)):
            rng = np.random.default_rng(seed)
            gains.append(graphs.real_ring(graph, base, rng, flagged=flagged))
    assert np.mean(before) <= 0.12
    assert np.mean(after) <= 0.05


def test_one_deal_of_a_thousand_hours_counts_as_one_deal(graph, base):
    target = int(graph.bad[0])
    friend = graphs.pools(graph, base)["five fully trusted members"][0]
    gains = [
        graphs.Attack(graph)
        .rate(friend, target, 1, hours=hours)
        .gain(target, base.score)
        for hours in (40, 1000)
    ]
    assert gains[1] - gains[0] <= 0.03


def test_returning_under_a_new_name_does_not_pay(graph, base):
    """Who leaves and returns starts below the average honest member's lower bound."""
    attack = graphs.Attack(graph, 1).rate(graph.seeds[0], graph.seeds[1], 0.5)
    scores, _ring = attack.scores()
    assert scores.lower[-1] <= scores.lower[graph.good].mean()


def test_silent_founders_trip_the_coverage_guard(graph):
    silent = np.flatnonzero(
        np.bincount(graph.ratings.rater, minlength=graph.members) == 0
    )[:20]
    scores, _ring = graphs.ratings_file.evaluate(graph.ratings, graph.x, silent)
    assert scores.coverage < 0.8
