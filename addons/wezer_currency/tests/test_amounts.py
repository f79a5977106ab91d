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

    def test_an_amount_that_does_not_fit_the_unit_is_refused_not_rounded(self):
        for text in ("1:60", "0.001", "1:3", "-1", "1e3", "", "∞", "1.2.3", "0x10"):
            with self.assertRaises(amounts.AmountError, msg=text):
                amounts.parse(text, 60, clock=True)
        with self.assertRaises(amounts.AmountError):
            amounts.parse("12.505", 100)
        with self.assertRaises(amounts.AmountError):
            amounts.parse("1:30", 100)

    def test_amounts_are_read_as_people_write_them(self):
        for text, cents in (
            ("12.50", 1250),
            ("12,5", 1250),
            (",5", 50),
            (".05", 5),
            ("1.234,56", 123456),
            ("1,234.56", 123456),
            ("1 234,56", 123456),
            ("1\u00a0234,56", 123456),
            ("1\u202f234,56", 123456),
            ("1’234.50", 123450),
            ("1 000", 100000),
            ("1.000.000", 100000000),
            ("12 345 678,9", 1234567890),
            ("0.10", 10),
            (1000, 100000),
        ):
            self.assertEqual(amounts.parse(text, 100), cents, text)
        self.assertEqual(amounts.parse("1,000", 1), 1000)
        self.assertEqual(amounts.parse("1.000", 1000), 1000)
        self.assertEqual(amounts.parse("0.125", 1000), 125)

    def test_hours_are_read_as_people_write_them(self):
        for text, minutes in (
            ("1h30", 90),
            ("1 h 30", 90),
            ("1H30", 90),
            ("1 h", 60),
            ("2 heures", 120),
            ("1 h 5 min", 65),
            ("1h05", 65),
            ("90 min", 90),
            ("90 minutes", 90),
            ("1,5 h", 90),
            (",5", 30),
            ("2.00", 120),
            ("1.75", 105),
            ("1.2500", 75),
            ("1 000:30", 60030),
            ("1:30 h", 90),
        ):
            self.assertEqual(amounts.parse(text, 60, clock=True), minutes, text)

    def test_an_ambiguous_amount_is_refused_with_both_readings(self):
        for text, unit, clock, readings in (
            ("1.000", 100, False, [100000, 100]),
            ("1,000", 100, False, [100000, 100]),
            ("12.500", 100, False, [1250000, 1250]),
            # Only the thousands fit two decimals; it is asked all the same.
            ("12.505", 100, False, [1250500]),
            ("0,30", 60, True, [30, 18]),
            ("1.50", 60, True, [110, 90]),
            ("0.30 h", 60, True, [30, 18]),
            ("0,33", 60, True, [33]),
            ("1.000", 60, True, [60000, 60]),
        ):
            with self.assertRaises(amounts.AmbiguousAmount, msg=text) as asked:
                amounts.parse(text, unit, clock)
            self.assertEqual(asked.exception.readings, readings, text)

    def test_a_text_that_is_no_amount_is_refused(self):
        for text in (
            "1 2", "12 50", "1,2,3", "1.2.3", "1,234,56", "1.234.56", "01.000,5",
            "1 234.567.8", "-1", "+1", "1e3", "١", "１", "²", "½", "1_000", "0x10",
            "NaN", "inf", "9" * 5000, "1" + " 000" * 300, ".", ",", "5.", None, "",
            True, [1], 10**5000,
        ):  # fmt: skip
            shown = "a huge number" if type(text) is int else repr(text)[:40]
            with self.assertRaises(amounts.AmountError, msg=shown):
                amounts.parse(text, 100)
        for text in ("h", "min", "1 h 60", "1h5", "1:60", "90 m 3", "1.5 min", "h30"):
            with self.assertRaises(amounts.AmountError, msg=text):
                amounts.parse(text, 60, clock=True)

    @settings(max_examples=400, deadline=None)
    @given(
        st.integers(0, 10**17),
        st.sampled_from([None, *range(19)]),
        st.sampled_from(
            [(",", "."), ("\u202f", ","), ("\u00a0", ","), (".", ","), ("’", ".")]
        ),
    )
    def test_every_format_of_an_amount_reads_back(self, minor, digits, marks):
        """English, French, German and Swiss formats, of every kind of currency."""
        thousands, point = marks
        clock = digits is None
        unit = 60 if clock else 10**digits
        text = amounts.decimal_text(minor, unit, clock)
        whole, mark, part = text.partition(":" if clock else ".")
        grouped = f"{int(whole):,}".replace(",", thousands)
        text = f"{grouped}{mark and (mark if clock else point)}{part}"
        self.assertEqual(amounts.parse(text, unit, clock), minor, text)

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
