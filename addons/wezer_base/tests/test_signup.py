from odoo import Command
from odoo.tests import tagged

from .common import WezerCommon


@tagged("post_install", "-at_install")
class TestSignup(WezerCommon):
    def test_a_person_who_signs_up_is_a_portal_user_with_a_profile(self):
        users = self.env["res.users"].with_user(self.public).sudo()
        users.with_context(no_reset_password=True).signup(
            {
                "login": "new@example.org",
                "name": "Newcomer",
                "password": "newcomer-1234",
            }
        )
        user = self.env["res.users"].search([("login", "=", "new@example.org")])
        self.assertTrue(user._is_portal())
        self.assertFalse(user._is_internal())
        self.assertTrue(user.has_group("wezer_base.group_member"))
        profile = user.partner_id._wezer_profile()
        self.assertEqual(profile.name, "Newcomer")
        self.assertFalse(profile.is_founder)

    def test_sign_up_is_open_on_the_website_of_a_new_database(self):
        self.assertEqual(self.env["res.users"]._get_signup_invitation_scope(), "b2c")

    def test_the_neutral_group_is_on_portal_and_internal_and_implies_nothing(self):
        member = self.env.ref("wezer_base.group_member")
        self.assertFalse(member.implied_ids)
        for name in ("base.group_portal", "base.group_user"):
            self.assertIn(member, self.env.ref(name).implied_ids)
        self.assertNotIn(member, self.env.ref("base.group_public").all_implied_ids)

    def test_a_coordinator_is_internal_and_an_administrator_is_all(self):
        self.assertTrue(self.cora._is_internal())
        for name in ("group_coordinator", "group_moderator"):
            self.assertTrue(self.ada.has_group(f"wezer_base.{name}"))
        system = self.env.ref("base.group_system")
        self.cora.group_ids = [Command.link(system.id)]
        self.assertTrue(self.cora.has_group("wezer_base.group_administrator"))
