import subprocess
import sys
from pathlib import Path

from lxml import html

from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestHomePage(HttpCase):
    def _home(self, path="/"):
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, 200)
        return html.fromstring(answer.text), answer.text

    def test_the_home_page_is_made_of_blocks_that_editors_can_move(self):
        view = self.env.ref("wezer_website.homepage")
        directives = [
            name
            for element in html.fromstring(view.arch).iter()
            for name in element.attrib
            if name.startswith("t-")
        ]
        self.assertEqual(directives, [])
        page, _text = self._home()
        sections = page.xpath("//div[@id='wrap']/section")
        self.assertGreater(len(sections), 6)
        for section in sections:
            self.assertTrue(section.get("data-snippet"))

    def test_the_page_that_says_more_does_not_lead_to_itself(self):
        home, _text = self._home("/?fresh=5")
        leads = ".//section[contains(@class, 's_wezer_how')]//a[@href='/how-it-works']"
        self.assertEqual(len(home.xpath(leads)), 1)
        page, _text = self._home("/how-it-works")
        (wrap,) = page.xpath("//div[@id='wrap']")
        self.assertEqual(wrap.xpath(".//a[@href='/how-it-works']"), [])
        headings = wrap.xpath(".//h1/text() | .//h2/text()")
        self.assertEqual(len(headings), len(set(headings)))

    def test_an_editor_finds_the_page_branded(self):
        self.authenticate("admin", "admin")
        page, _text = self._home("/?debug=0")
        (wrap,) = page.xpath("//div[@id='wrap']")
        self.assertEqual(wrap.get("data-oe-model"), "ir.ui.view")
        self.assertTrue(wrap.get("data-oe-xpath"))

    def test_the_name_of_the_community_is_in_title_heading_and_shared_links(self):
        website = self.env["website"].get_current_website()
        website.name = "Les Ormes"
        website.company_id.name = "Les Ormes"
        page, _text = self._home("/?fresh=1")
        self.assertIn("Les Ormes", page.findtext(".//title"))
        self.assertIn("Les Ormes", page.xpath("string(//h1)"))
        (title,) = page.xpath("//meta[@property='og:title']/@content")
        self.assertIn("Les Ormes", title)
        for name in ("description", "og:description"):
            found = page.xpath(f"//meta[@name='{name}' or @property='{name}']/@content")
            self.assertIn("Les Ormes", found[0])

    def test_rows_are_part_of_the_page_without_a_program(self):
        _page, text = self._home("/?fresh=2")
        self.assertIn("o_wezer_scene", text)
        self.assertNotIn("t-call", text)

    def test_an_empty_community_has_a_home_page_that_is_not_blank(self):
        # Other tests of this process may have left some.
        self.env["wezer.announcement"].search([]).write({"visibility": "groups"})
        page, _text = self._home("/?fresh=3")
        self.assertIn("first announcement", page.xpath("string(//div[@id='wrap'])"))
        # What has nothing to show has no heading left for who reads the text only.
        self.assertFalse(page.xpath("//p[contains(@class,'o_wezer_block_empty')]"))

    def test_a_warm_home_page_costs_visitors_few_queries(self):
        self.url_open("/")
        self.url_open("/")
        with self.assertQueryCount(12):
            self.url_open("/")

    def test_the_page_how_it_works_is_linked_in_the_footer(self):
        page, _text = self._home()
        self.assertTrue(page.xpath("//footer//a[@href='/how-it-works']"))
        page, _text = self._home("/how-it-works")
        self.assertEqual(len(page.xpath("//h1")), 1)

    def test_the_pages_are_up_to_date_with_the_blocks(self):
        tool = Path(__file__).parents[3] / "tools" / "website_pages.py"
        if not tool.exists():
            self.skipTest("not in the repository")
        made = subprocess.run([sys.executable, tool, "--check"], check=False)
        self.assertEqual(made.returncode, 0)
