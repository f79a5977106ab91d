"""A community moves in by clicks, as an administrator does it, and a member looks.

Takes the pictures of docs/moving-in.md, too: see `tools/movein_pictures.py`.
"""

import os
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import _registry_test_lock

from odoo.addons.wezer_base.tools.backup import making
from odoo.addons.wezer_movein.models.wezer_movein_problem import CHOICES, CODES
from odoo.addons.wezer_movein.tests.exports import ces

from .browser import Browser

pytestmark = pytest.mark.slow

CHIEF = "movein_chief"
PASSWORD = "moving-in-secret-1"
ALERT = ".o_form_view .alert"
# What this administrator decides about each kind of problem.
DECISIONS = {
    "not_moved": "leave_out",
    "balance_differs": "leave",
    "closed_with_balance": "stays",
}
# The guide says so.
CLICKS_OF_A_KIND = 3
# A folder: pictures of every step are written there.
PICTURES = os.environ.get("WEZER_PICTURES")


@tagged("post_install", "-at_install")
class TestMoveinBrowser(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"wezer_terms": False, "wezer_approval": "nobody"})
        new_test_user(
            cls.env,
            login=CHIEF,
            password=PASSWORD,
            name="Zq Chief",
            groups="wezer_base.group_administrator",
        )
        cls.export = ces(seed=5, members=12, trades=60, code="FERN", unmoved=2)

    def _browser(self, width, login):
        browser = Browser(self.base_url(), width, 1000)
        self.addCleanup(browser.close)
        self._resize(browser, width)
        browser.login(login, PASSWORD)
        return browser

    def _look(self, browser, name):
        """Keep a picture of a step, where pictures are wanted."""
        browser.check_page()
        if PICTURES:
            browser.driver.save_screenshot(str(Path(PICTURES) / f"movein-{name}.png"))

    def _move(self):
        self.env.invalidate_all()
        return self.env["wezer.movein"].search([], limit=1)

    def _resize(self, browser, width):
        browser.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {
                "width": width,
                "height": 1000,
                "deviceScaleFactor": 1,
                "mobile": width < 500,
            },
        )

    def _look_on_a_phone(self, chief):
        """See the problems as cards on a phone, with their buttons."""
        self._resize(chief, 360)
        chief.driver.refresh()
        cards = "div[name=question_ids] .o_kanban_record"
        button = chief.wait(f"{cards} button[name=action_decide]")
        self._look(chief, "checked-phone")
        self.assertLessEqual(button.rect["x"] + button.rect["width"], 360)
        self._assert_fits(chief)
        self._resize(chief, 1280)
        chief.driver.refresh()
        chief.wait("div[name=question_ids] tr.o_data_row")

    def _resume(self, chief):
        """Leave the move, and come back to it by the menu."""
        self._open_menu(chief)
        chief.until(lambda driver: self._open_first(driver))
        chief.wait(".o_form_view h1", "Fern")

    def _open_first(self, driver):
        """Open the first move of the list, which may be drawn anew meanwhile."""
        try:
            driver.find_element(By.CSS_SELECTOR, "tr.o_data_row td.o_data_cell").click()
        except (StaleElementReferenceException, NoSuchElementException):
            return False
        return True

    def _open_menu(self, chief):
        chief.click(".o_menu_sections button", "Configuration", counts=False)
        chief.click(".o-dropdown--menu a", "Move a community in", counts=False)
        chief.wait(".o_list_view button", "Choose files")

    def _press(self, chief, name, then=None, confirm=False):
        """Press a button of the form by its name; wait for what it leads to."""
        chief.click(f".o_form_view button[name={name}]")
        if confirm:
            chief.click(".modal footer button.btn-primary")
            self._wait_for_no_dialog(chief)
        if then:
            chief.wait(ALERT, then)

    def _wait_for_no_dialog(self, browser):
        browser.until(lambda driver: not driver.find_elements(By.CLASS_NAME, "modal"))

    def _choose_files(self, chief, folder):
        names = []
        for name, data in self.export.files:
            path = Path(folder) / name
            path.write_bytes(data)
            names.append(str(path))
        chief.click(".o_list_view button", "Choose files")
        chief.wait(".modal .o_field_many2many_binary")
        chief.driver.find_element(
            By.CSS_SELECTOR, ".modal .o_field_many2many_binary input[type=file]"
        ).send_keys("\n".join(names))
        chief.wait(".modal .o_attachments", names[-1].rsplit("/", 1)[-1])

    def _button_of(self, chief, code):
        """Return the button of the first problem of a kind."""
        kind = dict(CODES)[code]

        def button(driver):
            for row in driver.find_elements(
                By.CSS_SELECTOR, "div[name=question_ids] tr.o_data_row"
            ):
                if kind in row.text:
                    return row.find_element(By.NAME, "action_decide")
            return None

        return chief.until(button)

    def _decide_by_keyboard(self, chief, code):
        """Decide about all problems of a kind without a mouse."""
        driver = chief.driver
        self._button_of(chief, code).send_keys(Keys.ENTER)
        chief.wait(".modal .o_radio_item")
        chief.until(
            lambda one: one.switch_to.active_element.get_attribute("type") == "radio"
        )
        wanted = dict(CHOICES)[DECISIONS[code]]
        radios = chief.driver.find_elements(By.CSS_SELECTOR, ".modal .o_radio_item")
        for radio in radios:
            driver.switch_to.active_element.send_keys(Keys.SPACE)
            if wanted in radio.text:
                break
            driver.switch_to.active_element.send_keys(Keys.ARROW_DOWN)

        def is_on_button(one):
            one.switch_to.active_element.send_keys(Keys.TAB)
            return one.switch_to.active_element.get_attribute("name") in (
                "action_decide_all",
                "action_decide",
            )

        chief.until(is_on_button)
        driver.switch_to.active_element.send_keys(Keys.ENTER)
        self._wait_for_no_dialog(chief)

    def _decide_kind(self, chief, code):
        """Decide the same about all problems of a kind."""
        before = chief.clicks
        choice = dict(CHOICES)[DECISIONS[code]]
        self._button_of(chief, code).click()
        chief.clicks += 1
        chief.click(".modal .o_radio_item label", choice)
        self._look(chief, f"decide-{code.replace('_', '-')}")
        alike = chief.driver.find_elements(
            By.CSS_SELECTOR, ".modal footer button[name=action_decide_all]"
        )
        name = "action_decide_all" if alike else "action_decide"
        chief.click(f".modal footer button[name={name}]")
        self._wait_for_no_dialog(chief)
        self.assertLessEqual(chief.clicks - before, CLICKS_OF_A_KIND)

    def _check_and_decide(self, chief):
        self._press(chief, "action_check", "need a decision")
        self._look(chief, "checked")
        self._resume(chief)
        self._look_on_a_phone(chief)
        waiting = self._move().problem_ids.filtered("is_undecided")
        self.assertEqual(set(waiting.mapped("code")), set(DECISIONS))
        for number, code in enumerate(sorted(set(waiting.mapped("code")))):
            decide = self._decide_kind if number else self._decide_by_keyboard
            decide(chief, code)
            self.assertFalse(
                self._move().problem_ids.filtered(
                    lambda one, code=code: one.code == code and one.is_undecided
                )
            )
        chief.wait(ALERT, "Everything is decided")
        self._resume(chief)
        self._press(chief, "action_check", "Everything is checked and decided")
        self._look(chief, "ready")

    def _back_up(self, chief, folder):
        """Ask for a backup, leave, and find it made."""
        self._press(chief, "action_backup", "is being made")
        self._resume(chief)
        path = Path(folder) / "backup.tar"
        path.write_bytes(b"archive" * 100_000)
        made = patch.object(making, "make", return_value=making.Made(path, {}))
        # As the scheduled action does. The page asks meanwhile, on the same cursor.
        with _registry_test_lock, made as make:
            self.env.invalidate_all()
            self.env["wezer.movein"]._cron_backup()
            self.env.flush_all()
        self.assertEqual(make.call_args.args, (self.env.cr.dbname,))
        chief.wait(ALERT, "The backup is made")
        self._look(chief, "backup")

    def _import(self, chief):
        self._press(chief, "action_import", "The import begins", confirm=True)
        self._look(chief, "importing")
        self._resume(chief)
        # As the scheduled action does. The page asks meanwhile, on the same cursor.
        with _registry_test_lock:
            self.env.invalidate_all()
            self.env["wezer.movein"]._cron_import()
            self.env.flush_all()
        move = self._move()
        self.assertEqual((move.state, move.failure), ("imported", False))
        chief.wait(ALERT, "Everything is here")
        self._resume(chief)

    def _prove(self, chief):
        self._press(chief, "action_prove", "is proved")
        self._look(chief, "proved")
        chief.click(".o_form_view button[name=action_open_proof]")
        chief.until(lambda driver: len(driver.window_handles) == 2)
        chief.driver.switch_to.window(chief.driver.window_handles[1])
        chief.wait("#wrap h1", "Fern")
        self._look(chief, "proof")
        shown = chief.text("#wrap")
        self.assertIn(self._move().rows_digest, shown)
        for row in self._move().account_ids.filtered("has_difference"):
            self.assertIn(row.code, shown)
        chief.driver.close()
        chief.driver.switch_to.window(chief.driver.window_handles[0])
        self._resume(chief)
        self._press(chief, "action_open", "has moved in", confirm=True)
        self._look(chief, "open")

    def _member_looks(self):
        """Log in as a member who moved in, and report the own account."""
        account = self._move().account_ids.filtered(
            lambda row: (
                row.old_state == "open"
                and row.kind == "person"
                and row.payment_count > 2
                and row.partner_id.email
            )
        )[0]
        with _registry_test_lock:
            self.env["res.users"].create(
                {
                    "partner_id": account.partner_id.id,
                    "login": account.partner_id.email,
                    "password": PASSWORD,
                    "group_ids": [self.env.ref("base.group_portal").id],
                }
            )
            self.env.flush_all()
        member = self._browser(360, account.partner_id.email)
        member.open(f"/my/wallets/{account.wallet_id.id}")
        member.click("#wrap a[href='/my/moved-in']")
        member.wait("#wrap h1")
        self._look(member, "member-phone")
        self.assertIn(account.code, member.text("#wrap"))
        self._assert_fits(member)
        member.unfold("#wrap summary", "Something is wrong")
        member.fill("#wrap textarea[name=text]", "I do not know the last payment.")
        self._look(member, "report-phone")
        member.click("#wrap form[action$='/wrong'] button[type=submit]")
        member.wait(".alert", "Thank you")

    def _assert_fits(self, browser):
        """Refuse a page that has to be moved sideways."""
        wider = browser.driver.execute_script(
            "return document.documentElement.scrollWidth - window.innerWidth"
        )
        self.assertLessEqual(wider, 0)

    def test_a_community_moves_in_by_clicks_and_a_member_reports_an_error(self):
        with (
            self.allow_requests(all_requests=True),
            tempfile.TemporaryDirectory() as folder,
        ):
            chief = self._browser(1280, CHIEF)
            chief.open("/odoo/wezer-start")
            chief.wait(".o_form_view")
            self._open_menu(chief)
            self._look(chief, "begin")
            self._choose_files(chief, folder)
            self._look(chief, "files")
            chief.click(".modal footer button[name=action_start]")
            chief.wait(ALERT, "nothing is imported")
            self._look(chief, "read")
            self._resume(chief)
            self._check_and_decide(chief)
            self._back_up(chief, folder)
            self._import(chief)
            self._prove(chief)
            self._member_looks()
            self._resume(chief)
            self._answer(chief)

    def _answer(self, chief):
        """See what the member reported, and mark it as answered."""
        chief.wait("div[name=question_ids] tr.o_data_row", "I do not know the last")
        self._look(chief, "reported")
