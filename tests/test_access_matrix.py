"""Who may do what on every model of the suite, asked of the registry itself.

A new model of ours is covered the moment it exists: nothing here names one,
except the few that visitors may read.
"""

from odoo.tests import TransactionCase, new_test_user, tagged

# What a visitor who is not logged in may read.
PUBLIC_MODELS = {
    "wezer.terms.of.use",
    "wezer.agreement",
    "wezer.agreement.version",
    "wezer.announcement",
    "wezer.announcement.picture",
    "wezer.announcement.place",
    "wezer.announcement.price",
    "wezer.announcement.question",
    "wezer.category",
    "wezer.currency",
    "wezer.decision",
    "wezer.decision.option",
    "wezer.decision.version",
    "wezer.governance.event",
    "wezer.group",
    "wezer.group.event",
    "wezer.news",
    "wezer.outcome",
    "wezer.profile",
    "wezer.skill",
}

# Transient models are the caller's own form data: Odoo shows a row only to its
# creator, and each checks again through the action it calls.


@tagged("post_install", "-at_install")
class TestAccessMatrix(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.member = new_test_user(
            cls.env, login="matrix_member", groups="base.group_portal"
        )
        cls.internal = new_test_user(
            cls.env, login="matrix_internal", groups="base.group_user"
        )
        cls.coordinator = new_test_user(
            cls.env,
            login="matrix_coordinator",
            groups="wezer_base.group_coordinator",
        )
        cls.visitor = cls.env.ref("base.public_user")
        cls.models = sorted(
            name
            for name, model in cls.env.registry.items()
            if name.startswith("wezer.") and not model._abstract
        )
        cls.stored = [name for name in cls.models if not cls.env[name]._transient]

    def _assert_no_change(self, user, names):
        open_doors = [
            f"{name}.{operation}"
            for name in names
            for operation in ("create", "write", "unlink")
            if self.env[name].with_user(user).has_access(operation)
        ]
        self.assertEqual(open_doors, [], f"{user.login} may change rows by ORM")

    def test_the_registry_has_models_to_check(self):
        self.assertGreater(len(self.stored), 12)

    def test_members_cannot_write_any_model_by_orm(self):
        self._assert_no_change(self.member, self.stored)

    def test_internal_users_without_role_cannot_write_any_model(self):
        self._assert_no_change(self.internal, self.stored)

    def test_visitors_cannot_write_any_model(self):
        self._assert_no_change(self.visitor, self.models)

    def test_coordinators_cannot_write_money_or_deals_by_orm(self):
        self._assert_no_change(
            self.coordinator,
            [
                name
                for name in self.stored
                if name
                in {
                    "wezer.wallet",
                    "wezer.transfer",
                    "wezer.ledger.entry",
                    "wezer.ledger.seal",
                    "wezer.deal",
                    "wezer.terms",
                    "wezer.assessment",
                    "wezer.reputation",
                    "wezer.notice",
                }
            ],
        )

    def test_visitors_read_only_public_models(self):
        readable = {
            name
            for name in self.stored
            if self.env[name].with_user(self.visitor).has_access("read")
        }
        self.assertLessEqual(readable, PUBLIC_MODELS)

    def test_every_stored_model_has_a_company_and_its_rule(self):
        without = [
            name
            for name in self.stored
            if "company_id" in self.env[name]._fields
            and not self.env["ir.rule"].search_count(
                [
                    ("model_id.model", "=", name),
                    ("groups", "=", False),
                    ("domain_force", "ilike", "company"),
                ]
            )
        ]
        self.assertEqual(without, [], "models with a company but no company rule")
