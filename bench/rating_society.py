"""Invented societies whose truth is known: what a score saves, and whether it is fair.

Items 4 and 8 of the protocol behind the score. The economic measures are those of
Kolonin and others (2019): *loss to scam*, the share of honest buyers' money that goes
to cheats; *profit from scam*, what cheats earn for each unit that they spend on
pretended deals. Nothing here is a pass mark: both are reported.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .rating_graph import rrg

HONEST, CHEATS, FRIENDS, SEEDS = 200, 20, 100, 10
DAYS, DEALS_A_DAY, OFFERS = 60, 120, 5


@dataclass
class Market:
    """What happened in one invented market."""

    loss: float  # share of honest buyers' money that went to cheats
    profit: float  # what cheats earned for each unit spent on pretended deals


def market(seed: int, by_score: bool) -> Market:
    """Let honest people buy from five who offer; return what it cost them.

    Cheats deliver nothing and pay accounts of their own to praise them every day. Each
    buyer takes whoever stands highest: by the lower bound of the score as it was the
    night before, or by chance.

    :param bool by_score: whether anybody looks at the score
    :rtype: Market
    """
    rng = np.random.default_rng(seed)
    members = HONEST + CHEATS + FRIENDS
    cheats = np.arange(HONEST, HONEST + CHEATS)
    quality = rng.uniform(0.6, 1, members)
    # Everybody was taken in by somebody earlier; friends by the cheat they serve.
    admitter = [int(rng.integers(0, max(one, 1))) for one in range(HONEST + CHEATS)]
    admissions = list(zip(admitter, range(HONEST + CHEATS), strict=True))
    admissions += [
        (cheats[one % CHEATS], HONEST + CHEATS + one) for one in range(FRIENDS)
    ]
    rater, rated, marks, day = [], [], [], []
    honest_spent = lost = pretended = 0.0
    lower = np.zeros(members)
    for today in range(DAYS):
        for _deal in range(DEALS_A_DAY):
            buyer = int(rng.integers(0, HONEST))
            offers = rng.choice(HONEST + CHEATS, OFFERS, replace=False)
            offers = offers[offers != buyer]
            best = np.argmax(lower[offers]) if by_score else 0
            seller = int(offers[best])
            honest_spent += 1
            lost += seller >= HONEST
            good = seller < HONEST and rng.random() < quality[seller]
            rater.append(buyer)
            rated.append(seller)
            marks.append(rng.choice((1, 2)) if good else -2)
            day.append(today)
        for friend in range(HONEST + CHEATS, members):
            # A pretended deal costs its fee only: a twentieth.
            pretended += 0.05
            rater.append(friend)
            rated.append(cheats[friend % CHEATS])
            marks.append(2)
            day.append(today)
        if by_score:
            lower = rrg.score(
                members,
                rater,
                rated,
                marks,
                today - np.array(day),
                seeds=np.arange(SEEDS),
                admissions=admissions,
            ).lower
    return Market(lost / honest_spent, lost / pretended)


def fairness(seed: int, members: int = 600, deals: Any = 9000) -> dict[str, float]:
    """Return how far the scores of people of equal quality differ by what they are.

    Languages, groups of 5 and of 50, and newcomers: each person is equally good, deals
    are mostly within one's language and group, so that any difference is the score's.

    :return: ``{name: mean score of these less that of the others, out of 5}``
    """
    rng = np.random.default_rng(seed)
    language = rng.random(members) < 0.2
    small = rng.random(members) < 0.3
    group = np.where(
        small, 1000 + np.arange(members) // 5, rng.integers(0, members // 50, members)
    )
    joined = rng.uniform(0, 700, members)
    newcomer = joined > 600
    seeds = np.argsort(joined)[:SEEDS]
    admissions = []
    for one in np.argsort(joined)[1:]:
        before = np.flatnonzero(joined < joined[one])
        near = before[language[before] == language[one]]
        admissions.append((rng.choice(near if len(near) else before), one))
    rater = rng.integers(0, members, deals)
    rated = np.empty(deals, dtype=int)
    for row, one in enumerate(rater):
        like = (language == language[one]) & (group == group[one])
        near = np.flatnonzero(like if rng.random() < 0.6 else language == language[one])
        if rng.random() < 0.2 or len(near) < 2:
            near = np.arange(members)
        rated[row] = rng.choice(near)
    day = np.maximum(joined[rater], joined[rated])
    day += rng.uniform(0, 1, deals) * (730 - day)
    marks = rng.choice((-2, -1, 0, 1, 2), deals, p=(0.03, 0.07, 0.15, 0.35, 0.4))
    keep = rater != rated
    scores = rrg.score(
        members,
        rater[keep],
        rated[keep],
        marks[keep],
        730 - day[keep],
        seeds=seeds,
        admissions=admissions,
    )
    known = scores.assessors >= 3
    kinds = {
        "the smaller language": language,
        "groups of five": small,
        "newcomers of four months": newcomer,
    }
    return {
        name: 5 * (scores.score[known & who].mean() - scores.score[known & ~who].mean())
        for name, who in kinds.items()
    }
