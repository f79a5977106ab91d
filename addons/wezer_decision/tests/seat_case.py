"""A council with seats: what the tests of terms and by-elections share."""

from datetime import timedelta

from odoo.addons.wezer_base.tools import days as community_days

from ..tools import elections, seats
from .common import DecisionCommon

YEAR = 365


class SeatsCase(DecisionCommon):
    """The garden elects a council, whose terms last a year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.council = cls._role("Council", cls.garden)
        cls.set_policies(cls, roles_by="consent", role_term_days=YEAR)

    def setUp(self):
        super().setUp()
        # Read once: midnight may pass while a test runs.
        self.today = community_days.today(self.env)

    def seat(self, user, days):
        """Put a person into the council, with a term of so many days more."""
        place = self._put(user, self.council)
        place.date_to = self.day(days)
        return place.sudo()

    def day(self, days):
        """Return a day of the community: so many days after today."""
        return self.today + timedelta(days=days)

    def drafted(self):
        """Let the clock draft what is due, and return all that is drafted (sudo)."""
        self.decisions._cron_elections()
        return seats.under_way(self.council)

    def adopted(self, decision):
        """Announce an election by consent, adopt it and carry it out (sudo)."""
        if decision.state == "draft":
            by = decision.proposer_id.user_ids or self.fred
            decision.with_user(by).action_announce()
        self.vote(decision, gina="live", fred="live")
        self.close(decision)
        self.assertEqual(decision.state, "adopted")
        decision.execute_date = False
        self.carry_out(decision)
        self.assertEqual(decision.state, "done", decision.outcome_ids.mapped("error"))
        return decision

    def giving(self, user, **vals):
        """Return a draft by consent that gives the role to a person."""
        params = {"role": self.council.id, "person": user.partner_id.id}
        outcomes = [{"kind": "role", "params": params}]
        vals = {"method": "consent", "title": "Council", "outcomes": outcomes, **vals}
        return self.draft(**vals).sudo()

    def fillers(self):
        return elections.fillers_of(self.council)
