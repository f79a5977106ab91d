"""The first step about name, logo and colours: one form, everywhere at once."""

import io
import re
from base64 import b64decode, b64encode

from PIL import Image

from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, tagged

from ..exceptions import Refusal
from ..models.website import palettes_of_theme
from .common import WezerCommon


def picture(color):
    out = io.BytesIO()
    Image.new("RGB", (400, 100), color).save(out, "PNG")
    return b64encode(out.getvalue())


@tagged("post_install", "-at_install")
class TestLook(WezerCommon, HttpCase):
    """One form writes company, website, pictures and theme."""

    def setUp(self):
        super().setUp()
        self.website = self.env["website"].get_current_website()
        self.website.name = "My Website"

    def _step(self):
        steps = self.env["wezer.onboarding"].with_user(self.ada)._steps()
        return next(step for step in steps if step["key"] == "name")

    def _form(self):
        """Open the form as the step's button does."""
        onboarding = self.env["wezer.onboarding"].with_user(self.ada)
        opened = onboarding.browse(onboarding.action_open()["res_id"])
        line = opened.line_ids.filtered(lambda line: line.key == "name")
        action = line.action_open_step()
        self.assertEqual(action["res_model"], "wezer.look")
        return Form(self.env[action["res_model"]].with_user(self.ada))

    def test_the_step_is_done_once_pages_have_name_and_logo(self):
        self.assertFalse(self._step()["done"])
        form = self._form()
        form.name = "Les Tilleuls"
        form.logo = picture("navy")
        form.palette = "wezer-sea"
        sea = palettes_of_theme()["wezer-sea"]
        self.assertIn(sea["o-color-1"], str(form.preview))
        self.assertIn("Les Tilleuls", str(form.preview))
        form.save().action_apply()
        self.assertTrue(self._step()["done"])
        company = self.website.company_id
        self.assertEqual((self.website.name, company.name), ("Les Tilleuls",) * 2)
        self.assertEqual(company.email_secondary_color, sea["o-color-1"])
        page = self.url_open("/members").text
        self.assertIn("<title>Members | Les Tilleuls</title>", page)
        self.assertNotIn("My Website", page)

    def test_a_name_without_a_logo_does_not_tick_the_step(self):
        self.website.logo = False
        form = self._form()
        form.name = "Les Tilleuls"
        form.save().action_apply()
        self.assertFalse(self._step()["done"])

    def test_the_icon_is_made_from_the_logo_and_from_the_first_letter(self):
        for logo in (picture("red"), False):
            self.website.logo = False
            form = self._form()
            form.name = "Les Tilleuls"
            form.logo = logo
            form.save().action_apply()
            icon = Image.open(io.BytesIO(b64decode(self.website.favicon)))
            self.assertEqual(icon.size, (256, 256))
            middle = icon.convert("RGB").getpixel((20, 128))
            self.assertEqual(middle == (255, 0, 0), bool(logo))

    def test_a_main_colour_of_ones_own_reaches_the_style_sheet(self):
        form = self._form()
        form.name = "Les Tilleuls"
        form.palette = "own"
        form.main_color = "#b0305a"
        form.save().action_apply()
        self.assertEqual(self.website._wezer_theme_colors()["o-color-1"], "#b0305a")
        page = self.url_open("/members").text
        sheet = re.search(r'href="(/web/assets/[^"]*assets_frontend[^"]*css)"', page)[1]
        css = self.url_open(sheet, timeout=300).text
        self.assertRegex(css, r"--o-wezer-accent:\s*#b0305a")
        self.assertRegex(css, r"\.btn-primary\s*\{[^}]*--btn-bg:\s*#b0305a")

    def test_a_name_that_nobody_chose_is_refused(self):
        form = self._form()
        form.name = "My Website"
        look = form.save()
        with self.assertRaises(Refusal):
            look.action_apply()

    def test_others_than_administrators_change_nothing(self):
        for user in (self.anna, self.cora, self.mo):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.env["wezer.look"].with_user(user).create({"name": "Mine"})
