from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..tools import credit_growth
from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestCreditGrowth(CurrencyCommon):
    """A limit that grows at night with payments received, up to a cap."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit = cls._currency(
            "Growing", "GRO", "1000", credit_grows=True, credit_cap_text="1300"
        )

    def _pay(self, payer, payee, amount):
        return self.pay(payer, payer, payee, amount)

    def _night(self):
        self.env["wezer.currency"]._cron_credit()
        self.env.invalidate_all()

    def _lower(self, user):
        return -self.wallet(user)._limits()[0] // 100

    def test_a_limit_grows_with_what_was_received_up_to_the_cap(self):
        """The figures of a peer's own test."""
        self._pay(self.anna, self.luc, "200")
        self.assertEqual(self._lower(self.luc), 1000)
        self._night()
        self.assertEqual((self._lower(self.anna), self._lower(self.luc)), (1000, 1200))
        self._pay(self.luc, self.anna, "1400")
        self._night()
        self.assertEqual(self.balance(self.anna), "1200.00")
        self.assertEqual(self.balance(self.luc), "-1200.00")
        self.assertEqual((self._lower(self.anna), self._lower(self.luc)), (1300, 1200))
        with self.assertRefused("limit"):
            self._pay(self.luc, self.anna, "0.01")
        self.assertBooksHold()

    def test_money_that_goes_to_and_fro_between_two_people_counts_once(self):
        for _round in range(4):
            self._pay(self.anna, self.luc, "100")
            self._night()
            self._pay(self.luc, self.anna, "100")
            self._night()
        self.assertEqual((self._lower(self.anna), self._lower(self.luc)), (1000, 1100))
        # Once for each pair; from several people it adds up.
        self._pay(self.stranger, self.anna, "50")
        self._pay(self.anna, self.stranger, "50")
        self._pay(self.stranger, self.luc, "30")
        for _night in range(2):
            self._night()
            limits = self._lower(self.anna), self._lower(self.luc)
            self.assertEqual(limits, (1050, 1130))
        self.assertEqual(self._lower(self.stranger), 1000)

    def test_what_was_given_back_does_not_count(self):
        paid = self._pay(self.anna, self.luc, "100")
        paid.with_user(self.luc).action_reverse("60")
        self._night()
        self.assertEqual((self._lower(self.anna), self._lower(self.luc)), (1000, 1040))
        # Given back later, it takes the credit along that had grown by it.
        paid.with_user(self.luc).action_reverse("30")
        self._night()
        self.assertEqual((self._lower(self.anna), self._lower(self.luc)), (1000, 1010))
        self.assertBooksHold()

    def test_another_day_counts_all_anew(self):
        paid = self._pay(self.anna, self.luc, "100").sudo()
        self._night()
        self.assertEqual(self._lower(self.luc), 1100)
        paid.date -= timedelta(days=3)
        self.credit.credit_grows_since = fields.Datetime.now() - timedelta(days=1)
        self._night()
        self.assertEqual(self._lower(self.luc), 1000)

    def test_only_payments_between_independent_people_since_the_day_count(self):
        before = self._pay(self.anna, self.luc, "100").sudo()
        before.date -= timedelta(days=1)
        imported = self._pay(self.anna, self.luc, "100").sudo()
        imported.historic = True
        self.env["wezer.mandate"].with_user(self.stranger).action_give(
            self.luc.partner_id._wezer_profile().id, ["wallet"]
        )
        self._pay(self.stranger, self.luc, "100")
        self._pay(self.luc, self.stranger, "200")
        self._night()
        self.assertEqual(self._lower(self.luc), 1000)
        self.assertEqual(self._lower(self.stranger), 1000)
        self.credit.credit_grows_since = before.date
        self._night()
        self.assertEqual(self._lower(self.luc), 1100)

    def test_what_a_moderator_granted_is_never_lowered(self):
        wallet = self.wallet(self.luc).with_user(self.moderator)
        self._pay(self.anna, self.luc, "200")
        self._night()
        for lower, grows, expected in (
            ("1500", True, 1500),
            ("1500", False, 1500),
            ("300", False, 300),
            ("300", True, 300),
        ):
            wallet.set_limits(lower, None, grows=grows)
            self.assertEqual(self._lower(self.luc), expected)
        self._pay(self.stranger, self.luc, "50")
        self._night()
        self.assertEqual(self._lower(self.luc), 350)
        wallet.set_limits("300")
        self._pay(self.stranger, self.luc, "50")
        self._night()
        self.assertEqual(self._lower(self.luc), 300)

    def test_without_the_rule_nothing_grows_and_grown_credit_does_not_count(self):
        self._pay(self.anna, self.luc, "200")
        self._night()
        self.credit.credit_grows = False
        self._pay(self.anna, self.luc, "50")
        self._night()
        self.assertEqual(self._lower(self.luc), 1000)
        self.credit.credit_grows = True
        self.assertEqual(self._lower(self.luc), 1200)
        self._night()
        self.assertEqual(self._lower(self.luc), 1250)
        self.credit.credit_cap_text = "1100"
        self.assertEqual(self._lower(self.luc), 1100)

    def test_the_rule_needs_a_maximum_and_mutual_credit(self):
        for rule, vals in (
            ("credit_cap", {"credit_cap_text": ""}),
            ("kind", {"kind": "issued"}),
        ):
            with self.assertRefused(rule):
                self.credit.write(vals)
        plain = self._currency("Plain", "PLA")
        with self.assertRefused("credit_cap"):
            plain.credit_grows = True
        plain.write({"credit_grows": True, "credit_cap_text": "600"})
        self.assertTrue(plain.credit_grows_since)
        with self.assertRaises(UserError):
            plain.with_user(self.anna).write({"credit_cap": 10**9})

    def test_a_count_that_is_repeated_changes_nothing(self):
        for payer in (self.anna, self.stranger):
            self._pay(payer, self.luc, "40")
        self._night()
        self.credit.credit_counted = False
        self.assertEqual(credit_growth.grow(self.credit.sudo()), 0)
        self.assertEqual(self._lower(self.luc), 1080)

    def test_the_history_of_limits_is_kept_and_read_by_its_owner(self):
        changes = self.env["wezer.wallet.limit.change"]
        self._pay(self.anna, self.luc, "200")
        self._night()
        wallet = self.wallet(self.luc)
        shown = credit_growth.explanation(wallet)
        self.assertEqual(shown, {"grown": 20000, "cap": -130000, "may_grow": True})
        wallet.with_user(self.moderator).set_limits("400", "900")
        self.credit.lower_text = "1100"
        self.assertIsNone(credit_growth.explanation(wallet))
        rows = changes.with_user(self.luc).search(
            [("wezer_currency_id", "=", self.credit.id)], order="id"
        )
        self.assertEqual(
            [(row.reason, row.lower_minor, row.has_upper) for row in rows],
            [
                ("currency", -100000, False),
                ("grown", -120000, False),
                ("hand", -40000, True),
                ("currency", -110000, False),
            ],
        )
        self.assertEqual(rows[2].person_id, self.moderator.partner_id)
        others = changes.with_user(self.anna)
        self.assertFalse(others.search([("wallet_id", "=", wallet.id)]))
        with self.assertRaises(AccessError):
            call_kw(others, "read", [rows[1:2].ids], {})
        for user in (self.luc, self.moderator):
            for method, args in (("write", ({},)), ("unlink", ())):
                with self.assertRaises(AccessError):
                    call_kw(changes.with_user(user), method, [rows.ids, *args], {})
