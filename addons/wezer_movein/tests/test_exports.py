import csv
import hashlib
import io
import json
import os
import random
import sys
import traceback
import warnings
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..models.wezer_movein_problem import CHOICES, CODES
from ..tools import (
    komunitin_api,
    problems,
    reading,
    replay,
    report,
    sources,
    unmoved,
)
from ..tools.content import Payment, Unreadable
from ..tools.names import Names
from ..tools.readers import registry
from . import exports

# Every test with small counts, or with large ones.
ALL = os.environ.get("WEZER_COUNTS") == "all"
# Communities with expected results, where they are.
SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "movein"
# What depends on chance in the made-up communities, and is no trap of theirs.
CHANCE = {
    "same_account",
    "balance_rounded",
    "closed_with_balance",
    "seconds_lost",
    "rows_alike",
    "email_twice",
    "name_twice",
}


class ExportCase(BaseCase):
    """Reads exports and compares them with what is true."""

    def report(self, files, decisions=None, **options):
        """Return the report of a check, as a program gets it."""
        content = registry.read(files, options)
        replayed = replay.replay(content, decisions)
        return json.loads(json.dumps(report.report(content, replayed, decisions)))

    def check(self, made, **options):
        """Assert that an export is read as it was made."""
        content = registry.read(made.files, options)
        replayed = replay.replay(content)
        found = Counter(problem.code for problem in replayed.problems)
        for code in CHANCE:
            found.pop(code, None)
        self.assertEqual(dict(found), made.counts)
        for code, amount in made.replay.items():
            here = replayed.balances[code][0]
            if content.currency.is_time:
                here = round(here * 60)
            self.assertEqual(here, amount, code)
        unmoved = [
            int(problem.id) if problem.id else problem.row
            for problem in replayed.problems
            if problem.code == "not_moved"
        ]
        self.assertEqual(sorted(unmoved), sorted(made.unmoved))
        self.assert_in_order(content, replayed)
        return content, replayed

    def assert_in_order(self, content, replayed):
        """Assert that every row is in one place, and that history is in order."""
        moments = [payment.moment for payment in replayed.postings]
        self.assertNotIn(None, moments)
        self.assertEqual(moments, sorted(moments))
        rows = sum(not payment.group for payment in replayed.postings)
        rows += len(replayed.notes) + len(replayed.left_out)
        self.assertEqual(rows, len(content.payments))
        balances = dict.fromkeys(replayed.balances, Decimal(0))
        for payment in replayed.postings:
            for side, sign in ((payment.payer, -1), (payment.payee, 1)):
                balances[side] = balances.get(side, 0) + sign * payment.amount
        for code, (amount, _said, _difference) in replayed.balances.items():
            self.assertAlmostEqual(balances[code], amount, 9, code)

    def refused(self, files, **options):
        """Return the code with which files are refused."""
        with self.assertRaises(Unreadable) as caught:
            registry.read(files, options)
        self.assertTrue(str(caught.exception))
        return caught.exception.code


@tagged("post_install", "-at_install")
class TestReaders(ExportCase):
    """Exports of other seeds, languages, meanings and encodings."""

    def test_the_meaning_of_the_levy_is_the_reading_that_leaves_least(self):
        for levy in ("both", "payee", "payer", "none"):
            _content, replayed = self.check(exports.ces(3, levy=levy))
            self.assertEqual(replayed.chosen["levy"], levy)

    def test_levies_go_to_the_account_with_which_balances_agree(self):
        for levy in ("both", "payee"):
            content, replayed = self.check(exports.ces(3, levy=levy, treasury=1))
            self.assertEqual(replayed.chosen["levy"], levy)
            self.assertEqual(content.treasury, "FERN0001")

    def test_without_balances_nobody_guesses_who_paid_the_levies(self):
        made = exports.ces(3, levy="payee", unmoved=0)
        files = [one for one in made.files if one[0] != "balances.csv"]
        content = registry.read(files, {})
        asked = replay.replay(content).undecided
        self.assertEqual([problems.key(one) for one in asked], ["levy"])
        decisions = problems.read_decisions('{"levy": "payee"}')
        replayed = replay.replay(content, decisions)
        self.assertFalse(replayed.undecided)
        with self.assertRaises(Unreadable):
            problems.read_decisions('{"levy": "nobody knows"}')
        for code, amount in made.replay.items():
            self.assertEqual(replayed.balances[code][0], amount, code)
        plain = exports.ces(3, levy="").files
        files = [one for one in plain if one[0] != "balances.csv"]
        self.assertFalse(replay.replay(registry.read(files, {})).residuals)

    def test_two_payments_of_one_number_are_told(self):
        made = exports.ces(3, unmoved=0)
        files = dict(made.files)
        lines = files["trades.csv"].decode().splitlines(keepends=True)
        number = lines[5].split(",")[0]
        lines.append(lines[5])
        files["trades.csv"] = "".join(lines).encode()
        content = registry.read(list(files.items()), {})
        told = [one for one in content.problems if one.code == "same_number"]
        self.assertEqual(
            [(one.id, one.row) for one in told], [(number, len(lines) - 1)]
        )
        # The balances show that it was paid once.
        codes = [one.code for one in replay.replay(content).problems]
        self.assertIn("not_moved", codes)
        decisions = problems.read_decisions('{"same_number": "leave out"}')
        replayed = replay.replay(content, decisions)
        self.assertEqual([one.id for one in replayed.left_out], [number])
        self.assertNotIn("not_moved", [one.code for one in replayed.problems])

    def test_a_wrong_byte_in_a_file_of_plain_letters_is_told_with_its_word(self):
        made = exports.ces(3, unmoved=0)
        files = dict(made.files)
        files["wants.csv"] = (
            b"ID,UID,Keep,DateAdded,Title,Description\n"
            b"1,FERN0003,0,1547500620,A caf\xe9 table,\n"
        )
        content = registry.read(list(files.items()), {})
        (wants,) = (one for one in content.files if one.name == "wants.csv")
        self.assertEqual(wants.encoding, "cp1252")
        self.assertEqual(wants.letters, "café")
        told = report.report(content, replay.replay(content))["files"]
        self.assertIn("café", [one["letters_guessed"] for one in told])

    def test_a_row_that_names_a_payment_of_its_payer_is_its_levy(self):
        made = exports.ces(3, levy="")
        name, data = made.files[3]
        lines = data.decode().splitlines()
        number, seller, buyer, *_rest = lines[1].split(",")
        for side in (seller, buyer):
            start = f"9{number},FERN0000,{side},,,,1546330000,,1"
            lines.append(f"{start},,,2 % of {number}")
        made.files[3] = (name, "\r\n".join(lines).encode())
        content = registry.read(made.files)
        kinds = [payment.kind for payment in content.payments[-2:]]
        self.assertEqual(kinds, ["levy", "levy"])

    def test_codes_of_other_lengths_and_numbers_in_small_letters_are_read(self):
        for code in ("AB", "VERDE", "GR12"):
            content, _replayed = self.check(exports.ces(3, code=code))
            self.assertEqual(content.code, code)
        made = exports.ces(3)
        small = [
            (name, data.replace(b"FERN", b"fern") if name == "trades.csv" else data)
            for name, data in made.files
        ]
        made.files = small
        self.check(made)

    def test_payments_that_say_they_were_refused_are_found_together(self):
        for members, refused in ((9, 20), (20, 12)):
            made = exports.ces(
                5, members, 400, unmoved=refused, refused=" (buyer refused)"
            )
            self.check(made)

    def test_ces_is_read_in_every_encoding_separator_and_form_of_dates(self):
        self.check(exports.ces(4, levy="", encoding="utf-16", separator=";"))
        self.check(exports.ces(5, encoding="utf-8-sig", separator="\t", code="ABCD"))
        for moment in ("%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ"):
            self.check(exports.ces(6, moment=moment))

    def test_six_files_are_read_and_their_formulas_counted(self):
        made = exports.ces(7, six=True, levy="")
        content, _replayed = self.check(made)
        self.assertEqual(content.layout, "six files in lower case")
        self.assertGreater(content.facts["formulas"], 0)

    def test_timeoverflow_is_read_in_nine_languages(self):
        for language in exports.TIME_WORDS:
            content, _replayed = self.check(exports.timeoverflow(8, language))
            self.assertEqual(content.language, language.partition("-")[0])
            self.assertEqual(len(content.adverts), 2)

    def test_komunitin_moves_what_was_committed_only(self):
        content, replayed = self.check(exports.komunitin(9))
        self.assertTrue(replayed.left_out)
        self.assertEqual(content.code, "GLEN")

    def test_spreadsheets_are_read_as_treasurers_write_them(self):
        for language, day, comma, encoding, separator in (
            ("de", "%d.%m.%Y", True, "cp1252", ";"),
            ("en", "%m/%d/%Y", False, "utf-8", ","),
            ("fr", "%d/%m/%Y", True, "utf-16", ";"),
            ("es", "%Y-%m-%d", True, "utf-8-sig", "\t"),
        ):
            self.check(
                exports.spreadsheet(1, language, separator, encoding, day, comma)
            )

    def test_members_may_be_listed_in_two_sheets_and_by_two_names(self):
        payments = [
            "Data;Qui paga;Qui cobra;Motiu;Import".split(";"),
            ["2020-01-02", "Ann Poplar", "Bob Reed", "jam", "12,50 ecos"],
            ["", "", "", "Subtotal", "12,50 ecos"],
            ["2020-01-03", "Bob Reed", "Ann Poplar", "bread", "1.002,25 ecos"],
            ["", "", "", "Total general", "1.014,75 ecos"],
        ]
        people = [
            ["Nom", "Cognoms", "Correu"],
            ["Ann", "Poplar", "ann@example.org"],
            ["Bob", "Reed", "bob@example.org"],
        ]
        books = [
            ["Soci", "Saldo actual"],
            ["Bob Reed", "-989,75 ecos"],
            ["Ann Poplar", "990,75 ecos"],
        ]
        made = {"pagaments": payments, "gent": people, "saldos": books}
        files = [
            (f"{name}.csv", exports.table(rows, ";", "cp1252"))
            for name, rows in made.items()
        ]
        found = self.report(files)
        self.assertEqual(found["people"], 2)
        self.assertEqual(found["balances"]["Ann Poplar"]["difference"], "1.00")
        self.assertEqual(found["balances"]["Bob Reed"]["difference"], "0.00")
        self.assertEqual(
            found["problem_counts"], {"balance_differs": 1, "total_row": 2}
        )
        twice = [*files, ("more.csv", exports.table(books, ";"))]
        self.assertEqual(self.refused(twice), "twice")

    def test_a_workbook_is_read_like_its_tables(self):
        made = exports.spreadsheet(2, "de", ";", "utf-8")
        made.files = [("book.xlsx", exports.workbook(made.files, ";"))]
        self.check(made)

    def test_names_of_files_do_not_matter(self):
        made = exports.ces(10)
        made.files = [(f"X{n}.TXT", data) for n, (_name, data) in enumerate(made.files)]
        self.check(made)
        packed = exports.ces(10)
        packed.files = [("all.zip", exports.archive(packed.files, "Export/"))]
        self.check(packed)

    @settings(max_examples=50 if ALL else 3, deadline=None)
    @given(st.randoms(use_true_random=False))
    def test_neither_files_nor_rows_need_an_order(self, rng):
        made = exports.ces(11, trades=80)
        straight = self.report(made.files)
        files = [(name, shuffled(data, rng)) for name, data in made.files]
        rng.shuffle(files)
        turned = self.report(files)
        self.assertEqual(turned["balances"], straight["balances"])
        self.assertEqual(turned["problem_counts"], straight["problem_counts"])

    def test_the_samples_give_exactly_what_is_expected(self):
        if not SAMPLES.is_dir():
            self.skipTest("The shared samples are absent.")
        folders = ("ces6", "komunitin", "spreadsheet")
        for folder in (*folders, "ces", "timeoverflow") if ALL else folders:
            files = [
                (path.name, path.read_bytes())
                for path in sorted((SAMPLES / folder).iterdir())
                if path.suffix in (".csv", ".zip")
            ]
            expected = json.loads((SAMPLES / folder / "expected.json").read_text())
            found = self.report(files)
            for key in ("system", "rows", "problem_counts"):
                self.assertEqual(found[key], expected[key], folder)
            self.assertEqual(found["balances"].keys(), expected["balances"].keys())
            for code, balance in expected["balances"].items():
                # Six files do not say who is hidden.
                balance.pop("state", None)
                here = {name: found["balances"][code][name] for name in balance}
                self.assertEqual(here, balance, f"{folder} {code}")
            decided = self.report(files, {"not_moved": {"choice": "leave_out"}})
            self.assertEqual(
                decided["problem_counts"]["balance_differs"],
                expected["problem_counts"]["balance_differs"],
            )


@tagged("post_install", "-at_install")
class TestDecisions(ExportCase):
    """What administrators decide changes the replay."""

    def setUp(self):
        super().setUp()
        self.made = exports.ces(12)
        self.content = registry.read(self.made.files, {})

    def replay(self, said):
        """Return the replay with decisions as a file has them."""
        return replay.replay(self.content, problems.read_decisions(json.dumps(said)))

    def test_an_import_waits_for_what_is_asked(self):
        self.assertFalse(replay.replay(self.content).is_proved)
        decided = {
            "not_moved": "leave out",
            "balance_differs": "opening",
            "closed_with_balance": "community",
        }
        proved = self.replay(decided)
        self.assertTrue(proved.is_proved)
        kinds = Counter(payment.kind for payment in proved.postings)
        self.assertEqual(kinds["opening"], 2)
        self.assertEqual(proved.accounts[replay.BROUGHT_FORWARD].kind, "community")

    def test_a_payment_that_is_kept_makes_its_accounts_differ(self):
        keys = [
            problems.key(problem)
            for problem in replay.replay(self.content).problems
            if problem.code == "not_moved"
        ]
        kept = self.replay({"not_moved": "leave out", keys[0]: "keep"})
        left_out = {payment.id for payment in kept.left_out}
        self.assertEqual(left_out, {key.partition(":")[2] for key in keys[1:]})
        counts = Counter(problem.code for problem in kept.problems)
        self.assertGreater(counts["balance_differs"], 2)

    def test_a_spelling_can_be_another_person_and_a_name_be_typed(self):
        ledger = exports.table(
            [
                ["Date", "From", "To", "For", "Amount"],
                ["2020-01-05", "Ann Grove", "Pia ?uk", "eggs", "5.50"],
                ["2020-01-06", "A. Grove", " Pia ?uk ", "jam", "3.25"],
            ]
        )
        members = exports.table(
            [["Member", "Balance"], ["Ann Grove", "-8.75"], ["Pia ?uk", "8.75"]]
        )
        content = registry.read([("p.csv", ledger), ("m.csv", members)], {})
        lost = "letters_lost:Pia ?uk"
        decided = {
            "spelled_differently": "separate",
            lost: {"choice": "type", "value": "Pia Łuk"},
        }
        apart = replay.replay(content, problems.read_decisions(json.dumps(decided)))
        self.assertEqual(apart.balances["A. Grove"][0], Decimal("-3.25"))
        self.assertEqual(apart.balances["Ann Grove"][0], Decimal("-5.50"))
        self.assertEqual(apart.balances["Pia ?uk"][0], Decimal("8.75"))
        self.assertEqual(apart.accounts["Pia ?uk"].name, "Pia Łuk")
        # What was decided once changes nothing of the files.
        same = replay.replay(content)
        self.assertEqual(same.balances["Ann Grove"][0], Decimal("-8.75"))

    def test_what_files_do_not_show_is_asked_for(self):
        rows = [["Date", "From", "To", "For", "Amount"]]
        days = [["03/04/2020", "Ann", "Bob", "eggs", "5.50"]]
        made = [("p.csv", exports.table(rows + days))]
        self.assertEqual(self.refused(made), "day_order")
        content = registry.read(made, {"day_order": "month"})
        self.assertEqual(content.payments[0].moment.month, 3)
        amounts = [["2020-04-03", "Ann", "Bob", "eggs", "1.125"]]
        made = [("p.csv", exports.table(rows + amounts))]
        self.assertEqual(self.refused(made), "decimal_sign")
        content = registry.read(made, {"decimal_sign": ","})
        self.assertEqual(content.payments[0].amount, 1125)

    def test_decisions_are_read_in_every_form_and_refused_otherwise(self):
        expected = {"not_moved": {"choice": "keep", "value": None, "reason": ""}}
        for said in (
            {"not_moved": "keep"},
            {"decisions": {"not_moved": {"choice": "keep"}}},
            [{"code": "not_moved", "choice": "keep"}],
        ):
            self.assertEqual(problems.read_decisions(json.dumps(said)), expected)
        hostile = [
            {"not_moved": {"choice": "keep", **more}}
            for more in (
                *({"value": {"a": 1}}, {"value": ["a"]}, {"value": True}),
                *({"value": "a\0"}, {"reason": ["a"]}, {"reason": "\0"}),
            )
        ]
        for said in (
            *("no JSON", '"text"', '{"x": "keep"}', '{"not_moved": "burn"}'),
            *("[" * 100_000, '{"not_moved:\\u0000": "keep"}', '{"not_moved": {}}'),
            *map(json.dumps, hostile),
        ):
            with self.assertRaises(Unreadable):
                problems.read_decisions(said)

    def test_any_number_of_payments_that_never_moved_is_found(self):
        for count in (140, 200):
            self.assert_found(count)

    def test_balances_of_another_day_propose_no_payments(self):
        rng = random.Random(4)
        codes = [f"a{number}" for number in range(400)]
        for count in (250, 400):
            differences = {code: Decimal(rng.randrange(1, 900)) for code in codes}
            differences |= dict.fromkeys(codes[count:], Decimal(0))
            payments = [
                Payment(*rng.sample(codes, 2), Decimal(rng.randrange(901, 999)), None)
                for _payment in range(2000)
            ]
            found = unmoved.search(
                payments,
                differences,
                lambda one: {one.payer: -one.amount, one.payee: one.amount},
                Decimal(0),
            )
            self.assertEqual(found, [])

    def assert_found(self, count):
        """Assert that as many payments are found as leave all accounts differing."""
        payments, differences = [], {}
        for number in range(count):
            payer, payee, amount = f"a{number}", f"b{number}", Decimal(number + 1)
            payments.append(Payment(payer, payee, amount, None))
            differences |= {payer: amount, payee: -amount}
        limit = sys.getrecursionlimit()
        # A large community has more of them than Python has calls.
        sys.setrecursionlimit(len(traceback.extract_stack()) + 100)
        try:
            found = unmoved.search(
                payments,
                differences,
                lambda one: {one.payer: -one.amount, one.payee: one.amount},
                Decimal(0),
            )
        finally:
            sys.setrecursionlimit(limit)
        self.assertEqual(found, payments)

    def test_what_only_looks_like_a_number_ends_no_program(self):
        self.assertTrue(reading.is_number("012"))
        for text in ("", "²", "-1", "1.0", "9" * 5000):
            self.assertFalse(reading.is_number(text))
        rows = [["date", "from", "to", "amount"], ["2020-04-03", "Ann", "²", "1"]]
        content = registry.read([("p.csv", exports.table(rows))], {})
        self.assertEqual(len(content.payments), 1)

    def test_every_problem_has_a_sentence_a_default_and_a_key(self):
        replayed = replay.replay(self.content)
        keys = [problems.key(problem) for problem in replayed.problems]
        again = [
            problems.key(problem) for problem in replay.replay(self.content).problems
        ]
        self.assertEqual(keys, again)
        for problem in replayed.problems:
            self.assertNotIn("{", problems.sentence(problem))
        codes, choices = dict(CODES), dict(CHOICES)
        for code, kind in problems.PROBLEMS.items():
            self.assertTrue(kind.choices, code)
            self.assertIn(code, codes)
            self.assertLessEqual(set(kind.choices), choices.keys(), code)
            self.assertIn(kind.default, (*kind.choices, problems.ASK), code)


@tagged("post_install", "-at_install")
class TestHostileFiles(ExportCase):
    """Files that nobody exported in good faith."""

    def ces_with(self, cell, file="trades.csv", column=11):
        """Return the files of a community with another cell in the fifth row."""
        files = []
        for name, data in exports.ces(3).files:
            if name == file:
                rows = list(csv.reader(io.StringIO(data.decode())))
                rows[5][column] = cell
                data = exports.table(rows)
            files.append((name, data))
        return files

    def test_a_hostile_cell_refuses_the_files(self):
        for cell, column, code in (
            ("a\0b", 11, "rows"),
            ("a\u202eb", 11, "rows"),
            ("a\u2066b", 11, "rows"),
            ("Gen\ufffdve", 11, "rows"),
            ("<script>alert(1)</script>", 11, "rows"),
            ("=1+1", 8, "rows"),
            ("=NOW()", 6, "rows"),
            ("=A1", 1, "rows"),
            ("1e9", 8, "rows"),
            ("NaN", 8, "rows"),
            ("", 8, "rows"),
            ("9" * 30, 8, "rows"),
            ("12 13", 8, "rows"),
            ("31.02.2020", 6, "rows"),
            ("x" * 4_100_000, 11, "line"),
            ("x" * 300_000, 11, "csv"),
        ):
            files = self.ces_with(cell, column=column)
            self.assertEqual(self.refused(files), code, cell[:20])
        for cell in ("=A1", "a\u202eb"):
            self.assertEqual(self.refused(self.ces_with(cell, "users.csv", 0)), "rows")

    def test_a_refused_row_is_named(self):
        with self.assertRaises(Unreadable) as caught:
            registry.read(self.ces_with("twelve", column=8), {})
        (row,) = caught.exception.rows
        self.assertEqual((row.file, row.row, row.code), ("trades.csv", 5, "number"))
        self.assertIn("twelve", row.reason)

    def test_a_formula_is_nobodys_name(self):
        for made, name, columns in (
            (exports.komunitin(9), "transfers.csv", (9, 11)),
            (exports.spreadsheet(1, "de", ",", "utf-8"), "payments.csv", (1, 2)),
        ):
            for column in columns:
                files = []
                for given_name, data in made.files:
                    if given_name == name:
                        rows = list(csv.reader(io.StringIO(data.decode())))
                        rows[9][column] = "=cmd|x"
                        data = exports.table(rows)
                    files.append((given_name, data))
                self.assertEqual(self.refused(files), "rows")

    def test_a_wrong_row_is_told_and_is_no_file_of_another_system(self):
        made = exports.timeoverflow(8)
        with zipfile.ZipFile(io.BytesIO(made.files[0][1])) as packed:
            files = {name: packed.read(name).decode() for name in packed.namelist()}
        for part, column, cell in (("Members", 8, "1:30"), ("Transfers", 0, "soon")):
            changed = []
            for name, text in files.items():
                rows = list(csv.reader(io.StringIO(text)))
                if part in name:
                    rows[3][column] = cell
                changed.append((name, exports.table(rows)))
            self.assertEqual(self.refused(changed), "rows")
        name, data = exports.komunitin(9).files[1]
        accounts = exports.komunitin(9).files[0]
        for state in (b"odd", b""):
            wrong = data.replace(b"committed", state, 1)
            self.assertEqual(self.refused([accounts, (name, wrong)]), "rows")

    def test_a_wrong_byte_makes_no_other_letters_of_the_rest(self):
        files = [
            (name, data.replace("ü".encode(), b"\xfc", 1) if "users" in name else data)
            for name, data in exports.ces(3).files
        ]
        self.assertNotEqual(files, exports.ces(3).files)
        self.assertEqual(self.refused(files), "encoding")

    def test_a_formula_in_a_text_is_told_and_kept(self):
        before = self.report(exports.ces(3).files)["problem_counts"]["formula"]
        files = self.ces_with('=HYPERLINK("http://example.invalid")')
        self.assertEqual(self.report(files)["problem_counts"]["formula"], before + 1)
        files = self.ces_with("@SUM(A1)", "users.csv", 3)
        self.assertEqual(self.report(files)["problem_counts"]["formula"], before + 1)

    def test_a_hostile_archive_is_refused(self):
        for names, code in (
            (["../a.csv"], "path"),
            (["/etc/a.csv"], "path"),
            (["C:\\a.csv"], "path"),
            ([f"{number}.csv" for number in range(1001)], "many"),
        ):
            data = exports.archive([(name, b"x") for name in names])
            self.assertEqual(self.refused([("x.zip", data)]), code, code)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = exports.archive([("a.csv", b"x")] * 2)
        self.assertEqual(self.refused([("x.zip", data)]), "twice")
        bomb = exports.archive([("a.csv", b"0" * (17 << 20))])
        self.assertEqual(self.refused([("x.zip", bomb)]), "bomb")
        deep = exports.archive([("c.csv", b"x")])
        for name in ("b.zip", "a.zip"):
            deep = exports.archive([(name, deep)])
        self.assertEqual(self.refused([("x.zip", deep)]), "nested")
        whole = exports.archive([("a.csv", b"xyz" * 1000)])
        self.assertEqual(self.refused([("x.zip", whole[:60])]), "broken")
        for name in ("a\x1b[2J.csv", "a\u202evsc.csv", "a\n.csv"):
            data = exports.archive([(name, b"x")])
            self.assertEqual(self.refused([("x.zip", data)]), "broken", name)

    def test_archives_in_an_archive_share_what_may_be_unpacked(self):
        inside = exports.archive([("a.csv", b"x" * 2000)])
        data = exports.archive([(f"{number}.zip", inside) for number in range(9)])
        made, make = [], sources._file
        with (
            patch.object(sources, "BYTES_MAX", 3000),
            patch.object(
                sources, "_file", lambda *given: made.append(given) or make(*given)
            ),
        ):
            self.assertEqual(self.refused([("x.zip", data)]), "large")
        self.assertEqual(len(made), 2)

    def test_a_hostile_workbook_is_refused(self):
        book = exports.workbook(exports.spreadsheet(2, "de", ";", "utf-8").files, ";")
        for name, content, code in (
            ("xl/vbaProject.bin", b"x", "macros"),
            ("xl/externalLinks/externalLink1.xml", b"<a/>", "links"),
            ("xl/x.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "broken"),
        ):
            data = io.BytesIO(book)
            with zipfile.ZipFile(data, "a") as packed:
                packed.writestr(name, content)
            files = [("book.xlsx", data.getvalue())]
            self.assertEqual(self.refused(files), code)

    def wezer(self, manifest=None, **texts):
        """Return an export of Wezer with two people and a payment."""
        entry = "1,1,2024-01-01T10:00:00Z,COM,1,2,1.00,payment\n"
        texts = {
            "parties": "party,kind,name,state\n1,person,Ann,active\n"
            "2,person,Bob,active\n",
            "currencies": "currency,name,kind,unit,digits,active\n"
            "COM,Credit,mutual_credit,decimal,2,yes\n",
            "wallets": "wallet,party,currency,state,balance\n"
            "1,1,COM,open,-1.00\n2,2,COM,open,1.00\n",
            "transfers": "transfer,purpose,reverses,currency\n1,bread,,COM\n",
            "entries": "entry,transfer,date,currency,payer_wallet,payee_wallet,amount,"
            f"kind\n{entry}",
            **texts,
        }
        files = [(f"{name}.csv", text.encode()) for name, text in texts.items()]
        said = {
            "format": "wezer-community",
            "version": 1,
            "files": [
                {"name": name, "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in files
            ],
            **(manifest or {}),
        }
        return [*files, ("manifest.json", json.dumps(said).encode())]

    def test_a_hostile_export_of_wezer_is_refused(self):
        content = registry.read(self.wezer({"community": ["Village"]}), {})
        self.assertEqual([one.purpose for one in content.payments], ["bread"])
        chain = "".join(f"{number},n{number},{number + 1}\n" for number in range(3000))
        content = registry.read(self.wezer(categories=f"category,name,parent\n{chain}"))
        self.assertEqual(next(iter(content.categories)), "n2999")
        money = "currency,name,kind,unit,digits,demurrage_percent\nCOM,Credit,"
        for files, code in (
            (self.wezer({"files": ["parties.csv"]}), "missing"),
            (self.wezer(currencies=f"{money}mutual_credit,decimal,9999999,\n"), "rows"),
            (self.wezer(currencies=f"{money}mutual_credit,decimal,2,much\n"), "rows"),
            (
                self.wezer(parties="party,kind,name,state\n1,person,A\0nn,active\n"),
                "rows",
            ),
            (
                self.wezer(
                    wallets="wallet,party,currency,state,balance\n"
                    f"1,1,COM,open,{'9' * 40}\n"
                ),
                "rows",
            ),
        ):
            self.assertEqual(self.refused(files), code)

    def test_what_is_no_export_is_refused(self):
        files = exports.ces(3).files
        for given_files, code in (
            ([("x.csv", b"")], "unknown"),
            ([("x.pdf", b"%PDF-1.4")], "unknown"),
            ([("x.csv", bytes(range(256)))], "unknown"),
            ([one for one in files if one[0] != "users.csv"], "users"),
            ([one for one in files if one[0] != "trades.csv"], "trades"),
            ([*files, ("again.csv", dict(files)["users.csv"])], "twice"),
            ([], "empty"),
            (
                [("users.csv", b"1,2015-03-04,Anna,Vidal,Puig,1,a@example.org,600\n")],
                "layout",
            ),
        ):
            self.assertEqual(self.refused(given_files), code)
        self.assertEqual(self.refused(files, time_zone="Nowhere"), "time_zone")
        self.assertEqual(self.refused(files, **{"from": "nothing"}), "from")


@tagged("post_install", "-at_install")
class TestKomunitinServices(ExportCase):
    """A community of Komunitin is fetched page by page."""

    ROOT = "https://accounting.example/GLEN/"

    def setUp(self):
        super().setUp()
        self.asked = []
        self.documents = {
            "currency": {"data": {"attributes": {"scale": 4, "code": "GLEN"}}},
            "accounts": [
                [self.account("a1", "GLEN0001", -125000)],
                [self.account("a2", "GLEN0002", 100000, creditLimit=-1)],
            ],
            "transfers": [
                [
                    self.transfer("t1", 125000, "a1", "a2", "committed"),
                    self.transfer("t2", 25000, "a2", "x9", "committed"),
                    self.transfer("t3", 990000, "a1", "a2", "rejected"),
                ]
            ],
            "members": [[self.member()], []],
            "offers": [[self.advert("o1", name="Bread")]],
            "needs": [[self.advert("n1", content="Who can sew?")]],
        }

    def account(self, number, code, balance, **more):
        """Return an account as the service has it, in the smallest unit."""
        said = {"code": code, "balance": balance, "creditLimit": 5000000, **more}
        return {"type": "accounts", "id": number, "attributes": said}

    def transfer(self, number, amount, payer, payee, state):
        """Return a transfer."""
        sides = {
            side: {"data": {"type": "accounts", "id": of}}
            for side, of in (("payer", payer), ("payee", payee))
        }
        said = {
            "amount": amount,
            "state": state,
            "meta": {"description": "bread"},
            "created": "2023-01-05T00:30:49.238Z",
        }
        return {"id": number, "attributes": said, "relationships": sides}

    def member(self):
        """Return a member with an e-mail address."""
        return {
            "type": "members",
            "id": "m1",
            "attributes": {"code": "GLEN0001", "name": "Ada Oak", "access": "group"},
            "relationships": {"contacts": {"data": [{"type": "contacts", "id": "c1"}]}},
        }

    def advert(self, number, **said):
        """Return an offer or a need of the member."""
        member = {"data": {"type": "members", "id": "m1"}}
        return {
            "id": number,
            "attributes": {"state": "published", **said},
            "relationships": {"member": member},
        }

    def fetch(self, address):
        """Return the document at an address of either service."""
        self.asked.append(address)
        path, _mark, query = address.partition("?")
        found = self.documents[path.rpartition("/")[2]]
        if isinstance(found, dict):
            return found
        page = int(query.partition("page=")[2] or 0)
        links = {"next": f"?page={page + 1}"} if page + 1 < len(found) else {}
        contact = {"type": "email", "name": "ada@glen.example"}
        included = [
            {"type": "contacts", "id": "c1", "attributes": contact},
            {"type": "accounts", "id": "x9", "attributes": {"code": "DALE0007"}},
        ]
        return {"data": found[page], "links": links, "included": included}

    def export(self):
        """Return the files of the community."""
        return komunitin_api.export(
            self.fetch, "GLEN", "https://accounting.example/", "https://social.example"
        )

    def test_a_community_is_fetched_with_its_people(self):
        content = registry.read(self.export(), {})
        replayed = replay.replay(content)
        self.assertEqual(
            {code: str(row[0]) for code, row in replayed.balances.items()},
            {"GLEN0001": "-12.5000", "GLEN0002": "10.0000", "GLENEXTR": "2.5000"},
        )
        self.assertEqual([row[2] for row in replayed.balances.values()][:2], [0, 0])
        ada = content.people["GLEN0001"]
        self.assertEqual((ada.name, ada.email), ("Ada Oak", "ada@glen.example"))
        self.assertEqual(ada.shares["email"], "members")
        self.assertIsNone(content.accounts["GLEN0002"].lower)
        self.assertEqual(
            [(one.account, one.kind, one.title) for one in content.adverts],
            [("GLEN0001", "offer", "Bread"), ("GLEN0001", "want", "Who can sew?")],
        )
        self.assertEqual(len(replayed.left_out), 1)

    def test_a_service_that_leads_elsewhere_is_refused(self):
        links = {}

        def fetch(address):
            if address.endswith("currency"):
                return self.documents["currency"]
            return {"data": self.documents["accounts"][0], "links": links}

        for link in ("https://evil.example/GLEN/accounts", "?page=0"):
            links["next"] = link
            with self.assertRaises(Unreadable):
                komunitin_api.export(fetch, "GLEN", "https://accounting.example")
        self.documents["accounts"][0][0]["attributes"]["balance"] = "much"
        with self.assertRaises(Unreadable):
            self.export()

    def test_a_service_that_answers_something_else_is_refused(self):
        good = dict(self.documents)
        for name, document in (
            ("currency", {"data": []}),
            ("accounts", {"data": ["a1"]}),
            ("accounts", {"data": [{"attributes": {}}]}),
            ("transfers", {"data": [{"id": "t1", "relationships": []}]}),
            ("members", {"data": [], "included": "c1"}),
        ):
            self.documents = {**good, name: document}
            with self.assertRaises(Unreadable) as caught:
                self.export()
            self.assertEqual(caught.exception.code, "api", name)


@tagged("post_install", "-at_install")
class TestNames(BaseCase):
    """A name is found only where one member fits."""

    def test_ways_of_writing_a_name(self):
        names = Names({"1": "Farid Grove", "2": "Pia Grove", "3": "Fritz Alder"})
        for text in ("Grove, Farid", "F. Grove", " Farid  Grove ", "farid gröve"):
            self.assertEqual(names.find(text), "1", text)
        for text in ("Grove", "F. Alder-Grove", "A. Grove"):
            self.assertEqual(names.find(text), "", text)
        both = Names({"1": "Farid Grove", "2": "Fritz Grove"})
        self.assertEqual(both.find("F. Grove"), "")
        self.assertEqual(both.find("Fritz Grove"), "2")


def shuffled(data, rng):
    """Return a table with its rows in another order, the headings first."""
    rows = list(csv.reader(io.StringIO(data.decode())))
    rest = rows[1:]
    random.Random(rng.random()).shuffle(rest)
    return exports.table([rows[0], *rest])
