"""A phone in the hands of a member who moves by keyboard, for the tests of walks."""

from urllib.parse import urlsplit

from selenium.webdriver.common.keys import Keys

from odoo.tests import HttpCase

from .browser import Browser, pages_ask

WIDTH, HEIGHT = 360, 780


class PhoneCase(HttpCase):
    """Opens pages that have to fit on the phone, in French."""

    @classmethod
    def _speak_french(cls, *users):
        """Let these people read French, and log in by their login."""
        website = cls.env["website"].get_current_website()
        website.language_ids |= cls.env["res.lang"]._activate_lang("fr_FR")
        for user in users:
            user.lang = "fr_FR"
            user.password = user.login

    @classmethod
    def _phone(cls):
        browser = Browser(cls.base_url(), WIDTH, HEIGHT)
        browser.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {
                "width": WIDTH,
                "height": HEIGHT,
                "deviceScaleFactor": 1,
                "mobile": False,
            },
        )
        return browser

    def press(self, browser, css):
        """Press Enter on what has the focus after a person moved to it by keyboard."""

        def pressed(driver):
            element = browser.wait(css)
            driver.execute_script("arguments[0].focus()", element)
            with browser.leaving():
                element.send_keys(Keys.ENTER)
            return True

        # Found again where the page has replaced it meanwhile.
        browser.until(pressed, css)

    def shown(self, browser, css, text=None):
        """Wait for an element of a page that fits on the phone, in French."""
        element = browser.wait(css, text)
        browser.check_page()
        script = "const {scrollWidth, lang} = document.documentElement;"
        script += "return [scrollWidth, lang]"
        width, language = browser.driver.execute_script(script)
        self.assertLessEqual(width, WIDTH, browser.driver.current_url)
        self.assertEqual(language[:2], "fr")
        return element

    def decision_of(self, browser):
        """Return the decision (sudo) whose page is shown, and leave the page."""
        path = urlsplit(browser.driver.current_url).path
        self.rest(browser)
        number = int(path.rpartition("/")[2])
        return self.env["wezer.decision"].sudo().browse(number)

    def rest(self, *browsers):
        """Leave the pages: others act now, and what pages asked has ended."""
        for browser in browsers:
            browser.driver.get("about:blank")
        with pages_ask():
            self._wait_remaining_requests(20)
        self.env.invalidate_all()
