"""What circles can decide as a policy: the kinds of values, read and written exactly.

Runs without Odoo.
"""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

# Of a hundred thousand nobody counts exact shares.
DENOMINATOR_MAX = 1000
SHARE = re.compile(r"(\d{1,4})\s*/\s*(\d{1,4})")
PERCENT = re.compile(r"(\d{1,3})\s*%")


class Policy(NamedTuple):
    """What a circle may decide.

    :param label: as people read it
    :param kind: ``days`` and ``count`` (a whole number above zero), ``hours`` (a number
        above zero), ``switch`` (yes or no), ``choice`` (one of ``choices``), ``share``
        (a part of the whole, as ``3/4``)
    :param choices: of a choice: ``{word: label}``, the strictest last
    :param least: whether the lowest value is the strictest; else the highest is
    :param topic: the heading under which people find it
    :param floor: whether a circle inside can only make it stricter: the strictest of
        its own value and those of the circles above is in force
    """

    label: str
    kind: str
    choices: dict[str, str] = {}  # noqa: RUF012
    least: bool = False
    topic: str = ""
    floor: bool = False

    def read(self, text: str) -> Any:
        """Return a stored value: a number, a bool, a word or an exact fraction."""
        if self.kind in ("days", "count"):
            return int(text)
        if self.kind == "hours":
            return float(text)
        if self.kind == "share":
            return Fraction(text)
        return text if self.kind == "choice" else text == "yes"

    def shown(self, text: str | None, env: Any) -> str:
        """Return a stored value as people read it."""
        if self.kind == "switch" and text:
            return env._("yes") if text == "yes" else env._("no")
        return self.choices.get(text or "", text or "")

    def strictest(self, values: Sequence[Any]) -> int:
        """Return the place of the strictest among ``values``, the first of equal ones.

        A word that is not among the choices any more is the least strict.
        """
        words = list(self.choices)

        def rank(value: Any) -> Any:
            if self.kind != "choice":
                return value
            return words.index(value) if value in words else -1

        ranks = [rank(value) for value in values]
        return ranks.index(min(ranks) if self.least else max(ranks))


def by_topic(policies: Mapping[str, Policy]) -> dict[str, list[str]]:
    """Return ``{topic: keys}``, in the order in which the topics first come."""
    found: dict[str, list[str]] = {}
    for key, policy in policies.items():
        found.setdefault(policy.topic, []).append(key)
    return found


def parse_share(text: Any) -> Fraction | None:
    """Return a share that somebody typed: ``3/4``, ``75 %``; None where it is none.

    Above zero, and at most the whole.
    """
    typed = str(text or "").strip()
    if found := SHARE.fullmatch(typed):
        above, below = map(int, found.groups())
    elif found := PERCENT.fullmatch(typed):
        above, below = int(found[1]), 100
    else:
        return None
    if not 0 < above <= below <= DENOMINATOR_MAX:
        return None
    return Fraction(above, below)


def share_text(share: Fraction) -> str:
    """Return a share as it is stored and shown: ``3/4``, ``1/1`` for the whole."""
    return f"{share.numerator}/{share.denominator}"
