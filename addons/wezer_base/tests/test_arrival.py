import re

from odoo.http import Request
from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_base.tools.arrival import arrival_page, with_arrival

from .test_joining import ADDRESS, JoiningCommon

PAGE = "/members?search=bread"
ELSEWHERE = (
    "https://evil.example/market",
    "//evil.example",
    "/\\evil.example",
    "/market//evil.example",
    "/market/%2F%2Fevil.example",
    "/\t/evil.example",
    "/market/../web/session/logout",
    "/market/%2e%2E/web/session/logout",
    "/market/%2e%2e%2fweb/session/logout",
    "javascript:alert(1)",
    "/web/session/logout",
    "/WEB/session/logout",
    "/%77eb/session/logout",
    "/fr/web/session/logout",
    "/join/some-token/block",
    "/odoo/apps",
    "/website/force/1",
    "/" + "a" * 600,
    "market",
    "/",
    "",
    None,
    ["/market"],
)


@tagged("post_install", "-at_install")
class TestArrival(JoiningCommon):
    def test_only_pages_of_this_site_are_remembered(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        for page in (PAGE, "/market/a-1", "/pay/token", "/fr/market/a", "/groups/é"):
            self.assertEqual(arrival_page(self.env, page), page)
        for page in ELSEWHERE:
            self.assertEqual(arrival_page(self.env, page), "", page)

    def test_an_address_is_quoted_for_the_login_page(self):
        self.assertEqual(with_arrival("/web/login", ""), "/web/login")
        self.assertEqual(
            with_arrival("/web/login", PAGE),
            "/web/login?redirect=/members%3Fsearch%3Dbread",
        )

    def test_a_second_request_changes_where_the_letter_on_its_way_leads(self):
        self.invitations.sudo()._request(ADDRESS, "/members")
        self.invitations.sudo()._request(ADDRESS, "/groups")
        self.assertEqual(len(self.letters()), 1)
        invitation = self.invitations._find_by_token(self.token_of(self.letters()))
        self.assertEqual(invitation.arrival_url, "/groups")

    def test_whoever_has_an_account_is_led_on_by_the_letter(self):
        self.invitations.sudo()._request("anna@example.org", "/members")
        user = self.env["res.users"].search([("login", "=", "anna@example.org")])
        if not user:
            self.anna.login = self.anna.email = "anna@example.org"
            self.invitations.search([]).sudo().unlink()
            self.letters("anna@example.org").unlink()
            self.invitations.sudo()._request("anna@example.org", "/members")
        letter = self.letters("anna@example.org")[:1]
        self.assertIn("/web/login?redirect=/members", str(letter.body_html))


@tagged("post_install", "-at_install")
class TestArrivalPages(HttpCase, JoiningCommon):
    def setUp(self):
        super().setUp()
        self.env.company.wezer_visitors_see_members = False

    def post(self, url, **form):
        form["csrf_token"] = Request.csrf_token(self)
        return self.url_open(url, data=form)

    def ask(self, page=PAGE, address=ADDRESS):
        """Ask for an account as somebody who came for ``page``; return the token."""
        self.authenticate(None, None)
        self.url_open(with_arrival("/web/signup", page))
        self.post("/web/signup", login=address, redirect=page)
        return self.token_of(self.letters(address)[:1])

    def accept(self, token):
        page = self.post(f"/join/{token}", name="Nina New", password="nina-secret-1")
        self.assertTrue(page.url.endswith("/welcome"), page.url)

    def finish(self):
        # Logging in has made a new session, and a new token with it.
        page = self.url_open("/welcome").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        form = {"name": "Nina New", "terms_id": self.terms.id, "agree": "1"}
        return self.url_open("/welcome", data={**form, "csrf_token": token})

    def test_a_newcomer_lands_on_what_they_came_for_from_any_browser(self):
        self.env.company.wezer_approval = "nobody"
        token = self.ask()
        # Another browser: the letter knows.
        self.authenticate(None, None)
        self.accept(token)
        self.assertTrue(self.finish().url.endswith(PAGE))
        profile = self.env["wezer.profile"].search([("name", "=", "Nina New")])
        self.assertFalse(profile.sudo().arrival_url)

    def test_a_newcomer_is_led_nowhere_else(self):
        self.env.company.wezer_approval = "nobody"
        self.accept(self.ask("https://evil.example/market"))
        self.assertRegex(self.finish().url, r"127.0.0.1:\d+/my\b")

    def test_after_approval_the_notice_and_the_next_login_lead_there(self):
        self.env.company.wezer_approval = "always"
        self.accept(self.ask())
        page = self.finish()
        self.assertIn(PAGE, page.text)
        user = self.env["res.users"].search([("login", "=", ADDRESS)])
        profile = user.partner_id._wezer_profile()
        self.assertEqual(profile.state, "pending")
        profile.with_user(self.ada).action_approve()
        notice = self.env["wezer.notice"].sudo().search([("kind", "=", "approved")])
        self.assertEqual(notice[:1].url, PAGE)
        self.authenticate(None, None)
        login = {"login": ADDRESS, "password": "nina-secret-1"}
        self.assertTrue(self.post("/web/login", **login).url.endswith(PAGE))
        self.authenticate(None, None)
        self.assertRegex(self.post("/web/login", **login).url, r":\d+/my\b")

    def test_whoever_left_the_welcome_form_comes_back_to_it_first(self):
        self.env.company.wezer_approval = "nobody"
        self.accept(self.ask("/members"))
        self.authenticate(None, None)
        login = {"login": ADDRESS, "password": "nina-secret-1", "redirect": PAGE}
        self.assertTrue(self.post("/web/login", **login).url.endswith("/welcome"))
        self.assertTrue(self.finish().url.endswith(PAGE))

    def test_a_letter_that_has_expired_still_knows_the_page(self):
        token = self.ask()
        invitation = self.invitations._find_by_token(token)
        invitation.accept_deadline = invitation.date
        self.authenticate(None, None)
        page = self.url_open(f"/join/{token}").text
        self.assertIn("/web/signup?redirect=/members%3Fsearch%3Dbread", page)

    def test_the_way_from_the_login_page_to_joining_keeps_the_page(self):
        self.authenticate(None, None)
        page = self.url_open("/web/login?redirect=/members")
        self.assertIn("/web/signup?redirect=", page.text)

    def test_nobody_reads_what_others_came_for(self):
        for model in ("wezer.profile", "wezer.invitation"):
            for user in (self.luc, self.ada):
                records = self.env[model].with_user(user)
                self.assertNotIn("arrival_url", records.fields_get())
