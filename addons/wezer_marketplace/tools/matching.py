"""What fits whom, and why. Without Odoo.

A helper and a want are two :class:`Side` of plain values. :func:`fit` gives points and
the reasons that made them: no point without a reason, no reason without something that
both sides have. Skills count most; a rare one counts more than one that everybody has.
"""

import math
from dataclasses import dataclass, field
from typing import Any

from .geo import distance

# Points at most, by reason.
SKILLS, CATEGORY, GROUP, PLACE, LANGUAGE = 10.0, 1.5, 2.0, 2.0, 0.5
# Who lacks the language that a want takes is of little help.
NO_LANGUAGE = -3.0
# Beyond it nobody says "near you".
NEAR_KM = 30.0


@dataclass(frozen=True)
class Side:
    """What one side can do, or asks for; empty where it is not given."""

    skills: frozenset = field(default_factory=frozenset)
    # Of a helper: the categories that their skills serve in; of a want: its own.
    categories: frozenset = field(default_factory=frozenset)
    groups: frozenset = field(default_factory=frozenset)
    languages: frozenset = field(default_factory=frozenset)
    city: str = ""
    place: tuple | None = None


def rarity(count: int, total: int) -> float:
    """Return how much a skill that ``count`` of ``total`` take says: 1 and more."""
    return 1.0 + math.log((1 + total) / (1 + min(count, total)))


def fit(
    helper: Side, want: Side, weights: dict[int, float] | None = None
) -> tuple[float, dict[str, Any]]:
    """Return ``(points, reasons)`` of a helper for a want.

    :param dict weights: weight of each skill, 1 where it is not named
    :return: reasons are ``{kind: value}``: ``skills`` (those shared, the rarest first),
        ``category``, ``groups``, ``km``, ``city``, ``language``; empty where nothing is
        shared
    """
    reasons = {}
    points = _skills(helper, want, weights or {}, reasons)
    shared = helper.categories & want.categories
    if shared and not reasons:
        reasons["category"] = min(shared)
        points += CATEGORY
    shared = helper.groups & want.groups
    if shared:
        reasons["groups"] = sorted(shared)
        points += GROUP
    points += _near(helper, want, reasons)
    if want.languages:
        shared = helper.languages & want.languages
        if shared:
            reasons["language"] = min(shared)
            points += LANGUAGE
        elif helper.languages:
            points += NO_LANGUAGE
    return points, reasons


def _skills(
    helper: Side, want: Side, weights: dict[int, float], reasons: dict
) -> float:
    """Half for how much of what it takes is there, half for how much of it is used."""
    shared = helper.skills & want.skills
    if not shared:
        return 0.0

    def weight(skills: Any) -> Any:
        return sum(weights.get(one, 1.0) for one in skills)

    reasons["skills"] = sorted(shared, key=lambda one: (-weights.get(one, 1.0), one))
    covered = weight(shared) / weight(want.skills)
    used = weight(shared) / weight(helper.skills)
    return SKILLS * covered * (1 + used) / 2


def _near(helper: Side, want: Side, reasons: dict) -> float:
    if helper.place and want.place:
        km = distance(helper.place, want.place)
        if km <= NEAR_KM:
            reasons["km"] = km
            return PLACE * (1 - km / NEAR_KM)
        return 0.0
    if helper.city and helper.city == want.city:
        reasons["city"] = want.city
        return PLACE / 2
    return 0.0
