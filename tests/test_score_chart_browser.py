"""The charts of a score, drawn by Chart.js in a real browser."""

from datetime import timedelta

import pytest

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_reputation.tests.common import ReputationCommon

from .browser import Browser, answering

pytestmark = pytest.mark.slow

# How many pixels of the canvas are not empty.
PAINTED = """
const canvas = document.querySelectorAll(".o_wezer_chart canvas")[arguments[0]];
const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
return data.filter((value, place) => place % 4 === 3 && value).length;
"""


@tagged("post_install", "-at_install")
class TestScoreChart(ReputationCommon, HttpCase):
    def test_the_score_and_its_history_are_drawn(self):
        for mark, giver in ((2, self.anna), (1, self.mia), (-1, self.noe)):
            self.reveal(giver, self.luc, mark)
        self.reputations._recompute()
        party = self.luc.partner_id
        self.env["wezer.reputation.history"].create(
            [
                {
                    "partner_id": party.id,
                    "date": fields.Datetime.now() - timedelta(days=days),
                    "score": score,
                    "lower": score - 1,
                    "company_id": self.env.company.id,
                }
                for days, score in ((90, 3.2), (40, 3.9))
            ]
        )
        self.luc.password = self.luc.login
        browser = Browser(self.base_url())
        self.addCleanup(browser.close)
        with answering(self):
            browser.login(self.luc.login, self.luc.login)
            browser.open("/my/reputation")
            parts = browser.driver.find_elements(
                "css selector", "details:has(> .o_wezer_chart)"
            )
            self.assertEqual(len(parts), 2)
            for place, part in enumerate(parts):
                # The numbers are for whoever asks for them.
                browser.driver.execute_script(
                    "arguments[0].dataset.testPlace = arguments[1]", part, place
                )
                folded = f"details[data-test-place='{place}']"
                browser.unfold(f"{folded} > summary")
                browser.driver.execute_script(
                    "arguments[0].scrollIntoView({block: 'center'})",
                    browser.wait(f"{folded} > .o_wezer_chart"),
                )
                browser.wait(f"{folded} canvas")
                self._wait_until_painted(browser, place)
            errors = [
                row
                for row in browser.driver.get_log("browser")
                if "chart" in row["message"].lower()
            ]
            self.assertEqual(errors, [])

    def _wait_until_painted(self, browser, place):
        def painted(driver):
            canvases = driver.find_elements("css selector", ".o_wezer_chart canvas")
            return len(canvases) > place and driver.execute_script(PAINTED, place)

        browser.until(painted)
