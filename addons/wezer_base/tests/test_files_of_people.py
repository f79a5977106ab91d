import io
import zipfile
from datetime import datetime
from decimal import Decimal
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..tools import archives, moments, numbers, tables, workbooks


@tagged("post_install", "-at_install")
class TestFilesOfPeople(BaseCase):
    """Dates, amounts, hours, archives and workbooks as people send them."""

    def test_dates_are_read_in_the_order_of_their_file(self):
        moment = datetime(2012, 3, 8, 15, 12, 7)
        for text in (
            "1331219527",
            "1331219527000",
            "2012-03-08 15:12:07 UTC",
            "2012-03-08T15:12:07.418Z",
            "2012-03-08T16:12:07+01:00",
            "8.3.12 15:12:07",
            "08.03.2012 15:12:07",
        ):
            self.assertEqual(moments.Dates().read(text), moment, text)
        for order, month, day in (("day", 4, 3), ("month", 3, 4)):
            read = moments.Dates(order=order).read("03/04/2012 3:05 PM")
            self.assertEqual(read, datetime(2012, month, day, 15, 5))
        paris = moments.zone_called("Europe/Paris")
        self.assertEqual(
            moments.Dates(paris).read("8.7.2012"), datetime(2012, 7, 7, 22)
        )
        for text in ("", "0", "1970-01-01 00:00:00", "0000-00-00"):
            self.assertIsNone(moments.Dates().read(text), text)

    def test_a_date_that_is_none_or_two_is_refused(self):
        for text in ("soon", "31.02.2020", "1.2.20205", "2020-13-01", "1.1.2020 25:00"):
            with self.assertRaises(moments.NotADate):
                moments.Dates().read(text)
        with self.assertRaises(moments.TwoDates):
            moments.Dates().read("03/04/2012")
        self.assertEqual(moments.day_order(["3/4/12", "3/25/12"]), "month")
        self.assertEqual(moments.day_order(["3/4/12", "25/3/12"]), "day")
        self.assertEqual(moments.day_order(["3.4.12"]), "day")
        self.assertEqual(moments.day_order(["3/4/12", "2012-01-20"]), "")
        with self.assertRaises(moments.TwoDates):
            moments.day_order(["25/3/12", "3/25/12"])

    def test_the_sign_before_decimals_is_one_in_a_file(self):
        for texts, sign in (
            (["1.234,50", "12"], ","),
            (["1,234.50"], "."),
            (["1.234.567"], ","),
            (["12,5"], ","),
            (["0.125"], "."),
            (["1.234", "12"], ""),
        ):
            self.assertEqual(numbers.decimal_sign(texts), sign, texts)
        with self.assertRaises(numbers.AmbiguousNumber):
            numbers.decimal_sign(["12,5", "12.5"])

    def test_amounts_keep_their_decimals_and_their_sign(self):
        for text, sign, amount in (
            ("89.5050", ".", "89.5050"),
            ("1.234,50", ",", "1234.50"),
            ("-1 234,5", ",", "-1234.5"),
            ("\u22125", "", "-5"),
            ("(12.00)", ".", "-12.00"),
            ("12-", "", "-12"),
            ("1.234", ",", "1234"),
        ):
            read = numbers.read_signed(text, sign)
            self.assertEqual(str(read), amount, text)
        for text in ("", "x", "1e9", "NaN", "=1", "1.23.4", "--5", "9" * 30, "١"):
            with self.assertRaises(numbers.NumberError):
                numbers.read_signed(text, ".")
        with self.assertRaises(numbers.AmbiguousNumber) as caught:
            numbers.read_signed("1.234")
        self.assertEqual(caught.exception.readings, [Decimal("1234"), Decimal("1.234")])

    def test_hours_are_read_as_people_write_them(self):
        for text, seconds in (
            ("2,5", 9000),
            ("2:30", 9000),
            ("2:30:20", 9020),
            ("1 h 30", 5400),
            ("1h", 3600),
            ("1 h 30 min", 5400),
            ("90 min", 5400),
            ("-0:45", -2700),
            ("3", 10800),
        ):
            self.assertEqual(numbers.hour_seconds(text), seconds, text)
        for text in ("", "2:75", "soon", "h", "1:2:3:4", "=1"):
            with self.assertRaises(numbers.NumberError):
                numbers.hour_seconds(text)

    def test_marks_and_scripts_in_a_table_are_refused(self):
        for cell, code in (
            ("a\u202eb", "control"),
            ("a\u2066b", "control"),
            ("a\0b", "control"),
            ("<script>x</script>", "script"),
            ("<a href='javascript:x'>", "script"),
        ):
            (record,) = tables.read_table(f'name\n"{cell}"\n').records
            self.assertEqual(record.problem[0], code)
        # Marks that only say which way a word is read are people's.
        (record,) = tables.read_table("name\nשלום\u200f!\n").records
        self.assertIsNone(record.problem)

    def archive(self, *names, data=b"x"):
        """Return an archive of files with these names."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in names:
                packed.writestr(name, data)
        return made.getvalue()

    def test_an_archive_is_unpacked_in_memory_and_within_bounds(self):
        data = self.archive("a.csv", "folder/b.csv")
        found = dict(archives.unpack(data))
        self.assertEqual(found, {"a.csv": b"x", "folder/b.csv": b"x"})
        link = io.BytesIO()
        with zipfile.ZipFile(link, "w") as packed:
            entry = zipfile.ZipInfo("a.csv")
            entry.external_attr = 0o120777 << 16
            packed.writestr(entry, "/etc/passwd")
        for hostile, code in (
            (self.archive("../a"), "path"),
            (self.archive("a/../../b"), "path"),
            (self.archive("\\a"), "path"),
            (link.getvalue(), "link"),
            (b"PK\x03\x04" + b"x" * 50, "broken"),
        ):
            with self.assertRaises(archives.ArchiveError) as caught:
                list(archives.unpack(hostile))
            self.assertEqual(caught.exception.code, code)
        with self.assertRaises(archives.ArchiveError) as caught:
            list(archives.unpack(self.archive("a", data=b"x" * 1000), most=999))
        self.assertEqual(caught.exception.code, "large")
        with patch.object(archives, "RATIO_FROM", 1000):
            with self.assertRaises(archives.ArchiveError) as caught:
                list(archives.unpack(self.archive("a", data=b"0" * 100_000)))
        self.assertEqual(caught.exception.code, "bomb")

    def workbook(self, *rows):
        """Return a workbook with one sheet of these rows."""
        import openpyxl

        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        made = io.BytesIO()
        book.save(made)
        return made.getvalue()

    def test_a_workbook_becomes_texts(self):
        data = self.workbook(
            ["Day", "Amount", "Word"],
            [datetime(2018, 1, 4), 12.1, "=HYPERLINK(1)"],
            [None, None, None],
            [datetime(2018, 1, 4, 9, 30), -3, True],
        )
        self.assertTrue(workbooks.is_workbook(data))
        self.assertFalse(workbooks.is_workbook(self.archive("a.csv")))
        (sheet,) = workbooks.read_workbook(data)
        self.assertEqual(
            sheet.rows,
            [
                ["Day", "Amount", "Word"],
                ["2018-01-04", "12.1", "=HYPERLINK(1)"],
                [],
                ["2018-01-04 09:30:00", "-3", "1"],
            ],
        )

    def test_a_workbook_that_is_too_large_or_runs_programs_is_refused(self):
        data = self.workbook(["a"] * 20, ["b"])
        for bound, most, code in (
            ("COLUMNS_MAX", 10, "columns"),
            ("ROWS_MAX", 1, "rows"),
            ("CELLS_MAX", 10, "cells"),
        ):
            with patch.object(workbooks, bound, most):
                with self.assertRaises(workbooks.WorkbookError) as caught:
                    workbooks.read_workbook(data)
            self.assertEqual(caught.exception.code, code)
        for name, code in (
            ("xl/vbaProject.bin", "macros"),
            ("xl/macrosheets/sheet1.xml", "macros"),
            ("xl/externalLinks/externalLink1.xml", "links"),
            ("xl/connections.xml", "links"),
        ):
            made = io.BytesIO(data)
            with zipfile.ZipFile(made, "a") as packed:
                packed.writestr(name, b"<a/>")
            with self.assertRaises(workbooks.WorkbookError) as caught:
                workbooks.read_workbook(made.getvalue())
            self.assertEqual(caught.exception.code, code)
        with patch.object(workbooks, "can_read", return_value=False):
            with self.assertRaises(workbooks.WorkbookError) as caught:
                workbooks.read_workbook(data, "book.xlsx")
        self.assertIn("CSV", str(caught.exception))
