"""Parts of pages that work without the website's program, where something fails."""

import pytest

from odoo.tests import HttpCase, tagged

from .browser import Browser, answering

pytestmark = pytest.mark.slow

# Two parts come into the page at once, and the first cannot begin.
ONE_FAILS = """
const {addPart} = odoo.loader.modules.get("@wezer_base/parts/parts");
window.addEventListener("error", (event) => {
    // Its words are hidden here: this script has no address.
    window.wezerFaults = (window.wezerFaults || 0) + 1;
    event.preventDefault();
});
addPart(".fails", () => {
    throw new Error("no data");
});
addPart(".works", (el) => {
    el.textContent = "Begun";
});
const both = document.createElement("div");
both.innerHTML = "<p class='fails'>-</p><p class='works'>-</p>";
document.querySelector("#wrap").prepend(both);
"""
# The server restarts while the page opens, and the page waits no ten seconds.
RESTARTS = """
const fetchOfPage = window.fetch;
window.fetch = (url, ...rest) => {
    if (String(url).includes("/web/bundle/") && !window.wezerRefused) {
        window.wezerRefused = true;
        return Promise.resolve(new Response("", {status: 502}));
    }
    return fetchOfPage(url, ...rest);
};
const setTimeoutOfPage = window.setTimeout;
window.setTimeout = (call, ms, ...rest) =>
    setTimeoutOfPage(call, ms === 10000 ? 0 : ms, ...rest);
"""
# A conversation that somebody reads, and what the server answers next.
TALK = """
const {LivePart} = odoo.loader.modules.get("@wezer_base/parts/live_part");
const part = (stamp, entries, button) => `
    <div class="o_wezer_live" data-live-url="/talk" data-stamp="${stamp}">
        <div class="o_wezer_talk" role="log"><ol>${entries
            .map((entry) => `<li data-entry="${entry}">${entry}</li>`)
            .join("")}</ol></div>
        <button type="button" class="${button}">Send</button>
    </div>`;
let answer = "";
const fetchOfPage = window.fetch;
window.fetch = (url, ...rest) =>
    String(url).endsWith("/talk")
        ? Promise.resolve(new Response(answer))
        : fetchOfPage(url, ...rest);
const place = document.createElement("div");
place.innerHTML = part(1, ["1", "2", "3"], "pe-none").replace("o_wezer_live", "mine");
document.querySelector("#wrap").prepend(place);
const talk = new LivePart(place.firstElementChild);
const look = async (...next) => {
    answer = part(...next);
    await talk.refresh();
    return [...place.querySelectorAll("[data-entry]")].map((one) => one.dataset.entry);
};
const log = place.querySelector("[role=log]");
const second = place.querySelectorAll("li")[1];
const button = place.querySelector("button");
(async () => {
    const seen = {};
    document.body.classList.add("o_lazy_js_waiting");
    seen.held = await look(2, ["1", "2", "3", "4"], "later");
    // More was said meanwhile than a page has.
    seen.away = await look(2.5, ["5", "6"], "later");
    seen.buttonHeld = button.isConnected;
    document.body.classList.remove("o_lazy_js_waiting");
    seen.shown = await look(3, ["2", "3-removed", "4", "5"], "later");
    seen.older = await look(4, ["1", "2", "3-removed", "5"], "later");
    seen.buttonShown = place.querySelector("button").className;
    seen.same = log.isConnected && second.isConnected;
    talk.end();
    arguments[arguments.length - 1](seen);
})();
"""
LOADED = """
return Boolean(document.querySelector("script[src*='wezer_base.assets_map']"));
"""


@tagged("post_install", "-at_install")
class TestParts(HttpCase):
    def setUp(self):
        super().setUp()
        self.browser = Browser(self.base_url())
        self.addCleanup(self.browser.close)
        self.driver = self.browser.driver

    def test_a_part_that_fails_is_reported_and_the_others_begin(self):
        with answering(self):
            self.browser.open("/members")
            self.driver.execute_script(ONE_FAILS)
            self.browser.wait(".works", "Begun")
            self.assertEqual(self.driver.execute_script("return window.wezerFaults"), 1)

    def test_a_bundle_that_did_not_arrive_is_asked_for_again(self):
        self.driver.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument", {"source": RESTARTS}
        )
        with answering(self):
            self.browser.open("/market?view=map")
            self.browser.until(lambda driver: driver.execute_script(LOADED))
            self.assertTrue(
                self.driver.execute_script("return window.wezerRefused === true")
            )

    def test_a_conversation_gets_what_is_new_and_a_held_button_stays(self):
        with answering(self):
            self.browser.open("/members")
            seen = self.driver.execute_async_script(TALK)
        self.assertEqual(seen["held"], ["1", "2", "3", "4"])
        self.assertTrue(seen["buttonHeld"])
        self.assertEqual(seen["away"], ["1", "2", "3", "4", "5", "6"])
        self.assertEqual(seen["shown"], ["2", "3-removed", "4", "5"])
        self.assertEqual(seen["older"], ["1", "2", "3-removed", "5"])
        self.assertEqual(seen["buttonShown"], "later")
        self.assertTrue(seen["same"], "what was read is read again")
