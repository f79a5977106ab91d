from functools import reduce
from operator import add

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.shown import hundredths


class TestShown(BaseCase):
    def test_three_thirds_of_a_hundredth_are_told_once(self):
        self.assertEqual(hundredths([3.501, 0.334, 0.333, 0.333]), [350, 34, 33, 33])

    @given(st.lists(st.floats(-5, 5), max_size=12))
    def test_shown_parts_add_up_to_the_shown_sum_and_each_is_near(self, values):
        shown = hundredths(values)
        total = reduce(add, values, 0.0)
        self.assertEqual(sum(shown), round(100 * total))
        for one, value in zip(shown, values, strict=True):
            self.assertLessEqual(abs(one - 100 * value), 1.0001)
