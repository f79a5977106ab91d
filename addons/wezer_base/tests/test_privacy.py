from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..tools.membership import MEMBERS
from .common import WezerCommon

MODELS = ("wezer.profile", "wezer.category", "wezer.skill", "wezer.notice")


@tagged("post_install", "-at_install")
class TestPrivacy(WezerCommon):
    def _profiles(self, user):
        return self.env["wezer.profile"].with_user(user)

    def _rpc(self, user, model, method, *args, **kwargs):
        return call_kw(self.env[model].with_user(user), method, args, kwargs)

    def test_members_have_read_access_only_everywhere(self):
        for user in (self.anna, self.cora, self.mo):
            for name in MODELS:
                model = self.env[name].with_user(user)
                self.assertTrue(model.has_access("read"), name)
                for operation in ("create", "write", "unlink"):
                    with self.subTest(user=user.name, model=name, op=operation):
                        self.assertFalse(model.has_access(operation))

    def test_access_is_given_to_members_not_to_portal(self):
        accesses = self.env["ir.model.access"].search(
            [("model_id.model", "in", MODELS)]
        )
        self.assertNotIn(self.env.ref("base.group_portal"), accesses.group_id)
        self.assertNotIn(self.env.ref("base.group_user"), accesses.group_id)

    def test_the_rule_for_members_names_the_states_of_the_table(self):
        rule = self.env.ref("wezer_base.wezer_profile_rule_member")
        self.assertIn(f"('state', 'in', {list(MEMBERS)})", rule.domain_force)

    def test_a_member_sees_no_other_partner(self):
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self._rpc(
                self.anna, "res.partner", "read", self.luc.partner_id.ids, ["name"]
            )
        found = self._rpc(
            self.anna, "res.partner", "search_read", [("email", "like", "secret")]
        )
        self.assertFalse(found)

    def test_a_profile_does_not_reveal_the_contact_by_any_entry_point(self):
        self.env.invalidate_all()
        ids = self.luc_profile.ids
        for domain in (
            [("partner_id.email", "=", "luc@secret.example")],
            [("partner_id", "any", [("phone", "=", "0123456")])],
            [("partner_id.user_ids.login", "=", "luc-base")],
        ):
            with self.subTest(domain=domain):
                self.assertFalse(
                    self._rpc(self.anna, "wezer.profile", "search", domain)
                )
        groups = self._rpc(
            self.anna,
            "wezer.profile",
            "formatted_read_group",
            [],
            ["partner_id.email"],
            ["__count"],
        )
        self.assertNotIn("luc@secret.example", str(groups))
        row = self._rpc(
            self.anna,
            "wezer.profile",
            "web_read",
            ids,
            {"partner_id": {"fields": {"display_name": {}}}, "name": {}},
        )
        self.assertNotIn("secret", str(row))
        for entry in (
            lambda: self._rpc(
                self.anna,
                "wezer.profile",
                "web_read",
                ids,
                {"partner_id": {"fields": {"email": {}, "phone": {}}}},
            ),
            lambda: self._rpc(
                self.anna, "wezer.profile", "export_data", ids, ["partner_id/email"]
            ),
        ):
            try:
                answer = entry()
            except (AccessError, UserError):
                continue
            self.assertNotIn("secret", str(answer))

    def test_the_place_can_be_neither_read_searched_sorted_nor_grouped(self):
        self.env.invalidate_all()
        for method, args in (
            ("read", [self.luc_profile.ids, ["city"]]),
            ("search", [[("city", "ilike", "hidden")]]),
            ("search", [[("latitude", ">", 0)]]),
            ("search", [[], 0, 10, "city"]),
            ("formatted_read_group", [[], ["city"], ["__count"]]),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                self._rpc(self.anna, "wezer.profile", method, *args)

    def test_profiles_have_no_related_fields_of_the_contact(self):
        names = set(self.env["wezer.profile"]._fields)
        self.assertFalse(names & {"email", "phone", "login", "street", "zip"})
        # Nothing of the partner but its name is copied or related.
        for field in self.env["wezer.profile"]._fields.values():
            if field.related and field.related.startswith("partner_id."):
                self.assertEqual(field.related, "partner_id.name")

    def test_contact_is_given_as_far_as_its_owner_shares_it(self):
        profile = self._profiles(self.anna).browse(self.luc_profile.id)
        self.luc_profile.write(
            {"share_email": "nobody", "share_phone": "members", "share_place": "nobody"}
        )
        self.assertEqual(profile.shared_contact(), {"phone": "0123456"})
        self.luc_profile.write({"share_place": "members", "share_phone": "nobody"})
        self.assertEqual(profile.shared_contact(), {"place": "Hidden Hamlet"})
        own = self._profiles(self.luc).browse(self.luc_profile.id).shared_contact()
        self.assertEqual(set(own), {"email", "phone", "place"})

    def test_visitors_get_only_what_is_for_everyone(self):
        self.env.company.wezer_visitors_see_members = True
        profile = self._profiles(self.public).browse(self.luc_profile.id)
        self.luc_profile.write({"share_email": "everyone", "share_phone": "members"})
        self.assertEqual(profile.shared_contact(), {"email": "luc@secret.example"})

    def test_visitors_see_no_member_unless_the_community_says_so(self):
        self.assertFalse(self._profiles(self.public).search([]))
        with self.assertRaises(AccessError):
            self._profiles(self.public).browse(self.luc_profile.id).shared_contact()
        self.env.company.wezer_visitors_see_members = True
        self.assertIn(self.luc_profile, self._profiles(self.public).search([]))

    def test_only_moderators_see_who_admitted_a_member(self):
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self._rpc(
                self.anna,
                "wezer.profile",
                "read",
                self.luc_profile.ids,
                ["admitted_by_id"],
            )

    def test_only_administrators_decide_about_membership(self):
        for user in (self.anna, self.cora, self.mo):
            for method in ("action_suspend", "action_approve", "action_resume"):
                with self.assertRaises(AccessError):
                    self._rpc(user, "wezer.profile", method, self.luc_profile.ids)
            with self.assertRaises(AccessError):
                self._rpc(user, "wezer.invariant", "run")
