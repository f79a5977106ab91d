"""Within reach on a phone: the skip link, what has the focus, targets, the width."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from odoo.tests import tagged

from odoo.addons.wezer_marketplace.tests.test_website_market import WebsiteCommon

from .browser import Browser, answering

pytestmark = pytest.mark.slow

# WCAG 2.2, 2.5.8: 24 px, but links within a sentence.
SMALL = """
return [...document.querySelectorAll(
    "a[href], button, summary, select, textarea, input:not([type=hidden])"
)].filter((one) => {
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    if (!box.width || !box.height || style.visibility === "hidden") return false;
    if (one.closest(".visually-hidden, .visually-hidden-focusable, .o_skip_to_content"))
        return false;
    // What covers a whole card, or what a label beside makes larger.
    if (one.matches(".stretched-link") || one.closest("label")) return false;
    if (one.id && document.querySelector(`label[for="${one.id}"]`)) return false;
    if (style.display === "inline" && one.closest("p, li, td, dd, label")) return false;
    return Math.min(box.width, box.height) < 23.5;
}).map((one) => `${one.outerHTML.slice(0, 120)} ${one.getBoundingClientRect().height}`);
"""
# A focus is seen by an outline, a shadow or a border of its own.
FOCUS = """
const one = document.activeElement;
const style = getComputedStyle(one);
const box = one.getBoundingClientRect();
return [
    one.outerHTML.slice(0, 120),
    (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
        || style.boxShadow !== "none",
    box.width > 0 && box.bottom > 0 && box.top < innerHeight,
];
"""
TABS = 12


@tagged("post_install", "-at_install")
class TestReachBrowser(WebsiteCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = cls.env["wezer.group"]
        cls.village = groups.create({"name": "Reach village", "visibility": "public"})
        cls.garden = groups.create(
            {
                "name": "Reach garden",
                "parent_id": cls.village.id,
                "visibility": "public",
            }
        )
        cls.house = groups.create(
            {"name": "Greenhouse", "parent_id": cls.garden.id, "visibility": "public"}
        )
        for group in (cls.village, cls.garden, cls.house):
            for user in (cls.test1, cls.test2):
                cls.env["wezer.group.membership"].create(
                    {
                        "group_id": group.id,
                        "partner_id": user.partner_id.id,
                        "state": "active",
                    }
                )

    def test_each_page_is_skipped_into_and_its_targets_are_seen_and_large(self):
        announcement = self.announce(self.test1)
        deal = self.make_deal()
        self.env.flush_all()
        with answering(self):
            self.phone = Browser(self.base_url(), 360, 760)
            self.addCleanup(self.phone.close)
            for command, values in (
                ("Emulation.setScrollbarsHidden", {"hidden": True}),
                (
                    "Emulation.setDeviceMetricsOverride",
                    {
                        "width": 360,
                        "height": 760,
                        "deviceScaleFactor": 1,
                        "mobile": False,
                    },
                ),
            ):
                self.phone.driver.execute_cdp_cmd(command, values)
            self.choose_dark()
            wrong = self.look("/web/login")
            self.phone.login(self.test2.login, self.test2.login)
            for path in (
                "/my",
                "/market",
                f"/market/{announcement.slug}",
                "/market/new",
                "/my/deals",
                f"/my/deals/{deal.id}",
                "/my/pay",
                "/groups",
                f"/groups/{self.garden.slug}",
            ):
                wrong += self.look(path)
            wrong += self.see_the_groups()
        self.assertFalse(wrong, "\n".join(wrong))

    def choose_dark(self):
        """Choose dark at the foot of a page: the browser keeps it, until light."""
        for scheme, theme in (("dark", "dark"), ("light", None)):
            self.phone.open("/")
            self.phone.driver.execute_script("scrollTo(0, document.body.scrollHeight)")
            Select(self.phone.wait(".o_wezer_scheme select")).select_by_value(scheme)
            self.phone.open("/market")
            root = self.phone.driver.find_element("css selector", "html")
            self.assertEqual(root.get_dom_attribute("data-bs-theme"), theme)

    def open(self, path):
        self.phone.open(path)
        if path == "/web/login":
            # Odoo shows this form by its program.
            self.phone.wait("input[name=login]")

    def look(self, path):
        """Return what is out of reach on a page, a line each."""
        phone, wrong = self.phone, []
        self.open(path)
        driver = phone.driver
        if driver.execute_script(
            "return document.documentElement.scrollWidth > innerWidth"
        ):
            wrong.append(f"{path}: wider than the screen")
        wrong += [f"{path}: small {one}" for one in driver.execute_script(SMALL)]
        # A field that has the focus at once lies behind the skip link.
        driver.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
        for number in range(TABS):
            ActionChains(driver).send_keys(Keys.TAB).perform()
            html, seen, on_screen = driver.execute_script(FOCUS)
            if not seen or not on_screen:
                wrong.append(f"{path}: focus {number} is not seen at {html}")
        self.open(path)
        skip = driver.find_element("css selector", "a[href='#wrap']")
        skip.send_keys(Keys.ENTER)
        ActionChains(driver).send_keys(Keys.TAB).perform()
        if not driver.execute_script(
            "return document.querySelector('#wrap').contains(document.activeElement)"
        ):
            wrong.append(f"{path}: the skip link leads nowhere")
        return wrong

    def see_the_groups(self):
        """From the list with faces into the village, whose circles stand nested."""
        phone = self.phone
        phone.open("/groups")
        card = phone.wait(".o_wezer_group_card", "Reach village")
        faces = card.find_elements("css selector", ".o_wezer_group_faces .o_wezer_face")
        self.assertEqual(len(faces), 2)
        phone.click(".o_wezer_group_card a", "Reach village")
        phone.wait("h1", "Reach village")
        nested = ".o_wezer_group_tree .o_wezer_group_tree a"
        self.assertEqual(phone.wait(nested, "Greenhouse").text, "Greenhouse")
        return self.look(f"/groups/{self.village.slug}/talk")
