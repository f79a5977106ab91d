"""Make the home page and the page "How it works" of the blocks of ``wezer_website``.

Pages of the website builder have no directives of QWeb, else their parts could not be
moved. So the blocks are written out in them: here, that nobody has to keep two copies.

    python3 tools/website_pages.py            # write views/pages.xml of the addon
    python3 tools/website_pages.py --check    # fail where it is not up to date
"""

import copy
import re
import sys
from pathlib import Path
from typing import Any

from lxml import etree

VIEWS = Path(__file__).parents[1] / "addons" / "wezer_website" / "views"
SNIPPETS = VIEWS / "snippets.xml"
FRAME = VIEWS / "pages.in.xml"
PAGES = VIEWS / "pages.xml"
NOTE = " Made by tools/website_pages.py of pages.in.xml and snippets.xml. "


def blocks() -> dict[str, etree._Element]:
    """Return the element of each block by the name of its template."""
    tree = etree.parse(SNIPPETS)
    return {
        template.get("id"): template[0]
        for template in tree.iter("template")
        if str(template.get("id")).startswith("s_")
    }


def pages() -> str:
    """Return the text of the pages: each ``<block name="…"/>`` written out."""
    parser = etree.XMLParser(remove_comments=False)
    tree = etree.parse(FRAME, parser)
    known = blocks()
    for place in list(tree.iter("block")):
        name = place.get("name")
        element = copy.deepcopy(known[name])
        element.set("data-snippet", name)
        element.set("data-name", place.get("title", ""))
        for key, value in place.attrib.items():
            if key.startswith("data-"):
                element.set(key, value)
        if heading := place.get("heading"):
            _give_heading(element, heading)
        element.tail = place.tail
        place.getparent().replace(place, element)
    note = etree.Comment(NOTE)
    note.tail = "\n    "
    tree.getroot().insert(0, note)
    return etree.tostring(tree, encoding="unicode")


def _give_heading(element: etree._Element, heading: str) -> None:
    """Let a block on the page that it leads to say something else than the page."""
    place = element.find(".//h2")
    place.text = heading
    for link in place.getparent().findall("a"):
        place.getparent().remove(link)


def same(text: str, other: str) -> bool:
    """Return whether two texts differ by blanks and quotes of the formatter only."""

    def shape(one: str) -> Any:
        root = etree.fromstring(re.sub(r"^<\?xml.*?\?>", "", one.strip()))
        return [
            (
                str(element.tag),
                {key: " ".join(value.split()) for key, value in element.items()},
                " ".join((element.text or "").split()),
                " ".join((element.tail or "").split()),
            )
            for element in root.iter()
        ]

    return shape(text) == shape(other)


def main() -> int:
    """Write the pages, or say whether they are up to date."""
    made = pages()
    if PAGES.exists() and same(made, PAGES.read_text(encoding="utf-8")):
        return 0
    if "--check" in sys.argv:
        sys.stderr.write(
            f"{PAGES.name} is not up to date: run tools/website_pages.py\n"
        )
        return 1
    PAGES.write_text(
        f'<?xml version="1.0" encoding="UTF-8" ?>\n{made}\n', encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
