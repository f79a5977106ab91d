"""Words of texts: cutting texts into them, and comparing them. Without Odoo.

Texts come in normalised (lower case, no accents): only letters and digits count.

A typing error is found without comparing all words: two words that are one
letter apart share a *near key* (the word itself, or the word less one letter), so an
index on the keys answers at once (the idea of Garbe's SymSpell, 2012). Singulars and
plurals that are further apart ("bakery", "bakeries"; "cheval", "chevaux") are made by
rule.
"""

import re

WORD = re.compile(r"[^\W_]+")
# Longer ones are numbers and addresses: their beginning is enough.
WORD_MAX = 40
# Below it an error makes another word: "art", "cat", "car".
NEAR_FROM = 3
# From so many letters on, two errors are accepted where the keys meet.
LONG = 8
# So many words of a question are looked for, the longest ones.
ASKED_MAX = 8


def tokens(text: str | None) -> list[str]:
    """Return the words of a normalised text, each once, in order.

    >>> tokens("repair the door, the green door")
    ['repair', 'the', 'door', 'green']
    """
    return list(dict.fromkeys(word[:WORD_MAX] for word in WORD.findall(text or "")))


def asked(text: str | None) -> list[str]:
    """Return the words to look for in a normalised question: the longest few."""
    words = tokens((text or "")[:400])
    if len(words) <= ASKED_MAX:
        return words
    longest = set(sorted(words, key=len, reverse=True)[:ASKED_MAX])
    return [word for word in words if word in longest][:ASKED_MAX]


def near_keys(word: str) -> set[str]:
    """Return the keys by which ``word`` meets words that are one letter apart.

    >>> sorted(near_keys("oak"))
    ['ak', 'oa', 'oak', 'ok']
    """
    if len(word) < NEAR_FROM:
        return {word}
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


# Endings of one word and of several, in English and French; either way.
PLURALS = (
    ("y", "ies"),
    ("ie", "ies"),
    ("", "s"),
    ("", "es"),
    ("f", "ves"),
    ("fe", "ves"),
    ("man", "men"),
    ("al", "aux"),
    ("ail", "aux"),
    ("", "x"),
)


def inflections(word: str) -> set[str]:
    """Return what ``word`` may be in the singular or plural, without itself.

    Some are no words: only those that a vocabulary has are looked for.

    >>> {"bakeries", "bakerys"} <= inflections("bakery")
    True
    >>> {"cheval", "chevail"} <= inflections("chevaux")
    True
    """
    found = set()
    for pair in PLURALS:
        for ending, other in (pair, pair[::-1]):
            stem = word.removesuffix(ending)
            if stem + ending == word and len(stem) >= 2:
                found.add(stem + other)
    return found - {word}


def is_near(first: str, second: str) -> bool:
    """Return whether two words are one typing error apart.

    An error is a letter more, less or other, or two letters swapped.

    Long words whose keys meet may be two errors apart.
    """
    if first == second:
        return True
    short, long = sorted((first, second), key=len)
    if len(short) >= LONG:
        return bool(near_keys(short) & near_keys(long))
    if len(long) - len(short) > 1 or len(long) < NEAR_FROM:
        return False
    at = next(
        (i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b),
        len(short),
    )
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    if short[at + 1 :] == long[at + 1 :]:
        return True
    return (
        short[at : at + 2] == long[at : at + 2][::-1]
        and short[at + 2 :] == (long[at + 2 :])
    )
