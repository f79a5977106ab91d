from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestScenarios2015(CurrencyCommon):
    """W1 to W12 of 2015 with their numbers: test1 is Anna, test2 is Luc.

    Where the design replaced a step (draft, reset, a moderator who creates), the
    step is refused, and the new way leads to the same end.
    """

    def _outside_money(self):
        """DUMMY: external, without limits."""
        return self.env["wezer.currency"].create(
            {
                "name": "Dummy",
                "code": "DUMMY",
                "external": True,
                "has_lower": False,
                "limit_policy": "off",
            }
        )

    def _entries(self, transfers):
        return self.env["wezer.ledger.entry"].search(
            [("transfer_id", "in", transfers.ids)]
        )

    def _changed(self, user, transfer, vals):
        """Write as an old program would; whatever comes of it."""
        with self.assertRaises(UserError), self.env.cr.savepoint():
            call_kw(
                self.env(user=user)["wezer.transfer"], "write", [transfer.ids, vals], {}
            )

    def _back(self, paid, user):
        return paid.browse(paid.with_user(user).action_reverse())

    def test_w1_there_are_no_drafts_and_setting_aside_moves_nothing(self):
        draft = {
            "payer_id": self.anna.partner_id.id,
            "payee_id": self.luc.partner_id.id,
            "wezer_currency_id": self.credit.id,
            "amount_minor": 5000,
            "state": "requested",
        }
        for user in (self.anna, self.luc, self.moderator):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                call_kw(self.env(user=user)["wezer.transfer"], "create", [draft], {})
        mine = self._transfers(self.anna)
        held = mine.browse(
            mine.reserve(
                self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id, "50"
            )
        )
        self.assertEqual((held.state, self.balance(self.anna)), ("reserved", "0.00"))
        self.assertFalse(self._entries(held))
        held.action_settle()
        self.assertEqual((held.state, self.balance(self.luc)), ("done", "50.00"))
        self.assertBooksHold()

    def test_w1_asking_moves_nothing_until_it_is_accepted(self):
        transfers = self._transfers(self.luc)
        asked = transfers.browse(
            transfers.ask(
                self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id, "20"
            )
        )
        self.assertEqual(asked.state, "requested")
        self.assertEqual(self.balance(self.anna), "0.00")
        asked.with_user(self.anna).action_accept()
        self.assertEqual(asked.state, "done")
        self.assertEqual(self.balance(self.luc), "20.00")
        with self.assertRefused("state"):
            asked.with_user(self.anna).action_accept()
        self.assertBooksHold()

    def test_w2_the_payer_decides_alone_and_both_balances_move(self):
        with self.assertRefused("acts_for"):
            self.pay(self.luc, self.anna, self.luc, "50")
        paid = self.pay(self.anna, self.anna, self.luc, "50")
        self.assertEqual(paid.state, "done")
        self.assertEqual(self.balance(self.anna), "-50.00")
        self.assertEqual(self.balance(self.luc), "50.00")
        entry = self._entries(paid)
        self.assertEqual(len(entry), 1)
        self.assertEqual((entry.from_balance, entry.to_balance), (-5000, 5000))
        self.assertBooksHold()

    def test_w3_only_the_payee_gives_back(self):
        paid = self.pay(self.anna, self.anna, self.luc, "50")
        with self.assertRefused("acts_for"):
            paid.with_user(self.anna).action_reverse()
        back = self._back(paid, self.luc)
        self.assertEqual((back.state, back.parent_id), ("done", paid))
        # Nothing is emptied: both rows stay, and all of it has come back.
        self.assertEqual(len(self._entries(paid | back)), 2)
        self.assertEqual(paid.reversed_minor, paid.amount_minor)
        self.assertEqual(self.balance(self.luc), "0.00")
        with self.assertRefused("reverse"):
            paid.with_user(self.luc).action_reverse()
        with self.assertRefused("reversal"):
            back.with_user(self.anna).action_reverse()
        self.assertBooksHold()

    def test_w4_a_reversed_payment_is_not_reset_but_paid_again(self):
        paid = self.pay(self.anna, self.anna, self.luc, "50")
        self._back(paid, self.luc)
        for user in (self.anna, self.luc, self.moderator):
            self._changed(user, paid, {"state": "requested"})
        with self.assertRefused("state"):
            paid.with_user(self.anna).action_accept()
        again = self.pay(self.anna, self.anna, self.luc, "50")
        self.assertEqual(again.state, "done")
        self.assertEqual(len(self._entries(again)), 1)
        self.assertEqual(self.balance(self.luc), "50.00")
        self.assertBooksHold()

    def test_w5_a_moderator_gives_back_but_pays_from_nobodys_wallet(self):
        with self.assertRefused("acts_for"):
            self.pay(self.moderator, self.anna, self.luc, "100")
        # Whom she named does it for her, and it shows who did.
        profile = self.stranger.partner_id._wezer_profile()
        self.env["wezer.mandate"].with_user(self.anna).action_give(
            profile.id, ["wallet"]
        )
        paid = self.pay(
            self.stranger,
            self.anna,
            self.luc,
            "100",
            acting_partner_id=self.anna.partner_id.id,
        )
        self.assertEqual((paid.state, self.balance(self.luc)), ("done", "100.00"))
        self.assertEqual(paid.sudo().person_id, self.stranger.partner_id)
        back = self._back(paid, self.moderator)
        self.assertEqual((back.state, self.balance(self.luc)), ("done", "0.00"))
        self.assertBooksHold()

    def test_w6_a_currency_is_external_where_set_and_legal_money_by_default(self):
        self.assertTrue(self._outside_money().external)
        euro = self.env["wezer.currency"].create(
            {
                "name": "Euro",
                "code": "EUR",
                "kind": "legal",
                "currency_id": self.env.ref("base.EUR").id,
            }
        )
        self.assertTrue(euro.external)
        self.assertFalse(self.credit.external)

    def test_w7_external_money_waits_until_the_payee_has_it(self):
        dummy = self._outside_money()
        with self.assertRefused("acts_for"):
            self.pay(self.luc, self.anna, self.luc, "50", currency=dummy)
        paid = self.pay(self.anna, self.anna, self.luc, "50", currency=dummy)
        self.assertEqual(paid.state, "pending")
        self.assertEqual(self.wallet(self.anna, dummy).reserved, 5000)
        self.assertEqual(self.wallet(self.luc, dummy).incoming, 5000)
        with self.assertRefused("acts_for"):
            paid.with_user(self.anna).action_confirm()
        paid.with_user(self.luc).action_confirm()
        self.assertEqual(paid.state, "done")
        self.assertEqual(self.wallet(self.anna, dummy).reserved, 0)
        self.assertEqual(self.balance(self.luc, dummy), "0.00")
        # It moved outside: here it never was.
        self.assertFalse(self._entries(paid))
        self.assertBooksHold()

    def _received(self, dummy):
        paid = self.pay(self.anna, self.anna, self.luc, "50", currency=dummy)
        paid.with_user(self.luc).action_confirm()
        return paid

    def test_w8_external_money_comes_back_in_two_steps_too(self):
        dummy = self._outside_money()
        paid = self._received(dummy)
        with self.assertRefused("acts_for"):
            paid.with_user(self.anna).action_reverse()
        back = self._back(paid, self.luc)
        self.assertEqual(back.state, "pending")
        with self.assertRefused("acts_for"):
            back.with_user(self.luc).action_confirm()
        back.with_user(self.anna).action_deny()
        self.assertEqual(back.end_reason, "denied")
        again = self._back(paid, self.luc)
        again.with_user(self.anna).action_confirm()
        self.assertEqual((again.state, paid.reversed_minor), ("done", 5000))
        self.assertEqual(self.wallet(self.luc, dummy).reserved, 0)
        self.assertBooksHold()

    def test_w9_external_money_that_came_back_can_be_given_again(self):
        dummy = self._outside_money()
        paid = self._received(dummy)
        self._back(paid, self.luc).with_user(self.anna).action_confirm()
        # What is done stays done: a new promise leads to the same end.
        self._changed(self.anna, paid, {"state": "pending"})
        with self.assertRefused("state"):
            paid.with_user(self.luc).action_confirm()
        again = self.pay(self.anna, self.anna, self.luc, "50", currency=dummy)
        self.assertEqual(again.state, "pending")
        again.with_user(self.luc).action_confirm()
        self.assertEqual(again.state, "done")
        self.assertEqual(self.wallet(self.luc, dummy).incoming, 0)
        self.assertBooksHold()

    def test_w10_limits_hold_on_both_sides_and_equality_is_allowed(self):
        with self.assertRefused("limit"):
            self.pay(self.anna, self.anna, self.luc, "5000")
        with self.assertRefused("limit"):
            self.pay(self.anna, self.anna, self.luc, "500.01")
        self.pay(self.anna, self.anna, self.luc, "500")
        with self.assertRefused("limit") as refused:
            self.pay(self.anna, self.anna, self.luc, "0.01")
        self.assertEqual(refused.error.limit, "-500.00 COM")
        # 2015 had the payee's sign wrong: that limit never held.
        with self.assertRefused("other_side"):
            self.pay(self.stranger, self.stranger, self.luc, "0.01")
        self.assertEqual(self.balance(self.luc), "500.00")

    def test_w11_after_all_of_it_the_balances_and_limits_are_those_of_2015(self):
        first = self.pay(self.anna, self.anna, self.luc, "50")
        self._back(first, self.luc)
        self.pay(self.anna, self.anna, self.luc, "50")
        second = self.pay(self.anna, self.anna, self.luc, "100")
        self._back(second, self.moderator)
        with self.assertRefused("limit"):
            self.pay(self.anna, self.anna, self.luc, "5000")
        # Each replaces both limits of the currency, as a block.
        self.wallet(self.anna).with_user(self.moderator).set_limits("10000", None)
        self.wallet(self.luc).with_user(self.moderator).set_limits("500", None)
        self.pay(self.anna, self.anna, self.luc, "5000")
        self.assertEqual(self.wallet(self.anna).available_text, "-5,050.00 COM")
        self.assertEqual(self.wallet(self.luc).available_text, "5,050.00 COM")
        self.assertEqual(self.wallet(self.anna)._limits(), (-1000000, None))
        self.assertEqual(self.wallet(self.luc)._limits(), (-50000, None))
        self.assertBooksHold()

    def test_w12_a_stranger_to_the_deal_neither_sees_nor_moves_it(self):
        """Demo pays mark 50; luc, here the stranger, has no part in it."""
        with self.assertRefused("acts_for"):
            self.pay(self.stranger, self.anna, self.luc, "50")
        paid = self.pay(self.anna, self.anna, self.luc, "50")
        transfers = self._transfers(self.luc)
        asked = transfers.browse(
            transfers.ask(
                self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id, "20"
            )
        )
        actions = {
            paid: ("action_reverse", "action_confirm", "action_deny"),
            asked: ("action_accept", "action_refuse", "action_withdraw"),
        }
        for transfer, names in actions.items():
            for name in names:
                with self.assertRaises(AccessError):
                    getattr(transfer.with_user(self.stranger), name)()
            self.assertFalse(
                self.env["wezer.transfer"]
                .with_user(self.stranger)
                .search([("id", "=", transfer.id)])
            )
        self.assertEqual((paid.state, asked.state), ("done", "requested"))
        with self.assertRefused("acts_for"):
            paid.with_user(self.anna).action_reverse()
        self._back(paid, self.luc)
        self.pay(self.anna, self.anna, self.luc, "50")
        self.assertEqual(self.balance(self.luc), "50.00")
        self.assertBooksHold()
