from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import amounts


@tagged("post_install", "-at_install")
class TestAmounts(BaseCase):
    def test_hours_are_read_as_clock_and_as_decimal(self):
        for text, minutes in (
            ("1:30", 90),
            ("1,5", 90),
            ("1.5", 90),
            ("0:05", 5),
            ("2", 120),
            (" 12:00 ", 720),
        ):
            self.assertEqual(amounts.parse(text, 60, clock=True), minutes, text)

    def test_what_does_not_fit_the_unit_is_refused_not_rounded(self):
        for text in ("1:60", "0.001", "1:3", "-1", "1e3", "", "∞", "1.2.3", "0x10"):
            with self.assertRaises(amounts.AmountError, msg=text):
                amounts.parse(text, 60, clock=True)
        with self.assertRaises(amounts.AmountError):
            amounts.parse("12.505", 100)
        with self.assertRaises(amounts.AmountError):
            amounts.parse("1:30", 100)

    def test_more_than_the_ledger_counts_is_refused(self):
        with self.assertRaises(amounts.AmountError):
            amounts.parse("9" * 18, 10**18)

    @settings(max_examples=200, deadline=None)
    @given(st.integers(0, 10**15), st.integers(0, 18))
    def test_text_of_an_amount_reads_back(self, minor, digits):
        text = amounts.decimal_text(minor, 10**digits)
        self.assertEqual(amounts.parse(text, 10**digits), minor)
        self.assertEqual(amounts.parse(text.replace(".", ","), 10**digits), minor)

    @settings(max_examples=200, deadline=None)
    @given(st.integers(0, 10**12))
    def test_text_of_hours_reads_back(self, minor):
        text = amounts.decimal_text(minor, 60, clock=True)
        self.assertEqual(amounts.parse(text, 60, clock=True), minor)

    @settings(max_examples=200, deadline=None)
    @given(st.integers(0, 10**9), st.lists(st.integers(1, 10**6), min_size=1))
    def test_parts_of_a_levy_add_up_to_the_whole(self, levy, parts):
        total, done, taken = sum(parts), 0, 0
        for part in parts:
            share = amounts.proportion(levy, done + part, total)
            taken += share - amounts.proportion(levy, done, total)
            done += part
        self.assertEqual(taken, levy)

    def test_a_levy_is_rounded_up(self):
        self.assertEqual(amounts.percent_up(1, 150), 1)
        self.assertEqual(amounts.percent_up(10000, 150), 150)
        self.assertEqual(amounts.percent_up(10001, 150), 151)
        self.assertEqual(amounts.percent_up(10001, 0), 0)
