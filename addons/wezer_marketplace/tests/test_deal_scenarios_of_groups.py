"""Longer scenarios of Wezer's first version (2015), as they are done now."""

from odoo.tests import tagged

from .test_task import TaskCommon


@tagged("post_install", "-at_install")
class TestScenarios(TaskCommon):
    def _outside(self):
        want = self.announce(self.test1, places=0, prices={self.dummy.id: "50"})
        deal = self.claim(self.test2, want)
        if deal.state == "open":
            self.as_(self.test1, deal).action_accept()
        return want, deal

    def test_after_an_outside_refund_the_same_two_may_agree_again(self):
        want, first = self._outside()
        first.action_deliver()
        self.as_(self.test1, first).action_approve()
        first.action_confirm()
        first.action_refund()
        self.as_(self.test1, first).action_confirm()
        self.assertEqual((first.state, first.end_reason), ("ended", "refunded"))
        again = self.claim(self.test2, want)
        if again.state == "open":
            self.as_(self.test1, again).action_accept()
        again.action_deliver()
        self.as_(self.test1, again).action_approve()
        self.assertEqual(again.state, "confirming")
        with self.assertRefused("acts_for"):
            self.as_(self.test1, again).action_confirm()
        again.action_confirm()
        self.assertEqual((again.state, first.state), ("paid", "ended"))
        self.assertBooksHold()

    def test_a_moderator_may_only_decide_a_deal(self):
        deal = self.make_deal("delivered")
        seen = self.as_(self.moderator, deal)
        for action in ("approve", "pay", "refund", "cancel", "deliver"):
            with self.assertRefused():
                getattr(seen, f"action_{action}")()
        self.as_(self.test1, deal).action_dispute("Is it done?")
        # Called he sees it, and still signs for nobody.
        for action in ("approve", "pay", "refund", "cancel", "deliver"):
            with self.assertRefused("acts_for"):
                getattr(seen, f"action_{action}")()
        with self.assertRefused():
            seen.action_assess(self.scores(2))
        self.assertEqual(self.balance(self.test2), "0.00")
        seen.action_resolve("paid", "It is done, I looked")
        self.assertEqual((deal.state, self.balance(self.test2)), ("paid", "50.00"))
        self.assertBooksHold()

    def test_final_balances_of_the_scenario(self):
        offer = self.announce(self.test1, kind="offer", places=0)
        deal = self.propose(self.test2, offer, quantity=5, prices={self.com.id: "250"})
        as_author = self.as_(self.test1, deal)
        as_author.action_accept()
        as_author.action_deliver()
        deal.action_approve()
        self.make_deal("paid", prices={self.com.id: "100"})
        self.assertEqual(self.balance(self.test1), "150.00")
        self.assertEqual(self.balance(self.test2), "-150.00")
        self.assertBooksHold()

    def test_a_group_is_a_party_of_its_own_with_its_own_money(self):
        group = self.circle.partner_id
        offer = self.announce(
            self.mark, kind="offer", acting=group.id, prices={self.hours.id: "1:00"}
        )
        deal = self.claim(self.test2, offer)
        as_group = self.as_(self.mark, deal)
        if deal.state == "open":
            with self.assertRefused("acts_for"):
                self.as_(self.test3, deal).action_accept()
            as_group.action_accept()
        as_group.action_deliver()
        deal.action_approve(self.scores(2), "Thank you all")
        as_group.action_assess(self.scores(1, "payer"), "Welcome again")
        self.assertEqual(self.balance(group, self.hours), "1:00")
        self.assertEqual(self.balance(self.mark, self.hours), "0:00")
        given = self.env["wezer.assessment"]._for_origin(deal)
        self.assertEqual(given.assessor_id, self.test2.partner_id | group)
        self.assertEqual(given.assessed_id, self.test2.partner_id | group)
        self.assertBooksHold()

    def test_the_task_follows_its_deal(self):
        deal = self.claim(self.test2, self._post(self.task))
        task = self.task.sudo()
        self.assertEqual(task.stage_id, self.doing)
        self.assertEqual(task.assignee_partner_id, self.test2.partner_id)
        self.assertEqual(task.reviewer_partner_id, self.circle.partner_id)
        deal.action_deliver()
        self.assertEqual(task.stage_id, self.check)
        self.as_(self.mark, deal).action_send_back("One plank more")
        self.assertEqual(task.stage_id, self.doing)
        deal.action_deliver()
        self.as_(self.mark, deal).action_approve()
        self.assertEqual(task.stage_id, self.done)
        self.assertBooksHold()
