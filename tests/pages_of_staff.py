"""Coordinators, moderators and administrators open everything that is theirs.

In the back office: every menu of the suite, its views, a record in each state, the
pages of its form and the dialogs of its buttons (``tests/back_office.py``). On the
website staff see what members see and a little more: here those pages only, with
``./wezer test --all`` every page, each in one of the languages, and these in all.
"""

import logging
import re
from functools import partial

from . import every_page
from .back_office import BackOffice
from .browser import answering
from .every_page_case import ALL, LANGUAGES, each_language, terms_of

LOCALES = {"en": "en_US", "fr": "fr_FR", "ca": "ca_ES", "es": "es_ES", "de": "de_DE"}
# In which language each looks in CI; with --all, in all of them.
SPEAKS = {"coordinator": "en", "moderator": "de", "administrator": "fr"}
WIDTHS = (1440, 1280) if ALL else (1440,)
# Where the back office begins for each.
LANDS = {
    "coordinator": "/odoo/wezer-deals",
    "moderator": "/odoo/wezer-disputes",
    "administrator": "/odoo/wezer-start",
}
# French of Odoo's own that is a term of ours in English.
NOT_ENGLISH = {"Replier"}
# Pages of the website on which staff find more than members do.
MORE = {
    "coordinator": ("/my/todo", "/groups/garden/manage"),
    "moderator": ("/my/todo",),
    "administrator": ("/", "/groups/village-of-les-tilleuls/manage"),
}


class Warnings(logging.Handler):
    """Keeps what the server logs as a warning or worse."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(f"log: {record.getMessage()[:400]}")

    def take(self):
        lines, self.lines = self.lines, []
        return lines


class PagesOfStaff:
    def setUp(self):
        super().setUp()
        self.warnings = Warnings()
        logging.getLogger().addHandler(self.warnings)
        self.addCleanup(logging.getLogger().removeHandler, self.warnings)

    @each_language
    def test_a_coordinator_opens_the_whole_back_office(self, languages=()):
        self._walk("coordinator", 12, languages)

    @each_language
    def test_a_moderator_opens_the_whole_back_office(self, languages=()):
        self._walk("moderator", 12, languages)

    @each_language
    def test_an_administrator_opens_the_whole_back_office(self, languages=()):
        self._walk("administrator", 25, languages)

    def test_a_coordinator_opens_the_pages_with_more(self):
        self._open_pages("coordinator")

    def test_a_moderator_opens_the_pages_with_more(self):
        self._open_pages("moderator")

    def test_an_administrator_opens_the_pages_with_more(self):
        self._open_pages("administrator")

    def _open_pages(self, who):
        pages = [every_page.Page(path, self._rule_of(path)) for path in MORE[who]]
        self._become(who)
        with answering(self):
            wrong = list(self._look(who, pages, 1, LANGUAGES if ALL else ()))
        self._report(f"pages of a {who}", wrong)
        if ALL:
            self._check(who, 0)

    def _walk(self, who, menus, languages=()):
        wrong = []
        for language in languages or (SPEAKS[who],):
            user = self.env["res.users"].search([("login", "=", self.logins[who])])
            user.lang = LOCALES[language]
            self._become(who)
            with answering(self):
                browser = self._browser(who)
                wrong += self._walk_at(who, browser, language, menus)
        self._report("-".join((f"office of a {who}", *languages)), wrong)

    def _walk_at(self, who, browser, language, menus):
        found = []
        for width in WIDTHS:
            walk = f"{who}-{language}-{width}"
            look = partial(self._look_at, walk, language, found)
            office = BackOffice(browser, look, ALL or who == "administrator", ALL)
            office.start(width)
            browser.until(lambda driver: LANDS[who] in driver.current_url)
            self.assertGreaterEqual(office.walk(), menus)
        return found

    def _look_at(self, walk, language, found, office, name):
        """Note what is wrong with an open place; keep a picture of it."""
        wrong = office.wrong() + self.warnings.take()
        if language != "en":
            terms = terms_of(language)
            content = office.driver.page_source.encode()
            left = every_page.english_left(content, terms, self.data)
            wrong += sorted(set(left) - NOT_ENGLISH)
        if ALL or wrong:
            file = re.sub(r"[^a-z0-9]+", "-", name.lower())
            office.picture(self.pictures / "office" / walk / f"{file}.png")
        found.extend(f"{walk} {name}: {row}" for row in wrong)

    def _report(self, name, wrong):
        report = self.pictures / f"{name}.txt"
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text("\n".join(wrong))
        first = "\n".join(wrong[:40])
        self.assertFalse(wrong, f"{len(wrong)} findings, the first:\n{first}")
