"""Coordinators, moderators and administrators open every page of the suite."""

import pytest

from odoo.tests import tagged

from .every_page_case import EveryPage

pytestmark = pytest.mark.slow


@tagged("post_install", "-at_install")
class TestPagesOfStaff(EveryPage):
    def test_every_page_of_a_coordinator(self):
        self._check("coordinator", 3)

    def test_every_page_of_a_moderator(self):
        self._check("moderator", 4)

    def test_every_page_of_an_administrator(self):
        self._check("administrator", 0)
