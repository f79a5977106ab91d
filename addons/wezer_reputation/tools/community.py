"""All scores of a community at once, or of one party: arrays in, arrays out.

Knows nothing of Odoo. Ids are whole numbers; a *key* is what a score is of besides the
party: a criterion, a skill or a group.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

if __package__:
    from . import rings, rrg
else:  # loaded by path, where there is no Odoo
    import rings
    import rrg

DAY = 86400.0
YEAR = 365
EMPTY = np.zeros(0, dtype=int)


@dataclass
class Ratings:
    """Revealed assessments with weight, one row each, and their lines."""

    ids: np.ndarray
    person: np.ndarray  # who gave it, also where in a group's name
    assessed: np.ndarray
    time: np.ndarray  # seconds
    hours: np.ndarray
    # One row a mark: the row of its assessment above, criterion, −2 … +2.
    line_row: np.ndarray
    line_criterion: np.ndarray
    line_mark: np.ndarray
    # One row a pair: the row of the assessment, and a skill; or a group.
    skill_row: np.ndarray = field(default_factory=lambda: EMPTY)
    skill: np.ndarray = field(default_factory=lambda: EMPTY)
    group_row: np.ndarray = field(default_factory=lambda: EMPTY)
    group: np.ndarray = field(default_factory=lambda: EMPTY)

    def marks(self) -> np.ndarray:
        """Return the mean of each assessment's marks, in 0 … 1."""
        count = len(self.ids)
        total = np.bincount(self.line_row, weights=self.line_mark, minlength=count)
        lines = np.bincount(self.line_row, minlength=count)
        return (total / np.maximum(lines, 1) + 2) / 4


@dataclass
class Table:
    """Scores of parties, one row each; ``key`` is 0 for the overall score."""

    party: np.ndarray
    key: np.ndarray
    score: np.ndarray  # 0 … 1
    lower: np.ndarray
    prior: np.ndarray
    evidence: np.ndarray
    deals: np.ndarray
    assessors: np.ndarray  # people of some credibility only
    start: np.ndarray  # what the prior weighs
    rank: np.ndarray  # where the party stands in lists, 0 … 1


@dataclass
class Tables:
    """What :func:`tables` returns; ``weights`` and ``parts`` have one row a rating."""

    overall: Table
    criteria: list
    skills: Table
    groups: Table
    weights: np.ndarray
    parts: np.ndarray


@dataclass
class Result:
    """What :func:`compute` returns."""

    parties: np.ndarray  # their ids, sorted; the arrays below have one row each
    trust: np.ndarray
    fairness: np.ndarray
    credibility: np.ndarray
    ring: np.ndarray
    prior: float
    group_priors: dict
    coverage: float
    tables: Tables
    newcomer: float  # where those stand in lists who are new, 0 … 1
    # Rings by id: those that count less, and those that people found to be none.
    flagged: list[rings.Ring] = field(default_factory=list)
    cleared: list[rings.Ring] = field(default_factory=list)


def compute(
    ratings: Ratings,
    people: ArrayLike,
    admissions: ArrayLike,
    seeds: ArrayLike,
    now: float,
    above: dict[int, list[int]] | None = None,
    cleared: Iterable[rings.Cleared] = (),
    parameters: rrg.Parameters | None = None,
    penalties: dict[int, float] | None = None,
    known_rings: Iterable[Iterable[int]] | None = None,
    stewards: ArrayLike | None = None,
) -> Result:
    """Return the scores of everybody.

    :param ratings: all
    :param people: ids of the members, those without a rating too
    :param admissions: ids, rows (who admitted, whom), with a third column the day,
        counted from 1970
    :param seeds: ids of those from whom trust starts
    :param now: seconds; ages count from here
    :param above: ``{group: groups above it, the nearest first}``
    :param cleared: sets of ids that people looked at and found no ring
    :param parameters: constants of the score
    :param penalties: see :func:`penalised`
    :param known_rings: sets of ids; the rings are these, and none is looked for
    :param stewards: ids, see :func:`rrg.coverage`

    O(iterations × ratings); about 2 s for 100,000 people and 1,000,000 ratings.
    """
    parameters = parameters or rrg.Parameters()
    admissions = np.asarray(admissions, dtype=int)
    admissions = admissions.reshape(-1, admissions.shape[-1] if admissions.size else 2)
    year = (now / DAY - admissions[:, 2:]).clip(0) // YEAR
    seeds = np.asarray(seeds, dtype=int)
    everybody = (
        ratings.person,
        ratings.assessed,
        people,
        admissions[:, :2].ravel(),
        seeds,
    )
    parties = np.unique(np.concatenate(everybody))
    if stewards is not None:
        here = np.isin(parties, np.asarray(stewards, dtype=int))
        stewards = np.flatnonzero(here)
    person = np.searchsorted(parties, ratings.person)
    assessed = np.searchsorted(parties, ratings.assessed)
    age = np.maximum(now - ratings.time, 0) / DAY
    x = ratings.marks()
    # Sorted once for all rounds: this is what takes longest.
    repeated = rrg.repetition(person, assessed, age, (x, ratings.hours))

    def scored(prior: Any, flags: Any = None) -> Any:
        return rrg.score(
            len(parties),
            person,
            assessed,
            4 * x - 2,
            age,
            ratings.hours,
            np.searchsorted(parties, seeds),
            np.hstack([np.searchsorted(parties, admissions[:, :2]), year.astype(int)]),
            parameters,
            flags=flags,
            prior=prior,
            repeated=repeated,
            stewards=stewards,
        )

    first = scored(parameters.prior)
    if known_rings is None:
        found = rings.search(
            len(parties), person, assessed, x, age, ratings.hours, first.credibility
        )
        flagged, fine = rings.split_cleared(found, cleared, parties)
    else:
        flagged, fine = rings.read_again(known_rings, parties), []
    ring = rings.labels(len(parties), flagged)
    flags = rings.damping(ring, person, assessed)
    prior = rrg.community_prior(first, person, parameters.prior)
    final = scored(prior, flags)
    group_priors = _group_priors(ratings, final.weights, x, prior, above or {})
    result = _tables_penalised(
        penalties or {},
        (ratings, final.credibility[person], prior, group_priors, flags, now),
        parameters,
        repeated,
    )
    overall = result.overall
    numbers = overall.rank[overall.assessors >= rrg.ASSESSORS]
    return Result(
        parties=parties,
        trust=final.trust,
        fairness=final.fairness,
        credibility=final.credibility,
        ring=ring,
        prior=prior,
        group_priors=group_priors,
        coverage=final.coverage,
        tables=result,
        newcomer=rrg.newcomer_rank(prior, numbers, parameters),
        flagged=[one.called(parties) for one in flagged],
        cleared=[one.called(parties) for one in fine],
    )


def _tables_penalised(
    penalties: dict, arguments: Any, parameters: Any, repeated: Any
) -> Tables:
    result = tables(*arguments, parameters, repeated)  # type: ignore[call-arg]
    if penalties:
        result.overall = penalised(result.overall, penalties)
    return result


def penalised(table: Table, penalties: dict[int, float]) -> Table:
    """Return ``table`` with bounds and ranks of some parties lowered, at least 0.

    The answers to the private question move these only.

    :param penalties: ``{party id: how far, out of 1}``
    """
    penalty = np.array([penalties.get(int(party), 0.0) for party in table.party])
    return replace(
        table,
        lower=np.maximum(table.lower - penalty, 0),
        rank=np.maximum(table.rank - penalty, 0),
    )


def tables(
    ratings: Ratings,
    credibility: np.ndarray,
    prior: float,
    group_priors: dict[int, float],
    flags: np.ndarray,
    now: float,
    parameters: rrg.Parameters | None = None,
    repeated: np.ndarray | None = None,
) -> Tables:
    """Return the scores that follow from raters' credibility, which stays as it is.

    Also of a few: all ratings of one party give exactly what all of all would give
    it. O(ratings).

    :param credibility: of the person who gave each rating, 0 … 1
    :param prior: μ of the community
    :param group_priors: μ of each group
    :param flags: κ of each rating
    :param now: seconds; ages count from here
    """
    parameters = parameters or rrg.Parameters()
    parties, assessed = np.unique(ratings.assessed, return_inverse=True)
    people, person = np.unique(ratings.person, return_inverse=True)
    age = np.maximum(now - ratings.time, 0) / DAY
    x = ratings.marks()
    damping = rrg.repeated_damping(
        ratings.person, ratings.assessed, ratings.person, x, age, ratings.hours,
        flags, parameters, repeated,
    )  # fmt: skip
    weights = rrg.base_weights(age, ratings.hours, damping, parameters) * credibility
    counted = (damping > 0) & (credibility > parameters.credible)
    rows = _Rows(
        parties, assessed, len(people), person, weights, weights * credibility,
        counted, parameters,
    )  # fmt: skip
    overall = rows.table(np.arange(len(x)), x, 0, prior)
    whole = overall.start + overall.evidence
    criteria = []
    for criterion in np.unique(ratings.line_criterion):
        lines = ratings.line_criterion == criterion
        marks = (ratings.line_mark[lines] + 2) / 4
        criteria.append(rows.table(ratings.line_row[lines], marks, criterion, prior))
    return Tables(
        overall=overall,
        criteria=criteria,
        skills=rows.by_key(ratings.skill_row, x, ratings.skill, prior, {}),
        groups=rows.by_key(ratings.group_row, x, ratings.group, prior, group_priors),
        weights=weights,
        parts=weights * (x - prior) / whole[assessed] if len(x) else weights,
    )


class _Rows:
    """Weighted ratings of parties, to be summed by party and key."""

    def __init__(
        self,
        parties: Any,
        assessed: Any,
        people: Any,
        person: Any,
        weights: Any,
        trusted: Any,
        counted: Any,
        parameters: Any,
    ) -> None:
        self.parties = parties
        self.assessed = assessed
        self.people = max(people, 1)
        self.person = person
        self.weights = weights
        self.trusted = trusted  # the weights, times the raters' credibility again
        self.counted = counted
        self.parameters = parameters
        # Each pair of people once: who counts under a key is then only looked up.
        pairs, self.pair = np.unique(
            assessed * self.people + person, return_inverse=True
        )
        self.assessed_of_pair = pairs // self.people

    def table(self, row: Any, x: Any, key: Any, prior: Any) -> Any:
        """Return the scores of all parties from the ratings at ``row``, of one key."""
        count = len(self.parties)
        assessed = self.assessed[row]
        deals = np.bincount(assessed, minlength=count)
        weights, trusted = self.weights[row], self.trusted[row]
        people = rrg.voices(count, self.pair[row], self.assessed_of_pair, trusted)
        start = rrg.start_weight(people, self.parameters)
        means, total = rrg.weighted(count, assessed, weights, x, prior, start)
        # Who was never assessed under this key has no score of it.
        has = deals > 0
        return Table(
            party=self.parties[has],
            key=np.full(has.sum(), key),
            score=means[has],
            lower=rrg.lower_bound(means, total, self.parameters, start)[has],
            prior=np.full(has.sum(), float(prior)),
            evidence=total[has],
            deals=deals[has],
            assessors=self._assessors_of_all(row, count)[has],
            start=start[has],
            rank=rrg.rank(means, total, start, self.parameters)[has],
        )

    def by_key(self, row: Any, x: Any, key: Any, prior: Any, priors: Any) -> Any:
        """Return the scores of each party and key, from pairs (rating, key)."""
        keys, place = np.unique(key, return_inverse=True)
        code = self.assessed[row] * max(len(keys), 1) + place
        codes, where = np.unique(code, return_inverse=True)
        own = np.array([priors.get(int(known), prior) for known in keys])
        own = own[codes % max(len(keys), 1)] if len(keys) else np.zeros(0)
        weights, trusted = self.weights[row], self.trusted[row]
        pairs, pair = np.unique(
            where * self.people + self.person[row], return_inverse=True
        )
        people = rrg.voices(len(codes), pair, pairs // self.people, trusted)
        start = rrg.start_weight(people, self.parameters)
        means, total = rrg.weighted(len(codes), where, weights, x[row], own, start)
        return Table(
            party=self.parties[codes // max(len(keys), 1)],
            key=keys[codes % max(len(keys), 1)] if len(keys) else keys,
            score=means,
            lower=rrg.lower_bound(means, total, self.parameters, start),
            prior=own,
            evidence=total,
            deals=np.bincount(where, minlength=len(codes)),
            assessors=self._assessors(where, row, len(codes)),
            start=start,
            rank=rrg.rank(means, total, start, self.parameters),
        )

    def _assessors_of_all(self, row: Any, count: Any) -> Any:
        """Return how many different people rated each party, in the ratings at row."""
        there = np.zeros(len(self.assessed_of_pair), dtype=bool)
        there[self.pair[row[self.counted[row]]]] = True
        return np.bincount(self.assessed_of_pair[there], minlength=count)

    def _assessors(self, where: Any, row: Any, count: Any) -> Any:
        """Return how many different people rated each of ``count`` things."""
        counted = self.counted[row]
        pairs = np.unique(where[counted] * self.people + self.person[row][counted])
        return np.bincount(pairs // self.people, minlength=count)


def _group_priors(ratings: Any, weights: Any, x: Any, prior: Any, above: Any) -> dict:
    """Return μ of each group, drawn to its parent's (:func:`rrg.group_priors`).

    ``ratings.group`` holds the group of each rating and all above it; here a rating
    counts once, in its nearest group, and flows up in the sum.
    """
    groups = sorted({int(group) for group in ratings.group} | set(above))
    index = {group: number for number, group in enumerate(groups)}
    parents = [
        index.get(next(iter(above.get(group, ())), None), -1) for group in groups
    ]
    if not groups:
        return {}
    nearest = np.full(len(x), -1)
    depth = {group: len(above.get(group, ())) for group in groups}
    order = np.argsort([depth[int(group)] for group in ratings.group], kind="stable")
    for row, group in zip(ratings.group_row[order], ratings.group[order], strict=True):
        nearest[row] = index[int(group)]
    priors = rrg.group_priors(parents, nearest, weights, x, prior)
    return {group: float(priors[number]) for group, number in index.items()}
