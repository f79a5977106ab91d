from unittest.mock import patch

from odoo.tests import tagged

from ..tools import statement
from .common import CurrencyCommon

LEDGER = "wezer_ledger_entry"
# (what somebody does to the database, a word of the sentence that finds it)
DAMAGES = [
    ("UPDATE wezer_wallet SET balance = balance + 1 WHERE id = {luc}", "sum of its"),
    ("UPDATE wezer_wallet SET reserved = reserved + 1 WHERE id = {luc}", "set aside"),
    ("UPDATE wezer_wallet SET incoming = incoming + 1 WHERE id = {luc}", "set aside"),
    ("UPDATE wezer_wallet SET balance = balance + 1 WHERE id = {luc}", "zero"),
    ("UPDATE wezer_wallet SET credit_grown = 10 ^ 9 WHERE id = {luc}", "credit grew"),
    ("UPDATE wezer_transfer SET automatic = TRUE WHERE id = {paid}", "Automatic"),
    ("INSERT INTO wezer_wallet_accrual VALUES ({treasury}, 5)", "sum of its"),
    ("INSERT INTO wezer_wallet_accrual VALUES ({luc}, 0)", "same currency"),
    ("DELETE FROM wezer_wallet_accrual", "sum of its"),
    (f"UPDATE {LEDGER} SET amount = amount + 1 WHERE id = {{entry}}", "sum of its"),
    (f"UPDATE {LEDGER} SET amount = amount + 1 WHERE id = {{entry}}", "hashes"),
    (f"UPDATE {LEDGER} SET date = date + interval '1 s' WHERE id = {{entry}}", "hash"),
    (f"UPDATE {LEDGER} SET kind = 'fee' WHERE id = {{entry}}", "hashes"),
    (f"UPDATE {LEDGER} SET to_balance = 1 WHERE id = {{entry}}", "balances after"),
    (f"UPDATE {LEDGER} SET from_balance = 1 WHERE id = {{entry}}", "balances after"),
    (f"UPDATE {LEDGER} SET to_id = {{other}} WHERE id = {{entry}}", "same currency"),
    (
        f"UPDATE {LEDGER} SET to_id = {{third}} WHERE id = {{entry}}",
        "to its parties",
    ),
    (f"DELETE FROM {LEDGER} WHERE id = {{entry}}", "completed transfer"),
    (f"DELETE FROM {LEDGER} WHERE kind = 'levy'", "levy"),
    (f"ALTER TABLE {LEDGER} DISABLE TRIGGER wezer_ledger_entry_rows", "append-only"),
    (f"DROP TRIGGER wezer_ledger_entry_table ON {LEDGER}", "append-only"),
    (f"ALTER TABLE {LEDGER} DROP CONSTRAINT wezer_ledger_entry_positive", "append"),
    ("DROP INDEX wezer_transfer_key_uniq", "append-only"),
    ("UPDATE wezer_ledger_seal SET digest = 'x' WHERE id = {seal}", "hashes"),
    ("UPDATE wezer_ledger_seal SET total = 1 WHERE id = {seal}", "hashes"),
    ("UPDATE wezer_ledger_seal SET entry_count = 1 WHERE id = {seal}", "hashes"),
    ("UPDATE wezer_ledger_seal SET previous_id = id WHERE id = {seal}", "hashes"),
    ("UPDATE account_move SET state = 'draft' WHERE id = {move}", "with their seals"),
    (
        "UPDATE account_move_line SET amount_currency = amount_currency + 1"
        " WHERE move_id = {move}",
        "with their seals",
    ),
    (
        "UPDATE account_move SET wezer_seal_id = NULL WHERE id = {move}",
        "with their seals",
    ),
    (
        "UPDATE account_move SET wezer_seal_part = 2 WHERE id = {move}",
        "with their seals",
    ),
    (
        "UPDATE wezer_ledger_seal SET booked = FALSE,"
        " date = date - interval '2 hours' WHERE id = {seal}",
        "in the accounts",
    ),
    ("DROP INDEX account_move_wezer_seal_part_uniq", "append-only"),
    ("UPDATE wezer_charge_run SET taken = taken + 1 WHERE id = {run}", "its report"),
    ("UPDATE wezer_charge_run SET refused = 1 WHERE id = {run}", "its report"),
    ("UPDATE wezer_charge_run SET total_minor = 1 WHERE id = {run}", "its report"),
    ("UPDATE wezer_charge_line SET transfer_id = NULL", "its report"),
    (
        "UPDATE wezer_charge_run SET done = FALSE,"
        " write_date = write_date - interval '2 hours' WHERE id = {run}",
        "its report",
    ),
    (
        "UPDATE wezer_transfer SET state = 'ended' WHERE id = {paid}",
        "completed transfer",
    ),
    (
        "UPDATE wezer_transfer SET amount_minor = amount_minor + 1 WHERE id = {paid}",
        "completed transfer",
    ),
    ("UPDATE wezer_transfer SET levy_payer_minor = 9 WHERE id = {paid}", "levy"),
    (
        "UPDATE wezer_transfer SET payee_id = 1 WHERE id = {paid}",
        "to its parties",
    ),
    ("UPDATE wezer_transfer SET reversed_minor = 1 WHERE id = {paid}", "add up"),
    ("UPDATE wezer_transfer SET claim_minor = 1 WHERE id = {paid}", "add up"),
    ("UPDATE wezer_transfer SET settled_minor = 1 WHERE id = {held}", "add up"),
    ("UPDATE wezer_transfer SET state = 'ended' WHERE id = {held}", "set aside"),
    ("UPDATE wezer_transfer SET end_deadline = NULL WHERE id = {held}", "end date"),
    ("UPDATE wezer_currency SET kind = 'issued' WHERE id = {credit}", "below zero"),
    (
        "UPDATE wezer_transfer SET kind = 'correction' WHERE id = {paid}",
        "have a reason",
    ),
    ("UPDATE wezer_transfer SET kind = 'clearing' WHERE id = {paid}", "in a circle"),
    (
        "INSERT INTO wezer_clearing (wezer_currency_id, company_id, amount_minor,"
        " member_count, state, answer_until)"
        " SELECT id, company_id, 1, 3, 'posted', '2026-01-01' FROM wezer_currency"
        " WHERE id = {credit}",
        "in a circle",
    ),
    ("UPDATE wezer_ledger_day SET paid = 1 WHERE wallet_id = {luc}", "kept sums"),
    ("UPDATE wezer_ledger_day SET entries = 9 WHERE wallet_id = {luc}", "kept sums"),
    ("DELETE FROM wezer_ledger_day WHERE wallet_id = {luc}", "kept sums"),
    ("DELETE FROM wezer_ledger_kept WHERE wallet_id = {luc}", "kept sums"),
]


@tagged("post_install", "-at_install")
class TestCheck(CurrencyCommon):
    """Each invariant is damaged by SQL, and the check finds it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit.write({"levy_payer": 150, "levy_payee": 150})
        case = cls("test_every_damage_is_found")
        case.paid = case.pay(cls.anna, cls.anna, cls.luc, "100")
        case.pay(cls.luc, cls.luc, cls.stranger, "20")
        cls.credit.fee_minor_text = "1"
        run = cls.credit.action_charge("fee")
        cls.env["wezer.ledger.seal"]._seal_now()
        with patch.object(statement, "KEPT_FROM", 1):
            cls.env["wezer.ledger.entry"]._cron_keep_days()
        case.pay(cls.stranger, cls.stranger, cls.luc, "5")
        transfers = case._transfers(cls.anna)
        parties = cls.anna.partner_id.id, cls.luc.partner_id.id, cls.credit.id
        held = transfers.reserve(*parties, "30")
        case.paid.with_user(cls.luc).action_reverse("10")
        entry = cls.env["wezer.ledger.entry"].search(
            [("transfer_id", "=", case.paid.id), ("kind", "=", "payment")]
        )
        seal = cls.env["wezer.ledger.seal"].search(
            [("wezer_currency_id", "=", cls.credit.id)], limit=1
        )
        treasury = cls.credit.treasury_partner_id._wezer_wallet(cls.credit)
        cls.ids = {
            "luc": case.wallet(cls.luc).id,
            "third": case.wallet(cls.stranger).id,
            "other": case.wallet(cls.luc, cls.hours).id,
            "treasury": treasury.id,
            "entry": entry.id,
            "seal": seal.id,
            "move": seal.move_ids.id,
            "paid": case.paid.id,
            "held": held,
            "credit": cls.credit.id,
            "run": run.id,
        }
        cls.env.flush_all()

    def _broken(self):
        self.env.invalidate_all()
        return {
            check["name"]: check["rows"]
            for check in self.env["wezer.invariant"].sudo().run()
            if check["rows"]
        }

    def test_nothing_is_broken_before(self):
        self.assertEqual(self._broken(), {})

    def test_every_damage_is_found(self):
        for damage, word in DAMAGES:
            with self.subTest(damage), self.env.cr.savepoint() as savepoint:
                if f"UPDATE {LEDGER}" in damage or f"DELETE FROM {LEDGER}" in damage:
                    self.env.cr.execute(f"ALTER TABLE {LEDGER} DISABLE TRIGGER USER")
                self.env.cr.execute(damage.format(**self.ids))
                broken = self._broken()
                self.assertTrue(
                    any(word in name for name in broken),
                    f"{damage}: nothing about “{word}” in {list(broken)}",
                )
                savepoint.rollback()
        self.env.invalidate_all(flush=False)

    def test_every_invariant_of_the_ledger_was_damaged(self):
        own = {
            str(name)
            for name, function in self.env["wezer.invariant"]._checks()
            if "wezer_currency" in function.__func__.__module__
        }
        missed = {
            name for name in own if not any(word in name for _damage, word in DAMAGES)
        }
        self.assertEqual(missed, set())

    def test_the_check_names_the_first_row_that_breaks_it(self):
        self.env.cr.execute(
            "UPDATE wezer_wallet SET balance = balance + 1 WHERE id = %s",
            [self.ids["luc"]],
        )
        rows = self._broken()["Each balance is the sum of its ledger entries"]
        self.assertEqual(rows[0][0], self.ids["luc"])
