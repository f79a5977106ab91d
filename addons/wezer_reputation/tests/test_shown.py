from math import floor, prod

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.shown import BANDS, band, band_starts, hundredths, percents


class TestShown(BaseCase):
    def test_a_rounding_difference_is_shown_once(self):
        self.assertEqual(hundredths([3.5001, 0.034, 0.033, 0.033]), [350, 4, 3, 3])

    @given(st.lists(st.floats(-5, 5), max_size=12))
    def test_shown_parts_add_up_to_the_shown_sum_and_each_is_near(self, values):
        shown = hundredths(values)
        total = sum(100 * value for value in values)
        self.assertEqual(sum(shown), round(total))
        for one, value in zip(shown, values, strict=True):
            self.assertLess(abs(one - 100 * value), 1.0001)

    @given(st.lists(st.floats(-5, 5), min_size=2, max_size=12))
    def test_what_lost_most_by_rounding_down_is_rounded_up_first(self, values):
        shown = hundredths(values)
        lost = [100 * value - floor(100 * value) for value in values]
        up = [
            loss
            for loss, one, value in zip(lost, shown, values, strict=True)
            if one > floor(100 * value)
        ]
        down = [
            loss
            for loss, one, value in zip(lost, shown, values, strict=True)
            if one == floor(100 * value)
        ]
        self.assertLessEqual(max(down, default=0), min(up, default=1))

    # === BANDS === #

    def test_each_band_begins_where_the_documentation_says(self):
        # docs/reputation.md has this table.
        for mean, starts in (
            (3.0, (4.0, 3.75, 2.5, 2.0)),
            (3.5, (4.0, 3.75, 2.9167, 2.3333)),
            (4.1, (4.4, 4.19, 3.4167, 2.7333)),
            (4.6, (4.7333, 4.64, 3.75, 3.0)),
        ):
            found = band_starts(mean)
            for name, start in zip(BANDS, starts, strict=False):
                self.assertAlmostEqual(found[name], start, 3, (mean, name))

    def test_a_score_on_a_bound_is_in_the_better_band(self):
        for mean in (2.0, 3.0, 3.5, 4.1, 4.6):
            starts = band_starts(mean)
            for better, worse in zip(BANDS, BANDS[1:], strict=False):
                self.assertEqual(band(starts[better], mean), better)
                self.assertEqual(band(starts[better] - 1e-9, mean), worse)
            self.assertEqual(band(0, mean), "poor")

    def test_whoever_is_as_most_people_here_is_good(self):
        for mean in (2.5, 3.0, 3.5, 4.0, 4.5, 4.9):
            self.assertEqual(band(mean, mean), "good")

    def test_one_score_reads_differently_beside_another_mean(self):
        self.assertEqual(band(4.3, 3.6), "excellent")
        self.assertEqual(band(4.3, 4.1), "very_good")
        self.assertEqual(band(4.3, 4.6), "good")

    @given(st.floats(0, 5), st.floats(0, 5))
    def test_good_marks_are_never_presented_as_a_loss(self, score, mean):
        name = band(score, mean)
        if score >= 3.75:
            self.assertIn(name, ("excellent", "very_good", "good"))
        if score < 2.5:
            self.assertIn(name, ("mixed", "poor"))
        if score >= 3:
            self.assertNotEqual(name, "poor")

    @given(st.floats(0, 5), st.floats(0, 5), st.floats(0, 5))
    def test_a_higher_score_is_never_in_a_lower_band(self, one, other, mean):
        low, high = sorted((one, other))
        self.assertLessEqual(
            BANDS.index(band(high, mean)), BANDS.index(band(low, mean))
        )

    # === FACTORS === #

    def test_small_shares_are_not_shown_as_nothing(self):
        self.assertEqual(percents([0.004, 1.0]), ([0.4, 100.0], 0.4))
        self.assertEqual(percents([0.0, 0.5]), ([0.0, 50.0], 0.0))

    @given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=5))
    def test_shown_factors_multiply_to_the_shown_weight(self, factors):
        shown, weight = percents(factors)
        product = 100 * prod(number / 100 for number in shown)
        self.assertLessEqual(abs(product - weight), max(0.5, 0.05 * product) + 1e-9)
        # Rounding moves the weight by little.
        self.assertLessEqual(abs(weight - 100 * prod(factors)), 3.0)
