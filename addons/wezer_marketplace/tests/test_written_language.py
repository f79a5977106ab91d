"""Announcements and deals in several languages, each heard in its own."""

import re
from pathlib import Path

from lxml import html

from odoo.exceptions import AccessError
from odoo.modules.module import load_script
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal

from .common import MarketCommon
from .test_deal_page import PageCase

ARABIC, HEBREW = "درس في الطبخ", "שיעור גיטרה"
MIGRATION = "migrations/19.0.2.2.0/post-written-language.py"
LEFT = re.compile("[\u0590-\u06ff]")
FRENCH = "<p>Je cherche quelqu'un pour tailler les arbres avec moi</p>"


@tagged("post_install", "-at_install")
class TestWrittenLanguageOfTheMarket(MarketCommon):
    def test_the_author_chooses_the_language_and_a_copy_keeps_it(self):
        self.test1.lang = "en_US"
        announcement = self.announce(self.test1, title="Crêpes")
        self.assertEqual(announcement.written_lang, "en")
        announcement.action_edit({"written_lang": "fr"})
        announcement.action_edit({"title": "Crêpes for all"})
        self.assertEqual(announcement.written_lang, "fr")
        for code in ('fr" onload="', ["fr"], {"fr": 1}, 7):
            with self.subTest(code=code), self.assertRaises(Refusal) as caught:
                announcement.action_edit({"written_lang": code})
            self.assertEqual(caught.exception.rule, "language")
        announcement.action_edit({"written_lang": False, "title": HEBREW})
        self.assertEqual(announcement.written_lang, "he")

    def test_who_may_write_nothing_is_told_so_before_anything_is_looked_up(self):
        for model, vals in (
            ("wezer.deal.message", {"body": "Hello", "person_id": "x"}),
            ("wezer.announcement", {"title": "Hello", "author_id": "x"}),
            ("wezer.group.message", {"text": "Hello", "person_id": ["x"]}),
            ("wezer.group", {"purpose": "Hello", "create_uid": "x"}),
            ("wezer.group", {"kind": "role", "parent_id": "x"}),
            ("wezer.profile", {"presentation": "Hello", "partner_id": "x"}),
            ("wezer.assessment", {"comment": "Hello", "assessor_id": "x"}),
            ("wezer.terms", {"message": "Hello", "proposed_by_id": {"x": 1}}),
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                call_kw(self.env[model].with_user(self.test1), "create", [vals], {})

    def test_messages_questions_and_rounds_know_their_language(self):
        announcement = self.announce(self.test1, visibility="everyone")
        questions = self.env["wezer.announcement.question"]
        number = questions.with_user(self.test2).action_ask(
            announcement.id, "Est-ce que je peux venir avec mon chien ?"
        )
        question = questions.browse(number)
        question.with_user(self.test1).action_answer("Yes, you can bring it with you")
        self.assertEqual(question._written_in("body"), "fr")
        self.assertEqual(question._written_in("answer"), "en")
        # Who asked is not told, nor their language: where the words do not say it,
        # the page does not.
        self.test2.lang = "en_US"
        short = questions.browse(
            questions.with_user(self.test2).action_ask(announcement.id, "Piano?")
        )
        self.assertIsNone(short._written_in("body"))
        with self.assertRaises(AccessError):
            question.with_user(self.test3).read(["written_lang"])
        deal = self.propose(self.test2, announcement, message="مرحبا، متى نبدأ؟")
        self.assertEqual(deal.sudo().terms_id._written_in("message"), "ar")
        self.assertEqual(deal._written_in("title"), announcement.written_lang)

    def test_the_update_guesses_the_languages_of_all_older_texts(self):
        self.test1.lang = "en_US"
        announcement = self.announce(self.test1, title="Piano", description=FRENCH)
        circle = self.env["wezer.group"].create({"name": "Circle", "purpose": HEBREW})
        deal = self.propose(self.test2, announcement, message=ARABIC)
        deal.with_user(self.test2).action_send_message("Hello")
        records = (announcement.sudo(), circle, deal.sudo().terms_id)
        records += (deal.sudo().message_line_ids,)
        before = [record.written_lang for record in records]
        self.assertEqual(before, ["fr", "he", "ar", "en"])
        self.env.flush_all()
        for record in records:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET written_lang = NULL WHERE id IN %s",
                    SQL.identifier(record._table),
                    tuple(record.ids),
                )
            )
        self.env.invalidate_all()
        for addon in ("base", "fractal_groups", "marketplace", "reputation"):
            path = Path(__file__).parents[2] / f"wezer_{addon}" / MIGRATION
            script = load_script(str(path), "script")
            script.migrate(self.env.cr, "19.0.2.1.0")
        self.assertEqual([record.written_lang for record in records], before)


@tagged("post_install", "-at_install")
class TestSpokenMarket(PageCase):
    def _shown(self, tree, text):
        """Return the elements that hold ``text`` and nothing else."""
        return [one for one in tree.iter() if (one.text or "").strip() == text]

    def test_cards_and_pages_say_the_language_of_each_announcement(self):
        for title in ("Zebra pruning", ARABIC, HEBREW):
            self.announce(self.test1, title=title, visibility="everyone")
        french = self.announce(
            self.test1, title="Zebra", description=FRENCH, visibility="everyone"
        )
        self.authenticate(None, None)
        market = html.fromstring(self.url_open("/market").text)
        for title, language in ((ARABIC, "ar"), (HEBREW, "he"), ("Zebra", "fr")):
            shown = self._shown(market, title)
            self.assertTrue(shown, title)
            self.assertEqual({one.get("lang") for one in shown}, {language}, title)
            self.assertEqual({one.get("dir") for one in shown}, {"auto"}, title)
        page = html.fromstring(self.url_open(f"/market/{french.slug}").text)
        (text,) = page.xpath("//main//div[@lang='fr'][@dir='auto']")
        self.assertIn("tailler", text.text_content())

    def test_the_form_offers_the_language_under_more_options(self):
        announcement = self.announce(self.test1, title="Zebra", description=FRENCH)
        self.login(self.test1)
        address = f"/market/{announcement.slug}/edit"
        form = self.form(self.page(address), address)
        self.assertEqual(announcement.written_lang, "fr")
        # Guessed, it is not chosen: it follows the text.
        self.assertEqual(dict(self.sent(form))["written_lang"], "")
        more = form.xpath(".//details//select[@name='written_lang']")
        self.assertEqual(len(more), 1)
        self.url_open(form.get("action"), data=self.sent(form, written_lang="ca"))
        self.assertEqual(announcement.written_lang, "ca")
        form = self.form(self.page(address), address)
        self.assertEqual(dict(self.sent(form))["written_lang"], "ca")

    def test_names_in_other_letters_do_not_turn_the_sentences_of_a_deal(self):
        self.test2.partner_id.name = "سمير العلي"
        announcement = self.announce(self.test1, title=ARABIC)
        deal = self.claim(self.test2, announcement)
        deal.with_user(self.test2).action_send_message("Je viens avec mes enfants")
        tree = self.deal_page(self.test1, deal)
        held = [
            one
            for one in tree.iter()
            if isinstance(one.tag, str)
            and any(
                LEFT.search(text or "")
                for text in (one.text, *(sub.tail for sub in one))
            )
        ]
        self.assertTrue(held)
        for one in held:
            if one.tag not in ("title", "option", "script"):
                self.assertEqual(one.get("dir"), "auto", html.tostring(one))
        (said,) = self._shown(tree, "Je viens avec mes enfants")
        self.assertEqual((said.get("lang"), said.get("dir")), ("fr", "auto"))
