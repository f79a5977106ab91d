"""Two people negotiate, each at an open page: a real server and two browsers.

The other side's answer appears by the live channel, without any polling; without the
channel the page polls.
"""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import tagged

from odoo.addons.wezer_base.tests.committed import CommittedCase

from .browser import Browser
from .server import Server, free_port, until

pytestmark = pytest.mark.slow

SECRET = "negotiation-secret"
# Runs before the page's own scripts: the page cannot poll, so that what appears came by
# the live channel; and it counts how often the page asks for its live part.
CHANNEL_ONLY = """
const setIntervalOfPage = window.setInterval;
window.setInterval = (call, ms, ...rest) =>
    ms === 15000 ? 0 : setIntervalOfPage(call, ms, ...rest);
window.wezerAsked = 0;
window.wezerCounted = 0;
const fetchOfPage = window.fetch;
window.fetch = (url, ...rest) => {
    window.wezerAsked += String(url).endsWith("/live");
    window.wezerCounted += String(url).includes("/my/notices/counts");
    return fetchOfPage(url, ...rest);
};
"""
# The last notification that Odoo's worker brought, as the browser keeps it.
KEPT = """
return Math.max(0, ...Object.entries(localStorage)
    .filter(([key]) => key.endsWith(".last_notification_id"))
    .map(([_key, number]) => Number(number)));
"""
# The next answer to the live part arrives when it is let go.
HOLD = """
const fetchBefore = window.fetch;
window.fetch = async (url, ...rest) => {
    const answer = await fetchBefore(url, ...rest);
    if (!String(url).endsWith("/live") || window.wezerHeld) {
        return answer;
    }
    const text = await answer.text();
    const held = new Promise((go) => {
        window.wezerHeld = () => go(text);
    });
    return {ok: true, text: () => held};
};
"""
# All that waits for the answer runs before the next task.
LET_GO = """
const [done] = arguments;
window.wezerHeld();
setTimeout(done, 0);
"""
# As a browser does where somebody goes back to a page that it kept.
BACK = """
const before = window.wezerCounted;
window.dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}));
return window.wezerCounted > before;
"""
# No worker is allowed, and the page does not wait a minute between two questions.
NO_WORKER = """
window.SharedWorker = window.Worker = class {
    constructor() {
        throw new Error("refused");
    }
};
const setIntervalBefore = window.setInterval;
window.setInterval = (call, ms, ...rest) =>
    setIntervalBefore(call, ms === 60000 ? 200 : ms, ...rest);
const fetchBefore = window.fetch;
window.fetch = (url, ...rest) => {
    window.wezerAskedAlone ||= String(url).includes("/my/notices/counts");
    return fetchBefore(url, ...rest);
};
"""
PROGRAM = "return document.querySelectorAll('script[src*=frontend_lazy]').length"
# Left in the page, to see that it was not loaded anew.
STAYED = "window.wezerStayed = true;"


@tagged("post_install", "-at_install", "concurrency")
class TestNegotiation(CommittedCase):
    """Anna wants her door painted, Luc would do it for more."""

    def _make(self, env):
        users = [
            self._members(env, name, 1, password=SECRET) for name in ("Anna", "Luc")
        ]
        self.ids = [user.id for user in users]
        self.logins = [user.login for user in users]
        currency = env["wezer.currency"].create(
            {
                "name": f"Talks {self.mark}",
                "code": f"T{self.mark}",
                "lower_text": "500",
                "upper_text": "900",
            }
        )
        self.currency = currency.id
        market = env["wezer.announcement"].with_user(users[0])
        want = market.browse(
            market.action_create_own(
                {
                    "title": f"Paint the door {self.mark}",
                    "kind": "want",
                    "unit": "piece",
                    "claim_mode": "choose",
                    "date_end": fields.Datetime.add(fields.Datetime.now(), days=20),
                    "prices": {currency.id: "50"},
                },
                publish=True,
            )
        )
        self.want, self.slug = want.id, want.slug

    def _archive(self, env):
        want = env["wezer.announcement"].browse(self.want)
        # Its money goes back: no test after this one finds anything set aside.
        for deal in want.deal_ids:
            if deal.state != "ended":
                deal._finish("cancelled")
        want._end("closed")
        env["wezer.currency"].browse(self.currency).active = False
        env["res.users"].browse(self.ids).active = False

    def _server(self, *options):
        server = Server(self.database, *options)
        self.addCleanup(server.stop)
        server.wait()
        return server

    def _people(self, server):
        people = []
        for login, width in zip(self.logins, (1280, 420), strict=True):
            browser = Browser(server.url, width)
            self.addCleanup(browser.close)
            browser.login(login, SECRET)
            people.append(browser)
        return people

    def _deal(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            deal = env["wezer.announcement"].browse(self.want).deal_ids
            return deal.id, deal.state, deal.terms_id.round, deal.price_text

    # === WHAT PEOPLE DO === #

    def _price(self, browser, form, price, message):
        browser.unfold(f"{form} summary", "Propose other terms")
        browser.fill(f"input[name=price_{self.currency}]", price)
        browser.fill(f"{form} textarea[name=message]", message)

    def _propose(self, luc):
        luc.open(f"/market/{self.slug}")
        self._price(luc, ".o_wezer_box", "80", "It needs two coats")
        luc.click("button", "Propose these terms")
        luc.wait(".o_wezer_turn", "Waiting for Anna")

    def _channel_only(self, browser):
        """Switch polling off on every page that the browser opens from now on."""
        browser.driver.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument", {"source": CHANNEL_ONLY}
        )

    def _send_nothing_new(self, person):
        """Send a person's pages a notice that changes nothing."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["res.users"].browse(person).partner_id._bus_send("wezer.notice", {})

    def _watch(self, browser, text, person=None):
        """Keep the page open.

        :param person: id of the user whose page it is; wait until the live channel
            reaches it
        """
        browser.wait(".o_wezer_turn", text)
        if person:

            def reached():
                self._send_nothing_new(person)
                return browser.driver.execute_script("return window.wezerAsked > 0")

            until(reached, lambda: "the live channel does not reach the page")
        browser.driver.execute_script(STAYED)

    def _hold_an_answer(self, browser):
        """Let the page ask for what it shows, and get the answer later."""
        browser.driver.execute_script(HOLD)

        def held():
            self._send_nothing_new(self.ids[1])
            return browser.driver.execute_script("return Boolean(window.wezerHeld)")

        until(held, lambda: "the page does not ask")

    def _appears(self, browser, text, css=".o_wezer_turn"):
        """Wait until the open page shows a text; it must not have been loaded anew."""
        browser.wait(css, text)
        stayed = browser.driver.execute_script("return window.wezerStayed === true")
        self.assertTrue(stayed, "the page was loaded anew")

    def _counter(self, browser, price, message):
        self._price(browser, ".o_wezer_buttons", price, message)
        browser.click("button.o_wezer_act_counter")

    def test_three_rounds_on_two_open_pages_take_less_than_ten_clicks(self):
        anna, luc = self._people(self._server())
        for browser in (anna, luc):
            self._channel_only(browser)
        self._propose(luc)
        deal = self._deal()[0]
        anna.open(f"/my/deals/{deal}")
        # Luc opens the page and does not move: the website's program is not loaded.
        luc.open(f"/my/deals/{deal}")
        self._watch(luc, "Waiting for Anna", self.ids[1])
        self._hold_an_answer(luc)
        kept = luc.driver.execute_script(KEPT)
        self._counter(anna, "60", "The paint is mine")
        self._appears(luc, "Your turn")
        luc.driver.execute_async_script(LET_GO)
        self.assertIn("Your turn", luc.text(".o_wezer_turn"), "an older answer")
        self.assertGreater(luc.driver.execute_script(KEPT), kept)
        self.assertFalse(luc.driver.execute_script(PROGRAM), "the program was loaded")
        changed = luc.text(".o_wezer_deal_live")
        self.assertIn("80", changed)
        self.assertIn("The paint is mine", changed)
        self._watch(anna, "Waiting for Luc", self.ids[0])
        self._counter(luc, "70", "Then so")
        self._appears(anna, "Your turn")
        self._watch(luc, "Waiting for Anna", self.ids[1])
        anna.click("button.o_wezer_act_accept")
        self._appears(luc, "Your turn: do it")
        self._watch(anna, "Luc", self.ids[0])
        luc.fill("input[name=body]", "Tomorrow at nine?")
        luc.click("form[action$='/send'] button", "Send", counts=False)
        self._appears(anna, "Tomorrow at nine?", ".o_wezer_deal_live")
        self.assertEqual(self._deal()[1:3], ("accepted", 3))
        self.assertIn("70", self._deal()[3])
        self.assertLess(anna.clicks + luc.clicks, 10)
        self._see_the_number_in_the_phones_bar(anna, luc)

    def _see_the_number_in_the_phones_bar(self, anna, luc):
        """While Luc looks at the market, a message is counted; opened, it is read."""
        badge = ".o_wezer_bar [data-wezer-count=deals]"
        luc.open("/market")
        # A visit's program is loaded once a person moves.
        ActionChains(luc.driver).send_keys(Keys.TAB).perform()
        # By the name that the deal's page was searched for above.
        luc.until(lambda driver: driver.execute_script(PROGRAM))
        shown = luc.driver.find_element("css selector", badge)
        self.assertFalse(shown.is_displayed(), "everything is read")

        def reached():
            self._send_nothing_new(self.ids[1])
            return luc.driver.execute_script("return window.wezerCounted > 0")

        until(reached, lambda: "the live channel does not reach the bar")
        luc.driver.execute_script(STAYED)
        anna.fill("input[name=body]", "At nine, gladly")
        anna.click("form[action$='/send'] button", "Send")
        self._appears(luc, "1", badge)
        luc.click(".o_wezer_bar_deals")
        luc.click("#wrap .o_wezer_deal_row")
        luc.wait(".o_wezer_log", "At nine, gladly")
        luc.open("/market")
        shown = luc.driver.find_element("css selector", badge)
        self.assertFalse(shown.is_displayed(), "it is read")
        self.assertTrue(luc.driver.execute_script(BACK), "an old number stays")

    def test_without_the_live_channel_the_open_page_polls(self):
        # Several processes without a proxy in front: nothing answers the channel.
        server = self._server("--workers", "2", "--gevent-port", str(free_port()))
        anna, luc = self._people(server)
        self._propose(luc)
        anna.open(f"/my/deals/{self._deal()[0]}")
        self._watch(luc, "Waiting for Anna")
        self._counter(anna, "60", "The paint is mine")
        self._appears(luc, "Your turn")
        self.assertTrue(server.wrote("Couldn't bind the websocket"), "it was there")
        luc.click("button.o_wezer_act_accept")
        luc.wait(".o_wezer_turn", "Your turn: do it")
        self.assertEqual(self._deal()[1], "accepted")
        # A browser that allows no worker asks for the numbers beside the bell, too.
        luc.driver.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument", {"source": NO_WORKER}
        )
        luc.open(f"/my/deals/{self._deal()[0]}")
        luc.until(lambda driver: driver.execute_script("return window.wezerAskedAlone"))
