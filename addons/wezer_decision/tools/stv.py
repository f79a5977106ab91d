"""The single transferable vote by the Scottish rules, and the instant runoff.

Votes are whole numbers of hundred thousandths. The quota is the valid ballots divided
by the seats and one, without decimals, and one more. The largest surplus is passed on
first: each paper of the pile at its value × surplus ÷ votes, truncated. Without a
surplus the candidate with the fewest votes is excluded, one at a time. Ties are broken
by the latest earlier stage at which the tied candidates differ, then by the lot. The
count ends when the seats are filled, or as many candidates are left as seats.
"""

from collections.abc import Mapping, Sequence
from typing import Any

UNIT = 100_000


class Count:
    """One count; :meth:`run` makes it.

    Candidates are numbers from 1.

    :param papers: how often each list of preferences was cast
    :param lot: candidates in the order of the lot: the earlier one is preferred
    :param runoff: end as soon as one candidate has more than half of the votes that
        are left (one seat)
    """

    def __init__(
        self,
        papers: Mapping[tuple[int, ...], int],
        candidates: Sequence[int],
        seats: int,
        lot: Sequence[int],
        runoff: bool = False,
    ) -> None:
        self.candidates = list(candidates)
        self.seats = seats
        self.lot = {candidate: place for place, candidate in enumerate(lot)}
        self.runoff = runoff
        self.hopeful = list(candidates)
        self.pending: list[int] = []
        self.elected: list[int] = []
        self.excluded: list[int] = []
        self.votes = dict.fromkeys(candidates, 0)
        self.piles: dict[int, list[list[Any]]] = {c: [] for c in candidates}
        self.lost = 0
        self.ties: list[dict[str, Any]] = []
        self.stages: list[dict[str, Any]] = []
        self.history: list[dict[int, int]] = []
        standing = set(candidates)
        self.valid = 0
        for preferences, times in papers.items():
            for place, candidate in enumerate(preferences):
                if candidate in standing:
                    # What a paper is: preferences, place, how many of it, value.
                    self.piles[candidate].append([preferences, place, times, UNIT])
                    self.votes[candidate] += times * UNIT
                    self.valid += times
                    break
        self.quota = (self.valid // (seats + 1) + 1) * UNIT

    def run(self) -> "Count":
        """Count to the end."""
        if not self.valid or self.seats < 1:
            self.publish("first", None)
            return self
        self.publish("first", None)
        self.elect()
        while not self.is_complete():
            if self.pending:
                self.pass_surplus()
            else:
                self.exclude()
                # The last vacancies are filled before anybody's quota is looked at.
                if self.is_complete():
                    break
            self.elect()
        if len(self.hopeful) <= self.seats - len(self.elected):
            # By the rules they are elected without a quota; no transfer follows.
            self.win(list(self.hopeful))
        elif self.runoff and not self.elected:
            self.win([max(self.hopeful, key=self.votes.__getitem__)])
        return self

    def is_complete(self) -> bool:
        """Return whether nothing is left to transfer."""
        left = self.seats - len(self.elected)
        if left <= 0 or len(self.hopeful) <= left:
            return True
        if self.runoff:
            votes = [self.votes[candidate] for candidate in self.hopeful]
            return 2 * max(votes) > sum(votes)
        return False

    def elect(self) -> None:
        """Elect all who have reached the quota."""
        reached = [c for c in self.hopeful if self.votes[c] >= self.quota]
        reached.sort(key=self.votes.__getitem__, reverse=True)
        self.win(reached)
        self.pending += reached

    def win(self, candidates: list[int]) -> None:
        """Note who is elected with the stage that was published last."""
        for candidate in candidates:
            self.hopeful.remove(candidate)
            self.elected.append(candidate)
            self.stages[-1]["elected"].append(candidate)

    def pass_surplus(self) -> None:
        """Pass on the largest surplus."""
        most = max(self.votes[candidate] for candidate in self.pending)
        tied = [c for c in self.pending if self.votes[c] == most]
        candidate = self.choose(tied, most=True)
        self.pending.remove(candidate)
        surplus, votes = most - self.quota, most
        pile, self.piles[candidate] = self.piles[candidate], []
        self.votes[candidate] = self.quota
        if surplus:
            for paper in pile:
                paper[3] = paper[3] * surplus // votes
            self.transfer(pile)
        self.publish("surplus", candidate, surplus)

    def exclude(self) -> None:
        """Exclude the candidate with the fewest votes."""
        least = min(self.votes[candidate] for candidate in self.hopeful)
        tied = [c for c in self.hopeful if self.votes[c] == least]
        candidate = self.choose(tied, most=False)
        self.hopeful.remove(candidate)
        self.excluded.append(candidate)
        pile, self.piles[candidate] = self.piles[candidate], []
        self.votes[candidate] = 0
        self.transfer(pile)
        self.publish("exclusion", candidate, least)

    def transfer(self, pile: list[list[Any]]) -> None:
        """Give each paper to its next candidate who is neither elected nor excluded."""
        hopeful = set(self.hopeful)
        piles, votes = self.piles, self.votes
        for paper in pile:
            preferences, place, times, value = paper
            for later in range(place + 1, len(preferences)):
                candidate = preferences[later]
                if candidate in hopeful:
                    paper[1] = later
                    piles[candidate].append(paper)
                    votes[candidate] += times * value
                    break
            else:
                self.lost += times * value

    def choose(self, tied: list[int], most: bool) -> int:
        """Return one of candidates with as many votes; note how it was found.

        :param most: the one with the most votes before (a surplus), else the fewest
        """
        if len(tied) == 1:
            return tied[0]
        left = tied
        for earlier in reversed(self.history[:-1]):
            votes = [earlier[candidate] for candidate in left]
            wanted = max(votes) if most else min(votes)
            left = [c for c in left if earlier[c] == wanted]
            if len(left) == 1:
                break
        by_lot = len(left) > 1
        if by_lot:
            left = sorted(left, key=self.lot.__getitem__)
        chosen = left[0] if most else left[-1]
        self.ties.append(
            {
                "round": len(self.history),
                "for": "surplus" if most else "exclusion",
                "between": list(tied),
                "by": "lot" if by_lot else "earlier round",
                "chosen": chosen,
            }
        )
        return chosen

    def publish(self, action: str, candidate: int | None, votes: int = 0) -> None:
        """Keep the votes of all at the end of a round."""
        self.history.append(dict(self.votes))
        total = sum(self.votes.values())
        self.stages.append(
            {
                "action": action,
                "candidate": candidate,
                "votes": votes,
                "elected": [],
                "not_transferable": self.lost,
                "residue": self.valid * UNIT - total - self.lost,
            }
        )


def decimal(votes: int) -> str:
    """Return votes with their five decimals."""
    return f"{votes // UNIT}.{votes % UNIT:05d}"
