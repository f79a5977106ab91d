from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.wezer_base.tests.committed import CommittedCase

from .common import end_all

VOTERS = 8


class VotesAtOnceCase(CommittedCase):
    """Members vote through the public method while the clock closes."""

    voters = VOTERS

    def _make(self, env):
        self.users = self._members(env, "Atonce", self.voters).ids
        people = env["res.users"].browse(self.users).partner_id
        circle = env["wezer.group"].create({"name": f"At once {self.mark}"})
        env["wezer.group.membership"].create(
            [
                {"group_id": circle.id, "partner_id": person.id, "state": "active"}
                for person in people
            ]
        )
        policies = env["wezer.group.policy"].sudo()
        policies._decide(circle, "delegation", "chains", "A test")
        self.circle, self.people = circle.id, people.ids

    def _archive(self, env):
        decisions = env["wezer.decision"].search([("group_id", "=", self.circle)])
        end_all(decisions)
        env["res.users"].browse(self.users).active = False

    def _do(self, call, user=SUPERUSER_ID):
        with self.registry.cursor() as cr:
            return call(api.Environment(cr, user, {}))

    def _opened(self, **vals):
        def propose(env):
            decisions = env["wezer.decision"]
            vals_of_all = {"title": "At once", "text": "Now.", "method": "majority"}
            number = decisions.propose(self.circle, {**vals_of_all, **vals})
            decisions.browse(number).action_announce()
            return number

        return self._do(propose, self.users[0])

    def _clock(self, number):
        """Let the clock look at this decision, as the scheduled action does."""

        def step(env):
            decision = env["wezer.decision"].sudo().browse(number)
            if decision.try_lock_for_update(allow_referencing=True):
                if decision.state == "open":
                    decision._close()
                elif decision.state == "counting":
                    decision._count()

        self._do(step)
        return self._state(number)

    def _state(self, number):
        return self._do(lambda env: env["wezer.decision"].browse(number).state)

    def _urn(self, number):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT choice, receipt_hash FROM wezer_urn WHERE decision_id = %s",
                [number],
            )
            return cr.fetchall()

    def _voting(self, number):
        """Return what says yes, as a member."""
        return lambda env: env["wezer.decision"].browse(number).action_vote("yes")

    def _closing(self, number):
        """Return what closes a decision, once it has the lock."""

        def close(env):
            decision = env["wezer.decision"].sudo().browse(number)
            env.cr.execute(
                "SELECT id FROM wezer_decision WHERE id = %s FOR NO KEY UPDATE",
                [number],
            )
            decision._close()

        return close

    def _count_if_counting(self, env, number):
        decision = env["wezer.decision"].sudo().browse(number)
        if decision.try_lock_for_update(allow_referencing=True):
            decision.invalidate_recordset()
            if decision.state == "counting":
                decision._count()


@tagged("post_install", "-at_install")
class TestVotesAtOnce(VotesAtOnceCase):
    """Eight members vote at once."""

    def test_each_vote_is_counted_or_refused_while_it_closes(self):
        number = self._opened(secrecy="secret")
        self._retry_at_once()
        vote, close = self._voting(number), self._closing(number)
        # Five vote before, so that there is a result.
        early = [(user, vote) for user in self.users[:5]]
        codes = [code for code in self._all_at_once(early) if isinstance(code, str)]
        self.assertEqual(len(codes), 5)
        late = self._all_at_once(
            [(user, vote) for user in self.users[5:]] + [(SUPERUSER_ID, close)]
        )
        voted = [result for result in late[:-1] if isinstance(result, str)]
        refused = [result for result in late[:-1] if isinstance(result, UserError)]
        self.assertEqual(len(voted) + len(refused), VOTERS - 5, late)
        self.assertNotIsInstance(late[-1], Exception)
        self.assertEqual(self._state(number), "counting")
        # Two clocks count at once: one does it.
        self._all_at_once(
            [
                (
                    SUPERUSER_ID,
                    lambda env: self._count_if_counting(env, number),
                )
            ]
            * 2
        )
        result = self._do(lambda env: env["wezer.decision"].browse(number).result)
        self.assertEqual(result["ballots"], 5 + len(voted))
        ballots = self._urn(number)
        self.assertEqual(len(ballots), 5 + len(voted))
        self.assertEqual({digest for _choice, digest in ballots}, {None})
        receipts = self._do(
            lambda env: env["wezer.decision"].browse(number)._receipts(), self.users[0]
        )
        self.assertEqual(len(receipts), len(ballots))
        closed = self._do(
            lambda env: env["wezer.governance.event"].search_count(
                [("decision_id", "=", number), ("kind", "=", "closed")]
            )
        )
        self.assertEqual(closed, 1)

    def test_a_voice_that_is_taken_back_in_the_last_second_is_not_carried(self):
        number = self._opened()
        given = self._do(
            lambda env: env["wezer.vote.delegation"].action_give(
                self.people[0], {"group_id": self.circle}
            ),
            self.users[1],
        )
        kept = self._do(
            lambda env: env["wezer.vote.delegation"].action_give(
                self.people[0], {"group_id": self.circle}
            ),
            self.users[2],
        )

        def date_back(env):
            rows = env["wezer.vote.delegation"].browse([given, kept])
            rows.write({"date_from": fields.Datetime.now() - timedelta(days=1)})
            decision = env["wezer.decision"].browse(number)
            decision.write({"closes": fields.Datetime.now() + timedelta(seconds=1)})

        self._do(
            lambda env: env["wezer.decision"].browse(number).action_vote("yes"),
            self.users[0],
        )
        self._do(date_back)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.users[1], {})
            env["wezer.vote.delegation"].browse(given).action_take_back()
            env.flush_all()
            # Not committed yet: the clock does not close over it.
            self.assertEqual(self._clock(number), "open")
        # Nothing else comes before the end, which is now.
        self._do(
            lambda env: (
                env["wezer.decision"]
                .browse(number)
                .write({"closes": fields.Datetime.now() + timedelta(seconds=1)})
            )
        )
        self.assertEqual(self._clock(number), "counting")
        self._clock(number)
        result = self._do(lambda env: env["wezer.decision"].browse(number).result)
        self.assertEqual(result["ballots"], 2)

        def carried(env):
            rows = env["wezer.decision.voter"].search(
                [("decision_id", "=", number), ("carried_by_id", "!=", False)]
            )
            return rows.person_id.ids

        self.assertEqual(self._do(carried), [self.people[2]])


@tagged("post_install", "-at_install")
class TestVotesOfCollegesAtOnce(VotesAtOnceCase):
    """Two colleges of six members vote in secret while the clock closes."""

    voters = 12

    def _make(self, env):
        made = super()._make(env)
        circle = env["wezer.group"].browse(self.circle)
        rows = []
        for place, weight in enumerate(("1/2", "3/10", "1/5")):
            role = env["wezer.group"].create(
                {"name": f"Part {place}", "kind": "role", "parent_id": circle.id}
            )
            env["wezer.group.membership"].create(
                [
                    {"group_id": role.id, "partner_id": person, "state": "active"}
                    for person in self.people[place::2]
                    if place < 2
                ]
            )
            rows.append({"name": role.name, "weight": weight, "source_id": role.id})
        circle._do_set_colleges(rows)
        return made

    def test_each_vote_is_counted_or_refused_while_it_closes(self):
        number = self._opened(secrecy="secret", electorate="colleges")
        self._retry_at_once()
        vote, close = self._voting(number), self._closing(number)
        early = self._all_at_once([(user, vote) for user in self.users[:10]])
        self.assertEqual(len([one for one in early if isinstance(one, str)]), 10)
        late = self._all_at_once(
            [(user, vote) for user in self.users[10:]] + [(SUPERUSER_ID, close)]
        )
        voted = [place for place in (0, 1) if isinstance(late[place], str)]
        for place in {0, 1} - set(voted):
            self.assertIsInstance(late[place], UserError)
        self._all_at_once(
            [(SUPERUSER_ID, lambda env: self._count_if_counting(env, number))] * 2
        )
        result = self._do(lambda env: env["wezer.decision"].browse(number).result)
        yes = {row["name"]: row["yes"] for row in result["colleges"]}
        self.assertEqual(
            yes, {"Part 0": 5 + (0 in voted), "Part 1": 5 + (1 in voted), "Part 2": 0}
        )
        self.assertEqual(result["ballots"], 10 + len(voted))

    def test_members_of_two_colleges_who_exchange_codes_take_nothing_back(self):
        number = self._opened(secrecy="secret", electorate="colleges")
        self._retry_at_once()
        vote = self._voting(number)
        codes = self._all_at_once([(user, vote) for user in self.users[:2]])

        def take_back(code):
            return lambda env: (
                env["wezer.decision"].browse(number).action_take_back(code)
            )

        refused = self._all_at_once(
            [
                (self.users[0], take_back(codes[1])),
                (self.users[1], take_back(codes[0])),
            ]
        )
        self.assertEqual([error.rule for error in refused], ["code", "code"])
        taken = self._all_at_once(
            [(self.users[0], take_back(codes[0])), (self.users[0], take_back(codes[0]))]
        )
        self.assertEqual(taken.count(True), 1)
        self.assertEqual(len(self._urn(number)), 1)
