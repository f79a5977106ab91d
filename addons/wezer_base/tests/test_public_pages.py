"""Pages that everybody meets: named after the community, with a way on."""

import re
from types import SimpleNamespace
from unittest.mock import patch

from lxml import html

from odoo.tests import HttpCase, tagged

from ..exceptions import Refusal
from ..models.res_company import QUESTIONS_A_DAY, QUESTIONS_OF_ONE
from ..tools import login
from .common import WezerCommon

ADVERTISED = re.compile(r"odoo\.com|Powered by|Fake Buena Vista|555-5556|My Website")


@tagged("post_install", "-at_install")
class TestPublicPages(WezerCommon, HttpCase):
    """Log in, sign up, a new password, contact, and pages that are not there."""

    def setUp(self):
        super().setUp()
        self.env.company.write({"name": "Les Tilleuls", "email": False, "phone": False})
        self.env["website"].get_current_website().name = "Les Tilleuls"

    def test_each_is_named_after_the_community_with_one_heading_and_a_way_on(self):
        for path, ways in (
            ("/web/login", ["/web/signup", "/web/reset_password"]),
            ("/web/reset_password", ["/web/login"]),
            ("/contactus", ["/contact"]),
            ("/no-such-page", ['href="/"', "/contactus", "/web/login"]),
        ):
            with self.subTest(path):
                page = self.url_open(path).text
                self.assertRegex(page, r"<title>[^<]*Les Tilleuls</title>")
                self.assertEqual(len(re.findall(r"<h1\b", page)), 1)
                self.assertNotRegex(page, ADVERTISED)
                for way in ways:
                    self.assertIn(way, page)

    def test_pages_of_odoo_and_ours_have_one_word_to_log_in(self):
        for path in ("/web/login", "/web/reset_password"):
            tree = html.fromstring(self.url_open(path).text)
            words = {
                " ".join(one.text_content().split())
                for one in tree.xpath(
                    "//a[starts-with(@href, '/web/login')]"
                    " | //form//button[@type='submit']"
                )
            }
            self.assertIn("Log in", words)
            self.assertFalse(words & {"Sign in", "Back to Login"}, words)
        self.authenticate(self.anna.login, "anna-base-secret")
        tree = html.fromstring(self.url_open("/my").text)
        words = tree.xpath("//a[contains(@href, '/web/session/logout')]")
        self.assertEqual(
            {" ".join(a.text_content().split()) for a in words}, {"Log out"}
        )

    def test_a_page_tells_its_language_as_browsers_know_it(self):
        for code, tag in (("sr@latin", "sr-Latn"), ("ca_ES", "ca-ES")):
            lang = self.env["res.lang"]._activate_lang(code)
            self.assertEqual(lang._wezer_tag(), tag)
            self.env["website"].get_current_website().language_ids |= lang
            page = self.url_open(f"/{lang.url_code}/web/login").text
            self.assertEqual(html.fromstring(page).get("lang"), tag)

    def test_the_contact_page_shows_the_addresses_that_the_company_has(self):
        self.env.company.email = "hello@tilleuls.example"
        self.assertIn("hello@tilleuls.example", self.url_open("/contactus").text)

    def _write(self, files=None, **form):
        page = self.url_open("/contactus").text
        token = re.search(r'name="csrf_token" value=["\']?([^"\'\s>]+)', page)[1]
        form["csrf_token"] = token
        return self.url_open("/contact", data=form, files=files)

    def test_a_visitors_question_reaches_the_administrators_without_mail(self):
        answer = self._write(
            name="Zoé", address="zoe@example.org", text="When is the next meeting?"
        )
        self.assertIn("Your question has reached us", answer.text)
        notice = self.env["wezer.notice"].search(
            [("kind", "=", "contact"), ("partner_id", "=", self.ada.partner_id.id)]
        )
        self.assertIn("When is the next meeting?", notice.text)
        self.assertIn("zoe@example.org", notice.text)

    def test_an_empty_question_is_sent_back(self):
        answer = self._write(name="Zoé", address="zoe@example.org", text=" ")
        self.assertIn("fill in every field", answer.text)
        self.assertFalse(self.env["wezer.notice"].search([("kind", "=", "contact")]))

    def test_a_file_in_the_place_of_a_text_is_refused(self):
        sent = {"name": "Zoé", "address": "z@example.org", "text": "When?"}
        for field in sent:
            texts = {name: text for name, text in sent.items() if name != field}
            answer = self._write({field: ("a.txt", b"When?")}, **texts)
            self.assertIn("fill in every field", answer.text, field)
        self.assertFalse(self.env["wezer.notice"].search([("kind", "=", "contact")]))

    def test_a_page_with_what_a_visitor_did_or_typed_is_not_kept_for_others(self):
        pages = self.env["website.page"]
        for name in ("wezer_flash", "wezer_refused"):
            request = SimpleNamespace(session={name: ["of one visitor"]})
            self.assertFalse(pages._allow_to_use_cache(request), name)

    def test_a_flood_of_questions_ends(self):
        company = self.env.company.with_user(self.env.ref("base.public_user"))
        asked = []
        with self.assertRaises(Refusal) as caught:
            for number in range(1000):
                address = f"10.0.{number // 250}.{number % 250}"
                with patch.object(login, "caller", lambda one=address: one):
                    company._wezer_take_question("A", "a@b.c", f"Question {number}")
                asked.append(number)
        self.assertEqual(caught.exception.rule, "questions")
        self.assertEqual(len(asked), QUESTIONS_A_DAY)

    def test_one_who_writes_very_often_keeps_nobody_else_from_writing(self):
        company = self.env.company.with_user(self.env.ref("base.public_user"))

        def ask(address):
            with patch.object(login, "caller", lambda: address):
                company._wezer_take_question("A", "a@b.c", "A question")

        for _time in range(QUESTIONS_OF_ONE):
            ask("2001:db8::1")
        for address in ("2001:db8::1", "2001:db8::ffff"):
            with self.assertRaises(Refusal) as caught:
                ask(address)
            self.assertEqual(caught.exception.rule, "asker")
        ask("2001:db8:0:1::1")
        # Of a server that listens on IPv6 too: each has an address of its own.
        for _time in range(QUESTIONS_OF_ONE):
            ask("::ffff:192.0.2.7")
        with self.assertRaises(Refusal):
            ask("192.0.2.7")
        ask("::ffff:192.0.2.8")
        keys = self.env["wezer.idempotency.key"].search([]).mapped("key")
        self.assertFalse([key for key in keys if "2001" in key or "192.0" in key])


@tagged("post_install", "-at_install")
class TestLetters(WezerCommon):
    def test_letters_about_accounts_advertise_for_nobody(self):
        templates = self.env["mail.template"].search([])
        ours = templates.get_external_id()
        about = templates.filtered(lambda t: ours[t.id].startswith("auth_signup."))
        self.assertTrue(about)
        for template in about:
            body = template._render_field("body_html", self.luc.ids)[self.luc.id]
            with self.subTest(template.name):
                self.assertNotIn("odoo.com", body)
        letter = self.env["ir.qweb"]._render(
            "auth_signup.reset_password_email",
            {"object": self.luc, "user": self.env.user},
        )
        self.assertNotIn("odoo.com", letter)
