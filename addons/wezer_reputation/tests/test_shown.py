from functools import reduce
from operator import add

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.shown import thousandths


class TestShown(BaseCase):
    def test_a_rounding_difference_is_shown_once(self):
        self.assertEqual(
            thousandths([3.5001, 0.0334, 0.0333, 0.0333]), [3500, 34, 33, 33]
        )

    @given(st.lists(st.floats(-5, 5), max_size=12))
    def test_shown_parts_add_up_to_the_shown_sum_and_each_is_near(self, values):
        shown = thousandths(values)
        total = reduce(add, values, 0.0)
        self.assertEqual(sum(shown), round(1000 * total))
        for one, value in zip(shown, values, strict=True):
            self.assertLessEqual(abs(one - 1000 * value), 1.0001)
