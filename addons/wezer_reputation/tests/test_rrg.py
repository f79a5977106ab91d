"""The arithmetic of scores: properties and attacks, without Odoo or a database."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

PATH = Path(__file__).resolve().parent.parent / "tools" / "rrg.py"


def _load():
    spec = importlib.util.spec_from_file_location("wezer_rrg", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


rrg = _load()
MEMBERS = 8
RATING = st.tuples(
    st.integers(0, MEMBERS - 1),  # rater
    st.integers(0, MEMBERS - 1),  # rated
    st.sampled_from([-2, -1, 0, 1, 2]),
    st.integers(0, 1000),  # age in days
    st.sampled_from([0.0, 0.5, 1.0, 8.0, 1000.0]),  # hours
)
RATINGS = st.lists(RATING, max_size=30)
CHAIN = [(0, one) for one in range(1, MEMBERS)]


def columns(ratings):
    return [list(column) for column in zip(*ratings, strict=True)] or [[]] * 5


def scored(ratings, members=MEMBERS, seeds=(0, 1), admissions=CHAIN, **more):
    rater, rated, marks, age, hours = columns(ratings)
    return rrg.score(
        members, rater, rated, marks, age, hours, seeds, admissions, **more
    )


def test_the_arithmetic_runs_without_odoo():
    code = (
        "import sys; sys.modules['odoo'] = None; sys.path.insert(0, sys.argv[1]);"
        "import rrg; print(rrg.score(3, [0], [1], [2], [0], seeds=[0]).score[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(PATH.parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) > 0.7


def test_without_ratings_everybody_has_the_prior():
    result = scored([])
    assert np.allclose(result.score, 0.7)
    assert not result.evidence.any()
    assert not result.assessors.any()


def test_a_rating_of_a_seed_by_the_formula():
    result = rrg.score(2, [0], [1], [2], [365], [40], seeds=[0])
    # credibility: trust in full, as others have less; fairness at the end
    credibility = result.fairness[0]
    weight = credibility * 0.5
    assert result.weights[0] == pytest.approx(weight)
    start = 3 - weight * credibility / 2
    assert result.start[1] == pytest.approx(start)
    assert result.score[1] == pytest.approx((start * 0.7 + weight) / (start + weight))
    gap = abs(1 - result.score[1])
    assert result.fairness[0] == pytest.approx(1 - (gap + 0.45) / 4, abs=1e-8)


def test_trust_is_half_at_the_seed_and_halves_on_the_way():
    trust = rrg.trust_flow(3, ([0, 1], [1, 2], [1, 1]), [0])
    assert trust == pytest.approx([0.5, 0.25, 0.125])


def test_trust_of_many_fakes_is_bounded_by_what_crosses():
    fakes = 200
    edges = [(0, 1), (0, 2), (1, 3)] + [(3 + one, 4 + one) for one in range(fakes)]
    edges += [(4 + one, 3) for one in range(fakes)]
    source, target = zip(*edges, strict=True)
    trust = rrg.trust_flow(4 + fakes, (source, target, [1] * len(edges)), [0])
    crossing = trust[1]  # all of member 1's outflow goes to the first fake
    assert trust[3:].sum() <= crossing * 0.5 / 0.5 + 1e-9


def test_the_value_of_a_deal_counts_between_a_quarter_and_one():
    weight = rrg.value_weight(np.array([0, 1, 40, 1000]), rrg.Parameters())
    assert weight[0] == 0.25
    assert weight[0] <= weight[1] < weight[2] == weight[3] == 1


def test_a_pair_is_counted_by_person_the_latest_first():
    k = rrg.repetition(
        np.array([1, 1, 1, 2]), np.array([5, 5, 6, 5]), np.array([9, 2, 1, 3])
    )
    assert k.tolist() == [1, 0, 0, 0]


def test_groups_of_one_person_do_not_multiply_ratings():
    alone = scored([(0, 2, 2, 0, 1)] * 4)
    # members 3-6 are circles in whose name member 0 gave them
    rater, rated, marks, age, hours = columns(
        [(3 + one, 2, 2, 0, 1) for one in range(4)]
    )
    named = rrg.score(
        MEMBERS, rater, rated, marks, age, hours, (0, 1), CHAIN, person=[0] * 4
    )
    assert named.score[2] == pytest.approx(alone.score[2])
    assert named.assessors[2] == 1


def test_a_hundred_ratings_by_one_friend_weigh_at_most_two():
    many = scored([(0, 2, 2, 0, 40)] * 100)
    assert many.evidence[2] <= 2


def test_a_hundred_deals_with_one_friend_pass_on_no_more_trust_than_two():
    once = scored([(0, 2, 2, 0, 40), (0, 3, 2, 0, 40)], seeds=[0], admissions=())
    often = scored(
        [(0, 2, 2, 0, 40)] * 100 + [(0, 3, 2, 0, 40)], seeds=[0], admissions=()
    )
    assert once.trust[2] == once.trust[3]
    assert often.trust[2] <= 2 * often.trust[3]


def test_self_ratings_do_not_count():
    result = scored([(0, 0, 2, 0, 40)])
    assert result.score[0] == pytest.approx(0.7)
    assert result.assessors[0] == 0


def test_slander_by_a_thousand_strangers_changes_nothing():
    honest = [(0, 2, 2, 0, 4), (1, 2, 1, 0, 4)]
    strangers = [(MEMBERS + one, 2, -2, 0, 40) for one in range(1000)]
    before = scored(honest, MEMBERS + 1000)
    after = scored(honest + strangers, MEMBERS + 1000)
    assert after.score[2] == pytest.approx(before.score[2], abs=1e-12)


def test_promotion_by_a_ring_that_nobody_trusts_changes_nothing():
    ring = [
        (MEMBERS + one, MEMBERS + two, 2, 0, 40)
        for one in range(30)
        for two in range(30)
        if one != two
    ]
    after = scored([(0, 2, 2, 0, 4)] + ring, MEMBERS + 30)
    assert np.allclose(after.score[MEMBERS:], 0.7)
    assert not after.assessors[MEMBERS:].any()
    # Nobody admitted them, so that they stop nobody's scores either.
    assert after.coverage == 1
    alone = scored([(0, 2, 2, 0, 4)] + ring, MEMBERS + 30, admissions=())
    assert alone.coverage < 0.8


def test_a_score_moves_to_the_prior_as_it_ages():
    steps = [scored([(0, 2, 2, age, 4)]).score[2] for age in (0, 365, 3650, 36500)]
    assert steps == sorted(steps, reverse=True)
    assert steps[-1] == pytest.approx(0.7)


def test_a_rater_at_odds_with_all_others_is_less_fair():
    fair = [(one, two, 2, 0, 4) for one in range(4) for two in range(4, 8)]
    unfair = [(0, two, -2, 0, 4) for two in range(4, 8)]
    result = scored(fair[4:] + unfair, seeds=(0, 1, 2, 3))
    assert result.fairness[0] < result.fairness[1:4].min()


def test_without_seeds_trust_and_coverage_are_zero():
    result = scored([(0, 2, 2, 0, 4)], seeds=(), admissions=())
    assert result.coverage == 0
    assert result.score[2] == pytest.approx(0.7)


def test_the_prior_of_a_group_is_drawn_to_that_of_its_parent():
    priors = rrg.group_priors([-1, 0, 1], [2, 2, -1], [20.0, 20.0, 9.0], [1, 1, 0])
    assert 0.7 < priors[0] < priors[1] < priors[2] < 1
    assert priors[0] == pytest.approx((20 * 0.7 + 40) / 60)
    with pytest.raises(ValueError, match="cycle"):
        rrg.group_priors([1, 0], [0], [1.0], [1.0])


def test_each_member_may_have_their_own_prior():
    prior = np.linspace(0.2, 0.9, MEMBERS)
    assert np.allclose(scored([], prior=prior).score, prior)


@settings(deadline=None)
@given(RATINGS)
def test_scores_are_bounded(ratings):
    result = scored(ratings)
    for values in (result.score, result.lower, result.trust, result.fairness):
        assert (values >= 0).all()
        assert (values <= 1 + 1e-12).all()
    assert (result.lower <= result.score).all()
    assert (result.weights >= 0).all()
    assert (result.evidence <= len(ratings)).all()


@settings(deadline=None)
@given(RATINGS)
def test_a_score_is_exactly_the_sum_of_its_prior_and_parts(ratings):
    result = scored(ratings)
    rated = np.array(columns(ratings)[1], dtype=int)
    for member in range(MEMBERS):
        rows = rated == member
        parts = rrg.contributions(
            result.prior[member],
            result.weights[rows],
            result.x[rows],
            result.start[member],
        )
        total = result.prior[member] + parts.sum()
        assert abs(total - result.score[member]) < 1e-9


@settings(deadline=None)
@given(RATINGS, st.randoms())
def test_the_order_of_ratings_does_not_matter(ratings, random):
    other = list(ratings)
    random.shuffle(other)
    assert np.allclose(scored(ratings).score, scored(other).score, atol=1e-8)


@settings(deadline=None)
@given(RATINGS, st.permutations(range(MEMBERS)))
def test_the_numbering_of_members_does_not_matter(ratings, order):
    moved = [(order[a], order[b], *rest) for a, b, *rest in ratings]
    before = scored(ratings)
    after = scored(
        moved,
        seeds=(order[0], order[1]),
        admissions=[(order[a], order[b]) for a, b in CHAIN],
    )
    assert np.allclose(after.score[list(order)], before.score, atol=1e-8)


@settings(deadline=None)
@given(RATINGS, st.lists(RATING, max_size=10))
def test_raters_without_trust_change_no_score(ratings, strangers):
    before = scored(ratings, MEMBERS * 2)
    noise = [(MEMBERS + a, b, *rest) for a, b, *rest in strangers]
    after = scored(ratings + noise, MEMBERS * 2)
    assert np.allclose(after.score, before.score, atol=1e-8)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from([0, 0.25, 0.5, 0.75, 1])),
        min_size=1,
        max_size=20,
    ),
    st.integers(0, 19),
)
def test_a_better_mark_of_the_same_weight_never_lowers_the_mean(rows, which):
    weights, x = (np.array(column) for column in zip(*rows, strict=True))
    rated = np.zeros(len(rows), dtype=int)
    better = x.copy()
    better[which % len(x)] = 1
    before, _total = rrg.weighted(1, rated, weights, x)
    after, _total = rrg.weighted(1, rated, weights, better)
    assert after[0] >= before[0] - 1e-12
