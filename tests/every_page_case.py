"""Every page of the suite, as each kind of person, looked at in a browser.

Pages are found by following links from where a person starts, so a new page is looked
at the moment something leads to it; a page that nothing leads to fails a test. Each is
opened at three widths, in light and dark, in one of the five languages (with
``./wezer test --all`` in all of them); what is left of English is looked for in all of
them. Pictures are kept in ``.wezer/screenshots/pages``. Staff see on the website what
members see, so each of them looks at a part of it (with ``--all`` at everything).
"""

import os
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from odoo.tests import HttpCase, new_test_user
from odoo.tools import config

from launcher.demo.make_demo import make

from . import every_page
from .browser import Browser

ADDONS = (
    *("wezer_base", "wezer_currency", "wezer_fractal_groups", "wezer_reputation"),
    *("wezer_marketplace", "wezer_website"),
)
# Code of an address, name of the file of terms.
LANGUAGES = ("en", "fr", "ca", "es", "de")
ALL = os.environ.get("WEZER_COUNTS") == "all"
# Pages of ours that links do not lead to, or not to these people: why.
WITHOUT_LINK = {
    "/digest/stop/<int:partner_id>/<string:token>": "a link of an e-mail",
    "/join/<string:token>": "a link of an e-mail",
    "/welcome": "asked for once, after the first login",
    "/web/reset_password": "linked where a password is asked for",
    "/my/stand-in/<int:deal_id>": "offered in deals that are under way",
}
STARTS = ("/", "/my", "/market", "/groups", "/members", "/contactus", "/web/login")


class EveryPage(HttpCase):
    """The demo community, and who looks at it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with (
            patch.object(cls.env.cr, "commit", cls.env.flush_all),
            redirect_stdout(StringIO()),
        ):
            logins = make(cls.env)
        cls.env.invalidate_all()
        new = new_test_user(
            cls.env, "newcomer", "base.group_portal", name="Nina Newcomer"
        )
        new.partner_id._wezer_profile()
        new.password = new.login
        cls.logins = {
            "visitor": None,
            "new member": new.login,
            **{who: row["login"] for who, row in logins.items()},
        }
        cls.pictures = Path(config["screenshots"] or ".wezer/screenshots") / "pages"
        # Rules without a record first: they are more exact.
        rules = sorted(cls._our_pages(), key=lambda rule: (rule.count("<"), rule))
        cls.patterns = {rule: every_page.rule_pattern(rule) for rule in rules}
        cls.data = cls._written_by_people()

    @classmethod
    def _written_by_people(cls):
        """Return what people of the community wrote: it is in their language."""
        data = set()
        for model, name in (
            ("wezer.profile", "name"),
            ("wezer.group", "name"),
            ("wezer.category", "name"),
            ("wezer.skill", "name"),
            ("wezer.currency", "name"),
            ("wezer.announcement", "title"),
            ("project.task", "name"),
            ("project.project", "name"),
            ("res.company", "name"),
        ):
            for row in cls.env[model].search([]):
                data.add(every_page.plain(row[name] or ""))
        return data

    @classmethod
    def _our_pages(cls):
        """Return the rules of our pages: what answers a GET request with a page."""
        rules = set()
        http = cls.env["ir.http"]
        for rule, endpoint in http._generate_routing_rules(
            cls.env.registry._init_modules, http._get_converters()
        ):
            routing = endpoint.routing
            if (
                routing.get("website")
                and routing["type"] == "http"
                and "GET" in (routing.get("methods") or ["GET"])
                and "odoo.addons.wezer_" in endpoint.func.__module__
                and not every_page.NOT_FOLLOWED.search(rule)
                and "/page/" not in rule
            ):
                rules.add(rule)
        return rules

    def _rule_of(self, path):
        for rule, pattern in self.patterns.items():
            if pattern.fullmatch(path):
                return rule
        return re.sub(r"\d+", "<n>", path)

    def _become(self, who):
        login = self.logins[who]
        self.authenticate(login, login)

    def _get(self, path):
        return self.url_open(path, timeout=60)

    def _pages(self, who):
        """Return the pages that links lead these people to."""
        self._become(who)
        crawl = every_page.Crawl(self._get, self._rule_of)
        pages = crawl.run(*(s for s in STARTS if who != "visitor" or s != "/my"))
        self.assertEqual(crawl.broken, [], f"links that lead nowhere for a {who}")
        return pages

    # === WORDS === #

    def _english_left(self, who, pages):
        """Look for English on the pages in the four other languages."""
        left = []
        for language in LANGUAGES[1:]:
            terms = every_page.translations_of(language, ADDONS)
            for page in pages:
                answer = self._get(f"/{language}{page.path}")
                if answer.status_code != 200:
                    left.append(f"{answer.status_code} /{language}{page.path}")
                    continue
                for term in every_page.english_left(answer.content, terms, self.data):
                    left.append(f"{language} {page.path}: {term}")
        return sorted(left)

    # === LOOKS === #

    def _browser(self, who):
        """Open a browser in which these people have logged in by the form."""
        browser = Browser(self.base_url(), 360)
        self.addCleanup(browser.close)
        if login := self.logins[who]:
            browser.login(login, login)
        return browser

    def _look(self, who, pages, shift):
        """Open every page in a browser; return what is wrong, a line each."""
        look = every_page.Look(self._browser(who))
        wrong = []
        for number, page in enumerate(pages):
            languages = LANGUAGES if ALL else [LANGUAGES[(number + shift) % 5]]
            for language in languages:
                prefix = "" if language == "en" else f"/{language}"
                where = f"{who} {prefix}{page.path}"
                look.width(every_page.WIDTHS[0])
                look.theme("light")
                look.open(prefix + page.path)
                wrong += [f"{where}: {row}" for row in look.log()]
                name = page.path.strip("/").replace("/", "-").split("?")[0] or "home"
                look.picture(self.pictures / who / f"{name[:60]}-{language}.png")
                for width in every_page.WIDTHS:
                    look.width(width)
                    wrong += [f"{where} {width}: {row}" for row in look.layout()]
                wrong += [f"{where}: {row}" for row in look.axe()]
                look.theme("dark")
                look.width(every_page.WIDTHS[0])
                wrong += [f"{where} dark: {row}" for row in look.axe("wcag2aa")]
                wrong += [f"{where}: {row}" for row in look.log()]
        return wrong

    def _check(self, who, shift, part=0, parts=1):
        """Look at the pages of these people, or at one of so many parts of them."""
        pages = self._pages(who)
        self.assertGreater(len(pages), 10)
        if not ALL:
            pages = pages[part::parts]
        self._become(who)
        with self.allow_requests(all_requests=True):
            wrong = self._look(who, pages, shift)
        if ALL or parts == 1:
            self._become(who)
            wrong += self._english_left(who, pages)
        report = self.pictures / f"{who}.txt"
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text("\n".join(wrong))
        first = "\n".join(wrong[:40])
        self.assertFalse(wrong, f"{len(wrong)} findings, the first:\n{first}")
