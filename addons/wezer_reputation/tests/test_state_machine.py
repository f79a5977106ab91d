import re

from odoo.tests import tagged

from odoo.addons.wezer_reputation.models.wezer_assessment import ASSESSMENT
from odoo.addons.wezer_reputation.models.wezer_reputation_ring import RING

from .common import ReputationCommon

STATE_LIST = re.compile(r"'(?:assessment_id\.)?state', 'in', \[([^\]]*)\]")


@tagged("post_install", "-at_install")
class TestStateMachine(ReputationCommon):
    """The tables say what the fields, rules, views and methods do."""

    def test_the_tables_name_the_states_and_methods_of_their_models(self):
        for name, machine in (
            ("wezer.assessment", ASSESSMENT),
            ("wezer.reputation.ring", RING),
        ):
            model = self.env[name]
            states = dict(model._fields["state"].selection)
            self.assertEqual(tuple(states), machine.states)
            for row in machine.transitions:
                self.assertTrue(callable(getattr(model, row.method)), row.method)

    def test_rules_and_views_list_the_states_that_are_not_revealed_yet(self):
        unrevealed = set(ASSESSMENT.sources("change"))
        texts = (
            self.env["ir.rule"]
            .search([("model_id.model", "like", "wezer.assessment%")])
            .mapped("domain_force")
        )
        texts += (
            self.env["ir.ui.view"]
            .search([("model", "=", "wezer.assessment")])
            .mapped("arch_db")
        )
        lists = [found for text in texts for found in STATE_LIST.findall(text)]
        self.assertEqual(len(lists), 3)
        for found in lists:
            self.assertEqual(set(re.findall(r"\w+", found)), unrevealed)

    def test_permissions_answer_like_the_actions(self):
        said = self.reveal(self.anna, self.luc, comment="Late")
        blind = self.give(self.anna, self.luc)
        both = said | blind
        for user in (self.luc, self.anna, self.mia):
            permissions = both.with_user(user)._permissions()
            allowed = {
                (record.id, action)
                for record, answers in permissions.items()
                for action, error in answers.items()
                if error is None
            }
            actions = {self.luc: ("reply", "share"), self.anna: ("share",)}.get(
                user, ()
            )
            self.assertEqual(allowed, {(said.id, action) for action in actions})
        administrator = self.env.ref("base.user_admin")
        answers = both.with_user(administrator)._permissions()
        self.assertIsNone(answers[said.with_user(administrator)]["hide"])
        self.assertIsNotNone(answers[said.with_user(administrator)]["show"])
        self.assertIsNotNone(answers[blind.with_user(administrator)]["hide"])
