"""From the home page to a first answer, and a claim by a member: clicks counted.

A visitor's first answer takes at most 8 clicks, a plain claim 2. A member's statement
(1) and a friend who is paid (3) are counted in ``test_paying_browser.py``.
"""

import re

import pytest

from odoo.tests import HttpCase, new_test_user, tagged

from .browser import Browser, answering
from .letter_box import LetterBox

pytestmark = pytest.mark.slow
ADDRESS = "nina.clicks@example.org"


@tagged("post_install", "-at_install")
class TestJoiningClicks(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        env.company.write({"wezer_terms": False, "wezer_approval": "nobody"})
        author = new_test_user(
            env, login="clicks_author", name="Ada Author", groups="base.group_portal"
        )
        cls.member = new_test_user(
            env,
            login="clicks_member",
            password="clicks_member",
            name="Max Member",
            groups="base.group_portal",
        )
        market = env["wezer.announcement"].with_user(author)
        number = market.action_create_own(
            {"title": "Water the zebra plants", "kind": "want", "places": 5}
        )
        cls.want = env["wezer.announcement"].browse(number)

    def browser(self):
        # A phone, for most will hold one.
        browser = Browser(self.base_url(), 390, 844)
        self.addCleanup(browser.close)
        return browser

    def ask_to_join(self, nina):
        """Go from a list to the announcement, and give an address there."""
        nina.click("a.o_wezer_announcement", "Water the zebra plants")
        nina.click("a.o_wezer_join", "Join and help")
        nina.fill("input[name=login]", ADDRESS)
        nina.click("#wrap button[type=submit]")
        nina.wait("h1", "Check your e-mail")

    def join(self, nina):
        """Fill in what the link of the letter asks for."""
        nina.fill("input[name=name]", "Nina Clicks")
        nina.fill("input[name=password]", "nina-secret-1")
        nina.click("#wrap button[type=submit]")
        nina.wait("#wrap form[action='/welcome'] button[type=submit]")
        nina.click("#wrap form[action='/welcome'] button[type=submit]")

    def letter_link(self):
        """Return the address of the button in the letter, from the mail catcher."""
        self.env.invalidate_all()
        self.env["wezer.invitation"]._write_letters()
        letters = self.env["mail.mail"].search([("email_to", "=", ADDRESS)])
        return re.search(r"/join/[\w-]+", str(letters[:1].body_html))[0]

    def test_a_visitor_answers_after_at_most_eight_clicks(self):
        with answering(self):
            nina = self.browser()
            nina.open("/")
            nina.click("main a[href^='/market']")
            self.ask_to_join(nina)
            # The button in the letter is a click, too.
            nina.open(self.letter_link())
            nina.clicks += 1
            self.join(nina)
            nina.wait("h1", "Water the zebra plants")
            nina.click("button.o_wezer_claim", "I'll do it")
            nina.until(lambda driver: "/my/deals/" in driver.current_url)
        self.assertLessEqual(nina.clicks, 8)
        self.env.invalidate_all()
        self.assertEqual(self.want.deal_ids.replier_id.name, "Nina Clicks")

    def test_who_waits_for_approval_is_remembered_and_led_to_the_announcement(self):
        self.env.company.wezer_approval = "always"
        box = LetterBox(self.env)
        self.addCleanup(box.close)
        self.env.flush_all()
        with answering(self):
            nina = self.browser()
            nina.open("/market")
            self.ask_to_join(nina)
            nina.driver.get("about:blank")
        box.deliver()
        with answering(self):
            # The letter is opened on another day: nothing is left of the visit.
            nina.driver.delete_all_cookies()
            nina.open(box.link(ADDRESS, r"/join/[\w-]+"))
            self.join(nina)
            nina.wait("#wrap", "An administrator is looking at your request")
            nina.click("#wrap a", "Back to the page that you came for")
            nina.wait("h1", "Water the zebra plants")
            # Nothing is offered that would be refused.
            self.assertFalse(
                nina.driver.find_elements("css selector", "button.o_wezer_claim")
            )
            nina.driver.get("about:blank")
        self.env.invalidate_all()
        new = self.env["res.users"].search([("login", "=", ADDRESS)])
        self.assertEqual(new.partner_id._wezer_profile().state, "pending")
        new.partner_id._wezer_profile().with_user(
            self.env.ref("base.user_admin")
        ).action_approve()
        self.env.flush_all()
        with answering(self):
            nina.driver.delete_all_cookies()
            nina.login(ADDRESS, "nina-secret-1")
            nina.wait("h1", "Water the zebra plants")
            nina.click("button.o_wezer_claim", "I'll do it")
            nina.until(lambda driver: "/my/deals/" in driver.current_url)

    def test_a_member_claims_with_two_clicks_from_the_market(self):
        with answering(self):
            member = self.browser()
            member.login("clicks_member", "clicks_member")
            member.open("/market")
            member.click("a.o_wezer_announcement", "Water the zebra plants")
            member.click("button.o_wezer_claim", "I'll do it")
            member.until(lambda driver: "/my/deals/" in driver.current_url)
        self.assertEqual(member.clicks, 2)
