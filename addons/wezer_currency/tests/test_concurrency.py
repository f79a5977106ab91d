import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import Refusal


@tagged("post_install", "-at_install", "concurrency")
class TestConcurrency(BaseCase):
    """Two at once, with real commits; what is made stays in the test database."""

    def setUp(self):
        super().setUp()
        patcher = patch.object(Registry, "_lock", DummyRLock())
        patcher.start()
        self.addCleanup(patcher.stop)
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cr.execute("SELECT nextval('wezer_transfer_id_seq')")
            mark = cr.fetchone()[0]
            currency = env["wezer.currency"].create(
                {"name": f"Race {mark}", "code": f"RACE{mark}", "lower_text": "1"}
            )
            portal = env.ref("base.group_portal")
            users = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    [
                        {
                            "name": f"Racer {mark} {number}",
                            "login": f"race_{mark}_{number}",
                            "group_ids": [(6, 0, portal.ids)],
                        }
                        for number in range(3)
                    ]
                )
            )
            self.currency_id = currency.id
            self.users = users.ids
            self.partners = users.partner_id.ids
            for partner in users.partner_id:
                partner._wezer_wallet(currency)
            # No sooner spent than blocked: nothing left behind can log in.
            self.addCleanup(self._archive)

    def _archive(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["res.users"].browse(self.users).active = False
            env["wezer.currency"].browse(self.currency_id).active = False
            for check in env["wezer.check"].run():
                self.assertFalse(check["rows"], check["name"])

    def _at_once(self, *calls):
        """Run each call in a thread, with a cursor of its own and the HTTP retry."""
        barrier = threading.Barrier(len(calls))
        results = [None] * len(calls)

        def run(index, call):
            tries = []
            with self.registry.cursor() as cr:
                env = api.Environment(cr, self.users[0], {})

                def once():
                    # The snapshot is taken before anybody has written.
                    cr.execute("SELECT 1")
                    if not tries:
                        tries.append(1)
                        barrier.wait(20)
                    return call(env)

                try:
                    results[index] = retrying(once, env)
                except Refusal as refusal:
                    # As the HTTP layer does.
                    cr.rollback()
                    results[index] = refusal

        threads = [
            threading.Thread(target=run, args=(index, call))
            for index, call in enumerate(calls)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return results

    def _pay(self, to, amount, key=None):
        return lambda env: env["wezer.transfer"].pay(
            self.partners[0], self.partners[to], self.currency_id, amount, key=key
        )

    def _balance(self, index):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT balance FROM wezer_wallet WHERE partner_id = %s"
                " AND wezer_currency_id = %s",
                [self.partners[index], self.currency_id],
            )
            return cr.fetchone()[0]

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_payments_race_for_the_last_unit_and_one_gets_it(self):
        results = self._at_once(self._pay(1, "1"), self._pay(2, "1"))
        refused = [result for result in results if isinstance(result, Refusal)]
        self.assertEqual([refusal.rule for refusal in refused], ["limit"], results)
        self.assertEqual(self._balance(0), -100)
        self.assertEqual(self._balance(1) + self._balance(2), 100)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_same_key_sent_twice_at_once_pays_once(self):
        results = self._at_once(self._pay(1, "0.3", "k"), self._pay(1, "0.3", "k"))
        self.assertEqual(results[0], results[1])
        self.assertEqual(self._balance(1), 30)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_reservation_is_settled_or_released_never_both(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.users[0], {})
            held = env["wezer.transfer"].reserve(
                self.partners[0], self.partners[1], self.currency_id, "1"
            )
        payee = self.users[1]
        results = self._at_once(
            lambda env: env["wezer.transfer"].browse(held).action_settle(),
            lambda env: (
                env["wezer.transfer"].with_user(payee).browse(held).action_release()
            ),
        )
        refused = [result for result in results if isinstance(result, Refusal)]
        self.assertEqual([refusal.rule for refusal in refused], ["state"], results)

    # --- probing -------------------------------------------------------------

    def _alone(self, call):
        """Run ``call`` in a transaction of its own; return what it gives or raises."""
        with self.registry.cursor() as cr:
            try:
                return call(api.Environment(cr, self.users[0], {}))
            except Refusal as refusal:
                cr.rollback()
                return refusal

    def _freeze(self, state):
        with self.registry.cursor() as cr:
            cr.execute(
                "UPDATE wezer_wallet SET state = %s WHERE partner_id = %s",
                [state, self.partners[1]],
            )

    def test_after_five_refusals_for_the_others_reasons_none_is_tested_that_day(self):
        self._freeze("frozen")
        answers = [self._alone(self._pay(1, "0.1")) for _number in range(5)]
        self._freeze("open")
        answers.append(self._alone(self._pay(1, "0.1")))
        answers.append(
            self._alone(
                lambda env: env["wezer.transfer"].reserve(
                    self.partners[0], self.partners[1], self.currency_id, "0.1"
                )
            )
        )
        self.assertEqual({one.rule for one in answers}, {"other_side"})
        self.assertEqual(len({one.args[0] for one in answers}), 1)
        self.assertIsInstance(self._alone(self._pay(2, "0.1")), int)
        self.assertEqual(self._balance(1), 0)
