"""Pages are light: what a first visit loads, behind a proxy that compresses."""

import gzip
import re

import requests

from . import every_page
from .browser import answering, pages_ask

# Kilobytes of a first visit. Files that are compressed already count as they are.
VISITOR, MEMBER = 350, 600
PUBLIC = (
    *("/", "/market", "/market?view=calendar", "/how-it-works"),
    *("/groups", "/groups/history", "/groups/structure", "/members"),
    *("/groups/map", "/groups/places", "/market?view=map"),
    *("/contactus", "/web/login", "/web/signup", "/no-such-page"),
)
MEMBERS = (
    *("/my", "/my/deals", "/market", "/members", "/groups/map", "/market?view=map"),
    *("/my/pay", "/my/pay/several", "/market/new"),
)
# Odoo's file of all icons: pages of ours need only those of the small one.
EVERY_ICON = "fontawesome-webfont"
PACKED = (".woff2", ".png", ".jpg", ".jpeg", ".webp")
LOADED = """
return performance.getEntriesByType("navigation")
    .concat(performance.getEntriesByType("resource"))
    .map((entry) => entry.name)
"""
# The website's program loads when a person moves; then the page has what it adds.
WAKE = "window.dispatchEvent(new Event('pointermove'))"
AWAKE = "return document.body.getAttribute('is-ready') === 'true'"
LOADS = """
const done = arguments[0];
const tell = () => done(Boolean(document.querySelector("script[src*=frontend_lazy]")));
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(tell)));
"""
# Bundles that elements name, and those that are loaded once they are seen.
NAMED = """
return [...document.querySelectorAll("[data-wezer-bundle]")]
    .filter((el) => !arguments[0] || el.checkVisibility())
    .map((el) => el.dataset.wezerBundle);
"""
OWN = re.compile(r"/(wezer_\w+\.assets_\w+)\.min\.js")
HIGH = 4000
MOST_SHIFT = 0.02
# How much moved, and what: elements with where they stood and where they stand.
SHIFT = """
const done = arguments[0];
const name = (node) => {
    const el = node && (node.nodeType === 1 ? node : node.parentElement);
    return el ? `${el.tagName.toLowerCase()}.${el.className}` : "?";
};
const place = (rect) =>
    [rect.x, rect.y, rect.width, rect.height].map(Math.round).join(" ");
const moved = [];
let sum = 0;
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
        sum += entry.value;
        for (const {node, previousRect, currentRect} of entry.sources) {
            moved.push(`${name(node)}: ${place(previousRect)} → ${place(currentRect)}`);
        }
    }
}).observe({type: "layout-shift", buffered: true});
requestAnimationFrame(() =>
    requestAnimationFrame(() => setTimeout(() => done([sum, moved])))
);
"""


class PageWeight:
    def _assert_light(self, who, paths, most):
        """Open pages, each as a first one; no file counts less for being known."""
        self._become(who)
        known = {}
        with answering(self):
            look = every_page.Look(self._browser(who))
            session = requests.Session()
            for cookie in look.driver.get_cookies():
                session.cookies.set(cookie["name"], cookie["value"])
            for path in paths:
                look.screen(1280)
                look.open(path)
                named = set(look.driver.execute_script(NAMED, False))
                if named:
                    look.screen(1280, height=HIGH)
                    seen = set(look.driver.execute_script(NAMED, True))
                    look.browser.until(
                        lambda driver, seen=seen: seen <= self._bundles(driver)
                    )
                # The program begins to load with the load event, or when it is wanted.
                if look.driver.execute_async_script(LOADS):
                    look.browser.until(lambda driver: driver.execute_script(AWAKE))
                loaded = set(look.driver.execute_script(LOADED))
                for address in loaded - set(known):
                    known[address] = self._size(session, address)
                sizes = {address: known[address] for address in loaded}
                with self.subTest(path):
                    heavy = sorted(sizes.items(), key=lambda row: -row[1])
                    self.assertLess(sum(sizes.values()) / 1000, most, heavy[:12])
                    self.assertLessEqual(self._bundles(look.driver), named)
                    self.assertFalse(
                        [name for name in loaded if EVERY_ICON in name], path
                    )

    def _bundles(self, driver):
        """Return which of our own bundles a page has loaded."""
        return set(OWN.findall("\n".join(driver.execute_script(LOADED))))

    def _size(self, session, address):
        # Odoo adds a bundle for tests, which people do not load.
        if not address.startswith(self.base_url()) or "_tests_" in address:
            return 0
        with pages_ask():
            body = session.get(address, timeout=60).content
        plain = address.split("?")[0].endswith(PACKED)
        return len(body if plain else gzip.compress(body, 9))

    def _paths(self, *more):
        """Return public pages, with one of each kind that differs by a record."""
        announcement = self.env["wezer.announcement"].search(
            [("visibility", "=", "everyone"), ("picture_ids", "!=", False)], limit=1
        ) or self.env["wezer.announcement"].search(
            [("visibility", "=", "everyone"), ("state", "=", "open")], limit=1
        )
        group = self.env["wezer.group"].search(
            [("visibility", "=", "public"), ("kind", "=", "circle")],
            order="member_count_kept desc",
            limit=1,
        )
        return (f"/market/{announcement.slug}", f"/groups/{group.slug}", *more)

    def _own(self):
        """Return the addresses of a statement and a deal of the member."""
        own = ("user_ids.login", "=", self.logins["member"])
        wallet = self.env["wezer.wallet"].search(
            [("partner_id", "any", [own])], order="id", limit=1
        )
        deal = self.env["wezer.deal"].search(
            [("author_id", "any", [own])], order="id", limit=1
        )
        return f"/my/wallets/{wallet.id}", f"/my/deals/{deal.id}"

    def _forms(self):
        """Return the addresses of a payment to somebody and of an own announcement."""
        own = ("user_ids.login", "=", self.logins["member"])
        other = self.env["wezer.profile"].search(
            [("partner_id.user_ids", "!=", False), ("partner_id", "not any", [own])],
            order="id",
            limit=1,
        )
        announcement = self.env["wezer.announcement"].search(
            [("author_id", "any", [own])], order="id", limit=1
        )
        return f"/my/pay?to={other.slug}", f"/market/{announcement.slug}/edit"

    def test_a_first_visit_of_a_visitor_is_light(self):
        self._assert_light("visitor", self._paths(*PUBLIC), VISITOR)

    def test_a_first_visit_of_a_member_is_light(self):
        paths = self._paths(*MEMBERS, *self._own(), *self._forms())
        self._assert_light("member", paths, MEMBER)

    def _assert_still(self, who, paths):
        """Open pages on a phone; nothing on them moves while they are completed."""
        self._become(who)
        for path in paths:
            self._get(path)
        with answering(self):
            look = every_page.Look(self._browser(who))
            look.screen(360)
            # A phone's scroll bars take no room; here they would narrow a page that
            # becomes longer than the screen while it arrives.
            look.driver.execute_cdp_cmd(
                "Emulation.setScrollbarsHidden", {"hidden": True}
            )
            for path in paths:
                look.open(path)
                look.driver.execute_script(WAKE)
                look.browser.until(lambda driver: driver.execute_script(AWAKE))
                with self.subTest(path):
                    shift, moved = look.driver.execute_async_script(SHIFT)
                    self.assertLess(shift, MOST_SHIFT, moved)

    def test_no_page_moves_while_it_is_completed(self):
        wallet, deal = self._own()
        self._assert_still("member", ("/my", "/", "/market", deal, wallet))
        self._assert_still("visitor", ("/", "/market"))

    def test_what_a_visitor_presses_is_done_once_the_program_is_there(self):
        self._become("visitor")
        self._get("/market")
        with answering(self):
            browser = self._browser("visitor")
            look = every_page.Look(browser)
            look.open("/market")
            loaded = browser.driver.execute_script(LOADED)
            self.assertFalse([name for name in loaded if "frontend_lazy" in name])
            browser.click("button.o_not_editable[data-bs-toggle=offcanvas]")
            browser.wait("#top_menu_collapse_mobile.show")
