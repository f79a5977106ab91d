from lxml import etree

from odoo.tests import tagged

from ..exceptions import NotAllowed, Refusal
from .common import WezerCommon


@tagged("post_install", "-at_install")
class TestFirstSteps(WezerCommon):
    def _open(self, user=None):
        action = self.env["wezer.onboarding"].with_user(user or self.ada).action_open()
        return self.env["wezer.onboarding"].browse(action["res_id"])

    def _step(self, key):
        return self._open().line_ids.filtered(lambda one: one.key == key)

    def test_a_step_is_done_when_it_is_really_done(self):
        self.env.company.wezer_terms = False
        self.assertFalse(self._step("terms").done)
        self.env.company.wezer_terms = "<p>Be kind.</p>"
        self.assertTrue(self._step("terms").done)
        self.env.company.write({"name": "My Company", "logo": False})
        self.assertFalse(self._step("name").done)
        self.env.company.name = "Les Tilleuls"
        self.assertFalse(self._step("name").done, "the logo is Odoo's")

    def test_the_menus_of_the_suite_stand_above_the_first_steps(self):
        # The web client finds the application by the action of one of its menus.
        action = self.env["wezer.onboarding"].with_user(self.ada).action_open()
        menu = self.env.ref("wezer_base.wezer_onboarding_menu")
        self.assertEqual(action["id"], menu.action.id)

    def test_one_language_can_be_enough(self):
        installed = self.env["res.lang"].search([])
        installed.filtered(lambda lang: lang.code != "en_US").active = False
        step = self._step("languages")
        self.assertFalse(step.done)
        step.with_user(self.ada).action_skip()
        self.assertTrue(self._step("languages").done)
        with self.assertRaises(Refusal):
            self._step("members").with_user(self.ada).action_skip()

    def test_every_step_leads_somewhere(self):
        start = self._open()
        self.assertEqual(start.step_count, len(start.line_ids))
        self.assertEqual(start.done_count, len(start.line_ids.filtered("done")))
        for step in start.line_ids:
            with self.subTest(step=step.key):
                action = step.with_user(self.ada).action_open_step()
                self.assertIn("res_model", action)

    def test_only_administrators_open_it(self):
        for user in (self.anna, self.cora, self.mo):
            with self.assertRaises(NotAllowed):
                self._open(user)

    def test_a_made_up_step_leads_nowhere(self):
        steps = self.env["wezer.onboarding.step"].with_user(self.ada)
        sly = steps.create(
            {
                "key": "x",
                "name": "x",
                "action": "base.action_res_users",
                "skip_label": "1",
            }
        )
        for method in (sly.action_open_step, sly.action_skip):
            with self.assertRaises(Refusal):
                method()


@tagged("post_install", "-at_install")
class TestMemberList(WezerCommon):
    def _profile(self, user, who=None):
        profile = user.partner_id._wezer_profile()
        return profile.with_user(who or self.ada).sudo(False)

    def test_a_member_becomes_coordinator_and_a_plain_member_again(self):
        profile = self._profile(self.luc)
        self.assertEqual(profile.role, "member")
        profile.action_make_coordinator()
        self.assertTrue(self.luc._is_internal())
        self.assertFalse(self.luc.has_group("base.group_portal"))
        self.assertEqual(profile.role, "coordinator")
        profile.action_make_moderator()
        self.assertTrue(self.luc.has_group("wezer_base.group_coordinator"))
        self.assertEqual(profile.role, "moderator")
        profile.action_take_role()
        self.assertTrue(self.luc._is_portal())
        self.assertEqual(profile.role, "member")

    def test_administrators_cannot_be_made_or_unmade_here(self):
        other = self._user("Olga", "wezer_base.group_administrator")
        for method in ("action_take_role", "action_make_coordinator"):
            for user in (self.ada, other):
                with self.subTest(method=method, who=user.name):
                    with self.assertRaises(NotAllowed):
                        getattr(self._profile(user), method)()
        self.assertTrue(other.has_group("wezer_base.group_administrator"))

    def test_only_administrators_give_roles(self):
        for who in (self.anna, self.luc, self.cora, self.mo):
            for method in (
                "action_make_coordinator",
                "action_make_moderator",
                "action_take_role",
            ):
                with self.assertRaises(NotAllowed):
                    getattr(self._profile(self.luc, who), method)()
        self.assertTrue(self.luc._is_portal())

    def test_members_without_login_and_suspended_ones_get_no_role(self):
        partner = self.env["res.partner"].create({"name": "No login"})
        nobody = self.env["wezer.profile"]._make_for(partner).with_user(self.ada)
        with self.assertRaises(Refusal) as refused:
            nobody.sudo(False).action_make_moderator()
        self.assertEqual(refused.exception.rule, "login")
        self.luc_profile.state = "suspended"
        with self.assertRaises(Refusal) as refused:
            self._profile(self.luc).action_make_moderator()
        self.assertEqual(refused.exception.rule, "state")

    def test_an_administrator_invites_from_the_list(self):
        wizard = self.env["wezer.member.invite"].with_user(self.ada)
        before = self.env["wezer.invitation"].search_count([])
        wizard.create({"emails": "one@example.org, two@example.org"}).action_invite()
        self.assertEqual(self.env["wezer.invitation"].search_count([]), before + 2)
        with self.assertRaises(Refusal):
            wizard.create({"emails": "nonsense"}).action_invite()

    def test_every_setting_says_what_it_changes(self):
        views = self.env["ir.ui.view"].search(
            [("model", "=", "res.config.settings"), ("name", "ilike", "wezer")]
        )
        self.assertTrue(views)
        for view in views:
            for setting in etree.fromstring(view.arch).iter("setting"):
                with self.subTest(view=view.name, setting=setting.get("id")):
                    self.assertGreater(len(setting.get("help") or ""), 20)
