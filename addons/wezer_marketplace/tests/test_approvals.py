from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..tools import deal_page
from .test_rights import GroupsCommon


class ApprovalsCommon(GroupsCommon):
    """A garden with a director, a trader who may not pay, and a treasurer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mara = cls._member("mara")  # trades and pays for the garden, too
        cls._fill("Second", cls.garden, cls.mara, "wallet", "market")
        cls._fill("Village head", cls.village, cls.test3, "manage")
        cls._fill("Garden head", cls.garden, cls.luc, "manage")

    def decide(self, group, user, approvals=2, hours="5", reason="Four eyes"):
        group.with_user(user).action_set_policy(
            f"approvals_{approvals}_from", hours, reason
        )

    def delivered(self, price="50", user=None):
        deal = self.claim(self.test2, self.want(prices={self.com.id: price}))
        deal.action_deliver("It is done")
        return deal


@tagged("post_install", "-at_install")
class TestApprovals(ApprovalsCommon):
    def test_large_deals_need_two_approvals_of_different_people(self):
        self.decide(self.garden, self.luc)
        deal = self.delivered()
        self.as_(self.luc, deal).action_approve()
        self.assertEqual((deal.state, self.balance(self.test2)), ("approved", "0.00"))
        with self.assertRefused("approved_once"):
            self.as_(self.luc, deal).action_approve()
        with self.assertRefused("approvals"):
            self.as_(self.luc, deal).action_pay()
        self.as_(self.mara, deal).action_approve()
        self.assertEqual((deal.state, self.balance(self.test2)), ("paid", "50.00"))
        with self.assertRefused("state"):
            self.as_(self.mara, deal).action_approve()
        self.assertBooksHold()

    def test_below_the_amount_one_approval_is_enough(self):
        self.decide(self.garden, self.luc)
        deal = self.delivered("49")
        self.as_(self.luc, deal).action_approve()
        self.assertEqual(deal.state, "paid")

    def test_approval_policies_are_inherited_and_only_made_stricter(self):
        self.decide(self.garden, self.luc, hours="500")
        self.decide(self.village, self.test3)
        with self.assertRefused("stricter"):
            self.decide(self.garden, self.luc, hours="400")
        deal = self.delivered()
        self.assertEqual(deal.sudo()._approvals_wanted(), 2)
        self.decide(self.garden, self.luc, approvals=3, hours="4")
        self.assertEqual(deal.sudo()._approvals_wanted(), 3)

    def test_the_community_policy_holds_for_groups_not_for_persons(self):
        company = self.env.company
        company.wezer_two_approvals_from_value = 5
        self.assertEqual(self.delivered().sudo()._approvals_wanted(), 2)
        own = self.make_deal("delivered")
        self.assertEqual(own.sudo()._approvals_wanted(), 1)

    def test_splitting_a_deal_does_not_evade_approvals(self):
        self.decide(self.garden, self.luc)
        for _count in range(2):
            deal = self.delivered("20")
            self.as_(self.luc, deal).action_approve()
            self.assertEqual(deal.state, "paid")
        third = self.delivered("20")
        self.as_(self.luc, third).action_approve()
        self.assertEqual(third.state, "approved")
        old = fields.Datetime.now() - timedelta(days=31)
        deals = self.env["wezer.deal"].sudo()
        deals.search([("payer_id", "=", self.payer.id)]).date_accepted = old
        self.assertEqual(third.sudo()._approvals_wanted(), 1)

    def test_shares_of_a_co_worker_count_for_approvals(self):
        self.decide(self.garden, self.luc)
        self.as_(self.luc, self.delivered("30")).action_approve()
        want = self.want(prices={self.com.id: "30"})
        deal = self.propose(
            self.test1,
            want,
            shares=[{"partner_id": self.test2.partner_id.id, "percent": "50"}],
        )
        self.as_(self.test2, deal).action_agree_share(1)
        self.as_(self.luc, deal).action_accept()
        self.assertEqual(deal.sudo()._approvals_wanted(), 2)

    def test_the_reason_of_a_policy_is_shown_to_approvers(self):
        self.decide(self.garden, self.luc)
        deal = self.delivered()
        text = self.as_(self.luc, deal)._approvals_text()
        for word in ("0 of 2", "Garden", "5 hours", "Four eyes"):
            self.assertIn(word, text)
        labels = [one["label"] for one in self.as_(self.luc, deal)._allowed_actions()]
        self.assertIn("Approve, as Garden", labels)
        self.as_(self.luc, deal).action_approve()
        labels = [one["label"] for one in self.as_(self.mara, deal)._allowed_actions()]
        self.assertTrue(labels[0].startswith("Approve and pay"), labels)
        self.assertNotIn("approve", str(self.as_(self.luc, deal)._allowed_actions()))

    def test_the_board_says_what_an_approval_does(self):
        self.decide(self.garden, self.luc)
        deal = self.delivered()
        mine = self.as_(self.luc, deal)
        self.assertIn("further approvals are needed", deal_page.approve_label(mine))
        self.assertTrue(mine.may_approve)
        mine.action_approve()
        mine.invalidate_recordset()
        self.assertFalse(mine.may_approve or mine.may_pay)
        self.assertIn("1 of 2", mine.approvals_text)
        self.assertTrue(self.as_(self.mara, deal).may_approve)

    def test_money_moves_only_where_an_approver_may_pay(self):
        self.decide(self.garden, self.luc)
        deal = self.delivered()
        self._fill("Helper", self.garden, self.stranger, "market")
        self.as_(self.roger, deal).action_approve()
        self.as_(self.stranger, deal).action_approve()
        self.assertEqual((deal.state, self.balance(self.test2)), ("approved", "0.00"))
        self.as_(self.luc, deal).action_pay()
        self.assertEqual(deal.state, "paid")
        again = self.delivered()
        self.as_(self.luc, again).action_approve()
        self.as_(self.roger, again).action_approve()
        self.assertEqual(again.state, "paid")
        self.assertBooksHold()

    def test_an_approver_who_lost_the_right_to_pay_pays_nothing(self):
        self.decide(self.garden, self.luc)
        deal = self.delivered()
        self.as_(self.mara, deal).action_approve()
        self.garden.search([("name", "=", "Second")]).right_wallet = False
        self.as_(self.roger, deal).action_approve()
        self.assertEqual((deal.state, self.balance(self.test2)), ("approved", "0.00"))

    def test_sending_back_or_amending_voids_approvals(self):
        self.decide(self.garden, self.luc)
        deal = self.delivered()
        self.as_(self.luc, deal).action_approve()
        self.as_(self.mara, deal).action_send_back("The door")
        self.assertFalse(deal.sudo().approver_ids)
        deal.action_deliver("The door, too")
        self.as_(self.mara, deal).action_approve()
        self.assertEqual(deal.state, "approved")
        self.as_(self.luc, deal).action_approve()
        self.assertEqual(deal.state, "paid")

    def test_work_that_needs_several_approvals_is_not_approved_automatically(self):
        self.decide(self.garden, self.luc)
        self.env.company.wezer_auto_approve_max_value = 100
        for approved in (False, True):
            deal = self.delivered()
            if approved:
                self.as_(self.luc, deal).action_approve()
            old = fields.Datetime.now() - timedelta(days=15)
            deal.sudo().write({"date_state": old, "date_due": old})
            self.env["wezer.deal"]._cron_timeouts()
            self.assertEqual(deal.state, "disputed")

    def test_a_worker_cannot_be_an_approver(self):
        self.decide(self.garden, self.luc)
        deal = self.claim(self.mara, self.want(prices={self.com.id: "50"}))
        deal.action_deliver()
        with self.assertRefused("own_work"):
            deal.action_approve()

    def test_only_managers_of_a_circle_set_its_policy(self):
        for user in (self.roger, self.clara, self.stranger):
            with self.assertRefused():
                self.decide(self.garden, user)
        for hours in ("0", "-1", "many", "1e9", [5]):
            with self.assertRefused("hours"):
                self.decide(self.garden, self.luc, hours=hours)

    def test_a_deal_paid_with_too_few_approvals_is_found(self):
        self.decide(self.garden, self.luc)
        deal = self.delivered()
        self.as_(self.luc, deal).action_approve()
        self.as_(self.mara, deal).action_approve()
        checks = self.env["wezer.invariant"].sudo()
        self.assertFalse(checks._check_approvals())
        self.env.flush_all()
        with self.env.cr.savepoint(flush=False) as damage:
            self.env.cr.execute(
                "DELETE FROM wezer_deal_approval WHERE person_id = %s",
                [self.mara.partner_id.id],
            )
            self.assertEqual(checks._check_approvals(), [(deal.id, 2)])
            damage.rollback()
