"""The direction and the language of what people wrote, in templates.

Texts in other letters run their own way, and whoever hears the page hears them in
their own language. Runs without Odoo.
"""

import re
import unicodedata
from typing import Any

from markupsafe import Markup, escape

# Ends of expressions that give what people wrote.
WRITTEN = {
    *("accountabilities", "answer", "body", "caption", "change", "city", "comment"),
    *("decision", "delivery_note", "description", "display_name", "domains"),
    *("done_when", "focus", "hidden_reason", "how_known", "message", "name", "note"),
    *("place", "presentation", "purpose", "reason", "reply", "steps", "title", "what"),
    *("why", "word"),
}
LAST_WORD = re.compile(r"""(?:\.|\[['"])(\w+)(?:['"]\])?\s*(?:or\s+(?:''|""))?\s*$""")
# Whose text it is, before the last word: ``a['one'].sudo()`` in ``f(a['one'].sudo()``.
OWNER = re.compile(r"""[A-Za-z_]\w*(?:\.\w+(?:\(\))?|\[(?:['"]\w+['"]|\d+)\])*$""")
# Words of letters that run from right to left, with what stands between them.
_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
STRETCH = re.compile(rf"[{_LEFT}]+(?:[\s\d'’-]*[{_LEFT}]+)*")
# Of sentences in plain text: what is set apart in the direction of its own letters.
APART, END = "\u2068", "\u2069"
# What a page cannot put elements into, and values that are no text on the page.
CLOSED = {"option", "title", "textarea", "script", "style"}
TYPED = {"text", "search", None}


def isolate_written(root: Any) -> None:
    """Add direction and language to what shows or takes people's words.

    ``dir="auto"`` and ``lang`` where an element holds nothing else; what stands in a
    line with other words is set apart (:func:`isolated`). Of sentences that were put
    together elsewhere, the stretches that run to the left are (:func:`apart`).
    Idempotent: the tree of a template may be asked for several times.
    """
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue
        if node.tag == "textarea" or (
            node.tag == "input" and node.get("type") in TYPED
        ):
            if not (node.get("dir") or node.get("t-att-dir")):
                node.set("dir", "auto")
            continue
        expression = node.get("t-out") or node.get("t-field") or ""
        if not expression or node.get("t-options") or _is_closed(node):
            continue
        found = LAST_WORD.search(expression.removesuffix(")"))
        if found and found.group(1) in WRITTEN:
            _isolate(node, expression, _language(expression, found))
        elif node.get("t-out") and not expression.startswith("wezer_"):
            _set_apart(node, expression)


def _is_closed(node: Any) -> bool:
    """Return whether a page can put no element there."""
    return node.tag in CLOSED or any(
        parent.tag in CLOSED or parent.get("t-set") for parent in node.iterancestors()
    )


def _language(expression: str, found: re.Match) -> str:
    """Return the expression that gives the language of what ``expression`` shows."""
    owner = OWNER.search(expression[: found.start()])
    return f"wezer_language({owner[0]}, {found.group(1)!r})" if owner else ""


def _isolate(node: Any, expression: str, language: str) -> None:
    if node.tag != "t":
        if language and not (node.get("lang") or node.get("t-att-lang")):
            node.set("t-att-lang", language)
        if not (node.get("dir") or node.get("t-att-dir")):
            node.set("dir", "auto")
        return
    if set(node.attrib) - {"t-out", "t-if", "t-elif", "t-else"} or len(node):
        return
    if not expression.startswith("wezer_isolated("):
        and_language = f", {language}" if language else ""
        node.set("t-out", f"wezer_isolated({expression}{and_language})")


def _set_apart(node: Any, expression: str) -> None:
    if expression.strip() != "0" and not len(node) and not node.get("dir"):
        node.set("t-out", f"wezer_apart({expression})")


def _runs_left(text: str) -> bool:
    return not text.isascii() and any(
        unicodedata.bidirectional(char) in ("R", "AL") for char in text
    )


def isolated(value: Any, language: str | None = None, here: str | None = None) -> Any:
    """Return a text as it stands inside a line: set apart where it is not like it.

    :param language: of the text, as a short code
    :param here: of the page
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    spoken = language if language and here and language != here else None
    if spoken and value:
        return Markup('<bdi dir="auto" lang="%s">%s</bdi>') % (spoken, value)
    return Markup('<bdi dir="auto">%s</bdi>') % value if _runs_left(value) else value


def apart(value: Any) -> Any:
    """Return a sentence with each stretch of it that runs to the left set apart.

    For sentences whose values are not known any more.
    """
    if not isinstance(value, str) or isinstance(value, Markup) or value.isascii():
        return value
    if APART in value or not _runs_left(value):
        return value
    # The words are escaped before elements are put around them.
    marked = STRETCH.sub(
        lambda found: f'<bdi dir="auto">{found[0]}</bdi>', str(escape(value))
    )
    return Markup(marked)  # noqa: S704


def plain_apart(value: Any) -> Any:
    """Return a value of a sentence in plain text: set apart where it runs to the left.

    >>> plain_apart("Luc")
    'Luc'
    """
    if not isinstance(value, str) or not _runs_left(value) or APART in value:
        return value
    return f"{APART}{value}{END}"


def language_of(owner: Any, name: str) -> str | None:
    """Return the short code of the language of ``owner``'s text ``name``, else None.

    :param owner: a record of a model with texts of people, or a dict whose key
        ``<name>_lang`` says it
    """
    asked = getattr(owner, "_written_in", None)
    if asked is not None:
        return asked(name)
    return owner.get(f"{name}_lang") if isinstance(owner, dict) else None
