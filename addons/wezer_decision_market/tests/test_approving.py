from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import Refusal

from .common import MarketDecisionCommon


@tagged("post_install", "-at_install")
class TestApproving(MarketDecisionCommon):
    """A decision approves delivered work, as one person does."""

    def delivered(self, user=None):
        deal = self.claim(user or self.otto, self.want())
        deal.action_deliver("It is dug")
        return deal.sudo()

    def approved(self, deal, **vals):
        return self.decided("approve", {"deal": deal.id}, **vals)

    def test_a_decision_approves_and_whoever_pays_for_the_circle_pays(self):
        deal = self.delivered()
        decision = self.approved(deal)
        self.assertEqual(decision.state, "done", decision.outcome_ids.error)
        self.assertEqual(deal.state, "approved")
        deal.with_user(self.gina).action_pay()
        self.assertEqual((deal.state, self.balance(self.otto)), ("paid", 300))

    def test_a_decision_is_one_approval_of_two(self):
        self._decide(approvals_2_from=1)
        deal = self.delivered()
        self.approved(deal)
        self.assertEqual(deal._approvals_missing(), 1)
        with self.assertRaises(Refusal):
            deal.with_user(self.gina).action_pay()
        deal.with_user(self.gina).action_approve()
        self.assertEqual(deal.state, "paid")

    def test_the_worker_has_no_voice(self):
        deal = self.delivered(self.ben)
        decision = self.opened(
            method="majority",
            outcomes=[{"kind": "approve", "params": {"deal": deal.id}}],
        )
        row = decision.sudo().voter_ids.filtered(
            lambda voter: voter.person_id == self.ben.partner_id
        )
        self.assertEqual((row.state, row.off_reason), ("off", "concerned"))

    def test_three_friends_do_not_approve_for_the_circle(self):
        deal = self.delivered()
        friends = [user.partner_id.id for user in (self.anna, self.ben, self.cleo)]
        with self.assertRaises(Refusal) as caught:
            self.opened(
                method="majority",
                electorate="named",
                named_ids=friends,
                outcomes=[{"kind": "approve", "params": {"deal": deal.id}}],
            )
        self.assertEqual(caught.exception.rule, "electorate")

    def test_the_deal_of_another_circle_is_refused(self):
        deal = self.delivered()
        with self.assertRaises(Refusal) as caught:
            self.opened(
                self.joel,
                self.village,
                method="majority",
                outcomes=[{"kind": "approve", "params": {"deal": deal.id}}],
            )
        self.assertEqual(caught.exception.rule, "deal")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.joel, cls.luc, cls.demo):
            cls._put(user, cls.village)
