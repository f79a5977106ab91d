"""Values of form fields in templates: the number 0 is a value. Runs without Odoo."""

from typing import Any


def keep_zeros(root: Any) -> None:
    """Let the fields of a template show the number 0; QWeb leaves out what is falsy.

    Idempotent: the tree of a template may be asked for several times.
    """
    for node in root.iter():
        expression = node.get("t-att-value") if isinstance(node.tag, str) else None
        if expression and not expression.startswith("wezer_number("):
            node.set("t-att-value", f"wezer_number({expression})")


def number_text(value: Any) -> Any:
    """Return the number 0 as a text, and everything else as it is."""
    if type(value) in (int, float) and value == 0:
        return str(value)
    return value
