from base64 import b64encode
from io import BytesIO

from PIL import Image

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import NotAllowed, Refusal
from ..tools.membership import MEMBERSHIP
from .common import WezerCommon


def picture(kind="PNG"):
    """Return a small picture in base64."""
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, kind)
    return b64encode(buffer.getvalue())


@tagged("post_install", "-at_install")
class TestProfile(WezerCommon):
    def _update(self, user, vals):
        return self.env["wezer.profile"].with_user(user).update_own(vals)

    def test_buttons_follow_the_table_of_states(self):
        profile, member = (
            self.luc_profile.with_user(user) for user in (self.ada, self.anna)
        )
        for state in MEMBERSHIP.states:
            self.luc_profile.state = state
            for action in ("approve", "decline", "suspend", "resume"):
                with self.subTest(state=state, action=action):
                    possible = state in MEMBERSHIP.sources(action)
                    self.assertEqual(profile[f"may_{action}"], possible)
                    self.assertFalse(member._may(action))

    def test_everybody_who_can_log_in_has_one_profile(self):
        for user in (self.anna, self.cora, self.ada):
            self.assertEqual(len(user.partner_id._wezer_profile()), 1)
        self.assertFalse(self.public.partner_id._wezer_profile())
        self.assertFalse(self.env.ref("base.user_root").partner_id._wezer_profile())
        found = self.env["wezer.invariant"].run()
        self.assertEqual([one["rows"] for one in found[:2]], [[], []])

    def test_the_name_follows_the_partner(self):
        self.luc.partner_id.name = "Lucie"
        self.assertEqual(self.luc_profile.name, "Lucie")
        found = self.env["wezer.profile"].with_user(self.anna)
        self.assertEqual(found.search([("name", "=", "Lucie")]), self.luc_profile)

    def test_the_checks_find_a_name_that_cannot_be_found(self):
        profile = self.luc.partner_id._wezer_profile()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE wezer_profile SET name_text = 'other' WHERE id = %s", [profile.id]
        )
        broken = [
            row for check in self.env["wezer.invariant"].run() for row in check["rows"]
        ]
        self.assertEqual(broken, [[profile.id, profile.name, "other"]])

    def test_a_member_renames_himself_on_both(self):
        self.luc.with_user(self.luc).write({"name": "Luc the Second"})
        self.assertEqual(self.luc_profile.name, "Luc the Second")

    def test_two_of_the_same_name_have_different_addresses(self):
        twins = self.env["res.partner"].create([{"name": "Twin"}, {"name": "Twin"}])
        first = self.env["wezer.profile"]._make_for(twins)
        later = self.env["wezer.profile"]._make_for(twins.copy({"name": "Twin"}))
        slugs = (first | later).mapped("slug")
        self.assertEqual(len(set(slugs)), len(slugs))
        self.assertEqual(sorted(slugs)[:2], ["twin", "twin-2"])

    def test_a_nameless_partner_does_not_show_its_email(self):
        partner = self.env["res.partner"].create(
            {"type": "other", "email": "nameless@secret.example"}
        )
        profile = self.env["wezer.profile"]._make_for(partner)
        self.assertNotIn("secret", f"{profile.name} {profile.slug}")

    def test_members_find_all_members_and_no_groups(self):
        partner = self.env["res.partner"].create({"name": "A club", "is_company": True})
        club = self.env["wezer.profile"]._make_for(partner)
        directory = self.env["wezer.profile"].with_user(self.anna)
        profiles, count = directory._search_directory(limit=1000)
        self.assertIn(self.luc_profile, profiles)
        self.assertNotIn(club, profiles)
        self.assertEqual(count, len(profiles))
        found, _count = directory._search_directory("noël")
        self.assertIn(self.luc_profile, directory._search_directory("NOEL luc")[0])
        self.assertIn(self.luc_profile, found)
        # Whose login is archived is locked out: no member on paper by it.
        self.luc.active = False
        self.assertNotIn(self.luc_profile, directory._search_directory()[0])
        self.assertFalse(self.luc_profile.is_person or self.luc_profile.on_paper)
        self.luc.active = True
        self.assertIn(self.luc_profile, directory._search_directory()[0])

    def test_a_member_changes_his_own_profile(self):
        skill = self.env["wezer.skill"].create({"name": "Carpentry"})
        self._update(
            self.luc,
            {
                "presentation": " I mend chairs. ",
                "skill_ids": [Command.set(skill.ids)],
                "phone": "0999",
                "share_phone": "members",
                "image_1920": picture().decode(),
            },
        )
        self.assertEqual(self.luc_profile.presentation, "I mend chairs.")
        self.assertEqual(self.luc_profile.skill_ids, skill)
        self.assertEqual(self.luc.partner_id.phone, "0999")
        self.assertTrue(self.luc_profile.image_128)

    def test_nothing_else_of_the_profile_is_his_to_change(self):
        for name, value in (
            ("state", "active"),
            ("is_founder", True),
            ("admitted_by_id", self.anna.partner_id.id),
            ("joined_date", "2001-01-01"),
            ("partner_id", self.anna.partner_id.id),
            ("slug", "admin"),
            ("name", "Ada"),
            ("company_id", 1),
            ("active", False),
        ):
            with self.subTest(field=name), self.assertRaises(Refusal) as caught:
                self._update(self.luc, {name: value})
            self.assertEqual(caught.exception.rule, "field")

    def test_a_list_of_skills_carries_no_commands(self):
        skill = self.env["wezer.skill"].create({"name": "Weaving"})
        language = self.env.ref("base.lang_en")
        for name, value in (
            ("skill_ids", [Command.update(skill.id, {"name": "Hacked"})]),
            ("skill_ids", [Command.delete(skill.id)]),
            ("skill_ids", [Command.create({"name": "Mine"})]),
            ("skill_ids", [Command.link(skill.id)]),
            ("skill_ids", [Command.set(skill.ids), Command.delete(skill.id)]),
            ("language_ids", [Command.update(language.id, {"active": False})]),
            ("skill_ids", "1"),
        ):
            with self.subTest(value=value), self.assertRaises(Refusal):
                self._update(self.luc, {name: value})
        self.assertEqual(skill.name, "Weaving")
        self._update(self.luc, {"skill_ids": [skill.id, 10**9]})
        self.assertEqual(self.luc_profile.skill_ids, skill)

    def test_a_drawing_with_a_script_is_no_picture(self):
        svg = b64encode(b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')
        for value in (svg.decode(), "not a picture", b64encode(b"GIF89a").decode(), 7):
            with self.subTest(value=value), self.assertRaises(Refusal) as caught:
                self._update(self.luc, {"image_1920": value})
            self.assertEqual(caught.exception.rule, "picture")

    def test_values_of_the_wrong_kind_are_refused(self):
        for vals in (
            {"share_email": "world"},
            {"share_email": False},
            {"latitude": "north"},
            {"latitude": 91},
            {"longitude": float("nan")},
            {"presentation": ["x"]},
        ):
            with self.subTest(vals=vals), self.assertRaises(Refusal):
                self._update(self.luc, vals)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_visitors_and_suspended_change_nothing(self):
        self.luc_profile.state = "suspended"
        for user in (self.public, self.luc):
            with self.assertRaises(NotAllowed):
                self._update(user, {"presentation": "x"})

    def test_an_administrator_approves_only_who_waits(self):
        profile = self.luc_profile.with_user(self.ada)
        with self.assertRaises(Refusal) as caught:
            profile.action_approve()
        self.assertEqual(caught.exception.rule, "state")
        self.luc_profile.state = "pending"
        profile.action_approve()
        self.assertEqual(self.luc_profile.state, "active")
