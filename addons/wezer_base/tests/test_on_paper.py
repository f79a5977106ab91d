"""Members who cannot log in: in the directory, and helped by those they authorise."""

from pathlib import Path

from odoo import Command, http
from odoo.modules.module import load_script
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from ..exceptions import NotAllowed, Refusal
from .common import WezerCommon

MIGRATION = "migrations/19.0.2.1.0/post-on-paper.py"
RULES = "migrations/19.0.2.1.0/post-paper-rules.py"


class PaperCommon(WezerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.baking = cls.env["wezer.skill"].create({"name": "Zzbaking bread"})
        cls.env["wezer.member.import"]._import_rows(
            [{"name": "Oda Old", "skills": ["Zzbaking bread"], "place": "Upper Vale"}]
        )
        cls.oda_profile = cls.env["wezer.profile"].search([("name", "=", "Oda Old")])
        cls.oda = cls.oda_profile.partner_id

    def mandate(self, *rights):
        """Let Luc act for Oda."""
        mandates = self.env["wezer.mandate"].with_user(self.ada)
        return self.env["wezer.mandate"].browse(
            mandates.action_give(
                self.luc_profile.id,
                list(rights) or ["market"],
                giver_profile_id=self.oda_profile.id,
            )
        )


@tagged("post_install", "-at_install")
class TestOnPaper(PaperCommon):
    def _directory(self, user, **search):
        profiles = self.env["wezer.profile"].with_user(user)
        return profiles._search_directory(limit=500, **search)[0]

    def test_members_find_them_by_name_and_by_skill(self):
        self.assertTrue(self.oda_profile.is_person and self.oda_profile.on_paper)
        for search in (
            {"words": "oda"},
            {"words": "upper vale"},
            {"skill": self.baking.id},
        ):
            with self.subTest(search=search):
                self.assertIn(self.oda_profile, self._directory(self.anna, **search))

    def test_the_form_for_a_new_member_needs_their_contact_only(self):
        contacts = self.env["res.partner"].create([{"name": "Oda Old"}] * 2)
        profiles = self.env["wezer.profile"].with_user(self.ada)
        for number, contact in enumerate(contacts, start=2):
            form = Form(profiles, "wezer_base.wezer_profile_view_form")
            form.partner_id = contact
            self.assertEqual(form.save().slug, f"oda-old-{number}")

    def test_visitors_do_not_see_them_even_where_they_see_members(self):
        self.env.company.wezer_visitors_see_members = True
        found = self._directory(self.public)
        self.assertIn(self.luc_profile, found)
        self.assertNotIn(self.oda_profile, found)
        visitor = self.env["wezer.profile"].with_user(self.public)
        self.assertFalse(visitor._at_slug(self.oda_profile.slug))

    def _migrate(self, script):
        path = Path(__file__).parents[1] / script
        module = load_script(str(path), "script")
        module.migrate(self.env.cr, "19.0.2.0.0")

    def test_an_update_hides_them_from_visitors_too(self):
        self.env.company.wezer_visitors_see_members = True
        self.luc_profile.state = "pending"
        # As an earlier version made them; an update leaves such data alone.
        before = {
            "wezer_profile_rule_public": "[('company_id.wezer_visitors_see_members',"
            " '=', True), ('state', '=', 'active')]",
            "wezer_profile_rule_in_here": "['|', '|',"
            " ('company_id.wezer_is_user_member', '=', True),"
            " ('company_id.wezer_visitors_see_members', '=', True),"
            " ('partner_id', '=', user.partner_id.id)]",
        }
        for name, domain in before.items():
            self.env.ref(f"wezer_base.{name}").domain_force = domain
        for user in (self.public, self.luc):
            self.assertIn(self.oda_profile, self._directory(user))
        self._migrate(RULES)
        self._migrate(RULES)
        for user in (self.public, self.luc):
            self.assertNotIn(self.oda_profile, self._directory(user))
            self.assertIn(self.anna.partner_id._wezer_profile(), self._directory(user))
        self.assertIn(self.oda_profile, self._directory(self.anna))
        chosen = self.env.ref("wezer_base.wezer_profile_rule_public")
        chosen.domain_force = "[('on_paper', '=', False), ('slug', '=', 'x')]"
        self._migrate(RULES)
        self.assertIn("slug", chosen.domain_force)

    def test_who_waits_to_be_accepted_sees_of_them_what_visitors_see(self):
        self.env.company.wezer_visitors_see_members = True
        self.luc_profile.state = "pending"
        self.assertIn(self.anna.partner_id._wezer_profile(), self._directory(self.luc))
        self.assertNotIn(self.oda_profile, self._directory(self.luc))
        waiting = self.env["wezer.profile"].with_user(self.luc)
        self.assertFalse(waiting._at_slug(self.oda_profile.slug))
        self.assertFalse(waiting._suggest("oda old"))
        self.assertFalse(waiting.search([("on_paper", "=", True)]))

    def test_organisations_and_treasuries_are_no_members(self):
        partners = self.env["res.partner"].create(
            [
                {"name": "Zz Association", "is_company": True},
                {"name": "Zz Treasury", "wezer_is_treasury": True},
            ]
        )
        profiles = self.env["wezer.profile"]._make_for(partners)
        self.assertFalse(any(profiles.mapped("is_person")))

    def test_those_who_left_are_not_found(self):
        self.oda_profile.with_user(self.ada).action_forget()
        self.assertFalse(self._directory(self.anna, skill=self.baking.id))

    def test_with_a_login_they_are_the_same_member(self):
        user = (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "login": "oda-base",
                    "partner_id": self.oda.id,
                    "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                }
            )
        )
        self.assertEqual(user.partner_id._wezer_profile(), self.oda_profile)
        self.assertTrue(self.oda_profile.is_person)
        self.assertFalse(self.oda_profile.on_paper)

    def test_they_are_helped_and_help_nobody(self):
        self.mandate("market", "wallet")
        self.assertTrue(self.luc._acts_for(self.oda, "wallet"))
        mandates = self.env["wezer.mandate"].with_user(self.anna)
        with self.assertRaises(Refusal) as caught:
            mandates.action_give(self.oda_profile.id, ["market"])
        self.assertEqual(caught.exception.rule, "holder")

    def test_notices_go_to_their_helpers_and_say_for_whom(self):
        self.assertEqual(self.oda._wezer_unreached(), self.oda)
        self.assertFalse(self.oda._wezer_notify("alike", "Come on Monday."))
        self.mandate()
        self.assertFalse(self.oda._wezer_unreached())
        notice = self.oda._wezer_notify("alike", "Come on Monday.")
        self.assertEqual(notice.partner_id, self.luc.partner_id)
        self.assertEqual(notice.text, "For Oda Old: Come on Monday.")
        self.assertFalse(self.luc.partner_id._wezer_unreached())

    def test_administrators_find_those_whom_nobody_helps(self):
        profiles = self.env["wezer.profile"].with_user(self.ada)
        alone = [("on_paper", "=", True), ("helper_ids", "=", False)]
        self.assertIn(self.oda_profile, profiles.search(alone))
        self.mandate()
        self.assertNotIn(self.oda_profile, profiles.search(alone))
        self.assertEqual(
            profiles.browse(self.oda_profile.id).helper_ids, self.luc.partner_id
        )
        helped = [("helper_ids", "in", self.luc.partner_id.ids)]
        self.assertEqual(profiles.search(helped), self.oda_profile)

    def test_only_their_helpers_change_their_profile_and_it_is_logged(self):
        profiles = self.env["wezer.profile"]
        vals = {"city": "Lower Vale", "share_place": "nobody"}
        for user in (self.anna, self.luc, self.cora):
            with self.assertRaises(NotAllowed):
                profiles.with_user(user).update_own(vals, None, self.oda.id)
        self.mandate("wallet")
        with self.assertRaises(NotAllowed):
            profiles.with_user(self.luc).update_own(vals, None, self.oda.id)
        self.env["wezer.mandate"].search([("giver_id", "=", self.oda.id)])._end(
            "revoked"
        )
        self.mandate("market")
        profiles.with_user(self.luc).update_own(vals, None, self.oda.id)
        self.assertEqual(self.oda_profile.city, "Lower Vale")
        act = self.env["wezer.acting.log"].search([("partner_id", "=", self.oda.id)])
        self.assertEqual(
            (act.what, act.actor_id), ("change_profile", self.luc.partner_id)
        )

    def test_who_can_log_in_changes_the_profile_alone(self):
        mandates = self.env["wezer.mandate"].with_user(self.anna)
        mandates.action_give(self.luc_profile.id, ["market"])
        profiles = self.env["wezer.profile"].with_user(self.luc)
        with self.assertRaises(NotAllowed) as caught:
            profiles.update_own({"city": "X"}, None, self.anna.partner_id.id)
        self.assertEqual(caught.exception.rule, "own")

    def test_the_update_makes_members_of_those_on_paper(self):
        association = self.env["res.partner"].create(
            {"name": "Zz Association", "is_company": True}
        )
        profiles = self.env["wezer.profile"]._make_for(association | self.oda)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE wezer_profile SET is_person = FALSE, on_paper = NULL"
            " WHERE id = ANY(%s)",
            [profiles.ids],
        )
        self._migrate(MIGRATION)
        profiles.invalidate_recordset()
        self.assertEqual(profiles.filtered("is_person"), profiles.filtered("on_paper"))
        self.assertEqual(profiles.filtered("is_person"), self.oda_profile)

    def test_names_are_suggested_to_members_only(self):
        found = self.env["wezer.profile"].with_user(self.anna)._suggest("old od")
        self.assertEqual(found, self.oda_profile)
        self.assertIn("without a login", found._suggestion("old")["hint"])
        self.assertFalse(
            self.env["wezer.profile"].with_user(self.public)._suggest("od")
        )
        self.assertFalse(self.env["wezer.profile"].with_user(self.anna)._suggest(" "))


@tagged("post_install", "-at_install")
class TestOnPaperPages(HttpCase, PaperCommon):
    def _login(self, user):
        self.authenticate(user.login, f"{user.login}-secret")

    def _post(self, url, **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=form)

    def _text(self, answer):
        return " ".join(answer.text.split())

    def test_a_member_finds_someone_on_paper_by_skill(self):
        self._login(self.anna)
        page = self.url_open(f"/members?skill={self.baking.id}")
        self.assertIn("Oda Old", page.text)
        page = self._text(self.url_open(f"/members/{self.oda_profile.slug}"))
        self.assertIn("cannot log in here", page)
        # Who is alone is for those who have to reach them.
        self.assertNotIn("Nobody acts for them", page)

    def test_an_administrator_chooses_who_helps_and_the_helper_edits_the_profile(self):
        self._login(self.ada)
        page = self._text(self.url_open(f"/members/{self.oda_profile.slug}"))
        address = f"/my/acting?giver={self.oda_profile.id}"
        self.assertIn(address, page)
        self.assertIn("no notice reaches them", page)
        page = self._text(self.url_open(f"{address}&search=luc"))
        self.assertIn("Luc Noël", page)
        # Everything on the page is about Oda, and so is the list of actions.
        self.assertIn("Let this person act for Oda Old", page)
        self.assertIn("what others did for Oda Old", page)
        self._post(
            "/my/acting/give",
            profile_id=self.luc_profile.id,
            giver=self.oda_profile.id,
            rights="market",
        )
        self.assertTrue(self.luc._acts_for(self.oda, "market"))
        self._login(self.luc)
        page = self._text(self.url_open("/my/acting"))
        address = f"/my/profile?acting={self.oda.id}"
        self.assertIn(address, page)
        page = self._text(self.url_open(address))
        self.assertIn("Ask first what they want to show", page)
        self.assertNotIn('id="email"', page)
        self._post(
            "/my/profile",
            acting=self.oda.id,
            city="Lower Vale",
            share_skills="nobody",
        )
        self.assertEqual(self.oda_profile.city, "Lower Vale")
        self.assertEqual(self.oda_profile.share_skills, "nobody")
        self.assertNotEqual(self.luc_profile.city, "Lower Vale")

    @mute_logger("odoo.http")
    def test_only_administrators_choose_for_another(self):
        self._login(self.anna)
        address = f"/my/acting?giver={self.oda_profile.id}"
        self.assertEqual(self.url_open(address).status_code, 404)
        self._login(self.ada)
        address = f"/my/acting?giver={self.luc_profile.id}"
        self.assertEqual(self.url_open(address).status_code, 404)

    def test_all_parties_that_one_acts_for_are_found_page_by_page(self):
        partners = self.env["res.partner"].create(
            [
                {"name": f"Zz Treasury {number:03}", "wezer_is_treasury": True}
                for number in range(60)
            ]
        )
        self.assertTrue(partners)
        self.env.company.wezer_market_user_ids = [Command.set(self.anna.ids)]
        self._login(self.anna)
        page = self._text(self.url_open("/my/acting"))
        self.assertIn("Next page", page)
        page = self._text(self.url_open("/my/acting?who=treasury+057"))
        self.assertIn("Zz Treasury 057", page)
        self.assertIn("1 found, page 1 of 1", page)
