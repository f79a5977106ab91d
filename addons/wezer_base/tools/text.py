"""Text as it is searched, sorted out and put into addresses. Runs without Odoo.

Texts that are compared are compared in one normal form, :func:`normalise`: lower
case, without accents, ligatures written out, apostrophes and hyphens as spaces. The
database has the same function in SQL (:func:`normalise_sql`), built from the same
table, for columns that are not stored in this form.
"""

import re
import secrets
import unicodedata
from collections.abc import Container
from functools import lru_cache
from typing import Any

from confusable_homoglyphs import confusables

# What is read of a search, however long the text is that was sent.
SEARCH_LETTERS = 200
SEARCH_WORDS = 8

# Letters that Unicode does not decompose, as people without them on the keyboard
# type them.
_LETTERS = {
    "œ": "oe",
    "æ": "ae",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ħ": "h",
    "ı": "i",
    "ŧ": "t",
    "ŋ": "n",
    "ĸ": "k",
    "ß": "ss",
    "ς": "σ",
}
# Catalan writes "col·laborar"; whoever looks for it types "collaborar" too.
_DROPPED = "·\u00ad\u200b\u200c\u200d\u2060\ufeff"
_SPACES = "'’‘‛ʼʹ′`´-‐‑‒–—―−﹣－"


def _fold(char: Any) -> str:
    """Return what ``char``, already decomposed (NFKD), is compared as."""
    if char in _DROPPED or unicodedata.combining(char):
        return ""
    if char in _SPACES or char.isspace():
        return " "
    lower = "".join(_LETTERS.get(letter, letter) for letter in char.lower())
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", lower)
        if not unicodedata.combining(letter)
    )


class _Folds(dict):
    """A table for :meth:`str.translate` that learns each letter once."""

    def __missing__(self, code: Any) -> Any:
        self[code] = folded = _fold(chr(code))
        return folded


_FOLDS = _Folds()


def normalise(text: str | None) -> str:
    """Return ``text`` as it is compared and searched.

    Lower case, without accents, ligatures and special letters written out, with a
    space for each apostrophe and hyphen, and spaces squeezed.

    >>> normalise("  L’Œuf de  Saint-Étienne ")
    'l oeuf de saint etienne'
    """
    decomposed = unicodedata.normalize("NFKD", text or "")
    return " ".join(decomposed.translate(_FOLDS).split())


def search_words(text: str) -> list[str]:
    """Return the words to search for: the first few of ``text``, normalised, each once.

    Every list and search reads its words here, so that none reads more of them than
    the database answers at once.

    :param text: what was sent; what is no text has no words
    :rtype: list[str]
    """
    if not isinstance(text, str):
        return []
    words = normalise(text[:SEARCH_LETTERS]).replace("\0", "").split()
    return list(dict.fromkeys(words))[:SEARCH_WORDS]


def slugify(text: str | None, fallback: str = "x") -> str:
    """Return ``text`` as one word of an address.

    ``Café Réparation`` → ``cafe-reparation``.
    """
    word = re.sub(r"[^a-z0-9]+", "-", normalise(text)).strip("-")
    return word[:64].strip("-") or fallback


def free_slug(wanted: str, taken: Container[str]) -> str:
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


# === WHAT PEOPLE WRITE === #

# Control characters, marks that turn the direction of what follows, and characters
# that are drawn as nothing. U+200C and U+200D stay: scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# The flags of England, Scotland and Wales are written with such characters.
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{2,6}\U000e007f")
_LINE_ENDS = re.compile("\r\n|\r|\x85|\u2028|\u2029")
# Letters carry a few marks; a tower of them covers the lines around it.
_MARKS = re.compile(
    "([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
TITLE_LENGTH = 120


def clean_text(text: str, most: int | None = None) -> str:
    r"""Return ``text`` of several lines without control and direction characters.

    Line ends become ``\n``; tabs and the space inside lines stay.

    :param int most: the number of characters that are kept
    """
    if not text.isascii():
        flags = _FLAG.findall(text)
        text = _FLAG.sub("\U000f3f4f", text) if flags else text
        text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
        text = _MARKS.sub(r"\1", text)
        for flag in flags:
            text = text.replace("\U000f3f4f", flag, 1)
    elif not text.isprintable():
        text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    text = text.strip()
    return text if most is None else text[:most].strip()


def clean_line(text: str, most: int | None = None) -> str:
    """Return ``text`` as one line: as :func:`clean_text`, line ends become spaces."""
    text = clean_text(text)
    if "\n" in text or "\t" in text:
        text = re.sub(r"\s*[\n\t]\s*", " ", text)
    return text if most is None else text[:most].strip()


def has_letter(text: str) -> bool:
    """Return whether ``text`` has a letter or a digit that can be seen."""
    return any(
        unicodedata.category(char)[0] in "LN" for char in _INVISIBLE.sub("", text or "")
    )


@lru_cache(maxsize=1)
def _prototypes() -> dict[str, str]:
    """Return the Latin letter that other characters are drawn like.

    From Unicode's table of confusable characters, small letters first.
    """
    table = {}
    for char, alike in confusables.confusables_data.items():
        # Of the two ways of the table, only the one to the character itself.
        if len(alike) != 1 or char.isascii():
            continue
        drawn = "".join(
            letter for letter in alike[0]["c"] if not unicodedata.combining(letter)
        )
        if drawn.isascii() and drawn.isalnum():
            table[char] = drawn.lower()
    capitals = {char.lower(): drawn for char, drawn in table.items() if char.isupper()}
    return {**capitals, **table}


def lookalike(name: str) -> str:
    """Return the same text for names that people take for the same.

    Case, accents, spaces, punctuation and invisible characters do not count;
    letters of other scripts count as the letter that they are drawn like.
    """
    table = _prototypes()
    bare = normalise(_INVISIBLE.sub("", name or "")).casefold()
    drawn = "".join(
        table.get(char, char) for char in bare if unicodedata.category(char)[0] in "LN"
    )
    # A capital i, a small l and the digit are one stroke; r and n are like m.
    for one, like in (("i", "l"), ("1", "l"), ("0", "o"), ("m", "rn"), ("w", "vv")):
        drawn = drawn.replace(one, like)
    return drawn


def drawn_alike(text: str) -> str:
    """Return the same text for lines that nobody tells apart at a glance.

    Case, spaces and invisible characters do not count, and letters of other scripts
    count as the letter that they are drawn like; numbers and signs stay.
    """
    table = _prototypes()
    bare = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text or "")).casefold()
    return "".join(table.get(char, char) for char in bare if not char.isspace())


def secret_slug(wanted: str) -> str:
    """Return ``wanted`` with an ending that nobody can guess.

    For what others may not see: whoever gives the same name to something of their
    own gets an address that does not depend on it.
    """
    return f"{wanted[:57].strip('-')}-{secrets.token_hex(3)}"


# === IN THE DATABASE === #

# The Unicode planes with letters that people write names in.
_LAST = 0x1FFFF


def _regex_class(codes: Any) -> str:
    """Return ``codes`` (sorted) as the inside of a bracket expression."""
    ranges = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(
        f"\\U{first:08X}" if first == last else f"\\U{first:08X}-\\U{last:08X}"
        for first, last in ranges
    )


def normalise_sql(collation: str | None = None) -> str:
    """Return the statement that makes ``wezer_normalise(text)`` in the database.

    It answers what :func:`normalise` answers; a test compares both. Texts of plain
    ASCII, most of them, take a short way.

    :param str collation: whose lower case to use; the database's own else
    """
    # Whatever the texts' collation, everything but the lower case is plain "C".
    lower = f'COLLATE "{collation}"' if collation else ""
    dropped, spaces, pairs = [], [], []
    for code in range(_LAST + 1):
        char = chr(code)
        if 0xD800 <= code < 0xE000 or unicodedata.normalize("NFKD", char) != char:
            continue
        folded = _fold(char)
        if not folded:
            dropped.append(code)
        elif folded == " ":
            spaces.append(code)
        elif len(folded) > 1:
            pairs.append((char, folded))
    # Single letters that lower case alone does not make what they are compared as.
    singles = "".join(char for char in _LETTERS if len(_LETTERS[char]) == 1)
    plain = "".join(_fold(char) for char in singles)
    text = f'(lower(normalize($1, NFKD) {lower}) COLLATE "C")'
    text = f"regexp_replace({text}, '[{_regex_class(dropped)}]', '', 'g')"
    text = f"translate({text}, '{singles}', '{plain}')"
    for char, folded in pairs:
        text = f"replace({text}, '{char}', '{folded}')"
    return f"""
        CREATE OR REPLACE FUNCTION wezer_normalise(text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
        SELECT btrim(regexp_replace(
            CASE WHEN octet_length($1) = char_length($1)
                 THEN lower($1 COLLATE "C")
                 ELSE {text} END,
            '[{_regex_class(spaces)}]+', ' ', 'g'))
        $function$"""
