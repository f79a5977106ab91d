"""Plain text helpers, without Odoo."""

import re
import unicodedata


def normalise(text):
    """Return ``text`` in lower case, without accents, spaces squeezed."""
    decomposed = unicodedata.normalize("NFKD", text or "")
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub(r"\s+", " ", bare).strip().lower()


def slugify(text, fallback="x"):
    """Return ``text`` as one word of an address.

    ``Café Réparation`` → ``cafe-reparation``.
    """
    word = re.sub(r"[^a-z0-9]+", "-", normalise(text)).strip("-")
    return word[:64].strip("-") or fallback


def free_slug(wanted, taken):
    """Return ``wanted``, or the first of ``wanted-2``, ``wanted-3`` not ``taken``.

    :param str wanted: a slug
    :param taken: a container of slugs in use
    """
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"
