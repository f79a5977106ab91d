"""Every page of the suite in a browser, in one demo community.

The community takes most of a minute to make, so one class looks at all its pages.
"""

import pytest

from odoo.tests import tagged

from .every_page_case import EveryPage
from .page_weight import PageWeight
from .pages_of_members import PagesOfMembers
from .pages_of_staff import PagesOfStaff

pytestmark = pytest.mark.slow


@tagged("post_install", "-at_install")
class TestEveryPage(PagesOfMembers, PagesOfStaff, PageWeight, EveryPage):
    pass
