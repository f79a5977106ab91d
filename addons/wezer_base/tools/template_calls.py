"""Values that templates give to the parts that they call. Runs without Odoo.

QWeb renders the body of a call as a page of its own to find the values that are set in
it; values written as attributes of the call are only evaluated. A page with many cards
calls more than a hundred parts.
"""

import re
from typing import Any

NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
CALLED = {"t-set", "t-value"}
# The one name without "t-" that means something else on the call itself.
TAKEN = "groups"


def pass_values(root: Any) -> None:
    """Turn bodies of calls that only set values into attributes of the call.

    ``<t t-call="face"><t t-set="who" t-value="one" /></t>`` becomes
    ``<t t-call="face" who="one" />``. Idempotent: the tree of a template may be asked
    for several times.
    """
    # A list: what is removed on the way would end the walk.
    for node in list(root.iter("t")):
        if node.get("t-call") and len(node):
            given = _given(node)
            if given:
                for child in list(node):
                    node.remove(child)
                node.text = None
                for name, expression in given.items():
                    node.set(name, expression)


def _given(node: Any) -> dict[str, str]:
    """Return the values that a call sets; empty where its body holds anything else."""
    if not all(name.startswith("t-") for name in node.attrib) or _has_text(node.text):
        return {}
    given: dict[str, str] = {}
    for child in node:
        if _has_text(child.tail):
            return {}
        if not isinstance(child.tag, str):
            continue
        name, expression = child.get("t-set", ""), child.get("t-value", "")
        if (
            child.tag != "t"
            or set(child.attrib) != CALLED
            or len(child)
            or not NAME.fullmatch(name)
            or name == TAKEN
            # QWeb refuses it where it is set.
            or "__" in name
            # A value may be made of one that is set before it.
            or name in given
            or set(NAME.findall(expression)) & set(given)
        ):
            return {}
        given[name] = expression.strip() or "None"
    return given


def _has_text(text: str | None) -> bool:
    return bool(text and text.strip())
