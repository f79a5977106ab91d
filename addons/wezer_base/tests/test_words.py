from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..exceptions import NotAllowed, Refusal
from ..tools.repoint import fields_pointing_at_word
from ..tools.words import split_words, word_key
from .common import WezerCommon


@tagged("post_install", "-at_install")
class TestWords(WezerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        categories = cls.env["wezer.category"]
        cls.house = categories.create({"name": "Zz House"})
        cls.repair = categories.create(
            {"name": "Zz Repair", "parent_id": cls.house.id, "synonyms": "zzbricolage"}
        )
        cls.garden = categories.create({"name": "Zz Garden"})
        skills = cls.env["wezer.skill"]
        cls.joinery = skills.create(
            {
                "name": "Zzjoinery",
                "synonyms": "zzmenuiserie, Zzébénisterie",
                "category_id": cls.repair.id,
            }
        )
        cls.pruning = skills.create(
            {"name": "Zzpruning trees", "category_id": cls.garden.id}
        )

    def _names(self, *args, user=None, **kwargs):
        words = self.env["wezer.skill"].with_user(user or self.anna)
        return words._suggest(*args, **kwargs).mapped("name")

    # === TREE === #

    def test_a_category_is_called_with_the_branches_above_it(self):
        self.assertEqual(self.repair.complete_name, "Zz House / Zz Repair")
        found = self.env["wezer.category"].search([("id", "child_of", self.house.id)])
        self.assertEqual(found, self.house | self.repair)

    def test_lists_come_in_the_order_of_the_tree(self):
        tools = self.env["wezer.category"].create({"name": "Zz House Tools"})
        mine = self.house | self.repair | self.garden | tools
        ordered = self.env["wezer.category"].search([("id", "in", mine.ids)])
        self.assertEqual(
            ordered.mapped("name"),
            ["Zz Garden", "Zz House", "Zz Repair", "Zz House Tools"],
        )

    def test_a_category_cannot_be_its_own_ancestor(self):
        with self.assertRaises(UserError):
            self.house.parent_id = self.repair
            self.env.flush_all()

    def test_a_category_is_found_by_its_path(self):
        found = self.env["wezer.category"].name_search("zz house / zz rep")
        self.assertEqual([one[0] for one in found], self.repair.ids)
        self.assertFalse(
            self.env["wezer.category"].name_search("zz garden / zz repair")
        )

    def test_names_are_shown_and_found_in_every_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.house.with_context(lang="fr_FR").name = "Zz Maison"
        french = self.repair.with_context(lang="fr_FR")
        self.assertEqual(french.complete_name, "Zz Maison / Zz Repair")
        self.assertEqual(self.repair.complete_name, "Zz House / Zz Repair")
        for word in ("zz maison", "ZZ HOUSE"):
            found = self.env["wezer.category"]._find(word)
            self.assertEqual(found, self.house, word)

    def test_a_skill_serves_in_its_main_category_and_in_others(self):
        self.assertEqual(self.joinery.category_ids, self.repair)
        self.joinery.category_ids = [Command.set(self.garden.ids)]
        self.assertEqual(self.joinery.category_ids, self.garden | self.repair)

    # === SYNONYMS === #

    def test_words_are_read_as_people_write_lists(self):
        self.assertEqual(split_words("a, b;c\n d  e ,,"), ["a", "b", "c", "d e"])
        self.assertEqual(word_key(" Été|  chaud "), "ete chaud")

    def test_a_synonym_finds_the_word_accents_and_capitals_aside(self):
        for typed in ("zzebenisterie", "ZZMenuiserie", "zzjoinery"):
            self.assertEqual(self.env["wezer.skill"]._find(typed), self.joinery)
        found = self.env["wezer.skill"].name_search("ZZÉBÉNIST")
        self.assertEqual([one[0] for one in found], self.joinery.ids)

    def test_a_name_wins_over_a_synonym(self):
        other = self.env["wezer.skill"].create({"name": "Zzmenuiserie"})
        self.assertEqual(self.env["wezer.skill"]._find("zzmenuiserie"), other)

    def test_a_word_is_made_once_however_it_is_written(self):
        skills = self.env["wezer.skill"]
        one = skills._find_or_create("  Zznew   thing ")
        self.assertEqual(one.name, "Zznew thing")
        self.assertEqual(skills._find_or_create("ZZNEW THING"), one)
        self.assertEqual(skills._find_or_create("zzébénisterie"), self.joinery)

    def test_typing_an_existing_word_shows_a_warning(self):
        twin = self.env["wezer.skill"].new({"name": "zzmenuiserie"})
        self.assertIn("Zzjoinery", twin._onchange_name()["warning"]["message"])
        new = self.env["wezer.skill"].new({"name": "zz quite another"})
        self.assertFalse(new._onchange_name())

    def test_a_typed_list_gives_the_known_words_and_names_the_unknown(self):
        known, unknown = (
            self.env["wezer.skill"]
            .with_user(self.anna)
            ._ids_of_words("zzjoinery, Zzebenisterie; zzflying")
        )
        self.assertEqual((known, unknown), (self.joinery, ["zzflying"]))

    def test_members_are_found_by_a_synonym_of_what_they_can_do(self):
        self.luc_profile.skill_ids = self.joinery
        found, _count = (
            self.env["wezer.profile"]
            .with_user(self.anna)
            ._search_directory("zzebenisterie")
        )
        self.assertEqual(found, self.luc_profile)

    # === SUGGESTIONS === #

    def test_the_nearest_word_comes_first(self):
        self.env["wezer.skill"].create(
            [{"name": "Old zzjoin"}, {"name": "Zzjoin"}, {"name": "Xzzjoint"}]
        )
        self.assertEqual(
            self._names("zzjoin"), ["Zzjoin", "Zzjoinery", "Old zzjoin", "Xzzjoint"]
        )

    def test_every_piece_that_is_typed_counts_in_any_order(self):
        self.assertEqual(self._names("tree zzprun"), ["Zzpruning trees"])
        self.assertEqual(self._names("zzprun flowers"), [])

    def test_skills_of_the_chosen_category_come_first(self):
        self.assertEqual(
            self._names("zz", category=self.house)[:1], ["Zzjoinery"], "branches count"
        )
        self.assertEqual(
            self._names("zz", category=self.garden)[:1], ["Zzpruning trees"]
        )
        self.assertEqual(
            self._names("", category=self.garden, limit=1), ["Zzpruning trees"]
        )

    def test_a_slip_of_the_finger_is_forgiven(self):
        if self.registry.has_trigram:
            self.assertEqual(self._names("zzjoinnery")[:1], ["Zzjoinery"])

    def test_signs_of_the_database_are_just_signs(self):
        for typed in ("%", "_", "\\", "'", "%%%%%%", "jo|qq", "zz%", "q\x00q"):
            with self.subTest(typed=typed):
                self.assertNotIn("Zzjoinery", self._names(typed, limit=5000))

    def test_archived_words_are_not_suggested(self):
        self.joinery.active = False
        self.assertEqual(self._names("zzjoinery"), [])

    def test_words_of_another_community_are_not_suggested(self):
        other = self.env["res.company"].create({"name": "Zz other community"})
        self.joinery.company_id = other
        self.assertEqual(self._names("zzjoinery"), [])
        self.joinery.company_id = False
        self.assertEqual(self._names("zzjoinery"), ["Zzjoinery"])

    def test_visitors_get_suggestions_and_nothing_else(self):
        found = self._names("zzjoinery", user=self.public)
        self.assertEqual(found, ["Zzjoinery"])
        words = self.env["wezer.skill"].with_user(self.public)._suggest("zzmenuis")
        self.assertEqual(
            words._suggestion("zzmenuis"),
            {"id": self.joinery.id, "name": "Zzjoinery", "hint": "zzmenuiserie"},
        )
        place = self.repair.with_user(self.public)._suggestion("zz rep")
        self.assertEqual((place["name"], place["hint"]), ("Zz Repair", "Zz House"))

    def test_suggestions_are_quick_among_thousands(self):
        self.env["wezer.skill"].create(
            [{"name": f"Zzcraft {number}"} for number in range(3000)]
        )
        self.env.flush_all()
        with self.assertQueryCount(3):
            self.env["wezer.skill"]._suggest("zzcraft 17")

    # === MERGING === #

    def test_merging_repoints_everything_and_keeps_the_names(self):
        wood = self.env["wezer.skill"].create(
            {"name": "Zzwoodwork", "synonyms": "zzholz", "category_id": self.garden.id}
        )
        both = wood | self.joinery
        self.luc_profile.skill_ids = both
        anna = self.anna.partner_id._wezer_profile()
        anna.skill_ids = wood
        wood.with_user(self.ada).action_merge_into(self.joinery.id)
        self.assertFalse(wood.exists())
        self.assertEqual(self.luc_profile.skill_ids, self.joinery)
        self.assertEqual(anna.skill_ids, self.joinery)
        self.assertEqual(self.joinery.category_ids, self.repair | self.garden)
        for typed in ("zzwoodwork", "zzholz", "zzebenisterie"):
            self.assertEqual(self.env["wezer.skill"]._find(typed), self.joinery)
        # What is computed from it follows.
        self.assertIn("zzwoodwork", anna.members_text)

    def test_a_merged_category_hands_over_branches_and_skills(self):
        home = self.env["wezer.category"].create({"name": "Zz Home"})
        below = self.env["wezer.category"].create(
            {"name": "Zz Cellar", "parent_id": home.id, "active": False}
        )
        self.pruning.category_id = home
        home.with_user(self.ada).action_merge_into(self.house.id)
        self.assertEqual(below.parent_id, self.house)
        self.assertTrue(below.parent_path.startswith(self.house.parent_path))
        self.assertEqual(self.pruning.category_id, self.house)
        self.assertIn(self.house, self.pruning.category_ids)
        self.assertEqual(self.env["wezer.category"]._find("zz home"), self.house)

    def test_every_language_of_a_merged_name_is_kept(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        wood = self.env["wezer.skill"].create({"name": "Zzwoodwork"})
        wood.with_context(lang="fr_FR").name = "Zztravail du bois"
        wood.action_merge_into(self.joinery.id)
        for typed in ("zzwoodwork", "zztravail du bois"):
            self.assertEqual(self.env["wezer.skill"]._find(typed), self.joinery)

    def test_only_administrators_merge(self):
        for user in (self.anna, self.cora, self.mo, self.public):
            with self.subTest(user=user.name), self.assertRaises(NotAllowed):
                self.pruning.with_user(user).action_merge_into(self.joinery.id)

    def test_a_word_is_not_merged_into_itself_nor_into_its_own_branch(self):
        for words, target in (
            (self.joinery, self.joinery.id),
            (self.joinery, 0),
            (self.env["wezer.skill"], self.joinery.id),
            (self.house, self.repair.id),
        ):
            with self.assertRaises(Refusal) as refused:
                words.with_user(self.ada).action_merge_into(target)
            self.assertEqual(refused.exception.rule, "merge")

    def test_every_field_that_can_hold_a_word_is_repointed(self):
        pointing = {
            (field.model_name, field.name)
            for field in fields_pointing_at_word(self.env["wezer.skill"])
            if field.comodel_name == "wezer.skill"
        }
        self.assertIn(("wezer.profile", "skill_ids"), pointing)
        for model in self.env.registry.values():
            for field in model._fields.values():
                if (
                    field.comodel_name == "wezer.skill"
                    and field.type == "many2one"
                    and field.store
                    and not model._abstract
                ):
                    self.assertIn((model._name, field.name), pointing)

    def test_the_form_shows_what_will_move_and_keeps_the_most_used(self):
        self.luc_profile.skill_ids = self.pruning
        wizard = (
            self.env["wezer.word.merge"]
            .with_user(self.ada)
            .with_context(
                active_model="wezer.skill",
                active_ids=(self.joinery | self.pruning).ids,
            )
            .create({})
        )
        self.assertEqual(wizard.target_skill_id, self.pruning)
        self.assertTrue(wizard.preview)
        wizard.target_skill_id = self.joinery
        self.assertIn("Profile", wizard.preview)
        self.assertEqual(wizard.action_merge()["res_id"], self.joinery.id)
        self.assertEqual(self.luc_profile.skill_ids, self.joinery)

    # === WHO KEEPS THE WORDS === #

    def test_members_cannot_change_words_by_any_entry_point(self):
        for user in (self.anna, self.cora, self.mo):
            words = self.env["wezer.skill"].with_user(user)
            for method, args in (
                ("create", [{"name": "x"}]),
                ("write", [self.joinery.ids, {"synonyms": "x"}]),
                ("unlink", [self.joinery.ids]),
                ("name_create", ["x"]),
                ("web_save", [self.joinery.ids, {"name": "x"}, {}]),
            ):
                with self.subTest(user=user.name, method=method):
                    with self.assertRaises(AccessError):
                        call_kw(words, method, args, {})
            with self.assertRaises(AccessError):
                self.env["wezer.word.merge"].with_user(user).create(
                    {"kind": "wezer.skill"}
                )
