"""Delegated voices: the voter who answers for each person, found for all at once.

Each person who did not vote points to the holder of the nearest delegation. Pointers
are followed by doubling: after k steps each is 2ᵏ delegations further, so that a chain
of a million takes twenty steps. A ring without a voter, a holder off the roll and an
absent holder carry nothing. Runs without Odoo; needs numpy.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

NOBODY = -1


def resolve(
    voted: Sequence[bool] | np.ndarray,
    holder: Sequence[int] | np.ndarray,
    since: Sequence[Any] | np.ndarray | None = None,
    cap: int | None = None,
    chains: bool = True,
) -> np.ndarray:
    """Return the place of the voter whose vote counts for each person, −1 for nobody.

    Who voted answers for themselves, whatever they delegated.

    :param voted: whether each person on the roll voted
    :param holder: the place of each person's holder, −1 for none (or off the roll)
    :param since: when each delegation began; the longest standing ones count first
    :param cap: so many voices one person carries at most, beside their own
    :param chains: whether carried voices are passed on by a holder who did not vote
    """
    voted = np.asarray(voted, dtype=bool)
    count = len(voted)
    given = np.asarray(holder, dtype=np.int64)
    if len(given) != count or (count and int(given.max()) >= count):
        raise ValueError("The holders do not fit the roll")
    # One place more, for nobody: it points to itself.
    end = np.empty(count + 1, dtype=np.int64)
    end[:count] = np.where(given < 0, count, given)
    end[count] = count
    own = np.flatnonzero(voted)
    end[own] = own
    if chains:
        for _step in range(max(count, 1).bit_length()):
            further = end[end]
            if np.array_equal(further, end):
                break
            end = further
    end = end[:count]
    # What does not end with a voter: a ring, an absent holder, nobody.
    carried = np.append(voted, False)[end]
    end = np.where(carried, end, NOBODY)
    if cap is not None:
        end = _capped(end, voted, since, cap)
    return end


def _capped(
    end: np.ndarray,
    voted: np.ndarray,
    since: Sequence[Any] | np.ndarray | None,
    cap: int,
) -> np.ndarray:
    """Leave the latest delegations out where a person carries too many."""
    givers = np.flatnonzero((end != NOBODY) & ~voted)
    when = np.arange(len(end)) if since is None else np.asarray(since)
    order = givers[np.lexsort((givers, when[givers], end[givers]))]
    ends = end[order]
    first = np.searchsorted(ends, ends, side="left")
    beyond = order[np.arange(len(order)) - first >= cap]
    end = end.copy()
    end[beyond] = NOBODY
    return end


def carried(
    roll: Sequence[int],
    voted: set[int],
    arrows: Mapping[int, int],
    since: Mapping[int, Any] | None = None,
    cap: int | None = None,
    chains: bool = True,
) -> dict[int, int]:
    """Return for each person who is represented the voter who carries their voice.

    :param roll: the ids of the people who may vote
    :param voted: those of them who voted
    :param arrows: the holder of each giver's nearest delegation
    :param since: when each giver's delegation began (sortable)
    """
    roll = sorted(roll)
    place = {person: number for number, person in enumerate(roll)}
    holder = [place.get(arrows.get(person, 0), NOBODY) for person in roll]
    moments = None
    if since is not None:
        ranks = {when: rank for rank, when in enumerate(sorted(set(since.values())))}
        moments = [
            ranks[since[person]] if person in since else len(ranks) for person in roll
        ]
    end = resolve([p in voted for p in roll], holder, moments, cap, chains)
    return {
        person: roll[voter]
        for person, voter in zip(roll, end.tolist(), strict=True)
        if voter != NOBODY and person not in voted
    }


def cap_of(roll: int, least: int = 5) -> int:
    """Return how many voices a person carries as a rule: 5, or 1/10 of the roll."""
    return max(least, roll // 10)
