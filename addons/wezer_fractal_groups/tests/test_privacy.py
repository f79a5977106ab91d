from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .common import GroupsCommon

SECRET = "Zebra secret"


@tagged("post_install", "-at_install")
class TestPrivacy(GroupsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret = cls._circle(SECRET, cls.garden, visibility="members")
        cls.secret_role = cls._role(f"{SECRET} role", cls.secret, "manage")
        cls.inner = cls._circle("Open inner", cls.secret, visibility="network")
        cls._put(cls.luc, cls.secret)
        cls.coordinator = mail_new_test_user(
            cls.env, login="wzg_coord", groups="wezer_base.group_coordinator"
        )
        cls.outsiders = [
            cls.stranger,
            cls.coordinator,
            cls.env.ref("base.public_user"),
        ]

    def test_a_private_group_is_in_no_list(self):
        self._put(self.demo, self.garden)
        for user in [*self.outsiders, self.demo]:
            groups = self.groups.with_user(user)
            self.assertFalse(groups.search([("name", "ilike", "zebra")]), user.login)
            self.assertEqual(groups.search_count([("id", "=", self.secret.id)]), 0)
            self.assertFalse(groups.name_search("Zebra"))
            self.assertFalse(groups.search([("child_ids.name", "ilike", "zebra")]))
            with self.assertRaises(AccessError):
                self.secret.with_user(user).read(["name"])
            with self.assertRaises(AccessError):
                self.secret_role.with_user(user).read(["name"])

    def test_no_many2one_reveals_its_name(self):
        for user in self.outsiders[:2]:
            inner = self.inner.with_user(user).read(["parent_id", "ancestor_ids"])[0]
            self.assertFalse(inner["parent_id"])
            self.assertNotIn(self.secret.id, inner["ancestor_ids"])
            grouped = self.groups.with_user(user).formatted_read_group(
                [("id", "=", self.inner.id)], ["parent_id"], ["__count"]
            )
            self.assertNotIn(SECRET, str(grouped))
            web = self.inner.with_user(user).web_read(
                {"parent_id": {"fields": {"display_name": {}}}}
            )
            self.assertNotIn(SECRET, str(web))
        told = self.inner.with_user(self.luc).read(["parent_id"])[0]
        self.assertEqual(told["parent_id"][1], SECRET)

    def test_its_partner_and_profile_reveal_no_name_either(self):
        for user in self.outsiders:
            profiles = self.env["wezer.profile"].with_user(user)
            self.assertFalse(profiles.search([("name", "ilike", "zebra")]))
        for user in self.outsiders[:2]:
            partners = self.env["res.partner"].with_user(user)
            self.assertFalse(partners.search([("name", "ilike", "zebra")]))
            partner = self.secret.partner_id.with_user(user)
            self.assertNotIn(SECRET, partner.sudo().display_name)
        mine = self.env["wezer.profile"].with_user(self.luc)
        self.assertTrue(mine.search([("name", "=", SECRET)]))

    def test_its_members_see_it_and_its_roles(self):
        groups = self.groups.with_user(self.luc)
        found = groups.search([("name", "ilike", "zebra")])
        self.assertEqual(found, self.secret | self.secret_role)

    def test_former_members_no_longer_see_it(self):
        self.assertEqual(self.secret.with_user(self.luc).display_name, SECRET)
        self.secret.with_user(self.luc).action_leave()
        self.assertNotEqual(self.secret.with_user(self.luc).display_name, SECRET)
        with self.assertRaises(AccessError):
            self.secret.with_user(self.luc).read(["name"])

    def test_the_invited_and_managers_above_see_it(self):
        self._put(self.demo, self.secret, state="invited")
        self._put(self.joel, self.president)
        for user in (self.demo, self.joel):
            self.assertTrue(self.secret.with_user(user).has_access("read"))

    def test_a_group_shown_to_the_circle_above(self):
        self.secret.visibility = "parents"
        self._put(self.demo, self.garden)
        for group in (self.secret, self.secret_role):
            self.assertTrue(group.with_user(self.demo).has_access("read"))
            self.assertFalse(group.with_user(self.stranger).has_access("read"))

    def test_visitors_see_public_groups_only(self):
        visitor = self.env.ref("base.public_user")
        self.assertFalse(self.garden.with_user(visitor).has_access("read"))
        self.garden.visibility = "public"
        self.assertTrue(self.garden.with_user(visitor).has_access("read"))
        self.assertTrue(self.treasurer.with_user(visitor).has_access("read"))
        self.assertFalse(self.garden.with_user(visitor).is_user_member)

    def test_memberships_of_a_private_group_are_its_own(self):
        memberships = self.env["wezer.group.membership"]
        domain = [("group_id", "=", self.secret.id)]
        self.assertFalse(memberships.with_user(self.stranger).search(domain))
        self.assertFalse(memberships.with_user(self.coordinator).search(domain))
        self.assertTrue(memberships.with_user(self.luc).search(domain))

    def test_requests_are_not_shown_to_everybody(self):
        asked = self._put(self.demo, self.garden, state="requested")
        self.assertFalse(asked.with_user(self.stranger).has_access("read"))
        self.assertTrue(asked.with_user(self.demo).has_access("read"))
