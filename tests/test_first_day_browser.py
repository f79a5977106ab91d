"""A new community by clicking: from the first login to the first payment.

See "From the first login to the first payment" in docs/admin.md, which says how often
one presses and how long it takes.
"""

import re

import pytest
from selenium.webdriver.common.by import By

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.misc import file_path

from .browser import Browser, answering

pytestmark = pytest.mark.slow

CHIEF = "first_day_chief"
PASSWORD = "first-day-secret-1"
FIRST, SECOND = "first@day.example.org", "second@day.example.org"
# What docs/admin.md says.
PRESSES = {"administrator": 14, "people": 8, "payer": 4, "payee": 1}


@tagged("post_install", "-at_install")
class TestFirstDayBrowser(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"wezer_terms": False, "wezer_approval": "nobody"})
        # Tests with threads leave currencies: this community has none yet.
        cls.env["wezer.currency"].sudo().search([]).active = False
        new_test_user(
            cls.env,
            login=CHIEF,
            password=PASSWORD,
            name="Zq Chief",
            groups="wezer_base.group_administrator",
        )

    def _browser(self, width):
        browser = Browser(self.base_url(), width)
        self.addCleanup(browser.close)
        return browser

    def _open_step(self, chief, name):
        """Press Open in the line of the first steps that has this name."""
        chief.wait(".o_form_view h1", "Your community's first day")

        def button(driver):
            for row in driver.find_elements(By.CSS_SELECTOR, "tr.o_data_row"):
                if name in row.text:
                    return row.find_element(By.NAME, "action_open_step")
            return None

        chief.click_found(button, name)
        chief.clicks += 1
        chief.wait(".modal .modal-title")

    def _finish(self, chief, text):
        """Press the button of the dialog, and wait until it is closed."""
        chief.click(".modal footer button", text)
        chief.until(lambda driver: not driver.find_elements(By.CSS_SELECTOR, ".modal"))

    def _choose(self, chief, field, text):
        """Type into a field of a dialog and choose the word that is offered."""
        chief.fill(f".modal div[name={field}] input", text)
        chief.click(".o-autocomplete--dropdown-item a", text)

    def _letter(self, address):
        """Return the way to the page that the button of a letter opens."""
        self.env.invalidate_all()
        self.env["wezer.invitation"]._write_letters()
        self.env.flush_all()
        letter = self.env["mail.mail"].search([("email_to", "=", address)], limit=1)
        return re.search(r"/join/[\w-]+", str(letter.body_html))[0]

    def _join(self, address, name):
        """Join as somebody who got the letter does."""
        person = self._browser(390)
        person.open(self._letter(address))
        person.clicks += 1
        person.fill("input[name=name]", name)
        person.fill("input[name=password]", PASSWORD)
        person.click("#wrap button[type=submit]")
        person.wait("#wrap form[action='/welcome']")
        person.click("#wrap form[action='/welcome'] input[name=agree]")
        person.click("#wrap form[action='/welcome'] button[type=submit]")
        person.wait("#wrap h1")
        return person

    def test_a_new_community_pays_after_the_steps_of_the_guide(self):
        with answering(self):
            chief = self._browser(1280)
            # 1. Log in.
            chief.login(CHIEF, PASSWORD)
            chief.clicks += 1
            # 2. A set.
            self._open_step(chief, "Begin with a set")
            self._choose(chief, "country_id", "France")
            self._finish(chief, "Begin with this set")
            # 3. Name, logo and colours.
            self._open_step(chief, "Name, logo and colours")
            chief.fill(".modal div[name=name] input", "Zq valley")
            picture = file_path("wezer_base/static/description/icon.png")
            chief.driver.find_element(
                By.CSS_SELECTOR, ".modal div[name=logo] input[type=file]"
            ).send_keys(picture)
            chief.clicks += 2
            chief.click(".modal div[name=palette] label", "Sea")
            self._finish(chief, "Use them everywhere")
            # 4. Languages.
            self._open_step(chief, "Languages")
            self._choose(chief, "lang_ids", "French")
            self._finish(chief, "Add to the website")
            # 5. Invitations.
            self._open_step(chief, "Invite five people")
            chief.fill(".modal div[name=emails] textarea", f"{FIRST}, {SECOND}")
            self._finish(chief, "Send the invitations")
            chief.wait(".o_notification", "Invitations on their way: 2.")
            # 6. and 7. Both join.
            payee = self._join(SECOND, "Zq Second")
            payer = self._join(FIRST, "Zq First")
            joined = payee.clicks
            self.assertEqual(payer.clicks, joined)
            # 8. The first pays the second.
            payer.open("/my")
            payer.click(".o_wezer_home_money a.btn-primary", "Pay")
            payer.fill("input[name=search]", "Zq Second")
            payer.click("#wrap button[type=submit]")
            payer.click("#wrap a", "Zq Second")
            payer.fill("#amount", "1")
            payer.fill("#purpose", "A lesson")
            payer.click(".o_wezer_money_button", "Pay 1 Hours to Zq Second")
            payer.wait(".alert", "You paid 1:00 h to Zq Second")
            # 9. The second reads it.
            payee.open("/my")
            payee.click(".o_wezer_home_wallets a", "Hours")
            payee.wait(".o_wezer_statement", "Zq First")
            payee.check_page()
            chief.open("/")
            self.assertIn("Zq valley", chief.driver.title)
        counted = {
            "administrator": chief.clicks,
            "people": 2 * joined,
            "payer": payer.clicks - joined,
            "payee": payee.clicks - joined,
        }
        self.assertEqual(counted, PRESSES)
