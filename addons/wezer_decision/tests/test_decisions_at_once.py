"""Voters, clocks and leavers at the same time, with transactions of their own."""

from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tests.committed import CommittedCase

from ..tools import clocks
from .common import end_all

VOTERS = 12


@tagged("post_install", "-at_install", "concurrency")
class TestDecisionsAtOnce(CommittedCase):
    """A circle whose members vote while the clock closes the decision."""

    def _make(self, env):
        users = self._members(env, "Racer", VOTERS)
        self.users = users.ids
        group = env["wezer.group"].create({"name": f"Race {self.mark}"})
        env["wezer.group.membership"].create(
            [{"group_id": group.id, "partner_id": user.partner_id.id} for user in users]
        )
        self.group = group.id
        decisions = env["wezer.decision"].with_user(users[0])
        self.decision = decisions.propose(
            group.id, {"title": "A race", "text": "Who is first?", "method": "majority"}
        )
        decisions.browse(self.decision).action_announce()

    def _ended(self, decision):
        """Return what a decision that ends without a result has."""
        return {"state": "ended", "due_at": False, "closed_at": decision._now()}

    def _archive(self, env):
        end_all(env["wezer.decision"].search([("group_id", "=", self.group)]))
        env["wezer.group"].browse(self.group).active = False
        env["res.users"].browse(self.users).active = False

    def _vote(self, choice):
        def vote(env):
            return env["wezer.decision"].browse(self.decision).action_vote(choice)

        return vote

    def _set_closes(self, moment):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            env["wezer.decision"].browse(self.decision).write(
                {
                    "closes": moment,
                    "opens": moment - timedelta(days=7),
                    "due_at": moment,
                }
            )

    def _env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def _clock(self):
        """Do one step of the clock, as the scheduled action does: a transaction."""

        def step(env):
            decisions = env["wezer.decision"]
            mine = Domain("id", "=", self.decision)
            decision = decisions.search(mine & clocks.due_domain(decisions))
            if decision.try_lock_for_update(allow_referencing=True):
                return bool(decision) and clocks.step(decision) is clocks.AGAIN
            return True

        return step

    def _close(self):
        """Run the clock until nothing is due any more."""
        for _number in range(10):
            with self.registry.cursor() as cr:
                if not self._clock()(self._env(cr)):
                    return

    def test_votes_that_are_cast_while_it_closes_are_counted_or_refused(self):
        self._retry_at_once()
        # The votes are in time, and the clock comes while they are written.
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            calls = [(user, self._vote("yes")) for user in self.users]
            calls.append((1, self._close_now))
            results = self._all_at_once(calls)
        self._close()
        cast = [one for one in results[:-1] if one is True]
        refused = [one for one in results[:-1] if isinstance(one, Refusal)]
        self.assertEqual(len(cast) + len(refused), VOTERS, results)
        with self.registry.cursor() as cr:
            env = self._env(cr)
            decision = env["wezer.decision"].browse(self.decision)
            ballots = env["wezer.ballot"].search_count(
                [("decision_id", "=", self.decision)]
            )
            voted = decision.voter_ids.filtered(lambda row: row.state == "voted")
            self.assertEqual(len(cast), ballots)
            self.assertEqual(len(voted), ballots)
            self.assertEqual(decision.result["answered"] if ballots else 0, ballots)
        with self.registry.cursor() as cr, self.assertRaises(Refusal):
            late = self._env(cr)["wezer.decision"].with_user(self.users[-1])
            late.browse(self.decision).action_vote("no")

    def _close_now(self, env):
        """Close although the time has not come: the worst moment for the voters."""
        decision = env["wezer.decision"].browse(self.decision)
        env.cr.execute(
            "SELECT id FROM wezer_decision WHERE id = %s FOR NO KEY UPDATE",
            [self.decision],
        )
        decision._close()
        clocks.set_due(decision)

    def test_one_person_in_ten_tabs_has_one_ballot(self):
        self._retry_at_once()
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            results = self._all_at_once(
                [(self.users[0], self._vote("yes"))] * 5
                + [(self.users[0], self._vote("no"))] * 5
            )
        self.assertEqual(results, [True] * 10)
        with self.registry.cursor() as cr:
            env = self._env(cr)
            ballot = env["wezer.ballot"].search([("decision_id", "=", self.decision)])
            self.assertEqual(len(ballot), 1)
            decision = env["wezer.decision"].browse(self.decision)
            self.assertEqual(decision._progress(), (VOTERS, 1))

    def test_two_clocks_close_and_count_once(self):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            for user in self.users[:3]:
                self._vote("yes")(env(user=user))
        self._set_closes(fields.Datetime.now() - timedelta(hours=1))
        self._retry_at_once()
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for _number in range(3):
                self._all_at_once([(1, self._clock()), (1, self._clock())])
        with self.registry.cursor() as cr:
            env = self._env(cr)
            decision = env["wezer.decision"].browse(self.decision)
            self.assertEqual(decision.state, "adopted")
            events = env["wezer.governance.event"].search(
                [("decision_id", "=", self.decision), ("kind", "=", "closed")]
            )
            self.assertEqual(len(events), 1)

    def test_a_new_version_asks_those_again_who_answer_at_that_moment(self):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            decisions = env["wezer.decision"].with_user(self.users[0])
            other = decisions.propose(
                self.group, {"title": "A text", "text": "One", "method": "consent"}
            )
            decisions.browse(other).action_announce()
        self.addCleanup(self._end, other)

        def vote(env):
            return env["wezer.decision"].browse(other).action_vote("live")

        def change(env):
            decision = env["wezer.decision"].browse(other)
            return decision.action_new_version("Two", "Better")

        self._retry_at_once()
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            results = self._all_at_once(
                [(self.users[0], change)] + [(user, vote) for user in self.users[1:6]]
            )
        self.assertEqual(results[1:], [True] * 5)
        with self.registry.cursor() as cr:
            env = self._env(cr)
            decision = env["wezer.decision"].browse(other)
            ballots = env["wezer.ballot"].search([("decision_id", "=", other)])
            self.assertEqual(ballots.version_id, ballots and decision.version_id)
            voted = decision.voter_ids.filtered(lambda row: row.state == "voted")
            self.assertEqual(ballots.voter_id, voted)

    def _end(self, number):
        with self.registry.cursor() as cr:
            decision = self._env(cr)["wezer.decision"].browse(number)
            decision.write(self._ended(decision))
