"""A graph of real ratings to measure scores on: prediction, fraud and attacks.

The reference in each is the plain mean and *fairness and goodness* (Kumar, Spezzano,
Subrahmanian, Faloutsos, ICDM 2016). The decision behind it is
docs/decisions/0019-scores-flow-from-founders.md.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "addons" / "wezer_reputation" / "tools"))

import community  # noqa: E402, F401
import ratings_file  # noqa: E402
import ratings_reader  # noqa: E402
import rings  # noqa: E402
import rrg  # noqa: E402

DAY = 86400.0
DATA = ROOT.parent / "shared" / "data" / "bitcoin-otc"
FOOLED = 5


@dataclass
class Graph:
    """Ratings in the order of time; scores in 0 … 1."""

    ratings: Any
    x: np.ndarray
    seeds: np.ndarray
    bad: np.ndarray  # labelled fraudsters, by index
    good: np.ndarray  # labelled benign

    @property
    def members(self) -> int:
        """Return the number of members."""
        return len(self.ratings.ids)


def load(
    folder: Path = DATA, low: float = -10, high: float = 10, founders: int = 20
) -> Graph:
    """Read ``*_network.csv`` and ``*_gt.csv``; founders are the best liked ones.

    The founders stand in for the community's stewards: the members with most positive
    ratings, as in the study.
    """
    folder = Path(folder)
    ratings = ratings_reader.read_ratings(next(folder.glob("*_network.csv")))
    ratings = ratings.keep(np.argsort(ratings.time, kind="stable"))
    labels = np.genfromtxt(next(folder.glob("*_gt.csv")), delimiter=",", dtype=str)
    index = ratings.index
    marks = [(index[name], float(mark)) for name, mark in labels if name in index]
    x = ratings_reader.scale(ratings, low, high)
    return Graph(
        ratings,
        x,
        best_liked(ratings, x, founders),
        np.array([who for who, mark in marks if mark < 0]),
        np.array([who for who, mark in marks if mark > 0]),
    )


def best_liked(ratings: Any, x: np.ndarray, count: int) -> np.ndarray:
    """Return the ``count`` members with the highest sum of ratings."""
    liked = np.bincount(ratings.rated, weights=x > 0.5, minlength=len(ratings.ids))
    return np.argsort(-liked, kind="stable")[:count]


def fairness_goodness(
    members: int, rater: Any, rated: Any, weight: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(fairness, goodness)`` of Kumar and others; ratings in −1 … 1."""
    fairness, goodness = np.ones(members), np.zeros(members)
    given = np.maximum(np.bincount(rater, minlength=members), 1)
    received = np.maximum(np.bincount(rated, minlength=members), 1)
    for _step in range(200):
        before = fairness
        goodness = (
            np.bincount(rated, weights=fairness[rater] * weight, minlength=members)
            / received
        )
        gap = np.abs(weight - goodness[rated])
        fairness = 1 - np.bincount(rater, weights=gap, minlength=members) / (2 * given)
        if np.abs(fairness - before).max() < 1e-9:
            break
    return fairness, goodness


def plain_mean(members: int, rated: Any, x: np.ndarray, unseen: float) -> np.ndarray:
    """Return each member's mean rating; ``unseen`` where there is none."""
    count = np.bincount(rated, minlength=members)
    total = np.bincount(rated, weights=x, minlength=members)
    return np.where(count > 0, total / np.maximum(count, 1), unseen)


# === 1. PREDICTION === #


def predict(graph: Graph, share: float = 0.8) -> tuple[np.ndarray, dict]:
    """Predict the last fifth of the ratings from the first four fifths.

    :return: ``(truth, predictions)``; predictions by method, one a rating to come
    """
    cut = int(len(graph.x) * share)
    known = graph.ratings.keep(slice(0, cut))
    x, truth = graph.x[:cut], graph.x[cut:]
    target = graph.ratings.rated[cut:]
    seeds = best_liked(known, x, len(graph.seeds))
    scores, _ring = ratings_file.evaluate(known, x, seeds, now=graph.ratings.time[cut])
    _f, goodness = fairness_goodness(graph.members, known.rater, known.rated, 2 * x - 1)
    seen = np.bincount(known.rated, minlength=graph.members) > 0
    goodness = np.where(seen, goodness, 2 * x.mean() - 1)
    mean = plain_mean(graph.members, known.rated, x, x.mean())
    return truth, {
        "ours": scores.score[target],
        "fairness and goodness": goodness[target],
        "plain mean": mean[target],
    }


def correlation(one: Any, two: Any) -> float:
    """Return the correlation of two series."""
    return float(np.corrcoef(one, two)[0, 1])


def bootstrap(
    truth: Any, one: Any, two: Any, tries: int = 1000, seed: int = 1
) -> np.ndarray:
    """Return the 2.5 and 97.5 % bounds of the gain in correlation, paired."""
    rng = np.random.default_rng(seed)
    gains = []
    for _try in range(tries):
        rows = rng.integers(0, len(truth), len(truth))
        gains.append(
            correlation(one[rows], truth[rows]) - correlation(two[rows], truth[rows])
        )
    return np.percentile(gains, [2.5, 97.5])


# === 2. FRAUD === #


def auc(graph: Graph, score: Any) -> float:
    """Return how often a fraudster stands below a benign one (0.5 is chance)."""
    labelled = np.concatenate([graph.bad, graph.good])
    values = score[labelled]
    _unique, place, count = np.unique(values, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place.reshape(-1)]
    bad, good = len(graph.bad), len(graph.good)
    return float(1 - (rank[:bad].sum() - bad * (bad + 1) / 2) / (bad * good))


def early(graph: Graph, days: float) -> tuple:
    """Return the ratings without what labelled members received after so many days."""
    first = np.full(graph.members, np.inf)
    np.minimum.at(first, graph.ratings.rated, graph.ratings.time)
    labelled = np.zeros(graph.members, dtype=bool)
    labelled[np.concatenate([graph.bad, graph.good])] = True
    late = graph.ratings.time > first[graph.ratings.rated] + days * DAY
    rows = ~(labelled[graph.ratings.rated] & late)
    return graph.ratings.keep(rows), graph.x[rows]


def evaluate(
    graph: Graph, ratings: Any = None, x: np.ndarray | None = None, admissions: Any = ()
) -> Any:
    """Return the scores of the whole graph, or of these ratings of it."""
    ratings = graph.ratings if ratings is None else ratings
    x = graph.x if x is None else x
    now = graph.ratings.time.max()
    return ratings_file.evaluate(ratings, x, graph.seeds, admissions, now)


# === 3. ATTACKS === #


class Attack:
    """Ratings that are added to the graph, all at its end and of its full age 0."""

    def __init__(self, graph: Graph, fakes: int = 0) -> None:
        self.graph = graph
        self.fakes = graph.members + np.arange(fakes)
        self.rows: list[tuple] = []
        self.admissions: list[tuple] = []

    def rate(self, rater: Any, rated: Any, x: Any, hours: Any = None) -> Any:
        """Add ratings; return the attack itself."""
        rater, rated = np.broadcast_arrays(np.atleast_1d(rater), np.atleast_1d(rated))
        hours = rrg.Parameters().value_cap_hours if hours is None else hours
        self.rows.append(
            (rater, rated, np.full(len(rater), float(x)), np.full(len(rater), hours))
        )
        return self

    def rated(self) -> np.ndarray:
        """Return all members that are rated."""
        return np.concatenate([row[1] for row in self.rows])

    def ring(self) -> Any:
        """Each fake praises the next, and is praised back."""
        if len(self.fakes) > 1:
            self.rate(self.fakes, np.roll(self.fakes, -1), 1)
            self.rate(self.fakes, np.roll(self.fakes, 1), 1)
        return self

    def scores(self, flagged: bool = True) -> Any:
        """Return ``(scores, ring)``; ``flagged=False``: before rings are looked at."""
        graph, ratings = self.graph, self.graph.ratings
        now = ratings.time.max()
        rater, rated, x, hours = (
            np.concatenate(columns) for columns in zip(*self.rows, strict=True)
        )
        cap = rrg.Parameters().value_cap_hours
        together = ratings_reader.Ratings(
            [*ratings.ids, *(f"fake {number}" for number in range(len(self.fakes)))],
            np.concatenate([ratings.rater, rater]),
            np.concatenate([ratings.rated, rated]),
            None,
            np.concatenate([ratings.time, np.full(len(x), now)]),
            np.concatenate([np.full(len(ratings.time), cap), hours]),
            None,
        )
        x = np.concatenate([graph.x, x])
        damping = rings.DAMPING
        try:
            rings.DAMPING = damping if flagged else 1.0
            return ratings_file.evaluate(together, x, graph.seeds, self.admissions, now)
        finally:
            rings.DAMPING = damping

    def gain(self, target: Any, base: Any, flagged: bool = True) -> float:
        """Return how much the score of ``target`` changes."""
        return float(self.scores(flagged)[0].score[target] - base[target])


def pools(graph: Graph, base: Any) -> dict[str, np.ndarray]:
    """Return who may be fooled, by how much they are trusted."""
    given = np.bincount(graph.ratings.rater, minlength=graph.members)
    tau = rrg.reference_trust(base.trust, graph.seeds, rrg.Parameters())
    credible = np.minimum(1, base.trust / tau)
    seed = np.zeros(graph.members, dtype=bool)
    seed[graph.seeds] = True
    return {
        "nobody": np.array([], dtype=int),
        "five low-degree members": np.flatnonzero((given >= 1) & (given <= 5) & ~seed),
        "five fully trusted members": np.flatnonzero((credible >= 1) & ~seed),
        "five seeds": np.asarray(graph.seeds),
    }


def fakes_attack(
    graph: Graph,
    base: Any,
    pool: Any,
    targets: Any,
    mark: float,
    rng: np.random.Generator,
    fakes: int = 1000,
    vouches: int = 5,
) -> np.ndarray:
    """Return the change of each target's score that ``fakes`` fakes bring about.

    They praise each other in a ring and give each target ``mark``; the promoted one
    praises ten of them; each fooled member praises ``vouches`` of them.
    """
    changes = []
    for target in targets:
        attack = (
            Attack(graph, fakes)
            .ring()
            .rate(np.arange(fakes) + graph.members, target, mark)
        )
        fooled = rng.choice(pool, min(FOOLED, len(pool)), replace=False)
        for member in fooled[fooled != target]:
            attack.rate(member, rng.choice(attack.fakes, vouches, replace=False), 1)
        if mark > 0.5:
            attack.rate(target, rng.choice(attack.fakes, 10, replace=False), 1)
        changes.append(attack.gain(target, base.score))
    return np.array(changes)


def admission_attack(
    graph: Graph,
    base: Any,
    pool: Any,
    targets: Any,
    rng: np.random.Generator,
    fakes: int = 59,
) -> np.ndarray:
    """Return the gain from fakes that one member admitted (trust without a rating)."""
    changes = []
    for target in targets:
        attack = Attack(graph, fakes).ring()
        attack.rate(attack.fakes, target, 1)
        admitter = rng.choice(pool)
        attack.admissions = [(admitter, fake) for fake in attack.fakes]
        changes.append(attack.gain(target, base.score))
    return np.array(changes)


def groups_attack(
    graph: Graph, base: Any, targets: Any, groups: Any = 100
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gain from a trusted member who founds groups, and the evidence.

    They praise each of their groups, and the target in the name of each. An assessment
    in a group's name is the person's who gave it, so each is a rating of theirs.

    :return: ``(gains, evidence)``, one a target
    """
    gains, evidence = [], []
    friends = pools(graph, base)["five fully trusted members"]
    for target in targets:
        friend = friends[friends != target][0]
        attack = Attack(graph, groups).rate(friend, target, 1)
        if groups:
            attack.rate(friend, attack.fakes, 1)
            attack.rate(np.full(groups, friend), target, 1)
        scores, _ring = attack.scores()
        gains.append(scores.score[target] - base.score[target])
        added = scores.weights[len(graph.x) :]
        evidence.append(added[attack.rated() == target].sum())
    return np.array(gains), np.array(evidence)


def real_ring(
    graph: Graph,
    base: Any,
    rng: np.random.Generator,
    size: int = 5,
    times: int = 5,
    flagged: bool = True,
    strangers: int = 0,
    admitted: bool = False,
) -> float:
    """Return the mean gain of a ring of real members with few ratings.

    Few: one to five in all, given and received. (Those who gave one to five and
    received any number are trusted more: there a ring gains 0.06 more.)

    :param strangers: for each of the ring, who rate that one as most are rated, so that
        not most of it comes from inside
    :param admitted: they are admitted by one of the ring
    """
    ratings = graph.ratings
    active = np.bincount(ratings.rater, minlength=graph.members)
    active += np.bincount(ratings.rated, minlength=graph.members)
    quiet = np.flatnonzero((active >= 1) & (active <= 5))
    ring = rng.choice(quiet, size, replace=False)
    attack = Attack(graph, strangers)
    for one in ring:
        for two in ring[ring != one]:
            attack.rate(np.full(times, one), two, 1)
        if strangers:
            attack.rate(attack.fakes, one, np.median(graph.x))
    if admitted:
        attack.admissions = [(ring[0], fake) for fake in attack.fakes]
    scores, _ring = attack.scores(flagged)
    return float((scores.score[ring] - base.score[ring]).mean())
