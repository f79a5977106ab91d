"""A new community begins with a set: currency, words, terms, in its languages."""

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..tools.starter_sets import SETS


@tagged("post_install", "-at_install")
class TestStarterSet(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ada = new_test_user(
            cls.env, login="starter_ada", groups="wezer_base.group_administrator"
        )
        # A community in which nothing has been chosen yet.
        cls.company = cls.env["res.company"].create({"name": "Starter community"})
        cls.ada.write(
            {"company_ids": [(6, 0, cls.company.ids)], "company_id": cls.company.id}
        )
        cls.france = cls.env.ref("base.fr")

    def _apply(self, kind="time_bank", **vals):
        sets = self.env["wezer.starter.set"].with_user(self.ada)
        return (
            sets.with_company(self.company)
            .create({"kind": kind, "country_id": self.france.id, **vals})
            .action_apply()
        )

    def _counts(self):
        env = self.env(user=self.ada)
        return [
            env[name].with_company(self.company).search_count([])
            for name in ("wezer.currency", "wezer.category", "wezer.skill")
        ]

    def test_every_set_has_a_currency_six_categories_and_forty_words(self):
        for chosen in SETS.values():
            self.assertEqual(len(chosen.branches), 6)
            words = [word for branch in chosen.branches for word in branch.words]
            self.assertGreaterEqual(len(words), 38)

    def test_a_set_applied_twice_adds_nothing_the_second_time(self):
        action = self._apply()
        self.assertEqual(action["res_model"], "wezer.onboarding")
        once = self._counts()
        self._apply()
        self.assertEqual(self._counts(), once)

    def test_the_country_gives_the_legal_tender_and_the_terms_are_proposed(self):
        self._apply()
        self.assertEqual(self.company.country_id, self.france)
        self.assertEqual(self.company.currency_id.name, "EUR")
        self.assertIn("neighbours", self.company.wezer_terms)

    def test_what_the_community_has_already_stays_as_it_is(self):
        self.company.wezer_terms = "<p>Our own terms</p>"
        self._apply(kind="lets", currency_name="Acorns", currency_code="ac")
        self.assertIn("Our own terms", self.company.wezer_terms)

    def test_only_administrators_apply_a_set(self):
        moderator = new_test_user(
            self.env, login="starter_mo", groups="wezer_base.group_moderator"
        )
        sets = self.env["wezer.starter.set"].with_user(moderator)
        with self.assertRaises(AccessError):
            sets.create({"country_id": self.france.id}).action_apply()
