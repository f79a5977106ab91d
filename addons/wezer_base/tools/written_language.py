"""The language of what people wrote, for those who hear a page instead of seeing it.

A text is taken to be in its writer's language, unless its letters or its small words
say otherwise. Codes are short, as in the attribute ``lang``: ``fr``, ``ca``.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any

from odoo.tools import SQL

# Of a longer text, the beginning tells.
READ = 2000
# With no other "<" inside: a text of nothing else is read once, not once for each.
TAG = re.compile(r"<[^<>]*>")
WORD = re.compile(r"[^\W\d_]+")
CODE = re.compile(r"[a-z]{2,3}")
# Scripts by the first word of a letter's Unicode name: the languages written in them,
# the first where nothing else is known.
SCRIPTS = {
    "ARABIC": ("ar", "fa", "ur", "ckb", "ps"),
    "HEBREW": ("he", "yi"),
    "GREEK": ("el",),
    "CYRILLIC": ("ru", "uk", "bg", "sr", "mk", "be", "mn", "kk"),
    "HANGUL": ("ko",),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "CJK": ("zh", "ja"),
    "THAI": ("th",),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "BENGALI": ("bn",),
    "TAMIL": ("ta",),
    "GEORGIAN": ("ka",),
    "ARMENIAN": ("hy",),
    "ETHIOPIC": ("am", "ti"),
    "KHMER": ("km",),
}
# Japanese mixes scripts: where there is one of these, it is Japanese.
KANA = ("HIRAGANA", "KATAKANA")
# Small words that the others do not have, or seldom.
SMALL_WORDS = {
    "en": "the and with for you your is are this that of have need can my will would it"
    " we at from or be do if who some",
    "fr": "à le les des du et est pour avec je vous mon ma une dans sur pas qui au aux"
    " nous sont être ou votre mes cette il elle donc très chez quelqu",
    "es": "el los y para con una mi por muy necesito busco del está nos pero como más"
    " ayuda puedo tengo alguien mis su hay",
    "ca": "els i amb per una del meu meva és aquest necessito tinc dels als pels molt"
    " algú puc ens però les meus vull som",
    "de": "der die das und ist für mit ich ein eine wir nicht auf von zu den dem"
    " brauche suche kann wer mein meine bei einen oder",
    "it": "il gli e per con una di che sono ho della mio mia cerco qualcuno non",
    "pt": "à os e para com uma do da não eu meu minha preciso procuro alguém em",
    "nl": "het een en voor met ik van de wij niet mijn zoek iemand op bij",
}
LANGUAGES_OF: dict[str, list[str]] = {}
for _code, _words in SMALL_WORDS.items():
    for _word in _words.split():
        LANGUAGES_OF.setdefault(_word, []).append(_code)
# Fewer small words than that tell nothing.
ENOUGH = 2
# So many rows are read at once.
ROWS = 5000


def short_code(code: str | None) -> str | None:
    """Return the language of a locale's code as pages name it.

    >>> short_code("fr_CH"), short_code("sr@latin"), short_code(None)
    ('fr', 'sr', None)
    """
    found = CODE.match(code or "")
    return found[0] if found else None


def guess(text: str | None, own: str | None) -> str | None:
    """Return the language of ``text``, None where nothing is known.

    :param own: the short code of its writer's language

    >>> guess("Je cherche quelqu'un pour mon jardin", "en")
    'fr'
    >>> guess("Piano", "de")
    'de'
    """
    text = TAG.sub(" ", text or "")[:READ]
    script = _script(text)
    if script in SCRIPTS:
        known = SCRIPTS[script]
        return own if own in known else known[0]
    latin = not any(own in languages for languages in SCRIPTS.values())
    return _by_small_words(text, own) or (own if latin or not text.strip() else None)


def _script(text: str) -> str:
    """Return the script that most letters of ``text`` are in."""
    if text.isascii():
        return "LATIN"
    scripts = Counter(
        unicodedata.name(letter, "").partition(" ")[0]
        for letter in text
        if letter.isalpha()
    )
    if not scripts:
        return ""
    script = scripts.most_common(1)[0][0]
    if script == "CJK" or script in KANA:
        return next((kana for kana in KANA if scripts[kana]), script)
    return script


def _by_small_words(text: str, own: str | None) -> str | None:
    """Return the language that the small words are of, None where they leave doubt."""
    found: Counter[str] = Counter()
    for word in set(WORD.findall(text.lower())):
        found.update(LANGUAGES_OF.get(word, ()))
    if not found:
        return None
    (best, count), *others = found.most_common(2)
    second = others[0][1] if others else 0
    if count < ENOUGH or count == second or count <= found[own or ""]:
        return None
    return best


def fill_stored(
    cr: Any, table: str, column: str, texts: Iterable[str], own: SQL
) -> None:
    """Give the rows of ``table`` that have none the language of what they hold.

    For migrations.

    :param texts: columns with what was written
    :param own: the code of the writer's language, of the row ``t``
    """
    written = SQL(", ").join(SQL.identifier("t", name) for name in texts)
    rows_of, language_of = SQL.identifier(table), SQL.identifier(column)
    last = 0
    while True:
        cr.execute(
            SQL(
                """SELECT t.id, left(concat_ws(' ', %s), %s), %s FROM %s t
                    WHERE t.id > %s AND t.%s IS NULL ORDER BY t.id LIMIT %s""",
                written,
                # Formatting stands between the letters that are read.
                READ * 10,
                own,
                rows_of,
                last,
                language_of,
                ROWS,
            )
        )
        rows = cr.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        ids: dict[str, list] = {}
        for number, text, code in rows:
            if text.strip() and (language := guess(text, short_code(code))):
                ids.setdefault(language, []).append(number)
        for language, numbers in ids.items():
            cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = ANY(%s)",
                    rows_of,
                    language_of,
                    language,
                    numbers,
                )
            )
