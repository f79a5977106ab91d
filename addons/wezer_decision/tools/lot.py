"""The lot: public, not to be foreseen, and to be repeated by everybody.

All ballots together give a seal; the seal gives the order in which options win ties.
Nobody knows it before the last ballot, everybody can compute it after. Runs without
Odoo.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

# So many equal lines are hashed at once.
BLOCK = 10_000


def seal(decision_key: str | int, ballots: Mapping[str, int] | Iterable[str]) -> str:
    """Return the SHA-256 over a decision and its sorted ballots, as hexadecimal digits.

    Hashed is a line with the decision's key, then a line for each ballot, sorted: what
    ``(echo KEY; LC_ALL=C sort BALLOTS) | sha256sum`` prints for a file with a ballot
    on each line.

    :param ballots: the ballots, or how often each text was cast
    """
    counts = ballots if isinstance(ballots, Mapping) else Counter(ballots)
    digest = hashlib.sha256(f"{decision_key}\n".encode())
    for text in sorted(counts):
        line, left = f"{text}\n".encode(), counts[text]
        while left > 0:
            digest.update(line * min(left, BLOCK))
            left -= BLOCK
    return digest.hexdigest()


def order(seal: str, option_ids: Iterable[int | str]) -> list[int | str]:
    """Return options in the order of the lot: the earlier one wins a tie.

    They are sorted by the SHA-256 of the seal, a colon and the option's id.
    """
    return sorted(option_ids, key=lambda option: _digest(f"{seal}:{option}"))


def draw(
    numbers: Mapping[int | str, int | str], seats: int
) -> tuple[list[int | str], str]:
    """Return those who are drawn among the people who stand, and the seal.

    The hidden numbers of all, in the order of the people's ids, make the seal; the
    people are sorted by the SHA-256 of the seal, a colon and their id. Each person can
    change the result, nobody can steer it without knowing all other numbers.

    :param numbers: the hidden number of each person
    """
    people: Sequence[int | str] = sorted(numbers, key=_natural)
    together = _digest(",".join(str(numbers[person]) for person in people))
    return order(together, people)[: max(seats, 0)], together


def _natural(person: int | str) -> tuple[bool, int, str]:
    """Sort numbers as numbers, before texts."""
    text = str(person)
    number = int(text) if text.isascii() and text.isdigit() else 0
    return (not number, number, text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
