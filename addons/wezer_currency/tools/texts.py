"""Text as programs send it. Runs without Odoo."""


def storable(text):
    """Say whether the database can hold ``text``: no NUL, no half of a letter."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def cleaned(text, length):
    """Return ``text`` without what no database holds, at most ``length`` letters."""
    text = str(text or "").replace("\x00", "")
    return text.encode(errors="ignore").decode().strip()[:length]
