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
# A language in front of an address.
SHORT = re.compile(r"^/(en|fr|ca|es|de)(?=/|$)")
# Of pages that differ by a record in the address, so many are looked at.
SAME_RULE = 3
# Of a page with many links, so many are followed: the next ones are alike.
LINKS = 250
PAGES = 160


@dataclass
class Page:
    """A page that a person reached.

    :param path: what was asked for
    :param rule: of the page that was shown, where another one was
    :param address: of the page that was shown
    """

    path: str
    rule: str
    address: str = ""
    texts: frozenset[str] = frozenset()
    links: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return a name for files about this page."""
        return re.sub(r"[^\w]+", "-", self.path.strip("/"))[:80] or "home"


@dataclass
class Crawl:
    """All pages that a person reaches by links from where they start.

    :param get: asks the server for an address and returns the response of ``requests``
    :param rule_of: returns the rule of the routing map for a path
    :param same_rule: how many pages are opened that differ by a record in the address
    """

    get: Any
    rule_of: Any
    same_rule: int = SAME_RULE
    pages: list[Page] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)

    def run(self, *starts: str) -> list[Page]:
        """Follow the links breadth first; return the pages in the order found."""
        waiting, known = list(starts), set(starts)
        rules: dict[str, int] = {}
        reached: set[str] = set()
        while waiting and len(self.pages) < PAGES:
            path = waiting.pop(0)
            rule = self.rule_of(path.split("?")[0])
            if rules.get(rule, 0) >= self.same_rule and path not in starts:
                continue
            rules[rule] = rules.get(rule, 0) + 1
            page = self.page(path)
            if not page:
                continue
            self.rules |= {rule, page.rule}
            if page.address in reached:
                continue
            reached.add(page.address)
            self.pages.append(page)
            for link in page.links:
                if link not in known:
                    known.add(link)
                    waiting.append(link)
        return self.pages

    def page(self, path: str) -> Page | None:
        """Return the page at an address; none where it is a file, or broken."""
        answer = self.get(path)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            return None
        if answer.status_code >= 400:
            self.broken.append(f"{answer.status_code} {path}")
            return None
        tree = html.fromstring(answer.content)
        there = urlsplit(answer.url).path
        return Page(
            path,
            self.rule_of(SHORT.sub("", there) or "/"),
            answer.url,
            frozenset(_texts(tree)),
            tuple(self._links(tree, answer.url)),
        )

    def _links(self, tree: Any, address: str) -> Iterator[str]:
        """Return the addresses of this site that a page leads to."""
        host = urlsplit(address).netloc
        for link in tree.xpath("//a/@href")[:LINKS]:
            there = urlsplit(urljoin(address, link.strip()))
            if there.netloc != host or there.scheme not in ("http", "https"):
                continue
            path = SHORT.sub("", there.path) or "/"
            if NOT_FOLLOWED.search(path):
                continue
            # Where a login leads to makes it no other page.
            query = "" if path.startswith("/web/") else there.query
            yield path + (f"?{query}" if query else "")


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

# What is read as words: not numbers, units and codes.
WORD = re.compile(r"[^\W\d_]{3,}")

# Names of files, addresses of pages and of e-mails are in no language.
ADDRESS = re.compile(r"\S+[./@]\S+")


@dataclass
class Terms:
    """The terms of the suite and of Odoo in one language.

    :param translated: from English to what is said in this language, where it differs
    :param alike: what is the same in English and in this language
    :param missing: English of Odoo's that nobody translated into this language
    """

    translated: dict[str, str] = field(default_factory=dict)
    alike: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)


def terms_of(language: str, ours: list[Path], theirs: list[Path]) -> Terms:
    """Return the terms of these addons in a language, as their files have them.

    :param theirs: of these only what is the same in English, or in English only
    """
    terms = Terms()
    translated = set()
    for folder in (*ours, *theirs):
        for kind in ("i18n", "i18n_extra"):
            path = folder / kind / f"{language}.po"
            for entry in polib.pofile(str(path)) if path.exists() else []:
                source, said = plain(entry.msgid), plain(entry.msgstr)
                if said and said == source:
                    terms.alike |= _parts(source)
                elif said and folder in ours:
                    terms.translated[source] = said
                if said:
                    translated |= _parts(source)
    for folder in theirs:
        for entry in polib.pofile(str(folder / "i18n" / f"{folder.name}.pot")):
            terms.missing |= _parts(entry.msgid)
    terms.missing -= translated
    return terms


def _parts(term: str) -> set[str]:
    """Return a term, and its words as they stand apart on a page if it holds tags."""
    parts = map(plain, re.split(r"<[^>]*>", term))
    return {plain(term), _bare(plain(term)), *map(_bare, parts)}


def plain(text: str) -> str:
    """Return a text as people read it: blanks are one blank."""
    return " ".join(text.split())


def english_left(
    content: bytes, terms: Terms, data: set[str], page: Page | None = None
) -> set[str]:
    """Return what a page in another language still says as in English.

    :param data: what people wrote themselves, in any language
    :param page: the page in English; without it only terms are found
    """
    known = terms.translated.keys() | terms.missing
    english = page.texts if page else ()
    said = set(terms.translated.values())
    alike = terms.alike | data | set(map(_bare, data))
    left = set()
    for text in _texts(html.fromstring(content)):
        if text in english or text in known:
            # A title names the page and the site; signs stand around a name.
            left |= {
                part
                for part in map(_bare, re.split(r" [|·] ", text))
                if WORD.search(part)
                and not ADDRESS.fullmatch(part)
                and part not in alike
                and part not in said
                and text not in alike
                and text not in said
            }
    return left


def _bare(text: str) -> str:
    """Return a text without the signs around it."""
    return text.strip(" \u00a0←→▸·:©()«»“”…,.*")


def _texts(tree: Any) -> Iterator[str]:
    """Return what a page shows or reads aloud, except what people wrote.

    Words of people carry their own language or direction.
    """
    of_people = set()
    for node in tree.iter():
        if not isinstance(node.tag, str) or node.tag in ("script", "style", "html"):
            continue
        if (
            node.get("lang")
            or node.get("dir") == "auto"
            or node.getparent() in of_people
        ):
            of_people.add(node)
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

WORDS = (ROOT / "tests" / "axe" / "words.js").read_text()
LOOK = WORDS + (ROOT / "tests" / "axe" / "look.js").read_text()
READY = (ROOT / "tests" / "axe" / "ready.js").read_text()
AT_REST = (ROOT / "tests" / "axe" / "at_rest.js").read_text()
RUN_AXE = (ROOT / "tests" / "axe" / "run.js").read_text()
# Pictures below the screen are loaded once they come near it.
PICTURES = """
const done = arguments[0];
const pictures = [...document.images];
pictures.forEach((picture) => picture.setAttribute("loading", "eager"));
Promise.allSettled(pictures.map((picture) => picture.decode())).then(() => done());
"""
FOLDED = "document.querySelectorAll('main details:not([open])')"
# The highest picture of a page that is kept.
HIGHEST = 6000


class Look:
    """Looks at a page that a browser shows, at several widths, in light and dark.

    :param browser: a ``tests.browser.Browser``
    """

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.driver = browser.driver
        self.driver.set_script_timeout(60)
        # Once for all pages of this browser: half a megabyte.
        self.driver.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument", {"source": AXE}
        )
        self._screen = (0, 0, "")

    def screen(self, width: int, theme: str = "light", height: int = 900) -> None:
        """Show the page on a screen of this width, in light or dark; it stays loaded.

        Without movement: colours that still change are no colours of the page.
        """
        if self._screen == (width, height, theme):
            return
        if self._screen[:2] != (width, height):
            size = {"width": width, "height": height}
            self.driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {**size, "deviceScaleFactor": 1, "mobile": False},
            )
        if self._screen[2] != theme:
            features = {
                "prefers-color-scheme": theme,
                "prefers-reduced-motion": "reduce",
            }
            self.driver.execute_cdp_cmd(
                "Emulation.setEmulatedMedia",
                {
                    "features": [
                        {"name": name, "value": value}
                        for name, value in features.items()
                    ]
                },
            )
        self._screen = (width, height, theme)
        self.driver.execute_async_script(AT_REST)

    def open(self, path: str, program: bool = False) -> None:
        """Open a page and wait until it is complete.

        :param program: load its program too, as it does once a person moves
        """
        self.driver.get(self.browser.base_url + path)
        self.driver.execute_async_script(READY, program)

    def log(self) -> list[str]:
        """Return what the browser logged as an error: exceptions, failed requests."""
        return [row["message"] for row in self.driver.get_log("browser")]

    def layout(self) -> list[str]:
        """Return what is wider than the screen or cut off."""
        return self.driver.execute_script(LOOK)

    def has_folded(self) -> bool:
        """Return whether something is folded on the page."""
        return self.driver.execute_script(f"return {FOLDED}.length > 0")

    def unfold(self) -> bool:
        """Open all that is folded on the page; return whether something was."""
        return self.driver.execute_script(
            f"const folded = {FOLDED};"
            "folded.forEach((one) => { one.open = true; one.dataset.unfolded = ''; });"
            "return folded.length > 0"
        )

    def fold(self) -> None:
        """Close what ``unfold`` opened."""
        self.driver.execute_script(
            "document.querySelectorAll('main details[data-unfolded]')"
            ".forEach((one) => { one.open = false; });"
        )

    def axe(self, *only: str) -> list[str]:
        """Return the violations that axe-core finds.

        :param only: of these rules; otherwise of WCAG 2.2 A and AA, and of ours
        """
        return self.driver.execute_async_script(RUN_AXE, list(only), WCAG, MORE_RULES)

    def picture(self, path: Path, whole: bool = False) -> None:
        """Keep a picture of what is on the screen.

        :param whole: of the whole page, as if the screen were as high
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        width, height, theme = self._screen
        if whole:
            high = self.driver.execute_script(
                "const box = document.querySelector('#wrapwrap');"
                "return Math.max(box ? box.scrollHeight : 0,"
                " document.documentElement.scrollHeight)"
            )
            self.screen(width, theme, min(max(high, height), HIGHEST))
            self.driver.execute_async_script(PICTURES)
        self.driver.save_screenshot(str(path))
        self.screen(width, theme, height)
