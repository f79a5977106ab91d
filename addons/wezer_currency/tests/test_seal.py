from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestSeal(CurrencyCommon):
    def _seal(self):
        return self.env["wezer.ledger.seal"]._seal_now()

    def _seals(self):
        return self.env["wezer.ledger.seal"].search(
            [("wezer_currency_id", "=", self.credit.id)], order="id"
        )

    def test_a_seal_carries_the_range_into_the_accounting(self):
        self.pay(self.anna, self.anna, self.luc, "50")
        self.pay(self.anna, self.anna, self.stranger, "0.01")
        self.pay(self.anna, self.anna, self.luc, "1:20", currency=self.hours)
        self._seal()
        seal = self._seals()
        self.assertEqual((seal.entry_count, seal.total), (2, 5001))
        lines = seal.move_id.line_ids
        self.assertEqual(seal.move_id.state, "posted")
        self.assertEqual(len(lines), 3)
        by_partner = {line.partner_id: line.amount_currency for line in lines}
        self.assertEqual(by_partner[self.anna.partner_id], 50.01)
        self.assertEqual(by_partner[self.luc.partner_id], -50)
        self.assertEqual(set(lines.mapped("balance")), {0.0})
        self.assertEqual(set(lines.account_id.mapped("account_type")), {"off_balance"})
        self.assertBooksHold()

    def test_the_next_seal_is_chained_and_takes_only_what_is_new(self):
        self.pay(self.anna, self.anna, self.luc, "50")
        self._seal()
        self._seal()
        self.assertEqual(len(self._seals()), 1)
        self.pay(self.luc, self.luc, self.anna, "20")
        self._seal()
        first, second = self._seals()
        self.assertEqual(second.previous_id, first)
        self.assertGreater(second.from_entry_id, first.to_entry_id)
        self.assertNotEqual(first.digest, second.digest)
        self.assertBooksHold()

    def test_a_range_that_nets_to_nothing_needs_no_journal_entry(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        self.pay(self.luc, self.luc, self.anna, "5")
        self._seal()
        self.assertFalse(self._seals().move_id)
        self.assertBooksHold()

    def test_a_sealed_journal_entry_stays_as_it_is(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        self._seal()
        seal = self._seals()
        move = seal.move_id
        line = move.line_ids[0]
        for action in (
            move.button_draft,
            move.button_cancel,
            move.unlink,
            move._reverse_moves,
            line.unlink,
            seal.unlink,
            lambda: move.write({"date": "2020-01-01"}),
            lambda: move.write({"state": "draft"}),
            lambda: move.write({"wezer_seal_id": False}),
            lambda: line.write({"amount_currency": 1}),
            lambda: line.write({"partner_id": False}),
            lambda: seal.write({"digest": "x"}),
            lambda: seal.with_context(wezer_seal=True).write({"digest": "x"}),
        ):
            with self.assertRefused("sealed"):
                action()

    def test_issued_money_is_a_liability(self):
        token = self._currency("Token", "TIL", kind="issued")
        self._transfers(self.env.ref("base.user_admin")).issue(
            token.treasury_partner_id.id, self.anna.partner_id.id, token.id, "5"
        )
        self._seal()
        seal = self.env["wezer.ledger.seal"].search(
            [("wezer_currency_id", "=", token.id)]
        )
        self.assertIn(
            "liability_current", seal.move_id.line_ids.account_id.mapped("account_type")
        )
        self.assertBooksHold()

    def test_administrators_queue_a_seal_and_members_do_not(self):
        with self.assertRefused("role"):
            self.env["wezer.ledger.seal"].with_user(self.anna).action_seal()
        self.env["wezer.ledger.seal"].action_seal()

    def test_the_clock_seals(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        with self.enter_registry_test_mode():
            self.env.ref("wezer_currency.ir_cron_seal").method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(self._seals().move_id)
        self.assertBooksHold()

    def _run_clock(self, wrong=None):
        """Run the clock's work; ``wrong`` is what accounting answers."""
        seals = self.env["wezer.ledger.seal"]
        works, said = type(seals)._post_move, None

        def post(seal):
            if wrong:
                raise wrong
            works(seal)

        with (
            self.enter_registry_test_mode(),
            patch.object(type(seals), "_post_move", post),
        ):
            # Not assertRaises: Odoo's rolls back what the clock kept.
            try:
                seals._cron_seal()
            except type(wrong) as error:
                said = error
        self.assertEqual(said, wrong)
        self.env.invalidate_all()

    def test_what_accounting_refuses_is_sealed_and_booked_next_time(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        self._run_clock(UserError("This month is locked."))
        self.assertEqual((len(self._seals()), self._seals().move_id.ids), (1, []))
        checks = self.env["wezer.check"].sudo().run()
        broken = [check["name"] for check in checks if check["rows"]]
        self.assertIn("Journal entries say what their seals say", broken)
        self._run_clock()
        self.assertEqual(self._seals().move_id.state, "posted")
        self.assertBooksHold()

    def test_a_crash_leaves_no_seal_without_its_journal_entry(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        self._run_clock(SystemError("killed"))
        self.assertFalse(self._seals())
        self.assertBooksHold()
        self._run_clock()
        self.assertTrue(self._seals().move_id)
        self.assertBooksHold()
