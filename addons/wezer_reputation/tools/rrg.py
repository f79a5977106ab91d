"""Reputation from a graph of ratings: the arithmetic, in numpy, without Odoo.

The design (reference: robust rating graph, sections 4.3-4.4) in short: a score
is a weighted mean of the ratings received and a prior; a rating weighs by the
rater's credibility (trust that flows from seeds along good deals and
admissions, times fairness), the deal's value, its age and repetition.

All arrays have one row a rating. Members are integers ``0 … members-1``.
"""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Parameters:
    """Constants of the score; the defaults are those measured in the reference."""

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
    assessors: np.ndarray
    trust: np.ndarray
    fairness: np.ndarray
    weights: np.ndarray = field(repr=False)  # shape (ratings,)
    x: np.ndarray = field(repr=False)  # shape (ratings,), in 0 … 1


def trust_flow(members, edges, seeds, alpha=0.5, tolerance=1e-12):
    """Return trust that flows from ``seeds`` along ``edges``.

    ``T = (1 − α)·Mᵀ·T + α·p``, M row-normalised, p uniform on the seeds
    (Kamvar and others 2003, with a seeded start). O(iterations × edges).

    :param int members: how many
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


def value_weight(hours, parameters):
    """Return the weight of deals of ``hours``, in 0.25 … 1, growing as a logarithm."""
    unit, cap = parameters.value_unit_hours, parameters.value_cap_hours
    weight = np.log1p(np.maximum(hours, 0) / unit) / np.log1p(cap / unit)
    return np.clip(weight, 0.25, 1.0)


def repetition(rater_person, rated, age_days):
    """Return k of each rating: how many of the same pair are more recent.

    Pairs are counted by person, so that rating in several groups' names
    multiplies nothing. O(n log n).
    """
    order = np.lexsort((age_days, rated, rater_person))
    k = np.zeros(len(order), dtype=int)
    if not len(order):
        return k
    pair_rater, pair_rated = rater_person[order], rated[order]
    new_pair = np.ones(len(order), dtype=bool)
    new_pair[1:] = (pair_rater[1:] != pair_rater[:-1]) | (pair_rated[1:] != pair_rated[:-1])
    starts = np.maximum.accumulate(np.where(new_pair, np.arange(len(order)), 0))
    k[order] = np.arange(len(order)) - starts
    return k


def _means(members, rated, weights, x, parameters):
    total = np.bincount(rated, weights=weights, minlength=members)
    scored = np.bincount(rated, weights=weights * x, minlength=members)
    m = parameters.prior_weight
    return (m * parameters.prior + scored) / (m + total), total


def score(
    members,
    rater,
    rated,
    marks,
    age_days,
    hours=None,
    seeds=(),
    admissions=(),
    parameters=None,
    person=None,
    flags=None,
):
    """Return the scores of all members.

    :param int members: how many
    :param rater: who rates, shape ``(n,)``
    :param rated: who is rated, shape ``(n,)``
    :param marks: −2 … +2, shape ``(n,)``
    :param age_days: age of each, ≥ 0
    :param hours: value of each deal in hours (1 where left out)
    :param seeds: founders and stewards
    :param admissions: pairs ``(who admitted, whom)``: trust only, no rating
    :param person: who gave it in a group's name (``rater`` where left out)
    :param flags: κ of each, 1 or less for flagged rings
    :rtype: Scores
    """
    parameters = parameters or Parameters()
    rater, rated = np.asarray(rater, dtype=int), np.asarray(rated, dtype=int)
    person = rater if person is None else np.asarray(person, dtype=int)
    x = (np.asarray(marks, dtype=float) + 2) / 4
    age = np.maximum(np.asarray(age_days, dtype=float), 0)
    hours = np.ones(len(x)) if hours is None else np.asarray(hours, dtype=float)
    flags = np.ones(len(x)) if flags is None else np.asarray(flags, dtype=float)

    good = x > parameters.good
    admissions = np.asarray(admissions, dtype=int).reshape(-1, 2)
    edges = (
        np.concatenate([person[good], admissions[:, 0]]),
        np.concatenate([rated[good], admissions[:, 1]]),
        np.ones(good.sum() + len(admissions)),
    )
    trust = trust_flow(members, edges, seeds, parameters.alpha)
    positive = trust[trust > 0]
    tau = np.percentile(positive, parameters.trust_percentile) if len(positive) else 1.0
    credible = np.minimum(1.0, trust / tau)

    base = (
        value_weight(hours, parameters)
        * 2.0 ** (-age / parameters.half_life_days)
        * parameters.pair_damping ** repetition(person, rated, age)
        * flags
    )
    fairness = np.ones(members)
    given = np.bincount(person, minlength=members)
    pi = parameters.fairness_weight
    means, total = _means(members, rated, base * credible[person], x, parameters)
    weights = base * credible[person]
    for _step in range(100):
        gap = np.bincount(person, weights=np.abs(x - means[rated]), minlength=members)
        new = 1 - (gap + pi * parameters.fairness_prior) / (given + pi)
        done = np.abs(new - fairness).max(initial=0) < 1e-9
        fairness = new
        weights = base * credible[person] * fairness[person]
        means, total = _means(members, rated, weights, x, parameters)
        if done:
            break
    spread = np.sqrt(means * (1 - means) / (total + parameters.prior_weight + 1))
    pairs = np.unique(np.stack([person, rated], axis=1), axis=0)
    return Scores(
        score=means,
        lower=means - parameters.z * spread,
        evidence=total,
        assessors=np.bincount(pairs[:, 1], minlength=members),
        trust=trust,
        fairness=fairness,
        weights=weights,
        x=x,
    )


def contributions(result, rated, member, parameters=None):
    """Return the exact parts of a member's score: prior + parts = score.

    ``φ_r = w_r (x_r − μ) / W`` with ``W = m + Σw`` (reference, section 4.4).

    :return: ``(prior, indexes of his ratings, their parts)``
    """
    parameters = parameters or Parameters()
    rows = np.flatnonzero(np.asarray(rated) == member)
    whole = parameters.prior_weight + result.weights[rows].sum()
    parts = result.weights[rows] * (result.x[rows] - parameters.prior) / whole
    return parameters.prior, rows, parts
