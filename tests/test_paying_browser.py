"""Paying in a browser: counted clicks, the keyboard alone, a phone's width."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_currency.tests.common import CurrencyCommon

from .browser import Browser, answering

pytestmark = pytest.mark.slow
TABS_MAX = 60


@tagged("post_install", "-at_install")
class TestPayingInABrowser(CurrencyCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna.password = cls.anna.login
        # A friend: paid before.
        cls.env["wezer.currency"].search([]).sequence = 50
        cls.hours.sequence = 1
        transfers = cls.env["wezer.transfer"].with_user(cls.anna)
        transfers.pay(
            cls.anna.partner_id.id, cls.luc.partner_id.id, cls.hours.id, "1:00", "bread"
        )
        # Asked before the browser runs: it works on the same cursor.
        cls.wallet_url = f"/my/wallets/{cls.wallet(cls, cls.anna, cls.hours).id}"
        cls.luc_slug = cls.luc.partner_id._wezer_profile().slug

    def setUp(self):
        super().setUp()
        self.browser = Browser(self.base_url(), 400)
        self.addCleanup(self.browser.close)

    def _paid(self):
        self.env.invalidate_all()
        return self.balance(self.luc, self.hours)

    def test_a_friend_is_paid_in_three_clicks(self):
        browser = self.browser
        with answering(self):
            browser.login(self.anna.login, self.anna.login)
            browser.open(self.wallet_url)
            browser.click(".o_wezer_balance a.btn-primary", "Pay")
            browser.click(".o_wezer_recent a", "Luc")
            browser.fill("#amount", "0:30")
            browser.fill("#purpose", "Thank you for the bread")
            browser.click(".o_wezer_money_button", "Pay 0:30 Hours to Luc")
            browser.wait(".alert", "You paid 0:30 h to Luc")
            browser.check_page()
        self.assertEqual(browser.clicks, 3)
        self.assertEqual(self._paid(), "1:30")

    def test_a_statement_is_one_click_from_home_and_paying_three(self):
        browser = self.browser
        with answering(self):
            browser.login(self.anna.login, self.anna.login)
            browser.open("/my")
            browser.click(".o_wezer_home_wallets a", "Hours")
            browser.wait(".o_wezer_statement")
            self.assertEqual(browser.clicks, 1)
            browser.open("/my")
            browser.click(".o_wezer_home_money a.btn-primary", "Pay")
            browser.click(".o_wezer_recent a", "Luc")
            browser.fill("#amount", "0:30")
            browser.click(".o_wezer_money_button", "Pay 0:30 Hours to Luc")
            browser.wait(".alert", "You paid 0:30 h to Luc")
        self.assertEqual(browser.clicks, 4)

    def test_hours_are_stepped_by_half_an_hour(self):
        browser = self.browser
        with answering(self):
            browser.login(self.anna.login, self.anna.login)
            browser.open(f"/my/pay?to={self.luc_slug}&currency={self.hours.id}")
            for _time in range(3):
                browser.click(".o_wezer_step[data-step='30']")
            browser.click(".o_wezer_step[data-step='-30']")
            browser.wait(".o_wezer_money_button", "Pay 1:00 Hours to Luc")

    def test_several_lines_are_added_and_paid(self):
        browser = self.browser
        with answering(self):
            browser.login(self.anna.login, self.anna.login)
            browser.open("/my/pay/several")
            browser.click(".o_wezer_several_more button")
            browser.fill("#to_5", "Luc")
            browser.fill("#amount_5", "0:15")
            browser.click(".o_wezer_several button[type=submit]")
            browser.wait(".alert", "You paid 0:15 h to Luc")
        self.assertEqual(self._paid(), "1:15")

    # === BY KEYBOARD === #

    def _tab_to(self, condition):
        """Press Tab until the element with the focus fits; return it."""
        for _time in range(TABS_MAX):
            active = self.browser.driver.switch_to.active_element
            if condition(active):
                return active
            # To the page, not to the element: a field for a file takes keys as a path.
            ActionChains(self.browser.driver).send_keys(Keys.TAB).perform()
        raise AssertionError(f"not reached with {TABS_MAX} tabs")

    def test_a_friend_is_paid_by_the_keyboard_alone(self):
        browser = self.browser
        with answering(self):
            browser.login(self.anna.login, self.anna.login)
            browser.open("/my/pay")
            browser.wait(".o_wezer_recent a")
            face = self._tab_to(lambda one: "Luc" in one.text and one.tag_name == "a")
            with browser.leaving():
                face.send_keys(Keys.ENTER)
            browser.wait("#amount")
            amount = self._tab_to(lambda one: one.get_attribute("id") == "amount")
            amount.send_keys("0:45")
            button = self._tab_to(
                lambda one: "o_wezer_money_button" in one.get_attribute("class")
            )
            outline = button.value_of_css_property("outline-style")
            self.assertNotEqual(outline, "none", "one sees where one is")
            with browser.leaving():
                button.send_keys(Keys.ENTER)
            browser.wait(".alert", "You paid 0:45 h to Luc")
        self.assertEqual(self._paid(), "1:45")

    # === ON A PHONE === #

    def test_nothing_of_a_statement_is_cut_off_at_360_pixels(self):
        self.luc.partner_id.name = "Maximilian-Alexander von Hohenzollern-Sigmaringen"
        browser = self.browser
        with answering(self):
            browser.login(self.anna.login, self.anna.login)
            browser.driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": False},
            )
            browser.open(self.wallet_url)
            browser.wait(".o_wezer_movement")
            wide = "return document.documentElement.scrollWidth <= window.innerWidth"
            self.assertTrue(browser.driver.execute_script(wide))
            for part in browser.driver.find_elements(
                By.CSS_SELECTOR, ".o_wezer_movement .o_wezer_money, .o_wezer_sums dd"
            ):
                self.assertLessEqual(part.rect["x"] + part.rect["width"], 360)
