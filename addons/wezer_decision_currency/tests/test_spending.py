from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days

from .common import SpendingCommon


@tagged("post_install", "-at_install")
class TestSpending(SpendingCommon):
    """Spending above a worth is decided together, however it is tried."""

    def _pay(self, amount, payee=None, way="pay", **more):
        transfers = self.transfers.with_user(self.gina)
        return getattr(transfers, way)(
            self.garden.partner_id.id,
            (payee or self.otto).partner_id.id,
            self.hours.id,
            amount,
            acting_partner_id=self.garden.partner_id.id,
            **more,
        )

    def assertDecided(self, method, *args, **options):
        """Assert that a way of spending is refused with the rule of decisions."""
        with self.assertRaises(Refusal) as caught, self.env.cr.savepoint():
            method(*args, **options)
        self.assertEqual(caught.exception.rule, "decision")
        return caught.exception

    def test_small_amounts_are_paid_and_larger_ones_refused_with_a_way_on(self):
        self._pay("10")
        refusal = self.assertDecided(self._pay, "0:30", purpose="Compost & seeds")
        self.assertEqual(refusal.limit, "10")
        address, _label = refusal.link
        self.assertIn(f"/groups/{self.garden.slug}/propose?", address)
        self.assertIn("outcome=pay", address)
        self.assertIn(f"payee={self.otto.partner_id.id}", address)
        self.assertIn("purpose=Compost+%26+seeds", address)
        refusal = self.assertDecided(
            self._pay,
            "0:30",
            way="schedule",
            date=str(days.today(self.env) + timedelta(days=9)),
            purpose="Seeds",
        )
        self.assertIn("purpose=Seeds", refusal.link[0])
        # Another recipient is counted alone.
        self._pay("10", self.eve)

    def test_every_way_of_spending_asks(self):
        asked = self.transfers.browse(
            self.transfers.with_user(self.otto).ask(
                self.garden.partner_id.id, self.otto.partner_id.id, self.hours.id, "11"
            )
        )
        soon = days.today(self.env) + timedelta(days=10)
        self.assertDecided(self._pay, "11", way="donate")
        self.assertDecided(self._pay, "11", way="reserve")
        self.assertDecided(self._pay, "11", way="schedule", date=str(soon))
        self.assertDecided(asked.with_user(self.gina).action_accept)
        row = {
            "payer": self.garden.partner_id.id,
            "payee": self.otto.partner_id.id,
            "currency": self.hours.id,
        }
        with self.assertRaises(Refusal):
            self.transfers.with_user(self.gina).post_batch(
                [{**row, "amount": "6"}, {**row, "amount": "6"}]
            )

    def test_what_is_set_aside_counts_and_what_is_freed_does_not(self):
        held = self.transfers.browse(self._pay("8", way="reserve"))
        self.assertDecided(self._pay, "3")
        held.with_user(self.otto).action_release()
        self._pay("3")

    def test_a_circle_inside_makes_the_limit_stricter_never_looser(self):
        policies = self.env["wezer.group.policy"].sudo()
        policies._decide(self.compost, "spend_from", 50, "A test")
        purse = self._role("Compost purse", self.compost, "wallet")
        self._put(self.ben, purse)
        self._fill(self.compost.partner_id, "40")
        transfers = self.transfers.with_user(self.ben)
        payment = (self.compost.partner_id.id, self.otto.partner_id.id, self.hours.id)
        self.assertDecided(transfers.pay, *payment, "11")
        policies._decide(self.compost, "spend_from", 2, "A test")
        self.assertDecided(transfers.pay, *payment, "3")
        transfers.pay(*payment, "2")

    def test_without_a_reserve_nothing_is_asked(self):
        self._decide(decides_spend="none")
        self._pay("40")

    def test_the_other_side_learns_nothing_of_the_rule(self):
        held = self.garden.partner_id.with_user(self.otto)
        with self.assertRaises(Refusal) as caught:
            held.sudo(False)._wezer_check_spend(
                self.hours, 660, payee=self.otto.partner_id
            )
        self.assertEqual(caught.exception.rule, "other_side")

    def test_nobody_passes_by_context_or_origin(self):
        transfers = self.transfers.with_context(
            origin_model="wezer.decision", default_origin_model="wezer.decision"
        ).with_user(self.gina)
        self.assertDecided(
            transfers.pay,
            self.garden.partner_id.id,
            self.otto.partner_id.id,
            self.hours.id,
            "11",
        )
