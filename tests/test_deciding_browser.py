"""The story of a circle that decides together: on a phone, in French, by keyboard."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.keys import Keys

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_decision_currency.tests.common import SpendingCommon

from .browser import Browser

pytestmark = pytest.mark.slow
WIDTH = 360


@tagged("post_install", "-at_install")
class TestDecidingInABrowser(SpendingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        website = cls.env["website"].get_current_website()
        website.language_ids |= cls.env["res.lang"]._activate_lang("fr_FR")
        for user in cls.members:
            user.lang = "fr_FR"
            user.password = user.login
        # Asked before the browser runs: it works on the same cursor.
        cls.address = f"/groups/{cls.garden.slug}"

    def person(self, user):
        """Return a phone on which ``user`` is logged in."""
        browser = Browser(self.base_url(), WIDTH, 780)
        self.addCleanup(browser.close)
        browser.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": WIDTH, "height": 780, "deviceScaleFactor": 1, "mobile": False},
        )
        browser.login(user.login, user.login)
        return browser

    def press(self, browser, css):
        """Press Enter on what has the focus after a person moved to it by keyboard."""
        element = browser.wait(css)
        browser.driver.execute_script("arguments[0].focus()", element)
        element.send_keys(Keys.ENTER)

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
        return self.decisions.sudo().browse(int(path.rpartition("/")[2]))

    def rest(self, *browsers):
        """Leave the pages: others act now, on the cursor that requests share."""
        for browser in browsers:
            browser.driver.get("about:blank")
        self._wait_remaining_requests(20)
        self.env.invalidate_all()

    def all_answer(self, decision, choice, *but):
        """Let everybody answer who has not."""
        for voice in decision.voter_ids.filtered(lambda one: one.state == "may"):
            user = voice.person_id.user_ids
            if user not in but:
                decision.with_user(user).action_vote(choice)

    def test_a_circle_talks_and_elects_its_treasurer(self):
        with self.allow_requests(all_requests=True):
            self.elect_a_treasurer(self.person(self.anna))

    # === THE ACTS === #

    def elect_a_treasurer(self, anna):
        """A discussion leads to an election without candidates."""
        anna.open(f"{self.address}/discussions/new")
        anna.fill("#title", "Who looks after our purse?")
        anna.fill("#body", "We need a person whom all of us trust.")
        self.press(anna, "form[action$='/discussions/new'] button.btn-primary")
        self.press(anna, "a[href*='/propose?discussion=']")
        anna.unfold("details > summary", None)
        self.press(anna, "a[href*='outcome=role&']")
        self.shown(anna, "select[name=outcome_role]")
        until = fields.Date.today() + timedelta(days=365)
        anna.driver.execute_script(
            "document.querySelector('[name=outcome_role]').value = arguments[0];"
            "document.querySelector('[name=outcome_until]').value = arguments[1];",
            str(self.treasurer.id),
            until.isoformat(),
        )
        self.press(anna, "form[action$='/propose'] button.btn-primary")
        self.shown(anna, ".o_wezer_decision form[action$='/nominate']")
        decision = self.decision_of(anna)
        self.assertEqual((decision.method, decision.phase), ("person", "naming"))
        anna.open(f"/decisions/{decision.id}")
        anna.fill("input[name=member_typed]", "Ben")
        anna.fill("form[action$='/nominate'] textarea[name=reason]", "Ben counts well.")
        self.press(anna, "form[action$='/nominate'] button[type=submit]")
        anna.wait(".o_wezer_turn", "Ben")
        self.rest(anna)
        for user in self.members:
            if user != self.anna:
                named = decision.with_user(user)
                named.action_nominate(self.ben.partner_id.id, "Ben answers letters.")
        self.clock()
        while decision.phase == "sharing":
            self.wait(decision, hours=12)
        self.assertEqual(decision.phase, "proposing")
        facilitated = decision.with_user(decision.facilitator_id.user_ids)
        facilitated.action_propose_person(
            self.ben.partner_id.id, "Everybody named Ben, and nobody objected."
        )
        decision.with_user(self.ben).action_accept()
        self.assertEqual(decision.phase, "consent")
        decision.with_user(self.cleo).action_object(
            "Ben is away in August, and then nobody would pay."
        )
        anna.open(f"/decisions/{decision.id}")
        self.shown(anna, "#objections", "August")
        self.press(anna, ".o_wezer_decide button[value=live]")
        anna.wait(".o_wezer_flash")
        self.rest(anna)
        decision.objection_ids.with_user(self.cleo).action_withdraw()
        self.all_answer(decision, "live")
        self.close(decision)
        self.assertEqual(decision.state, "adopted")
        self.carry_out(decision)
        self.assertEqual(decision.state, "done")
        place = self.treasurer._membership_of(self.ben.partner_id)
        self.assertEqual((place.state, place.date_to), ("active", until))
        anna.open(f"/decisions/{decision.id}")
        self.shown(anna, "#result", "Ben")
        self.rest(anna)
