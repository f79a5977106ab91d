"""Scores of a file of ratings, without Odoo or a database.

``./wezer reputation RATINGS.csv --out SCORES.csv`` calls this; how files are read
stands in :mod:`.ratings_reader`.
"""

import csv
from collections.abc import Iterator
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

if __package__:
    from . import rings, rrg
    from .ratings_reader import Ratings, tables
else:  # loaded by path, where there is no Odoo
    import rings
    import rrg
    from ratings_reader import Ratings, tables

DAY = 86400.0
# Where nobody is named, trust starts from so many of the first who came.
FOUNDERS = 20
# What a file of scores can be ordered by.
RANKS = ("trust", "lower", "score")


def by_deal(ratings: Ratings, x: np.ndarray) -> tuple[Ratings, np.ndarray, np.ndarray]:
    """Return ``(deals, mean, place)``: the criteria of one deal are one rating.

    :return: the ratings with one row a deal (rater, rated, time), the mean of the
        scores of each, and for each row of the file the place of its deal
    """
    if ratings.criterion is None:
        return ratings, x, np.arange(len(x))
    keys = np.stack([ratings.rater, ratings.rated, ratings.time], axis=1)
    _keys, first, place = np.unique(
        keys, axis=0, return_index=True, return_inverse=True
    )
    place = place.reshape(-1)
    mean = np.bincount(place, weights=x) / np.bincount(place)
    deals = ratings.keep(first)
    deals.criterion = None
    return deals, mean, place


def evaluate(
    ratings: Ratings,
    x: np.ndarray,
    seeds: ArrayLike,
    admissions: ArrayLike = (),
    now: float | None = None,
    parameters: rrg.Parameters | None = None,
) -> tuple[rrg.Scores, np.ndarray]:
    """Return ``(scores, ring)``: :class:`rrg.Scores` and each member's flagged ring.

    The prior is the community's own (:func:`rrg.community_prior`) as a first round
    gives it; ratings inside flagged rings weigh a fifth.

    :param x: scores in 0 … 1, one a rating
    :param seeds: indexes of those from whom trust starts
    :param now: the time that ages are counted from, the latest rating's if left out
    """
    parameters = parameters or rrg.Parameters()
    now = ratings.time.max() if now is None else now
    age = np.maximum(now - ratings.time, 0) / DAY
    members = len(ratings.ids)

    def round_of(prior: Any, flags: Any = None) -> Any:
        return rrg.score(
            members,
            ratings.rater,
            ratings.rated,
            4 * x - 2,
            age,
            ratings.hours,
            seeds,
            admissions,
            parameters,
            flags=flags,
            prior=prior,
        )

    first = round_of(parameters.prior)
    ring = rings.find_rings(
        members,
        ratings.rater,
        ratings.rated,
        x,
        age,
        ratings.hours,
        first.credibility,
    )
    flags = rings.damping(ring, ratings.rater, ratings.rated)
    prior = rrg.community_prior(first, ratings.rater, parameters.prior)
    return round_of(prior, flags), ring


def write_scores(
    path: str | PathLike,
    ratings: Ratings,
    scores: rrg.Scores,
    ring: np.ndarray,
    x: np.ndarray,
    place: np.ndarray,
    rank: str | None = None,
) -> None:
    """Write a line for each member, and for each criterion that the ratings name.

    What people are called is written so that no spreadsheet takes it for a formula.

    :param x: scores in 0 … 1 of the file's rows
    :param place: of the deal of each row (:func:`by_deal`)
    :param rank: one of :data:`RANKS`: the members in this order, with a column ``rank``
    """
    fields = ["id", "score", "lower", "evidence", "assessors", "trust", "fairness"]
    fields.append("flag")
    if ratings.criterion is not None:
        fields.insert(1, "criterion")
    order, ranks = np.arange(len(ratings.ids)), None
    if rank:
        fields.insert(0, "rank")
        order, ranks = ranking(getattr(scores, rank), scores.lower)
    assessors = scores.assessors
    with open(path, "w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, fields, restval="", lineterminator="\n")
        writer.writeheader()
        for number in order:
            line = _line(ratings.ids[number], number, scores, ring, assessors)
            writer.writerow(line if ranks is None else {"rank": ranks[number], **line})
        if ratings.criterion is not None:
            for line in _criterion_lines(ratings, scores.weights[place], scores, x):
                writer.writerow(line)


def ranking(by: np.ndarray, then: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(order, rank)``: members with the highest first, and each one's rank.

    Members who are alike to nine digits share a rank, and the next ones follow as if
    each had their own: 1, 2, 2, 4.

    :param then: what orders members who share a rank
    """
    scaled = np.round(by / (by.max(initial=0) or 1.0), 9)
    order = np.lexsort((-then, -scaled))
    ranks = np.empty(len(by), dtype=int)
    values = scaled[order]
    first = np.ones(len(by), dtype=bool)
    first[1:] = values[1:] != values[:-1]
    ranks[order] = np.maximum.accumulate(np.where(first, np.arange(len(by)), 0)) + 1
    return order, ranks


def explain(
    ratings: Ratings, scores: rrg.Scores, x: np.ndarray, number: int
) -> tuple[float, list[tuple[float, int]], float]:
    """Return ``(prior, parts, score)`` of a member; prior + parts = score.

    Each part is ``(size, rating)``, the largest first.
    """
    rows = np.flatnonzero(ratings.rated == number)
    prior = float(scores.prior[number])
    start = float(scores.start[number])
    parts = rrg.contributions(prior, scores.weights[rows], x[rows], start)
    order = np.argsort(-np.abs(parts), kind="stable")
    return (
        prior,
        [(float(parts[part]), int(rows[part])) for part in order],
        float(scores.score[number]),
    )


def _line(name: Any, number: Any, scores: Any, ring: Any, assessors: Any) -> dict:
    return {
        "id": tables.no_formula(name),
        "score": f"{scores.score[number]:.9f}",
        "lower": f"{scores.lower[number]:.9f}",
        "evidence": f"{scores.evidence[number]:.9f}",
        "assessors": int(assessors[number]),
        "trust": f"{scores.trust[number]:.12g}",
        "fairness": f"{scores.fairness[number]:.9f}",
        "flag": "ring" if ring[number] >= 0 else "",
    }


def _criterion_lines(ratings: Any, weights: Any, scores: Any, x: Any) -> Iterator[Any]:
    """Yield the scores by criterion, with the weights of the score overall."""
    members = len(ratings.ids)
    pairs, pair = np.unique(
        ratings.rated * members + ratings.rater, return_inverse=True
    )
    trusted = weights * scores.credibility[ratings.rater]
    for name in np.unique(ratings.criterion):
        rows = ratings.criterion == name
        people = rrg.voices(
            members, pair.reshape(-1)[rows], pairs // members, trusted[rows]
        )
        start = rrg.start_weight(people, scores.parameters)
        means, evidence = rrg.weighted(
            members, ratings.rated[rows], weights[rows], x[rows], scores.prior, start
        )
        lower = rrg.lower_bound(means, evidence, scores.parameters, start)
        for number in np.unique(ratings.rated[rows]):
            yield {
                "id": tables.no_formula(ratings.ids[number]),
                "criterion": tables.no_formula(str(name)),
                "score": f"{means[number]:.9f}",
                "lower": f"{lower[number]:.9f}",
                "evidence": f"{evidence[number]:.9f}",
            }
