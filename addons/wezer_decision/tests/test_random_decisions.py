"""Random acts of random people: what must hold of decisions holds after each."""

import os
import random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.wezer_decision import CLOSED, DECISION
from ..models.wezer_objection import LIVE
from .common import DecisionCommon

# `./wezer test --all` plays more, and longer.
ALL = os.environ.get("WEZER_COUNTS") == "all"
ACTS = (
    "vote vote vote vote take_back object new_version extend ask_up pass_up withdraw"
    " challenge judge test reply uphold set_aside withdraw_objection confirm leave"
    " reopen wait wait wait wait announce announce propose"
).split()
STEP = st.tuples(st.sampled_from(ACTS), st.integers(0, 10**9))
PLAY = settings(
    max_examples=20 if ALL else 3,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
WHY = "It would harm what we are here for, and for long."


@tagged("post_install", "-at_install")
class TestRandomDecisions(DecisionCommon):
    @PLAY
    @given(steps=st.lists(STEP, min_size=25, max_size=80 if ALL else 40))
    def test_random_acts_keep_what_must_hold(self, steps):
        self.env.flush_all()
        savepoint = self.env.cr.savepoint(flush=False)
        savepoint.__enter__()
        try:
            self.mine = self.opened(method="consent").sudo()
            self.mine |= self.opened(by=self.ben, method="majority").sudo()
            for name, seed in steps:
                chance = random.Random(seed)  # noqa: S311
                before = {one: one.state for one in self.mine}
                try:
                    with self.env.cr.savepoint():
                        getattr(self, f"do_{name}")(chance)
                except (UserError, LookupError):
                    self.env.invalidate_all()
                self.check(before, name)
        finally:
            savepoint.close(rollback=True)
            self.env.transaction.clear()

    def check(self, before, act):
        """Assert what holds of each decision, and that its table allows the change."""
        self.env.flush_all()
        self.env.invalidate_all()
        ballots = self.env["wezer.ballot"].sudo()
        for one in self.mine:
            if one in before:
                self.assertTrue(self.leads(before[one], one.state), (act, one.state))
            rows = one.voter_ids
            cast = ballots.search([("decision_id", "=", one.id)])
            self.assertEqual(len(cast.voter_id), len(cast))
            self.assertLessEqual(cast.voter_id, rows)
            if one.state == "open":
                voted = rows.filtered(lambda row: row.state == "voted")
                self.assertEqual(cast.voter_id, voted)
                self.assertLessEqual(cast.version_id, one.version_id)
                self.assertFalse(one.result)
                self.assertTrue(one.due_at)
            if one.state == "adopted" and one.method == "consent":
                live = one.objection_ids.filtered(lambda row: row.state in LIVE)
                self.assertFalse(live)
            if one.state in CLOSED and one.result and "votes" in one.result:
                counted = sum(one.result["votes"].values()) + one.result["blank"]
                self.assertEqual(counted, len(cast))
            self.assertEqual(len(rows.party_id), len(rows))

    def leads(self, source, target):
        """Return whether actions of the table lead from one state to the other."""
        reached, todo = {source}, [source]
        # The clock does several steps at once.
        while todo:
            state = todo.pop()
            for action in DECISION.actions_from(state):
                for found in set(DECISION.targets(action, state)) - reached:
                    reached.add(found)
                    todo.append(found)
        return target in reached

    def some(self, chance, *states):
        """Return one of the decisions, as one of the members."""
        found = self.mine.filtered(lambda one: not states or one.state in states)
        found = found or self.mine
        return found[chance.randrange(len(found))].with_user(self.someone(chance))

    def someone(self, chance):
        return chance.choice([*self.members, self.otto])

    def an_objection(self, chance):
        found = self.mine.objection_ids
        if not found:
            raise LookupError("Nobody objects")
        return found[chance.randrange(len(found))].with_user(self.someone(chance))

    def do_vote(self, chance):
        decision = self.some(chance, "open")
        words = {"consent": ("live", "concern", ""), "majority": ("yes", "no", "")}
        decision.action_vote(chance.choice(words[decision.sudo().method]))

    def do_take_back(self, chance):
        self.some(chance, "open").action_take_back()

    def do_object(self, chance):
        self.some(chance, "open").action_object(WHY)

    def do_new_version(self, chance):
        decision = self.some(chance, "open")
        if chance.random() < 0.7:
            decision = decision.with_user(self.anna)
        ids = decision.sudo().objection_ids.ids
        decision.action_new_version(f"Another bench {chance.random()}", "More", ids)

    def do_extend(self, chance):
        self.some(chance, "open", "no_quorum").action_extend()

    def do_ask_up(self, chance):
        self.some(chance, "open").action_ask_up()

    def do_pass_up(self, chance):
        self.some(chance, "open").with_user(self.fred).action_pass_up()

    def do_withdraw(self, chance):
        self.some(chance, "draft", "open").action_withdraw()

    def do_challenge(self, chance):
        self.some(chance, "adopted").action_challenge(WHY)

    def do_judge(self, chance):
        decision = self.some(chance, "challenged")
        decision.action_judge(chance.random() < 0.5, WHY)

    def do_test(self, chance):
        self.an_objection(chance).action_test()

    def do_reply(self, chance):
        objection = self.an_objection(chance)
        user = objection.sudo().person_id.user_ids
        answers = [chance.choice(("", "It does")) for _number in range(4)]
        objection.with_user(user).action_reply(answers)

    def do_uphold(self, chance):
        self.an_objection(chance).with_user(self.fred).action_uphold()

    def do_set_aside(self, chance):
        self.an_objection(chance).with_user(self.fred).action_set_aside()

    def do_withdraw_objection(self, chance):
        objection = self.an_objection(chance)
        objection.with_user(objection.sudo().person_id.user_ids).action_withdraw()

    def do_confirm(self, chance):
        objection = self.an_objection(chance)
        objection.with_user(objection.sudo().person_id.user_ids).action_confirm()

    def do_leave(self, chance):
        self.garden.with_user(self.someone(chance)).action_leave()

    def do_reopen(self, chance):
        decision = self.some(chance, "rejected", "done")
        new = decision.action_reopen()
        self.mine |= self.decisions.sudo().browse(new)

    def do_announce(self, chance):
        decision = self.some(chance, "draft")
        decision.with_user(decision.sudo().proposer_id.user_ids).action_announce()

    def do_propose(self, chance):
        method = chance.choice(("consent", "majority"))
        decision = self.draft(by=self.someone(chance), method=method)
        self.mine |= decision.sudo()

    def do_wait(self, chance):
        for one in self.mine:
            self.move(one, hours=chance.choice((1, 20, 60, 170)))
        self.clock()
