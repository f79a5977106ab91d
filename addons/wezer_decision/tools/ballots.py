"""The text of a ballot: one canonical text for each choice, whichever way it came.

===========  ==========================================================================
``word``     ``yes``, ``no``, ``abstain``; ``live``, ``concern``, ``object``; ``fine``,
             ``unsure``, ``worried``
``ranking``  ``2-1-``: the rank of option 1, 2, 3 …; nothing where it is not ranked
``points``   ``3,0,5``: the points of option 1, 2, 3 …; nothing where it is left blank
``picks``    ``1,3``: the numbers of the options that are chosen
``dates``    ``y,m,n``: yes, if need be or no for option 1, 2, 3 …
``number``   ``2718281828``: the hidden number of a person who stands for a draw
===========  ==========================================================================

The empty text is a blank ballot, which can always be cast. Runs without Odoo.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

WORDS = {
    "majority": ("yes", "no", "abstain"),
    "consent": ("live", "concern", "object"),
    "person": ("live", "concern", "object"),
    "check": ("fine", "unsure", "worried"),
}
KINDS = {
    **dict.fromkeys(WORDS, "word"),
    **dict.fromkeys(("schulze", "stv", "irv"), "ranking"),
    **dict.fromkeys(("score", "dot"), "points"),
    "choose": "picks",
    "dates": "dates",
    "draw": "number",
}
# Methods whose ballots may not give two options the same rank.
STRICT = ("stv", "irv")
# So many digits have hidden numbers at most: nobody guesses a number of 20.
DIGITS = 40
RANK_MAX = 10_000
NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


class BadChoice(ValueError):
    """A text that is no ballot of a decision.

    :ivar rule: ``choice``, ``options``, ``rank``, ``equal_ranks``, ``points``,
        ``too_many``, ``number`` or ``method``
    """

    def __init__(
        self, rule: str, message: str, value: Any = None, limit: Any = None
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.value = value
        self.limit = limit


def parse(
    method: str, text: str, n: int, rules: Mapping[str, Any] | None = None
) -> str:
    """Return the canonical text of a ballot, or raise :class:`BadChoice`.

    :param n: number of the decision's options
    :param rules: of the decision; read are ``scale``, ``points``,
        ``most_per_option`` and ``up_to``
    """
    if method not in KINDS:
        raise BadChoice("method", f"“{method}” has no ballots", method)
    if not isinstance(text, str):
        raise BadChoice("choice", "A ballot is a text")
    text = text.strip()
    if not text:
        return ""
    return PARSERS[KINDS[method]](method, text, n, rules or {})


def _word(method: str, text: str, n: int, rules: Mapping[str, Any]) -> str:
    word = text.lower()
    if word not in WORDS[method]:
        choices = ", ".join(WORDS[method])
        raise BadChoice("choice", f"“{shown(text)}” is none of {choices}", text)
    return word


def _ranking(method: str, text: str, n: int, rules: Mapping[str, Any]) -> str:
    cells = _cells(text, "-", n)
    ranks = [
        _integer(cell, "rank", 1, RANK_MAX) if cell else 0
        for cell in map(str.strip, cells)
    ]
    return ranking(ranks, method in STRICT)


def ranking(ranks: Iterable[int], strict: bool = False) -> str:
    """Return the text of a ranking: 0 is not ranked, gaps between ranks are closed."""
    ranks = list(ranks)
    used = sorted({rank for rank in ranks if rank})
    if not used:
        return ""
    if strict and len(used) < sum(map(bool, ranks)):
        raise BadChoice("equal_ranks", "Two options have the same rank")
    place = {rank: str(number) for number, rank in enumerate(used, 1)}
    return "-".join(place.get(rank, "") for rank in ranks)


def _points(method: str, text: str, n: int, rules: Mapping[str, Any]) -> str:
    cells = [cell.strip() for cell in _cells(text, ",", n)]
    dots = method == "dot"
    least, most = 0, int(rules.get("scale") or 0) or RANK_MAX
    if dots:
        most = int(rules.get("most_per_option") or rules.get("points") or RANK_MAX)
    numbers = [
        None if not cell else _integer(cell, "points", least, most) for cell in cells
    ]
    if dots and rules.get("points"):
        given = sum(number or 0 for number in numbers)
        if given > int(rules["points"]):
            raise BadChoice(
                "points",
                f"{given} points are given, {rules['points']} may be",
                given,
                int(rules["points"]),
            )
    return points(numbers, dots)


def points(numbers: Iterable[int | None], dots: bool = False) -> str:
    """Return the text of points; with ``dots`` nothing and 0 are the same."""
    if dots:
        numbers = [number or None for number in numbers]
    texts = ["" if number is None else str(number) for number in numbers]
    return ",".join(texts) if any(texts) else ""


def _picks(method: str, text: str, n: int, rules: Mapping[str, Any]) -> str:
    cells = [cell.strip() for cell in text.split(",")]
    numbers = {_integer(cell, "options", 1, n) for cell in cells if cell}
    most = int(rules.get("up_to") or n)
    if len(numbers) > most:
        raise BadChoice(
            "too_many",
            f"{len(numbers)} options are chosen, {most} may be",
            len(numbers),
            most,
        )
    return picks(numbers)


def picks(numbers: Iterable[int]) -> str:
    """Return the text of chosen options."""
    return ",".join(map(str, sorted(set(numbers))))


def _dates(method: str, text: str, n: int, rules: Mapping[str, Any]) -> str:
    cells = [cell.strip().lower() for cell in _cells(text, ",", n)]
    for cell in cells:
        if cell not in ("y", "m", "n", ""):
            raise BadChoice("choice", f"“{shown(cell)}” is none of y, m, n", cell)
    return ",".join(cells) if any(cells) else ""


def _number(method: str, text: str, n: int, rules: Mapping[str, Any]) -> str:
    if not re.fullmatch(rf"[0-9]{{1,{DIGITS}}}", text, re.ASCII):
        raise BadChoice(
            "number", f"A number of at most {DIGITS} digits is expected", text, DIGITS
        )
    return text.lstrip("0") or "0"


PARSERS: dict[str, Callable[[str, str, int, Mapping[str, Any]], str]] = {
    "word": _word,
    "ranking": _ranking,
    "points": _points,
    "picks": _picks,
    "dates": _dates,
    "number": _number,
}


def _cells(text: str, separator: str, n: int) -> list[str]:
    """Split into one cell for each option."""
    if text.count(separator) != n - 1:
        found = text.count(separator) + 1
        raise BadChoice(
            "options", f"{found} options are answered, there are {n}", found, n
        )
    return text.split(separator)


def _integer(text: str, rule: str, least: int, most: int) -> int:
    """Return a number within limits."""
    if not NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise BadChoice(
            rule,
            f"“{shown(text)}” is no number from {least} to {most}",
            text,
            most,
        )
    return int(text)


def shown(text: str) -> str:
    """Return a short printable form of what somebody gave."""
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= 40 else text[:39] + "…"


def ranks(text: str, n: int) -> tuple[int, ...]:
    """Return the ranks of a canonical ranking, 0 where an option is not ranked."""
    if not text:
        return (0,) * n
    return tuple(int(cell) if cell else 0 for cell in text.split("-"))


def preferences(text: str) -> tuple[int, ...]:
    """Return the option numbers of a canonical ranking, the best first.

    The list ends before the first rank that two options share: from there on nobody
    can say which of them the voter prefers.
    """
    placed = sorted(
        [(int(cell), number) for number, cell in enumerate(text.split("-"), 1) if cell]
    )
    if placed and placed[-1][0] == len(placed):
        return tuple([number for _rank, number in placed])
    preferences: list[int] = []
    for place, (rank, number) in enumerate(placed):
        if any(other == rank for other, _number in placed[place + 1 : place + 2]):
            break
        preferences.append(number)
    return tuple(preferences)
