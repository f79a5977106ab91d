from odoo.tests import Form, tagged

from ..exceptions import NotAllowed, Refusal
from .common import WezerCommon


@tagged("post_install", "-at_install")
class TestMerge(WezerCommon):
    """Luc has a second account; an administrator makes one of two."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.double = cls._user("Lucien", "base.group_portal")
        cls.mine = cls.double.partner_id._wezer_profile()
        cls.skills = cls.env["wezer.skill"].create([{"name": "Bake"}, {"name": "Sew"}])

    def merge(self, source=None, target=None, user=None):
        source, target = source or self.mine, target or self.luc_profile
        source.with_user(user or self.ada).action_merge_into(target.id)

    def test_profiles_notices_and_admissions_go_on_under_one_name(self):
        self.mine.write({"presentation": "I sew", "skill_ids": self.skills[1].ids})
        self.luc_profile.write({"skill_ids": self.skills[0].ids})
        anna = self.anna.partner_id._wezer_profile()
        anna.admitted_by_id = self.double.partner_id
        self.double.partner_id._wezer_notify("test", "For the second account")
        self.merge()
        self.assertEqual(self.luc_profile.presentation, "I sew")
        self.assertEqual(self.luc_profile.skill_ids, self.skills)
        self.assertEqual(anna.admitted_by_id, self.luc.partner_id)
        notice = self.env["wezer.notice"].search([("kind", "=", "test")])
        self.assertEqual(notice.partner_id, self.luc.partner_id)
        self.assertEqual(self.mine.state, "left")
        self.assertFalse(self.mine.presentation or self.double.partner_id.email)
        self.assertEqual(
            self.double.partner_id.wezer_merged_into_id, self.luc.partner_id
        )
        self.assertFalse(self.double.active or self.double.partner_id.active)
        self.assertTrue(self.luc.active)

    def test_the_stricter_choice_of_sharing_holds(self):
        self.luc.partner_id.phone = False
        self.double.partner_id.phone = "0987"
        self.luc_profile.share_phone = "everyone"
        self.mine.share_phone = "nobody"
        self.merge()
        self.assertEqual(self.luc.partner_id.phone, "0987")
        self.assertEqual(self.luc_profile.share_phone, "nobody")

    def test_an_account_without_login_gets_that_of_the_second(self):
        paper = self.env["res.partner"].create({"name": "Lucien on paper"})
        target = self.env["wezer.profile"]._make_for(paper)
        self.merge(self.mine, target)
        self.assertTrue(self.double.active)
        self.assertEqual(self.double.partner_id, paper)
        self.assertEqual(target.state, "active")

    def test_admissions_make_no_circle(self):
        self.luc_profile.admitted_by_id = self.double.partner_id
        self.merge()
        self.assertFalse(self.luc_profile.admitted_by_id)

    def test_mandates_between_or_to_the_second_account_end_or_move(self):
        mandates = self.env["wezer.mandate"]

        def give(giver, holder):
            profile = holder.partner_id._wezer_profile()
            return mandates.browse(
                mandates.with_user(giver).action_give(profile.id, ["market"])
            )

        between = give(self.luc, self.double)
        twice = give(self.anna, self.luc), give(self.anna, self.double)
        moves = give(self.cora, self.double)
        self.merge()
        self.assertEqual(between.state, "revoked")
        self.assertEqual([one.state for one in twice], ["active", "revoked"])
        self.assertEqual(moves.holder_id, self.luc.partner_id)
        self.assertEqual(moves.state, "active")

    def test_only_administrators_bring_accounts_together(self):
        for user in (self.luc, self.anna, self.cora, self.mo, self.public):
            with self.assertRaises(NotAllowed):
                self.merge(user=user)

    def test_an_impossible_merge_is_refused_and_changes_nothing(self):
        self.merge()
        cora = self.cora.partner_id._wezer_profile()
        anna = self.anna.partner_id._wezer_profile()
        company = self.env["wezer.profile"]._make_for(self.env.company.partner_id)
        left = self.env["wezer.profile"]._make_for(
            self.env["res.partner"].create({"name": "Gone"})
        )
        left.state = "left"
        cases = [
            (self.mine, anna),
            (anna, self.mine),
            (cora, anna),
            (company, anna),
            (anna, company),
            (anna, left),
        ]
        for source, target in cases:
            with self.assertRaises(Refusal) as caught:
                self.merge(source, target)
            self.assertEqual(caught.exception.rule, "merge")
        for nobody in (0, -1, 999999999):
            with self.assertRaises(Refusal):
                anna.with_user(self.ada).action_merge_into(nobody)

    def test_the_form_shows_what_moves_and_what_forbids_it(self):
        self.double.partner_id._wezer_notify("test", "One")
        wizards = self.env["wezer.member.merge"].with_user(self.ada)
        form = Form(
            wizards.with_context(
                active_model="wezer.profile",
                active_ids=(self.mine | self.luc_profile).ids,
            )
        )
        form.target_id = self.luc_profile.with_user(self.ada)
        self.assertIn("1 × Notice", form.preview)
        self.assertFalse(form.obstacles)
        cora = self.cora.partner_id._wezer_profile()
        form.profile_ids.add(cora.with_user(self.ada))
        self.assertIn("has a role in the back office", form.obstacles)
        form.profile_ids.remove(id=cora.id)
        form.save().action_merge()
        self.assertEqual(self.mine.state, "left")

    def test_odoos_own_merge_is_refused_for_members(self):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        with self.assertRaises(Refusal) as caught:
            wizard._merge((self.luc | self.double).partner_id.ids)
        self.assertEqual(caught.exception.rule, "merge")
        self.assertTrue(self.double.partner_id.exists())
