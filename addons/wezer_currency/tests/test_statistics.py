from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed

from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestStatistics(CurrencyCommon):
    """The statistics that moderators and administrators see."""

    def test_velocity_activity_credit_and_concentration(self):
        for user in (self.anna, self.luc, self.stranger):
            self.wallet(user)
        self.pay(self.anna, self.anna, self.luc, "100")
        self.pay(self.luc, self.luc, self.anna, "50")
        currency = self.credit
        self.assertEqual(currency.stat_volume, "150.00 COM")
        self.assertEqual(currency.stat_velocity, 3.0)
        self.assertEqual((currency.stat_active, currency.stat_wallets), (2, 3))
        self.assertEqual(currency.stat_credit_granted, "1,500.00 COM")
        self.assertEqual(currency.stat_credit_used, "50.00 COM")
        self.assertEqual(currency.stat_concentration, 100.0)
        self.assertEqual(currency.stat_beyond, 0)
        self.assertGreaterEqual(currency.stat_first_trade, 0.0)

    def test_flows_show_who_paid_whom(self):
        self.pay(self.anna, self.anna, self.luc, "1.50")
        self.pay(self.anna, self.anna, self.luc, "2")
        self.env.flush_all()
        flow = self.env["wezer.money.flow"].search(
            [("wezer_currency_id", "=", self.credit.id)]
        )
        self.assertEqual((flow.transfers, flow.units), (2, 3.5))
        self.assertEqual(flow.payee_id, self.luc.partner_id)
        action = self.credit.action_flows()
        self.assertIn(("wezer_currency_id", "=", self.credit.id), action["domain"])

    def test_members_see_no_statistics(self):
        with self.assertRaises(NotAllowed):
            self.credit.with_user(self.anna).statistics("2026-01-01", "2026-02-01")
        self.assertNotIn("stat_volume", self.credit.with_user(self.anna).fields_get())
        self.assertFalse(
            self.env["wezer.money.flow"].with_user(self.anna).has_access("read")
        )

    def test_only_known_intervals_and_days(self):
        currency = self.credit.with_user(self.moderator)
        with self.assertRefused("interval"):
            currency.statistics("2026-01-01", "2026-02-01", "day")
        for days in (("soon", "2026-02-01"), ("2026-02-01", "2026-01-01")):
            with self.assertRefused("date"):
                currency.statistics(*days)
