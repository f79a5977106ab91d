from odoo.tests import tagged

from .common import MarketCommon

WORD = "Zebrafish"
SHOWN = ("Description", "Detail", "ExtraDetail", "ExtraLink", "Image")


@tagged("post_install", "-at_install")
class TestWebsiteSearch(MarketCommon):
    """The website's search finds announcements as far as each reader may see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visitor = cls.env.ref("base.public_user")
        cls.shown = cls.announce(cls, cls.test1, title=f"A {WORD} to feed")
        cls.hidden = cls.announce(
            cls, cls.test1, title=f"{WORD} for members", visibility="members"
        )
        cls.draft = cls.announce(cls, cls.test1, False, title=f"{WORD} draft")

    def _found(self, user, text, kind="all"):
        """Return the addresses that are shown, and the corrected word if any."""
        website = self.env["website"].get_current_website().with_user(user)
        options = {f"display{name}": True for name in SHOWN} | {"allowFuzzy": True}
        order = "is_published desc, name ASC, id desc"
        _count, details, corrected = website._search_with_fuzzy(
            kind, text, 50, order, options
        )
        rows = [
            row
            for detail in website._search_render_results(details, 50)
            for row in detail["results_data"]
        ]
        return {row.get("website_url") for row in rows}, corrected

    def _urls(self, *announcements):
        return {f"/market/{announcement.slug}" for announcement in announcements}

    def test_each_reader_finds_what_they_may_see(self):
        for user, announcements in (
            (self.visitor, self.shown),
            (self.stranger, self.shown | self.hidden),
        ):
            for kind in ("all", "announcements"):
                found, _corrected = self._found(user, WORD, kind)
                self.assertEqual(found, self._urls(*announcements), (user.name, kind))

    def test_the_market_corrects_words_by_itself(self):
        found, _corrected = self._found(self.stranger, "zebrafihs", "announcements")
        self.assertEqual(found, self._urls(self.shown, self.hidden))

    def test_a_word_of_an_announcement_is_not_replaced_by_one_of_a_page(self):
        self.announce(self.test1, title="Contract for a shed")
        found, corrected = self._found(self.stranger, "contract")
        self.assertFalse(corrected)
        self.assertTrue(found)

    def test_announcements_are_shown_by_their_titles(self):
        detail = self.env["wezer.announcement"]._search_get_detail(None, "", {})
        self.assertEqual(detail["mapping"]["name"]["name"], "name")
        rows = self.shown._search_render_results(
            detail["fetch_fields"], detail["mapping"], detail["icon"], 5
        )
        self.assertEqual(rows[0]["name"], self.shown.title)
