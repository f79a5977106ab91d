"""Text as programs send it."""

from odoo.addons.wezer_base.tools.text import clean_line


def storable(text):
    """Say whether the database can hold ``text``: no NUL, no half of a letter."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def cleaned(text, length):
    """Return ``text`` as one clean line of at most ``length`` characters."""
    return clean_line(str(text or ""), length)


def shortened(value, length=40):
    """Return the beginning of what was sent, to be shown in a refusal."""
    if isinstance(value, int) and abs(value) >= 10**length:
        return "…"
    text = cleaned(str(value), length + 1)
    return text if len(text) <= length else f"{text[:length]}…"
