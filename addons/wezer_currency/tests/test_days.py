import csv
import io
from datetime import date, datetime

from freezegun import freeze_time
from lxml import html

from odoo.tests import HttpCase, tagged
from odoo.tools.pdf import PdfReader

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days

from ..tools import statement
from ..tools.refused_tries import TRIES_A_DAY
from ..tools.transfer_files import reference_texts
from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestDays(CurrencyCommon):
    """Planned payments, charges, curves and reports count the community's days."""

    def _in(self, zone):
        self.env.company.wezer_tz = zone

    def _plan(self, day, **kwargs):
        transfers = self._transfers(self.anna)
        return transfers.browse(
            transfers.schedule(
                self.anna.partner_id.id,
                self.luc.partner_id.id,
                self.credit.id,
                "10",
                "rent",
                date=day,
                **kwargs,
            )
        )

    def _run(self, moment):
        with freeze_time(moment):
            self.env["wezer.transfer"]._cron_schedule()

    def test_a_planned_payment_goes_out_when_the_communitys_day_begins(self):
        for zone, before, after in (
            ("America/Los_Angeles", "2027-02-01 07:59:59", "2027-02-01 08:00:00"),
            ("Pacific/Auckland", "2027-01-31 10:59:59", "2027-01-31 11:00:00"),
            ("Europe/Paris", "2027-01-31 22:59:59", "2027-01-31 23:00:00"),
        ):
            # Not the payer's: a day is the same for both sides.
            self.anna.tz = "Asia/Tokyo"
            self._in(zone)
            with self.subTest(zone=zone):
                with freeze_time("2027-01-15 12:00:00"):
                    planned = self._plan("2027-02-01")
                self._run(before)
                self.assertEqual(planned.state, "scheduled")
                self._run(after)
                self.assertEqual(planned.state, "done")

    def test_a_series_keeps_its_day_where_the_clocks_change(self):
        for zone in ("Pacific/Auckland", "America/Los_Angeles", "Europe/Paris"):
            self._in(zone)
            with self.subTest(zone=zone):
                with freeze_time("2027-02-15 12:00:00"):
                    first = self._plan("2027-03-01", every="month", until="2027-05-01")
                for month in (3, 4, 5):
                    self._run(f"2027-{month:02}-02 12:00:00")
                series = first | self.env["wezer.transfer"].search(
                    [("parent_id", "=", first.id)]
                )
                # The last day is in it, and nothing comes after.
                self.assertEqual(
                    [
                        (days.day_of(self.env, one.schedule_start), one.state)
                        for one in series.sorted("schedule_number")
                    ],
                    [(date(2027, 3, 1), "done")] * 3,
                )

    def test_a_series_that_ends_before_it_begins_is_refused(self):
        self._in("America/Los_Angeles")
        with freeze_time("2027-01-15 12:00:00"):
            with self.assertRefused("until"):
                self._plan("2027-02-01", every="month", until="2027-01-31")
            self.assertTrue(self._plan("2027-02-01", every="month", until="2027-02-01"))
            with self.assertRefused("date"):
                self._plan("2027-01-14")
            for text in ("soon", "2027-02-30", "1.2.2027"):
                with self.assertRefused("date"):
                    self._plan(text)

    def test_a_charge_is_taken_on_the_communitys_day(self):
        self._in("Pacific/Auckland")
        currency = self._currency("Fees", "FEE", lower="500")
        currency.write(
            {"fee_minor_text": "1", "fee_every": "month", "fee_next": "2027-02-01"}
        )
        self.pay(self.anna, self.anna, self.luc, "5", currency)
        for moment, due in (
            ("2027-01-31 10:59:59", "2027-02-01"),
            ("2027-01-31 11:00:00", "2027-03-01"),
        ):
            with freeze_time(moment):
                self.env["wezer.currency"]._cron_charges()
            self.assertEqual(str(currency.fee_next), due)

    def _refused_today(self):
        """Count the tries of Anna for Luc as used up, as they are: committed."""
        pair = [self.anna.partner_id.id, self.luc.partner_id.id]
        with self.env.registry.cursor() as cr:
            cr.execute(
                "INSERT INTO wezer_refused_try VALUES (%s, %s, %s, %s)",
                [*pair, days.today(self.env), TRIES_A_DAY],
            )

        def delete():
            with self.env.registry.cursor() as cr:
                cr.execute(
                    "DELETE FROM wezer_refused_try"
                    " WHERE payer_id = %s AND payee_id = %s",
                    pair,
                )

        self.addCleanup(delete)

    def test_refused_tries_are_counted_by_the_communitys_day(self):
        for zone, moment in (
            ("Pacific/Auckland", "2027-01-31 12:00:00"),
            ("America/Los_Angeles", "2027-02-01 03:00:00"),
        ):
            self._in(zone)
            with self.subTest(zone=zone), freeze_time(moment):
                self._refused_today()
                with self.assertRefused("other_side"):
                    self.pay(self.anna, self.anna, self.luc, "1")
                self.doCleanups()

    def test_the_curve_and_the_statistics_count_the_communitys_days(self):
        self._in("America/Los_Angeles")
        # 31 January and 1 February there; both are 1 February in UTC.
        for moment, amount in (
            ("2026-02-01 07:30:00", "3"),
            ("2026-02-01 08:30:00", "4"),
        ):
            with freeze_time(moment):
                self.pay(self.anna, self.anna, self.luc, amount)
        # A week ends where 1 February begins.
        with freeze_time("2026-02-08 07:59:00"):
            points = dict(
                statement.balance_over_time(self.wallet(self.luc).sudo(), 7 * 3)
            )
        self.assertEqual(max(points), date(2026, 2, 7))
        with freeze_time("2026-02-22 20:00:00"):
            points = dict(
                statement.balance_over_time(self.wallet(self.luc).sudo(), 7 * 4)
            )
        self.assertEqual(points[date(2026, 2, 1)], 300)
        self.assertEqual(points[date(2026, 2, 8)], 700)
        series = self.credit.with_user(self.moderator).statistics(
            "2026-01-01", "2026-03-01"
        )
        self.assertEqual([one["volume"] for one in series], ["3.00", "4.00"])
        self.assertEqual(
            [one["start"] for one in series],
            ["2026-01-01 08:00:00", "2026-02-01 08:00:00"],
        )
        flows = self.env["wezer.money.flow"].search(
            [
                ("wezer_currency_id", "=", self.credit.id),
                ("payer_id", "=", self.anna.partner_id.id),
            ],
            order="month",
        )
        self.assertEqual(
            [(one.month, one.units) for one in flows],
            [(date(2026, 1, 1), 3.0), (date(2026, 2, 1), 4.0)],
        )

    def test_statistics_have_an_end(self):
        with self.assertRefused("date"):
            self.credit.statistics("1000-01-01", "3000-01-01", "week")
        self.assertEqual(
            len(self.credit.statistics("9998-01-01", "9999-12-31", "year")), 2
        )

    def test_a_file_without_a_zone_is_the_communitys_and_comes_back_the_same(self):
        self._in("America/Los_Angeles")
        admin = self.env.ref("base.user_admin")
        transfers = self.env["wezer.transfer"].with_user(admin)
        reference = reference_texts(self.wallet(self.anna))
        other = reference_texts(self.wallet(self.luc))
        row = {
            "row": 1,
            "payer": reference[self.wallet(self.anna).id],
            "payee": other[self.wallet(self.luc).id],
            "currency": "COM",
            "amount": "2",
            "date": "2026-02-01",
            "key": "days",
        }
        report = transfers._import_rows([row], mode="history")
        self.assertEqual(report["posted"], 1)
        made = self.env["wezer.transfer"].search([("amount_minor", "=", 200)], limit=1)
        self.assertEqual(made.date, datetime(2026, 2, 1, 8))
        rows = list(transfers._file_rows())
        mine = next(row for row in rows if row[0] == made.id)
        self.assertEqual(mine[1], "2026-02-01 00:00:00-08:00")


@tagged("post_install", "-at_install")
class TestStatementDays(CurrencyCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.env.company.wezer_tz = "America/Los_Angeles"
        self.anna.write({"password": "wz_anna", "tz": "Pacific/Auckland"})
        # 31 January and 1 February in Los Angeles.
        for moment, amount in (
            ("2026-02-01 07:30:00", "3"),
            ("2026-02-01 08:30:00", "4"),
        ):
            with freeze_time(moment):
                self.pay(self.anna, self.anna, self.luc, amount)

    def _open(self, more):
        self.authenticate("wz_anna", "wz_anna")
        return self.url_open(f"/my/wallets/{self.wallet(self.anna).id}{more}")

    def test_page_table_and_paper_have_the_same_days(self):
        for query, amounts, said, day in (
            ("?since=2026-02-01", {"4.00"}, "1 Feb", "2026-02-01 00:30:00-08:00"),
            ("?until=2026-01-31", {"3.00"}, "31 Jan", "2026-01-31 23:30:00-08:00"),
        ):
            with self.subTest(query=query):
                page = self._open(query).text
                table = self._open(f"/statement.csv{query}").content.decode("utf-8-sig")
                paper = PdfReader(
                    io.BytesIO(self._open(f"/statement.pdf{query}").content)
                )
                table = table.split("\r\n\r\n")[0]
                rows = list(csv.DictReader(io.StringIO(table)))
                self.assertEqual({row["amount"].lstrip("-") for row in rows}, amounts)
                self.assertEqual([row["date"] for row in rows], [day])
                text = "".join(one.extract_text() for one in paper.pages)
                entries = html.fromstring(page).find_class("o_wezer_movement")
                self.assertEqual(len(entries), 1)
                line = {
                    name: entries[0].find_class(f"o_wezer_entry_{name}")[0]
                    for name in ("day", "amount")
                }
                line = {name: part.text_content() for name, part in line.items()}
                self.assertTrue(line["day"].strip().startswith(said), line)
                self.assertIn(said, text)
                for amount in ("3.00", "4.00"):
                    shown = amount in amounts
                    self.assertEqual(f"Paid: {amount}" in text, shown)
                    self.assertEqual(amount in line["amount"], shown)

    def test_days_in_the_wrong_order_are_refused_in_words(self):
        query = "?since=2026-02-02&until=2026-02-01"
        page = self._open(query)
        self.assertEqual(page.status_code, 200)
        self.assertIn("is before the beginning", page.text)
        self.assertIn('value="2026-02-02"', page.text)
        for kind in ("csv", "pdf"):
            self.assertEqual(self._open(f"/statement.{kind}{query}").status_code, 400)

    def test_the_model_refuses_them_too(self):
        with self.assertRaises(Refusal):
            statement.lines(
                self.wallet(self.anna).sudo(),
                10,
                wanted={"since": datetime(2026, 2, 2), "until": datetime(2026, 2, 1)},
            )
