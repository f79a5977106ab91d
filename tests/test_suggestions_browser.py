"""Choosing a person among suggestions, by keyboard and by pointer, in a browser."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_fractal_groups.tests.common import GroupsCommon

from .browser import Browser, answering

pytestmark = pytest.mark.slow


@tagged("post_install", "-at_install")
class TestSuggestions(GroupsCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._put(cls.joel, cls._role("Keeper", cls.village, "manage", "invite"))
        cls.joel.password = cls.joel.login
        cls.luc.partner_id.name = "Lucette Zander"
        cls.demo.partner_id.name = "Lucette Young"

    def setUp(self):
        super().setUp()
        self.browser = Browser(self.base_url(), 400)
        self.addCleanup(self.browser.close)

    def _field_of_director(self):
        """Walk from the list of groups to the field of a vacant role."""
        self.browser.login(self.joel.login, self.joel.login)
        self.browser.open("/groups")
        self.browser.click("a", "Test compost")
        field = f"#member_of_{self.director.id}"
        return self.browser.wait(field)

    def _options(self, field):
        return field.find_elements(By.XPATH, "../ul/li[@role='option']")

    def _type(self, field, text):
        field.send_keys(text)
        self.browser.until(lambda _driver: len(self._options(field)) == 2)
        self.assertEqual(field.get_attribute("aria-expanded"), "true")

    def _give(self, field):
        field.find_element(By.XPATH, "ancestor::form").submit()
        self.browser.wait("body", "The invitation was sent.")
        self.env.invalidate_all()
        return self.director.membership_ids.partner_id

    def test_a_role_is_given_by_keyboard(self):
        with answering(self):
            field = self._field_of_director()
            self._type(field, "lucette")
            first, second = self._options(field)
            field.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
            self.assertEqual(second.get_attribute("aria-selected"), "true")
            self.assertEqual(first.get_attribute("aria-selected"), "false")
            marked = field.get_attribute("aria-activedescendant")
            self.assertEqual(marked, second.get_attribute("id"))
            # Around the end, to the first.
            field.send_keys(Keys.ARROW_DOWN)
            self.assertEqual(first.get_attribute("aria-selected"), "true")
            field.send_keys(Keys.ARROW_UP, Keys.ENTER)
            self.assertEqual(field.get_attribute("aria-expanded"), "false")
            self.assertEqual(field.get_attribute("value"), "")
            self.assertEqual(self._give(field), self.luc.partner_id)

    def test_a_role_is_given_by_pointer_after_the_list_was_closed(self):
        with answering(self):
            field = self._field_of_director()
            self._type(field, "lucette")
            field.send_keys(Keys.ESCAPE)
            self.assertEqual(field.get_attribute("aria-expanded"), "false")
            self._type(field, " y" + Keys.BACKSPACE)
            self._options(field)[0].click()
            self.assertEqual(self._give(field), self.demo.partner_id)
