import os
import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.service import model as service
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import Refusal

from .common_concurrency import ConcurrencyCase

# `./wezer test --all` takes the large counts.
ALL = os.environ.get("WEZER_COUNTS") == "all"
TRIES = 1000 if ALL else 25
SEALS = 100 if ALL else 8
PARALLEL = 50


@tagged("post_install", "-at_install", "concurrency")
class TestManyAtOnce(ConcurrencyCase):
    """Real threads and commits, many times."""

    def setUp(self):
        super().setUp()
        # Who meets another tries again at once: Odoo would wait for seconds.
        patcher = patch.object(service.random, "uniform", lambda _low, _high: 0.01)
        patcher.start()
        self.addCleanup(patcher.stop)
        patcher = patch.object(service, "MAX_TRIES_ON_CONCURRENCY_FAILURE", 200)
        patcher.start()
        self.addCleanup(patcher.stop)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_of_two_racing_for_the_last_unit_one_passes_each_time(self):
        for number in range(TRIES):
            results = self._at_once(self._pay(1, "1"), self._pay(2, "1"))
            refused = [one for one in results if isinstance(one, Refusal)]
            passed = [one for one in results if isinstance(one, int)]
            self.assertEqual(
                (len(passed), [one.rule for one in refused]),
                (1, ["limit"]),
                f"try {number}: {results}",
            )
            self.assertEqual(self._balance(0), -100)
            winner = 1 if self._balance(1) else 2
            self._alone(
                lambda env, winner=winner: (
                    env["wezer.transfer"]
                    .with_user(self.users[winner])
                    .pay(
                        self.partners[winner],
                        self.partners[0],
                        self.currency_id,
                        "1",
                    )
                )
            )

    def _many(self, calls):
        """Run each call in a thread with the HTTP retry; return what went wrong."""
        wrong = []

        def run(call):
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    retrying(lambda: call(env), env)
            except Exception as error:
                wrong.append(error)

        threads = [threading.Thread(target=run, args=(call,)) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return wrong

    def _move(self, payer, payee, amount="0.01"):
        def call(env):
            env["wezer.transfer"].with_user(self.users[payer]).pay(
                self.partners[payer], self.partners[payee], self.currency_id, amount
            )

        return call

    def _entries(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT count(*), coalesce(sum(amount), 0) FROM wezer_ledger_entry"
                " WHERE wezer_currency_id = %s",
                [self.currency_id],
            )
            return cr.fetchone()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_fifty_payments_out_of_and_into_one_wallet_lose_nothing(self):
        pairs = [(0, 1), (1, 0), (2, 0), (0, 2), (1, 2)]
        calls = [self._move(*pairs[number % 5]) for number in range(PARALLEL)]
        self.assertEqual(self._many(calls), [])
        self.assertEqual(self._entries(), (PARALLEL, PARALLEL))
        self.assertEqual(sum(self._balance(index) for index in range(3)), 0)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_batches_and_payments_crossing_each_other_never_lock_for_good(self):
        def batch(env):
            env["wezer.transfer"].with_user(self.users[1]).post_batch(
                [
                    {
                        "payer": self.partners[1],
                        "payee": self.partners[to],
                        "currency": self.currency_id,
                        "amount": "0.01",
                    }
                    for to in (2, 0, 2, 0)
                ]
            )

        calls = [batch, self._move(0, 2), self._move(2, 1), self._move(0, 1)] * 4
        self.assertEqual(self._many(calls), [])
        self.assertEqual(self._entries()[0], 4 * 7)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_every_entry_posted_while_sealing_is_in_exactly_one_seal(self):
        stop, wrong = threading.Event(), []

        def post(payer, payee):
            while not stop.is_set():
                wrong.extend(self._many([self._move(payer, payee)]))

        threads = [
            threading.Thread(target=post, args=pair)
            for pair in ((0, 1), (1, 2), (2, 0))
        ]
        for thread in threads:
            thread.start()
        try:
            for _number in range(SEALS):
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    env["wezer.ledger.seal"]._cron_seal()
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)
        self.assertEqual(wrong, [])
        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["wezer.ledger.seal"]._seal_now()
        with self.registry.cursor() as cr:
            cr.execute(
                """SELECT e.id, count(s.id) FROM wezer_ledger_entry e
                     LEFT JOIN wezer_ledger_seal s
                       ON s.wezer_currency_id = e.wezer_currency_id
                      AND e.id BETWEEN s.from_entry_id AND s.to_entry_id
                    WHERE e.wezer_currency_id = %s
                    GROUP BY e.id HAVING count(s.id) <> 1""",
                [self.currency_id],
            )
            self.assertEqual(cr.fetchall(), [])
            cr.execute(
                "SELECT count(*) FROM wezer_ledger_seal WHERE wezer_currency_id = %s",
                [self.currency_id],
            )
            self.assertGreater(cr.fetchone()[0], 1)
