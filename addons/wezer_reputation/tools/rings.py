"""Rings: a few people who praise each other and nobody else praises; without Odoo.

Ratings inside a flagged ring weigh less until moderators have looked at it; nobody is
judged by this.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

WINDOW_DAYS = 180.0
SMALLEST, LARGEST = 3, 50
INSIDE_SHARE = 0.8
PRAISE_GAP = 0.15
VALUE_SHARE = 0.6
# What a rating inside a flagged ring still weighs.
DAMPING = 0.2


def find_rings(
    members: int,
    person: ArrayLike,
    rated: ArrayLike,
    x: ArrayLike,
    age_days: ArrayLike,
    hours: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> np.ndarray:
    """Return for each member the number of its flagged ring, −1 where in none.

    A ring is a connected set of 3 to 50 members, joined by pairs who rated each
    other twice or more each way within 180 days, that gets more than 0.8 of its
    evidence from inside and praises itself by more than 0.15 above what others say
    of it, or inside which more than 0.6 of its deals' value circulates. O(ratings).

    :param members: how many
    :param person: who rated, shape ``(n,)``
    :param rated: who is rated, shape ``(n,)``
    :param x: the ratings, in 0 … 1
    :param age_days: age of each
    :param hours: value of each (all alike where left out)
    :param weights: evidence of each (1 where left out)
    :return: shape ``(members,)``
    """
    person, rated = np.asarray(person, dtype=int), np.asarray(rated, dtype=int)
    x = np.asarray(x, dtype=float)
    hours = np.ones(len(x)) if hours is None else np.asarray(hours, dtype=float)
    weights = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    recent = (np.asarray(age_days, dtype=float) <= WINDOW_DAYS) & (person != rated)
    one, two = _mutual_pairs(members, person[recent], rated[recent])
    component = _components(members, one, two)
    ring = np.full(members, -1)
    numbers, sizes = np.unique(component[component >= 0], return_counts=True)
    candidates = numbers[(sizes >= SMALLEST) & (sizes <= LARGEST)]
    for number in candidates:
        inside = component == number
        if _is_suspicious(inside, person, rated, x, hours, weights):
            ring[inside] = number
    return ring


def damping(ring: np.ndarray, person: np.ndarray, rated: np.ndarray) -> np.ndarray:
    """Return κ of each rating: :data:`DAMPING` inside a flagged ring, else 1."""
    same = (ring[person] >= 0) & (ring[person] == ring[rated])
    return np.where(same, DAMPING, 1.0)


def _mutual_pairs(members: Any, person: Any, rated: Any) -> tuple:
    """Return the pairs who rated each other twice or more in each direction."""
    keys, counts = np.unique(person * members + rated, return_counts=True)
    keys = keys[counts >= 2]
    one, two = keys // members, keys % members
    back = np.isin(two * members + one, keys)
    return one[back], two[back]


def _components(members: Any, one: Any, two: Any) -> Any:
    """Return the smallest member of each member's component, −1 without a pair."""
    label = np.full(members, -1)
    label[one] = one
    label[two] = two
    while len(one):
        lowest = label.copy()
        np.minimum.at(lowest, one, label[two])
        np.minimum.at(lowest, two, label[one])
        known = lowest >= 0
        # Pointer jumping: a chain of n needs log n rounds.
        lowest[known] = np.minimum(lowest[known], lowest[lowest[known]])
        if (lowest == label).all():
            break
        label = lowest
    return label


def _is_suspicious(
    inside: Any, person: Any, rated: Any, x: Any, hours: Any, weights: Any
) -> bool:
    received = inside[rated] & (person != rated)
    within = received & inside[person]
    without = received & ~inside[person]
    among, from_others = weights[within].sum(), weights[without].sum()
    if among + from_others and among / (among + from_others) > INSIDE_SHARE:
        praise = np.average(x[within], weights=weights[within])
        others = (
            np.average(x[without], weights=weights[without])
            if from_others
            else x[~(inside[person] & inside[rated])].mean()
            if (~(inside[person] & inside[rated])).any()
            else 0.5
        )
        if praise - others > PRAISE_GAP:
            return True
    touched = inside[rated] | inside[person]
    value = hours[touched].sum()
    return bool(value and hours[within].sum() / value > VALUE_SHARE)
