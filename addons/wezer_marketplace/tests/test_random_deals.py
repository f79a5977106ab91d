"""Deals played at random by everybody, deadlines included, beside the model's table.

Whose an action is, is written here again, naively; from which states to which it
leads, the model's table says. What is forbidden must be refused and leave everything
as it was; what is allowed leads where the table says, and money, places, task and
deal agree after every step.
"""

import os
import random
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.wezer_deal import DEAL, LIFTING
from .finding import FindingDeals
from .test_task import TaskCommon

# `./wezer test --all` plays more, and longer.
ALL = os.environ.get("WEZER_COUNTS") == "all"
PLAY = settings(
    max_examples=40 if ALL else 4,
    stateful_step_count=60 if ALL else 25,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
# Whose each action is, naively; from which states to which, the model's table says.
WHOSE = {
    "accept": "turn",
    "counter": "turn",
    "decline": "author",
    "withdraw": "replier",
    "deliver": "payee",
    "release": "payee",
    "send_back": "payer",
    "approve": "payer",
    "pay": "payer",
    "confirm": "receiver",
    "deny": "receiver",
    "refund": "payee",
    "cancel": "both",
    "dispute": "both",
    "withdraw_dispute": "both",
    "resolve": "nobody",
}
FORWARD = ("accept", "deliver", "approve", "confirm", "refund", "resolve")
SENT = {
    "counter": ({"message": "Other words"},),
    "deliver": ("Done",),
    "send_back": ("The door",),
    "dispute": ("It is not done",),
}
# Seeds, as hypothesis prefers small numbers: everybody gets his turn.
DICE = st.integers(0, 10**9).map(random.Random)


@tagged("post_install", "-at_install")
class TestRandomDeals(FindingDeals, TaskCommon):
    def test_random_actions_keep_money_places_task_and_deal_consistent(self):
        run_state_machine_as_test(lambda: Deals(self), settings=PLAY)


class Deals(RuleBasedStateMachine):
    actions = WHOSE

    def __init__(self, case):
        super().__init__()
        self.case, self.env = case, case.env
        self.env.flush_all()
        self.savepoint = self.env.cr.savepoint(flush=False)
        self.savepoint.__enter__()
        self.people = [case.test1, case.test2, case.test3, case.stranger]
        self.actors = [*self.people, case.mark, case.moderator]
        posted = case._post(case._task("Sweep"))
        both = {case.com.id: "10", case.dummy.id: "5"}
        self.announcements = [
            case.announce(case.test1, places=2, claim_mode="first_come"),
            case.announce(case.test1, places=1, claim_mode="choose"),
            case.announce(
                case.test1, kind="offer", places=0, prices=both, price_mode="all"
            ),
            posted,
        ]
        for user, announcement in zip(
            (case.test2, case.test3, case.test2, case.test2),
            self.announcements,
            strict=True,
        ):
            case.claim(user, announcement)

    def teardown(self):
        try:
            self.case.assertBooksHold()
        finally:
            self.savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    # === WHO ACTS FOR WHOM, NAIVELY === #

    def _for(self, user, partner):
        circle = self.case.circle.partner_id
        return partner == user.partner_id or (
            partner == circle and user == self.case.mark
        )

    def _whose(self, deal, word):
        if word == "turn":
            return deal.author_id if deal.turn == "author" else deal.replier_id
        if word == "receiver":
            return deal.payer_id if deal.refunding else deal.payee_id
        if word == "both":
            return deal.author_id | deal.replier_id
        if word == "nobody":
            return deal.author_id.browse()
        return deal[f"{word}_id"]

    def _source(self, deal, action):
        """Return the state from which ``action`` leads on."""
        if action in LIFTING and deal.state == "disputed" and not deal.disputed_by_id:
            # What only a deadline called ends where one does what was waited for.
            return deal.state_before
        return deal.state

    def _legal(self, deal, user, action):
        if self._source(deal, action) not in DEAL.sources(action):
            return False
        if action == "resolve":
            return user == self.case.moderator
        if action == "withdraw_dispute" and deal.disputed_by_id:
            return self._for(user, deal.disputed_by_id)
        whose = self._whose(deal, self.actions[action])
        return any(self._for(user, party) for party in whose)

    # === RULES === #

    def _deals(self):
        announcements = self.env["wezer.announcement"].sudo()
        for one in self.announcements:
            announcements |= one.sudo()
        return list(announcements.deal_ids.sorted("id"))

    @rule(dice=DICE)
    def answer(self, dice):
        user = dice.choice(self.people)
        seen = dice.choice(self.announcements).with_user(user)
        try:
            with self.env.cr.savepoint():
                if dice.random() < 0.3:
                    seen.action_propose({"message": "May I?"})
                else:
                    seen.action_claim()
        except UserError as error:
            self.case.assertTrue(error.args[0])

    @rule(dice=DICE)
    def act_as_one_may(self, dice):
        """Do something that the table allows to somebody."""
        for deal in dice.sample(self._deals(), len(self._deals())):
            moves = [
                (user, action)
                for action in self.actions
                for user in self.actors
                if self._legal(deal, user, action)
            ]
            if moves:
                # Forward more often than out: else few deals are ever paid.
                weights = [4 if move[1] in FORWARD else 1 for move in moves]
                self._act(deal, *dice.choices(moves, weights)[0], dice)
                return

    @rule(dice=DICE)
    def act_anyhow(self, dice):
        """Try anything, as anybody."""
        if deals := self._deals():
            action = dice.choice(sorted(self.actions))
            self._act(dice.choice(deals), dice.choice(self.actors), action, dice)

    def _act(self, deal, user, action, dice):
        legal = self._legal(deal, user, action)
        source = self._source(deal, action)
        lifts = source != deal.state
        refusal = deal.with_user(user)._why_not(action)
        before = self.case.snapshot(deal)
        sent = SENT.get(action, ())
        if action == "resolve":
            sent = (dice.choice(("paid", "cancelled", "refunded")), "So it is")
        try:
            with self.env.cr.savepoint():
                getattr(deal.with_user(user), f"action_{action}")(*sent)
        except UserError as error:
            self.case.assertTrue(error.args[0])
            self.env.invalidate_all()
            self.case.assertEqual(self.case.snapshot(deal), before)
            return
        self.case.assertTrue(legal, (action, user.name, before[0]))
        self.case.assertTrue(lifts or refusal is None, (action, user.name, refusal))
        self.case.assertIn(deal.state, DEAL.targets(action, source), action)

    @rule(days=st.sampled_from((3, 8, 15)))
    def wait(self, days):
        """Let time pass for all deals, and the clocks do what silence does."""
        deals = self._deals()
        names = ("date_state", "date_due", "date_warned", "date_paid", "hold_deadline")
        for deal in deals:
            if deal.state == "disputed":
                # Undecided for long is what a check is there to find.
                continue
            deal.write(
                {
                    name: deal[name] - timedelta(days=days)
                    for name in names
                    if deal[name]
                }
            )
            for proposal in deal.proposal_ids:
                proposal.signing_deadline -= timedelta(days=days)
        before = {deal: deal.state for deal in deals}
        self.env["wezer.deal"]._cron_timeouts()
        self.env["wezer.signature"]._cron_lapse()
        for deal in deals:
            if before[deal] in ("paid", "disputed", "ended"):
                self.case.assertEqual(deal.state, before[deal])

    # === WHAT HOLDS AFTER EVERY STEP === #

    @invariant()
    def money_follows_the_deal(self):
        for deal in self._deals():
            live = self.case.transfers(deal).filtered(lambda one: one._is_live())
            if deal.state in ("open", "waiting", "paid", "ended"):
                self.case.assertFalse(live, deal.state)
            if deal.state in ("accepted", "delivered"):
                wanted = deal.accepted_terms_id.price_line_ids
                self.case.assertEqual(
                    sorted(
                        (one.wezer_currency_id.id, one.amount_minor) for one in live
                    ),
                    sorted(
                        (one.wezer_currency_id.id, one.total_minor) for one in wanted
                    ),
                )

    @invariant()
    def everybody_who_can_answer_is_asked_and_finds_the_deal(self):
        self.case.assertFound(self._deals(), self.actors)

    @invariant()
    def checks_find_nothing(self):
        check = self.env["wezer.invariant"].sudo()
        for name in check._market_checks():
            rows = getattr(check, name)()
            self.case.assertFalse(rows, name)
