"""The blocks of the community and the palettes in the website builder."""

from datetime import timedelta

import pytest
import time_machine
from lxml import etree
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_base.models.website import palettes_of_theme
from odoo.addons.wezer_currency.tests.common import CurrencyCommon
from odoo.addons.wezer_website.tests.test_blocks import BlocksCase

from .browser import Browser, answering

pytestmark = pytest.mark.slow

# Block: how its options are headed.
BLOCKS = {
    "hero": "Hero of the community",
    "numbers": "Community in numbers",
    "market": "Wanted and offered now",
    "categories": "Categories",
    "how": "How it works",
    "circles": "Circles",
    "members": "Member faces",
    "voices": "Thank-you wall",
    "dates": "Next dates",
    "news": "News of circles",
    "decisions": "Open decisions",
    "questions": "Questions and answers",
    "contact": "Contact person",
}
EDITED = ".o_website_preview iframe:not(.o_ignore_in_tour)"
ROUGE = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    b"WjR9awAAAABJRU5ErkJggg=="
)
# A browser without cameras: the button to scan is hidden as long as the page is open.
NO_CAMERA = "Object.defineProperty(navigator, 'mediaDevices', {value: undefined})"
REWORD = """
document.querySelector(".o_wezer_scan_pick").firstChild.data = "Photo of a code ";
"""


class Builder(Browser):
    """An administrator at the website builder."""

    def edit(self, path):
        """Open the page at ``path`` as it is edited."""
        self.open(f"/odoo/action-website.website_preview?path={path}&enable_editor=1")
        self.wait(".o_builder_sidebar_open")
        self.wait(".o_block_tab #snippet_groups")

    def in_frame(self, frame, doing):
        """Return what ``doing()`` returns inside of a frame."""
        self.driver.switch_to.frame(self.wait(frame))
        try:
            return doing()
        finally:
            self.driver.switch_to.default_content()

    def in_page(self, doing):
        """Return what ``doing()`` returns in the page that is edited."""
        return self.in_frame(EDITED, doing)

    def until_in_page(self, script, *values):
        """Wait until the script says yes in the page that is edited."""
        return self.in_page(
            lambda: self.until(
                lambda driver: driver.execute_script(f"return {script}", *values)
            )
        )

    def insert(self, block):
        """Click on the category Community, and there on the block."""
        self.click("button[data-name='blocks']:not(.active), #snippet_groups")
        self.click(
            ".o_block_tab:not(.o_we_ongoing_insertion) #snippet_groups"
            " .o_snippet[name='Community'] .o_snippet_thumbnail_area"
        )
        preview = f".o_snippet_preview_wrap[data-snippet-id='s_wezer_{block}']"
        self.in_frame(
            ".modal iframe.o_add_snippet_iframe.show", lambda: self.click(preview)
        )
        self.until(
            lambda driver: not driver.find_elements(By.CSS_SELECTOR, ".modal iframe")
        )
        self.until_in_page(
            "!!document.querySelector(arguments[0])", f"#wrap .s_wezer_{block}"
        )
        self.until(
            lambda driver: (
                not driver.find_elements(By.CSS_SELECTOR, ".o_we_ongoing_insertion")
            )
        )

    def select(self, block):
        """Click on a block in the page: its options appear beside it."""
        self.in_page(lambda: self.click(f"#wrap .s_wezer_{block} h2"))
        return self.wait(self.options(block))

    def options(self, block):
        return f"[data-container-title='{BLOCKS[block]}']"

    def choose(self, block, row, value):
        """Choose a value of a row of options."""
        self.click(f"{self.options(block)} [data-label='{row}'] .o-hb-select-toggle")
        self.click(
            ".o_popover .o-dropdown-item, .o-dropdown--menu .o-dropdown-item", value
        )

    def choose_palette(self, name):
        """Choose one of the palettes of the theme."""
        value = f"[data-action-value=\"'{name}'\"]"
        self.click("button[data-name='theme']")
        self.click(f".o-hb-select-wrapper:has({value}) .o-hb-select-toggle")
        self.click(f".o-color-palette-dropdown {value}")

    def save(self):
        self.click("button[data-action=save]:enabled")
        self.until(
            lambda driver: (
                not driver.find_elements(By.CSS_SELECTOR, "body.o_builder_open")
            )
        )


class BuilderCase(HttpCase):
    def log_in(self, login):
        """Return the session of a person; before a browser asks for anything."""
        session = self.authenticate(login, login)
        self.env.flush_all()
        # The next login of a test deletes the session that it finds here.
        self.session = None
        return session

    def browse(self, kind=Browser, session=None):
        """Open a browser, whose person has logged in already where one is given."""
        browser = kind(self.base_url(), 1440)
        self.addCleanup(browser.close)
        if session:
            browser.driver.get(self.base_url() + "/robots.txt")
            browser.driver.add_cookie({"name": "session_id", "value": session.sid})
        return browser


@tagged("post_install", "-at_install")
class TestBuilderBrowser(BlocksCase, BuilderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.garden = cls.env["wezer.category"].create({"name": "Builder garden"})
        cls.env["wezer.group"].create(
            {"name": "Builder circle", "kind": "circle", "visibility": "public"}
        )
        profile = cls.author.partner_id._wezer_profile()
        profile.write({"image_1920": ROUGE, "share_picture": "everyone"})
        posting = {"category_id": cls.garden.id}
        case = cls("setUp")
        for title, more in (
            ("Builder asks", {}),
            ("Builder gives", {"kind": "offer"}),
            (
                "Builder dates",
                {"date_start": fields.Datetime.add(fields.Datetime.now(), days=3)},
            ),
        ):
            case._post(title, **posting, **more)
        cls.url = cls.website.new_page("Trial")["url"]
        page = cls.env["website.page"].search([("url", "=", cls.url)])
        page.is_published = True

    def test_each_block_is_dropped_changed_saved_and_read_by_a_visitor(self):
        admin = self.log_in("admin")
        with answering(self):
            editor = self.browse(Builder, admin)
            editor.edit(self.url)
            for block in BLOCKS:
                editor.insert(block)
            editor.until_in_page(
                "document.querySelector('.s_wezer_market')"
                ".textContent.includes('Builder asks')"
            )
            editor.select("market")
            editor.choose("market", "Kind", "Help offered")
            editor.until_in_page(
                "!document.querySelector('.s_wezer_market')"
                ".textContent.includes('Builder asks')"
            )
            editor.select("dates")
            number = f"{editor.options('dates')} [data-label='How many'] input"
            editor.wait(number).send_keys(Keys.CONTROL, "a")
            editor.wait(number).send_keys("1", Keys.ENTER)
            editor.save()
            visitor = self.browse()
            visitor.open(self.url)
            for block in BLOCKS:
                self.assertTrue(
                    visitor.driver.find_elements(
                        By.CSS_SELECTOR, f"#wrap .s_wezer_{block}"
                    ),
                    block,
                )
            market = visitor.text(".s_wezer_market")
            self.assertIn("Builder gives", market)
            self.assertNotIn("Builder asks", market)
            self.assertIn("Builder dates", visitor.text(".s_wezer_dates"))

    def test_what_a_part_hides_is_saved_as_the_template_has_it(self):
        admin = self.log_in("admin")
        with answering(self):
            editor = self.browse(Builder, admin)
            editor.driver.execute_cdp_cmd(
                "Page.addScriptToEvaluateOnNewDocument", {"source": NO_CAMERA}
            )
            editor.edit("/my/pay")
            editor.until_in_page("document.querySelector('.o_wezer_scan_start').hidden")
            editor.in_page(lambda: editor.driver.execute_script(REWORD))
            editor.until_in_page("document.querySelector('.o_wezer_scan.o_dirty')")
            editor.save()
        self.env.invalidate_all()
        saved = self.env["ir.ui.view"].search(
            [("arch_db", "ilike", "Photo of a code"), ("website_id", "!=", False)]
        )
        self.assertEqual(len(saved), 1)
        (start,) = etree.fromstring(saved.arch_db).xpath(
            "//button[hasclass('o_wezer_scan_start')]"
        )
        self.assertNotIn("hidden", start.attrib)
        self.assertNotIn("data-wezer-hidden", start.attrib)


@tagged("post_install", "-at_install")
class TestPaletteBrowser(CurrencyCommon, BuilderCase):
    def test_a_palette_is_on_a_button_a_chart_and_a_letter(self):
        self.anna.password = self.anna.login
        # A curve needs two days.
        with time_machine.travel(fields.Datetime.now() - timedelta(days=9)):
            self.pay(self.anna, self.anna, self.luc, "10")
        self.pay(self.anna, self.anna, self.luc, "20")
        statement = f"/my/wallets/{self.anna.partner_id._wezer_wallet(self.credit).id}"
        main = palettes_of_theme()["wezer-sea"]["o-color-1"]
        anna, admin = self.log_in(self.anna.login), self.log_in("admin")
        with answering(self):
            editor = self.browse(Builder, admin)
            editor.edit("/")
            before = self._color_of_a_button(editor, editor.in_page)
            editor.choose_palette("wezer-sea")
            editor.until(
                lambda _driver: (
                    self._color_of_a_button(editor, editor.in_page) != before
                )
            )
            editor.save()
            visitor = self.browse()
            visitor.open("/")
            self.assertEqual(self._color_of_a_button(visitor), main)
            visitor.driver.get("about:blank")
            member = self.browse(session=anna)
            member.open(statement)
            chart = member.until(
                lambda driver: driver.find_elements(By.CSS_SELECTOR, ".o_wezer_chart")
            )[0]
            member.driver.execute_script(
                "arguments[0].scrollIntoView({block: 'center'})", chart
            )
            member.wait(".o_wezer_chart canvas")
            line = member.driver.execute_script(
                "return Chart.getChart(document.querySelector('.o_wezer_chart canvas'))"
                ".data.datasets[0].borderColor"
            )
            self.assertEqual(self._hex(member, line), main)
        self.env.invalidate_all()
        letter = self.env["ir.qweb"]._render(
            "wezer_base.mail_button",
            {"company": self.env.company, "button_url": "/", "button_label": "Go"},
        )
        self.assertIn(f"background: {main}", letter)

    def _color_of_a_button(self, browser, inside=None):
        def ask():
            return browser.driver.execute_script(
                "const button = document.querySelector('#wrap .btn-primary');"
                "return button && getComputedStyle(button).backgroundColor"
            )

        color = inside(ask) if inside else ask()
        return self._hex(browser, color)

    def _hex(self, browser, color):
        """Return a colour of CSS as ``#rrggbb``."""
        return browser.driver.execute_script(
            "const pen = document.createElement('canvas').getContext('2d');"
            "pen.fillStyle = arguments[0]; return pen.fillStyle;",
            color,
        )
