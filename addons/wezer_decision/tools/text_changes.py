"""What changed between two texts, word by word. Runs without Odoo."""

import re
from difflib import SequenceMatcher

WORD = re.compile(r"\s+|[^\s]+")
# Longer texts are compared line by line: words would take too long.
WORDS_MAX = 4000


def changes(before: str, after: str) -> list[tuple[str, str]]:
    """Return the parts of both texts in order: ``same``, ``gone`` or ``new``, and text.

    :param before: the earlier text
    :param after: the later text
    """
    old, new = _parts(before), _parts(after)
    if len(old) + len(new) > WORDS_MAX:
        old, new = before.splitlines(True), after.splitlines(True)
    if len(old) + len(new) > WORDS_MAX:
        return [("gone", before), ("new", after)]
    found: list[tuple[str, str]] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, begin, end, new_begin, new_end in matcher.get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(old[begin:end])))
            continue
        if end > begin:
            found.append(("gone", "".join(old[begin:end])))
        if new_end > new_begin:
            found.append(("new", "".join(new[new_begin:new_end])))
    return found


def _parts(text: str) -> list[str]:
    return WORD.findall(text)
