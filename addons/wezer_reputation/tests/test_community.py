import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools import community

PEOPLE = 6
DAY = 86400
NOW = 1000.0 * DAY
# person, assessed, age in days, hours, marks by criterion, skill or 0, group or 0
RATING = st.tuples(
    st.integers(1, PEOPLE),
    st.integers(1, PEOPLE),
    st.floats(0, 900),
    st.sampled_from([0.25, 1.0, 8.0, 500.0]),
    st.dictionaries(st.integers(1, 3), st.integers(-2, 2), min_size=1, max_size=3),
    st.integers(0, 2),
    st.integers(0, 2),
)
RATINGS = st.lists(RATING, min_size=1, max_size=25)
CREDIBILITY = st.lists(st.floats(0, 1), min_size=PEOPLE, max_size=PEOPLE)
PRIOR = st.floats(0.05, 0.95)


def arrays(rows):
    """Return :class:`community.Ratings` of the rows, as the database gives them."""
    ratings = community.Ratings(
        ids=np.arange(len(rows)) + 1,
        person=np.array([row[0] for row in rows]),
        assessed=np.array([row[1] for row in rows]),
        time=np.array([NOW - row[2] * DAY for row in rows]),
        hours=np.array([row[3] for row in rows]),
        line_row=np.array([n for n, row in enumerate(rows) for _c in row[4]]),
        line_criterion=np.array([c for row in rows for c in row[4]]),
        line_mark=np.array([m for row in rows for m in row[4].values()], dtype=float),
    )
    for name, column in (("skill", 5), ("group", 6)):
        has = [n for n, row in enumerate(rows) if row[column]]
        setattr(ratings, f"{name}_row", np.array(has, dtype=int))
        keys = [rows[n][column] for n in has]
        setattr(ratings, name, np.array(keys, dtype=int))
    return ratings


def scored(rows, credibility, prior, now=NOW):
    ratings = arrays(rows)
    of = np.array(credibility)[ratings.person - 1]
    flags = np.ones(len(rows))
    return ratings, community.tables(ratings, of, prior, {1: 0.6}, flags, now)


def stored(tables):
    """Return ``{(kind, party, key): numbers}`` of all that would be stored."""
    named = [("overall", tables.overall), ("skill", tables.skills)]
    named += [("group", tables.groups)]
    named += [("criterion", one) for one in tables.criteria]
    return {
        (kind, party, key): numbers
        for kind, table in named
        for party, key, *numbers in zip(
            table.party, table.key, table.score, table.lower, table.prior,
            table.evidence, table.deals, table.assessors, strict=True,
        )
    }  # fmt: skip


class TestCommunity(BaseCase):
    """Properties of the scores that follow from raters' credibility."""

    @settings(deadline=None)
    @given(RATINGS, CREDIBILITY, PRIOR)
    def test_scores_of_one_party_equal_those_of_a_full_computation(
        self, rows, credibility, prior
    ):
        _ratings, whole = scored(rows, credibility, prior)
        whole = stored(whole)
        alone = {}
        for party in {row[1] for row in rows}:
            own = [row for row in rows if row[1] == party]
            alone |= stored(scored(own, credibility, prior)[1])
        self.assertEqual(set(alone), set(whole))
        for key, numbers in whole.items():
            np.testing.assert_allclose(alone[key], numbers, rtol=0, atol=1e-9)

    @settings(deadline=None)
    @given(RATINGS, CREDIBILITY, PRIOR)
    def test_a_score_is_the_sum_of_its_start_and_parts(self, rows, credibility, prior):
        ratings, tables = scored(rows, credibility, prior)
        for party, score in zip(
            tables.overall.party, tables.overall.score, strict=True
        ):
            parts = tables.parts[ratings.assessed == party]
            self.assertLess(abs(prior + parts.sum() - score), 1e-9)

    @settings(deadline=None)
    @given(RATINGS, CREDIBILITY, PRIOR, st.floats(0, 2000))
    def test_ageing_moves_every_score_toward_its_start(
        self, rows, credibility, prior, days
    ):
        _ratings, now = scored(rows, credibility, prior)
        _ratings, later = scored(rows, credibility, prior, NOW + days * DAY)
        before, after = stored(now), stored(later)
        for key, (score, _lower, start, *_rest) in before.items():
            gap, then = score - start, after[key][0] - start
            self.assertLessEqual(abs(then), abs(gap) + 1e-12)
            self.assertGreaterEqual(then * gap, -1e-12)

    @settings(deadline=None)
    @given(RATINGS, CREDIBILITY, PRIOR)
    def test_every_number_stays_within_its_bounds(self, rows, credibility, prior):
        _ratings, tables = scored(rows, credibility, prior)
        for score, lower, _start, evidence, deals, people in stored(tables).values():
            self.assertTrue(0 <= lower <= score <= 1)
            self.assertGreaterEqual(evidence, 0)
            self.assertGreaterEqual(deals, people)
            self.assertLessEqual(evidence, deals)
