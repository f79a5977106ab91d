"""The browser's title of every page is a sentence that can be translated.

Without a title of its own, Odoo shows the name of the template, which is English in
every language.
"""

from pathlib import Path

import polib
from lxml import etree, html

from odoo.tests import HttpCase, new_test_user, tagged

ADDONS = Path(__file__).resolve().parent.parent / "addons"
LAYOUTS = {"website.layout", "portal.portal_layout", "portal.frontend_layout"}
TITLES = {"additional_title", "title"}


def test_every_page_sets_its_title():
    untitled = []
    for path in sorted(ADDONS.glob("wezer_*/**/*.xml")):
        for template in etree.parse(path).iter("template"):
            for page in template.iter("t"):
                if page.get("t-call") not in LAYOUTS:
                    continue
                names = {node.get("t-set") for node in page.iterchildren("t")}
                if not names & TITLES:
                    untitled.append(f"{path.name}: {template.get('id')}")
    assert not untitled


@tagged("post_install", "-at_install")
class TestFrenchTitles(HttpCase):
    """French pages have French titles, for the browser and for shared links."""

    PAGES = {
        "wezer_base": ("/members", "/my/todo", "/my/notices"),
        "wezer_fractal_groups": ("/groups",),
        "wezer_decision": ("/decisions", "/my/delegations"),
        "wezer_reputation": ("/my/reputation",),
        "wezer_currency": ("/my/wallets", "/my/requests"),
        "wezer_marketplace": ("/market", "/my/deals"),
    }

    def test_titles_are_translated(self):
        website = self.env["website"].get_current_website()
        website.language_ids |= self.env["res.lang"]._activate_lang("fr_FR")
        modules = self.env["ir.module.module"].search([("name", "in", [*self.PAGES])])
        modules._update_translations(["fr_FR"])
        user = new_test_user(
            self.env, login="titles", groups="base.group_portal", lang="en_US"
        )
        user.password = user.login
        self.authenticate(user.login, user.login)
        # All English ones first: French pages set a cookie.
        titles = {
            (addon, url): self._title(url)
            for addon, urls in self.PAGES.items()
            for url in urls
        }
        for (addon, url), title in titles.items():
            path = ADDONS / addon / "i18n" / "fr.po"
            french = {row.msgid: row.msgstr for row in polib.pofile(str(path))}
            with self.subTest(url):
                self.assertEqual(self._title(f"/fr{url}"), french[title])

        self.authenticate(None, None)
        self.assertTrue(self._shared(f"/fr{self.PAGES['wezer_fractal_groups'][0]}"))

    def _title(self, url):
        """Return the title of the browser, without the name of the website."""
        title = self._head(url).findtext("title")
        return title.split(" | ")[0]

    def _shared(self, url):
        """Return the title of shared links, which is that of the browser."""
        head = self._head(url)
        (shared,) = head.xpath("meta[@property='og:title']/@content")
        self.assertEqual(shared, head.findtext("title"))
        return shared

    def _head(self, url):
        return html.fromstring(self.url_open(url).content).find("head")
