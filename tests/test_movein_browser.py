"""Communities move in by clicks, as an administrator does it, and a member looks.

Takes the pictures of docs/moving-in.md, too: see `tools/movein_pictures.py`.
"""

import functools
import json
import os
import re
import tempfile
from pathlib import Path
from unittest import skipUnless
from unittest.mock import patch

import polib
import pytest
from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.wezer_base.tools.backup import making
from odoo.addons.wezer_movein.models.wezer_movein_problem import CHOICES, CODES
from odoo.addons.wezer_movein.tests.exports import Export, ces, timeoverflow

from .browser import Browser, answering

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
ADDONS = Path(__file__).resolve().parent.parent / "addons"
SAMPLE = ADDONS.parents[1] / "shared" / "data" / "movein" / "timeoverflow"
# Placeholders and tags in the texts of pages.
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|<[^>]*>")
# Shorter texts are the same in both languages, or names.
ENGLISH_LENGTH = 12
HOURS = r"^-?\d+:\d\d(:\d\d)?$"
# A folder: pictures of every step are written there.
PICTURES = os.environ.get("WEZER_PICTURES")


class MoveinBrowserCase(HttpCase):
    """What administrators do in each move."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"wezer_terms": False, "wezer_approval": "nobody"})
        cls.chief = new_test_user(
            cls.env,
            login=CHIEF,
            password=PASSWORD,
            name="Zq Chief",
            groups="wezer_base.group_administrator",
        )
        # Asked before a browser runs: it works on the same cursor.
        cls.start_action = cls.env.ref("wezer_movein.wezer_movein_start_action")

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

    def _choose_files(self, chief, export, folder):
        names = []
        for name, data in export.files:
            path = Path(folder) / name
            path.write_bytes(data)
            names.append(str(path))
        chief.click(f".o_list_view button[name='{self.start_action.id}']")
        chief.wait(".modal .o_field_many2many_binary")
        chief.driver.find_element(
            By.CSS_SELECTOR, ".modal .o_field_many2many_binary input[type=file]"
        ).send_keys("\n".join(names))
        chief.wait(".modal .o_attachments", names[-1].rsplit("/", 1)[-1])

    def _assert_fits(self, browser):
        """Refuse a page that has to be moved sideways."""
        wider = browser.driver.execute_script(
            "return document.documentElement.scrollWidth - window.innerWidth"
        )
        self.assertLessEqual(wider, 0)

    def _make_backup(self, folder):
        """Make a backup as the scheduled action does; of the archive, only a name."""
        path = Path(folder) / "backup.tar"
        path.write_bytes(b"archive" * 100_000)
        made = patch.object(making, "make", return_value=making.Made(path, {}))
        with made as make:
            self.env.invalidate_all()
            self.env["wezer.movein"]._cron_backup()
            self.env.flush_all()
        self.assertEqual(make.call_args.args, (self.env.cr.dbname,))

    def _run_import(self):
        """Import as the scheduled action does."""
        self.env.invalidate_all()
        self.env["wezer.movein"]._cron_import()
        self.env.flush_all()
        move = self._move()
        self.assertEqual((move.state, move.failure), ("imported", False))


@tagged("post_install", "-at_install")
class TestMoveinBrowser(MoveinBrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.export = ces(seed=5, members=12, trades=60, code="FERN", unmoved=2)

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

    def _button_of(self, code):
        """Return what finds the button of the first problem of a kind."""
        kind = dict(CODES)[code]

        def button(driver):
            for row in driver.find_elements(
                By.CSS_SELECTOR, "div[name=question_ids] tr.o_data_row"
            ):
                if kind in row.text:
                    return row.find_element(By.NAME, "action_decide")
            return None

        return button

    def _decide_by_keyboard(self, chief, code):
        """Decide about all problems of a kind without a mouse."""
        driver = chief.driver
        button = self._button_of(code)

        def pressed(driver):
            # The list may be drawn anew between the moment it is found and the key.
            found = button(driver)
            if found:
                found.send_keys(Keys.ENTER)
            return bool(found)

        chief.until(pressed, code)
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
        chief.click_found(self._button_of(code), code)
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
        self._make_backup(folder)
        chief.wait(ALERT, "The backup is made")
        self._look(chief, "backup")

    def _import(self, chief):
        self._press(chief, "action_import", "The import begins", confirm=True)
        self._look(chief, "importing")
        self._resume(chief)
        self._run_import()
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

    def test_a_community_moves_in_by_clicks_and_a_member_reports_an_error(self):
        with (
            answering(self),
            tempfile.TemporaryDirectory() as folder,
        ):
            chief = self._browser(1280, CHIEF)
            chief.open("/odoo/wezer-start")
            chief.wait(".o_form_view")
            self._open_menu(chief)
            self._look(chief, "begin")
            self._choose_files(chief, self.export, folder)
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


@functools.cache
def english():
    """Return what pages would say in English: parts of texts between placeholders."""
    found = set()
    for addon in ("wezer_base", "wezer_currency", "wezer_movein"):
        for entry in polib.pofile(str(ADDONS / addon / "i18n" / "fr.po")):
            source, said = (
                " ".join(text.split()) for text in (entry.msgid, entry.msgstr)
            )
            part = max(PLACE.split(source), key=len).strip(" .,:;")
            if said and len(part) >= ENGLISH_LENGTH and part not in said:
                found.add(part)
    return found


@tagged("post_install", "-at_install")
class TestTimeBankInFrench(MoveinBrowserCase):
    """A time bank moves in, to the last step, by an administrator who reads French.

    The pictures are in the language of the guide.
    """

    language = "en_US" if PICTURES else "fr_FR"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        website = cls.env["website"].get_current_website()
        website.language_ids |= cls.env["res.lang"]._activate_lang(cls.language)
        if cls.language != "en_US":
            addons = ("wezer_base", "wezer_currency", "wezer_movein")
            modules = cls.env["ir.module.module"].search([("name", "in", addons)])
            modules._update_translations([cls.language])
        cls.chief.lang = cls.language

    def _seen(self, browser, name, css=".o_form_view"):
        """Keep a picture, and refuse what is not in the administrator's language."""
        self._look(browser, name)
        if self.language == "en_US":
            return
        text = " ".join(browser.text(css).split())
        self.assertEqual([part for part in english() if part in text], [], name)

    def _reached(self, chief, state):
        chief.wait(f".o_form_view .o_arrow_button_current[data-value={state}]")

    def _step(self, chief, name, state, confirm=False):
        """Press the button of a step; wait for the state that it leads to."""
        self._press(chief, name, confirm=confirm)
        self._reached(chief, state)

    def _read_and_decide(self, chief, export, folder):
        chief.open("/odoo/wezer-moves")
        self._choose_files(chief, export, folder)
        chief.click(".modal footer button[name=action_start]")
        self._reached(chief, "read")
        self._seen(chief, "bank-read")
        self._step(chief, "action_check", "checked")
        self._seen(chief, "bank-checked")
        chief.click(".o_form_view .nav-link[name=accounts]")
        chief.wait("div[name=account_ids] tr.o_data_row")
        self._seen(chief, "bank-accounts")
        chief.click(".o_form_view .nav-link[name=told]")
        chief.wait("div[name=told_ids] tr.o_data_row")
        self._seen(chief, "bank-found")
        chief.click(".o_form_view .nav-link[name=questions]")
        chief.click("div[name=question_ids] button[name=action_decide]")
        chief.click(".modal input[type=radio][data-value=leave]")
        self._seen(chief, "bank-decide", ".modal")
        chief.click(".modal footer button.btn-primary")
        self._wait_for_no_dialog(chief)
        chief.wait(f"{ALERT} button[name=action_check]")
        self.assertFalse(self._move().undecided_count)
        self._press(chief, "action_check")

    def _import_and_prove(self, chief, folder):
        chief.wait(f"{ALERT} button[name=action_backup]")
        self._press(chief, "action_backup")
        chief.wait(f"{ALERT} .progress")
        self._make_backup(folder)
        chief.wait(f"{ALERT} button[name=action_import].btn-primary")
        self._seen(chief, "bank-ready")
        self._step(chief, "action_import", "importing", confirm=True)
        self._seen(chief, "bank-importing")
        # A large import takes the cursor for longer than a page waits for an answer.
        chief.driver.get("about:blank")
        self._run_import()
        chief.open(f"/odoo/wezer-moves/{self._move().id}")
        self._step(chief, "action_prove", "proved")
        self._seen(chief, "bank-proved")

    def _read_the_proof(self, chief, export):
        chief.open(f"/wezer/moved-in/{self._move().id}")
        self._seen(chief, "bank-proof", "#wrap")
        shown = [
            cell.text
            for cell in chief.driver.find_elements(
                By.CSS_SELECTOR, "#wrap .o_wezer_report td.text-end"
            )
        ]
        differing = self._move().account_ids.filtered("has_difference")
        self.assertEqual(len(shown), 3 * len(differing))
        self.assertGreaterEqual(len(shown), 3)
        for text in shown:
            self.assertRegex(text, HOURS)
        accounts = self._move().account_ids
        here = {row.code: row.wallet_id.balance for row in accounts}
        self.assertEqual(
            export.replay, {code: here.get(code) for code in export.replay}
        )
        chief.open(f"/odoo/wezer-moves/{self._move().id}")

    def _open_invite_and_finish(self, chief):
        self._step(chief, "action_open", "open", confirm=True)
        self._seen(chief, "bank-open")
        move = self._move()
        invited = move.account_ids.person_ids.filtered("email")
        self.patch(type(self.env.company), "_wezer_can_send", lambda _company: True)
        self._press(chief, "action_invite", confirm=True)
        chief.wait(".o_notification", str(len(invited)))
        self._seen(chief, "bank-invited", "body")
        letters = self.env["wezer.invitation"].search(
            [("email", "in", invited.mapped("email"))]
        )
        self.assertEqual(len(letters), len(invited))
        self._step(chief, "action_finish", "finished", confirm=True)
        self._seen(chief, "bank-finished")
        move = self._move()
        self.assertFalse(move.sudo().file_ids.filtered("data"))
        self.assertTrue(move.proof)
        self.assertEqual(
            set(move.account_ids.person_ids._wezer_profile().mapped("state")),
            {"active"},
        )

    def _walk(self, export):
        with (
            answering(self),
            tempfile.TemporaryDirectory() as folder,
        ):
            chief = self._browser(1280, CHIEF)
            self._read_and_decide(chief, export, folder)
            self._import_and_prove(chief, folder)
            self._read_the_proof(chief, export)
            self._open_invite_and_finish(chief)

    def test_a_time_bank_moves_in_from_its_zip_to_the_last_step(self):
        self._walk(timeoverflow(seed=5, language="fr", members=8, transfers=40))

    @pytest.mark.large
    @skipUnless(SAMPLE.exists(), "shared data are absent")
    def test_the_sample_bank_moves_in_from_its_zip_to_the_last_step(self):
        wanted = json.loads((SAMPLE / "expected.json").read_text())["balances"]
        archives = sorted(SAMPLE.glob("*.zip"))
        self._walk(
            Export(
                files=[(one.name, one.read_bytes()) for one in archives],
                replay={code: row["replay_minutes"] for code, row in wanted.items()},
            )
        )
