from odoo.tests import tagged

from .common import GroupsCommon


@tagged("post_install", "-at_install")
class TestWelcome(GroupsCommon):
    """Who joins the community may join circles at once."""

    def setUp(self):
        super().setUp()
        self.village.write({"visibility": "public", "join_policy": "open"})
        self.garden.write({"visibility": "public", "join_policy": "request"})
        self.workshop.write({"visibility": "members", "join_policy": "open"})
        self.profile = self.stranger.partner_id._wezer_profile()
        self.profile.write({"state": "pending", "welcomed": False})

    def _state(self, group):
        return group._membership_of(self.stranger.partner_id).state

    def _welcome(self, groups):
        users = self.env["res.users"].with_user(self.stranger)
        return users.action_finish_welcome({"name": "Stella"}, None, groups)

    def test_open_circles_are_joined_and_others_asked(self):
        offered = {group["id"] for group in self.stranger._wezer_joinable_groups()}
        self.assertLessEqual({self.village.id, self.garden.id}, offered)
        self.assertNotIn(self.workshop.id, offered)
        self._welcome([self.village.id, self.garden.id, self.workshop.id, "x"])
        self.assertEqual(self._state(self.village), "active")
        self.assertEqual(self._state(self.garden), "requested")
        self.assertFalse(self._state(self.workshop))

    def test_pending_members_join_circles_once_accepted(self):
        self.env.company.wezer_approval = "always"
        self.assertEqual(self._welcome([self.village.id]), "pending")
        self.assertFalse(self._state(self.village))
        self.profile.with_user(self.env.ref("base.user_admin")).action_approve()
        self.assertEqual(self._state(self.village), "active")

    def test_pending_members_see_public_circles_only(self):
        groups = self.env["wezer.group"].with_user(self.stranger)
        ours = self.village | self.garden | self.workshop | self.compost
        seen = groups.search([("id", "in", ours.ids)])
        self.assertEqual(seen, self.village | self.garden)
        memberships = self.env["wezer.group.membership"].with_user(self.stranger)
        self.assertFalse(memberships.search([]))
        self.profile.state = "active"
        self.env.invalidate_all()
        self.assertIn(self.village, groups.search([("id", "in", ours.ids)]))

    def test_inviting_for_a_circle_is_logged_with_it(self):
        self.profile.write({"state": "active", "welcomed": True})
        recruiter = self._role("Recruiter", self.garden, "invite")
        self._put(self.luc, recruiter)
        self.garden.with_user(self.luc).action_invite(self.stranger.partner_id.id)
        act = self.env["wezer.acting.log"].search([("what", "=", "invite")])
        self.assertEqual(act.partner_id, self.garden.partner_id)
        self.assertEqual(act.actor_id, self.luc.partner_id)
        self.assertIn("/groups/", act._url())
