from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import wezer_ledger_seal
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
        lines = seal.move_ids.line_ids
        self.assertEqual(seal.move_ids.state, "posted")
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
        self.assertFalse(self._seals().move_ids)
        self.assertBooksHold()

    def test_a_sealed_journal_entry_stays_as_it_is(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        self._seal()
        seal = self._seals()
        move = seal.move_ids
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
        accounts = seal.move_ids.line_ids.account_id
        self.assertIn("liability_current", accounts.mapped("account_type"))
        self.assertBooksHold()

    def test_administrators_queue_a_seal_and_members_do_not(self):
        with self.assertRefused("role"):
            self.env["wezer.ledger.seal"].with_user(self.anna).action_seal()
        self.env["wezer.ledger.seal"].action_seal()

    def _run_clock(self, wrong=None, part=1):
        """Run the clock; ``wrong`` is what comes of posting this part of a seal."""
        seals = self.env["wezer.ledger.seal"]
        works = type(seals)._book_part

        def book(seal, number, parts):
            if wrong and number == part:
                raise wrong
            works(seal, number, parts)

        with (
            self.enter_registry_test_mode(),
            patch.object(type(seals), "_book_part", book),
        ):
            self.env.ref("wezer_currency.ir_cron_seal").method_direct_trigger()
        self.env.invalidate_all()

    def _broken(self):
        checks = self.env["wezer.invariant"].sudo().run()
        return [check["name"] for check in checks if check["rows"]]

    def test_the_cron_seals(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        self._run_clock()
        self.assertEqual(len(self._seals().move_ids), 1)
        self.assertTrue(self._seals().booked)
        self.assertBooksHold()

    def test_a_range_that_nets_to_nothing_is_booked_without_an_entry(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        self.pay(self.luc, self.luc, self.anna, "5")
        self._run_clock()
        self.assertEqual((self._seals().booked, self._seals().move_ids.ids), (True, []))

    @mute_logger("odoo.addons.wezer_currency.models.wezer_ledger_seal")
    def test_a_seal_that_accounting_refuses_is_booked_next_time(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        with freeze_time(datetime.now() - timedelta(days=1)):
            self._run_clock(UserError("This month is locked."))
            self.assertEqual(len(self._seals()), 1)
            self.assertFalse(self._seals().move_ids)
            # It may be on its way still; the next day it is not.
            self.assertEqual(self._broken(), [])
        self.assertEqual(self._broken(), ["All seals are booked in the accounts"])
        self._run_clock()
        self.assertEqual(self._seals().move_ids.state, "posted")
        self.assertBooksHold()

    def _pay_many(self):
        self.tom = self._member("tom")
        for payer, payee, amount in (
            (self.anna, self.luc, "5"),
            (self.anna, self.stranger, "7"),
            (self.tom, self.luc, "3"),
            (self.tom, self.stranger, "11"),
        ):
            self.pay(payer, payer, payee, amount)

    def _sums(self):
        sums = {}
        for line in self._seals().move_ids.line_ids:
            sums.setdefault(line.partner_id, 0)
            sums[line.partner_id] += line.amount_currency
        return sums

    @patch.object(wezer_ledger_seal, "PAIRS", 1)
    def test_a_large_range_has_several_entries_that_each_sum_to_zero(self):
        self._pay_many()
        self._run_clock()
        moves = self._seals().move_ids.sorted("wezer_seal_part")
        self.assertEqual(moves.mapped("wezer_seal_part"), [1, 2, 3])
        for move in moves:
            self.assertEqual(len(move.line_ids), 2)
            self.assertEqual(sum(move.line_ids.mapped("amount_currency")), 0)
        self.assertEqual(
            self._sums(),
            {
                self.anna.partner_id: 12,
                self.tom.partner_id: 14,
                self.luc.partner_id: -8,
                self.stranger.partner_id: -18,
            },
        )
        self.assertBooksHold()

    @mute_logger("odoo.addons.wezer_currency.models.wezer_ledger_seal")
    def test_what_fails_in_a_currency_does_not_hold_up_the_others(self):
        seals = type(self.env["wezer.ledger.seal"])
        works = seals._parts
        currencies = self.credit, self.hours
        for failing in currencies:
            for currency in currencies:
                self.pay(self.anna, self.anna, self.luc, "1", currency=currency)

            def parts(seal, failing=failing):
                if seal.wezer_currency_id == failing:
                    raise ValueError("no such journal")
                return works(seal)

            with patch.object(seals, "_parts", parts), self.subTest(failing.name):
                self._run_clock()
                for currency in currencies:
                    last = self.env["wezer.ledger.seal"]._last_of(currency)
                    self.assertEqual(last.booked, currency != failing)
            self._run_clock()
            self.assertTrue(self.env["wezer.ledger.seal"]._last_of(failing).booked)
        self.assertBooksHold()

    @patch.object(wezer_ledger_seal, "PAIRS", 1)
    @mute_logger("odoo.addons.wezer_currency.models.wezer_ledger_seal")
    def test_a_half_booked_seal_is_completed_and_nothing_is_booked_twice(self):
        self._pay_many()
        self._run_clock(SystemError("killed"), part=2)
        seal = self._seals()
        self.assertEqual((len(seal.move_ids), seal.booked), (1, False))
        # Compared as far as it is booked.
        self.assertEqual(self._broken(), [])
        self.pay(self.luc, self.luc, self.anna, "1")
        with patch.object(wezer_ledger_seal, "PAIRS", 50):
            self._run_clock()
        first, second = self._seals()
        self.assertEqual(first.move_ids.mapped("wezer_seal_part"), [3, 2, 1])
        self.assertEqual(first.pairs, 1)
        self.assertEqual((len(second.move_ids), second.booked), (1, True))
        self.assertEqual(self._sums()[self.luc.partner_id], -7)
        self.assertBooksHold()
