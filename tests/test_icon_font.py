"""The small font has the icons that the website shows; every other one stays Odoo's."""

import importlib.util
from pathlib import Path

from odoo.modules import get_module_path
from odoo.tests import BaseCase, tagged

ROOT = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location(
    "wezer_icon_font", ROOT / "tools" / "icon_font.py"
)
icon_font = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(icon_font)
ODOO = Path(get_module_path("web")).parent


@tagged("post_install", "-at_install")
class TestIconFont(BaseCase):
    def test_each_icon_that_is_used_is_in_the_small_font(self):
        self.assertFalse(icon_font.problems(ODOO), "run tools/icon_font.py")

    def test_an_icon_that_no_page_names_stays_with_the_file_of_odoo(self):
        codes, small = icon_font.codes(ODOO), icon_font.in_sheet()
        self.assertIn(codes["fa-leaf"], small)
        self.assertNotIn(codes["fa-snowflake-o"], small)
        # A choice of the website builder among several hundred.
        self.assertGreater(len(set(codes.values()) - small), 400)

    def test_an_icon_that_is_missing_is_named(self):
        sheet = icon_font.SHEET.read_text()
        self.addCleanup(setattr, icon_font, "SHEET", icon_font.SHEET)
        icon_font.SHEET = _Text(sheet.replace("U+F06B-F06C", "U+F06B"))
        self.assertEqual(icon_font.problems(ODOO), ["not in the small font: fa-leaf"])
        icon_font.SHEET = _Text(sheet.replace("// Font: ", "// Font: 0"))
        self.assertEqual(
            icon_font.problems(ODOO), ["the style sheet is not of this font"]
        )


class _Text:
    def __init__(self, text):
        self.read_text = lambda: text
