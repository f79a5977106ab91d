"""Members not yet accepted, or suspended, get explanations instead of errors."""

from odoo.http import Request
from odoo.tests import HttpCase, mute_logger, tagged

from odoo.addons.wezer_marketplace.tests.common import MarketCommon

PAGES = (
    "/",
    "/market",
    "/market/new",
    "/market/searches",
    "/groups",
    "/members",
    "/my",
    "/my/todo",
    "/my/messages",
    "/my/notices",
    "/my/acting",
    "/my/invite",
    "/my/profile",
    "/my/leave",
    "/my/pay",
    "/my/ask",
    "/my/requests",
    "/my/wallets",
    "/my/deals",
    "/my/reputation",
)
NOT_YET = "You are not a member yet"
# One's home says what comes next instead of the line above other pages.
HOME = ("/", "/my")


@tagged("post_install", "-at_install")
class TestStandingPages(HttpCase, MarketCommon):
    def _enter(self, state):
        self.test1.partner_id._wezer_profile().state = state
        self.authenticate(self.test1.login, self.test1.login)

    def _post(self, url, **data):
        return self.url_open(url, {"csrf_token": Request.csrf_token(self), **data})

    @mute_logger("odoo.http")
    def test_every_page_explains_what_the_person_may_do(self):
        for state, banner, home in (
            (
                "pending",
                (NOT_YET,),
                (
                    "You will be let in soon",
                    "An administrator is looking at your request.",
                    "answer, pay and join circles as soon as you are accepted.",
                ),
            ),
            (
                "declined",
                ("Your request to join was declined.",),
                ("Your request to join was declined", "delete your account."),
            ),
            (
                "suspended",
                ("Your membership is suspended.",),
                ("Your membership is suspended", "administrator ends the suspension."),
            ),
        ):
            self._enter(state)
            for address in PAGES:
                with self.subTest(state=state, address=address):
                    answer = self.url_open(address)
                    self.assertEqual(answer.status_code, 200)
                    self.assertNotIn("Log in first", answer.text)
                    text = " ".join(answer.text.split())
                    for sentence in home if address in HOME else banner:
                        self.assertIn(sentence, text)

    def test_no_form_is_filled_in_that_would_be_refused(self):
        links = self.env["wezer.payment.link"].with_user(self.test2)
        made = links.create_link(self.test2.partner_id.id, self.com.id, "1", "Bicycle")
        pay = f"/pay/{links.browse(made).sudo().token}"
        # They signed up at this address.
        self.test1.partner_id._wezer_profile().sudo().arrival_url = f"{pay}?once=1"
        addresses = ("/market/new", "/my/pay", "/my/pay/several", "/my/ask", pay)
        for state, heading in (
            ("pending", "You will be let in soon"),
            ("suspended", "Your membership is suspended"),
        ):
            self._enter(state)
            for address in addresses:
                with self.subTest(state=state, address=address):
                    page = self.url_open(address).text
                    self.assertRegex(page, rf"<h1[^>]*>{heading}</h1>")
                    self.assertNotIn(f'action="{address}"', page)
                    self.assertNotIn("Bicycle", page)
                    back = address != pay and state == "pending"
                    self.assertEqual(f'href="{pay}?once=1"' in page, back)
        self._enter("active")
        for address in ("/market/new", pay):
            self.assertIn(f'action="{address}"', self.url_open(address).text)

    def test_refused_actions_name_the_reason(self):
        announcement = self.announce(self.test2)
        self._enter("pending")
        test2 = self.test2.partner_id._wezer_profile()
        for url, data in (
            (f"/market/{announcement.sudo().slug}/claim", {}),
            (
                "/my/pay",
                {"to": test2.slug, "currency": self.com.id, "amount": "1"},
            ),
            ("/market/new", {"title": "Mine", "kind": "want", "publish": "1"}),
            ("/my/invite", {"emails": "new@example.org"}),
            ("/my/invite/link", {}),
        ):
            with self.subTest(url=url):
                answer = self._post(url, **data)
                self.assertLess(answer.status_code, 500)
                self.assertIn("You can do this as soon as", answer.text)
                self.assertNotIn("Log in first", answer.text)
        self.assertFalse(announcement.sudo().deal_ids)
