"""People, circles and clocks for the tests of decisions; all parts use this."""

import tempfile
from datetime import timedelta
from pathlib import Path

from odoo import fields

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_fractal_groups.tests.common import GroupsCommon

from ..tools import clocks, closing, counting, readers
from .secret_ballots import BALLOTS

# What the clock of a decision reads; moved back together, time passes.
MOMENTS = (
    *("announced_at", "opens", "closes", "phase_closes", "closed_at", "executes_at"),
    *("challenge_until", "waits_until", "due_at"),
)


def end_all(decisions):
    """End what was committed, so that no clock of another test finds it due."""
    for decision in decisions:
        if decision.state not in ("draft", "done", "rejected", "ended"):
            closing.end(decision, "void", "A test")
        elif decision.state != "draft" and not decision.closed_at:
            # The test wrote the state itself.
            decision.closed_at = decision._now()
        clocks.set_due(decision)


class DecisionCommon(GroupsCommon):
    """The garden with six members: Gina manages it, Fred facilitates.

    Anna, Ben, Cleo and Dora are members, Eve joins later, Otto is in no circle.
    """

    names = ("gina", "fred", "anna", "ben", "cleo", "dora")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in (*cls.names, "eve", "otto"):
            setattr(cls, name, cls._member(name))
        cls.members = [getattr(cls, name) for name in cls.names]
        for user in cls.members:
            cls._put(user, cls.garden)
        cls.lead = cls._role("Lead", cls.garden, "manage", "invite")
        cls._put(cls.gina, cls.lead)
        cls.facilitation = cls._role("Facilitation", cls.garden)
        cls.facilitation.facilitates = True
        cls._put(cls.fred, cls.facilitation)
        cls.decisions = cls.env["wezer.decision"]

    @classmethod
    def draft(cls, by=None, group=None, **vals):
        """Return a draft (as its proposer) with the rules of the circle.

        :param vals: of ``propose``
        """
        vals = {"title": "A bench", "text": "We build a bench.", **vals}
        decisions = cls.decisions.with_user(by or cls.anna)
        return decisions.browse(decisions.propose((group or cls.garden).id, vals))

    @classmethod
    def opened(cls, by=None, group=None, **vals):
        """Return a decision (as its proposer) that is open."""
        decision = cls.draft(by, group, **vals)
        decision.action_announce()
        return decision

    def put_out(self, user, *above, **vals):
        """Return a decision (as its proposer) to put ``user`` out, after the votes.

        :param above: members of the village, where the person can appeal
        """
        for one in above:
            self._put(one, self.village)
        out = [{"kind": "member_out", "params": {"person": user.partner_id.id}}]
        vals = {"method": "majority", "secrecy": "open", "outcomes": out, **vals}
        decision = self.opened(**vals)
        # The person is heard first.
        self.wait(decision, days=8)
        self.vote(decision, anna="yes", cleo="yes")
        return decision

    def vote_many(self, decision, number):
        """Let so many more people vote, as their rows would stand in the database."""
        people = self.env["res.partner"].create(
            [{"name": f"Voter {place}"} for place in range(number)]
        )
        voters = self.env["wezer.decision.voter"].create(
            [
                {
                    "decision_id": decision.id,
                    "party_id": person.id,
                    "person_id": person.id,
                }
                for person in people
            ]
        )
        urn = self.env["wezer.urn"]
        return {
            urn._cast(voter, BALLOTS[place % 7]): BALLOTS[place % 7]
            for place, voter in enumerate(voters)
        }

    def vote(self, decision, **choices):
        """Vote as the people named: ``vote(decision, anna="yes")``."""
        return {
            name: decision.with_user(getattr(self, name)).action_vote(choice)
            for name, choice in choices.items()
        }

    def wait(self, decision, **delta):
        """Let time pass for one decision, and let the clock do what is due."""
        self.move(decision, **delta)
        self.clock()

    def move(self, decision, **delta):
        """Move back all moments of a decision that its clock reads."""
        decision, step = decision.sudo(), timedelta(**delta)
        vals = {name: decision[name] - step for name in MOMENTS if decision[name]}
        decision.write(vals)
        for objection in decision.objection_ids.filtered("asked_at"):
            objection.asked_at -= step

    def clock(self):
        """Let the scheduled action run."""
        self.decisions.sudo()._cron_clocks()

    def close(self, decision):
        """Let the time for answers pass, and return the decision (sudo)."""
        decision = decision.sudo()
        self.wait(decision, seconds=_seconds_until(decision.closes) + 1)
        return decision

    def carry_out(self, decision):
        """Let the time for challenges pass, and return the decision (sudo)."""
        decision = decision.sudo()
        self.wait(decision, seconds=_seconds_until(decision.executes_at) + 1)
        return decision

    def count_file(self, decision):
        """Return the published file, and what a stranger counts from it."""
        name, text = decision._ballot_file()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_text(text, encoding="utf-8")
            election = readers.read(path)
        return text, counting.count(
            election.rules["method"],
            election.options,
            election.tallies,
            election.rules,
            election.by_college,
        )

    def assert_refused(self, rule, act, *args, **kwargs):
        """Return the error with which ``act`` is refused: that of this rule."""
        try:
            with self.env.cr.savepoint():
                act(*args, **kwargs)
        except (NotAllowed, Refusal) as error:
            caught = error
        else:
            self.fail(f"not refused: {rule}")
        self.env.invalidate_all()
        self.assertEqual(caught.rule, rule, caught)
        return caught

    def set_policies(self, group=None, **values):
        """Decide policies of a circle, as the code does."""
        policies = self.env["wezer.group.policy"].sudo()
        for key, value in values.items():
            policies._decide(group or self.garden, key, value, "A test")


def _seconds_until(moment):
    return max((moment - fields.Datetime.now()).total_seconds(), 0)
