"""Colours: the palettes, whatever an administrator chooses, and what follows them."""

import re
from itertools import product
from pathlib import Path

import sass
from PIL import ImageColor

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open, file_path

from ..models.website import palettes_of_theme
from ..tools import contrast, palettes

OURS = "wezer_base/static/src/scss/primary_variables.scss"
# Main colours that somebody might choose: pale, loud, dark, none at all.
CHOSEN = ("#ffe600", "#ff0000", "#00ff00", "#b0305a", "#111111", "#fdfdfd", "#7f7f7f")
# Ink, and the grounds on which the suite writes it.
GROUNDS = ("paper", "tone", "card", "accent-soft", "warm-soft")
WRITTEN = [
    *product(("ink", "muted", "accent-ink", "warm-ink", "star"), GROUNDS),
    ("on-accent", "accent"),
    ("on-warm", "warm"),
    *product(("danger",), ("paper", "tone", "card", "danger-soft")),
    *((f"tint-{n}-ink", f"tint-{n}") for n in range(1, 9)),
    *((f"tint-{n}-ink", "card") for n in range(1, 9)),
]
SHAPES = [*product(("accent", "warm", "edge"), ("paper", "card"))]


def tokens(colors):
    """Return the custom properties that the style sheets make of a palette.

    :return: two dicts of names and colours, in the light and in the dark
    """
    scss = [f"$palette: ({', '.join(f'{k}: {v}' for k, v in colors.items())});"]
    scss.append("$o-black: #000; $o-white: #fff; $color-contrast-light: #fff;")
    scss.append("$color-contrast-dark: #000; $min-contrast-ratio: 4.5;")
    scss.append("$enable-important-utilities: true; $prefix: ''; $variable-prefix: '';")
    scss.append("@function o-color($name) { @return map-get($palette, $name); }")
    for path in (
        "web/static/lib/bootstrap/scss/_functions.scss",
        "wezer_base/static/src/scss/tints.scss",
        "wezer_base/static/src/scss/tokens.scss",
        "wezer_base/static/src/scss/dark.scss",
    ):
        scss.append(Path(file_path(path)).read_text())
    css = sass.compile(string="\n".join(scss), output_style="expanded")
    light, dark = {}, {}
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        found = re.findall(r"--o-wezer-([\w-]+):\s*(#?\w+);", body)
        where = dark if "data-bs-theme" in selector else light
        for name, value in found:
            if name not in ("tint", "tint-ink"):
                # libsass writes some colours by their names.
                where[name] = "#{:02x}{:02x}{:02x}".format(*ImageColor.getrgb(value))
    return light, dark


@tagged("post_install", "-at_install")
class TestPalettes(TransactionCase):
    """Whatever is chosen can be read, and letters and paper follow."""

    def _check(self, found, what):
        for least, pairs in ((contrast.TEXT, WRITTEN), (contrast.SHAPE, SHAPES)):
            for ink, ground in pairs:
                ratio = contrast.contrast(found[ink], found[ground])
                self.assertGreaterEqual(
                    ratio, least, f"{what}: {ink} {found[ink]} on {ground}"
                )

    def test_the_theme_offers_six_palettes_and_each_can_be_read(self):
        with file_open(OURS) as sheet:
            offered = palettes.read_palettes(sheet.read())
        self.assertEqual(len(offered), 6)
        for name, colors in offered.items():
            one, two, three, four, five = (colors[key] for key in palettes.COLORS)
            for ground in (three, four):
                self.assertGreaterEqual(contrast.contrast(five, ground), 7, name)
                for main in (one, two):
                    self.assertGreaterEqual(contrast.contrast(main, ground), 4.5, name)
            for main in (one, two):
                self.assertGreaterEqual(contrast.contrast("#ffffff", main), 4.5, name)

    def test_every_ink_is_readable_in_the_light_and_in_the_dark(self):
        with file_open(OURS) as sheet:
            offered = palettes.read_palettes(sheet.read())
        for name, colors in offered.items():
            light, dark = tokens(colors)
            self._check(light, f"{name}, light")
            self._check(dark, f"{name}, dark")

    def test_a_main_colour_of_ones_own_is_readable_whatever_it_is(self):
        garden = palettes_of_theme()["wezer-garden"]
        for main in CHOSEN:
            light, dark = tokens({**garden, "o-color-1": main})
            self._check(light, f"{main}, light")
            self._check(dark, f"{main}, dark")

    def test_the_other_palettes_of_the_builder_are_known_too(self):
        known = palettes_of_theme()
        self.assertIn("default-1", known)
        self.assertTrue(all("o-color-1" in colors for colors in known.values()))

    def test_letters_and_reports_take_the_palette_that_is_chosen(self):
        website = self.env["website"].get_current_website()
        website._wezer_choose_palette("wezer-berry")
        berry = palettes_of_theme()["wezer-berry"]
        self.assertEqual(website.wezer_palette, "wezer-berry")
        self.assertEqual(website._wezer_theme_colors(), berry)
        company = website.company_id
        self.assertEqual(company.email_secondary_color, berry["o-color-1"])
        self.assertEqual(company.primary_color, berry["o-color-1"])
        button = self.env["ir.qweb"]._render(
            "wezer_base.mail_button",
            {"company": company, "button_url": "/", "button_label": "Continue"},
        )
        self.assertIn(f"background: {berry['o-color-1']}", str(button))

    def test_a_pale_main_colour_is_dark_enough_for_a_letter(self):
        website = self.env["website"].get_current_website()
        website._wezer_choose_palette("wezer-sea", "#ffe600")
        self.assertEqual(website._wezer_theme_colors()["o-color-1"], "#ffe600")
        company = website.company_id
        button, text = company.email_secondary_color, company.email_primary_color
        self.assertGreaterEqual(contrast.contrast(button, "#ffffff"), 3)
        self.assertGreaterEqual(contrast.contrast(text, button), 4.5)
