"""Two people with open pages write to each other: a real server and two browsers.

What the other wrote appears by the live channel: the pages cannot poll.
"""

import pytest

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from odoo.addons.wezer_base.tests.committed import CommittedCase

from .browser import Browser
from .server import Server, until

pytestmark = pytest.mark.slow

SECRET = "messages-secret"
# Runs before the page's own scripts: it cannot poll, and it counts what it asks for.
CHANNEL_ONLY = """
const setIntervalOfPage = window.setInterval;
window.setInterval = (call, ms, ...rest) =>
    ms === 15000 ? 0 : setIntervalOfPage(call, ms, ...rest);
window.wezerAsked = 0;
const fetchOfPage = window.fetch;
window.fetch = (url, ...rest) => {
    window.wezerAsked += String(url).includes("/live");
    return fetchOfPage(url, ...rest);
};
"""
# Left in the page, to see that it was not loaded anew.
STAYED = "window.wezerStayed = true;"
WIDER = """
return document.documentElement.scrollWidth > document.documentElement.clientWidth;
"""


@tagged("post_install", "-at_install", "concurrency")
class TestMessages(CommittedCase):
    """Anna writes at a desk, Luc on a phone."""

    def _make(self, env):
        users = [
            self._members(env, name, 1, password=SECRET) for name in ("Anna", "Luc")
        ]
        self.ids = [user.id for user in users]
        self.logins = [user.login for user in users]
        self.names = [user.name for user in users]
        self.slug = users[1].partner_id._wezer_profile().slug

    def _archive(self, env):
        users = env["res.users"].browse(self.ids)
        conversations = env["wezer.conversation"]
        conversations.search([("starter_id", "in", users.partner_id.ids)]).unlink()
        users.active = False

    def _people(self):
        server = Server(self.database)
        self.addCleanup(server.stop)
        server.wait()
        people = []
        for login, width in zip(self.logins, (1280, 360), strict=True):
            browser = Browser(server.url, width)
            self.addCleanup(browser.close)
            browser.login(login, SECRET)
            browser.driver.execute_cdp_cmd(
                "Page.addScriptToEvaluateOnNewDocument", {"source": CHANNEL_ONLY}
            )
            people.append(browser)
        return people

    def _watch(self, browser, person):
        """Keep the page open, once the live channel reaches it."""

        def reached():
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["res.users"].browse(person).partner_id._bus_send("wezer.live", {})
            return browser.driver.execute_script("return window.wezerAsked > 0")

        until(reached, lambda: "the live channel does not reach the page")
        browser.driver.execute_script(STAYED)

    def _appears(self, browser, css, text):
        """Wait until the open page shows a text; it must not have been loaded anew."""
        browser.wait(css, text)
        stayed = browser.driver.execute_script("return window.wezerStayed === true")
        self.assertTrue(stayed, "the page was loaded anew")

    def test_two_people_with_open_pages_write_live(self):
        anna, luc = self._people()
        luc.open("/my/messages")
        self._watch(luc, self.ids[1])
        anna.open(f"/members/{self.slug}")
        anna.click("#wrap a", "Write a message")
        anna.fill("#text", "Is your ladder free?")
        anna.click("#wrap form button", "Send")
        # It stands in the open list of the other.
        self._appears(luc, ".o_wezer_row.o_wezer_is_unread", self.names[0])
        self.assertFalse(luc.driver.execute_script(WIDER), "wider than the phone")
        luc.click(".o_wezer_is_unread a")
        luc.wait(".o_wezer_talk", "Is your ladder free?")
        self._watch(luc, self.ids[1])
        self._watch(anna, self.ids[0])
        # What is half written stays while the answer appears.
        anna.fill("#text", "I would fetch")
        luc.fill("#text", "Take it on Friday")
        luc.click("#write button", "Send")
        self._appears(anna, ".o_wezer_talk", "Take it on Friday")
        half = anna.wait("#text").get_property("value")
        self.assertEqual(half, "I would fetch")
        luc.wait(".o_wezer_talk", "Take it on Friday")
        self._watch(luc, self.ids[1])
        anna.fill("#text", "Thank you")
        anna.click("#write button", "Send")
        self._appears(luc, ".o_wezer_talk", "Thank you")
        self.assertFalse(luc.driver.execute_script(WIDER), "wider than the phone")
        # Both have read everything.
        for browser in (anna, luc):
            browser.open("/my/messages")
            browser.wait(".o_wezer_row")
            unread = browser.driver.find_elements("css selector", ".o_wezer_is_unread")
            self.assertFalse(unread)
