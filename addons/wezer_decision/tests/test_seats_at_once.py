"""Two seats of a role are given at the same time, by transactions of their own."""

from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.tests.committed import CommittedCase
from odoo.addons.wezer_base.tools import days

from ..tools import clocks
from .common import end_all


class SeatsAtOnceCase(CommittedCase):
    """Five members of a circle, which has a role."""

    def _make_role(self, env, name):
        users = self._members(env, name, 5)
        groups = env["wezer.group"]
        group = groups.create({"name": f"{name} {self.mark}"})
        vals = {"name": f"Council {self.mark}", "kind": "role", "parent_id": group.id}
        role = groups.create(vals)
        for user in users:
            env["wezer.group.membership"].create(
                {"group_id": group.id, "partner_id": user.partner_id.id}
            )
        self.users, self.group, self.role = users.ids, group.id, role.id
        return users, role

    def _archive(self, env):
        end_all(env["wezer.decision"].search([("group_id", "=", self.group)]))
        env["wezer.group"].browse(self.role).active = False
        env["wezer.group"].browse(self.group).active = False
        env["res.users"].browse(self.users).active = False


@tagged("post_install", "-at_install", "concurrency")
class TestSeatsAtOnce(SeatsAtOnceCase):
    """Two people stay in a role until the two elections of their seats are over."""

    def _make(self, env):
        users, role = self._make_role(env, "Seat")
        places = env["wezer.group.membership"]
        today = days.today(env)
        held = places.create(
            [
                {
                    "group_id": role.id,
                    "partner_id": user.partner_id.id,
                    "date_from": today - timedelta(days=90),
                    "date_to": today + timedelta(days=50),
                    "held_over_since": today - timedelta(days=10),
                }
                for user in users[:2]
            ]
        )
        self.held = held.ids

    def _env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def _adopted(self, env, user, place):
        """Return the id of an adopted election that gives the seat to its proposer."""
        person = env["res.users"].browse(user).partner_id.id
        params = {"role": self.role, "person": person}
        decisions = env["wezer.decision"].with_user(user)
        number = decisions.propose(
            self.group,
            {
                "title": f"Seat {place}",
                "text": "A seat",
                "method": "consent",
                "outcomes": [{"kind": "role", "params": params}],
            },
        )
        due = fields.Datetime.now() - timedelta(hours=1)
        env["wezer.decision"].browse(number).write(
            {
                "state": "adopted",
                "closed_at": due,
                "executes_at": due,
                "due_at": due,
                "place_ids": [fields.Command.set([place])],
            }
        )
        return number

    def _clock(self, number):
        """Do one step of the clock, as the scheduled action does: a transaction."""

        def step(env):
            decision = env["wezer.decision"].search([("id", "=", number)])
            if decision.state == "adopted" and decision.try_lock_for_update():
                clocks.step(decision)
            return True

        return step

    def _carried_out(self, *people):
        """Carry out two elections at once; return their states and who has the role."""
        with self.registry.cursor() as cr:
            env = self._env(cr)
            numbers = [
                self._adopted(env, user, place)
                for user, place in zip(people, self.held, strict=True)
            ]
        self._retry_at_once()
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            self._all_at_once([(1, self._clock(number)) for number in numbers])
        with self.registry.cursor() as cr:
            env = self._env(cr)
            states = env["wezer.decision"].browse(numbers).mapped("state")
            places = env["wezer.group"].browse(self.role).membership_ids
            live = places.filtered("is_live").partner_id.user_ids
            return sorted(states), set(live.ids)

    def test_two_people_who_are_elected_at_once_end_the_term_of_one_person_each(self):
        states, live = self._carried_out(self.users[2], self.users[3])
        self.assertEqual(states, ["done", "done"])
        self.assertEqual(live, {self.users[2], self.users[3]})

    def test_one_person_who_is_elected_twice_at_once_has_one_seat(self):
        states, live = self._carried_out(self.users[4], self.users[4])
        self.assertEqual(states, ["done", "stuck"])
        self.assertEqual(len(live), 2)
        self.assertIn(self.users[4], live)
        self.assertEqual(len(live & set(self.users[:2])), 1)


@tagged("post_install", "-at_install", "concurrency")
class TestVacantSeatsAtOnce(SeatsAtOnceCase):
    """Clocks, and people who give a role, write at once about two vacant seats."""

    def _make(self, env):
        users, role = self._make_role(env, "Vacant")
        places = env["wezer.group.membership"]
        group = role.parent_id
        self.ends = [days.today(env) + timedelta(days=left) for left in (200, 250)]
        policies = env["wezer.group.policy"].sudo()
        policies._decide(group, "roles_by", "person", "A test")
        held = places.create(
            [
                {
                    "group_id": role.id,
                    "partner_id": user.partner_id.id,
                    "date_to": end,
                }
                for user, end in zip(users[:2], self.ends, strict=True)
            ]
        )
        for place in held:
            place._end()

    def _clock(self, env):
        """Draft and withdraw, as the scheduled action does."""
        env["wezer.decision"]._cron_elections()
        return True

    def _giving(self, number):
        """Give the role by hand to one of the members."""

        def give(env):
            person = env["res.users"].browse(self.users[number]).partner_id
            places = env["wezer.group.membership"]
            places.create({"group_id": self.role, "partner_id": person.id})
            return True

        return give

    def _do(self, *calls):
        """Do these at once, and the clock after them; return what is drafted then."""
        self._retry_at_once()
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            results = self._all_at_once([(SUPERUSER_ID, call) for call in calls])
        self.assertEqual(results, [True] * len(calls))
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self._clock(env)
            drafts = env["wezer.decision"].search([("group_id", "=", self.group)])
            shown = drafts.filtered(lambda one: one.state == "draft")
            ends = sorted(one.outcome_ids.params["until"] for one in shown)
            return ends, len(drafts)

    def test_two_clocks_at_once_draft_one_by_election_of_each_seat(self):
        both = ([str(end) for end in self.ends], 2)
        self.assertEqual(self._do(self._clock, self._clock), both)
        self.assertEqual(self._do(self._clock, self._clock), both)

    def test_two_people_given_the_role_at_once_have_one_vacant_seat_each(self):
        self.assertEqual(self._do(self._giving(2), self._giving(3)), ([], 0))

    def test_a_seat_that_is_filled_while_the_clock_runs_keeps_no_draft(self):
        # The seat that fell vacant first is filled, whichever of them is first.
        ends, _drafts = self._do(self._clock, self._giving(2))
        self.assertEqual(ends, [str(self.ends[1])])
        ends, _drafts = self._do(self._clock, self._giving(3), self._clock)
        self.assertEqual(ends, [])
