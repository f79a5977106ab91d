"""The home page of before this addon, where an administrator had edited it.

It had parts that only programs could change: conditions, and the newest announcements.
Conditions go, the announcements become a block; what people wrote stays as it is.
"""

from typing import Any

from lxml import etree

from .block_marks import HOLDER, MARK

# The place where the market put its announcements.
PLACE = "o_wezer_home_market"


def with_blocks(arch: str, heading: str) -> str:
    """Return the view of an edited home page as one of blocks.

    :param heading: of the announcements, in the language of ``arch``
    """
    tree = etree.fromstring(arch)
    for layout in tree.xpath("//t[@t-call='website.layout']"):
        parent = layout.getparent()
        parent.set("expr", "//div[@id='wrap']")
        for child in list(layout):
            layout.addprevious(child)
        parent.remove(layout)
    for wrap in tree.xpath("//div[@id='wrap']"):
        for element in wrap.iter(etree.Element):
            for name in [name for name in element.attrib if name.startswith("t-")]:
                del element.attrib[name]
        for section in wrap.xpath(f".//section[contains(@class, '{PLACE}')]"):
            _make_block(section, heading)
    return etree.tostring(tree, encoding="unicode")


def _make_block(section: Any, heading: str) -> Any:
    for child in list(section):
        section.remove(child)
    section.text = None
    for name, value in {
        "class": "s_wezer_market o_wezer_block pt24 pb40",
        "data-snippet": "s_wezer_market",
        "data-name": "Wanted and offered now",
        MARK: "market",
        "data-wz-number": "6",
    }.items():
        section.set(name, value)
    container = etree.SubElement(section, "div", {"class": "container"})
    etree.SubElement(container, "h2").text = heading
    holder = {"class": f"{HOLDER} o_not_editable", "contenteditable": "false"}
    etree.SubElement(container, "div", holder)
