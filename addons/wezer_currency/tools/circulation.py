"""The largest cancelling circulation of a graph of debts, and the rings it consists of.

Plain Python that knows nothing of the database. A circulation takes from each debt a
part of it, so that everybody's own debts shrink by exactly as much as what others owe
them: nobody's net position changes. The largest one takes away the most debt.

It is found by what it leaves. Cancel every debt in full first; then somebody who owes
more than is owed to them (a net debtor) has too much cancelled. What must stay is a
flow along the debts from the net debtors to the net creditors, and the shortest such
flow, in debts passed, is the least debt that can stay. All debts have the same length,
so this minimum-cost flow is found level by level: a maximum flow among the shortest
paths (Dinic's algorithm), then among the next longer ones (the primal-dual algorithm).

With ``n`` parties and ``m`` debts, a level costs ``O(m log n)`` for its lengths and
``O(n² m)`` at worst for its flow, and there are at most ``n`` levels. Real graphs have
about ten levels, and a few passes over the debts in each. Memory is ``O(n + m)``.

The lengths that remain prove the result (:func:`is_largest`): linear programming's
duality, which a check can compute in one pass.
"""

import heapq
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import NamedTuple

#: A debt: who owes, and to whom.
Pair = tuple[int, int]


class TooLong(Exception):
    """The circulation was not found within the time that was given."""


class Circulation(NamedTuple):
    """What is cancelled of each debt, and the lengths that prove that it is the most.

    :param cancelled: ``{(debtor, creditor): amount}``, above zero only
    :param lengths: ``{party: distance}``, see :func:`is_largest`
    """

    cancelled: dict[Pair, int]
    lengths: dict[int, int]

    @property
    def total(self) -> int:
        """Return the sum of all that is cancelled."""
        return sum(self.cancelled.values())


class Ring(NamedTuple):
    """Parties of whom each owes the next, the last the first, at least ``amount``."""

    parties: tuple[int, ...]
    amount: int

    @property
    def pairs(self) -> list[Pair]:
        """Return the debts of this ring, in order."""
        return list(zip(self.parties, self.parties[1:] + self.parties[:1], strict=True))


def largest_circulation(
    debts: Mapping[Pair, int], seconds: float | None = None
) -> Circulation:
    """Return the circulation under ``debts`` that cancels the most.

    :param debts: ``{(debtor, creditor): amount}``, whole numbers above zero; a pair
        may owe both ways
    :param seconds: give up after so long
    :raise TooLong: where that is not enough
    """
    network = _Network(debts)
    ends = time.monotonic() + seconds if seconds is not None else None
    while network.measure():
        if ends is not None and time.monotonic() > ends:
            raise TooLong
        network.fill()
    return Circulation(network.cancelled(), dict(network.length))


def is_largest(debts: Mapping[Pair, int], found: Circulation) -> bool:
    """Return whether ``found`` is a circulation under ``debts``, and the largest.

    For any lengths, a circulation cancels at most the sum over all debts of the amount
    times ``max(0, 1 + length of the debtor - length of the creditor)``, as the lengths
    cancel out around each ring. One that reaches this bound is the largest.
    """
    position: dict[int, int] = defaultdict(int)
    for (debtor, creditor), amount in found.cancelled.items():
        if not 0 < amount <= debts.get((debtor, creditor), 0):
            return False
        position[debtor] -= amount
        position[creditor] += amount
    length = found.lengths
    bound = sum(
        amount * max(0, 1 + length[debtor] - length[creditor])
        for (debtor, creditor), amount in debts.items()
    )
    return not any(position.values()) and found.total == bound


def rings(cancelled: Mapping[Pair, int], limit: int | None = None) -> list[Ring]:
    """Return rings that add up to a circulation, the shorter ones first.

    Each is a shortest ring through the largest part that is left, and takes a part of
    it away altogether: there are at most as many rings as parts, and finding one costs
    a search of at most all of them.

    :param limit: stop after so many
    :raise ValueError: where ``cancelled`` is no circulation
    """
    left: dict[int, dict[int, int]] = defaultdict(dict)
    for (debtor, creditor), amount in sorted(cancelled.items()):
        left[debtor][creditor] = amount
    heap = [(-amount, pair) for pair, amount in cancelled.items()]
    heapq.heapify(heap)
    found: list[Ring] = []
    while heap and (limit is None or len(found) < limit):
        amount, (debtor, creditor) = heapq.heappop(heap)
        now = left[debtor].get(creditor, 0)
        if now != -amount:
            # It shrank by other rings: it comes again in its new place.
            if now:
                heapq.heappush(heap, (-now, (debtor, creditor)))
            continue
        ring = Ring(_shortest_path(left, creditor, debtor), 0)
        ring = ring._replace(amount=min(left[a][b] for a, b in ring.pairs))
        for a, b in ring.pairs:
            left[a][b] -= ring.amount
            if not left[a][b]:
                del left[a][b]
        found.append(ring)
        if rest := left[debtor].get(creditor):
            heapq.heappush(heap, (-rest, (debtor, creditor)))
    return sorted(found, key=lambda ring: (len(ring.parties), ring.parties))


def _shortest_path(
    left: Mapping[int, Mapping[int, int]], start: int, goal: int
) -> tuple[int, ...]:
    """Return the parties on a shortest way from ``start`` to ``goal``."""
    before = {start: start}
    queue = deque([start])
    while queue and goal not in before:
        party = queue.popleft()
        for other in left[party]:
            if other not in before:
                before[other] = party
                queue.append(other)
    if goal not in before:
        raise ValueError("no circulation: a ring does not close")
    path = [goal]
    while path[-1] != start:
        path.append(before[path[-1]])
    return tuple(reversed(path))


class _Network:
    """Debts as arcs with a residual, and what must still stay of them.

    Arc ``2k`` is a debt, arc ``2k + 1`` its way back: ``room[2k]`` is what is cancelled
    of it now, and ``room[2k + 1]`` what stays.
    """

    def __init__(self, debts: Mapping[Pair, int]) -> None:
        self.pairs = sorted(debts)
        self.heads: list[int] = []
        self.room: list[int] = []
        self.arcs: dict[int, list[int]] = {
            party: [] for pair in self.pairs for party in pair
        }
        # How much more somebody owes than is owed to them: what must stay of it.
        self.excess = dict.fromkeys(self.arcs, 0)
        for debtor, creditor in self.pairs:
            amount = debts[debtor, creditor]
            if amount <= 0 or debtor == creditor:
                raise ValueError("a debt is above zero, and to somebody else")
            self.arcs[debtor].append(len(self.heads))
            self.arcs[creditor].append(len(self.heads) + 1)
            self.heads += [creditor, debtor]
            self.room += [amount, 0]
            self.excess[debtor] += amount
            self.excess[creditor] -= amount
        self.length = dict.fromkeys(self.arcs, 0)

    def cancelled(self) -> dict[Pair, int]:
        return {
            pair: amount
            for pair, amount in zip(self.pairs, self.room[::2], strict=True)
            if amount
        }

    def measure(self) -> bool:
        """Lengthen the shortest paths to the next creditor; return whether one is left.

        Dijkstra's algorithm with reduced lengths, which are never below zero.
        """
        distance = {party: 0 for party, excess in self.excess.items() if excess > 0}
        heap = [(0, party) for party in distance]
        nearest = None
        done = set()
        while heap:
            far, party = heapq.heappop(heap)
            if party in done:
                continue
            done.add(party)
            if self.excess[party] < 0:
                nearest = far
                break
            base = far + self.length[party]
            for arc in self.arcs[party]:
                if self.room[arc]:
                    head = self.heads[arc]
                    reached = base + 1 - 2 * (arc & 1) - self.length[head]
                    if reached < distance.get(head, reached + 1):
                        distance[head] = reached
                        heapq.heappush(heap, (reached, head))
        if nearest is None:
            return False
        for party in self.length:
            self.length[party] += min(distance.get(party, nearest), nearest)
        return True

    def fill(self) -> None:
        """Let as much as possible stay along the shortest paths of now."""
        while ways := self._ways():
            for party in [party for party in ways if self.excess[party] > 0]:
                while self.excess[party] > 0 and self._push(party, ways):
                    pass

    def _ways(self) -> dict[int, list[int]]:
        """Return the arcs by which each party is left on a way with the fewest arcs.

        Only arcs with room that lie on shortest paths; empty where no creditor is
        reached.
        """
        heads, room, length = self.heads, self.room, self.length
        level = {party: 0 for party, excess in self.excess.items() if excess > 0}
        ways: dict[int, list[int]] = {}
        queue = deque(level)
        reached = False
        while queue:
            party = queue.popleft()
            reached = reached or self.excess[party] < 0
            ways[party] = found = []
            here, base = level[party] + 1, length[party]
            for arc in self.arcs[party]:
                # A debt is one step long, its way back takes one off.
                if room[arc] and base + 1 - 2 * (arc & 1) == length[heads[arc]]:
                    head = heads[arc]
                    if head not in level:
                        level[head] = here
                        queue.append(head)
                    if level[head] == here:
                        found.append(arc)
        return ways if reached else {}

    def _push(self, start: int, ways: dict[int, list[int]]) -> int:
        """Let one path keep what it can from ``start``; 0 where no way is left.

        Arcs that lead no further are taken out of ``ways``.
        """
        heads, room = self.heads, self.room
        path: list[int] = []
        party = start
        while self.excess[party] >= 0:
            arcs = ways[party]
            while arcs and not room[arcs[-1]]:
                arcs.pop()
            if arcs:
                path.append(arcs[-1])
                party = heads[arcs[-1]]
            elif path:
                party = heads[path.pop() ^ 1]
                ways[party].pop()
            else:
                return 0
        amount = min(
            self.excess[start], -self.excess[party], *(room[arc] for arc in path)
        )
        for arc in path:
            room[arc] -= amount
            room[arc ^ 1] += amount
        self.excess[start] -= amount
        self.excess[party] += amount
        return amount
