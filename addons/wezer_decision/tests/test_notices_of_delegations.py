from odoo.tests import tagged

from odoo.addons.wezer_base.tests.outcomes import Outcome, OutcomeCase

from ..models.wezer_vote_delegation import DELEGATION
from .common import DecisionCommon

DELEGATION_ROWS = (
    Outcome("give", "anna", notified={"ben": "delegation"}),
    Outcome(
        "take_back",
        "anna",
        notified={"ben": "delegation"},
        settled={"ben": "delegation"},
    ),
    Outcome(
        "resign",
        "ben",
        notified={"anna": "delegation"},
        settled={"ben": "delegation"},
    ),
    Outcome("lapse", notified={"anna": "delegation"}, settled={"ben": "delegation"}),
)


@tagged("post_install", "-at_install")
class TestNoticesOfDelegations(OutcomeCase, DecisionCommon):
    """Anna gives her voice in the garden to Ben."""

    people = ("anna", "ben", "gina")
    tables = ((DELEGATION, DELEGATION_ROWS),)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        policies = cls.env["wezer.group.policy"].sudo()
        policies._decide(cls.garden, "delegation", "chains", "A test")
        cls.env["wezer.notice"].search([]).settled = True

    def urls_of(self, record):
        return {"/my/delegations"}

    def give(self):
        given = self.env["wezer.vote.delegation"].with_user(self.anna)
        vals = {"group_id": self.garden.id}
        return given.browse(given.action_give(self.ben.partner_id.id, vals))

    def do_give(self):
        return self.env["wezer.vote.delegation"], self.give

    def do_take_back(self):
        given = self.give()
        return given, given.action_take_back

    def do_resign(self):
        given = self.give().with_user(self.ben)
        return given, given.action_resign

    def do_lapse(self):
        given = self.env["wezer.vote.delegation"].browse(self.give().id)
        return given, lambda: given._lapse("expired")

    def test_each_action_tells_the_other_person(self):
        self.check_tables()
