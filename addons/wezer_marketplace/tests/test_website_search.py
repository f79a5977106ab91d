import json

from odoo.tests import HttpCase, tagged

from .common import MarketCommon

WORD = "Zebrafish"
SHOWN = ("Description", "Detail", "ExtraDetail", "ExtraLink", "Image")


@tagged("post_install", "-at_install")
class TestWebsiteSearch(MarketCommon, HttpCase):
    """The website's search finds announcements as far as each reader may see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger.password = cls.stranger.login
        cls.shown = cls.announce(cls, cls.test1, title=f"A {WORD} to feed")
        cls.hidden = cls.announce(
            cls, cls.test1, title=f"{WORD} for members", visibility="members"
        )
        cls.draft = cls.announce(cls, cls.test1, False, title=f"{WORD} draft")

    def _found(self, user, text, kind="all"):
        """Return the addresses that are shown, and the corrected word if any."""
        self.authenticate(user and user.login, user and user.login)
        params = {
            "search_type": kind,
            "term": text,
            "limit": 50,
            "options": {f"display{name}": True for name in SHOWN},
        }
        answer = self.url_open(
            "/website/snippet/autocomplete",
            data=json.dumps({"params": params}),
            headers={"Content-Type": "application/json"},
        ).json()["result"]
        urls = {row["website_url"] for row in answer["results"]}
        return urls, answer.get("fuzzy_search")

    def _urls(self, *announcements):
        return {f"/market/{announcement.slug}" for announcement in announcements}

    def test_each_reader_finds_what_they_may_see(self):
        for user, announcements in (
            (None, self.shown),
            (self.stranger, self.shown | self.hidden),
        ):
            for kind in ("all", "announcements"):
                found, _corrected = self._found(user, WORD, kind)
                self.assertEqual(found, self._urls(*announcements), (user, kind))

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
