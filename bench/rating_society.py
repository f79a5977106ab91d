"""Invented societies whose truth is known: what a score saves, and whether it is fair.

Items 4 and 8 of the protocol behind the score. The economic measures are those of
Kolonin and others (2019): *loss to scam*, the share of honest buyers' money that goes
to cheats; *profit from scam*, what cheats earn for each unit that they spend on
pretended deals. Nothing of these is a pass mark: both are reported.

:func:`honest` makes a community where everybody is honest, as arrays for
``community.compute``: who is flagged there is flagged wrongly.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .rating_graph import community, rrg

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
    buyer takes whoever stands highest: by rank as it was the night before, as in lists
    of candidates, or by chance.

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
    ranks = np.zeros(members)
    for today in range(DAYS):
        for _deal in range(DEALS_A_DAY):
            buyer = int(rng.integers(0, HONEST))
            offers = rng.choice(HONEST + CHEATS, OFFERS, replace=False)
            offers = offers[offers != buyer]
            best = np.argmax(ranks[offers]) if by_score else 0
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
            ranks = rrg.score(
                members,
                rater,
                rated,
                marks,
                today - np.array(day),
                seeds=np.arange(SEEDS),
                admissions=admissions,
            ).rank
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


# === HONEST COMMUNITIES === #

DAY = 86400.0
MONTH = 30.4
# A fixed moment, so that a seed gives the same arrays on any day.
NOW = 1_767_225_600.0
POOR_SHARE = 0.12
RESPONSE = 0.85


@dataclass
class Community:
    """An honest community: everything ``community.compute`` takes, and the truth.

    People are numbered from 1 (0 is no id); ``quality[number - 1]`` is what a deal
    with a person is worth on average, in 0 … 1.
    """

    ratings: Any
    people: np.ndarray
    admissions: np.ndarray
    seeds: np.ndarray
    quality: np.ndarray
    poor: np.ndarray  # by person, bool: the workers whom a score should recognise
    now: float = NOW

    def compute(self, **more: Any) -> Any:
        """Return :class:`community.Result` of this community.

        :param more: further arguments of ``community.compute``
        """
        return community.compute(
            self.ratings, self.people, self.admissions, self.seeds, self.now, **more
        )

    def add(
        self, person: Any, assessed: Any, marks: Any, days_ago: Any, hours: Any = 2.0
    ) -> "Community":
        """Add assessments, one mark each; people of new numbers are strangers.

        :return: the community itself
        """
        columns = np.broadcast_arrays(
            np.atleast_1d(person), assessed, marks, days_ago, hours
        )
        person, assessed, marks, days_ago, hours = (one.ravel() for one in columns)
        old, count = self.ratings, len(self.ratings.ids)
        new = np.arange(len(person)) + count
        criteria = np.ones(len(new), dtype=int)
        self.ratings = community.Ratings(
            np.arange(1, count + len(new) + 1),
            np.concatenate([old.person, person]),
            np.concatenate([old.assessed, assessed]),
            np.concatenate([old.time, self.now - DAY * days_ago]),
            np.concatenate([old.hours, hours]),
            np.concatenate([old.line_row, new]),
            np.concatenate([old.line_criterion, criteria]),
            np.concatenate([old.line_mark, marks]),
        )
        return self

    def scores(self, result: Any = None, **more: Any) -> np.ndarray:
        """Return the score of each person, the start where nobody assessed them.

        :param result: of :meth:`compute`, where it is there already
        """
        result = result or self.compute(**more)
        scores = np.full(len(self.people), result.prior)
        table = result.tables.overall
        ours = table.party <= len(self.people)
        scores[table.party[ours] - 1] = table.score[ours]
        return scores

    def means(self) -> np.ndarray:
        """Return the plain mean of what each got, as :meth:`scores` does."""
        x, assessed = self.ratings.marks(), self.ratings.assessed - 1
        count = np.bincount(assessed, minlength=len(self.people))
        total = np.bincount(assessed, weights=x, minlength=len(self.people))
        return np.where(count > 0, total / np.maximum(count, 1), x.mean())

    def recognised(self, scores: np.ndarray) -> float:
        """Return how often a poor worker stands below another one (AUC)."""
        poor, other = scores[self.poor][:, None], scores[~self.poor]
        return float((poor < other).mean() + (poor == other).mean() / 2)


def honest(
    members: int,
    deals_a_month: float = 1.0,
    founders: int | None = None,
    seed: int = 0,
    months: int = 12,
    criteria: int = 2,
    neighbourhood: int = 12,
    near: float = 0.5,
    habit: float = 0.4,
) -> Community:
    """Return an honest community of ``members`` people, ``founders`` of them founders.

    Some are much more active than others; people go back to those they know
    (``habit``), and half of the rest is among neighbours. Members join over the first
    half of the time, half of them admitted by a founder, the others by any earlier
    member. Of a deal each side assesses the other in 85 of 100 cases, by quality and
    chance; about one in eight works poorly.

    :param deals_a_month: deals for each member and month; each has two sides
    :param founders: one in eight, at most eight, where left out
    :param near: the share of new contacts that are neighbours
    """
    rng = np.random.default_rng([seed, members, round(100 * deals_a_month)])
    if founders is None:
        founders = min(8, max(1, round(members / 8)))
    span = months * MONTH
    joined = np.zeros(members)
    joined[founders:] = np.sort(rng.uniform(0, span / 2, members - founders))
    admitter = [
        int(rng.integers(founders if rng.random() < 0.5 else one))
        for one in range(founders, members)
    ]
    activity = rng.lognormal(0, 0.8, members)
    place = rng.integers(0, max(1, round(members / neighbourhood)), members)
    poor = np.zeros(members, dtype=bool)
    # At least one, so that there is somebody to recognise.
    count = max(1, round(POOR_SHARE * members))
    poor[rng.choice(members, count, replace=False)] = True
    quality = np.where(
        poor, rng.uniform(0.2, 0.5, members), rng.uniform(0.7, 0.95, members)
    )
    known = np.zeros((members, members))
    deals = []
    for month in range(months):
        start = month * MONTH
        here = joined <= start
        active = activity * here
        for _deal in range(rng.poisson(deals_a_month * here.sum())):
            payer = int(rng.choice(members, p=active / active.sum()))
            chances = active.copy()
            if rng.random() < habit and known[payer].any():
                chances = known[payer] * here
            elif rng.random() < near:
                chances = active * (place == place[payer])
            chances[payer] = 0
            if not chances.any():
                chances = active.copy()
                chances[payer] = 0
            if not chances.any():
                continue
            worker = int(rng.choice(members, p=chances / chances.sum()))
            known[payer, worker] += 1
            known[worker, payer] += 1
            deals.append((payer, worker, start + rng.uniform(0, MONTH)))
    admissions = zip(admitter, range(founders, members), strict=True)
    truth = _Truth(quality, poor, list(admissions), founders, span)
    return _assessed(rng, truth, deals, criteria=criteria)


def families(
    members: int, deals_a_month: float = 1.0, seed: int = 0, months: int = 6
) -> Community:
    """Return an honest community of families and friends, of three to eight each.

    60 to 85 % of what they do is for each other, they say better of each other than
    strangers would, and who is content at all nearly always says the best. Founders,
    who admit as in :func:`honest`, are of any family.
    """
    rng = np.random.default_rng([seed, members, round(100 * deals_a_month), 1])
    truth = _truth(rng, members, months)
    family = np.repeat(np.arange(members), rng.integers(3, 9, members))[:members]
    family = rng.permutation(family)
    near = (family[:, None] == family) & ~np.eye(members, dtype=bool)
    inside, activity = rng.uniform(0.6, 0.85), rng.gamma(2, size=members)
    deals = []
    for _deal in range(rng.poisson(deals_a_month * members * months)):
        payer = int(rng.choice(members, p=activity / activity.sum()))
        chances = near[payer] if rng.random() < inside else family != family[payer]
        if chances.any():
            worker = int(rng.choice(np.flatnonzero(chances)))
            deals.append((payer, worker, rng.uniform(0, truth.span)))
    return _assessed(
        rng, truth, deals, rng.uniform(0.4, 1, members), 0.08 * near, generous=0.7
    )


def couples(
    members: int, deals_a_month: float = 1.0, seed: int = 0, months: int = 6
) -> Community:
    """Return an honest community where most is exchanged week by week.

    Two people, or three in a circle, give each other lessons and meals each week for
    one to four months; the rest of the deals are by chance. Some people are milder
    judges than others, and assess rarely or always.
    """
    rng = np.random.default_rng([seed, members, round(100 * deals_a_month), 2])
    truth = _truth(rng, members, months)
    wanted = rng.poisson(deals_a_month * members * months)
    deals: list = []
    while len(deals) < wanted:
        some = rng.choice(members, 3 if rng.random() < 0.3 else 2, replace=False)
        day = rng.uniform(0, truth.span)
        if rng.random() < 0.7:  # a deal by chance
            deals.append((some[0], some[1], day))
            continue
        for week in range(int(rng.integers(4, 17))):
            pairs = zip(some, np.roll(some, 1), strict=True)
            deals += [
                (one, two, day + 7 * week)
                for one, two in pairs
                if day + 7 * week < truth.span
            ]
    mildness = rng.normal(0, 0.1, members)[:, None] + np.zeros(members)
    return _assessed(rng, truth, deals, rng.uniform(0.3, 1, members), mildness)


@dataclass
class _Truth:
    """What an honest community is like before anybody deals."""

    quality: np.ndarray
    poor: np.ndarray
    admissions: list  # pairs of people counted from 0
    founders: int
    span: float  # days


def _truth(rng: np.random.Generator, members: int, months: int) -> _Truth:
    """Return people of whom one in eight works poorly, all there from the first day."""
    founders = min(8, max(1, round(members / 8)))
    admissions = [
        (int(rng.integers(founders if rng.random() < 0.5 else one)), one)
        for one in range(founders, members)
    ]
    poor = rng.permutation(members) < max(1, round(POOR_SHARE * members))
    low, high = np.where(poor, 0.2, 0.7), np.where(poor, 0.5, 0.95)
    return _Truth(rng.uniform(low, high), poor, admissions, founders, months * MONTH)


def _assessed(
    rng: np.random.Generator,
    truth: _Truth,
    deals: list,
    response: Any = RESPONSE,
    favour: Any = None,
    generous: float = 0.0,
    criteria: int = 2,
) -> Community:
    """Let both sides of each deal assess the other, by quality and chance.

    :param deals: who paid, who worked, and the day
    :param response: how often a side assesses, of all or of each
    :param favour: how much better each (row) speaks of each, out of 1
    :param generous: how often who is content at all says the best
    """
    payers, workers, days = (np.array(column) for column in zip(*deals, strict=True))
    members = len(truth.quality)
    hours = np.clip(np.round(rng.lognormal(0.7, 0.7, len(days)) * 4) / 4, 0.25, 40)
    response = np.broadcast_to(response, members)
    sides = []
    for one, two, is_work in ((payers, workers, True), (workers, payers, False)):
        gave = rng.random(len(days)) < response[one]
        # Poor work is poor work; to deal with as a payer, most are pleasant.
        worth = truth.quality[two] if is_work else 0.5 + 0.5 * truth.quality[two]
        if favour is not None:
            worth = worth + favour[one, two]
        sides.append((one[gave], two[gave], worth[gave], days[gave], hours[gave]))
    person, assessed, worth, day, hours = (
        np.concatenate(columns) for columns in zip(*sides, strict=True)
    )
    # What a deal was like, and what each criterion adds to it.
    felt = worth + rng.normal(0, 0.12, len(worth))
    marks = felt[:, None] + rng.normal(0, 0.08, (len(worth), criteria))
    marks = np.clip(np.round(4 * marks - 2), -2, 2)
    marks[(felt > 0.5) & (rng.random(len(felt)) < generous)] = 2
    count = len(worth)
    return Community(
        community.Ratings(
            np.arange(1, count + 1),
            person + 1,
            assessed + 1,
            NOW - DAY * (truth.span - day),
            hours,
            np.repeat(np.arange(count), criteria),
            np.tile(np.arange(1, criteria + 1), count),
            marks.ravel(),
        ),
        np.arange(1, members + 1),
        np.array(truth.admissions, dtype=int).reshape(-1, 2) + 1,
        np.arange(1, truth.founders + 1),
        truth.quality,
        truth.poor,
    )


# Honest communities that differ in how people come to deal with each other.
SOCIETIES: dict[str, Callable[..., Community]] = {
    "neighbours": honest,
    "families": families,
    "couples": couples,
}
# How many people, and how many deals a member and month, honest communities have.
SIZES, RATES = (8, 15, 25, 40, 60, 100, 200), (1, 2)
# How often version 19.0.2.0.0 recognised poor workers there: 60 runs each, 20 of 200.
RECOGNISED_BEFORE = dict(
    zip(SIZES, (0.993, 0.985, 0.974, 0.973, 0.969, 0.985, 0.984), strict=True)
)


def honest_runs(
    members: int, runs: int = 60, society: str = "neighbours"
) -> tuple[float, float, float]:
    """Return what ``2 × runs`` honest communities of this size give.

    :param society: one of :data:`SOCIETIES`
    :return: the share of them in which anybody is flagged as a ring; how often poor
        workers are recognised by the score, and by the plain mean (AUC)
    """
    flagged, ours, plain = [], [], []
    for rate in RATES:
        for seed in range(runs):
            one = SOCIETIES[society](members, rate, seed=seed)
            result = one.compute()
            flagged.append(bool(result.flagged))
            ours.append(one.recognised(one.scores(result)))
            plain.append(one.recognised(one.means()))
    return float(np.mean(flagged)), float(np.mean(ours)), float(np.mean(plain))


# === RINGS, AND HOW THEY MIGHT HIDE === #


@dataclass(frozen=True)
class Evasion:
    """How a ring assesses: as the study's, or so that it is not noticed."""

    times: int = 5  # assessments of each pair, each way
    busy: bool = False  # they deal with others as much as before
    strangers: int = 0  # for each member, who assess that one from outside
    admitted: bool = False  # the strangers are admitted by a member of the ring
    marks: tuple = (2,)  # of each other, one after the other


EVASIONS = {
    "five each way": Evasion(),
    "one each way": Evasion(times=1),
    "20 strangers each": Evasion(strangers=20),
    "20 admitted strangers each": Evasion(strangers=20, admitted=True),
    "one each way, 20 admitted strangers each": Evasion(1, False, 20, True),
    "good and best by turns": Evasion(marks=(1, 2), times=6),
    "many deals with others": Evasion(busy=True),
    "one each way, many deals with others": Evasion(times=1, busy=True),
}
QUIET = 0.2


def choose_ring(one: Community, how: Evasion, size: int, seed: int = 0) -> np.ndarray:
    """Return who forms a ring: the poorest workers who are no founders.

    :param how: where they are not busy, a fifth of their other assessments remains
    """
    rng = np.random.default_rng([seed, size])
    order = np.argsort(one.quality + 10 * np.isin(one.people, one.seeds))
    members = one.people[order[:size]]
    if not how.busy:
        rows = np.isin(one.ratings.person, members)
        rows |= np.isin(one.ratings.assessed, members)
        _keep(one, ~rows | (rng.random(len(rows)) < QUIET))
    return members


def plant_ring(
    one: Community, how: Evasion, members: np.ndarray, seed: int = 0
) -> None:
    """Add to a community what a ring says of each other, and its strangers."""
    rng = np.random.default_rng([seed, len(members), 1])
    pairs = [(a, b) for a in members for b in members if a != b] * how.times
    person, assessed = np.array(pairs).T
    # All pairs the first time, then all the second.
    marks = np.repeat(np.resize(how.marks, how.times), len(pairs) // how.times)
    one.add(person, assessed, marks, rng.uniform(0, 120, len(pairs)), 4.0)
    strangers = one.people[-1] + 1 + np.arange(how.strangers)
    for member in members if how.strangers else ():
        one.add(strangers, member, 0, rng.uniform(0, 120, len(strangers)))
    if how.admitted:
        taken = np.stack([rng.choice(members, len(strangers)), strangers], 1)
        one.admissions = np.concatenate([one.admissions, taken])


def _keep(one: Community, rows: np.ndarray) -> None:
    """Leave a community the ratings of these rows only."""
    old = one.ratings
    lines = rows[old.line_row]
    one.ratings = community.Ratings(
        np.arange(1, rows.sum() + 1),
        old.person[rows],
        old.assessed[rows],
        old.time[rows],
        old.hours[rows],
        (np.cumsum(rows) - 1)[old.line_row[lines]],
        old.line_criterion[lines],
        old.line_mark[lines],
    )


def evasion(
    how: Evasion, members: int = 60, size: int = 5, runs: int = 20
) -> tuple[float, float, float]:
    """Return what a ring gains before it is noticed and after, and who is noticed.

    :return: the mean gain of its members (out of 1) without and with a look at rings;
        the share of its members who are flagged
    """
    before, after, found = [], [], []
    for seed in range(runs):
        one = honest(members, 1, seed=seed)
        ring = choose_ring(one, how, size, seed)
        base = one.scores()
        plant_ring(one, how, ring, seed)
        before.append((one.scores(known_rings=()) - base)[ring - 1].mean())
        result = one.compute()
        after.append((one.scores(result) - base)[ring - 1].mean())
        flagged = [who for each in result.flagged for who in each.members]
        found.append(np.isin(ring, flagged).mean())
    return float(np.mean(before)), float(np.mean(after)), float(np.mean(found))
