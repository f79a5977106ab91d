"""Reputation from a graph of ratings: the arithmetic, in numpy, without Odoo.

A score is a weighted mean of the ratings received and a prior; a rating weighs by
the rater's credibility (trust that flows from seeds along good deals and admissions,
times fairness), the deal's value, its age and repetition.

All arrays have one row for each rating. Members are integers ``0 … members-1``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

# Below so many different credible people a member is new, without a number.
ASSESSORS = 3
# Who assesses with less credibility than this is nobody's assessor: strangers whom
# no trust reaches are not counted as people.
CREDIBLE = 0.02
# What the parameters that a computation of version 19.0.2.0.0 did not store were.
BEFORE = {
    "formula": 1,
    "least_prior_weight": 3.0,
    "admissions_a_year": 0.0,
    "credible": -1.0,
    "trust_share": 0.0,
}


@dataclass(frozen=True)
class Parameters:
    """Constants of the score; the defaults were measured (``docs/performance.md``).

    ``formula`` 1 is how scores were computed up to version 19.0.2.0.0: trust in full
    was measured with the seeds, fairness over all rows, the bound cut at 0.
    """

    formula: int = 2
    # The start weighs so much for who has no evidence, half a rating less for each
    # person whose assessment counts in full, and at least ``least_prior_weight``.
    prior_weight: float = 3.0
    least_prior_weight: float = 1.0
    prior: float = 0.7
    fairness_weight: float = 3.0
    fairness_prior: float = 0.15
    pair_damping: float = 0.5
    half_life_days: float = 365.0
    alpha: float = 0.5
    # An assessment counts in full from this percentile of trust upwards, and never
    # below the trust under which people hold this share of all trust together.
    trust_percentile: float = 80.0
    trust_share: float = 0.45
    value_unit_hours: float = 1.0
    value_cap_hours: float = 8.0
    z: float = 1.64
    good: float = 0.5
    # Together the admissions of one member in one year weigh at most so many good
    # deals; 0 for no limit.
    admissions_a_year: float = 5.0
    credible: float = CREDIBLE
    # How far below the start, of 1, those without evidence stand in lists.
    newcomer: float = 0.1

    @classmethod
    def stored(cls, values: Mapping) -> "Parameters":
        """Return the parameters that a computation stored, of any version."""
        known = {one.name for one in fields(cls)}
        values = {**BEFORE, **values} if "formula" not in values else values
        return cls(**{name: values[name] for name in values if name in known})


@dataclass
class Scores:
    """What :func:`score` returns; arrays of shape ``(members,)`` unless said."""

    score: np.ndarray
    lower: np.ndarray
    evidence: np.ndarray
    trust: np.ndarray
    fairness: np.ndarray
    credibility: np.ndarray  # of each as a rater: trust, capped, times fairness
    prior: np.ndarray  # μ of each member
    coverage: float  # share of the admitted raters that trust reaches, 0 … 1
    start: np.ndarray  # what the prior weighs, of each member
    weights: np.ndarray = field(repr=False)  # shape (ratings,)
    damping: np.ndarray = field(repr=False)  # γ^k·κ of each, 0 for one's own
    x: np.ndarray = field(repr=False)  # shape (ratings,), in 0 … 1
    person: np.ndarray = field(repr=False)
    rated: np.ndarray = field(repr=False)
    counted: np.ndarray = field(repr=False)  # whether its rater counts as a person
    parameters: Parameters = field(repr=False)

    @property
    def assessors(self) -> np.ndarray:
        """How many different credible people rated each member."""
        return count_assessors(len(self.score), self.person, self.rated, self.counted)

    @property
    def rank(self) -> np.ndarray:
        """Where each member stands in lists (:func:`rank`), shape ``(members,)``."""
        return rank(self.score, self.evidence, self.start, self.parameters)


def trust_flow(
    members: int,
    edges: Sequence[ArrayLike],
    seeds: ArrayLike,
    alpha: float = 0.5,
    tolerance: float = 1e-12,
) -> np.ndarray:
    """Return trust that flows from ``seeds`` along ``edges``.

    ``T = (1 − α)·Mᵀ·T + α·p``, M row-normalised, p uniform on the seeds
    (Kamvar and others 2003, with a seeded start). O(iterations × edges).

    :param members: how many
    :param edges: ``(from, to, weight)``, three arrays of one length
    :param seeds: indexes of the members that trust starts from
    :return: shape ``(members,)``, non-negative, sums to at most 1
    """
    start = np.zeros(members)
    seeds = np.asarray(seeds, dtype=int)
    if not len(seeds):
        return start
    start[seeds] = 1.0 / len(seeds)
    source, target, weight = (np.asarray(column) for column in edges)
    if not len(source):
        return alpha * start
    weight = weight.astype(float)
    out = np.bincount(source, weights=weight, minlength=members)
    share = weight / out[source]
    trust = start.copy()
    for _step in range(500):
        flow = np.bincount(target, weights=share * trust[source], minlength=members)
        new = (1 - alpha) * flow + alpha * start
        if np.abs(new - trust).max() < tolerance:
            return new
        trust = new
    return trust


def value_weight(hours: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Return the weight of deals of ``hours``, in 0.25 … 1, growing as a logarithm."""
    unit, cap = parameters.value_unit_hours, parameters.value_cap_hours
    weight = np.log1p(np.maximum(hours, 0) / unit) / np.log1p(cap / unit)
    return np.clip(weight, 0.25, 1.0)


def repetition(
    rater_person: np.ndarray,
    rated: np.ndarray,
    age_days: np.ndarray,
    ties: Sequence[np.ndarray] = (),
) -> np.ndarray:
    """Return k of each rating: how many of the same pair are more recent.

    Pairs are counted by person, so that rating in several groups' names
    multiplies nothing. O(n log n).

    :param ties: arrays that order ratings of one age, so that the order in
        which they are given never matters
    """
    order = np.lexsort((*ties, age_days, rated, rater_person))
    k = np.zeros(len(order), dtype=int)
    if not len(order):
        return k
    pair_rater, pair_rated = rater_person[order], rated[order]
    new_pair = np.ones(len(order), dtype=bool)
    new_pair[1:] = pair_rater[1:] != pair_rater[:-1]
    new_pair[1:] |= pair_rated[1:] != pair_rated[:-1]
    starts = np.maximum.accumulate(np.where(new_pair, np.arange(len(order)), 0))
    k[order] = np.arange(len(order)) - starts
    return k


def weighted(
    members: int,
    rated: np.ndarray,
    weights: np.ndarray,
    x: np.ndarray,
    prior: float | np.ndarray = 0.7,
    prior_weight: float | np.ndarray = 3.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``S = (m·μ + Σ w·x) / (m + Σ w)`` of each member, and ``Σ w``.

    :param prior: μ, one for all or one for each member
    :param prior_weight: m, one for all or one for each member (:func:`start_weight`)
    """
    total = np.bincount(rated, weights=weights, minlength=members)
    scored = np.bincount(rated, weights=weights * x, minlength=members)
    return (prior_weight * prior + scored) / (prior_weight + total), total


def voices(
    members: int, pairs: np.ndarray, rated_of_pair: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Return of how many people each member's evidence is, in fully trusted ones.

    All that one person says of another counts as one at most. A crowd whom hardly
    anybody trusts is nobody: each counts by credibility twice.

    :param pairs: number of the pair of people of each rating
    :param rated_of_pair: the rated one of each pair
    :param weights: of each rating, times its rater's credibility once more
    """
    said = np.bincount(pairs, weights=weights, minlength=len(rated_of_pair))
    return np.bincount(rated_of_pair, weights=np.minimum(said, 1), minlength=members)


def start_weight(voices: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Return what the start weighs beside the evidence of so many people.

    It falls by less than the evidence grows, so that whatever is said of somebody
    lightens the start and never the whole.
    """
    most, least = parameters.prior_weight, parameters.least_prior_weight
    return np.maximum(most - voices / 2, min(most, least))


def lower_bound(
    score: np.ndarray,
    evidence: np.ndarray,
    parameters: Parameters | None = None,
    start: float | np.ndarray | None = None,
) -> np.ndarray:
    """Return how low the true value may be: ``S·exp(−z·√((1−S) / (S·n)))``.

    The interval of a share on the scale of logarithms: near ``S − z·√(S(1−S)/n)``
    where there is much evidence, and above 0 as soon as there is any. The start counts
    in n only beside evidence, in full beside one whole rating, so that the bound of
    no evidence is 0.

    :param start: what the prior weighs (``prior_weight`` where left out)
    """
    parameters = parameters or Parameters()
    start = parameters.prior_weight if start is None else start
    if parameters.formula < 2:
        spread = np.sqrt(score * (1 - score) / (evidence + start + 1))
        return np.maximum(score - parameters.z * spread, 0)
    known = evidence + (start + 1) * np.minimum(evidence, 1)
    some = (known > 1e-12) & (score > 1e-12)
    odds = np.divide(
        1 - score, score * known, out=np.zeros_like(known), where=some & (score < 1)
    )
    return np.where(some, score * np.exp(-parameters.z * np.sqrt(odds)), 0)


def rank(
    score: np.ndarray,
    evidence: np.ndarray,
    start: np.ndarray,
    parameters: Parameters | None = None,
) -> np.ndarray:
    """Return where members stand in lists, 0 … 1: as if the start were lower.

    Without evidence a member stands ``newcomer`` below the start, which is near the
    mean of all. Each good word lifts, each bad one lowers; ten good words and a bad
    one outweigh none.
    """
    parameters = parameters or Parameters()
    share = start / np.maximum(start + evidence, 1e-12)
    return np.maximum(score - parameters.newcomer * share, 0)


def newcomer_rank(
    prior: float, known: np.ndarray, parameters: Parameters | None = None
) -> float:
    """Return where those stand who are new: beside the mean, and never above it.

    :param prior: μ of the community
    :param known: ranks of those who have a number
    """
    parameters = parameters or Parameters()
    place = max(prior - parameters.newcomer, 0.0)
    return float(min(place, known.mean())) if len(known) else place


def group_priors(
    parents: ArrayLike,
    group: ArrayLike,
    weights: ArrayLike,
    x: ArrayLike,
    root_prior: float = 0.7,
    group_weight: float = 20.0,
) -> np.ndarray:
    """Return μ of each group: its subtree's mean, drawn to its parent's.

    ``μ_g = (m_g·μ_parent + Σ w·x) / (m_g + Σ w)`` over the ratings in g and below.

    :param parents: index of each group's parent, −1 at a root
    :param group: group of each rating, −1 for none
    :return: shape ``(groups,)``
    :raise ValueError: where the groups form a cycle
    """
    parents, group = np.asarray(parents, dtype=int), np.asarray(group, dtype=int)
    weights, x = np.asarray(weights, dtype=float), np.asarray(x, dtype=float)
    inside = group >= 0
    count = len(parents)
    total = np.bincount(group[inside], weights=weights[inside], minlength=count)
    scored = np.bincount(group[inside], weights=(weights * x)[inside], minlength=count)
    depth = np.zeros(count, dtype=int)
    above = parents.copy()
    for _step in range(count):
        if (above < 0).all():
            break
        depth += above >= 0
        above = np.where(above >= 0, parents[above], -1)
    else:
        if count and (above >= 0).any():
            raise ValueError("the groups form a cycle")
    order = np.argsort(depth, kind="stable")
    for number in order[::-1]:
        if parents[number] >= 0:
            total[parents[number]] += total[number]
            scored[parents[number]] += scored[number]
    priors = np.full(count, float(root_prior))
    for number in order:
        above = priors[parents[number]] if parents[number] >= 0 else root_prior
        evidence = group_weight + total[number]
        priors[number] = (group_weight * above + scored[number]) / evidence
    return priors


def community_prior(
    result: Scores,
    person: ArrayLike,
    root_prior: float = 0.7,
    group_weight: float = 20.0,
) -> float:
    """Return μ of the whole community: what its people say, drawn to ``root_prior``.

    Each rating counts as its rater is fair and trusted, where raters who are trusted
    as much as the median count in full; its age and value do not matter. Strangers
    without trust do not count, however many they are.

    :param result: a first round, with any prior
    :param person: who gave each rating
    """
    reached = result.trust[result.trust > 0]
    middle = np.median(reached) if len(reached) else 1.0
    voice = np.minimum(1.0, result.trust / middle) * result.fairness
    weights = voice[np.asarray(person, dtype=int)] * result.damping
    total, scored = weights.sum(), (weights * result.x).sum()
    return float((group_weight * root_prior + scored) / (group_weight + total))


def score(
    members: int,
    rater: ArrayLike,
    rated: ArrayLike,
    marks: ArrayLike,
    age_days: ArrayLike,
    hours: ArrayLike | None = None,
    seeds: ArrayLike = (),
    admissions: ArrayLike = (),
    parameters: Parameters | None = None,
    person: ArrayLike | None = None,
    flags: ArrayLike | None = None,
    prior: ArrayLike | None = None,
    repeated: np.ndarray | None = None,
    stewards: ArrayLike | None = None,
) -> Scores:
    """Return the scores of all members.

    :param members: how many
    :param rater: who rates, shape ``(n,)``
    :param rated: who is rated, shape ``(n,)``
    :param marks: −2 … +2, shape ``(n,)``
    :param age_days: age of each, ≥ 0
    :param hours: value of each deal in hours; left out, all weigh as one
    :param seeds: founders and stewards
    :param admissions: rows ``(who admitted, whom)``: trust only, no rating; with a
        third column, how many whole years ago
    :param person: who gave it in a group's name (``rater`` where left out)
    :param flags: κ of each, 1 or less for flagged rings
    :param prior: μ, one for all or one for each member
    :param repeated: k of each, where it is known (:func:`repetition`)
    :param stewards: see :func:`coverage`
    """
    parameters = parameters or Parameters()
    rater, rated = np.asarray(rater, dtype=int), np.asarray(rated, dtype=int)
    person = rater if person is None else np.asarray(person, dtype=int)
    x = (np.asarray(marks, dtype=float) + 2) / 4
    age = np.maximum(np.asarray(age_days, dtype=float), 0)
    if hours is None:
        hours = np.full(len(x), parameters.value_cap_hours)
    hours = np.asarray(hours, dtype=float)
    flags = np.ones(len(x)) if flags is None else np.asarray(flags, dtype=float)

    prior = np.broadcast_to(
        np.asarray(parameters.prior if prior is None else prior, dtype=float),
        (members,),
    )

    damping = repeated_damping(
        rater, rated, person, x, age, hours, flags, parameters, repeated
    )
    base = base_weights(age, hours, damping, parameters)
    good = (x > parameters.good) & (damping > 0)
    start_at = np.asarray(seeds, dtype=int)
    by, whom, vouch = admission_edges(members, admissions, parameters)
    edges = (
        np.concatenate([person[good], by]),
        np.concatenate([rated[good], whom]),
        # Of one pair at most two good deals count: dealing with one friend again and
        # again passes on no more trust.
        np.concatenate([damping[good], vouch]),
    )
    trust = trust_flow(members, edges, start_at, parameters.alpha)
    credible = np.minimum(1.0, trust / reference_trust(trust, start_at, parameters))
    fairness, weights, means, total, start = _fixed_point(
        members,
        _Pairs(members, person, rated),
        base,
        credible,
        damping,
        x,
        prior,
        parameters,
    )
    credibility = credible * fairness
    return Scores(
        score=means,
        lower=lower_bound(means, total, parameters, start),
        evidence=total,
        trust=trust,
        fairness=fairness,
        credibility=credibility,
        prior=prior,
        coverage=coverage(trust, person, start_at, by, whom, stewards),
        start=start,
        weights=weights,
        damping=damping,
        x=x,
        person=person,
        rated=rated,
        counted=(damping > 0) & (credibility[person] > parameters.credible),
        parameters=parameters,
    )


def admission_edges(
    members: int, admissions: ArrayLike, parameters: Parameters
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(from, to, weight)`` of the edges that admissions make.

    Each weighs one good deal, and all those of one member in one year together at
    most ``admissions_a_year``: who admits more people gives each of them less, so
    that admitting many people never passes on more trust than admitting a few.

    :param admissions: rows ``(who admitted, whom)``, with a third column the year
    """
    rows = np.asarray(admissions, dtype=int)
    rows = rows.reshape(-1, rows.shape[1] if rows.ndim == 2 and rows.size else 2)
    rows = rows[rows[:, 0] != rows[:, 1]]
    by, whom = rows[:, 0], rows[:, 1]
    year = rows[:, 2] if rows.shape[1] > 2 else np.zeros(len(rows), dtype=int)
    vouch = np.ones(len(rows))
    most = parameters.admissions_a_year
    if most and len(rows):
        _years, place, count = np.unique(
            np.stack([by, year]), axis=1, return_inverse=True, return_counts=True
        )
        vouch = np.minimum(1.0, most / count[place.reshape(-1)])
    return by, whom, vouch


def reference_trust(
    trust: np.ndarray, seeds: np.ndarray, parameters: Parameters
) -> float:
    """Return the trust from which an assessment counts in full.

    A percentile of those whom trust reaches and who are no seeds: trust starts at the
    seeds, so that in a small community they would stand far above everybody else.
    Heads can be invented, trust cannot: whoever counts in full has also at least the
    trust below which people hold ``trust_share`` of all of it. A thousand accounts
    with a trace of trust each lower neither.
    """
    reached = trust > 0
    if parameters.formula >= 2:
        others = reached.copy()
        others[seeds] = False
        reached = others if others.any() else reached
    if not reached.any():
        return 1.0
    some = np.sort(trust[reached])
    held = np.cumsum(some) / some.sum()
    place = int(np.searchsorted(held, parameters.trust_share))
    least = some[min(place, len(some) - 1)]
    return float(max(np.percentile(some, parameters.trust_percentile), least))


def coverage(
    trust: np.ndarray,
    person: np.ndarray,
    seeds: np.ndarray,
    by: np.ndarray,
    admitted: np.ndarray,
    stewards: ArrayLike | None = None,
) -> float:
    """Return the share of the raters that trust reaches, 0 … 1.

    Of those whom somebody admitted, and of the seeds: strangers who rate each other
    stop nothing. Where none of these rates, or nobody was admitted by anybody, of all.

    :param by: who admitted each of ``admitted``
    :param stewards: those from whom admissions have to come, beside the seeds, directly
        or through others: strangers who let each other in stay strangers. Left out,
        whoever admits somebody
    """
    raters = np.unique(person)
    if not len(raters):
        return 1.0
    if len(admitted):
        known = np.zeros(len(trust), dtype=bool)
        known[seeds] = True
        if stewards is None:
            known[admitted] = True
        else:
            known[np.asarray(stewards, dtype=int)] = True
            _follow(known, by, admitted)
        rated_by = raters[known[raters]]
        raters = rated_by if len(rated_by) else raters
    return float((trust[raters] > 0).mean())


def _follow(known: np.ndarray, by: np.ndarray, whom: np.ndarray) -> None:
    """Add to ``known`` whom somebody known admitted, directly or through others."""
    while True:
        new = whom[known[by] & ~known[whom]]
        if not len(new):
            return
        known[new] = True


def repeated_damping(
    rater: np.ndarray,
    rated: np.ndarray,
    person: np.ndarray,
    x: np.ndarray,
    age: np.ndarray,
    hours: np.ndarray,
    flags: np.ndarray,
    parameters: Parameters,
    repeated: np.ndarray | None = None,
) -> np.ndarray:
    """Return ``γ^k·κ`` of each rating; 0 where people rate themselves."""
    other = (person != rated) & (rater != rated)
    if repeated is None:
        repeated = repetition(person, rated, age, (x, hours))
    return parameters.pair_damping**repeated * flags * other


def base_weights(
    age: np.ndarray, hours: np.ndarray, damping: np.ndarray, parameters: Parameters
) -> np.ndarray:
    """Return what a rating weighs before its rater's credibility is known."""
    decay = 2.0 ** (-age / parameters.half_life_days)
    return value_weight(hours, parameters) * decay * damping


def count_assessors(
    members: int, person: np.ndarray, rated: np.ndarray, counted: np.ndarray
) -> np.ndarray:
    """Return how many different people rated each member, in the rows that count."""
    pairs = np.unique(person[counted] * members + rated[counted])
    return np.bincount(pairs % members, minlength=members)


class _Pairs:
    """The pairs (who rates, whom) of some ratings, each of them once."""

    def __init__(self, members: int, person: np.ndarray, rated: np.ndarray) -> None:
        self.members, self.person, self.rated = members, person, rated
        pairs, self.place = np.unique(rated * members + person, return_inverse=True)
        self.rated_of_pair = pairs // max(members, 1)

    def start(self, weights: np.ndarray, parameters: Parameters) -> Any:
        """Return what the start of each member weighs (:func:`voices`)."""
        if parameters.least_prior_weight >= parameters.prior_weight:
            return np.full(self.members, parameters.prior_weight)
        people = voices(self.members, self.place, self.rated_of_pair, weights)
        return start_weight(people, parameters)


def _fixed_point(
    members: Any,
    pairs: Any,
    base: Any,
    credible: Any,
    damping: Any,
    x: Any,
    prior: Any,
    parameters: Any,
) -> tuple:
    """Return ``(F, w, S, Σw, m)``: raters are fair who agree with the scores they make.

    A row counts for fairness as far as it weighs: not at all where people rate
    themselves, half where they rated the same person since.
    """
    person, rated = pairs.person, pairs.rated
    rows = damping if parameters.formula >= 2 else np.ones(len(x))
    given = np.bincount(person, weights=rows, minlength=members)
    pi = parameters.fairness_weight
    fairness, trusted = np.ones(members), credible[person]
    weights = base * trusted
    start = pairs.start(weights * trusted, parameters)
    means, total = weighted(members, rated, weights, x, prior, start)
    for _step in range(100):
        gaps = rows * np.abs(x - means[rated])
        gap = np.bincount(person, weights=gaps, minlength=members)
        new = 1 - (gap + pi * parameters.fairness_prior) / (given + pi)
        done = np.abs(new - fairness).max(initial=0) < 1e-9
        fairness, trusted = new, (credible * new)[person]
        weights = base * trusted
        start = pairs.start(weights * trusted, parameters)
        means, total = weighted(members, rated, weights, x, prior, start)
        if done:
            break
    return fairness, weights, means, total, start


def contributions(
    prior: float, weights: ArrayLike, x: ArrayLike, start: float = 3.0
) -> np.ndarray:
    """Return the exact parts of one member's score: prior + parts = score.

    ``φ_r = w_r (x_r − μ) / W`` with ``W = m + Σw``.

    :param prior: μ of the member
    :param weights: of the ratings that the member received
    :param x: the ratings, in 0 … 1
    :param start: what μ weighs, m
    """
    weights, x = np.asarray(weights, dtype=float), np.asarray(x, dtype=float)
    return weights * (x - prior) / (start + weights.sum())
