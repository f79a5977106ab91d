from odoo.tests import BaseCase, tagged

from ..exceptions import NotAllowed, Refusal
from ..tools.text import free_slug, normalise, slugify


@tagged("post_install", "-at_install")
class TestText(BaseCase):
    def test_words_are_compared_without_accents_and_case(self):
        self.assertEqual(normalise("  Café   RÉPARATION "), "cafe reparation")
        self.assertEqual(normalise(None), "")

    def test_a_slug_is_one_word_of_an_address(self):
        self.assertEqual(slugify("Café Réparation!"), "cafe-reparation")
        self.assertEqual(slugify("日本", "member"), "member")
        self.assertLessEqual(len(slugify("x" * 200)), 64)
        self.assertEqual(free_slug("a", {"a", "a-2"}), "a-3")

    def test_a_refusal_says_rule_value_and_limit(self):
        refusal = Refusal("Too much.", rule="limit", value="3", limit="2")
        self.assertEqual(
            (refusal.rule, refusal.value, refusal.limit), ("limit", "3", "2")
        )
        self.assertEqual(str(refusal), "Too much.")
        self.assertEqual(NotAllowed("No.").rule, "acts_for")
