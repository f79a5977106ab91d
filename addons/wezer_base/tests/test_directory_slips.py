"""The directory forgives slips and plurals, in what its reader may see."""

from pathlib import Path

from odoo import Command
from odoo.modules.module import load_script
from odoo.tests import HttpCase, tagged

from ..tools.near_words import inflections, is_near
from .common import WezerCommon

MIGRATIONS = Path(__file__).parent.parent / "migrations" / "19.0.2.1.0"


@tagged("post_install", "-at_install")
class TestDirectorySlips(WezerCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.skill = cls.env["wezer.skill"].create({"name": "Zqbakery"})
        cls.luc.partner_id.name = "Zqjohn Zqhorse"
        cls.luc_profile.write(
            {"skill_ids": [Command.set(cls.skill.ids)], "city": "Zqcheval"}
        )

    def found(self, user, words, **kwargs):
        profiles = self.env["wezer.profile"].with_user(user)
        return profiles._search_directory(words, **kwargs)[0].sudo(False)

    def test_a_member_is_found_by_a_name_skill_or_place_typed_wrongly(self):
        for typed in (
            *("zqjonh", "zqjhn", "zqjoohn", "zqjonn", "Zqjöhnn"),
            *("zqbakrey", "zqbakeries", "zqbakerys"),
            *("zqchevaux", "zqchval", "zqcheavl"),
            *("zqjonh zqbakerry", "zqhorses"),
        ):
            self.assertIn(self.luc_profile, self.found(self.anna, typed), typed)

    def test_words_that_are_further_away_find_nobody(self):
        for typed in ("zqjnoh zqother", "zqbkrey", "zqmule", "zq%hn", "zq_ohn"):
            self.assertNotIn(self.luc_profile, self.found(self.anna, typed), typed)

    def test_a_slip_finds_nobody_by_what_the_reader_may_not_see(self):
        self.env.company.wezer_visitors_see_members = True
        slips = ("zqbakrey", "zqbakeries", "zqchval", "zqchevaux")
        levels = ("share_skills", "share_place")
        self.luc_profile.write(dict.fromkeys(levels, "nobody"))
        for typed in slips:
            for reader in (self.anna, self.mo, self.ada, self.public):
                self.assertNotIn(self.luc_profile, self.found(reader, typed), typed)
        self.luc_profile.write(dict.fromkeys(levels, "members"))
        for typed in slips:
            self.assertNotIn(self.luc_profile, self.found(self.public, typed), typed)
            self.assertIn(self.luc_profile, self.found(self.anna, typed), typed)
        # Somebody else's word, which the vocabulary knows, opens nothing.
        self.luc_profile.write(dict.fromkeys(levels, "nobody"))
        self.anna.partner_id._wezer_profile().skill_ids = self.skill
        found = self.found(self.cora, "zqbakrey")
        self.assertEqual(found, self.anna.partner_id._wezer_profile())

    def test_what_is_as_typed_comes_first_and_pages_add_up(self):
        names = ["Zqgarden A", "Zqgarden B", "Zqgardens C", "Zqgrden D", "Zqgardem E"]
        people = self.env["wezer.profile"]
        for number, name in enumerate(names):
            user = self._user(f"p{number} {name}", "base.group_portal")
            user.partner_id.name = name
            people |= user.partner_id._wezer_profile()
        profiles = self.env["wezer.profile"].with_user(self.anna)
        shown, count = profiles._search_directory("zqgarden")
        self.assertEqual(count, 5)
        self.assertEqual(shown[:3].sudo(), people[:3], "as typed, also inside a word")
        pages = profiles.browse()
        for offset in range(0, 6, 2):
            page, total = profiles._search_directory("zqgarden", limit=2, offset=offset)
            self.assertEqual(total, 5)
            pages += page
        self.assertEqual(pages, shown)

    def test_numbers_and_other_filters_are_never_forgiven(self):
        self.luc_profile.city = "Zqtown 1234"
        self.assertNotIn(self.luc_profile, self.found(self.anna, "1235"))
        other = self.env["wezer.skill"].create({"name": "Zqother"})
        self.assertFalse(self.found(self.anna, "zqjonh", skill=other.id))
        self.assertTrue(self.found(self.anna, "zqjonh", skill=self.skill.id))

    def test_one_person_is_never_chosen_by_a_slip(self):
        self.assertFalse(self.found(self.anna, "zqjonh", limit=2, forgive=False))
        found = self.found(self.anna, "zqjohn", limit=2, forgive=False)
        self.assertEqual(found, self.luc_profile)
        profiles = self.env["wezer.profile"].with_user(self.anna)
        self.assertFalse(profiles._member_meant(False, "zqjonh"))
        # A list to choose from shows who may be meant.
        self.assertEqual(profiles._suggest("zqjonh").sudo(), self.luc_profile)

    def test_the_page_of_members_shows_who_was_meant(self):
        self.authenticate(self.anna.login, "anna-base-secret")
        page = self.url_open("/members?search=zqjonh").text
        self.assertIn("Zqjohn Zqhorse", page)

    def test_the_words_of_a_member_who_leaves_are_forgotten(self):
        words = self.env["wezer.profile.word"].sudo()
        self.assertEqual(words.search_count([("word", "=", "zqjohn")]), 1)
        self.luc.partner_id._wezer_let_go()
        self.assertFalse(words.search_count([("word", "=", "zqjohn")]))

    def test_words_that_no_profile_has_are_deleted(self):
        words = self.env["wezer.profile.word"].sudo()
        self.luc.partner_id.name = "Other"
        words._cron_purge()
        self.assertFalse(words.search_count([("word", "=", "zqjohn")]))
        self.assertTrue(words.search_count([("word", "=", "zqbakery")]))

    def test_an_update_writes_the_texts_of_before_anew(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE wezer_profile SET members_text = 'zqjohn |zqbakery|' WHERE id = %s",
            [self.luc_profile.id],
        )
        self.env.cr.execute("DELETE FROM wezer_profile_word")
        self.env.invalidate_all()
        self.assertNotIn(self.luc_profile, self.found(self.anna, "zqbakrey"))
        path = MIGRATIONS / "post-directory-words.py"
        module = load_script(str(path), "directory_words")
        module.migrate(self.env.cr, "19.0.2.0.0")
        self.env.invalidate_all()
        self.assertIn(self.luc_profile, self.found(self.anna, "zqbakrey"))

    def test_plurals_and_slips_are_told_from_other_words(self):
        for one, many in (
            *(("bakery", "bakeries"), ("knife", "knives"), ("woman", "women")),
            *(("cheval", "chevaux"), ("travail", "travaux"), ("box", "boxes")),
        ):
            self.assertIn(many, inflections(one))
            self.assertIn(one, inflections(many))
        self.assertNotIn("bakery", inflections("bakery"))
        self.assertFalse(inflections("s"))
        self.assertTrue(is_near("jonh", "john"))
        self.assertFalse(is_near("jonh", "joan"))
