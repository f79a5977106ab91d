from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tests.forms import FormCase

from .common import MarketDecisionCommon


@tagged("post_install", "-at_install")
class TestPanel(MarketDecisionCommon, FormCase):
    """The moderators of a circle decide a dispute together."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ears = cls._role("Ears", cls.garden, "moderate")
        cls.panel = [cls.fred, cls.cleo, cls.dora]
        for user in cls.panel:
            cls._put(user, cls.ears)
            user.password = user.login
        cls._decide(dispute_panel=True, decides_spend="none")

    def disputed(self):
        """Return a deal (sudo) between Anna and Ben about which Ben calls."""
        self._fill(self.anna.partner_id, "10")
        want = self.want(self.anna, self.anna.partner_id.id)
        deal = self.claim(self.ben, want)
        deal.action_deliver("It is dug")
        deal.with_user(self.anna).action_dispute("It is not")
        return deal.sudo()

    def judgement(self, deal, **vals):
        params = {
            "dispute": deal.dispute_id.id,
            "outcome": "paid",
            "reason": "It was dug, we looked.",
        }
        return self.draft(
            self.fred,
            title="A dispute",
            method="majority",
            electorate="named",
            members_only=True,
            named_ids=[user.partner_id.id for user in self.panel],
            outcomes=[{"kind": "dispute", "params": {**params, **vals}}],
        )

    def test_no_moderator_decides_alone_and_the_panel_does(self):
        deal = self.disputed()
        self.assertEqual(deal.dispute_circle_id, self.garden)
        with self.assertRaises(Refusal) as caught:
            deal.with_user(self.fred).action_resolve("paid", "So be it")
        self.assertEqual(caught.exception.rule, "decision")
        self.assertIn("outcome=dispute", caught.exception.link[0])
        part = self.judgement(deal, outcome="split", amount="2", currency=self.hours.id)
        for user, told in ((self.fred, True), (self.cleo, True), (self.ben, False)):
            said = part.outcome_ids.with_user(user)._sentence()
            self.assertEqual("(2 " in said, told, said)
        part.action_withdraw()
        decision = self.judgement(deal)
        decision.action_announce()
        for user in self.panel:
            decision.with_user(user).action_vote("yes")
        decision = self.carry_out(self.close(decision))
        self.assertEqual(decision.state, "done", decision.outcome_ids.error)
        self.assertEqual((deal.state, self.balance(self.ben)), ("paid", 300))
        self.assertEqual(deal.dispute_ids.decided_by_id, self.garden.partner_id)
        self.assertRightsHold()

    def test_a_moderator_proposes_it_from_the_list_of_what_is_to_do(self):
        deal = self.disputed()
        url = f"/my/deals/{deal.id}"
        self.authenticate(self.fred.login, self.fred.login)
        self.assertIn(url, self.page("/my/todo").xpath("//a/@href"))
        button = "//a[contains(@class, 'btn')][normalize-space()='%s']/@href"
        (link,) = self.page(url).xpath(button % "Propose it")
        page = self.page(link)
        self.assertIn(self.dora.name, page.xpath("string(//fieldset)"))
        form = self.form(page, f"/groups/{self.garden.slug}/propose")
        self.send(
            form,
            title="Who dug?",
            text="We looked at the pond.",
            outcome_outcome="paid",
            outcome_reason="It was dug, we looked.",
        )
        decision = self.decisions.sudo().search([("title", "=", "Who dug?")])
        self.assertEqual(
            (decision.state, decision.method, decision.members_only),
            ("open", "majority", True),
        )
        panel = self.env["res.partner"].union(*(one.partner_id for one in self.panel))
        self.assertEqual(decision.voter_ids.person_id, panel)
        # Nobody proposes it a second time.
        (link,) = self.page(url).xpath(button % "Open the decision")
        self.assertEqual(link, f"/decisions/{decision.id}")
        for user in self.panel:
            decision.with_user(user).action_vote("yes")
        self.carry_out(self.close(decision))
        self.assertEqual(deal.state, "paid")

    def test_others_than_the_panel_cannot_decide_it(self):
        deal = self.disputed()
        decision = self.judgement(deal)
        decision.sudo().named_ids = [
            (6, 0, [user.partner_id.id for user in self.members])
        ]
        with self.assertRaises(Refusal) as caught:
            decision.action_announce()
        self.assertEqual(caught.exception.rule, "panel")

    def test_with_two_moderators_left_each_decides_as_before(self):
        self.env["wezer.group.membership"].search(
            [("group_id", "=", self.ears.id)], limit=1
        )._end()
        deal = self.disputed()
        left = deal.dispute_id._deciders()
        self.assertEqual(len(left), 2)
        deal.with_user(left[0]).action_resolve("paid", "So be it")
        self.assertEqual(deal.state, "paid")
