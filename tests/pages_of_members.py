"""Visitors, new members and members open every page of the suite."""

from . import every_page
from .every_page_case import NO_PAGE, WITHOUT_LINK, each_language


class PagesOfMembers:
    @each_language
    def test_every_page_of_a_visitor(self, languages=()):
        self._check("visitor", 0, languages)

    @each_language
    def test_every_page_of_a_new_member(self, languages=()):
        # They share the pages with members: each looks at the half of them.
        self._check("new member", 1, languages, 0, 2)

    @each_language
    def test_every_page_of_a_member(self, languages=()):
        self._check("member", 2, languages, 1, 2)

    def test_the_page_that_welcomes_a_new_account(self):
        self._become("invited")
        page = every_page.Crawl(self._get, self._rule_of).page("/welcome")
        self.assertEqual(page.rule, "/welcome")
        self._check_pages("invited", [page], 1)

    def test_every_page_is_reached_by_links(self):
        seen = set()
        for who in ("visitor", "new member", "member"):
            self._pages(who)
            seen |= self.rules[who]
        known = {*NO_PAGE, *WITHOUT_LINK}
        self.assertEqual(self._our_pages() - seen - known, set())
        # A reason that holds no longer.
        self.assertEqual(known - self._our_pages(), set())
