"""Rings: a few people who mostly assess each other, and better than others do.

Without Odoo. Assessments inside a flagged ring weigh less until somebody who is not in
it has looked at it; nobody is judged by this.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

WINDOW_DAYS = 180.0
SMALLEST, LARGEST = 3, 50
# Of those who assessed in the window; more people are the community, no ring.
LARGEST_SHARE = 1 / 3
# What people get from inside: of all of them together, and of each.
INSIDE_SHARE = 0.5
OWN_SHARE = 1 / 3
# How much higher what comes from inside lifts their mean, out of 1: a point of 5.
# Honest friends who deal mostly with each other reach 0.19 where they are content.
LIFT = 0.2
# What they say of each other, at least: less is no praise.
PRAISE = 0.9
# What each of them gets from inside, at least, on average, as far as it counts: what
# has no weight in scores needs nobody to look at it.
INSIDE_RATINGS = 2.5
# Few words from outside say little: so many of what everybody else gets are added.
OUTSIDE_START = 8.0
# Where so much of their deals' value stays inside, a smaller gap is enough.
VALUE_SHARE, VALUE_GAP = 0.6, 0.25
# Ratings by people with less credibility than this count in proportion, to nothing.
KNOWN = 0.1
# How much of what two people get comes from each other, at least: rings are looked for
# at each of these, the loosest first, so that a few ties to others do not hide one.
LEVELS = (0.0, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3)
# What a rating inside a flagged ring still weighs.
DAMPING = 0.2
# A clearing holds while more than this share of a flagged set was cleared …
CLEARED_SHARE = 0.5
# … and the lift is not higher than it was then, by more than this.
WORSE = 0.1


@dataclass(frozen=True)
class Figures:
    """The numbers behind a flag; people of no credibility do not count."""

    ratings: int  # inside, in the window
    share: float  # of what they get, how much comes from inside
    inside: float  # mean of what they say of each other, 0 … 1
    outside: float  # mean of what others say of them, drawn to that of everybody else
    value: float  # of the value of their deals, how much stays inside

    @property
    def lift(self) -> float:
        """How much higher what comes from inside lifts their mean."""
        return self.share * (self.inside - self.outside)

    def values(self) -> dict[str, float]:
        """Return the numbers by name, to be stored."""
        return asdict(self)


@dataclass(frozen=True)
class Ring:
    """People who were flagged, and why."""

    members: tuple[int, ...]
    figures: Figures | None = None  # not of a ring that was only read again

    @property
    def lift(self) -> float:
        """:attr:`Figures.lift`; 0 where there are no figures."""
        return self.figures.lift if self.figures else 0.0

    def called(self, ids: ArrayLike) -> "Ring":
        """Return the ring with the id of each member in place of its number."""
        members = np.asarray(ids)[list(self.members)].tolist()
        return Ring(tuple(members), self.figures)


@dataclass(frozen=True)
class Cleared:
    """People who were found to be no ring, and the lift then (None: not known)."""

    people: frozenset[int]
    lift: float | None = None

    def covers(self, people: Iterable[int], lift: float) -> bool:
        """Return whether the clearing still holds for ``people``.

        It holds for the set and for what grows around it, until the pattern changes:
        until half of the set or more was not cleared, or until what they say of each
        other lifts their mean by :data:`WORSE` more than when they were cleared. A
        set that grew is compared with the people who were looked at, never with
        those who joined since.
        """
        people = frozenset(people)
        if len(people & self.people) <= CLEARED_SHARE * len(people):
            return False
        return self.lift is None or lift <= self.lift + WORSE


def find_rings(
    members: int,
    person: ArrayLike,
    rated: ArrayLike,
    x: ArrayLike,
    age_days: ArrayLike,
    hours: ArrayLike | None = None,
    credibility: ArrayLike | None = None,
) -> np.ndarray:
    """Return for each member the number of its flagged ring, −1 where in none.

    See :func:`search`, which says why, too.

    :return: shape ``(members,)``
    """
    return labels(
        members, search(members, person, rated, x, age_days, hours, credibility)
    )


def labels(members: int, rings: Iterable[Ring]) -> np.ndarray:
    """Return for each member the smallest member of its ring, −1 where in none."""
    ring = np.full(members, -1)
    for one in rings:
        ring[list(one.members)] = min(one.members)
    return ring


def damping(ring: np.ndarray, person: np.ndarray, rated: np.ndarray) -> np.ndarray:
    """Return κ of each rating: :data:`DAMPING` inside a flagged ring, else 1."""
    same = (ring[person] >= 0) & (ring[person] == ring[rated])
    return np.where(same, DAMPING, 1.0)


def search(
    members: int,
    person: ArrayLike,
    rated: ArrayLike,
    x: ArrayLike,
    age_days: ArrayLike,
    hours: ArrayLike | None = None,
    credibility: ArrayLike | None = None,
) -> list[Ring]:
    """Return the rings of the last 180 days.

    A ring is a set of 3 to 50 people, joined by pairs who rated each other, who get
    more than half of their ratings from inside (each of them more than a third), 2.5
    each or more; which are praise, 0.9 on average or more, and lift their mean by more
    than 0.2 above what others say of them. Where more than 0.6 of the value of their
    deals stays inside, it is enough that they say better of each other than others do,
    by more than 0.25. These bounds spare honest people rather than find every ring: a
    flag wrongs them before anybody has looked at it, and a ring that is not found gains
    little.

    More than a third of those who rated are no ring but the community. Ratings by
    people without credibility count for nothing, as in scores: strangers can neither
    hide a ring nor turn honest people into one.

    O(ratings · log ratings).

    :param members: how many
    :param person: who rated, shape ``(n,)``
    :param rated: who is rated, shape ``(n,)``
    :param x: the ratings, in 0 … 1
    :param age_days: age of each
    :param hours: value of each (all alike where left out)
    :param credibility: of each member, 0 … 1 (all alike where left out)
    """
    pairs = _Pairs(members, person, rated, x, age_days, hours, credibility)
    rings: list[Ring] = []
    taken = np.zeros(members, dtype=bool)
    for level in LEVELS:
        found = pairs.rings(level, taken)
        rings += found
        for ring in found:
            taken[list(ring.members)] = True
    return rings


class _Pairs:
    """What one person said of another in the window, one row an ordered pair."""

    def __init__(
        self,
        members: int,
        person: Any,
        rated: Any,
        x: Any,
        age_days: Any,
        hours: Any,
        credibility: Any,
    ) -> None:
        person, rated = np.asarray(person, dtype=int), np.asarray(rated, dtype=int)
        x = np.asarray(x, dtype=float)
        hours = np.ones(len(x)) if hours is None else np.asarray(hours, dtype=float)
        if credibility is None:
            credibility = np.ones(members)
        known = np.clip(np.asarray(credibility, dtype=float) / KNOWN, 0, 1)
        rows = np.asarray(age_days, dtype=float) <= WINDOW_DAYS
        rows &= (person != rated) & (known[person] > 0)
        keys, where = np.unique(
            person[rows] * members + rated[rows], return_inverse=True
        )
        self.members = members
        self.by, self.of = keys // members, keys % members
        voice = known[self.by]
        self.count = np.bincount(where, minlength=len(keys))
        self.evidence = self.count * voice
        self.praise = np.bincount(where, weights=x[rows], minlength=len(keys)) * voice
        self.hours = (
            np.bincount(where, weights=hours[rows], minlength=len(keys)) * voice
        )
        self.received = self.total(self.of, self.evidence)
        raters = np.unique(self.by)
        # Of how many people the community consists, as far as they are known.
        self.known = known
        self.people = known[raters].sum()
        self._join(keys)

    def total(self, label: Any, values: Any) -> Any:
        """Return the sums of ``values`` by label, one a member."""
        return np.bincount(label, weights=values, minlength=self.members)

    def _join(self, keys: Any) -> None:
        """Find the pairs who rated each other, and how much that is of all they get."""
        back = self.of * self.members + self.by
        place = np.minimum(np.searchsorted(keys, back), max(len(keys) - 1, 0))
        there = keys[place] == back if len(keys) else np.zeros(0, dtype=bool)
        share = self.evidence / self.received[self.of]
        self.one, self.two = self.by[there], self.of[there]
        self.tie = np.minimum(share[there], share[place[there]])

    def rings(self, level: float, taken: Any) -> list[Ring]:
        """Return the rings among ties of this strength, but of people taken."""
        tied = self.tie >= level
        label = _components(self.members, self.one[tied], self.two[tied])
        label = self._without_outsiders(label)
        there = label >= 0
        size = np.bincount(label[there], minlength=self.members)
        heads = self.total(label[there], self.known[there])
        free = np.bincount(label[there & taken], minlength=self.members) == 0
        rightly_large = (size >= SMALLEST) & (heads <= LARGEST)
        # Half a person's margin: a third of 24 people are eight, whatever the sums.
        rightly_large &= heads <= LARGEST_SHARE * self.people + 1e-9
        candidates = rightly_large & free
        if not candidates.any():
            return []
        figures, suspicious = self._figures(label, size)
        return [
            Ring(tuple(np.flatnonzero(label == number).tolist()), figures(number))
            for number in np.flatnonzero(candidates & suspicious)
        ]

    def _without_outsiders(self, label: Any) -> Any:
        """Return the components without people who get most from elsewhere."""
        while True:
            inside = (label[self.by] >= 0) & (label[self.by] == label[self.of])
            own = self.total(self.of[inside], self.evidence[inside])
            leave = (label >= 0) & (own <= OWN_SHARE * self.received)
            if not leave.any():
                return label
            label = np.where(leave, -1, label)

    def _figures(self, label: Any, size: Any) -> tuple:
        """Return what gives the figures of a label, and which are suspicious."""
        by, of = label[self.by], label[self.of]
        inside = (by >= 0) & (by == of)
        from_others = (of >= 0) & ~inside
        touched = (by >= 0) & ~inside

        def of_each(rows: Any, values: Any, whose: Any) -> Any:
            return self.total(whose[rows], values[rows])

        among, others = (
            of_each(rows, self.evidence, of) for rows in (inside, from_others)
        )
        praise, said = (
            of_each(rows, self.praise, of) for rows in (inside, from_others)
        )
        stays = of_each(inside, self.hours, of)
        value = stays + of_each(from_others, self.hours, of)
        value += of_each(touched, self.hours, by)
        # What they say of others does not count there: they would choose it.
        heard, spoke = among + others, of_each(by >= 0, self.evidence, by)
        rest = self.evidence.sum() - spoke - others
        usual = self.praise.sum() - of_each(by >= 0, self.praise, by) - said
        usual = _ratio(usual, rest, 0.5)
        outside = (said + OUTSIDE_START * usual) / (others + OUTSIDE_START)
        mean, share = _ratio(praise, among, 0.5), _ratio(among, heard, 0.0)
        kept, gap = _ratio(stays, value, 0.0), mean - outside
        ratings = np.bincount(of[inside], self.count[inside], self.members)
        suspicious = among >= INSIDE_RATINGS * np.maximum(size, 1)
        suspicious &= mean >= PRAISE
        suspicious &= ((share > INSIDE_SHARE) & (share * gap > LIFT)) | (
            (kept > VALUE_SHARE) & (gap > VALUE_GAP)
        )

        def figures(number: int) -> Figures:
            columns = (share, mean, outside, kept)
            numbers = [float(column[number]) for column in columns]
            return Figures(int(ratings[number]), *numbers)

        return figures, suspicious


def _ratio(part: Any, whole: Any, otherwise: float) -> Any:
    there = whole > 1e-12
    return np.where(there, part / np.where(there, whole, 1.0), otherwise)


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


def split_cleared(
    found: Sequence[Ring], cleared: Iterable[Cleared], ids: ArrayLike
) -> tuple[list[Ring], list[Ring]]:
    """Return the rings of no clearing, and those that a clearing covers.

    :param ids: the id of each member, as clearings name them
    """
    ids, cleared = np.asarray(ids), list(cleared)
    flagged, fine = [], []
    for ring in found:
        people = ids[list(ring.members)].tolist()
        covered = any(one.covers(people, ring.lift) for one in cleared)
        (fine if covered else flagged).append(ring)
    return flagged, fine


def read_again(sets: Iterable[Iterable[int]], ids: ArrayLike) -> list[Ring]:
    """Return the rings that an earlier search found, from the ids it kept.

    Ids that are no longer there are left out.
    """
    ids = np.asarray(ids)
    rings = [np.flatnonzero(np.isin(ids, list(people))).tolist() for people in sets]
    return [Ring(tuple(members)) for members in rings if members]
