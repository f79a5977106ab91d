from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import Refusal

from .common import MarketDecisionCommon


@tagged("post_install", "-at_install")
class TestPublishing(MarketDecisionCommon):
    """A decision publishes an announcement; its price was decided with it."""

    def published(self, **vals):
        params = {
            "title": "Dig the pond",
            "kind": "want",
            "quantity": "1",
            "currency": self.hours.id,
            "amount": "20",
            **vals,
        }
        decision = self.decided("publish", params)
        self.assertEqual(decision.state, "done", decision.outcome_ids.error)
        outcome = decision.outcome_ids
        return self.env[outcome.res_model].browse(outcome.res_id)

    def test_a_want_above_the_limit_is_refused_with_a_way_on(self):
        with self.assertRaises(Refusal) as caught:
            self.want(prices={self.hours.id: "20"})
        self.assertEqual(caught.exception.rule, "decision")
        self.assertIn("outcome=publish", caught.exception.link[0])
        self.assertEqual(self.want().state, "open")

    def test_an_adopted_decision_publishes_and_its_deal_is_paid(self):
        announcement = self.published()
        many = self.draft(
            outcomes=[
                {
                    "kind": "publish",
                    "params": {
                        "title": "Dig",
                        "kind": "want",
                        "quantity": "90",
                        "currency": self.hours.id,
                        "amount": "20",
                    },
                }
            ]
        )
        self.assertIn("for 90 × 20 ", many.outcome_ids._sentence())
        self.assertEqual(announcement.author_id, self.garden.partner_id)
        self.assertEqual(announcement.state, "open")
        deal = self.claim(self.otto, announcement)
        self.assertEqual(deal.state, "accepted")
        deal.action_deliver("The pond is dug")
        deal.with_user(self.gina).action_approve()
        self.assertEqual(self.balance(self.otto), 1200)
        self.assertRightsHold()

    def test_what_is_changed_by_its_author_was_not_decided(self):
        announcement = self.published()
        own = announcement.with_user(self.gina)
        with self.assertRaises(Refusal):
            own.action_edit({"prices": {self.hours.id: "30"}})
            # The answer commits the money: it is asked then, too.
            self.claim(self.otto, announcement)

    def test_a_dearer_counter_offer_is_not_decided(self):
        announcement = self.published(claim_mode="choose")
        deals = self.env["wezer.deal"].with_user(self.otto)
        deal = deals.browse(
            announcement.with_user(self.otto).action_propose(
                {"prices": {self.hours.id: "25"}}
            )
        )
        with self.assertRaises(Refusal) as caught:
            deal.with_user(self.gina).action_accept()
        self.assertEqual(caught.exception.rule, "decision")

    def test_three_friends_do_not_publish_for_the_circle(self):
        friends = [user.partner_id.id for user in (self.anna, self.ben, self.cleo)]
        params = {"title": "Dig", "currency": self.hours.id, "amount": "90"}
        for kind, by_few in (("want", "electorate"), (None, "electorate")):
            params = {**params, "kind": kind} if kind else params
            for vals, rule in (
                ({"electorate": "named", "named_ids": friends}, by_few),
                ({"method": "advice", "decider_id": friends[1]}, "outcome"),
            ):
                draft = self.draft(
                    outcomes=[{"kind": "publish", "params": params}],
                    **{"method": "majority", **vals},
                )
                with self.subTest(vals), self.assertRaises(Refusal) as caught:
                    draft.action_announce()
                self.assertEqual(caught.exception.rule, rule)
        # What the circle spends by consent, a majority does not publish.
        self._decide(decides_spend="consent")
        draft = self.draft(
            method="majority", outcomes=[{"kind": "publish", "params": params}]
        )
        with self.assertRaises(Refusal) as caught:
            draft.action_announce()
        self.assertEqual(caught.exception.rule, "method")

    def test_what_is_no_announcement_is_refused_when_it_is_announced(self):
        for vals in ({"title": ""}, {"kind": "gift"}, {"amount": "much"}):
            with self.subTest(vals), self.assertRaises(Refusal):
                self.published(**vals)
