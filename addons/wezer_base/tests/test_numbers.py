from odoo.tests import BaseCase, tagged

from ..tools.numbers import (
    AmbiguousNumber,
    NumberError,
    decimal_number,
    decimal_text,
    numbered,
    parse_whole,
    record_id,
    record_ids,
    whole,
)

# What an address or a form can hold where a number is expected.
NO_IDS = ["0", "-1", "+1", "1.0", "1e3", "x", "", " ", None, True, [1], {"a": 1}, 2**31]
NO_IDS += ["9" * 5000, "²", "١", "1_0", "0x1", "NaN", 1.5, "2147483648"]


@tagged("post_install", "-at_install")
class TestNumbers(BaseCase):
    def test_an_id_is_read_or_is_zero(self):
        for value in NO_IDS:
            self.assertEqual(record_id(value), 0, repr(value)[:40])
        self.assertEqual(record_id(10**5000), 0)
        self.assertEqual((record_id("17"), record_id(17), record_id(" 17 ")), (17,) * 3)
        self.assertEqual(record_ids(["3", "x", 3, "5", "9" * 5000]), [3, 5])
        self.assertEqual(len(record_ids(map(str, range(1, 9999)))), 200)

    def test_a_whole_number_has_bounds(self):
        self.assertEqual((whole("0"), whole("7", most=6), whole("x", 1)), (0, None, 1))
        self.assertEqual(parse_whole("999999999999", most=10**12), 999999999999)
        for value in ("100001", "9" * 5000, 10**5000, None):
            with self.assertRaises(NumberError):
                parse_whole(value, most=100_000)

    def test_fields_with_a_number_in_their_name_are_found(self):
        form = {"price_3": "1:30", "price_x": "2", "price_4": " ", "title": "bread"}
        form.update({f"price_{'9' * 5000}": "1", "price_-1": "1", "price_5": ["a"]})
        self.assertEqual(numbered(form, "price_"), {3: "1:30"})

    def test_a_quantity_is_read_as_people_write_it(self):
        for text, number in (
            ("2,5", 2.5),
            ("2.5", 2.5),
            (",5", 0.5),
            ("1.234,5", 1234.5),
            ("1 234,5", 1234.5),
            ("0,125", 0.125),
            (3, 3.0),
            (1.125, 1.125),
        ):
            self.assertEqual(decimal_number(text), number, text)
        with self.assertRaises(AmbiguousNumber) as asked:
            decimal_number("1.500")
        self.assertEqual(asked.exception.readings, [(1500, 0), (1500, 3)])
        for value in (
            "",
            "x",
            "nan",
            "inf",
            "1e5",
            "1_0",
            float("nan"),
            True,
            [1],
            None,
        ):
            with self.assertRaises(NumberError, msg=repr(value)):
                decimal_number(value)

    def test_a_number_in_a_form_reads_back(self):
        for number in (0.0, 1.0, 1000.0, 2.5, 1.125, 0.3333, 12.25, 999999.9999):
            self.assertEqual(decimal_number(decimal_text(number)), number)
