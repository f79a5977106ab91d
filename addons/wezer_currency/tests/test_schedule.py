from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestSchedule(CurrencyCommon):
    """Payments at a later day, once and again and again."""

    def _schedule(self, date, user=None, amount="10", **kwargs):
        transfers = self._transfers(user or self.anna)
        return transfers.browse(
            transfers.schedule(
                self.anna.partner_id.id,
                self.luc.partner_id.id,
                self.credit.id,
                amount,
                "rent",
                date=date,
                **kwargs,
            )
        )

    def _run(self):
        self.env["wezer.transfer"]._cron_schedule()

    def _soon(self):
        return fields.Datetime.now() + timedelta(days=1)

    def test_a_scheduled_payment_moves_nothing_before_its_day(self):
        planned = self._schedule(self._soon())
        self._run()
        self.assertEqual((planned.state, self.balance(self.luc)), ("scheduled", "0.00"))
        planned.sudo().date = fields.Datetime.now() - timedelta(hours=1)
        self._run()
        self.assertEqual((planned.state, self.balance(self.luc)), ("done", "10.00"))
        self.assertBooksHold()

    def test_the_31st_of_a_month_is_the_last_day_of_shorter_ones(self):
        with freeze_time("2027-01-15 12:00:00"):
            first = self._schedule("2027-01-31 09:00:00", every="month")
        days = []
        for day in ("2027-02-01", "2027-03-01", "2027-04-01", "2027-05-01"):
            with freeze_time(f"{day} 12:00:00"):
                self._run()
            following = self.env["wezer.transfer"].search(
                [("parent_id", "=", first.id), ("state", "=", "scheduled")]
            )
            self.assertEqual(len(following), 1)
            days.append(following.date)
        self.assertEqual(
            days,
            [
                datetime(2027, 2, 28, 9),
                datetime(2027, 3, 31, 9),
                datetime(2027, 4, 30, 9),
                datetime(2027, 5, 31, 9),
            ],
        )
        self.assertEqual(self.balance(self.luc), "40.00")
        self.assertBooksHold()

    def test_missed_payments_are_caught_up_and_a_series_ends(self):
        with freeze_time("2027-01-15 12:00:00"):
            self._schedule(
                "2027-01-20 09:00:00", every="week", until="2027-02-03 09:00:00"
            )
        with freeze_time("2027-03-01 12:00:00"):
            self._run()
        self.assertEqual(self.balance(self.luc), "30.00")
        self.assertFalse(
            self.env["wezer.transfer"].search_count([("state", "=", "scheduled")])
        )

    def test_cancelling_ends_the_whole_series(self):
        planned = self._schedule(self._soon(), every="month")
        with self.assertRefused("acts_for"):
            planned.with_user(self.luc).action_cancel()
        planned.with_user(self.anna).action_cancel()
        self.assertEqual((planned.state, planned.end_reason), ("ended", "cancelled"))
        planned.sudo().date = fields.Datetime.now() - timedelta(days=1)
        self._run()
        self.assertEqual(self.balance(self.luc), "0.00")

    def test_a_scheduled_payment_that_fails_is_reported_to_both_sides(self):
        planned = self._schedule(self._soon(), amount="501", every="month")
        planned.sudo().date = fields.Datetime.now() - timedelta(days=1)
        self._run()
        self.assertEqual((planned.state, planned.end_reason), ("ended", "failed"))
        self.assertIn("500", planned.with_user(self.anna).end_text)
        self.assertFalse(planned.with_user(self.luc).end_text)
        for name in ("end_detail", "beyond_limit"):
            self.assertNotIn(name, planned.with_user(self.luc).fields_get())
        notices = self.env["wezer.notice"].search([("kind", "=", "scheduled")])
        self.assertEqual(notices.partner_id, self.anna.partner_id | self.luc.partner_id)
        told_luc = notices.filtered(lambda one: one.partner_id == self.luc.partner_id)
        self.assertNotIn("500", told_luc.message)
        # The next month is tried again.
        self.assertTrue(
            self.env["wezer.transfer"].search_count([("state", "=", "scheduled")])
        )

    def test_a_frozen_wallet_or_a_lost_right_ends_what_was_scheduled(self):
        planned = self._schedule(self._soon())
        self.wallet(self.anna).sudo().state = "frozen"
        planned.sudo().date = fields.Datetime.now() - timedelta(days=1)
        self._run()
        self.assertEqual(planned.end_reason, "cancelled")
        self.wallet(self.anna).sudo().state = "open"
        planned = self._schedule(self._soon())
        self.anna.partner_id._wezer_profile().state = "suspended"
        planned.sudo().date = fields.Datetime.now() - timedelta(days=1)
        self._run()
        self.assertEqual(planned.end_reason, "cancelled")
        self.assertEqual(self.balance(self.luc), "0.00")

    def test_only_days_to_come_and_known_steps(self):
        for date, rule in ((None, "date"), ("2001-01-01", "date"), ("soon", "date")):
            with self.assertRefused(rule):
                self._schedule(date)
        with self.assertRefused("every"):
            self._schedule(self._soon(), every="day")
        with self.assertRefused("until"):
            self._schedule(self._soon(), until=fields.Datetime.now())
        with self.assertRefused("acts_for"):
            self._schedule(self._soon(), user=self.luc)

    def test_the_same_key_schedules_once(self):
        date = self._soon()
        first = self._schedule(date, key="k")
        self.assertEqual(self._schedule(date, key="k"), first)
        with self.assertRefused("key"):
            self._schedule(date, key="k", every="month")

    def test_a_scheduled_external_payment_waits_for_its_receipt(self):
        euro = self._currency("Outside", "OUT", kind="legal")
        transfers = self._transfers(self.anna)
        planned = transfers.browse(
            transfers.schedule(
                self.anna.partner_id.id,
                self.luc.partner_id.id,
                euro.id,
                "5",
                date=self._soon(),
            )
        )
        planned.sudo().date = fields.Datetime.now() - timedelta(days=1)
        self._run()
        self.assertEqual(planned.state, "pending")
        planned.with_user(self.luc).action_confirm()
        self.assertEqual(planned.state, "done")
        self.assertBooksHold()
