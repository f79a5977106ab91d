"""Pages that everybody meets: named after the community, with a way on."""

import re
from types import SimpleNamespace

from odoo.tests import HttpCase, tagged

from ..exceptions import Refusal
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

    def test_the_contact_page_shows_the_addresses_that_the_company_has(self):
        self.env.company.email = "hello@tilleuls.example"
        self.assertIn("hello@tilleuls.example", self.url_open("/contactus").text)

    def _write(self, **form):
        page = self.url_open("/contactus").text
        token = re.search(r'name="csrf_token" value=["\']?([^"\'\s>]+)', page)[1]
        return self.url_open("/contact", data={"csrf_token": token, **form})

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
        for field in ("name", "address", "text"):
            with self.assertRaises(Refusal) as caught:
                sent = {"name": "Zoé", "address": "z@example.org", "text": "When?"}
                self.env.company._wezer_take_question(**{**sent, field: object()})
            self.assertEqual(caught.exception.field, field)

    def test_a_page_with_what_a_visitor_did_or_typed_is_not_kept_for_others(self):
        pages = self.env["website.page"]
        for name in ("wezer_flash", "wezer_refused"):
            request = SimpleNamespace(session={name: ["of one visitor"]})
            self.assertFalse(pages._allow_to_use_cache(request), name)

    def test_a_flood_of_questions_ends(self):
        with self.assertRaises(Refusal) as caught:
            for number in range(1000):
                self.env.company._wezer_take_question(
                    "A", "a@b.c", f"Question {number}"
                )
        self.assertEqual(caught.exception.rule, "questions")


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
