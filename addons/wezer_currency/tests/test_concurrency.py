from odoo import api
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import Refusal

from .common_concurrency import ConcurrencyCase


@tagged("post_install", "-at_install", "concurrency")
class TestConcurrency(ConcurrencyCase):
    """Two at once, with real commits."""

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
        ids = self.partners[0], self.partners[1], self.currency_id
        payee = self.users[1]
        with self.registry.cursor() as cr:
            asked = (api.Environment(cr, payee, {})["wezer.transfer"].ask(*ids, "0.1"),)
        answers.append(
            self._alone(lambda env: env["wezer.transfer"].donate(*ids, "0.1"))
        )
        answers.append(
            self._alone(lambda env: env["wezer.transfer"].browse(asked).action_accept())
        )
        row = dict(
            zip(
                ("payer", "payee", "currency", "amount"),
                (*ids, "0.1"),
                strict=True,
            )
        )
        batch = self._alone(lambda env: env["wezer.transfer"].post_batch([row]))
        self.assertEqual(
            [one["reason"] for one in batch.rows], [answers[0].args[0]], batch
        )
        self.assertEqual({one.rule for one in answers}, {"other_side"})
        self.assertEqual(len({one.args[0] for one in answers}), 1)
        self.assertIsInstance(self._alone(self._pay(2, "0.1")), int)
        self.assertEqual(self._balance(1), 0)
