"""Scores of a file of ratings, without Odoo or a database.

``./wezer reputation RATINGS.csv --out SCORES.csv`` calls this. Columns of the ratings:
``rater, rated, score, time`` and, where there are, ``value`` (hours) and ``criterion``;
without a line of headings the first four are taken in this order.
"""

import csv
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

if __package__:
    from . import rings, rrg
else:  # loaded by path, where there is no Odoo
    import rings
    import rrg

COLUMNS = ("rater", "rated", "score", "time")
DAY = 86400.0
# Where nobody is named, trust starts from so many of the first who came.
FOUNDERS = 20


class BadFile(ValueError):
    """A file that cannot be read as ratings; the message says which row and why."""


@dataclass
class Ratings:
    """The ratings of a file; arrays have one row a rating, in the file's order."""

    ids: list  # name of each member, by index
    rater: np.ndarray
    rated: np.ndarray
    score: np.ndarray  # as in the file
    time: np.ndarray  # seconds
    hours: np.ndarray | None
    criterion: np.ndarray | None  # names

    @property
    def index(self) -> dict[str, int]:
        """Return the number of each member by name."""
        return {name: number for number, name in enumerate(self.ids)}

    def keep(self, rows: np.ndarray) -> "Ratings":
        """Return the ratings of these rows; the members stay the same."""
        return Ratings(
            self.ids,
            self.rater[rows],
            self.rated[rows],
            self.score[rows],
            self.time[rows],
            None if self.hours is None else self.hours[rows],
            None if self.criterion is None else self.criterion[rows],
        )

    def founders(self, count: int = FOUNDERS) -> np.ndarray:
        """Return the first members who appear, by time."""
        first = np.full(len(self.ids), np.inf)
        np.minimum.at(first, self.rater, self.time)
        np.minimum.at(first, self.rated, self.time)
        return np.argsort(first, kind="stable")[:count]


def moment(text: str) -> float:
    """Return seconds of a time: a number of seconds, or a date as ISO 8601 writes it.

    :raise ValueError: where it is neither
    """
    try:
        return float(text)
    except ValueError:
        date = datetime.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    if date.tzinfo is None:
        date = date.replace(tzinfo=datetime.timezone.utc)
    return date.timestamp()


def read_ratings(path: str | PathLike) -> Ratings:
    """Read a CSV file of ratings.

    :raise BadFile: naming the first row that is wrong, and why
    """
    rows, columns = _read_rows(path, COLUMNS)
    ids, data = {}, {name: [] for name in columns}
    for number, row in rows:
        try:
            for name, place in columns.items():
                data[name].append(_READERS.get(name, str.strip)(row[place]))
        except (ValueError, IndexError) as error:
            raise BadFile(
                f"row {number}: {error if str(error) else 'too short'}"
            ) from error
        for name in ("rater", "rated"):
            ids.setdefault(data[name][-1], len(ids))
    if not rows:
        raise BadFile("the file has no ratings")
    criterion = data.get("criterion")
    return Ratings(
        list(ids),
        np.array([ids[name] for name in data["rater"]]),
        np.array([ids[name] for name in data["rated"]]),
        np.array(data["score"]),
        np.array(data["time"]),
        np.array(data["value"]) if "value" in data else None,
        np.array(criterion) if criterion and any(criterion) else None,
    )


def read_names(path: str | PathLike, index: dict[str, int]) -> list[int]:
    """Return the members that a file names, one a line; without a rating: left out."""
    names = [row[0].strip() for _number, row in _rows(path) if row]
    return [index[name] for name in names if name in index]


def read_admissions(
    path: str | PathLike, index: dict[str, int]
) -> list[tuple[int, int]]:
    """Return pairs (who admitted, whom) of a file with these two columns."""
    pairs = [
        [cell.strip() for cell in row[:2]] for _n, row in _rows(path) if len(row) > 1
    ]
    return [
        (index[by], index[who]) for by, who in pairs if by in index and who in index
    ]


def scale(ratings: Ratings, low: float, high: float) -> np.ndarray:
    """Return the scores in 0 … 1.

    :raise BadFile: where one is outside ``low … high``
    """
    wrong = np.flatnonzero((ratings.score < low) | (ratings.score > high))
    if len(wrong):
        raise BadFile(
            f"score {ratings.score[wrong[0]]:g} is outside {low:g} to {high:g}:"
            " give the scale with --scale MIN,MAX"
        )
    return (ratings.score - low) / (high - low)


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
        members, ratings.rater, ratings.rated, x, age, ratings.hours
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
) -> None:
    """Write a line for each member, and for each criterion that the ratings name.

    :param x: scores in 0 … 1 of the file's rows
    :param place: of the deal of each row (:func:`by_deal`)
    """
    fields = ["id", "score", "lower", "evidence", "assessors", "trust", "fairness"]
    fields.append("flag")
    if ratings.criterion is not None:
        fields.insert(1, "criterion")
    assessors = scores.assessors
    with open(path, "w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, fields, restval="", lineterminator="\n")
        writer.writeheader()
        for number, name in enumerate(ratings.ids):
            writer.writerow(_line(name, number, scores, ring, assessors))
        if ratings.criterion is not None:
            for line in _criterion_lines(ratings, scores.weights[place], scores, x):
                writer.writerow(line)


def explain(
    ratings: Ratings, scores: rrg.Scores, x: np.ndarray, number: int
) -> tuple[float, list[tuple[float, int]], float]:
    """Return ``(prior, parts, score)`` of a member; prior + parts = score.

    Each part is ``(size, rating)``, the largest first.
    """
    rows = np.flatnonzero(ratings.rated == number)
    prior = float(scores.prior[number])
    parts = rrg.contributions(prior, scores.weights[rows], x[rows])
    order = np.argsort(-np.abs(parts), kind="stable")
    return (
        prior,
        [(float(parts[part]), int(rows[part])) for part in order],
        float(scores.score[number]),
    )


def _line(name: Any, number: Any, scores: Any, ring: Any, assessors: Any) -> dict:
    return {
        "id": name,
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
    for name in np.unique(ratings.criterion):
        rows = ratings.criterion == name
        means, evidence = rrg.weighted(
            members, ratings.rated[rows], weights[rows], x[rows], scores.prior
        )
        lower = rrg.lower_bound(means, evidence)
        for number in np.unique(ratings.rated[rows]):
            yield {
                "id": ratings.ids[number],
                "criterion": name,
                "score": f"{means[number]:.9f}",
                "lower": f"{lower[number]:.9f}",
                "evidence": f"{evidence[number]:.9f}",
            }


def _number(text: Any) -> Any:
    number = float(text)
    if not np.isfinite(number):
        raise ValueError(f"“{text}” is no number")
    return number


_READERS = {
    "score": _number,
    "time": moment,
    "value": lambda text: _number(text or 0),
}


def _rows(path: Any) -> list:
    try:
        with open(path, newline="", encoding="utf-8-sig") as source:
            return [
                (number, row) for number, row in enumerate(csv.reader(source), 1) if row
            ]
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} cannot be read: {error}") from error


def _read_rows(path: Any, wanted: Any) -> tuple:
    """Return the rows of a file and where each column stands."""
    rows = _rows(path)
    if not rows:
        raise BadFile("the file is empty")
    heads = [cell.strip().lower() for cell in rows[0][1]]
    known = {name: heads.index(name) for name in wanted if name in heads}
    if not known and len(heads) >= len(wanted):
        return rows, {name: place for place, name in enumerate(wanted)}
    missing = [name for name in wanted if name not in known]
    if missing:
        raise BadFile(f"the columns {', '.join(missing)} are missing")
    for name in ("value", "criterion"):
        if name in heads:
            known[name] = heads.index(name)
    return rows[1:], known
