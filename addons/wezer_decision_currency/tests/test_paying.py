from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import SpendingCommon


@tagged("post_install", "-at_install")
class TestPaying(SpendingCommon):
    """An adopted decision pays: set aside at adoption, paid when it is carried out."""

    def test_money_is_set_aside_at_adoption_and_paid_when_carried_out(self):
        decision = self.paying("12")
        self.assertEqual(decision.outcome_ids._note(), "")
        own = {"payee": self.ben.partner_id.id, "currency": self.hours.id}
        own = [{"kind": "pay", "params": {**own, "amount": "1"}}]
        note = self.draft(by=self.ben, outcomes=own).outcome_ids._note()
        # It is not forbidden: everybody reads it.
        self.assertIn("answers here, too", note)
        decision = self.adopted(decision)
        self.assertEqual(decision.state, "adopted")
        wallet = self.garden.partner_id._wezer_wallet(self.hours)
        self.assertEqual(int(wallet.reserved), 720)
        self.assertEqual(self.balance(self.otto), 0)
        self.carry_out(decision)
        self.assertEqual(decision.state, "done", decision.outcome_ids.error)
        self.assertEqual(self.balance(self.otto), 720)
        self.assertEqual(int(wallet.reserved), 0)
        transfer = self.transfers._for_origin(decision)
        self.assertEqual((transfer.state, transfer.purpose), ("done", "Compost"))
        self.assertRightsHold()

    def test_what_a_decision_set_aside_nobody_else_moves(self):
        transfer = self.transfers._for_origin(self.adopted(self.paying("12")))
        for user, action in (
            (self.gina, "action_settle"),
            (self.gina, "action_release"),
            (self.otto, "action_reverse"),
        ):
            with self.subTest(action), self.assertRaises(UserError):
                getattr(transfer.with_user(user), action)()

    def test_what_is_not_covered_is_stuck_and_paid_after_a_retry(self):
        self._decide(spend_from=150)
        decision = self.paying("80")
        self._spend("40")
        decision = self.adopted(decision)
        self.assertTrue(decision.outcome_ids.error)
        self.carry_out(decision)
        self.assertEqual((decision.state, self.balance(self.otto)), ("stuck", 0))
        self._fill(self.garden.partner_id, "60")
        decision.with_user(self.gina).action_retry()
        self.assertEqual((decision.state, self.balance(self.otto)), ("done", 4800))

    def test_what_is_not_covered_is_refused_when_it_is_announced(self):
        with self.assertRaises(Refusal):
            self.paying("150")

    def _spend(self, amount):
        """Let Gina pay Eve for the garden."""
        garden = self.garden.partner_id
        self.transfers.with_user(self.gina).pay(
            garden.id,
            self.eve.partner_id.id,
            self.hours.id,
            amount,
            acting_partner_id=garden.id,
        )

    def test_a_recipient_frozen_meanwhile_leaves_all_outcomes_undone(self):
        params = {
            "payee": self.otto.partner_id.id,
            "currency": self.hours.id,
            "amount": "12",
        }
        decision = self.opened(
            method="majority",
            outcomes=[
                {
                    "kind": "pay",
                    "params": {**params, "payee": self.eve.partner_id.id},
                },
                {"kind": "pay", "params": params},
            ],
        )
        decision = self.adopted(decision)
        self.otto.partner_id._wezer_wallet(self.hours).state = "frozen"
        self.carry_out(decision)
        self.assertEqual(decision.state, "stuck")
        self.assertEqual((self.balance(self.eve), self.balance(self.otto)), (0, 0))
        decision.with_user(self.gina).action_give_up()
        wallet = self.garden.partner_id._wezer_wallet(self.hours)
        self.assertEqual(int(wallet.reserved), 0)
        self.assertRightsHold()

    def test_of_two_decisions_that_contradict_the_second_is_stuck(self):
        first, second = self.paying("70"), self.paying("60", by=self.ben, title="Two")
        first, second = self.adopted(first), self.adopted(second)
        self.carry_out(first)
        self.carry_out(second)
        self.assertEqual((first.state, second.state), ("done", "stuck"))
        self.assertEqual(self.balance(self.otto), 4200)

    def test_rejected_decisions_set_nothing_aside(self):
        decision = self.paying("12")
        for user in self.members:
            decision.with_user(user).action_vote("no")
        decision = self.close(decision)
        self.assertEqual(decision.state, "rejected")
        self.assertFalse(self.transfers._for_origin(decision))

    def test_nonsense_is_refused_when_it_is_announced(self):
        for name, value in (
            ("payee", self.garden.partner_id.id),
            ("payee", 10**9),
            ("currency", False),
            ("amount", "0"),
            ("amount", "x" * 500),
        ):
            params = {
                "payee": self.otto.partner_id.id,
                "currency": self.hours.id,
                "amount": "1",
                name: value,
            }
            with self.subTest(name, value=value), self.assertRaises(Refusal):
                self.opened(
                    method="majority", outcomes=[{"kind": "pay", "params": params}]
                )

    def test_the_recipient_gives_back_and_nobody_else_does(self):
        decision = self.carry_out(self.adopted(self.paying("12")))
        outcome = decision.outcome_ids
        with self.assertRaises(NotAllowed):
            outcome.with_user(self.gina).action_refund_payment()
        outcome.with_user(self.otto).action_refund_payment("2")
        self.assertEqual(self.balance(self.otto), 600)
        outcome.with_user(self.otto).action_refund_payment()
        self.assertEqual(self.balance(self.otto), 0)

    def test_external_money_is_promised_until_the_recipient_confirms(self):
        euro = self.env["wezer.currency"].create(
            {"name": "Decision euro", "code": "DEUR", "kind": "legal", "external": True}
        )
        params = {
            "payee": self.otto.partner_id.id,
            "currency": euro.id,
            "amount": "20.00",
        }
        decision = self.opened(
            method="majority", outcomes=[{"kind": "pay", "params": params}]
        )
        decision = self.carry_out(self.adopted(decision))
        outcome = decision.outcome_ids
        self.assertEqual(decision.state, "done", outcome.error)
        with self.assertRaises(NotAllowed):
            outcome.with_user(self.anna).action_confirm_payment()
        rows = self.otto.with_user(self.otto)._wezer_todo()
        transfer = self.transfers._for_origin(decision)
        self.assertIn(f"/my/transfers/{transfer.id}", [row["url"] for row in rows])
        acts = transfer.with_user(self.otto)._decided_acts()
        self.assertTrue(acts["receipt"])
        outcome.with_user(self.otto).action_deny_payment()
        self.assertEqual(outcome.state, "failed")
        outcome.with_user(self.gina).action_pay_again()
        outcome.with_user(self.otto).action_confirm_payment()
        states = self.transfers._for_origin(decision).mapped("state")
        self.assertEqual(sorted(states), ["done", "ended"])

    def test_a_recipient_is_paid_by_the_account_that_goes_on(self):
        before, after = self.paying("3"), self.paying("4", by=self.ben, title="Two")
        after = self.adopted(after)
        self.otto.partner_id._wezer_merge_into(self.eve.partner_id)
        self.env.invalidate_all()
        before = self.adopted(before)
        for decision in (before, after):
            self.carry_out(decision)
            self.assertEqual(decision.state, "done", decision.outcome_ids.error)
            sentence = decision.outcome_ids._sentence()
            self.assertIn(self.eve.name, sentence)
        self.assertEqual(self.balance(self.eve), 420)
