"""The palettes of the theme, read from the style sheets that define them. No Odoo."""

import re

from .contrast import hex_color

# What is known of a palette: "o-color-1" to "o-color-5".
COLORS = tuple(f"o-color-{number}" for number in range(1, 6))
_COLOR = re.compile(r"""['"](o-color-[1-5])['"]\s*:\s*(#[0-9a-fA-F]{3,6})\b""")
_MADE = re.compile(r"""['"]([\w-]+)['"]\s*:\s*o-make-palette\(\s*(#[0-9a-fA-F]{3,6})""")
_MAP = re.compile(r"""['"]([\w-]+)['"]\s*:\s*(?:map-merge\([^()]*\([^()]*\),\s*)?\(""")
_VALUE = re.compile(r"""['"]([\w-]+)['"]\s*:\s*(.+?),?\s*$""", re.MULTILINE)


def read_palettes(scss: str) -> dict[str, dict[str, str]]:
    """Return the palettes of a style sheet, each with the colours written in it.

    Odoo makes the palettes of its ready-made websites from one or two colours: of these
    the first is known.
    """
    palettes: dict[str, dict[str, str]] = {}
    for found in _MAP.finditer(scss):
        inner = scss[found.end() :].split(")", 1)[0]
        colors = {name: str(hex_color(value)) for name, value in _COLOR.findall(inner)}
        if colors:
            palettes.setdefault(found[1], {}).update(colors)
    for name, color in _MADE.findall(scss):
        palettes.setdefault(name, {}).setdefault("o-color-1", str(hex_color(color)))
    return palettes


def read_values(scss: str) -> dict[str, str]:
    """Return what was chosen in the builder: names and values as written."""
    values = {}
    for name, value in _VALUE.findall(scss):
        if value.lower() != "null":
            values[name] = value.strip("'\"")
    return values
