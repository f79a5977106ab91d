#!/usr/bin/env python3
"""Make a small font of the icons that the website shows, out of Odoo's Font Awesome.

    python tools/icon_font.py [--check] [--odoo FOLDER]

A visitor loads a sixth of the whole font. Odoo's file stays for every other icon: the
small one has a ``unicode-range``, so a page that shows an icon beyond it, chosen in the
website builder for instance, loads the whole file as before.

Writing needs ``fonttools`` and ``brotli``. ``--check`` needs neither: it writes nothing
and says which icons are missing, or that font and style sheet are not of one run.
"""

import argparse
import hashlib
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
ODOO = ROOT / ".wezer/odoo/usr/lib/python3/dist-packages/odoo/addons"
FONT = ADDONS / "wezer_base/static/lib/fontawesome/fontawesome-subset.woff2"
SHEET = ADDONS / "wezer_base/static/src/scss/icons.scss"
WHOLE = "web/static/src/libs/fontawesome/fonts/fontawesome-webfont.woff2"
NAMES = "web/static/src/libs/fontawesome/css/font-awesome.css"
SHOWN_BY = (".xml", ".py", ".js", ".scss")
# What of Odoo draws the pages that people of a community see.
OF_ODOO = (
    *("auth_signup/views", "portal/static/src", "portal/views", "web/views"),
    *("web/static/src/core", "web/static/src/public", "website/views"),
    *("website/static/src/interactions", "website/static/src/snippets"),
    *("website/static/src/scss/website.scss", "web/static/src/scss"),
)
NAME = re.compile(r"\bfa-[a-z0-9]+(?:-[a-z0-9]+)*")
CONTENT = re.compile(r"content:\s*[\"']\\(f[0-9a-f]{3})\b")
HEAD = """\
// Written by tools/icon_font.py; do not edit. Font Awesome 4.7, of which this file has
// the icons that the website shows. All others are in Odoo's file, which comes before:
// of two files with one letter the later one counts.
// Font: {mark}
@font-face {{
    font-family: "FontAwesome";
    font-style: normal;
    font-weight: normal;
    font-display: block;
    src: url("/wezer_base/static/lib/fontawesome/fontawesome-subset.woff2")
        format("woff2");
    unicode-range:
        {ranges};
}}
"""


def codes(odoo: Path = ODOO) -> dict[str, int]:
    """Return the letter of each icon of Font Awesome, by its class."""
    rules = re.findall(
        r"((?:\.fa-[\w-]+:before,?\s*)+)\{\s*content:\s*[\"']\\([0-9a-f]{4})",
        (odoo / NAMES).read_text(),
    )
    return {
        name: int(code, 16)
        for names, code in rules
        for name in re.findall(r"\.(fa-[\w-]+):", names)
    }


def _texts(folder: Path) -> Iterator[str]:
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.suffix in SHOWN_BY and not {"tests", "lib"} & set(parts):
            yield path.read_text()


def _shown_in(folder: Path, known: dict[str, int]) -> set[int]:
    found = set()
    for text in _texts(folder):
        found |= {known[name] for name in NAME.findall(text) if name in known}
        found |= {int(code, 16) for code in CONTENT.findall(text)}
    return found & set(known.values())


def of_ours(odoo: Path = ODOO) -> set[int]:
    """Return the letters of the icons that the suite's own files name."""
    known, found = codes(odoo), set()
    for addon in sorted(ADDONS.glob("wezer_*")):
        found |= _shown_in(addon, known)
    return found


def of_odoo(odoo: Path = ODOO) -> set[int]:
    """Return the letters of the icons that Odoo's own pages of the website name."""
    known, found = codes(odoo), set()
    for folder in OF_ODOO:
        found |= _shown_in(odoo / folder, known)
    return found


def in_sheet() -> set[int]:
    """Return the letters that the style sheet gives to the small font."""
    found = set()
    for first, last in re.findall(
        r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", SHEET.read_text()
    ):
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


def mark() -> str:
    """Return what tells this small font from another one."""
    return hashlib.sha256(FONT.read_bytes()).hexdigest()[:16]


def problems(odoo: Path = ODOO) -> list[str]:
    """Return in sentences what is wrong with the font or its style sheet."""
    found = []
    missing = of_ours(odoo) - in_sheet()
    if missing:
        names = sorted(name for name, code in codes(odoo).items() if code in missing)
        found.append(f"not in the small font: {', '.join(names)}")
    if f"// Font: {mark()}\n" not in SHEET.read_text():
        found.append("the style sheet is not of this font")
    return found


def _ranges(letters: set[int]) -> str:
    """Return ``letters`` as CSS ranges, in lines of 88 characters."""
    ranges: list[list[int]] = []
    for letter in sorted(letters):
        if ranges and ranges[-1][1] == letter - 1:
            ranges[-1][1] = letter
        else:
            ranges.append([letter, letter])
    lines = [""]
    for first, last in ranges:
        text = f"U+{first:04X}" + (f"-{last:04X}" if last > first else "") + ", "
        if len(lines[-1] + text) > 80:
            lines.append("")
        lines[-1] += text
    return "\n        ".join(line.strip() for line in lines).rstrip(",")


def write(odoo: Path = ODOO) -> int:
    """Write font and style sheet; return the bytes of the font."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    letters = of_ours(odoo) | of_odoo(odoo)
    options = subset.Options(flavor="woff2", desubroutinize=True)
    font = TTFont(odoo / WHOLE, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    # The space as well: without it the lines of the icons could be of another height.
    subsetter.populate(unicodes={0x20, *letters})
    subsetter.subset(font)
    font.flavor = "woff2"
    written = io.BytesIO()
    font.save(written)
    FONT.parent.mkdir(parents=True, exist_ok=True)
    FONT.write_bytes(written.getvalue())
    SHEET.write_text(HEAD.format(mark=mark(), ranges=_ranges(letters)))
    return len(written.getvalue())


def main(arguments: list[str]) -> int:
    """Run from the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--odoo", type=Path, default=ODOO, help="Odoo's addons")
    asked = parser.parse_args(arguments)
    if asked.check:
        found = problems(asked.odoo)
        print("\n".join(found) or "The small font has every icon.")
        return int(bool(found))
    size = write(asked.odoo)
    print(f"{len(in_sheet())} icons, {size / 1000:.1f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
