"""Votes by colleges: the share of yes in each, by its weight, in exact fractions."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from . import majority


def count(
    weights: Mapping[str, Any],
    tallies: Mapping[str, Mapping[str, int]],
    rules: Mapping[str, Any],
) -> dict[str, Any]:
    """Count each college, and all of them together.

    The weight of a college in which nobody said yes or no is spread over the others in
    proportion to their weights.

    :param weights: of each college, like ``3/10``; they make 1 together
    :param tallies: how often each choice was cast in each college
    :param rules: as :func:`majority.count`
    """
    exact = {name: majority.fraction(weight) for name, weight in weights.items()}
    if sum(exact.values()) != 1:
        raise ValueError("The weights of the colleges do not make 1 together")
    unknown = set(tallies) - set(weights)
    if unknown:
        raise ValueError(f"The college “{min(unknown)}” has no weight")
    cast = {
        name: tallies.get(name, {}).get("yes", 0) + tallies.get(name, {}).get("no", 0)
        for name in exact
    }
    heard = sum((weight for name, weight in exact.items() if cast[name]), Fraction(0))
    yes_share = Fraction(0)
    rows = []
    for name, weight in exact.items():
        votes = tallies.get(name, {})
        used = weight / heard if cast[name] else Fraction(0)
        share = Fraction(votes.get("yes", 0), cast[name]) if cast[name] else None
        if share is not None:
            yes_share += used * share
        rows.append(
            {
                "name": name,
                "weight": str(weight),
                "weight_used": str(used),
                "yes": votes.get("yes", 0),
                "no": votes.get("no", 0),
                "abstain": votes.get("abstain", 0),
                "share": None if share is None else str(share),
            }
        )
    share_text = str(rules.get("share") or "1/2")
    strict = bool(rules.get("strict", True))
    answered = sum(sum(votes.values()) for votes in tallies.values())
    roll = rules.get("roll")
    enough = majority.quorum(answered, roll, rules.get("quorum"))
    reached = majority.is_reached(
        yes_share.numerator, yes_share.denominator, share_text, strict
    )
    return {
        "colleges": rows,
        "spread": sum(not value for value in cast.values()) > 0 and heard > 0,
        "share": share_text,
        "strict": strict,
        "reached": str(yes_share),
        "answered": answered,
        "roll": roll,
        "quorum": str(rules["quorum"]) if rules.get("quorum") else None,
        "quorum_met": enough,
        "adopted": enough and yes_share > Fraction(1, 2) and reached,
    }
