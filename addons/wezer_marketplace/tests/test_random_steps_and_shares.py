"""Deals at random with steps, co-workers, changes and stand-ins beside them.

As in :mod:`.test_random_deals`: what is paid step by step comes back to work,
co-workers agree and receive, and what both have signed changes the terms.
"""

from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools import deal_money
from .finding import FindingDeals
from .test_random_deals import DICE, PLAY, WHOSE, Deals
from .test_task import TaskCommon

STEPS = [{"name": "One", "percent": "40"}, {"name": "Two", "percent": "60"}]


@tagged("post_install", "-at_install")
class TestRandomParts(FindingDeals, TaskCommon):
    def test_random_actions_with_steps_and_shares_keep_the_books(self):
        run_state_machine_as_test(lambda: DealsInParts(self), settings=PLAY)


class DealsInParts(Deals):
    actions = {**WHOSE, "refund": "workers", "cancel": "all"}

    def __init__(self, case):
        super().__init__(case)
        self.env.company.wezer_claims_cap = 0
        prices = {case.com.id: "10.01", case.dummy.id: "0.05"}
        for shares in (True, False):
            want = case.announce(
                case.test1, prices=prices, price_mode="all", claim_mode="choose"
            )
            along = [{"partner_id": case.test3.partner_id.id, "percent": "33.33"}]
            deal = case.propose(
                case.test2,
                want,
                milestones=STEPS,
                **({"shares": along} if shares else {}),
            )
            if shares:
                deal.with_user(case.test3).action_agree_share(1)
            deal.with_user(case.test1).action_accept()
            self.announcements.append(want)

    def _whose(self, deal, word):
        workers = deal.payee_id | deal.coworker_ids
        if word == "receiver":
            return deal.payer_id if deal.refunding else workers
        if word == "workers":
            return workers
        if word == "all":
            return deal.author_id | deal.replier_id | workers
        return super()._whose(deal, word)

    # === WHAT IS SIGNED BESIDE THE STATE === #

    def _try(self, deal, user, method, *args):
        """Do it, or be refused and change nothing; return whether it was done."""
        before = self.case.snapshot(deal)
        try:
            with self.env.cr.savepoint():
                getattr(deal.with_user(user), method)(*args)
        except UserError as error:
            self.case.assertTrue(error.args[0])
            self.env.invalidate_all()
            self.case.assertEqual(self.case.snapshot(deal), before)
            return False
        return True

    def _any(self, dice):
        deals = self._deals()
        return dice.choice(deals), dice.choice(self.actors)

    def _is_party(self, deal, user):
        return any(
            self._for(user, one)
            for one in deal.author_id | deal.replier_id | deal.coworker_ids
        )

    @rule(dice=DICE)
    def change(self, dice):
        deal, user = self._any(dice)
        was = deal.state
        price = {self.case.com.id: dice.choice(("3", "10.01", "12.34"))}
        asked = deal.announcement_id.price_line_ids.wezer_currency_id
        if self.case.dummy in asked:
            price[self.case.dummy.id] = "0.05"
        vals = dice.choice(
            (
                {"prices": price},
                {"milestones": STEPS},
                {"milestones": []},
                {"shares": []},
                {
                    "shares": [
                        {"partner_id": self.case.test3.partner_id.id, "percent": "20"}
                    ]
                },
            )
        )
        if self._try(deal, user, "action_amend", vals):
            self.case.assertIn(was, ("accepted", "delivered"))
            self.case.assertTrue(self._is_party(deal, user))
            self.case.assertEqual(deal.state, was)

    @rule(dice=DICE)
    def sign_along(self, dice):
        deal, user = self._any(dice)
        terms = deal._terms_to_sign()
        if self._try(deal, user, "action_agree_share", terms.round):
            self.case.assertIn(user.partner_id, deal.coworker_ids)

    @rule(dice=DICE)
    def sign_the_change(self, dice):
        for deal in self._deals():
            terms = deal._proposal("amend").terms_id
            user = dice.choice(self.actors)
            if not terms:
                continue
            by = deal._proposal("amend").signing_party_id
            waits = terms._unsigned()
            if self._try(deal, user, "action_amend", None, terms.round):
                self.case.assertFalse(self._for(user, by) or waits)
                self.case.assertTrue(self._is_party(deal, user))
                self.case.assertEqual(deal.accepted_terms_id, terms)
                self.case.assertEqual(deal.state, "accepted")

    @rule(dice=DICE)
    def stand_in(self, dice):
        deal, user = self._any(dice)
        other = dice.choice(self.people).partner_id
        was, payee = deal.state, deal.payee_id
        if dice.random() < 0.5:
            if self._try(deal, user, "action_hand_over", other.id):
                self.case.assertTrue(self._for(user, payee))
            return
        asked = deal.payer_id | deal._proposal("hand_over").stand_in_id
        if self._try(deal, user, "action_hand_over"):
            self.case.assertEqual(was, "accepted")
            self.case.assertTrue(any(self._for(user, one) for one in asked))

    # === WHAT HOLDS AFTER EVERY STEP === #

    @invariant()
    def money_follows_the_deal(self):
        for deal in self._deals():
            live = self.case.transfers(deal).filtered(lambda one: one._is_live())
            if deal.state in ("open", "waiting", "paid", "ended"):
                self.case.assertFalse(live, deal.state)
            if deal.state not in ("accepted", "delivered"):
                continue
            earlier = deal_money.payments(deal, "done").filtered(
                lambda one, deal=deal: one.origin_part < deal.milestone
            )
            for line in deal.accepted_terms_id.price_line_ids:
                mine = (live | earlier).filtered(
                    lambda one, line=line: (
                        one.wezer_currency_id == line.wezer_currency_id
                    )
                )
                total = sum(mine.mapped("amount_minor"))
                self.case.assertEqual(total, line.total_minor)
