"""The browser's title of every page is a sentence that can be translated.

Without a title of its own, Odoo shows the name of the template, which is English in
every language.
"""

from pathlib import Path

from lxml import etree

ADDONS = Path(__file__).resolve().parent.parent / "addons"
LAYOUTS = {"website.layout", "portal.portal_layout", "portal.frontend_layout"}
TITLES = {"additional_title", "title"}


def test_every_page_sets_its_title():
    untitled = []
    for path in sorted(ADDONS.glob("wezer_*/**/*.xml")):
        for template in etree.parse(path).iter("template"):
            for page in template.iter("t"):
                if page.get("t-call") not in LAYOUTS:
                    continue
                names = {node.get("t-set") for node in page.iterchildren("t")}
                if not names & TITLES:
                    untitled.append(f"{path.name}: {template.get('id')}")
    assert not untitled
