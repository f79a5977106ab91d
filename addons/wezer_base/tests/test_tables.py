from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..tools import file_values, moments, tables
from ..tools.table_reasons import in_words
from .common import WezerCommon

ROWS = [{"Prénom": "Zoé", "Ville": "Besançon"}, {"Prénom": "Łukasz", "Ville": "Łódź"}]
LATIN = [{"Prénom": "Zoé", "Ville": "Besançon"}]


def text(rows, separator=",", head=""):
    lines = [separator.join(rows[0])]
    lines += [separator.join(row.values()) for row in rows]
    return head + "\r\n".join(lines) + "\r\n"


@tagged("post_install", "-at_install")
class TestTables(BaseCase):
    def cells(self, data):
        return [record.cells for record in tables.read_table(data).records]

    def refused(self, data):
        with self.assertRaises(tables.TableError) as caught:
            tables.read_table(data)
        return caught.exception

    def test_a_file_is_read_in_every_encoding_of_office_programs(self):
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
            self.assertEqual(self.cells(text(ROWS).encode(encoding)), ROWS, encoding)
        for encoding in ("cp1252", "latin-1"):
            table = tables.read_table(text(LATIN).encode(encoding))
            self.assertEqual(table.encoding, "cp1252")
            self.assertEqual([one.cells for one in table.records], LATIN)

    def test_a_file_that_is_not_text_is_refused(self):
        for data in (b"\x89PNG\r\n\x1a\n\x81\x8d", b"name\nZ\x81e\n"):
            self.assertIn(self.refused(data).code, ("encoding", "csv"))
        for data in (b"", b"\n \n", "\ufeff"):
            self.assertEqual(self.refused(data).code, "empty")

    def test_every_separator_is_found_or_named(self):
        for separator in ",;\t|":
            self.assertEqual(self.cells(text(ROWS, separator)), ROWS, separator)
        self.assertEqual(self.cells(text(ROWS, ";", "sep=;\r\n")), ROWS)
        self.assertEqual(self.cells(text(ROWS, "#", '"SEP=#"\n')), ROWS)
        # A comma within the quotes of a heading is no separator.
        self.assertEqual(
            self.cells('"Name, Vorname";Ort\n"Neu, Nina";Basel\n'),
            [{"Name, Vorname": "Neu, Nina", "Ort": "Basel"}],
        )

    def test_a_broken_file_is_refused_with_its_line(self):
        error = self.refused('name,city\nAnna,"Genève\nLuc,Nyon\n')
        self.assertEqual(error.code, "csv")
        self.assertIn("line", error.value)
        self.assertEqual(self.refused("name,name\nAnna,Luc\n").code, "headings")

    def test_a_wrong_byte_in_utf_8_is_refused_and_not_read_as_another_encoding(self):
        data = "name,city\nZoë,Genève\nAnna,Zürich\n".encode()
        error = self.refused(data.replace("ü".encode(), b"\xfc"))
        self.assertEqual(error.code, "encoding")
        self.assertIn("line 3", error.value)
        latin = "name,city\nZoë,Genève\nAnna,Zürich\n".encode("cp1252")
        self.assertEqual(tables.read_table(latin).encoding, "cp1252")

    def test_a_row_that_would_lose_something_has_its_problem(self):
        rows = (
            ("Gen\ufffdve,x", "lost"),
            ("Gen\0ve,x", "control"),
            ("Nyon,x,2,5", "cells"),
        )
        for line, code in rows:
            records = tables.read_table(f"city,word\n{line}\nNyon,y\n").records
            self.assertEqual(records[0].problem[0], code, line)
            self.assertIsNone(records[1].problem)
            self.assertEqual(records[1].row, 2)
        # What is empty to the right is no loss.
        record = tables.read_table("city,word\nNyon,x,,\n").records[0]
        self.assertIsNone(record.problem)

    def test_headings_are_found_without_case_blanks_accents_and_signs(self):
        headings = ["E-Mail", "TÉLÉPHONE ", "Prénom", "Nom_de famille"]
        self.assertEqual(tables.find(headings, ["email"]), ["E-Mail"])
        self.assertEqual(tables.find(headings, ["telephone"]), ["TÉLÉPHONE "])
        self.assertEqual(
            tables.find(headings, ["prenom + nom de famille"]),
            ["Prénom", "Nom_de famille"],
        )
        self.assertEqual(tables.find(headings, ["nom"]), [])
        self.assertEqual(tables.find(["skill_", "skill"], ["skill"]), ["skill"])
        self.assertEqual(tables.unused(headings, headings[:2]), headings[2:])

    def test_numbers_are_read_with_a_comma_and_never_guessed(self):
        for said, value in (
            ("2,5", 2.5),
            ("2.5", 2.5),
            (" 12 ", 12),
            ("-0,25", -0.25),
            ("0.000", 0),
            ("1\u202f234,5", 1234.5),
            ("12.3456", 12.3456),
        ):
            self.assertEqual(tables.number(said), value, said)
        for said, code in (
            ("two", "number"),
            ("1.234,5", "number"),
            ("2,5 h", "number"),
            ("inf", "number"),
            ("1e3", "number"),
            ("1.000", "grouping"),
            ("12,000", "grouping"),
        ):
            with self.assertRaises(tables.TableError) as caught:
                tables.number(said)
            self.assertEqual(caught.exception.code, code, said)
        self.assertEqual(tables.whole("5,0"), 5)
        with self.assertRaises(tables.TableError):
            tables.whole("2,5")

    def test_dates_that_can_be_two_are_asked_about(self):
        day = datetime(2026, 4, 30)
        for said in ("2026-04-30", "30.04.2026", "30/04/2026", "04/30/2026"):
            self.assertEqual(moments.Dates().read(said), day, said)
        for said in ("April 30 2026", "30 April 2026", "Apr 30, 2026"):
            self.assertEqual(moments.Dates().read(said), day, said)
        self.assertEqual(
            file_values.plain_moment("30.4.2026 14:05"), "2026-04-30 14:05:00"
        )
        by_pattern = moments.Dates(pattern="%m/%d/%Y")
        self.assertEqual(by_pattern.read("04/03/2026 10:00"), datetime(2026, 4, 3, 10))
        self.assertEqual(moments.Dates().read("03/03/2026"), datetime(2026, 3, 3))
        for said, code in (
            ("soon", "date"),
            ("31.02.2026", "date"),
            ("03/04/2026", "two_dates"),
        ):
            with self.assertRaises(tables.TableError) as caught:
                file_values.plain_moment(said)
            self.assertEqual(caught.exception.code, code, said)

    def test_what_looks_like_a_formula_is_escaped_and_read_back(self):
        for text in (
            "=1+1",
            "+cmd|' /C calc'!A0",
            "-2+3+x",
            "@lice",
            "-",
            "'=1",
            "''-x",
        ):
            cell = tables.no_formula(text)
            self.assertEqual(cell, f"'{text}")
            self.assertEqual(tables.as_written(cell), text)
            self.assertEqual(self.cells(f'name\n"{cell}"\n'), [{"name": text}])
        for text in ("-3:00 h", "-12.50 €", "+4", "'s Heerenberg", "a=b", ""):
            self.assertEqual(tables.no_formula(text), text)
            self.assertEqual(tables.as_written(text), text)

    def test_rows_are_read_without_headings_and_line_ends_stay_in_quotes(self):
        rows, encoding, separator = tables.rows_of(b'a;"b\r\nc"\r\n\rd;e')
        self.assertEqual((encoding, separator), ("utf-8-sig", ";"))
        self.assertEqual(list(rows), [["a", "b\r\nc"], [], ["d", "e"]])


@tagged("post_install", "-at_install")
class TestReasons(WezerCommon):
    def test_every_reason_has_words_with_its_value(self):
        for code, reason in tables.REASONS.items():
            said = in_words(self.env, (code, "xyz"))
            self.assertEqual(said, str(tables.TableError(code, "xyz")), code)
            self.assertEqual("xyz" in said, "%s" in reason)
