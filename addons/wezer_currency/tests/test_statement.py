import csv
import datetime
import io
import json
from unittest.mock import patch

import openpyxl
from freezegun import freeze_time
from lxml import html
from pypdf import PdfReader

from odoo import fields, http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import NotAllowed
from odoo.addons.wezer_base.tools import charts, days
from odoo.addons.wezer_base.tools.tables import read_table

from ..controllers import statement as pages
from ..tools import pdf_text, statement, statement_files
from ..tools.statement_document import StatementDocument
from ..tools.transfer_files import reference_texts
from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestStatement(CurrencyCommon):
    def test_words_find_the_purpose_and_the_other_side(self):
        self.pay(self.anna, self.anna, self.luc, "3", purpose="50% of the roof")
        self.pay(self.anna, self.anna, self.stranger, "4", purpose="bread")
        wallet = self.wallet(self.anna).sudo()

        def found(*words):
            found = statement.lines(wallet, 10, wanted={"words": words})
            return sorted(line.amount for line in found.lines)

        self.assertEqual(found("roof"), [300])
        self.assertEqual(found("STRANGER"), [400])
        self.assertEqual(found("50%"), [300])
        self.assertEqual(found("5_%"), [])
        self.assertEqual(found("bread", "luc"), [])

    def test_days_and_direction_narrow_the_statement(self):
        self.pay(self.anna, self.anna, self.luc, "3")
        self.pay(self.luc, self.luc, self.anna, "1")
        wallet = self.wallet(self.anna).sudo()
        now = fields.Datetime.now()
        day = datetime.timedelta(days=1)

        def found(**wanted):
            return [
                line.amount for line in statement.lines(wallet, 10, wanted=wanted).lines
            ]

        self.assertEqual(found(direction="paid"), [300])
        self.assertEqual(found(direction="received"), [100])
        self.assertEqual(found(since=now - day, until=now + day), [100, 300])
        self.assertEqual(found(until=now - day), [])

    def test_the_curve_ends_at_todays_balance_and_begins_before_the_first_payment(self):
        self.pay(self.anna, self.anna, self.luc, "3")
        for user in (self.anna, self.luc):
            points = statement.balance_over_time(self.wallet(user).sudo())
            self.assertEqual(points[0][1], 0)
            self.assertEqual(points[-1][1], self.wallet(user).sudo().balance)
            self.assertEqual(points[-1][0], fields.Date.today())

    def _bring(self, payer, payee, amount, date):
        """Import a payment of an earlier day, as a history is."""
        admin = self.env.ref("base.user_admin")
        references = reference_texts(self.wallet(payer) | self.wallet(payee))
        row = {
            "row": 1,
            "payer": references[self.wallet(payer).id],
            "payee": references[self.wallet(payee).id],
            "currency": "COM",
            "amount": amount,
            "date": date,
            "key": f"{date} {amount}",
        }
        report = self._transfers(admin)._import_rows([row], mode="history")
        self.assertEqual((report["posted"], report["refused"]), (1, []))

    def test_an_imported_history_stands_by_its_dates_with_the_balances_of_then(self):
        with freeze_time("2026-02-03 10:00:00"):
            self.pay(self.anna, self.anna, self.luc, "3")
        self._bring(self.luc, self.anna, "5", "2020-06-01")
        self._bring(self.anna, self.luc, "1", "2021-06-01")
        wallet = self.wallet(self.anna).sudo()
        wanted = [(2026, -300, 100), (2021, -100, 400), (2020, 500, 500)]
        page = statement.lines(wallet, 10)
        pages = [page, *(statement.all_lines(wallet, chunk=size) for size in (1, 2, 9))]
        pages[0] = page.lines
        for lines in pages:
            self.assertEqual(
                [(line.date.year, line.minor, line.after) for line in lines], wanted
            )
        first, second = page.lines[:2]
        older = statement.lines(wallet, 1, before=first.id)
        self.assertEqual((older.lines, older.more), ([second], second.id))
        self.assertEqual(
            statement.lines(wallet, 1, before=second.id).lines, page.lines[2:]
        )
        # Of what is not wanted too, the balances count.
        paid = statement.all_lines(wallet, {"direction": "paid"})
        self.assertEqual([line.after for line in paid], [100, 400])
        period = statement.history(wallet, datetime.date(2021, 1, 1))
        self.assertEqual((period.opening, period.closing), (500, 100))
        self.assertEqual((period.received, period.paid, period.entries), (0, 400, 2))
        # What was imported from long ago is in the sums, as it is in the lines.
        self._bring(self.luc, self.anna, "2", "1935-06-01")
        ever = statement.history(wallet, statement.first_day(wallet))
        self.assertEqual((ever.opening, ever.received, ever.paid), (0, 700, 400))
        at = datetime.datetime(2021, 1, 1)
        balances = self.credit._balances_at(at)
        self.assertEqual(balances[wallet.id], statement.balance_at(wallet, at))
        self.assertEqual((balances[wallet.id], sum(balances.values())), (700, 0))

    def test_everything_ends_with_the_last_line_also_on_a_day_to_come(self):
        self.pay(self.anna, self.anna, self.luc, "3")
        today = days.today(self.env)
        coming = today + datetime.timedelta(days=40)
        self._post_on(coming)
        wallet = self.wallet(self.anna).sudo()
        for form, closing, count in (
            ({}, 200, 2),
            ({"since": today.isoformat()}, 200, 2),
            ({"until": today.isoformat()}, -300, 1),
            ({"until": (coming + datetime.timedelta(days=9)).isoformat()}, 200, 2),
        ):
            document = StatementDocument(wallet, "acts", form)
            lines = list(statement.all_lines(wallet, document.wanted))
            with self.subTest(form=form):
                self.assertEqual((len(lines), lines[0].after), (count, closing))
                self.assertEqual(document.history.closing, closing)
        whole = StatementDocument(wallet, "acts", {})
        self.assertEqual(whole.history.points[-1], (coming, 200))

    def _post_on(self, day):
        """Let Luc pay Anna 5.00 on a day that an import has."""
        row = {
            "payer": self.luc.partner_id.id,
            "payee": self.anna.partner_id.id,
            "currency": self.credit.id,
            "amount": "5",
            "date": day.isoformat(),
        }
        admin = self._transfers(self.env.ref("base.user_admin"))
        admin.post_batch([row], mode="history")

    def test_a_period_after_the_last_line_has_nothing_of_today(self):
        self.pay(self.anna, self.anna, self.luc, "3")
        wallet = self.wallet(self.anna).sudo()
        today = days.today(self.env)
        coming = today + datetime.timedelta(days=40)
        for balance, last in ((-300, today), (200, coming)):
            if last == coming:
                self._post_on(coming)
            after = last + days.DAY
            for form in (
                {"since": after.isoformat()},
                {"since": after.isoformat(), "until": "9999-12-31"},
                {"since": "9999-12-31"},
            ):
                with self.subTest(form=form):
                    document = StatementDocument(wallet, "acts", form)
                    lines = list(statement.all_lines(wallet, document.wanted))
                    sums = document.history
                    self.assertEqual(lines, [])
                    self.assertEqual((sums.opening, sums.closing), (balance, balance))
                    self.assertEqual((sums.received, sums.paid), (0, 0))

    def test_the_last_day_of_the_calendar_is_counted_as_any_other(self):
        self.pay(self.anna, self.anna, self.luc, "3")
        self._post_on(datetime.date.max)
        wallet = self.wallet(self.anna).sudo()

        def sums():
            document = StatementDocument(wallet, "acts", {})
            lines = list(statement.all_lines(wallet, document.wanted))
            sums = document.history
            self.assertEqual([line.after for line in lines], [200, -300])
            self.assertEqual(statement.lines(wallet, 5).lines, lines)
            return sums.opening, sums.received, sums.paid, sums.closing

        self.assertEqual(sums(), (0, 500, 300, 200))
        self.env["wezer.ledger.seal"]._seal_now()
        with (
            patch.object(statement, "KEPT_FROM", 1),
            patch.object(days, "begin", side_effect=days.begin) as begun,
        ):
            self.env["wezer.ledger.entry"]._cron_keep_days()
        self.assertLess(begun.call_count, 1000)
        self.assertEqual(sums(), (0, 500, 300, 200))

    def _counted(self):
        """Return everything that statements say of three wallets."""
        counted = {}
        for user in (self.anna, self.luc):
            wallet = self.wallet(user).sudo()
            wallet.invalidate_recordset()
            page = statement.lines(wallet, 3)
            counted[user] = {
                "all": list(statement.all_lines(wallet)),
                "page": page,
                "next": statement.lines(wallet, 3, before=page.more),
                "paid": statement.lines(wallet, 9, wanted={"direction": "paid"}),
                "year": statement.history(wallet),
                "ever": statement.history(wallet, datetime.date(2020, 1, 1)),
                "week": statement.history(
                    wallet, datetime.date(2026, 1, 5), datetime.date(2026, 1, 12)
                ),
            }
        treasury = self.credit.treasury_partner_id._wezer_wallet(self.credit)
        counted["treasury"] = list(statement.all_lines(treasury.sudo()))
        return counted

    def test_kept_sums_change_no_statement(self):
        self.env.company.wezer_tz = "America/Los_Angeles"
        self.credit.levy_payer = 100
        for day in range(1, 13):
            with freeze_time(f"2026-01-{day:02d} 07:30:00"):
                self.pay(self.anna, self.anna, self.luc, f"{day}")
            with freeze_time(f"2026-01-{day:02d} 08:30:00"):
                self.pay(self.luc, self.luc, self.anna, "2")
        self._bring(self.luc, self.anna, "5", "2020-06-01")
        with freeze_time("2026-02-01 12:00:00"):
            before = self._counted()
            self.env["wezer.ledger.seal"]._seal_now()
            with patch.object(statement, "KEPT_FROM", 20):
                self.env["wezer.ledger.entry"]._cron_keep_days()
            self.env.cr.execute("SELECT wallet_id FROM wezer_ledger_kept ORDER BY 1")
            kept = [row[0] for row in self.env.cr.fetchall()]
            self.assertIn(self.wallet(self.anna).id, kept)
            self.assertNotIn(self.wallet(self.stranger).id, kept)
            self.assertEqual(self._counted(), before)
            # What is posted later, into a kept day too, is counted beside.
            self.pay(self.anna, self.anna, self.luc, "4")
            self._bring(self.luc, self.anna, "7", "2026-01-06")
            self._bring(self.luc, self.anna, "8", "2019-01-06")
            after = self._counted()
            self.assertNotEqual(after, before)
            self.assertBooksHold()
            for again in range(2):
                self.env["wezer.ledger.seal"]._seal_now()
                with patch.object(statement, "KEPT_FROM", 1):
                    self.env["wezer.ledger.entry"]._cron_keep_days()
                self.assertEqual(self._counted(), after, again)
                self.assertBooksHold()
            # Sums of the days of another time zone do not count.
            self.env.company.wezer_tz = "Pacific/Auckland"
            moved = self._counted()
            with patch.object(statement, "KEPT_FROM", 1):
                self.env["wezer.ledger.entry"]._cron_keep_days()
            self.assertEqual(self._counted(), moved)
            self.env.cr.execute("DELETE FROM wezer_ledger_kept")
            self.assertEqual(self._counted(), moved)

    def test_sums_are_kept_of_all_seals_and_counted_once(self):
        """Two seals within an hour; then nothing new; then another time zone."""
        entries, seals = self.env["wezer.ledger.entry"], self.env["wezer.ledger.seal"]
        for payer, payee in ((self.anna, self.luc), (self.stranger, self.moderator)):
            self.pay(payer, payer, payee, "1")
            seals._seal_now()
        busy = []
        counts = statement._busy_wallets

        def counted(currency, *args):
            busy.append((currency, found := counts(currency, *args)))
            return found

        with (
            patch.object(statement, "KEPT_FROM", 1),
            patch.object(statement, "_busy_wallets", counted),
        ):
            entries._cron_keep_days()
            people = (self.anna, self.luc, self.stranger, self.moderator)
            wallets = {self.wallet(user).id for user in people}
            kept = {wallet for money, found in busy for wallet, _until in found}
            self.assertLessEqual(wallets, kept)
            busy.clear()
            entries._cron_keep_days()
            self.assertEqual(busy, [])
            self.env.company.wezer_tz = "Pacific/Auckland"
            entries._cron_keep_days()
            again = {wallet for money, found in busy for wallet, _until in found}
            self.assertEqual(again, kept)
        self.assertBooksHold()

    def test_words_are_looked_for_in_the_newest_and_then_in_older_ones(self):
        for purpose in ("roof", "bread", "soup", "bread"):
            self.pay(self.anna, self.anna, self.luc, "1", purpose=purpose)
        wallet, wanted = self.wallet(self.anna).sudo(), {"words": ["roof"]}
        with patch.object(statement, "SEARCHED", 2):
            found = statement.lines(wallet, 9, wanted=wanted)
            self.assertEqual(found.lines, [])
            self.assertTrue(found.searched_to)
            found = statement.lines(wallet, 9, found.more, wanted)
            self.assertEqual([line.purpose for line in found.lines], ["roof"])
            found = statement.lines(wallet, 9, found.more, wanted)
            self.assertEqual((found.lines, found.more), ([], 0))
        found = statement.lines(wallet, 9, wanted=wanted)
        self.assertEqual((len(found.lines), found.more), (1, 0))

    def test_a_place_in_another_wallets_statement_is_no_place_in_this(self):
        self.pay(self.luc, self.luc, self.stranger, "1")
        other = statement.lines(self.wallet(self.luc).sudo(), 1).lines[0]
        self.pay(self.anna, self.anna, self.luc, "1")
        wallet = self.wallet(self.anna).sudo()
        self.assertEqual(
            statement.lines(wallet, 9, before=other.id), statement.lines(wallet, 9)
        )

    def test_a_period_of_all_times_has_a_curve_that_a_page_can_draw(self):
        self.pay(self.anna, self.anna, self.luc, "3")
        wallet = self.wallet(self.anna).sudo()
        ever, never = datetime.date.min, datetime.date.max
        for first, last in ((ever, never), (ever, ever), (never, never)):
            with self.subTest(first=first, last=last):
                period = statement.history(wallet, first, last)
                self.assertLess(len(period.points), 600)
                days = [day for day, _minor in period.points]
                self.assertEqual(days, sorted(days))

    def test_a_mark_that_would_lie_on_the_zero_of_a_chart_has_no_text(self):
        day = datetime.date(2026, 3, 1)
        for low, text in ((-1, ""), (-5, "-5")):
            chart = charts.steps([(day, low), (day, 10)], str, str)
            ticks = json.loads(chart)["ticks"]
            self.assertEqual(ticks, [[low, text], [0, "0"], [10, "10"]])

    def test_a_curve_takes_no_strange_colour(self):
        day = datetime.date(2026, 1, 1)
        chart = charts.steps([(day, 0), (day, -5)], str, str, '"/><script>')
        self.assertNotIn("script", chart)
        self.assertEqual(json.loads(chart)["values"], [0, -5])


@tagged("post_install", "-at_install")
class TestStatementVisibility(CurrencyCommon):
    def test_others_see_no_statement_unless_the_currency_opens_it(self):
        wallet = self.wallet(self.anna).sudo()
        self.assertEqual(wallet._visible_as(self.anna), "acts")
        self.assertFalse(wallet._visible_as(self.luc))
        self.credit.statements_public = True
        self.assertEqual(wallet._visible_as(self.luc), "public")
        public = self.env.ref("base.public_user")
        self.assertFalse(wallet._visible_as(public))

    def test_a_moderator_opens_a_statement_with_a_reason_that_the_owner_reads(self):
        wallet = self.wallet(self.anna).sudo()
        self.assertFalse(wallet._visible_as(self.moderator))
        as_moderator = wallet.with_user(self.moderator)
        with self.assertRefused("reason"):
            as_moderator.action_view_statement("because")
        self.assertFalse(wallet._visible_as(self.moderator))
        as_moderator.action_view_statement("Luc says that he was never paid")
        self.assertEqual(wallet._visible_as(self.moderator), "moderator")
        notice = self.env["wezer.notice"].search(
            [("partner_id", "=", self.anna.partner_id.id)], limit=1
        )
        self.assertIn("Luc says that he was never paid", notice.message)
        act = self.env["wezer.acting.log"].search(
            [("partner_id", "=", self.anna.partner_id.id)], limit=1
        )
        self.assertEqual(
            (act.what, act.actor_id), ("view_statement", self.moderator.partner_id)
        )

    def test_a_moderators_access_ends_after_a_day(self):
        wallet = self.wallet(self.anna).sudo()
        wallet.with_user(self.moderator).action_view_statement(
            "Luc says he was not paid"
        )
        self.env.cr.execute(
            "UPDATE wezer_wallet_access_log SET date = date - interval '25 hours'"
        )
        self.env.invalidate_all()
        self.assertFalse(wallet._visible_as(self.moderator))

    def test_only_moderators_open_statements_and_never_in_their_own_matter(self):
        for user, wallet in (
            (self.luc, self.wallet(self.anna)),
            (self.moderator, self.wallet(self.moderator)),
        ):
            with self.assertRaises(NotAllowed):
                wallet.with_user(user).action_view_statement("I only want to see it")


@tagged("post_install", "-at_install")
class TestStatementPages(CurrencyCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.anna, cls.luc, cls.stranger):
            user.password = user.login
        cls.moderator.password = "wz_moderator"

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _url(self, user, more=""):
        return f"/my/wallets/{self.wallet(user).id}{more}"

    def _table(self, answer):
        """Return the rows of a CSV file by their headings, and what stands below."""
        text = answer.content.decode("utf-8-sig")
        table, _empty, below = text.partition("\r\n\r\n")
        separator = ";" if ";" in table.splitlines()[0] else ","
        rows = csv.DictReader(io.StringIO(table), delimiter=separator)
        facts = csv.reader(io.StringIO(below), delimiter=separator)
        return list(rows), dict(facts)

    def test_a_statement_is_a_page_with_a_curve_a_table_and_a_pdf(self):
        self.pay(self.anna, self.anna, self.luc, "3", purpose="=HYPERLINK(1)")
        self.pay(self.luc, self.luc, self.anna, "1.50", purpose="żółć")
        self._login(self.anna)
        page = self.url_open(self._url(self.anna)).text
        page = html.fromstring(page)
        chart = json.loads(page.find_class("o_wezer_chart")[0].get("data-chart"))
        self.assertEqual(chart["texts"][-1], "-1.50 COM")
        self.assertEqual(chart["values"][-1], -1.5)
        table = page.find_class("o_wezer_curve")[0]
        self.assertIn("-1.50 COM", table.text_content(), "the same as a table")
        table = self.url_open(self._url(self.anna, "/statement.csv"))
        rows, facts = self._table(table)
        self.assertEqual([row["amount"] for row in rows], ["1.50", "-3.00"])
        self.assertEqual([row["balance"] for row in rows], ["-1.50", "-3.00"])
        self.assertEqual(rows[1]["purpose"], "'=HYPERLINK(1)")
        self.assertEqual({row["kind"] for row in rows}, {"Payment"})
        numbers = [int(row["number"]) for row in rows]
        self.assertEqual(numbers, sorted(numbers, reverse=True))
        self.assertEqual(facts["Statement of"], "Anna")
        self.assertEqual(
            (facts["Balance before"], facts["Balance after"]), ("0.00", "-1.50")
        )
        self.assertEqual((facts["Received"], facts["Paid"]), ("1.50", "3.00"))
        self.assertEqual((facts["Lines"], facts["Time zone"]), ("2", "UTC"))
        paper = self.url_open(self._url(self.anna, "/statement.pdf"))
        self.assertEqual(paper.content[:5], b"%PDF-")

    def test_the_page_has_faces_directions_and_the_sums_of_the_period(self):
        self.pay(self.anna, self.anna, self.luc, "3", purpose="roof")
        self.pay(self.luc, self.luc, self.anna, "1.50", purpose="bread")
        self._login(self.anna)
        page = html.fromstring(self.url_open(self._url(self.anna)).text)
        self.assertEqual(len(page.xpath("//h1")), 1)
        entries = page.find_class("o_wezer_movement")
        self.assertEqual(len(entries), 2)
        self.assertTrue(entries[0].xpath(".//img[contains(@src, '/wezer/face/')]"))
        self.assertIn("You received", entries[0].text_content())
        self.assertIn("You paid", entries[1].text_content())
        sums = page.find_class("o_wezer_sums")[0]
        self.assertEqual(
            [" ".join(one.text_content().split()) for one in sums.xpath(".//dd")],
            ["0.00 COM", "1.50 COM", "3.00 COM", "-1.50 COM"],
        )
        chart = json.loads(page.find_class("o_wezer_chart")[0].get("data-chart"))
        self.assertEqual(len(chart["titles"]), len(chart["values"]))

    def test_a_purpose_is_heard_in_its_own_language_and_direction(self):
        arabic, french = "درس في الطبخ", "Merci pour les légumes et le pain"
        for purpose in (arabic, french, "Piano"):
            self.pay(self.anna, self.anna, self.luc, "1", purpose=purpose)
        self.assertIsNone(
            self.env["wezer.transfer"].search([], limit=1)._written_in("kind")
        )
        self._login(self.anna)
        page = html.fromstring(self.url_open(self._url(self.anna)).text)
        spoken = {
            one.text.strip(): (one.get("dir"), one.get("lang"))
            for one in page.xpath("//*[@dir='auto']")
            if one.text
        }
        self.assertEqual(spoken[arabic], ("auto", "ar"))
        self.assertEqual(spoken[french], ("auto", "fr"))
        # Where the words do not tell it, nothing is said.
        self.assertEqual(spoken["Piano"], ("auto", None))

    def test_a_period_has_its_own_sums_and_curve(self):
        today = days.today(self.env)
        day = datetime.timedelta(days=1)
        with freeze_time(today - 40 * day):
            self.pay(self.anna, self.anna, self.luc, "3")
        with freeze_time(today - 10 * day):
            self.pay(self.anna, self.anna, self.luc, "4")
        self.pay(self.luc, self.luc, self.anna, "1")
        wallet = self.wallet(self.anna).sudo()
        period = statement.history(wallet, today - 20 * day, today - 5 * day)
        self.assertEqual((period.opening, period.closing), (-300, -700))
        self.assertEqual((period.received, period.paid), (0, 400))
        self.assertEqual(len(period.points), 17, "a point a day")
        self._login(self.anna)
        query = f"?since={today - 20 * day}&until={today - 5 * day}"
        page = html.fromstring(self.url_open(self._url(self.anna, query)).text)
        sums = page.find_class("o_wezer_sums")[0].text_content()
        for amount in ("-3.00 COM", "0.00 COM", "4.00 COM", "-7.00 COM"):
            self.assertIn(amount, sums)

    def test_tables_have_the_format_of_the_readers_language(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        self.env["website"].get_current_website().language_ids += french
        self.pay(self.luc, self.luc, self.anna, "123.50", purpose="=1+1")
        self._login(self.anna)
        address = f"/fr{self._url(self.anna, '/statement.csv')}"
        table = self.url_open(address).content
        lines = table.decode("utf-8-sig").splitlines()
        self.assertEqual(lines[0].count(";"), 8)
        self.assertIn(";123,50;123,50;COM", lines[1])
        self.assertIn(";'=1+1;", lines[1])
        self.assertEqual(read_table(table).separator, ";")

    def test_a_spreadsheet_has_real_numbers_and_dates_and_no_formula(self):
        self.pay(self.luc, self.luc, self.anna, "12.50", purpose="=HYPERLINK(1)")
        self.pay(self.luc, self.luc, self.anna, "1:30", currency=self.hours)
        self._login(self.anna)
        for currency, amount in ((self.credit, 12.5), (self.hours, 1.5)):
            wallet = self.wallet(self.anna, currency)
            answer = self.url_open(f"/my/wallets/{wallet.id}/statement.xlsx")
            book = openpyxl.load_workbook(io.BytesIO(answer.content))
            sheet = book.active
            heads, row = list(sheet.iter_rows())[:2]
            cells = dict(zip((one.value for one in heads), row, strict=True))
            self.assertEqual(cells["amount"].value, amount)
            self.assertEqual(cells["amount"].data_type, "n")
            self.assertTrue(cells["date"].is_date)
            self.assertEqual(cells["kind"].value, "Payment")
            self.assertEqual(cells["number"].data_type, "n")
            summary = dict(book["Summary"].iter_rows(values_only=True))
            self.assertEqual(summary["Balance after"], amount)
            self.assertEqual(summary["Lines"], 1)
            if currency == self.credit:
                self.assertEqual(cells["purpose"].data_type, "s")
                self.assertEqual(cells["purpose"].value, "=HYPERLINK(1)")
                self.assertEqual(cells["amount"].number_format, "#,##0.00")
            else:
                self.assertEqual(cells["hours and minutes"].value, "1:30")
                table = self.url_open(f"/my/wallets/{wallet.id}/statement.csv")
                (line,), facts = self._table(table)
                self.assertEqual(
                    (line["amount"], line["decimal amount"]), ("1:30", "1.5")
                )
                self.assertEqual(line["decimal balance"], "1.5")
                self.assertEqual(facts["Received"], "1:30")

    def test_hours_are_decimal_numbers_whose_sum_is_right(self):
        for minor, text in (
            (20, "0.3333333333"),
            (-90, "-1.5"),
            (60, "1"),
            (7200, "120"),
        ):
            amount = statement_files.Amount("", minor, 60)
            self.assertEqual(amount.decimal(), text)
        self.assertEqual(
            round(3 * float(statement_files.Amount("", 20, 60).decimal()), 6), 1
        )

    def test_more_lines_than_a_sheet_has_go_to_the_next_one(self):
        out = io.BytesIO()
        rows = [[number] for number in range(5)]
        with patch.object(statement_files, "SHEET_LINES", 4):
            statement_files.write_xlsx(
                out, ("Title", "Summary"), ["number"], rows, 2, lambda: [("Lines", 5)]
            )
        book = openpyxl.load_workbook(out)
        sheets = [list(sheet.values) for sheet in book]
        self.assertEqual(
            sheets,
            [
                [("number",), (0,), (1,), (2,)],
                [("number",), (3,), (4,)],
                [("Lines", 5)],
            ],
        )

    def test_a_paper_that_ends_before_the_statement_says_so(self):
        for amount in ("1", "2", "4"):
            self.pay(self.anna, self.anna, self.luc, amount)
        self._login(self.anna)
        with patch.object(pages, "PDF_ROWS", 2):
            paper = self.url_open(self._url(self.anna, "/statement.pdf"))
        text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
        text = " ".join(text.split())
        self.assertIn("1 older lines are not on this paper. All 3 are in", text)
        self.assertNotIn("Paid: 1.00", text)
        self.assertIn("Balance before 0.00 COM", text)
        self.assertIn("Paid 7.00 COM", text)
        with patch.object(statement, "CHUNK", 2):
            table = self.url_open(self._url(self.anna, "/statement.csv"))
        self.assertEqual(
            [row["balance"] for row in self._table(table)[0]],
            ["-7.00", "-3.00", "-1.00"],
        )

    def test_a_narrowed_statement_says_what_is_on_it(self):
        self.pay(self.anna, self.anna, self.luc, "3", purpose="roof")
        self.pay(self.luc, self.luc, self.anna, "1", purpose="bread")
        self._login(self.anna)
        query = "?search=Roof&direction=paid"
        page = html.fromstring(self.url_open(self._url(self.anna, query)).text)
        sums = " ".join(page.find_class("o_wezer_sums")[0].text_content().split())
        self.assertIn("Only what was paid.Only payments with “Roof”", sums)
        self.assertIn(
            "Balance before 0.00 COM Paid in this list 3.00 COM Balance", sums
        )
        self.assertIn("Time zone of the days: UTC", page.text_content())
        number = page.find_class("o_wezer_entry_number")[0].text_content()
        table = self.url_open(self._url(self.anna, f"/statement.csv{query}"))
        (row,), facts = self._table(table)
        self.assertEqual(number, f"No. {row['number']}")
        self.assertEqual(row["balance"], "-3.00")
        self.assertEqual(facts["Paid, in the payments listed"], "3.00")
        self.assertEqual(facts["Balance after"], "-2.00")

    def test_a_statement_is_searched_as_people_type(self):
        self.luc.partner_id.name = "Rémy"
        self.pay(self.anna, self.anna, self.luc, "3", purpose="Œufs de l’été")
        self.pay(self.anna, self.anna, self.stranger, "4", purpose="garden")
        self._login(self.anna)
        for typed in ("oeufs", "ŒUF", "l'ete", "remy été", "RÉMY"):
            page = self.url_open(self._url(self.anna, f"?search={typed}")).text
            self.assertIn("Œufs", page, typed)
            self.assertNotIn("garden", page, typed)

    def test_search_and_filters_work_on_the_page_and_in_the_files(self):
        self.pay(self.anna, self.anna, self.luc, "3", purpose="roof")
        self.pay(self.anna, self.anna, self.luc, "4", purpose="garden")
        self._login(self.anna)
        page = self.url_open(self._url(self.anna, "?search=roof&direction=paid"))
        self.assertIn("3.00 COM", page.text)
        self.assertNotIn("garden", page.text)
        self.assertIn("statement.csv?search=roof&amp;direction=paid", page.text)
        table = self.url_open(self._url(self.anna, "/statement.csv?search=roof"))
        self.assertEqual(len(self._table(table)[0]), 1)
        page = self.url_open(self._url(self.anna, "?until=2001-01-01"))
        self.assertIn("No payments were found", page.text)

    def test_the_paper_has_words_for_all_letters(self):
        self.luc.partner_id.name = "محمد 😀"
        self.pay(self.anna, self.anna, self.luc, "3", purpose="你好 soup")
        self._login(self.anna)
        with patch.object(pdf_text, "SYSTEM", ()):
            paper = self.url_open(self._url(self.anna, "/statement.pdf"))
        text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
        self.assertIn("你好 soup", " ".join(text.split()))
        self.assertIn("😀", text)

    @mute_logger("odoo.http", "werkzeug")
    def test_no_address_of_a_statement_opens_to_others(self):
        self.pay(self.anna, self.anna, self.luc, "3", purpose="roof")
        self._login(self.stranger)
        for more in ("", "/statement.csv", "/statement.xlsx", "/statement.pdf"):
            self.assertEqual(self.url_open(self._url(self.anna, more)).status_code, 404)

    def test_a_moderator_finds_the_form_on_the_party_page(self):
        self.pay(self.anna, self.anna, self.luc, "3", purpose="roof")
        self._login(self.moderator)
        slug = self.anna.partner_id._wezer_profile().slug
        self.assertIn("as a moderator", self.url_open(f"/members/{slug}").text)
        token = http.Request.csrf_token(self)
        page = self.url_open(
            self._url(self.anna, "/look"),
            data={"csrf_token": token, "reason": "Luc says he was not paid"},
        )
        self.assertIn("roof", page.text)
        self.assertIn("You can see this as a moderator", page.text)

    def test_a_holder_gives_issued_money_back_to_the_treasury(self):
        money = self._currency("Coupons", "CPN", kind="issued")
        treasury = money.treasury_partner_id
        admin = self.env.ref("base.user_admin")
        self.env["wezer.transfer"].with_user(admin).issue(
            treasury.id, self.anna.partner_id.id, money.id, "5"
        )
        self._login(self.anna)
        wallet = self.wallet(self.anna, money)
        self.assertIn(
            "Redeem at the treasury", self.url_open(f"/my/wallets/{wallet.id}").text
        )
        token = http.Request.csrf_token(self)
        page = self.url_open(
            f"/my/wallets/{wallet.id}/redeem",
            data={"csrf_token": token, "amount": "2", "key": "k"},
        )
        self.assertIn("2.00 CPN", page.text)
        asked = self.env["wezer.transfer"].search(
            [("payer_id", "=", self.anna.partner_id.id), ("kind", "=", "redeem")]
        )
        self.assertEqual(asked.state, "requested")
