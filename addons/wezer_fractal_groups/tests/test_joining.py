from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import GroupsCommon


@tagged("post_install", "-at_install")
class TestJoining(GroupsCommon):
    def _notices(self, user, kind):
        return self.env["wezer.notice"].search_count(
            [
                ("partner_id", "=", user.partner_id.id),
                ("kind", "=", kind),
                ("settled", "=", False),
            ]
        )

    def _todo(self, user):
        return [row for row in user._wezer_todo() if "/groups/" in row["url"]]

    def test_anybody_joins_and_leaves_an_open_circle(self):
        self.garden.join_policy = "open"
        garden = self.garden.with_user(self.luc)
        garden.action_join()
        self.assertIn(self.luc.partner_id, self.village.effective_members())
        with self.assertRaises(Refusal):
            garden.action_join()
        garden.action_leave()
        self.assertNotIn(self.luc.partner_id, self.village.effective_members())
        with self.assertRaises(Refusal):
            garden.action_leave()
        garden.action_join()
        self.assertEqual(len(self.garden.membership_ids), 2)

    def test_a_request_is_accepted_by_somebody_who_may_invite(self):
        self._put(self.joel, self._role("Host", self.garden, "invite"))
        self.garden.with_user(self.luc).action_join()
        self.assertFalse(self.garden.with_user(self.luc).is_user_member)
        self.assertEqual(self._notices(self.joel, "group_request"), 1)
        self.assertEqual(len(self._todo(self.joel)), 1)
        self.assertFalse(self._todo(self.demo))
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.demo).action_accept_member(
                self.luc.partner_id.id
            )
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.luc).action_accept_member(self.luc.partner_id.id)
        self.garden.with_user(self.joel).action_accept_member(self.luc.partner_id.id)
        self.assertTrue(self.garden.with_user(self.luc).is_user_member)
        self.assertEqual(self._notices(self.joel, "group_request"), 0)
        self.assertFalse(self._todo(self.joel))

    def test_an_invitation_is_accepted_or_declined(self):
        self.garden.join_policy = "invitation"
        self._put(self.joel, self._role("Host", self.garden, "invite"))
        with self.assertRaises(Refusal):
            self.garden.with_user(self.luc).action_join()
        with self.assertRaises(Refusal):
            self.garden.with_user(self.luc).action_request()
        with self.assertRaises(Refusal):
            self.garden.with_user(self.luc).action_accept_invitation()
        self.garden.with_user(self.joel).action_invite(self.luc.partner_id.id)
        self.assertEqual(len(self._todo(self.luc)), 1)
        self.assertEqual(self._notices(self.luc, "group_invitation"), 1)
        self.garden.with_user(self.luc).action_accept_invitation()
        self.assertTrue(self.garden.with_user(self.luc).is_user_member)
        self.assertFalse(self._todo(self.luc))

    def test_only_persons_are_members(self):
        self._put(self.joel, self._role("Host", self.garden, "invite"))
        garden = self.garden.with_user(self.joel)
        contact = self.env["res.partner"].create({"name": "Not a member"})
        for partner in (contact, self.workshop.partner_id):
            with self.assertRaises(Refusal):
                garden.action_invite(partner.id)
        with self.assertRaises(Refusal), self.env.cr.savepoint():
            self.env["wezer.group.membership"].create(
                {"group_id": self.garden.id, "partner_id": self.workshop.partner_id.id}
            )

    def test_visitors_and_suspended_members_join_nothing(self):
        self.garden.write({"join_policy": "open", "visibility": "public"})
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.env.ref("base.public_user")).action_join()
        self.luc.partner_id._wezer_profile().state = "suspended"
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.luc).action_join()

    def test_leaving_a_circle_leaves_its_neighbours(self):
        self._put(self.luc, self.compost)
        self._put(self.luc, self.village)
        self.village.with_user(self.luc).action_leave()
        self.assertTrue(self.compost.with_user(self.luc).is_user_member)
        self.assertTrue(self.village.with_user(self.luc).is_user_member)
