"""The arithmetic of scores: properties and attacks, without Odoo or a database."""

import dataclasses
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


# === WHO COUNTS, AND WHERE PEOPLE STAND === #


def test_strangers_who_assess_each_other_make_no_number():
    puppets = [MEMBERS, MEMBERS + 1, MEMBERS + 2, MEMBERS + 3]
    praise = [(a, b, 2, 0, 8) for a in puppets for b in puppets if a != b]
    result = scored([(0, 2, 2, 0, 4), *praise], MEMBERS + 4)
    assert not result.assessors[MEMBERS:].any()
    assert result.assessors[2] == 1
    assert not result.lower[MEMBERS:].any()
    assert (result.rank[MEMBERS:] == result.rank[7]).all()


@settings(deadline=None)
@given(st.floats(0.05, 1), st.floats(1e-3, 50), st.floats(1, 3))
def test_no_evidence_has_a_lower_bound_than_any(value, evidence, start):
    score = np.array([0.7, value])
    lower = rrg.lower_bound(score, np.array([0, evidence]), start=start)
    assert lower[0] == 0 < lower[1] <= score[1]


@settings(deadline=None)
@given(st.floats(0.01, 0.99), st.floats(0, 20), st.floats(0, 20))
def test_more_evidence_for_a_score_raises_its_bound(value, one, more):
    bounds = rrg.lower_bound(np.full(2, value), np.array([one, one + more]))
    assert bounds[1] >= bounds[0] - 1e-12


def known(ratings, **more):
    """Return the scores where 30 members, 1 to 30, are trusted alike by the founder."""
    admitted = [(31, one, one // 5) for one in range(1, 31)]
    return scored(ratings, 32, seeds=[31], admissions=admitted, **more)


def rank_of(marks, prior=0.8):
    """Return the rank of somebody whom as many members rated so, each a small deal."""
    rows = [(1 + one, 0, mark, 0, 2) for one, mark in enumerate(marks)]
    return known(rows, prior=prior).rank[0]


@pytest.mark.parametrize("prior", [0.6, 0.7, 0.8, 0.9])
def test_ten_good_words_and_a_bad_one_outweigh_none(prior):
    newcomer = rank_of([], prior=prior)
    assert newcomer == pytest.approx(prior - 0.1)
    assert rank_of([2] * 10 + [-2], prior=prior) > newcomer
    assert rank_of([-2], prior=prior) < newcomer
    assert rank_of([-2] * 3 + [2], prior=prior) < newcomer


def test_each_good_word_lifts_the_rank_from_the_first():
    ranks = [rank_of([2] * count) for count in range(12)]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_who_is_new_stands_beside_the_mean_and_not_above_it():
    assert rrg.newcomer_rank(0.8, np.array([0.9, 0.7])) == pytest.approx(0.7)
    assert rrg.newcomer_rank(0.8, np.array([0.5, 0.6])) == pytest.approx(0.55)
    assert rrg.newcomer_rank(0.8, np.zeros(0)) == pytest.approx(0.7)


# === THE START === #


def test_the_start_weighs_less_beside_several_trusted_people_only():
    by_many = known([(one, 0, 2, 0, 8) for one in range(1, 11)])
    by_one = known([(1, 0, 2, day, 8) for day in range(10)])
    assert by_many.start[0] == 1
    assert by_one.start[0] >= 2.5
    # Thirty people of whom hardly anybody knows anything are nobody.
    crowd = [(32 + one, 0, 2, 0, 8) for one in range(30)]
    admitted = [(31, one, one // 5) for one in range(1, 31)]
    admitted += [(1, 32 + one, 0) for one in range(30)]
    by_crowd = scored(crowd, 62, seeds=[31], admissions=admitted)
    assert by_crowd.evidence[0] > 0
    assert by_crowd.start[0] > 2.9


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=12))
def test_the_start_never_falls_faster_than_the_evidence_grows(people):
    parameters = rrg.Parameters()
    whole = []
    for count in range(len(people) + 1):
        weights = np.array([weight for weight, _trust in people[:count]])
        trusted = np.array([weight * trust for weight, trust in people[:count]])
        voices = rrg.voices(1, np.arange(count), np.zeros(count, dtype=int), trusted)
        start = rrg.start_weight(voices, parameters)[0]
        assert 1 <= start <= 3
        whole.append(start + weights.sum())
    assert all(a <= b + 1e-12 for a, b in zip(whole, whole[1:], strict=False))


@settings(deadline=None)
@given(RATINGS, st.integers(1, 2000))
def test_ageing_alone_moves_each_score_toward_its_start(ratings, days):
    rater, rated, marks, age, hours = columns(ratings)
    weights = scored(ratings).weights
    x = (np.array(marks, dtype=float) + 2) / 4
    pairs = rrg._Pairs(MEMBERS, np.array(rater, dtype=int), np.array(rated, dtype=int))
    scores = []
    for faded in (weights, weights * 2 ** (-days / 365)):
        start = pairs.start(faded, rrg.Parameters())
        scores.append(rrg.weighted(MEMBERS, pairs.rated, faded, x, 0.7, start)[0])
    gaps = [score - 0.7 for score in scores]
    assert (np.abs(gaps[1]) <= np.abs(gaps[0]) + 1e-12).all()
    assert (gaps[0] * gaps[1] >= -1e-12).all()


def test_ten_small_good_deals_move_a_score_clearly():
    result = known([(one, 0, 2, 0, 2) for one in range(1, 11)])
    assert 5 * (result.score[0] - 0.7) > 0.8


# === TRUST === #


def test_a_founder_sets_not_what_counts_in_full():
    # A founder who admitted twenty members, and good deals among these.
    rows = [(one, one % 20 + 1, 2, 0, 8) for one in range(1, 21)]
    rows += [(one, (one + 6) % 20 + 1, 2, 0, 8) for one in range(1, 21)]
    admitted = [(0, one, one // 5) for one in range(1, 21)]
    result = scored(rows, 21, seeds=[0], admissions=admitted)
    before = rrg.Parameters.stored({"trust_percentile": 90.0})
    alike = scored(rows, 21, [0], admissions=admitted, parameters=before)
    median = np.median(result.credibility[1:])
    assert result.credibility[0] / median < 3
    assert median > np.median(alike.credibility[1:])


def test_a_thousand_traces_of_trust_lower_nothing_that_counts_in_full():
    trust = np.concatenate([np.linspace(0.001, 0.02, 100), np.full(1000, 1e-6)])
    honest = rrg.reference_trust(trust[:100], np.array([99]), rrg.Parameters())
    together = rrg.reference_trust(trust, np.array([99]), rrg.Parameters())
    assert together > 0.8 * honest


def test_admitting_many_in_a_year_passes_on_no_more_trust_than_five():
    deals = [(0, one, 2, 0, 8) for one in range(1, 4)]
    few = scored(deals, 70, [0], admissions=[(0, 10 + one) for one in range(5)])
    many = scored(deals, 70, [0], admissions=[(0, 10 + one) for one in range(59)])
    assert many.trust[10:].sum() <= few.trust[10:].sum() + 1e-12
    # Everybody keeps some: a community whose steward lets everyone in is reached.
    assert (many.trust[10:69] > 0).all()
    years = [(0, 10 + one, one // 5) for one in range(15)]
    spread = scored(deals, 70, [0], admissions=years)
    assert spread.trust[10:25].min() > 2 * many.trust[10:25].max()


def test_admissions_up_to_five_a_year_each_weigh_a_good_deal():
    result = scored(
        [(0, 1, 2, 0, 8)], 7, [0], admissions=[(0, one) for one in range(2, 7)]
    )
    assert np.allclose(result.trust[1:], result.trust[1])


def test_eight_puppets_among_forty_four_stop_no_scores():
    members = list(range(1, 37))
    honest = [(one, one % 36 + 1, 2, 0, 2) for one in members]
    puppets = [(40 + one, 40 + (one + 1) % 8, 2, 0, 2) for one in range(8)]
    admitted = [(0, one) for one in members]
    result = scored(honest + puppets, 50, [0], admissions=admitted)
    assert result.coverage == 1
    # Members whom nobody trusted was let in by are missed as before.
    lost = scored(honest + puppets, 50, [48], admissions=admitted)
    assert lost.coverage == 0
    assert scored(honest, 50, [0], admissions=()).coverage == 0


def test_puppets_who_let_each_other_in_stop_no_scores_either():
    members = list(range(1, 37))
    honest = [(one, one % 36 + 1, 2, 0, 2) for one in members]
    puppets = [(40 + one, 40 + (one + 1) % 16, 2, 0, 2) for one in range(16)]
    # The first signed up, and invited the second, who invited the third …
    admitted = [(0, one) for one in members]
    among = [(40 + one, 41 + one) for one in range(15)] + [(55, 40)]

    def coverage(seeds, stewards):
        return scored(
            honest + puppets, 60, seeds, admissions=admitted + among, stewards=stewards
        ).coverage

    assert coverage([0], None) < 0.8
    assert coverage([0], []) == 1
    # A steward who let members in is missed where trust starts from others.
    assert coverage([58], [0]) == 0
    assert coverage([58], []) == 0


# === FAIRNESS === #


def test_rating_oneself_a_hundred_times_makes_nobody_fairer():
    fair = [(one, two, 2, 0, 4) for one in range(4) for two in range(4, 8)]
    unfair = [(0, two, -2, 0, 4) for two in range(4, 8)]
    rows = fair[4:] + unfair
    before = scored(rows, seeds=(0, 1, 2, 3)).fairness[0]
    washed = scored(rows + [(0, 0, 2, 0, 4)] * 100, seeds=(0, 1, 2, 3)).fairness[0]
    assert washed == pytest.approx(before)
    # Nor does praising one friend again and again: as much as two ratings do.
    friend = scored(rows + [(0, 1, 1, 0, 4)] * 100, seeds=(0, 1, 2, 3)).fairness[0]
    twice = scored(rows + [(0, 1, 1, 0, 4)] * 2, seeds=(0, 1, 2, 3)).fairness[0]
    assert friend < twice + 0.1


# === EARLIER COMPUTATIONS === #


def test_what_version_2_0_computed_is_computed_again_to_the_digit():
    stored = {
        "prior_weight": 3.0, "prior": 0.7, "fairness_weight": 3.0,
        "fairness_prior": 0.15, "pair_damping": 0.5, "half_life_days": 365.0,
        "alpha": 0.5, "trust_percentile": 50.0, "value_unit_hours": 1.0,
        "value_cap_hours": 40.0, "z": 1.64, "good": 0.5,
    }  # fmt: skip
    rows = [
        (0, 2, 2, 0, 4), (1, 2, 1, 40, 12), (2, 3, -1, 10, 1), (3, 2, 2, 200, 40),
        (2, 3, 2, 5, 2), (4, 4, 2, 0, 8), (4, 2, -2, 3, 6), (3, 5, 1, 20, 0.5),
        (5, 3, 0, 100, 30), (0, 5, 2, 7, 3),
    ]  # fmt: skip
    admissions = [(0, 1), (0, 2), (2, 3), (1, 4), (4, 5)]
    result = scored(rows, 6, [0], admissions, parameters=rrg.Parameters.stored(stored))
    wanted = {
        "score": [0.7, 0.7, 0.755780715, 0.673686893, 0.7, 0.728318446],
        "lower": [
            0.324228793, 0.324228793, 0.45210167, 0.328475029, 0.324228793, 0.384088719,
        ],
        "credibility": [
            0.806819832, 0.648615294, 0.76, 0.806418666, 0.127892993, 0.844078277,
        ],
    }  # fmt: skip
    for name, values in wanted.items():
        assert getattr(result, name) == pytest.approx(values, abs=1e-8)
    assert result.assessors.tolist() == [0, 0, 4, 2, 0, 2]


def test_the_parameters_of_today_are_stored_and_read_again():
    today = rrg.Parameters(trust_percentile=50.0)
    assert rrg.Parameters.stored(dataclasses.asdict(today)) == today
