import datetime as dates
import io
import tempfile
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..tools import (
    archives,
    file_rows,
    file_values,
    moments,
    numbers,
    tables,
    workbooks,
)
from .workbook import workbook


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

    def test_a_long_text_is_no_date_and_takes_no_time(self):
        # Tried at every place, the blanks of such a cell would take half an hour.
        for text in (
            f"2020-01-01 10:00{' ' * 200_000}x",
            f"2020-01-01{' ' * 200_000}\nx",
        ):
            self.assertEqual(moments.day_order([text]), "")
            with self.assertRaises(moments.NotADate):
                moments.Dates().read(text)
            with self.assertRaises(tables.TableError):
                file_values.plain_moment(text)

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
        return workbook({"Sheet": rows})

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
        sparse = self.workbook(["a"], *([None] for _row in range(50)), ["b"])
        with patch.object(workbooks, "CELLS_MAX", 100):
            with self.assertRaises(workbooks.WorkbookError) as caught:
                workbooks.read_workbook(sparse)
        self.assertEqual(caught.exception.code, "cells")
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
        declared = "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"
        for name, part in (
            # Behind a long comment, under another ending, in another encoding.
            ("xl/worksheets/other.xml", f"<!-- {'-+' * 4000} -->{declared}".encode()),
            ("xl/worksheets/other.dat", declared.encode()),
            ("xl/worksheets/other.xml", declared.encode("utf-16")),
        ):
            made = io.BytesIO(data)
            with zipfile.ZipFile(made, "a") as packed:
                packed.writestr(name, part)
            with self.assertRaises(workbooks.WorkbookError) as caught:
                workbooks.read_workbook(made.getvalue())
            self.assertEqual(caught.exception.code, "broken")
        made = io.BytesIO(data)
        with zipfile.ZipFile(made, "a") as packed:
            # A drawing program's picture declares its kind.
            packed.writestr("xl/media/image1.svg", "<!DOCTYPE svg><svg/>")
        self.assertTrue(workbooks.read_workbook(made.getvalue()))
        with patch.object(workbooks, "can_read", return_value=False):
            with self.assertRaises(workbooks.WorkbookError) as caught:
                workbooks.read_workbook(data, "book.xlsx")
        self.assertIn("CSV", str(caught.exception))


@tagged("post_install", "-at_install")
class TestFileRows(BaseCase):
    """How numbers and days are written is decided for the whole file, or said."""

    KIND = file_rows.Kind(
        {
            "name": ["name", "nom", "nombre", "Mitglied"],
            "amount": ["amount", "montant", "Betrag"],
            "day": ["day", "día", "Día del mes"],
        },
        numbers=("amount",),
        days=("day",),
        names=("name",),
    )

    def rows(self, data, said=None, sheet=""):
        table = tables.read_table(data, sheet)
        chosen = file_rows.chosen_columns(table.headings, self.KIND.columns)
        manner = file_rows.manner_of(table.records, chosen, self.KIND, said)
        return list(file_rows.rows_of(table.records, chosen, self.KIND, manner))

    def read(self, amounts=(), days=(), said=None):
        width = max(len(amounts), len(days))
        rows = zip(
            [*amounts, *[""] * (width - len(amounts))],
            [*days, *[""] * (width - len(days))],
            strict=True,
        )
        text = "name;amount;day\n" + "".join(f"A;{one};{day}\n" for one, day in rows)
        found = self.rows(text, said)
        return [
            row["problem"] if "problem" in row else row["amount"] or row["day"]
            for row in found
        ]

    def test_one_number_decides_for_the_whole_file(self):
        self.assertEqual(self.read(["1.250", "2,5"]), ["1250", "2,5"])
        self.assertEqual(self.read(["1.250", "2.5"]), ["1.2500", "2.5"])
        self.assertEqual(self.read(["1'250", "1.250,75"]), ["1'250", "1250.7500"])
        # Nothing decides, or the file contradicts itself: left to who knows the unit.
        self.assertEqual(self.read(["1.250", "3"]), ["1.250", "3"])
        self.assertEqual(self.read(["1.250", "2,5", "2.5"]), ["1.250", "2,5", "2.5"])

    def test_what_is_said_decides_and_another_way_of_writing_is_refused(self):
        comma = file_values.Manner(",", "month")
        self.assertEqual(
            self.read(["1.250", "2.5"], said=comma), ["1250", ("number", "2.5")]
        )
        self.assertEqual(
            self.read(days=["03/04/2026", "31/12/2026"], said=comma),
            ["2026-03-04", ("date", "31/12/2026")],
        )

    def test_hours_are_left_to_who_knows_that_they_are_hours(self):
        hours = ["2:30", "1 h 30", "90 min", "2 Std."]
        self.assertEqual(self.read([*hours, "2,5"])[:4], hours)

    def test_one_day_above_12_decides_for_all_days(self):
        self.assertEqual(
            self.read(days=["03/04/2026", "31/12/2026 14:05"]),
            ["2026-04-03", "2026-12-31 14:05:00"],
        )
        self.assertEqual(
            self.read(days=["03/04/2026", "12/31/26"]), ["2026-03-04", "2026-12-31"]
        )
        self.assertEqual(
            self.read(days=["03/04/2026", "3.4.2026", "2026-04-03T10:00+02:00"]),
            ["2026-04-03", "2026-04-03", "2026-04-03T10:00+02:00"],
        )
        self.assertEqual(
            self.read(days=["03/04/2026 14:05 +0200", "1717500000", "31/1/2026"]),
            ["2026-04-03 12:05:00+00:00", "2024-06-04 11:20:00+00:00", "2026-01-31"],
        )

    def test_cells_that_are_not_understood_are_refused_with_their_value(self):
        bad = {
            "03/04/2026": "two_dates",
            "31/02/2026": "date",
            "0000-00-00": "date",
            "soon": "date",
            "=TODAY()": "formula",
            "Zo\ufffd": "lost",
            "\u202e2026-01-01": "control",
            "<script>": "script",
        }
        for cell, code in bad.items():
            found = self.read(days=[cell])[0]
            self.assertEqual((cell, found[0]), (cell, code))
        self.assertEqual(self.rows("name\n=1+1\n")[0]["problem"][0], "formula")

    def test_headings_count_without_case_blanks_and_accents(self):
        for heading in ("NOMBRE", "nom", " mitglied ", "N-o-m"):
            self.assertEqual(self.rows(f"{heading}\nZoé\n")[0]["name"], "Zoé")
        self.assertEqual(self.rows("dia DEL mes\n2026-01-02\n")[0]["day"], "2026-01-02")

    def test_a_workbook_is_read_wherever_a_csv_file_is(self):
        rows = [
            ["Nom", "Montant", "day"],
            ["Zoé\nund Luc", 1.25, dates.date(2026, 4, 3)],
            [],
            ["Luc", 1.234, datetime(2026, 4, 3, 14, 5)],
        ]
        data = workbook({"Sheet": rows, "Empty": []})
        found = self.rows(data)
        self.assertEqual(found[0]["name"], "Zoé\nund Luc")
        self.assertEqual(
            [(row["line"], row["amount"], row["day"]) for row in (found[0], found[2])],
            [(2, "1.25", "2026-04-03"), (4, "1.2340", "2026-04-03 14:05:00")],
        )
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            stream = tables.open_table(Path(file.name))
            self.assertEqual(len(list(stream.records)), 3)
        self.assertEqual(stream.encoding, tables.WORKBOOK)

    def test_of_several_sheets_the_wanted_one_is_said(self):
        data = workbook({"First": [["name"], ["A"]], "Second": [["name"], ["B"]]})
        self.assertEqual(tables.sheets_of(data), ["First", "Second"])
        self.assertEqual(self.rows(data, sheet="Second")[0]["name"], "B")
        for sheet in ("", "Third"):
            with self.assertRaises(tables.TableError) as caught:
                self.rows(data, sheet=sheet)
            self.assertEqual(caught.exception.code, "sheets")

    def test_an_archive_that_is_no_workbook_is_refused(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("members.csv", "name\nA\n")
        for data in (out.getvalue(), b"PK\x03\x04 broken"):
            with self.assertRaises(tables.TableError) as caught:
                tables.read_table(data)
            code = caught.exception.code
            self.assertTrue(code.startswith(tables.PACKED), code)
