"""Majorities in whole numbers: the share of yes, of those who voted or of the roll."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

SHARE = re.compile(r"\s*([0-9]{1,9})\s*(?:/\s*([0-9]{1,9})\s*)?", re.ASCII)


def fraction(text: Any) -> Fraction:
    """Return a share like ``2/3`` exactly.

    :raise ValueError: where it is not from 0 to 1
    """
    found = SHARE.fullmatch(str(text))
    if not found or not int(found[2] or 1):
        raise ValueError(f"“{text}” is no share like 2/3")
    share = Fraction(int(found[1]), int(found[2] or 1))
    if share > 1:
        raise ValueError(f"“{text}” is more than the whole")
    return share


def is_reached(part: int, whole: int, share: Any, strict: bool = False) -> bool:
    """Return whether ``part`` is at least (strict: more than) a share of ``whole``."""
    wanted = fraction(share)
    left, right = part * wanted.denominator, wanted.numerator * whole
    return left > right if strict else left >= right


def quorum(answered: int, roll: int | None, share: Any) -> bool:
    """Return whether enough of the roll have answered; abstentions count."""
    return not share or not roll or is_reached(answered, roll, share)


def count(tallies: Mapping[str, int], rules: Mapping[str, Any]) -> dict[str, Any]:
    """Count yes, no and abstentions.

    Nothing is adopted with as many votes against as for it: a share of exactly one
    half does not change that.

    :param rules: ``share`` (1/2), ``strict`` (more than it, as a rule), ``base``
        (``cast``: yes and no; ``roll``), ``roll``, ``quorum``
    """
    yes, no = tallies.get("yes", 0), tallies.get("no", 0)
    answered = sum(tallies.values())
    share = str(rules.get("share") or "1/2")
    strict = bool(rules.get("strict", True))
    roll = rules.get("roll")
    whole = yes + no
    if rules.get("base") == "roll":
        if roll is None:
            raise ValueError("A majority of the roll needs the size of the roll")
        whole = int(roll)
    enough = quorum(answered, roll, rules.get("quorum"))
    return {
        "yes": yes,
        "no": no,
        "abstain": tallies.get("abstain", 0),
        "base": whole,
        "share": share,
        "strict": strict,
        "reached": f"{yes}/{whole}",
        "answered": answered,
        "roll": roll,
        "quorum": str(rules["quorum"]) if rules.get("quorum") else None,
        "quorum_met": enough,
        "adopted": enough and yes > no and is_reached(yes, whole, share, strict),
    }
