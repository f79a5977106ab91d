"""Reputation from a graph of ratings: the arithmetic, in numpy, without Odoo.

A score is a weighted mean of the ratings received and a prior; a rating weighs by
the rater's credibility (trust that flows from seeds along good deals and admissions,
times fairness), the deal's value, its age and repetition.

All arrays have one row for each rating. Members are integers ``0 … members-1``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Parameters:
    """Constants of the score; the defaults were measured (``docs/performance.md``)."""

    prior_weight: float = 3.0
    prior: float = 0.7
    fairness_weight: float = 3.0
    fairness_prior: float = 0.15
    pair_damping: float = 0.5
    half_life_days: float = 365.0
    alpha: float = 0.5
    trust_percentile: float = 90.0
    value_unit_hours: float = 1.0
    value_cap_hours: float = 40.0
    z: float = 1.64
    good: float = 0.5


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
    coverage: float  # share of the raters that trust reaches, 0 … 1
    weights: np.ndarray = field(repr=False)  # shape (ratings,)
    damping: np.ndarray = field(repr=False)  # γ^k·κ of each, 0 for one's own
    x: np.ndarray = field(repr=False)  # shape (ratings,), in 0 … 1
    person: np.ndarray = field(repr=False)
    rated: np.ndarray = field(repr=False)

    @property
    def assessors(self) -> np.ndarray:
        """How many different people rated each member, shape ``(members,)``."""
        return count_assessors(len(self.score), self.person, self.rated, self.damping)


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
    prior_weight: float = 3.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``S = (m·μ + Σ w·x) / (m + Σ w)`` of each member, and ``Σ w``.

    :param prior: μ, one for all or one for each member
    """
    total = np.bincount(rated, weights=weights, minlength=members)
    scored = np.bincount(rated, weights=weights * x, minlength=members)
    return (prior_weight * prior + scored) / (prior_weight + total), total


def lower_bound(
    score: np.ndarray, evidence: np.ndarray, parameters: Parameters | None = None
) -> np.ndarray:
    """Return what ranking uses: the score less ``z`` times its spread, at least 0."""
    parameters = parameters or Parameters()
    spread = np.sqrt(score * (1 - score) / (evidence + parameters.prior_weight + 1))
    return np.maximum(score - parameters.z * spread, 0)


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
) -> Scores:
    """Return the scores of all members.

    :param members: how many
    :param rater: who rates, shape ``(n,)``
    :param rated: who is rated, shape ``(n,)``
    :param marks: −2 … +2, shape ``(n,)``
    :param age_days: age of each, ≥ 0
    :param hours: value of each deal in hours; left out, all weigh as one
    :param seeds: founders and stewards
    :param admissions: pairs ``(who admitted, whom)``: trust only, no rating
    :param person: who gave it in a group's name (``rater`` where left out)
    :param flags: κ of each, 1 or less for flagged rings
    :param prior: μ, one for all or one for each member
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

    damping = repeated_damping(rater, rated, person, x, age, hours, flags, parameters)
    base = base_weights(age, hours, damping, parameters)
    good = (x > parameters.good) & (damping > 0)
    pairs = np.asarray(admissions, dtype=int).reshape(-1, 2)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    edges = (
        np.concatenate([person[good], pairs[:, 0]]),
        np.concatenate([rated[good], pairs[:, 1]]),
        # Of one pair at most two good deals count: dealing with one friend again and
        # again passes on no more trust.
        np.concatenate([damping[good], np.ones(len(pairs))]),
    )
    trust = trust_flow(members, edges, seeds, parameters.alpha)
    positive = trust[trust > 0]
    tau = np.percentile(positive, parameters.trust_percentile) if len(positive) else 1.0
    credible = np.minimum(1.0, trust / tau)
    fairness, weights, means, total = _fixed_point(
        members, person, rated, base * credible[person], x, prior, parameters
    )
    raters = np.unique(person)
    return Scores(
        score=means,
        lower=lower_bound(means, total, parameters),
        evidence=total,
        trust=trust,
        fairness=fairness,
        credibility=credible * fairness,
        prior=prior,
        coverage=float((trust[raters] > 0).mean()) if len(raters) else 1.0,
        weights=weights,
        damping=damping,
        x=x,
        person=person,
        rated=rated,
    )


def repeated_damping(
    rater: np.ndarray,
    rated: np.ndarray,
    person: np.ndarray,
    x: np.ndarray,
    age: np.ndarray,
    hours: np.ndarray,
    flags: np.ndarray,
    parameters: Parameters,
) -> np.ndarray:
    """Return ``γ^k·κ`` of each rating; 0 where people rate themselves."""
    other = (person != rated) & (rater != rated)
    repeated = repetition(person, rated, age, (x, hours))
    return parameters.pair_damping**repeated * flags * other


def base_weights(
    age: np.ndarray, hours: np.ndarray, damping: np.ndarray, parameters: Parameters
) -> np.ndarray:
    """Return what a rating weighs before its rater's credibility is known."""
    decay = 2.0 ** (-age / parameters.half_life_days)
    return value_weight(hours, parameters) * decay * damping


def count_assessors(
    members: int, person: np.ndarray, rated: np.ndarray, damping: np.ndarray
) -> np.ndarray:
    """Return how many different people rated each member."""
    counted = damping > 0
    pairs = np.unique(person[counted] * members + rated[counted])
    return np.bincount(pairs % members, minlength=members)


def _fixed_point(
    members: Any,
    person: Any,
    rated: Any,
    base: Any,
    x: Any,
    prior: Any,
    parameters: Any,
) -> tuple:
    """Return ``(F, w, S, Σw)``: raters are fair who agree with the scores they make."""
    given = np.bincount(person, minlength=members)
    pi, m = parameters.fairness_weight, parameters.prior_weight
    fairness, weights = np.ones(members), base
    means, total = weighted(members, rated, weights, x, prior, m)
    for _step in range(100):
        gap = np.bincount(person, weights=np.abs(x - means[rated]), minlength=members)
        new = 1 - (gap + pi * parameters.fairness_prior) / (given + pi)
        done = np.abs(new - fairness).max(initial=0) < 1e-9
        fairness, weights = new, base * new[person]
        means, total = weighted(members, rated, weights, x, prior, m)
        if done:
            break
    return fairness, weights, means, total


def contributions(
    prior: float, weights: ArrayLike, x: ArrayLike, prior_weight: float = 3.0
) -> np.ndarray:
    """Return the exact parts of one member's score: prior + parts = score.

    ``φ_r = w_r (x_r − μ) / W`` with ``W = m + Σw``.

    :param prior: μ of the member
    :param weights: of the ratings that the member received
    :param x: the ratings, in 0 … 1
    """
    weights, x = np.asarray(weights, dtype=float), np.asarray(x, dtype=float)
    return weights * (x - prior) / (prior_weight + weights.sum())
