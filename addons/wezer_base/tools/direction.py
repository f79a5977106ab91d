"""The direction of what people wrote, in templates. Runs without Odoo."""

import re
import unicodedata
from typing import Any

from markupsafe import Markup

# Ends of expressions that give what people wrote.
WRITTEN = {
    *("accountabilities", "body", "city", "comment", "decision", "description"),
    *("delivery_note", "display_name", "domains", "done_when", "focus"),
    *("hidden_reason", "message", "name", "note", "place", "presentation", "purpose"),
    *("reason", "reply", "steps", "title", "what", "word"),
}
LAST_WORD = re.compile(r"""(?:\.|\[['"])(\w+)(?:['"]\])?\s*(?:or\s+(?:''|""))?\s*$""")
# What a page cannot put elements into, and values that are no text on the page.
CLOSED = {"option", "title", "textarea", "script", "style"}
TYPED = {"text", "search", None}


def isolate_written(root: Any) -> None:
    """Add ``dir="auto"`` to what shows or takes people's words; see :func:`isolated`.

    Idempotent: the tree of a template may be asked for several times.
    """
    for node in root.iter():
        if not isinstance(node.tag, str) or node.get("dir") or node.get("t-att-dir"):
            continue
        if node.tag == "textarea" or (
            node.tag == "input" and node.get("type") in TYPED
        ):
            node.set("dir", "auto")
            continue
        expression = node.get("t-out") or node.get("t-field") or ""
        found = LAST_WORD.search(expression.removesuffix(")"))
        if not found or found.group(1) not in WRITTEN or node.get("t-options"):
            continue
        if node.tag in CLOSED or any(
            parent.tag in CLOSED or parent.get("t-set")
            for parent in node.iterancestors()
        ):
            continue
        if node.tag == "t":
            if set(node.attrib) - {"t-out", "t-if", "t-elif", "t-else"} or len(node):
                continue
            if not expression.startswith("wezer_isolated("):
                node.set("t-out", f"wezer_isolated({expression})")
            continue
        node.set("dir", "auto")


def isolated(value: Any) -> Any:
    """Return a text as it stands inside a line: set apart where it runs to the left."""
    if not isinstance(value, str) or value.isascii():
        return value
    if not any(unicodedata.bidirectional(char) in ("R", "AL") for char in value):
        return value
    return Markup('<bdi dir="auto">%s</bdi>') % value
