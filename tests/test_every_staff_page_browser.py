"""Coordinators, moderators and administrators open every page of the suite."""

import pytest

from odoo.tests import tagged

from . import every_page
from .every_page_case import ALL, EveryPage

# A walk takes minutes for each kind of person: ``./wezer test --all``.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ALL, reason="with --all: takes half an hour"),
]


@tagged("post_install", "-at_install")
class TestPagesOfStaff(EveryPage):
    def test_every_page_of_a_coordinator(self):
        self._check("coordinator", 3, 0, 3)

    def test_every_page_of_a_moderator(self):
        self._check("moderator", 4, 1, 3)

    def test_every_page_of_an_administrator(self):
        self._check("administrator", 0, 2, 3)

    def test_every_list_of_the_back_office_opens_without_an_error(self):
        self._become("administrator")
        root = self.env.ref("wezer_base.wezer_menu_root")
        menus = self.env["ir.ui.menu"].search([("id", "child_of", root.id)])
        actions = {menu.action.id: menu.complete_name for menu in menus if menu.action}
        wrong = []
        with self.allow_requests(all_requests=True):
            browser = self._browser("administrator")
            look = every_page.Look(browser)
            look.width(1440)
            for action, name in actions.items():
                look.open(f"/odoo/action-{action}")
                browser.wait(".o_action_manager > *")
                browser.check_page()
                wrong += [f"{name}: {row}" for row in look.log()]
        self.assertGreater(len(actions), 20)
        self.assertEqual(wrong, [])
