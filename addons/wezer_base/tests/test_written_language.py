"""The language of what people wrote: guessed, kept, chosen, and said by pages."""

import doctest

from lxml import etree

from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, LazyTranslate

from odoo.addons.wezer_base.tests.common import WezerCommon

from ..tools import direction, written_language
from ..tools.direction import apart, isolate_written, isolated, plain_apart
from ..tools.written_language import fill_stored, guess

_lt = LazyTranslate(__name__)


@tagged("post_install", "-at_install")
class TestWrittenLanguage(WezerCommon):
    def test_a_text_is_in_its_writers_language_unless_its_words_say_otherwise(self):
        for module in (direction, written_language):
            self.assertFalse(doctest.testmod(module).failed)
        for text, own, language in (
            ("Piano", "de", "de"),
            ("Piano", None, None),
            ("Je cherche quelqu'un pour mon jardin", "en", "fr"),
            ("Necessito algú per als meus fills", "es", "ca"),
            ("Ayuda para mi huerto, por favor", "en", "es"),
            ("Ich suche jemanden für den Garten", "fr", "de"),
            ("<p>Help with the <b>garden</b> for an hour</p>", "fr", "en"),
            ("أبحث عن مساعدة في الحديقة", "fr", "ar"),
            ("کمک در باغ", "fa", "fa"),
            ("שיעורי עברית", "en", "he"),
            ("日本語を教えます", "en", "ja"),
            ("Repair", "ar", None),
            ("2 × 3", "ca", "ca"),
            ("", "ca", "ca"),
            ("<3 Help me with the garden for an hour <b>Jardin", "fr", "en"),
        ):
            with self.subTest(text=text):
                self.assertEqual(guess(text, own), language)

    def test_a_presentation_keeps_its_language_until_it_is_in_another(self):
        self.luc.lang = "en_US"
        profile = self.luc_profile
        profile.presentation = "Gardener"
        self.assertEqual(profile._written_in("presentation"), "en")
        profile.presentation = "Je suis jardinier et je répare des vélos avec plaisir"
        self.assertEqual(profile._written_in("presentation"), "fr")
        profile.written_lang = "ca"
        profile.presentation = "Je suis toujours jardinier et je répare des vélos"
        self.assertEqual(profile._written_in("presentation"), "ca")
        # Emptied, it is guessed again.
        profile.written_lang = False
        self.assertEqual(profile._written_in("presentation"), "fr")
        self.assertIsNone(profile._written_in("city"))

    def test_the_update_gives_older_texts_the_language_of_their_writers(self):
        profile = self.luc_profile
        profile.presentation = "Piano"
        profile.flush_recordset()
        self.luc.lang = "en_US"
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE wezer_profile SET written_lang = NULL WHERE id = %s", profile.id
            )
        )
        own = SQL("(SELECT lang FROM res_partner WHERE id = t.partner_id)")
        fill_stored(self.env.cr, "wezer_profile", "written_lang", ["presentation"], own)
        profile.invalidate_recordset()
        self.assertEqual(profile.written_lang, "en")

    def test_choices_begin_with_the_languages_of_the_website(self):
        choices = self.env["wezer.profile"]._written_choices()
        here = self.env["website"].get_current_website().language_ids
        codes = [code for code, _name in choices]
        first = {code.split("_")[0] for code in here.mapped("code")}
        self.assertEqual(set(codes[: len(first)]), first)
        self.assertEqual(len(codes), len(set(codes)))
        self.assertIn(("ar", "Arabic"), choices)


@tagged("post_install", "-at_install")
class TestSpokenPages(WezerCommon, HttpCase):
    def test_templates_say_the_language_of_what_people_wrote(self):
        tree = etree.fromstring(
            "<t><h1 t-out=\"rows['one'].sudo().title\"/><p>By <t t-out='a.title'/></p>"
            "<p t-out='said'/><p t-out='short(a.note)'/><t t-set='x'><t t-out='y'/></t>"
            "<i t-out='0'/><b t-out='a.name' lang='fr'/></t>"
        )
        isolate_written(tree)
        isolate_written(tree)
        text = etree.tostring(tree, encoding="unicode")
        for part in (
            "t-att-lang=\"wezer_language(rows['one'].sudo(), 'title')\" dir=\"auto\"",
            "wezer_isolated(a.title, wezer_language(a, 'title'))",
            '<p t-out="wezer_apart(said)"/>',
            "wezer_language(a, 'note')",
            '<t t-set="x"><t t-out="y"/></t><i t-out="0"/>',
            '<b t-out="a.name" lang="fr" dir="auto"/>',
        ):
            self.assertIn(part, text)

    def test_words_that_run_to_the_left_do_not_turn_the_words_around_them(self):
        self.assertEqual(
            apart("<From> سمير العلي: 3 h → דוד"),
            '&lt;From&gt; <bdi dir="auto">سمير العلي</bdi>: 3 h →'
            ' <bdi dir="auto">דוד</bdi>',
        )
        self.assertEqual(apart("Noël"), "Noël")
        self.assertEqual(plain_apart("درس 2"), "\u2068درس 2\u2069")
        # What is set apart already stays so.
        self.assertEqual(apart("By \u2068سمير\u2069"), "By \u2068سمير\u2069")
        self.assertEqual(isolated("Vélo", "fr", "fr"), "Vélo")
        self.assertEqual(
            isolated("Vélo", "fr", "en"), '<bdi dir="auto" lang="fr">Vélo</bdi>'
        )

    def test_a_page_says_in_which_language_a_member_presents_themselves(self):
        self.luc_profile.write(
            {
                "presentation": "Je suis jardinier et je répare des vélos",
                "share_presentation": "everyone",
            }
        )
        self.authenticate("anna-base", "anna-base-secret")
        page = self.url_open(f"/members/{self.luc_profile.slug}").text
        (shown,) = etree.HTML(page).xpath("//p[@lang='fr']")
        self.assertIn("jardinier", shown.text)
        self.assertEqual(shown.get("dir"), "auto")

    def test_a_notice_sets_a_name_apart(self):
        partner = self.luc.partner_id
        notice = self.env["wezer.notice"].sudo()
        notice._leave(partner, "alike", _lt("%(name)s, 2 h", name="سمير"), "/my")
        (found,) = notice.search([("partner_id", "=", partner.id)], limit=1)
        self.assertIn("\u2068سمير\u2069", found.text)
