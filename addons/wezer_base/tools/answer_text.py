"""The words of an answer by e-mail, without what the mail program quotes below them.

Mail programs quote in three ways: lines that begin with ``>``, below a line such as
"On Monday, Anna wrote:"; the sender, date and subject of the quoted e-mail, line by
line, and its text; or elements of HTML of their own. The first two are recognised by
their shape where they have one, in any language, and else by the words of many
languages, which a library knows.
"""

import re
from collections.abc import Iterator
from typing import Any

import lxml.etree
import lxml.html
from mailparser_reply import EmailMessage

# An answer is at the top: what follows so many characters is not looked at.
LOOKED_AT, LOOKED_AT_HTML = 20000, 200000
# Longer lines introduce no quoted text, and would cost the expressions much time.
LONG_LINE = 200
# The lines of a sentence such as "On Monday, Anna wrote:", wrapped.
INTRO_LINES = 3
LANGUAGES = ["en", "fr", "de", "es", "it", "nl"]

_RULE = re.compile(r"_{20,}|-{4,} ?\S[^-]*\S ?-{4,}")
_HEADER = re.compile(r"[*]?[^\W\d_][\w '’.-]{0,20}[  ]?:[*]?[ \t]+\S.*")
_HEADERS_LEAST = 3
_INTRO = re.compile(
    r"(El|Le|On|Am|Il|Em|Op|Den)\b.*\d.*"
    r"(escribió|escrigué|va escriure|ha escrit|a écrit|wrote|schrieb\b.*|ha scritto)"
    r"[  ]?:"
)
# The expressions of the library for signatures are not used: they take a first word
# such as "Thanks" for the end of an e-mail, and lists with hyphens, too.
_SIGNATURE = re.compile(r"-- ?")
_SENT_FROM = re.compile(
    r"(sent (from|with|via) |get outlook for |envoyé (de|depuis|avec|à partir) "
    r"|télécharger outlook|obtenir outlook|gesendet (von|mit) |von mein\w* .*gesendet"
    r"|diese nachricht wurde von mein\w* .*gesendet|holen sie sich outlook"
    r"|outlook für .* beziehen|enviado (desde|con) |obtener outlook|enviat (des|amb) "
    r"|inviato da |verzonden vanaf )",
    re.IGNORECASE,
)
_ENCODING = re.compile(r"<\?xml[^>]*\?>", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
# Where a line of HTML ends, once for elements that end together.
_EDGE = "\x01"
_EDGES = re.compile(f"{_EDGE}[ {_EDGE}]*")
_BLOCKS = {
    *("p", "div", "li", "tr", "ul", "ol", "table", "pre", "hr", "h1", "h2", "h3"),
}
_UNSEEN = {
    *("head", "script", "style", "title", "template", "noscript", "iframe", "object"),
    *("svg", "math", "textarea", "select", "button"),
}
_QUOTE_CLASSES = (
    *("gmail_quote", "gmail_extra", "gmail_signature", "yahoo_quoted"),
    *("moz-cite-prefix", "moz-signature", "protonmail_quote", "tutanota_quote"),
    *("protonmail_signature_block", "ms-outlook-mobile-signature"),
)
_QUOTE_IDS = {"Signature", "OLK_SRC_BODY_SECTION", "reply-intro", "isReplyContent"}
_REST_IDS = {
    *("appendonsend", "divRplyFwdMsg", "mail-editor-reference-message-container"),
}
_LINK = re.compile(r"https?://", re.IGNORECASE)


def own_words(text: str) -> str:
    """Return what a person wrote, of the plain text of an e-mail."""
    text = text[:LOOKED_AT].replace("\r\n", "\n").replace("\r", "\n")
    lines = [line.rstrip() for line in text.split("\n")]
    # With its space, which ``rstrip`` has removed, or without.
    lines = lines[: _first(lines, _SIGNATURE)]
    lines = lines[: _first(lines, _RULE)]
    lines = lines[: _first_headers(lines)]
    lines = lines[: _first_by_words(lines)]
    return _without_sender(_without_marked(lines))


def own_words_of_html(html: str) -> str:
    """Return what a person wrote, of the HTML of an e-mail."""
    # Odoo's own marks of quotes take time that grows with the square of the elements.
    html = _ENCODING.sub("", html[:LOOKED_AT_HTML], count=1)
    if not html.strip():
        return ""
    try:
        root = lxml.html.document_fromstring(html)
    except (lxml.etree.LxmlError, ValueError):
        return ""
    lines = _EDGES.sub("\n", "".join(_shown(root))).split("\n")
    return own_words("\n".join(line.strip() for line in lines))


def _shown(root: Any) -> Iterator[str]:
    """Yield the text of an element as a page shows it, and ">" for what is quoted."""
    skipped = None
    for event, element in lxml.etree.iterwalk(root, events=("start", "end", "comment")):
        if event == "comment" or not isinstance(element.tag, str):
            text = element.tail or ""
        elif event == "end":
            if element is skipped:
                skipped = None
            text = _EDGE if element.tag in _BLOCKS else ""
            text += "\n" if element.tag in ("p", "br") else ""
            text += _SPACES.sub(" ", element.tail or "")
        elif skipped is not None:
            continue
        elif _is_rest(element):
            # From here on, all is the e-mail that is answered.
            return
        elif element.tag in _UNSEEN:
            skipped = element
            continue
        elif _is_quote(element):
            skipped, text = element, "\n>\n"
        else:
            text = _EDGE if element.tag in _BLOCKS else ""
            text += _SPACES.sub(" ", element.text or "")
        if skipped is None or text == "\n>\n":
            yield text


def _is_quote(element: Any) -> bool:
    names = (element.get("class") or "").split()
    return (
        element.tag == "blockquote"
        or element.get("id") in _QUOTE_IDS
        or any(name.endswith(_QUOTE_CLASSES) for name in names)
    )


def _is_rest(element: Any) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()[:LONG_LINE]
    return element.get("id") in _REST_IDS or (
        element.tag == "div"
        and "border-top:solid#" in style
        and "padding:3.0pt0" in style
    )


def _first(lines: list[str], pattern: re.Pattern) -> int:
    """Return the number of the first line that ``pattern`` describes entirely."""
    for number, line in enumerate(lines):
        if len(line) <= LONG_LINE and pattern.fullmatch(line):
            return number
    return len(lines)


def _first_headers(lines: list[str]) -> int:
    """Return where lines such as "From: …", "Date: …", "Subject: …" begin."""
    run: list[str] = []
    for number, line in enumerate(lines):
        if len(line) <= LONG_LINE and _HEADER.fullmatch(line.strip()):
            run.append(line)
            if len(run) >= _HEADERS_LEAST and any("@" in one for one in run):
                return number + 1 - len(run)
        elif line or not run:
            run = []
    return len(lines)


def _first_by_words(lines: list[str]) -> int:
    """Return where a sentence such as "On Monday, Anna wrote:" begins."""
    found = _first(lines, _INTRO)
    masked = "\n".join(line if len(line) <= LONG_LINE else "…" for line in lines)
    match = EmailMessage(text=masked, languages=list(LANGUAGES)).HEADER_REGEX.search(
        "\n".join(line.strip() for line in masked.split("\n"))
    )
    if match:
        before = match.string[: match.start()]
        blank = len(match[0]) - len(match[0].lstrip("\n"))
        found = min(found, before.count("\n") + blank)
    # A quote below is cut by its marks, which leave answers between the lines.
    if any(line.startswith(">") for line in lines[found : found + INTRO_LINES + 2]):
        return len(lines)
    return found


def _without_marked(lines: list[str]) -> list[str]:
    """Return the lines that do not begin with ">", and introduce none that do.

    Of answers below or between the quoted lines, none is left that has a link: a
    program that wraps quoted lines leaves such pieces behind.
    """
    first = next((n for n, line in enumerate(lines) if line.startswith(">")), None)
    if first is None:
        return lines
    above, rest = lines[:first], lines[first:]
    return _without_intro(above) + [
        line for line in rest if not line.startswith(">") and not _LINK.search(line)
    ]


def _without_intro(lines: list[str]) -> list[str]:
    """Return lines above a quote without the sentence at their end that says whose."""
    kept = list(lines)
    while kept and not kept[-1]:
        kept.pop()
    if not kept or not kept[-1].endswith(":") or len(kept[-1]) > LONG_LINE:
        return lines
    kept.pop()
    # A sentence that was wrapped begins after an empty line.
    wrapped = next(
        (n for n in range(1, INTRO_LINES) if n < len(kept) and not kept[-1 - n]),
        len(kept) if len(kept) < INTRO_LINES else 0,
    )
    if kept and kept[-1] and wrapped and any(char.isdigit() for char in "".join(kept)):
        kept = kept[: len(kept) - wrapped]
    return kept


def _without_sender(lines: list[str]) -> str:
    """Return the text without lines such as "Sent from my telephone" at its end."""
    kept: list[str] = []
    for line in lines:
        # Of several empty lines, one is left.
        if line.strip() or (kept and kept[-1]):
            kept.append(line if line.strip() else "")
    while kept and (not kept[-1] or _SENT_FROM.match(kept[-1].strip())):
        kept.pop()
    return "\n".join(kept).strip()
