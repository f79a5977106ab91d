"""Visitors, new members and members open every page of the suite."""

import pytest

from odoo.tests import tagged

from .every_page_case import NO_PAGE, WITHOUT_LINK, EveryPage

pytestmark = pytest.mark.slow


@tagged("post_install", "-at_install")
class TestPagesOfMembers(EveryPage):
    def test_every_page_of_a_visitor(self):
        self._check("visitor", 0)

    def test_every_page_of_a_new_member(self):
        self._check("new member", 1, 0, 2)

    def test_every_page_of_a_member(self):
        self._check("member", 2)

    def test_every_page_is_reached_by_links(self):
        seen = set()
        for who in ("visitor", "new member", "member"):
            seen |= {page.rule for page in self._pages(who)}
        known = {*NO_PAGE, *WITHOUT_LINK}
        self.assertEqual(self._our_pages() - seen - known, set())
        # A reason that holds no longer.
        self.assertEqual(known - self._our_pages(), set())
