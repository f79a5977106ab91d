"""The market on a phone: filters at once, favourites, map, calendar, and posting."""

import tempfile
from datetime import timedelta

import pytest
from PIL import Image
from selenium.webdriver.support.ui import Select

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_marketplace.tests.test_website_market import WebsiteCommon

from .browser import Browser, answering

pytestmark = pytest.mark.slow

TITLES = """
return [...document.querySelectorAll("[data-part=results] a.o_wezer_announcement")]
    .map((card) => card.innerText.trim());
"""


@tagged("post_install", "-at_install")
class TestMarketBrowser(WebsiteCommon):
    def phone(self, user, path):
        self.env.flush_all()
        phone = Browser(self.base_url(), 400, 800)
        self.addCleanup(phone.close)
        if user:
            phone.login(user.login, user.login)
        phone.open(path)
        return phone

    def titles(self, phone):
        # At once: the results are replaced while they are read.
        return set(phone.driver.execute_script(TITLES))

    def choose(self, phone, name, value):
        Select(phone.wait(f"select[name={name}]")).select_by_value(value)

    def until_titles(self, phone, *titles):
        phone.until(lambda _driver: self.titles(phone) == set(titles))

    def test_filters_apply_at_once_and_what_is_found_is_kept_mapped_and_dated(self):
        start = fields.Datetime.now() + timedelta(days=1)
        self.announce(
            self.test1,
            title="Zebra asked",
            date_start=start,
            latitude=46.2,
            longitude=6.14,
        )
        self.announce(self.test1, title="Zebra given", kind="offer")
        with answering(self):
            phone = self.phone(self.test2, "/my")
            phone.click(".o_wezer_bar_market")
            phone.fill("input[name=words]", "zebra")
            phone.click(".o_wezer_market_form button[type=submit]", "Search")
            self.until_titles(phone, "Zebra asked", "Zebra given")
            phone.driver.execute_script("window.wezerStayed = true")
            self._narrow_and_widen(phone)
            self._keep(phone)
            stayed = phone.driver.execute_script("return window.wezerStayed")
            self.assertTrue(stayed, "no filter loads the page anew")
            self._map_and_calendar(phone)

    def _narrow_and_widen(self, phone):
        phone.click(".o_wezer_fold_button")
        self.choose(phone, "kind", "offer")
        self.until_titles(phone, "Zebra given")
        phone.wait(".o_wezer_filter_chip", "Help offered")
        self.assertIn("kind=offer", phone.driver.current_url)
        # Nothing is known of where this person is.
        self.choose(phone, "km", "5")
        phone.wait("#wrap .alert", "Distances need a place")
        phone.click(".o_wezer_filter_chip", "Within 5 km")
        phone.until(lambda driver: "km=" not in driver.current_url)
        phone.click(".o_wezer_filter_chip", "Help offered")
        self.until_titles(phone, "Zebra asked", "Zebra given")
        self.assertEqual(
            phone.wait("select[name=kind]").get_property("value"),
            "",
            "the form follows",
        )
        phone.driver.back()
        self.until_titles(phone, "Zebra given")
        phone.click(".o_wezer_clear")
        phone.until(lambda driver: driver.current_url.endswith("/market"))

    def _keep(self, phone):
        card = ".o_wezer_market_card:has(a[href*='zebra-asked']) .o_wezer_heart"
        phone.click(card)
        phone.wait(f"{card}[aria-pressed=true]")
        phone.click("input[name=favourites]")
        self.until_titles(phone, "Zebra asked")

    def _map_and_calendar(self, phone):
        phone.click(".o_wezer_views a", "Map")
        phone.wait(".leaflet-marker-icon")
        phone.click(".o_wezer_views a", "Calendar")
        phone.wait("#wrap a", "Zebra asked")

    def test_an_announcement_is_posted_with_pictures_in_order_and_stepped_hours(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [f"{folder}/{name}.png" for name in ("door", "hinge")]
            for path, width in zip(paths, (300, 200), strict=True):
                Image.new("RGB", (width, 150), "sienna").save(path)
            with answering(self):
                phone = self.phone(self.test1, "/my")
                phone.click(".o_wezer_bar_post")
                phone.fill("input[name=title]", "Mend the zebra door")
                phone.wait("#pictures").send_keys("\n".join(paths))
                rows = ".o_wezer_picture_row"
                phone.wait(f"{rows}:nth-child(2) img[alt='hinge.png']")
                phone.fill(f"{rows}:nth-child(1) input[name=new_caption]", "The door")
                phone.fill(f"{rows}:nth-child(2) input[name=new_caption]", "Its hinge")
                phone.click(f"{rows}:nth-child(2) button[aria-label=Earlier]")
                phone.wait(".o_wezer_picture_status", "Picture 1 of 2")
                for _time in range(2):
                    phone.click(".o_wezer_stepper button[data-step='30']")
                self.assertEqual(phone.wait("#hours").get_property("value"), "2")
                phone.click(".o_wezer_post button[type=submit]", "Post")
                phone.wait("h1", "Mend the zebra door")
                captions = [
                    one.get_property("textContent")
                    for one in phone.driver.find_elements(
                        "css selector", ".o_wezer_gallery figcaption"
                    )
                ]
                self.assertEqual(captions, ["Its hinge", "The door"])
                phone.wait(".o_wezer_chip", "2 h")
                shown = phone.wait(".o_wezer_gallery img")
                phone.until(lambda _driver: shown.get_property("naturalWidth") == 200)
        self.env.invalidate_all()
        posted = self.env["wezer.announcement"].search(
            [("title", "=", "Mend the zebra door")]
        )
        self.assertEqual(
            posted.picture_ids.mapped("caption"), ["Its hinge", "The door"]
        )
