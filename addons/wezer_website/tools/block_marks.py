"""Elements of a page that the server fills, and empties before they are kept.

Pages keep an element ``data-wezer-block="market"`` with its options and an empty
holder of rows: an ordinary part of an ordinary page, which editors move, copy and
remove. When the page is compiled the holder gets a call for its rows, so that they are
part of the page that visitors and search engines read, without another request.
"""

from typing import Any

from lxml import etree

from .block_options import BLOCKS, of_element

MARK = "data-wezer-block"
HOLDER = "o_wezer_rows"


def holders(tree: Any) -> list[tuple[Any, Any]]:
    """Return ``(element, holder)`` of each block in ``tree``."""
    found = []
    for element in tree.xpath(f"descendant-or-self::*[@{MARK}]"):
        if element.get(MARK) not in BLOCKS:
            continue
        inside = element.xpath(
            "descendant-or-self::*[contains(concat(' ', normalize-space(@class), ' '),"
            f" ' {HOLDER} ')]"
        )
        if inside:
            found.append((element, inside[0]))
    return found


def call_for_rows(tree: Any, filters: Any) -> None:
    """Let each block of a template ask for its rows when it is rendered.

    :param filters: a function that returns ``{name of a block: id of its filter}``
    """
    blocks = holders(tree)
    if not blocks:
        return
    ids = filters()
    for element, holder in blocks:
        name = element.get(MARK)
        if name in ids:
            # What the builder asks for, when an option changes.
            element.set("data-filter-id", str(ids[name]))
        _empty(holder)
        # Both are literals: nothing of what an editor wrote is evaluated.
        call = f"wezer_block({name!r}, {of_element(element.attrib)!r})"
        holder.append(etree.Element("t", {"t-out": call}))


def without_rows(html: str) -> str:
    """Return ``html`` of an edited page without the rows that were shown in it."""
    if MARK not in html:
        return html
    parser = etree.HTMLParser(encoding="utf-8")
    tree = etree.fromstring(f"<div>{html}</div>", parser)
    for _element, holder in holders(tree):
        _empty(holder)
    (root,) = tree.xpath("/html/body/div")
    return "".join(
        etree.tostring(child, encoding="unicode", method="html") for child in root
    )


def _empty(holder: Any) -> None:
    for child in list(holder):
        holder.remove(child)
    holder.text = None
