"""Pages are light: what a first visit loads, behind a proxy that compresses."""

import gzip

import pytest
import requests

from odoo.tests import tagged

from . import every_page
from .every_page_case import EveryPage

pytestmark = pytest.mark.slow

# Kilobytes of a first visit; wanted are 350 for a visitor. Files that are compressed
# already count as they are.
VISITOR, MEMBER = 400, 600
PACKED = (".woff2", ".png", ".jpg", ".jpeg", ".webp")
LOADED = """
return performance.getEntriesByType("navigation")
    .concat(performance.getEntriesByType("resource"))
    .map((entry) => entry.name)
"""


@tagged("post_install", "-at_install")
class TestPageWeight(EveryPage):
    def _weight(self, who, path):
        """Return the kilobytes of a first visit of a page, and what it loads."""
        self._become(who)
        self._get(path)
        with self.allow_requests(all_requests=True):
            look = every_page.Look(self._browser(who))
            look.open(path)
            addresses = sorted(set(look.driver.execute_script(LOADED)))
            session = requests.Session()
            for cookie in look.driver.get_cookies():
                session.cookies.set(cookie["name"], cookie["value"])
            total = 0
            for address in addresses:
                # Odoo adds a bundle for tests, which people do not load.
                if address.startswith(self.base_url()) and "_tests_" not in address:
                    body = session.get(address, timeout=60).content
                    plain = address.split("?")[0].endswith(PACKED)
                    total += len(body if plain else gzip.compress(body, 9))
        return total / 1000, addresses

    def test_a_first_visit_of_a_visitor_is_light(self):
        for path in ("/", "/market"):
            with self.subTest(path):
                weight, addresses = self._weight("visitor", path)
                self.assertLess(weight, VISITOR, addresses)

    def test_a_first_visit_of_a_member_is_light(self):
        for path in ("/my", "/market"):
            with self.subTest(path):
                weight, addresses = self._weight("member", path)
                self.assertLess(weight, MEMBER, addresses)

    def test_what_a_visitor_presses_is_done_once_the_program_is_there(self):
        self._become("visitor")
        self._get("/market")
        with self.allow_requests(all_requests=True):
            browser = self._browser("visitor")
            look = every_page.Look(browser)
            look.open("/market")
            loaded = browser.driver.execute_script(LOADED)
            self.assertFalse([name for name in loaded if "frontend_lazy" in name])
            browser.click("button.o_not_editable[data-bs-toggle=offcanvas]")
            browser.wait("#top_menu_collapse_mobile.show")
