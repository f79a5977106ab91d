from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.parts import WHOLE, format_points, parse_points, shares, slices

TOTAL = st.integers(0, 10**12)


@st.composite
def whole_points(draw):
    """Points that make the whole together."""
    marks = draw(st.lists(st.integers(1, WHOLE - 1), max_size=8, unique=True))
    edges = [0, *sorted(marks), WHOLE]
    return [end - begin for begin, end in zip(edges, edges[1:], strict=False)]


@tagged("-at_install", "post_install")
class TestParts(BaseCase):
    @given(TOTAL, whole_points())
    def test_slices_add_up_and_none_is_negative(self, total, points):
        parts = slices(total, points)
        self.assertEqual(sum(parts), total)
        self.assertGreaterEqual(min(parts), 0)
        for part, its in zip(parts, points, strict=True):
            self.assertLessEqual(abs(part * WHOLE - total * its), 2 * WHOLE)

    @given(TOTAL, whole_points())
    def test_shares_add_up_and_the_worker_has_the_rest(self, total, points):
        parts = shares(total, points[1:])
        self.assertEqual(sum(parts), total)
        for part, its in zip(parts[1:], points[1:], strict=True):
            self.assertEqual(part, total * its // WHOLE)

    @given(TOTAL, whole_points(), st.data())
    def test_no_share_exceeds_what_was_set_aside(self, total, points, data):
        most = shares(total, points[1:])
        due = data.draw(st.integers(0, total))
        parts = shares(due, points[1:], most)
        self.assertEqual(sum(parts), due)
        for part, limit in zip(parts, most, strict=True):
            self.assertLessEqual(0, part)
            self.assertLessEqual(part, limit)

    def test_percentages_are_parsed_as_people_type_them(self):
        for typed, points in (("50", 5000), ("12,5 %", 1250), ("33.33", 3333)):
            self.assertEqual(parse_points(typed), points)
        self.assertEqual(format_points(1250), "12.5 %")
        for typed in ("", "101", "-1", "1.234", "half", "1e2", None):
            with self.assertRaises(ValueError):
                parse_points(typed)
