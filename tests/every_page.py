"""Find every page that a person can reach by links, and look at each in a browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import polib
from lxml import html

ROOT = Path(__file__).resolve().parent.parent
AXE = (ROOT / "tests" / "axe" / "axe.min.js").read_text()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Best practices of axe that every page of ours keeps as well.
MORE_RULES = ["page-has-heading-one", "skip-link", "heading-order", "empty-heading"]
WIDTHS = (360, 768, 1440)
# Links that end the session, change something, or lead into the back office.
NOT_FOLLOWED = re.compile(
    r"/(web/(session|content|image|assets)|website/(lang|image|info)|odoo\b|wezer/"
    r"|@/|web$|mail/)|\.(ics|atom|csv|xlsx|pdf|zip|xml|txt|png|jpg|svg|webmanifest)$"
)
# Of pages that differ by a record in the address, so many are looked at.
SAME_RULE = 3
# Of a page with many links, so many are followed: the next ones are alike.
LINKS = 250
PAGES = 160


@dataclass
class Page:
    """A page that a person reached."""

    path: str
    rule: str
    title: str


@dataclass
class Crawl:
    """All pages that a person reaches by links from where they start.

    :param get: asks the server for an address and returns the response of ``requests``
    :param rule_of: returns the rule of the routing map for a path
    """

    get: Any
    rule_of: Any
    pages: list[Page] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def run(self, *starts: str) -> list[Page]:
        """Follow the links breadth first; return the pages in the order found."""
        waiting, known = list(starts), set(starts)
        rules: dict[str, int] = {}
        while waiting and len(self.pages) < PAGES:
            path = waiting.pop(0)
            rule = self.rule_of(path.split("?")[0])
            if rules.get(rule, 0) >= SAME_RULE and path not in starts:
                continue
            rules[rule] = rules.get(rule, 0) + 1
            answer = self.get(path)
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            if answer.status_code >= 400:
                self.broken.append(f"{answer.status_code} {path}")
                continue
            tree = html.fromstring(answer.content)
            title = (tree.findtext(".//title") or "").strip()
            self.pages.append(Page(path, rule, title))
            for link in self._links(tree, answer.url):
                if link not in known:
                    known.add(link)
                    waiting.append(link)
        return self.pages

    def _links(self, tree: Any, address: str) -> Iterator[str]:
        """Return the addresses of this site that a page leads to."""
        host = urlsplit(address).netloc
        for link in tree.xpath("//a/@href")[:LINKS]:
            there = urlsplit(urljoin(address, link.strip()))
            if there.netloc != host or there.scheme not in ("http", "https"):
                continue
            path = re.sub(r"^/(en|fr|ca|es|de)(?=/|$)", "", there.path) or "/"
            if NOT_FOLLOWED.search(path):
                continue
            yield path + (f"?{there.query}" if there.query else "")


def rule_pattern(rule: str) -> re.Pattern:
    """Return what the addresses of a rule of the routing map look like."""
    parts = rule.strip("/").split("/")
    kinds = {"int": r"\d+", "string": r"[^/]+", "path": r".+"}
    shaped = []
    for part in parts:
        found = re.fullmatch(r"<(?:(\w+)(?:\(.*\))?:)?\w+>", part)
        known = found and kinds.get(found[1] or "string", r"[^/]+")
        shaped.append(known or re.escape(part))
    return re.compile("/" + "/".join(shaped))


# === WORDS === #


def translations_of(language: str, addons: tuple[str, ...]) -> dict[str, str]:
    """Return what each English term of our addons is in a language."""
    terms: dict[str, str] = {}
    for addon in addons:
        path = ROOT / "addons" / addon / "i18n" / f"{language}.po"
        for entry in polib.pofile(str(path)):
            source = plain(entry.msgid)
            if entry.msgstr and plain(entry.msgstr) != source:
                terms[source] = plain(entry.msgstr)
    return terms


def plain(text: str) -> str:
    """Return a text as people read it: blanks are one blank."""
    return " ".join(text.split())


def english_left(content: bytes, terms: dict[str, str], data: set[str]) -> set[str]:
    """Return the terms that a page in another language still shows in English.

    :param terms: from English to the language of the page
    :param data: what people wrote themselves, in any language
    """
    tree = html.fromstring(content)
    right = set(terms.values())
    left = set()
    for text in _texts(tree):
        if text in terms and text not in right and text not in data:
            left.add(text)
    return left


def _texts(tree: Any) -> Iterator[str]:
    """Return what a page shows or reads aloud, except texts with a language."""
    for node in tree.iter():
        if not isinstance(node.tag, str) or node.tag in ("script", "style"):
            continue
        if any(
            above.get("lang") for above in node.iterancestors() if above.tag != "html"
        ):
            continue
        if node.text and node.text.strip():
            yield plain(node.text)
        for child in node:
            if child.tail and child.tail.strip():
                yield plain(child.tail)
        for name in ("title", "placeholder", "aria-label", "alt", "data-label"):
            if node.get(name):
                yield plain(node.get(name))


# === WHAT A BROWSER SEES === #

LOOK = (ROOT / "tests" / "axe" / "look.js").read_text()
RUN_AXE = (ROOT / "tests" / "axe" / "run.js").read_text()


# The change is known in the next frame; colours that still change on their way are no
# colours of the page.
AT_REST = """
const done = arguments[0];
const finish = () => {
    const running = document.getAnimations().filter(
        (one) =>
            one.playState === "running" &&
            one.effect.getComputedTiming().endTime !== Infinity
    );
    Promise.allSettled(running.map((one) => one.finished)).then(() => done());
};
requestAnimationFrame(() => requestAnimationFrame(finish));
"""


class Look:
    """Looks at a page that a browser shows, at several widths, in light and dark.

    :param browser: a ``tests.browser.Browser``
    """

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.driver = browser.driver
        self.driver.set_script_timeout(60)

    def width(self, width: int) -> None:
        """Make the page as wide as this screen."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
        )

    def theme(self, theme: str) -> None:
        """Show the page in light or dark, as the device asks for it."""
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": theme}]},
        )
        self.driver.execute_async_script(AT_REST)

    def open(self, path: str) -> None:
        """Open a page and wait until its program runs."""
        self.driver.get(self.browser.base_url + path)
        self.browser.until(
            lambda driver: driver.execute_script(
                "return document.readyState === 'complete'"
            )
        )

    def log(self) -> list[str]:
        """Return what the browser logged as an error: exceptions, failed requests."""
        return [row["message"] for row in self.driver.get_log("browser")]

    def layout(self) -> list[str]:
        """Return what is wider than the screen or cut off."""
        return self.driver.execute_script(LOOK)

    def axe(self, *tags: str) -> list[str]:
        """Return the violations that axe-core finds."""
        if not self.driver.execute_script("return Boolean(window.axe)"):
            self.driver.execute_script(AXE)
        return self.driver.execute_async_script(
            RUN_AXE, list(tags or WCAG), MORE_RULES if not tags else []
        )

    def picture(self, path: Path) -> None:
        """Keep a picture of what is on the screen."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(path))
