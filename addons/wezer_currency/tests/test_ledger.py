from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2 import Error

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import CurrencyCommon

ARROWS = ("pay", "reserve", "settle", "part", "release", "reverse", "ask", "accept")


@tagged("post_install", "-at_install")
class TestLedger(CurrencyCommon):
    @mute_logger("odoo.sql_db")
    def test_the_database_itself_refuses_to_change_the_ledger(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        entry = self.env["wezer.ledger.entry"].search([], limit=1)
        other = self.wallet(self.anna, self.hours)
        insert = (
            "INSERT INTO wezer_ledger_entry"
            " (wezer_currency_id, from_id, to_id, amount, kind, date)"
            " VALUES (%s, %s, %s, %s, 'payment', '2026-01-01')"
        )
        currency, a, b = self.credit.id, entry.from_id.id, entry.to_id.id
        for query, params in (
            ("UPDATE wezer_ledger_entry SET amount = 1", []),
            ("UPDATE wezer_ledger_entry SET kind = 'x' WHERE id = %s", [entry.id]),
            ("DELETE FROM wezer_ledger_entry", []),
            ("TRUNCATE wezer_ledger_entry", []),
            ("TRUNCATE wezer_ledger_entry CASCADE", []),
            (insert, [currency, a, b, 0]),
            (insert, [currency, a, b, -1]),
            (insert, [currency, a, a, 1]),
            (insert, [currency, a, other.id, 1]),
            (insert, [self.hours.id, a, other.id, 1]),
        ):
            with self.assertRaises(Error, msg=query), self.env.cr.savepoint():
                self.env.cr.execute(query, params)
        for method, args in (("write", [{"amount": 1}]), ("unlink", [])):
            with self.assertRefused("append_only"):
                getattr(entry, method)(*args)

    def test_a_broken_balance_is_found(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE wezer_wallet SET balance = balance + 1, reserved = 3 WHERE id = %s",
            [self.wallet(self.luc).id],
        )
        broken = [
            check["name"]
            for check in self.env["wezer.invariant"].sudo().run()
            if check["rows"]
        ]
        self.assertEqual(len(broken), 3, broken)

    def test_a_member_may_not_run_the_checks(self):
        with self.assertRaises(NotAllowed):
            self.env["wezer.invariant"].with_user(self.anna).run()

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.differing_executors],
    )
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(ARROWS),
                st.integers(0, 2),
                st.integers(0, 2),
                st.integers(1, 60000),
            ),
            max_size=14,
        )
    )
    def test_whatever_people_do_the_books_hold(self, steps):
        with self.env.cr.savepoint() as savepoint:
            self._play(steps)
            self.env.invalidate_all()
            self.assertBooksHold()
            for user in (self.anna, self.luc, self.stranger):
                wallet = self.wallet(user, self.levied)
                self.assertGreaterEqual(wallet.balance - wallet.reserved, -50000)
                self.assertLessEqual(wallet.balance, 50000)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.levied = cls._currency(
            "Levied", "LEV", "500", "500", levy_payer=133, levy_payee=77
        )

    def _play(self, steps):
        people = [self.anna, self.luc, self.stranger]
        made = []
        for action, one, two, minor in steps:
            user, other = people[one], people[two]
            amount = self.levied._decimal(minor)
            parties = (user.partner_id.id, other.partner_id.id, self.levied.id, amount)
            transfers = self._transfers(user)
            last = transfers.browse(made[minor % len(made)]) if made else None
            try:
                with self.env.cr.savepoint():
                    if action in ("pay", "reserve"):
                        made.append(getattr(transfers, action)(*parties))
                    elif action == "ask":
                        made.append(transfers.ask(parties[1], parties[0], *parties[2:]))
                    elif last:
                        made.append(self._answer(action, last, amount))
            except (Refusal, NotAllowed):
                self.env.invalidate_all(flush=False)

    def _answer(self, action, transfer, amount):
        transfer = transfer.sudo()
        payer = transfer.payer_id.user_ids
        payee = transfer.payee_id.user_ids
        if action == "settle":
            return transfer.with_user(payer).action_settle()
        if action == "part":
            return transfer.with_user(payer).action_settle(amount=amount)
        if action == "release":
            return transfer.with_user(payee).action_release()
        if action == "accept":
            return transfer.with_user(payer).action_accept()
        return transfer.with_user(payee).action_reverse()
