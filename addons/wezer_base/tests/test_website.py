import re

from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged

from ..hooks import post_init_hook
from .common import WezerCommon

OUTSIDE = re.compile(
    r"""(?:<(?:script|img|iframe|source)[^>]*\ssrc|<link[^>]*\shref)="(?:https?:)?//(?!127\.0\.0\.1|localhost)"""
)


@tagged("post_install", "-at_install")
class TestWebsite(WezerCommon, HttpCase):
    def _login(self, user):
        name = user.login.split("-")[0]
        self.authenticate(user.login, f"{name}-base-secret")

    def _page(self, url, status=200):
        response = self.url_open(url)
        self.assertEqual(response.status_code, status, url)
        self.assertFalse(OUTSIDE.search(response.text), url)
        return response.text

    def test_a_visitor_sees_that_the_community_exists_and_no_names(self):
        page = self._page("/")
        self.assertIn("/web/signup", page)
        page = self._page("/members")
        self.assertIn("Log in", page)
        self.assertNotIn("Luc Noël", page)
        for slug in (self.luc_profile.slug, "nobody-of-that-name"):
            answer = self.url_open(f"/members/{slug}")
            self.assertIn("/web/login", answer.url)
            self.assertNotIn("Luc Noël", answer.text)
        face = self.url_open(f"/wezer/face/{self.luc_profile.id}")
        self.assertEqual(face.status_code, 200)
        self.assertNotIn(">L<", face.text)

    def test_a_new_website_shows_no_example_text_of_odoo(self):
        page = self._page("/")
        for words in ("+1 555", "passionate people", "Company name"):
            self.assertNotIn(words, page)

    def test_installing_leaves_websites_that_somebody_has_arranged(self):
        websites = self.env["website"]
        menus = self.env["website.menu"].search([("url", "=", "/contactus")])
        other = websites.create({"name": "Somebody else's"})
        self.assertTrue(menus)
        post_init_hook(self.env)
        self.assertEqual(menus.exists(), menus)
        self.assertNotEqual(other.auth_signup_uninvited, "b2c")
        other.unlink()
        site = websites.search([])
        logo = site.logo
        self.assertFalse(site._wezer_is_new())
        site.auth_signup_uninvited = "b2b"
        post_init_hook(self.env)
        self.assertEqual(site.auth_signup_uninvited, "b2b")
        self.assertEqual(site.logo, logo)
        # The header of other websites keeps what it shows.
        for name in ("website.header_call_to_action", "website.header_text_element"):
            self.assertTrue(self.env.ref(name).active)

    def test_terms_are_shown_once_there_are_any(self):
        self.env.company.wezer_terms = False
        self._page("/community/terms", 404)
        self.env.company.wezer_terms = "<p>Be kind.</p>"
        self.assertIn("Be kind.", self._page("/community/terms"))
        self.assertIn("/community/terms", self._page("/"))

    def test_a_member_finds_members_and_opens_one(self):
        self._login(self.anna)
        page = self._page("/members?search=Luc")
        self.assertIn("Luc Noël", page)
        page = self._page(f"/members/{self.luc_profile.slug}")
        self.assertIn("Luc Noël", page)
        self.assertNotIn("luc@secret.example", page)
        self.assertNotIn("0123456", page)
        face = self.url_open(f"/wezer/face/{self.luc_profile.id}")
        self.assertEqual(face.headers["Content-Type"], "image/svg+xml")
        self.assertIn(">L<", face.text)

    def test_the_back_office_shows_the_picture_that_a_party_shares(self):
        address = f"/wezer/face/of/{self.luc.partner_id.id}"
        self.assertIn("/web/login", self.url_open(address).url)
        self._login(self.anna)
        self.assertIn(">L<", self.url_open(address).text)
        nobody = self.url_open("/wezer/face/of/99999999")
        self.assertEqual(nobody.status_code, 200)
        # Whoever may not see a contact is not told that there is one.
        contact = self.env["res.partner"].create({"name": "Zq shop"})
        address = f"/wezer/face/of/{contact.id}"
        answer = self.url_open(address, allow_redirects=False)
        self.assertEqual(
            (answer.status_code, answer.content, answer.headers["ETag"]),
            (nobody.status_code, nobody.content, nobody.headers["ETag"]),
        )
        # A contact that is no party: the picture of Odoo's contacts.
        self._login(new_test_user(self.env, "wzb_officer", "base.group_user"))
        answer = self.url_open(address, allow_redirects=False)
        self.assertIn(f"/res.partner/{contact.id}/", answer.headers["Location"])

    def test_a_member_fills_in_his_profile(self):
        self._login(self.luc)
        self._page("/my/profile")
        answer = self.url_open(
            "/my/profile",
            data={
                "presentation": "I mend chairs.",
                "share_email": "everyone",
                "state": "left",
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        self.assertEqual(answer.status_code, 200)
        self.luc_profile.invalidate_recordset()
        self.assertEqual(self.luc_profile.presentation, "I mend chairs.")
        self.assertEqual(self.luc_profile.share_email, "everyone")
        self.assertEqual(self.luc_profile.state, "active")

    def test_a_form_from_elsewhere_changes_nothing(self):
        self._login(self.luc)
        answer = self.url_open("/my/profile", data={"presentation": "Hacked"})
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.luc_profile.presentation)

    def test_notices_are_shown_with_their_number_and_marked_read(self):
        self.luc.partner_id._wezer_notify("test", "Anna waved at you.")
        self._login(self.luc)
        page = self._page("/my/notices")
        self.assertIn("Anna waved at you.", page)
        self.assertRegex(page, r"o_wezer_bell_count[^>]*>1<")
        self.url_open(
            "/my/notices/read", data={"csrf_token": http.Request.csrf_token(self)}
        )
        counts = self.make_jsonrpc_request("/my/notices/counts", {})
        self.assertEqual(counts["notices"], 0)

    def test_a_page_that_was_open_over_the_update_gets_the_number_it_asks_for(self):
        self.luc.partner_id._wezer_notify("test", "Anna waved at you.")
        self._login(self.luc)
        self.assertEqual(self.make_jsonrpc_request("/my/notices/count", {}), 1)

    def test_the_todo_page_and_the_portal_home_open(self):
        self._login(self.luc)
        self.assertIn("/my/profile", self._page("/my/todo"))
        home = self._page("/my")
        for url in ("/my/todo", "/my/notices", "/my/profile"):
            self.assertIn(url, home)

    def test_pages_of_a_person_ask_a_visitor_to_log_in(self):
        for url in ("/my/todo", "/my/notices", "/my/profile"):
            answer = self.url_open(url)
            self.assertIn("/web/login", answer.url)

    def test_pages_load_no_font_from_outside(self):
        page = self._page("/")
        sheets = re.findall(r'href="(/web/assets/[^"]+\.css)"', page)
        self.assertTrue(sheets)
        for sheet in sheets:
            css = self.url_open(sheet).text
            self.assertNotIn("fonts.googleapis", css)
            self.assertNotIn("fonts.gstatic", css)
            self.assertFalse(re.search(r"(@import|src:)[^;]*https?://", css), sheet)
