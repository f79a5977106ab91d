from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed

from ..tools.batch import BatchRefusal, post
from ..tools.bulk_posting import UNSEEN_KEYS, key_hash
from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestBatch(CurrencyCommon):
    """Batches: all or none, with a reason for every bad row."""

    def _row(self, payer, payee, amount, /, **values):
        row = {
            "payer": payer.partner_id.id,
            "payee": payee.partner_id.id,
            "currency": self.credit.id,
            "amount": amount,
        }
        row.update(values)
        return row

    def _post(self, rows, user=None, **kwargs):
        transfers = self._transfers(user or self.env.ref("base.user_admin"))
        return transfers.browse(transfers.post_batch(rows, **kwargs))

    def assertRows(self, error, *rules):
        self.assertEqual([one["rule"] for one in error.rows], list(rules), error)

    def test_one_pays_many_and_many_pay_one(self):
        people = self.luc, self.stranger
        self._post([self._row(self.anna, to, "5") for to in people], self.anna)
        self.assertEqual(self.balance(self.anna), "-10.00")
        self._post([self._row(one, self.anna, "7") for one in people])
        self.assertEqual(self.balance(self.anna), "4.00")
        self.assertBooksHold()

    def test_several_currencies_in_one_act_all_or_none(self):
        euro = self._currency("Outside", "OUT", kind="legal")
        rows = [
            self._row(self.anna, self.luc, "2:00", currency=self.hours.id),
            self._row(self.anna, self.luc, "10", currency=euro.id),
        ]
        paid = self._post(rows, self.anna)
        self.assertEqual(paid.mapped("state"), ["done", "pending"])
        self.assertEqual(self.balance(self.luc, self.hours), "2:00")
        rows[0]["amount"] = "20:00"
        with self.assertRaises(BatchRefusal) as caught:
            self._post(rows, self.anna)
        self.assertRows(caught.exception, "limit")
        self.assertEqual(self.wallet(self.luc, euro).incoming, 1000)
        paid[1].with_user(self.luc).action_confirm()
        self.assertBooksHold()

    def test_every_bad_row_has_its_reason_and_nothing_is_posted(self):
        rows = [
            self._row(self.anna, self.luc, "5"),
            self._row(self.anna, self.luc, "1.005"),
            self._row(self.anna, self.anna, "1"),
            self._row(self.anna, self.luc, "1", currency="NONE"),
            self._row(self.anna, self.luc, "1", payee=10**8),
            self._row(self.anna, self.luc, "600"),
            self._row(self.anna, self.luc, "1", date="soon"),
        ]
        with self.assertRaises(BatchRefusal) as caught:
            self._post(rows)
        error = caught.exception
        self.assertRows(error, "unit", "party", "currency", "party", "limit", "date")
        self.assertEqual([one["row"] for one in error.rows], [2, 3, 4, 5, 6, 7])
        self.assertIn("Row 2", str(error))
        self.assertEqual(self.balance(self.luc), "0.00")

    def test_a_row_passes_by_what_the_rows_before_it_brought(self):
        self._post(
            [
                self._row(self.anna, self.luc, "500"),
                self._row(self.luc, self.anna, "100"),
                self._row(self.anna, self.stranger, "100"),
            ]
        )
        entries = self.env["wezer.ledger.entry"].search(
            [("wezer_currency_id", "=", self.credit.id)], order="id"
        )
        self.assertEqual(
            [(one.from_balance, one.to_balance) for one in entries],
            [(-50000, 50000), (40000, -40000), (-50000, 10000)],
        )
        self.assertBooksHold()

    def test_a_dry_run_checks_all_and_posts_nothing(self):
        self.assertFalse(
            self._post([self._row(self.anna, self.luc, "5")], dry_run=True)
        )
        with self.assertRaises(BatchRefusal):
            self._post([self._row(self.anna, self.luc, "501")], dry_run=True)
        self.assertEqual(self.balance(self.luc), "0.00")

    def test_the_same_key_posts_once_and_other_data_are_refused(self):
        row = self._row(self.anna, self.luc, "5", key="a")
        first = self._post([row, dict(row)])
        self.assertEqual(len(set(first.ids)), 1)
        self.assertEqual(self._post([row]), first[0])
        with self.assertRaises(BatchRefusal) as caught:
            self._post([dict(row, amount="6")])
        self.assertRows(caught.exception, "key")
        self.assertEqual(self.balance(self.luc), "5.00")

    def test_a_used_key_is_found_in_the_middle_of_a_large_batch(self):
        """Many keys are not looked up before the database refuses one of them."""
        rows = [
            self._row(self.anna, self.luc, "0.01", key=f"large {n}")
            for n in range(UNSEEN_KEYS + 5)
        ]
        earlier = self._post([rows[20]])
        with self.assertRaises(BatchRefusal) as caught:
            self._post([dict(row, amount="0.02") for row in rows])
        self.assertEqual(len(caught.exception.rows), 1)
        self.assertEqual(caught.exception.rows[0]["row"], 21)
        self.assertEqual(self.balance(self.luc), "0.01")
        posted = self._post(rows)
        self.assertEqual(posted[20], earlier)
        self.assertEqual(len(set(posted.ids)), len(rows))
        self.assertEqual(self.balance(self.luc), "0.55")
        self.assertEqual(self._post(rows), posted)
        self.assertEqual(self.balance(self.luc), "0.55")

    def test_a_key_stands_for_the_same_data_in_every_version(self):
        hashed = self.env["wezer.transfer"]._hash
        for purpose in ("", "bread", 'caf\u00e9 "x" \\ \t', "\U0001f35e"):
            for date in (None, datetime(2024, 1, 31, 10, 0, 0, 500000)):
                data = [1, 2, str(10**30), purpose, str(date or "")]
                self.assertEqual(key_hash(1, 2, 10**30, purpose, date), hashed(data))

    def test_any_text_is_posted_as_it_was_written(self):
        key, purpose = "a\\b\tc\\N", 'say "\\N" and \\. \u00e9'
        row = self._row(self.anna, self.luc, "5", key=key, purpose=purpose)
        paid = self._post([row]).sudo()
        self.assertEqual((paid.key, paid.purpose), (key, purpose))

    # --- who -----------------------------------------------------------------

    def test_members_pay_from_their_own_wallet_only_and_give_no_date(self):
        with self.assertRaises(BatchRefusal) as caught:
            self._post(
                [
                    self._row(self.luc, self.anna, "5"),
                    self._row(self.anna, self.luc, "5", date="2026-01-01"),
                ],
                self.anna,
            )
        self.assertRows(caught.exception, "acts_for", "date")

    def test_histories_and_new_members_are_for_administrators(self):
        for kwargs in ({"mode": "history"}, {"create": True}):
            for user in (self.anna, self.moderator):
                with self.assertRaises(NotAllowed):
                    self._post([self._row(self.anna, self.luc, "5")], user, **kwargs)

    def test_the_others_reasons_stay_the_others(self):
        self.wallet(self.luc).sudo().state = "frozen"
        with self.assertRaises(BatchRefusal) as caught:
            self._post([self._row(self.anna, self.luc, "5")], self.anna)
        self.assertRows(caught.exception, "other_side")
        self.assertNotIn("Luc", str(caught.exception))
        with self.assertRaises(BatchRefusal) as other:
            self._post([self._row(self.anna, self.anna, "5", payee=10**8)], self.anna)
        self.assertEqual(
            caught.exception.rows[0]["reason"], other.exception.rows[0]["reason"]
        )

    def test_a_batch_does_not_reveal_how_much_the_other_can_receive(self):
        self.wallet(self.luc).with_user(self.moderator).set_limits("500", "3")
        rows = [self._row(self.anna, self.luc, "1") for _number in range(5)]
        rows.append(self._row(self.anna, self.stranger, "1"))
        with self.assertRaises(BatchRefusal) as caught:
            self._post(rows, self.anna)
        self.assertRows(caught.exception, *["other_side"] * 5)
        # A rehearsal costs nothing, so it tests one's own side only.
        self.assertFalse(self._post(rows, self.anna, dry_run=True))
        with self.assertRaises(BatchRefusal) as caught:
            self._post([self._row(self.anna, self.luc, "501")], self.anna, dry_run=True)
        self.assertRows(caught.exception, "limit")

    def test_a_member_finds_nobody_by_address_or_name(self):
        self.luc.partner_id.email = "luc@example.com"
        for name in ("luc@example.com", "Luc"):
            with self.assertRaises(BatchRefusal) as caught:
                self._post([self._row(self.anna, self.luc, "5", payee=name)], self.anna)
            self.assertRows(caught.exception, "other_side")
        slug = self.luc.partner_id._wezer_profile().slug
        self._post([self._row(self.anna, self.luc, "5", payee=slug)], self.anna)
        self.assertEqual(self.balance(self.luc), "5.00")

    def test_whatever_a_program_sends_is_refused_in_words(self):
        strange = [None, True, [1], {"a": 1}, 2**40, -1, 1.5, "", "x" * 300]
        # What no database can hold: NUL, and half of a letter.
        strange += ["a\x00b", "\ud800"]
        for name in ("payer", "payee", "currency", "amount", "date", "category"):
            for value in strange:
                if name in ("date", "category") and not value:
                    continue
                row = self._row(self.anna, self.luc, "1", **{name: value})
                with self.subTest(ascii((name, value))), self.assertRaises(UserError):
                    self._post([row], self.anna)
        for value in strange:
            for place in range(3):
                ids = [self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id]
                ids[place] = value
                with self.subTest(ascii(ids)), self.assertRaises(UserError):
                    self._transfers(self.anna).pay(*ids, "1")
        ids = self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id
        for key in strange[-3:]:
            with self.subTest(ascii(key)), self.assertRefused("key"):
                self._transfers(self.anna).pay(*ids, "1", key=key)
        soon = fields.Datetime.now() + timedelta(days=1)
        for every in ([1], {"a": 1}, "day"):
            with self.subTest(every=every), self.assertRefused("every"):
                self._transfers(self.anna).schedule(*ids, "1", date=soon, every=every)
        self.assertEqual(self.balance(self.luc), "0.00")
        paid = self._transfers(self.anna).pay(*ids, "1", "a\x00\ud800b" + "x" * 300)
        purpose = self.env["wezer.transfer"].browse(paid).purpose
        self.assertEqual(purpose, "ab" + "x" * 248)

    def test_levies_are_taken_in_a_batch_as_in_a_payment(self):
        self.credit.write({"levy_payer": 200, "levy_payee": 200})
        self._post([self._row(self.anna, self.luc, "100")] * 2)
        self.assertEqual(self.balance(self.anna), "-204.00")
        self.assertEqual(self.balance(self.luc), "196.00")
        self.assertBooksHold()

    def test_payees_of_an_administrators_batch_get_a_notice(self):
        self._post([self._row(self.anna, self.luc, "5")])
        self.env["wezer.transfer"]._cron_notify()
        self.assertTrue(
            self.env["wezer.notice"].search(
                [("kind", "=", "paid"), ("partner_id", "=", self.luc.partner_id.id)]
            )
        )

    # --- histories ----------------------------------------------------------

    def test_a_history_passes_limits_and_lists_every_overdraft(self):
        rows = [
            self._row(self.anna, self.luc, "400", date="2024-01-31T10:00:00.5Z"),
            self._row(self.anna, self.luc, "400", date="2024-02-01"),
        ]
        transfers = self._transfers(self.env.ref("base.user_admin"))
        report = post(transfers, rows, mode="history")
        self.assertEqual(
            [bool(answer.get("beyond")) for answer in report], [False, True]
        )
        first = self.env["wezer.transfer"].browse(report[0]["id"])
        self.assertEqual(fields.Datetime.to_string(first.date), "2024-01-31 10:00:00")
        self.assertEqual(self.balance(self.anna), "-800.00")
        self.assertBooksHold()

    def test_wallets_and_members_are_made_when_asked(self):
        rows = [
            {
                "payer": "STAT1",
                "payee": "STAT2",
                "currency": "COM",
                "amount": "1.50",
            }
        ]
        with self.assertRaises(BatchRefusal) as caught:
            self._post(rows)
        self.assertRows(caught.exception, "party")
        self._post(rows, create=True)
        self._post(rows)
        wallet = self.env["wezer.wallet"].search([("reference", "=", "STAT2")])
        self.assertEqual(wallet.balance, 300)
        self.assertEqual(wallet.partner_id._wezer_profile().state, "active")
        self.assertBooksHold()

    def test_eighteen_decimals_are_kept_to_the_last(self):
        fine = self._currency("Fine", "FIN", digits=18, lower="")
        amount = "123456789.123456789012345678"
        ids = self.anna.partner_id.id, self.luc.partner_id.id
        self._post(
            [{"payer": ids[0], "payee": ids[1], "currency": "FIN", "amount": amount}]
        )
        self.assertEqual(self.balance(self.luc, fine), amount)
        self.pay(self.luc, self.luc, self.anna, "0." + "0" * 17 + "1", fine)
        self.assertEqual(self.balance(self.luc, fine), amount[:-1] + "7")
        self.env["wezer.ledger.seal"]._seal_now()
        self.assertBooksHold()
