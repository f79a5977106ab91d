"""Formatted text that members write: plain formatting, links, their own pictures."""

import re
from collections.abc import Callable
from typing import Any

from lxml import etree, html
from markupsafe import Markup

from odoo.tools import html_sanitize

# What may stand in a text, with the attributes that it keeps.
TAGS = {
    **dict.fromkeys(
        "p br hr b strong i em u s del ins sub sup small mark code pre blockquote"
        " ul li h1 h2 h3 h4 h5 h6 table thead tbody tfoot tr div span".split(),
        (),
    ),
    "ol": ("start", "type", "reversed"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
    "a": ("href",),
    "img": ("src", "alt", "width", "height"),
}
# Language and direction belong to the words, wherever they stand.
EVERYWHERE = ("lang", "dir")
SCHEMES = re.compile(r"(https?://|mailto:|tel:|/(?!/))", re.IGNORECASE)
ATTACHED = re.compile(r"/(?:web/image|web/content|wezer/picture)/(\d+)(?![\w.])")
TOKEN = re.compile(r"[?&]access_token=([\w-]+)")
SIZE = re.compile(r"\d{1,4}%?")
SPAN = re.compile(r"[1-9]\d?")


def attachment_of(src: str) -> tuple[int, str]:
    """Return the attachment that a picture's address names, 0 where none, its token."""
    found = ATTACHED.match(src or "")
    token = TOKEN.search(src or "")
    number = int(found.group(1)) if found and len(found.group(1)) < 10 else 0
    return number, token.group(1) if token else ""


def plain_html(text: str, picture: Callable[[str], str | None] | None = None) -> Markup:
    """Return formatted text without layout, styles, classes or foreign pictures.

    :param picture: given the address of a picture, returns the address that stays,
        or None to leave it out; without it, pictures that are attachments stay
    """
    if not text:
        return Markup()
    text = html_sanitize(
        text,
        silent=True,
        sanitize_form=True,
        strip_style=True,
        strip_classes=True,
        sanitize_conditional_comments=True,
    )
    try:
        root = html.fragment_fromstring(str(text), create_parent="div")
    except (etree.ParserError, ValueError):
        return Markup()
    etree.strip_elements(
        root, etree.Comment, etree.ProcessingInstruction, with_tail=False
    )
    for element in list(root.iterdescendants()):
        if element.tag not in TAGS:
            element.drop_tag()
            continue
        if element.tag == "img" and not _keep_picture(element, picture):
            element.drop_tree()
            continue
        kept = (*TAGS[element.tag], *EVERYWHERE)
        for name in list(element.attrib):
            if name not in kept or not _fits(name, element.get(name)):
                del element.attrib[name]
        if element.get("href"):
            element.set("rel", "nofollow noopener")
    inner = html.tostring(root, encoding="unicode")
    # Sanitised and taken down to a list of tags and attributes just above.
    return Markup(re.sub(r"^<div>|</div>$", "", inner.strip()))


def _keep_picture(element: Any, picture: Any) -> bool:
    src = element.get("src") or ""
    kept = picture(src) if picture else (src if attachment_of(src)[0] else None)
    if not kept:
        return False
    element.set("src", kept)
    return True


def _fits(name: str, value: str) -> bool:
    if name == "href":
        return bool(SCHEMES.match(value.strip()))
    if name in ("width", "height"):
        return bool(SIZE.fullmatch(value))
    if name in ("colspan", "rowspan"):
        return bool(SPAN.fullmatch(value))
    if name == "dir":
        return value in ("ltr", "rtl", "auto")
    return len(value) < 2000
