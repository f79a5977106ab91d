"""Text as programs send it."""

from typing import Any

from odoo.addons.wezer_base.tools.text import clean_line

#: Letters of the key by which a program sends the same payment once.
KEY_LENGTH = 200
#: Letters of what a payment is for.
PURPOSE_LENGTH = 250


def storable(text: str) -> bool:
    """Return whether the database can hold ``text``: no NUL, no half of a letter."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def cleaned(text: Any, length: int) -> str:
    """Return ``text`` as one clean line of at most ``length`` characters."""
    return clean_line(str(text or ""), length)
