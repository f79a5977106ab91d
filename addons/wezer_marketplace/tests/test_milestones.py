from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..tools import deal_money
from .common import MarketCommon

STEPS = [
    {"name": "The sketch", "percent": "30"},
    {"name": "The wall", "percent": "50"},
    {"name": "The paint", "percent": "20"},
]


class StepsCommon(MarketCommon):
    def agree(self, milestones=None, **vals):
        """Return an agreed deal on a want of test1, done by test2 step by step."""
        announcement = self.announce(self.test1, **vals)
        deal = self.propose(
            self.test2, announcement, milestones=milestones or STEPS, message="By steps"
        )
        self.as_(self.test1, deal).action_accept()
        return deal

    def step(self, deal):
        deal.action_deliver("This step is done")
        self.as_(self.test1, deal).action_approve()


@tagged("post_install", "-at_install")
class TestMilestones(StepsCommon):
    def test_steps_are_delivered_approved_and_paid_one_by_one(self):
        deal = self.agree()
        self.assertEqual(self.reserved(self.test1), "50.00")
        for number, paid in ((1, "15.00"), (2, "40.00"), (3, "50.00")):
            self.assertEqual((deal.state, deal.milestone), ("accepted", number))
            self.assertIn(f"{number} of 3", deal.steps_text)
            self.step(deal)
            self.assertEqual(self.balance(self.test2), paid)
            self.assertBooksHold()
        self.assertEqual(deal.state, "paid")
        self.assertEqual(self.reserved(self.test1), "0.00")
        self.assertEqual(len(self.transfers(deal)), 3)

    def test_no_step_is_paid_twice(self):
        deal = self.agree()
        self.step(deal)
        payer = self.as_(self.test1, deal)
        for action in (payer.action_approve, payer.action_pay):
            with self.assertRefused("state"):
                action()
        self.assertEqual(self.balance(self.test2), "15.00")

    def test_steps_that_do_not_make_the_whole_price_are_refused(self):
        announcement = self.announce(self.test1)
        for percents in (("30", "60"), ("60", "60"), ("100", "0"), ("99.99",)):
            steps = [{"name": "A", "percent": one} for one in percents]
            with self.assertRefused("milestone_sum"):
                self.propose(self.test2, announcement, milestones=steps)
        for steps, rule in (
            ([{"name": "", "percent": "100"}], "milestone"),
            ([{"name": "A", "percent": "many"}], "percent"),
            ([{"name": "A", "percent": "5"}] * 21, "parts"),
            ("30/70", "parts"),
            (["30"], "parts"),
        ):
            with self.assertRefused(rule):
                self.propose(self.test2, announcement, milestones=steps)

    def test_thirds_of_a_price_lose_nothing(self):
        thirds = [
            {"name": name, "percent": percent}
            for name, percent in (("A", "33.33"), ("B", "33.33"), ("C", "33.34"))
        ]
        deal = self.agree(
            thirds,
            prices={self.com.id: "0.10", self.hours.id: "1:00"},
            price_mode="all",
        )
        for _step in thirds:
            self.step(deal)
        self.assertEqual(self.balance(self.test2), "0.10")
        self.assertEqual(self.balance(self.test2, self.hours), "1:00")
        self.assertBooksHold()

    def test_a_step_cannot_be_delivered_in_part(self):
        deal = self.agree(quantity=4)
        with self.assertRefused("milestone"):
            deal.action_deliver("Half", "2")

    def test_the_next_step_has_a_due_date_of_its_own(self):
        later = fields.Datetime.now().replace(microsecond=0) + timedelta(days=40)
        steps = [
            {"name": "A", "percent": "50"},
            {
                "name": "B",
                "percent": "50",
                "date_due": fields.Datetime.to_string(later),
            },
        ]
        deal = self.agree(steps)
        self.step(deal)
        self.assertEqual(deal.date_due, later)

    def test_steps_paid_before_a_cancellation_stay_paid_until_refunded(self):
        deal = self.agree()
        self.step(deal)
        deal.action_deliver("And the wall")
        self.as_(self.test1, deal).action_cancel("We move")
        deal.action_cancel("All right")
        self.assertEqual((deal.state, deal.end_reason), ("ended", "cancelled"))
        self.assertEqual(self.balance(self.test2), "15.00")
        self.assertEqual(self.reserved(self.test1), "0.00")
        self.assertBooksHold()
        with self.assertRefused():
            self.as_(self.test1, deal).action_refund()
        deal.action_refund({self.com.id: "5"})
        self.assertEqual(self.balance(self.test2), "10.00")
        deal.action_refund()
        self.assertEqual(self.balance(self.test2), "0.00")
        with self.assertRefused("state"):
            deal.action_refund()
        self.assertBooksHold()

    def test_a_refund_takes_the_last_step_first_and_never_more_than_was_paid(self):
        deal = self.agree()
        for _step in STEPS:
            self.step(deal)
        deal.action_refund({self.com.id: "12"})
        back = [one.reversed_minor for one in deal_money.payments(deal.sudo())]
        self.assertEqual(back, [0, 200, 1000])
        with self.assertRefused("reverse"):
            deal.action_refund({self.com.id: "38.01"})
        deal.action_refund()
        self.assertEqual((deal.state, deal.end_reason), ("ended", "refunded"))
        self.assertBooksHold()

    def test_an_amendment_keeps_paid_steps_and_sets_the_rest_aside(self):
        deal = self.agree()
        self.step(deal)
        # 30 % of 50 stays 15: of 100 it is 15 %.
        steps = [
            {"name": "The sketch", "percent": "15"},
            {"name": "The rest", "percent": "85"},
        ]
        prices = {self.com.id: "100"}
        with self.assertRefused("milestone"):
            deal.action_amend({"prices": prices})
        with self.assertRefused("milestone"):
            deal.action_amend({"milestones": []})
        deal.action_amend({"prices": prices, "milestones": steps})
        payer = self.as_(self.test1, deal)
        payer.action_amend(round_number=deal.sudo()._proposal("amend").terms_id.round)
        self.assertEqual(self.reserved(self.test1), "85.00")
        self.assertEqual(deal.milestone, 2)
        self.assertBooksHold()
        self.step(deal)
        self.assertEqual((deal.state, self.balance(self.test2)), ("paid", "100.00"))
        self.assertBooksHold()

    def test_an_amendment_adds_or_removes_steps_while_none_is_paid(self):
        deal = self.make_deal()
        deal.action_amend({"milestones": STEPS})
        payer = self.as_(self.test1, deal)
        payer.action_amend(round_number=deal.sudo()._proposal("amend").terms_id.round)
        self.assertEqual(deal.milestone, 1)
        self.assertEqual(len(self.transfers(deal)), 4)
        deal.action_amend({"milestones": []})
        payer.action_amend(round_number=deal.sudo()._proposal("amend").terms_id.round)
        self.assertEqual(deal.milestone, 0)
        self.assertBooksHold()
        self.step(deal)
        self.assertEqual((deal.state, self.balance(self.test2)), ("paid", "50.00"))

    def test_a_stand_in_gets_the_remaining_steps(self):
        deal = self.agree()
        self.step(deal)
        deal.action_hand_over(self.test3.partner_id.id)
        self.as_(self.test3, deal).action_hand_over()
        self.as_(self.test1, deal).action_hand_over()
        self.assertBooksHold()
        for _step in (2, 3):
            self.step(self.as_(self.test3, deal))
        self.assertEqual(self.balance(self.test2), "15.00")
        self.assertEqual(self.balance(self.test3), "35.00")
        self.assertBooksHold()

    def test_a_decision_on_a_step_continues_or_ends_the_others(self):
        for outcome, state, paid in (
            ("paid", "accepted", "40.00"),
            ("cancelled", "ended", "15.00"),
        ):
            with self.subTest(outcome), self.env.cr.savepoint() as point:
                deal = self.agree()
                self.step(deal)
                deal.action_dispute("He says nothing")
                judge = self.as_(self.moderator, deal)
                judge.action_resolve(outcome, "So it is")
                self.assertEqual((deal.state, self.balance(self.test2)), (state, paid))
                self.assertBooksHold()
                point.rollback()

    def test_a_split_divides_the_unpaid_rest(self):
        deal = self.agree()
        self.step(deal)
        deal.action_dispute("He says nothing")
        judge = self.as_(self.moderator, deal)
        with self.assertRefused("amount"):
            judge.action_resolve("split", "Too much", {self.com.id: "35.01"})
        judge.action_resolve("split", "A part", {self.com.id: "27"})
        self.assertEqual((deal.state, self.balance(self.test2)), ("paid", "42.00"))
        self.assertEqual(self.reserved(self.test1), "0.00")
        self.assertBooksHold()

    def test_outside_money_of_a_step_waits_for_its_receipt(self):
        deal = self.agree(
            prices={self.com.id: "10", self.dummy.id: "10"}, price_mode="all"
        )
        self.step(deal)
        self.assertEqual(deal.state, "confirming")
        deal.action_confirm()
        self.assertEqual((deal.state, deal.milestone), ("accepted", 2))
        self.step(deal)
        deal.action_deny()
        self.assertEqual(deal.state, "approved")
        self.as_(self.test1, deal).action_pay()
        deal.action_confirm()
        self.assertEqual((deal.state, deal.milestone), ("accepted", 3))
        self.assertBooksHold()

    def test_rounds_show_what_became_of_the_steps(self):
        announcement = self.announce(self.test1)
        deal = self.propose(self.test2, announcement, milestones=STEPS)
        self.as_(self.test1, deal).action_counter(
            {"milestones": [{"name": "All", "percent": "100"}]}
        )
        said = {row[0]: row[1:] for row in deal.sudo().terms_id._diff()}
        self.assertEqual(
            said["Paid in steps"],
            ("The sketch 30 %, The wall 50 %, The paint 20 %", "All 100 %"),
        )
        with self.assertRefused():
            deal.sudo().terms_id.milestone_ids.write({"points": 1})
