"""A deal by keyboard alone and on a phone, and words that go when no longer true."""

import tempfile
from contextlib import nullcontext

import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from odoo.tests import tagged

from odoo.addons.wezer_marketplace.tests.test_website_market import WebsiteCommon

from .browser import Browser, answering

pytestmark = pytest.mark.slow

# So many times Tab is pressed before something counts as out of reach.
TABS = 150


@tagged("post_install", "-at_install")
class TestDealBrowser(WebsiteCommon):
    def open_as(self, user, url, width=1280):
        # Requests of a browser do not write down what the test did.
        self.env.flush_all()
        browser = Browser(self.base_url(), width)
        self.addCleanup(browser.close)
        browser.login(user.login, user.login)
        browser.open(url)
        return browser

    def press(self, browser, *keys):
        """Press keys where the focus is; wait for a page that Enter leads to."""
        leads_on = browser.leaving() if Keys.ENTER in keys else nullcontext()
        with leads_on:
            ActionChains(browser.driver).send_keys(*keys).perform()

    def tab_to(self, browser, css):
        """Press Tab until the focus is on ``css``, and see that it is shown there."""
        for _step in range(TABS):
            self.press(browser, Keys.TAB)
            active = browser.driver.switch_to.active_element
            if browser.driver.execute_script(
                "return arguments[0].matches(arguments[1])", active, css
            ):
                return active
        self.fail(f"{css} is out of reach by keyboard")

    def test_claiming_and_delivering_need_no_pointer(self):
        announcement = self.announce(self.test1)
        with answering(self):
            browser = self.open_as(self.test2, f"/market/{announcement.slug}")
            self.tab_to(browser, "button.o_wezer_claim")
            self.press(browser, Keys.ENTER)
            browser.wait(".o_wezer_turn", "Your turn")
            self.tab_to(browser, "#deliver_note")
            self.press(browser, "Done by keys")
            self.tab_to(browser, "button.o_wezer_act_deliver")
            self.press(browser, Keys.ENTER)
            browser.wait(".o_wezer_turn", "Waiting for")
            self.assertIn("Done by keys", browser.text(".o_wezer_log"))

    def test_proposing_other_terms_needs_no_pointer(self):
        announcement = self.announce(self.test1)
        with answering(self):
            browser = self.open_as(self.test2, f"/market/{announcement.slug}")
            self.tab_to(browser, ".o_wezer_sheet > summary")
            self.press(browser, Keys.ENTER)
            price = self.tab_to(browser, f"input[name=price_{self.com.id}]")
            price.send_keys(Keys.END, *[Keys.BACKSPACE] * 10, "60")
            self.tab_to(browser, ".o_wezer_sheet button[type=submit]")
            self.press(browser, Keys.ENTER)
            browser.wait(".o_wezer_turn", "Waiting for")
            self.assertIn("60.00", browser.text(".o_wezer_between"))

    def test_assessing_needs_no_pointer_and_begins_with_no_mark(self):
        deal = self.make_deal("paid")
        with answering(self):
            browser = self.open_as(self.test2, f"/my/deals/{deal.id}")
            form = "#act_assess input[name^=score_]"
            marks = browser.driver.find_elements("css selector", f"{form}:checked")
            self.assertEqual(marks, [])
            for criterion in self.scores(side="payer"):
                # A group of radio buttons is one stop; arrows move within.
                self.tab_to(browser, f"#act_assess input[name=score_{criterion}]")
                self.press(browser, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
                self.press(browser, Keys.ARROW_RIGHT)
            self.tab_to(browser, "button.o_wezer_act_assess")
            self.press(browser, Keys.ENTER)
            browser.wait(".o_wezer_flash", "Thank you")
        given = self.env["wezer.assessment"].sudo()._for_origin(deal)
        self.assertEqual(set(given.line_ids.mapped("score")), {1})

    def test_on_a_phone_from_the_list_to_a_work_sent_back_that_is_given_up(self):
        deal = self.make_deal(prices={self.hours.id: "1:00", self.dummy.id: "8"})
        with answering(self):
            browser = self.open_as(self.test2, "/my", 400)
            self._find_in_my_deals(browser, deal)
            self._deliver_with_a_picture(browser)
        # The browser's request changed what the test has in its cache; no other comes
        # while the test itself acts.
        self.env.invalidate_all()
        self.assertEqual(deal.sudo().evidence_ids.mapped("name"), ["hinge.png"])
        self.as_(self.test1, deal).action_send_back("The hinge is loose")
        self.env.flush_all()
        with answering(self):
            # What the other did appears by itself; words of the last act go.
            browser.wait(".o_wezer_sent_back", "The hinge is loose")
            self.assertEqual(self._all(browser, ".o_wezer_flash"), [])
            first = browser.driver.execute_script(
                "return arguments[0].getBoundingClientRect().top"
                " < arguments[1].getBoundingClientRect().top",
                browser.wait(".o_wezer_sent_back"),
                browser.wait(".o_wezer_between"),
            )
            self.assertTrue(first, "the reason is read before all else")
            self._give_up(browser)
        self.env.invalidate_all()
        self.assertEqual(deal.sudo().state, "ended")

    def _all(self, browser, css):
        return browser.driver.find_elements("css selector", css)

    def _find_in_my_deals(self, browser, deal):
        """By the phone's bar to the list, narrowed to what waits for oneself."""
        browser.click(".o_wezer_bar_deals")
        browser.click("#wrap a", "Needs me")
        row = browser.wait("a.o_wezer_deal_row, .o_wezer_deal_row")
        for words in ("Wilhelmine Announcer", "you receive 1 hrs + 8.00 DUM"):
            self.assertIn(words, row.text)
        self.assertTrue(row.find_elements("css selector", "img.o_wezer_face"))
        browser.click(f"a[href$='/my/deals/{deal.id}']")
        browser.wait(".o_wezer_turn", "Your turn")
        said = browser.text(".o_wezer_between_card")
        self.assertIn("Wilhelmine Announcer gives you 8.00 DUM by hand", said)

    def _deliver_with_a_picture(self, browser):
        with tempfile.TemporaryDirectory() as folder:
            Image.new("RGB", (120, 90), "sienna").save(f"{folder}/hinge.png")
            field = "#act_deliver input[type=file]"
            browser.wait(field).send_keys(f"{folder}/hinge.png")
            shown = browser.wait("#act_deliver figure img")
            browser.until(lambda _driver: shown.get_property("naturalWidth") == 120)
            browser.click("button.o_wezer_act_deliver")
            browser.wait(".o_wezer_flash", "Well done")

    def _give_up(self, browser):
        """Nothing happens before a yes that says how much goes back to whom."""
        browser.unfold(".o_wezer_wrong > summary")
        browser.unfold(".o_wezer_wrong details > summary", "I cannot do it")
        question = browser.text(".o_wezer_wrong details[open] .o_wezer_question")
        self.assertIn("1:00 hrs goes back to Wilhelmine Announcer", question)
        self.assertIn("8.00 DUM is no longer due", question)
        browser.fill(".o_wezer_wrong details[open] textarea", "My back hurts")
        browser.click(".o_wezer_wrong details[open] button.btn-danger", "Yes")
        browser.wait(".o_wezer_deal_live[data-state=ended]")
        self.assertIn("My back hurts", browser.text(".o_wezer_log"))

    def test_on_a_phone_the_terms_open_as_a_sheet_and_the_action_stays_in_sight(self):
        announcement, deal = self.announce(self.test1), self.make_deal()
        with answering(self):
            browser = self.open_as(self.test2, f"/market/{announcement.slug}", 500)
            browser.driver.set_window_size(500, 700)
            browser.unfold(".o_wezer_sheet > summary")
            # The page is told a moment later that its window became smaller.
            browser.until(
                lambda driver: driver.execute_script(
                    "const box = document.querySelector('.o_wezer_box > .o_wezer_card')"
                    ".getBoundingClientRect();"
                    "return box.top === 0 && Math.round(box.height) === innerHeight"
                )
            )
            self.env.flush_all()
            browser.open(f"/my/deals/{deal.id}")
            bar = browser.wait(".o_wezer_act_bar")
            self.assertIn("Deliver", bar.text)
            seen = browser.driver.execute_script(
                "return arguments[0].getBoundingClientRect().bottom <= innerHeight",
                bar,
            )
            self.assertTrue(seen)

    def test_what_unfolds_opens_at_once_without_the_program_of_the_website(self):
        announcement = self.announce(self.test1)
        with answering(self):
            browser = self.open_as(self.test2, f"/market/{announcement.slug}", 400)
            browser.driver.execute_cdp_cmd("Network.enable", {})
            browser.driver.execute_cdp_cmd(
                "Network.setBlockedURLs", {"urls": ["*frontend_lazy*"]}
            )
            browser.open(f"/market/{announcement.slug}")
            fold = browser.wait("summary.btn")
            opened = "return arguments[0].parentElement.open"
            # Pressed once, as a person does: pressed again it would fold.
            fold.send_keys(Keys.ENTER)
            self.assertTrue(browser.driver.execute_script(opened, fold))
