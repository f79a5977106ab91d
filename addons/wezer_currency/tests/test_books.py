import io
import re
from datetime import timedelta
from unittest.mock import patch

import openpyxl
from freezegun import freeze_time
from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ..tools import books
from ..tools.statement_files import Amount
from .test_offices import OfficeCommon

# What a browser does not show of a head.
SILENT = re.compile(r"<(script|style|title)\b.*?</\1>|<!--.*?-->", re.DOTALL)
TAG = re.compile(r"<[^>]*>")


@tagged("post_install", "-at_install")
class TestBooks(OfficeCommon, HttpCase):
    """The reports that treasurers and auditors read, as page and as file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit.write({"levy_payer": 100, "fee_minor_text": "1"})
        case = cls("test_the_balances_of_a_past_day_are_those_of_that_day")
        case.pay(cls.anna, cls.anna, cls.luc, "100", purpose="Bread")
        case.pay(cls.luc, cls.luc, cls.stranger, "40")
        # As if it were last year's: the ledger is not to be changed otherwise.
        cls.env.flush_all()
        cls.env.cr.execute(
            """ALTER TABLE wezer_ledger_entry DISABLE TRIGGER USER;
               UPDATE wezer_ledger_entry SET date = date - interval '400 days';
               UPDATE wezer_wallet SET opened_on = opened_on - interval '500 days';
               ALTER TABLE wezer_ledger_entry ENABLE TRIGGER USER"""
        )
        cls.env.invalidate_all()
        case.pay(cls.anna, cls.anna, cls.luc, "10")
        cls.credit.with_user(cls.admin).action_charge("fee")

    def _report(self, name, user=None, **given):
        currency = self.credit.with_user(user or self.otto)
        return currency._report(name, given)

    def _cells(self, report, column):
        return [
            cell.minor if isinstance(cell := row[column], Amount) else cell
            for row in report.rows
        ]

    def _by_wallet(self, report, column):
        return dict(zip(report.wallets, self._cells(report, column), strict=True))

    def test_the_balances_of_a_past_day_are_those_of_that_day(self):
        past = fields.Date.today() - timedelta(days=100)
        had = self._by_wallet(self._report("balances", at=past.isoformat()), 3)
        has = self._by_wallet(self._report("balances"), 3)
        for user, then in (
            (self.anna, -10100),
            (self.luc, 5960),
            (self.stranger, 4000),
        ):
            wallet = self.wallet(user)
            wallet.invalidate_recordset()
            self.assertEqual(had[wallet.id], then)
            self.assertEqual(has[wallet.id], wallet.balance)
        self.assertEqual((sum(had.values()), sum(has.values())), (0, 0))

    def test_turnover_adds_up_to_the_ledger_however_it_is_divided(self):
        since = (fields.Date.today() - timedelta(days=500)).isoformat()
        sums = set()
        for by in books.GROUPINGS:
            report = self._report("turnover", by=by, **{"from": since})
            sums.add(tuple(sum(self._cells(report, column)) for column in range(1, 7)))
        self.assertEqual(sums, {(3, 15000, 300, 150, 0, 0)})

    def test_who_is_beyond_a_limit_is_listed_with_the_day_it_was_passed(self):
        self.wallet(self.anna).with_user(self.moderator).set_limits("50", None)
        report = self._report("limits")
        self.assertEqual(report.wallets, self.wallet(self.anna).ids)
        self.assertEqual(report.rows[0][5], fields.Date.today() - timedelta(days=400))
        # Without an upper limit, a balance above zero was within them.
        luc = self.wallet(self.luc).with_user(self.moderator)
        luc.set_limits("50", None)
        self.pay(self.luc, self.luc, self.anna, "100")
        luc.set_limits("20", None)
        since = self._by_wallet(self._report("limits"), 5)
        self.assertEqual(since[luc.id], fields.Date.today())

    def test_how_many_wallets_are_beyond_a_warning_is_read_by_treasurers(self):
        self.assertIn("Wallets beyond a warning: 0.", self._report("limits").notes)
        warned = self.wallet(self.anna).with_user(self.moderator)
        warned.set_limits("500", None, "50")
        notes = self.credit.with_user(self.tess).read_report("limits")["notes"]
        self.assertIn("Wallets beyond a warning: 1.", notes)

    def test_a_page_of_a_report_reads_its_own_rows_only(self):
        past = (fields.Date.today() - timedelta(days=100)).isoformat()
        self.wallet(self.luc).with_user(self.moderator).set_limits("0", "1")
        self.wallet(self.anna).with_user(self.moderator).set_limits("0", "1")
        for name, given in (
            ("balances", {}),
            ("balances", {"at": past}),
            ("limits", {}),
            ("inactive", {"months": "1"}),
            ("turnover", {}),
        ):
            whole = self._report(name, **given)
            pages = [
                self.credit.with_user(self.otto)._report(
                    name, given, books.Window(start, 1)
                )
                for start in range(len(whole.rows))
            ]
            with self.subTest(report=name, given=given):
                self.assertGreater(len(pages), 1 if name != "inactive" else 0)
                self.assertEqual(
                    [page.rows for page in pages], [[row] for row in whole.rows]
                )
                self.assertEqual(
                    [page.more for page in pages],
                    [True] * (len(pages) - 1) + [False],
                )
        # What is of all wallets is counted for the first page only.
        with patch.object(books, "_wallet_sums") as counted:
            counted.side_effect = AssertionError
            page = books.Window(1, 1)
            report = self.credit.with_user(self.otto)._report("balances", {}, page)
            self.assertEqual((len(report.rows), report.curve), (1, []))

    def test_circles_of_the_same_name_are_parts_of_their_own(self):
        partners = self.env["res.partner"].create([{"name": "Garden"}] * 3)
        profiles = self.env["wezer.profile"].create(
            [{"partner_id": partner.id, "state": "active"} for partner in partners]
        )
        dates = [fields.Date.today(), fields.Date.today()]
        period = books.Period(*dates, by="circle")
        found = {
            key: (number, number * 100, 0, 0, 0, 0)
            for number, key in enumerate([None, *partners.ids[:2]], start=1)
        }
        currency = self.credit.with_user(self.admin).sudo()
        parts = books._parts(currency, period, dates, found)
        self.assertEqual(
            {name: numbers[0] for name, numbers in parts},
            {
                "Between members": 1,
                f"Garden ({profiles[0].slug})": 2,
                f"Garden ({profiles[1].slug})": 3,
            },
        )
        report = self._report("turnover", by="circle")
        self.assertIn("for the circle that pays", report.notes[0])

    def test_credit_concentration_and_rest_are_counted_of_all_wallets(self):
        report = self._report("credit")
        anna = self.wallet(self.anna)
        anna.invalidate_recordset()
        self.assertEqual(self._cells(report, 1)[-1], -anna.balance)
        share = self._report("concentration").curve[-1][1]
        self.assertGreater(share, 0)
        rest = self._report("inactive", months="6")
        self.assertIn(self.wallet(self.stranger).id, rest.wallets)
        self.assertNotIn(anna.id, rest.wallets)
        # Asked about a past day, what came later is not known yet.
        past = (fields.Date.today() - timedelta(days=20)).isoformat()
        rest = self._by_wallet(self._report("inactive", months="6", at=past), 3)
        self.assertEqual(rest[anna.id], -10100)
        first, last = (
            (fields.Date.today() - timedelta(days=ago)).isoformat()
            for ago in (600, 300)
        )
        counts = self._cells(self._report("credit", to=last, **{"from": first}), 3)
        self.assertEqual((counts[0], bool(counts[-1])), (0, True))

    def test_the_closing_of_a_year_has_the_figures_of_accounting(self):
        self.env["wezer.ledger.seal"]._seal_now()
        report = self._report("closing")
        closing = [row for row in report.rows if isinstance(row[3], Amount)]
        self.assertEqual(len(closing), 2)
        for row in closing:
            self.assertEqual(row[2].minor, row[3].minor, row[0])
        self.assertEqual(sum(row[2].minor for row in closing), 0)
        self.assertTrue(closing[0][2].minor)
        # What no seal of the year booked is no part of it.
        with freeze_time(fields.Datetime.now() + timedelta(days=800)):
            self.pay(self.luc, self.luc, self.anna, "1")
            later = self._report("closing", user=self.admin)
            self.assertEqual(later.rows[0][2].minor, closing[0][2].minor)
            self.assertIn("books: 2", later.notes[1])

    def test_the_reports_of_outside_money_are_read_too(self):
        euro = self._currency("Euro", "EURX", external=True).with_user(self.admin)
        for name in books.reports(self.env):
            with self.subTest(report=name):
                self.assertTrue(euro.read_report(name)["heads"])

    def test_only_those_with_a_role_in_the_currency_read_a_report(self):
        for user in (self.anna, self.moderator, self.env.ref("base.public_user")):
            for name in ("balances", "closing"):
                with self.assertRaises(AccessError):
                    self.credit.with_user(user).read_report(name)
        for user in (self.tess, self.otto):
            self.assertTrue(self.credit.with_user(user).read_report("balances")["rows"])
            with self.assertRefused("office"):
                self.hours.with_user(user).read_report("balances")
        for given, rule in (
            ({"at": "yesterday"}, "date"),
            ({"from": "1970-01-01"}, "date"),
            ({"by": "name"}, "by"),
            ({"months": "9" * 5000}, "months"),
            ({"months": "00001" + "9" * 20}, "months"),
        ):
            with self.assertRefused(rule):
                self._report("turnover", **given)
        for name in ("everything", ["balances"]):
            with self.assertRefused("report"):
                self._report(name)

    def test_the_pages_lead_from_the_books_to_a_statement_that_is_logged(self):
        for user in (self.otto, self.tess, self.anna):
            user.password = user.login
        self.authenticate(self.otto.login, self.otto.login)
        self.assertIn("/my/books", self.url_open("/my").text)
        first = f"/my/books/{self.credit.id}"
        self.assertIn(f"{first}/balances", self.url_open("/my/books").text)
        for name in (*books.reports(self.env), "acts"):
            with self.subTest(report=name):
                answer = self.url_open(f"{first}/{name}")
                self.assertEqual(answer.status_code, 200)
                # The website's layout writes its variable "head" into the head.
                head = SILENT.sub("", answer.text.split("</head>")[0])
                self.assertEqual(TAG.sub("", head).strip(), "")
        wallet = self.wallet(self.anna)
        page = self.url_open(f"{first}/balances")
        self.assertIn(f"/my/wallets/{wallet.id}/look", page.text)
        file = self.url_open(f"{first}/turnover.xlsx").content
        sheet = openpyxl.load_workbook(io.BytesIO(file)).active
        self.assertEqual(sheet["A1"].value, "Month")
        paper = self.url_open(f"{first}/closing.pdf").content
        text = PdfReader(io.BytesIO(paper)).pages[0].extract_text()
        self.assertIn("Place, date, signature", text)
        for path in (f"/my/books/{self.hours.id}/balances", f"{first}/nothing"):
            self.assertEqual(self.url_open(path).status_code, 404)
        self.assertEqual(self.url_open(f"/my/wallets/{wallet.id}").status_code, 404)
        wallet.with_user(self.otto).action_view_statement()
        statement = self.url_open(f"/my/wallets/{wallet.id}")
        self.assertIn("as a treasurer or auditor", statement.text)
        shown = self.url_open(f"/currencies/{self.credit.id}").text
        self.assertIn("Treasurers and auditors", shown)
        self.authenticate(self.anna.login, self.anna.login)
        self.assertNotIn("/my/books", self.url_open("/my").text)
        self.assertEqual(self.url_open("/my/books").status_code, 404)
        self.assertIn("Otto", self.url_open("/my/acting").text)
        self.authenticate(self.tess.login, self.tess.login)
        self.assertIn("Take it", self.url_open(f"{first}/acts").text)
