"""Settling in circles: how much debt is cancelled, and what a night of it costs.

The reference of the amount is what a simple program cancels, which takes any ring that
it finds until none is left. That ours is the largest is proved in the same run.
"""

import random
import time
from collections.abc import Iterator
from typing import Any

from odoo.addons.wezer_currency.tools import circulation

# Processor time that a nightly job over 20,000 debts may take, in seconds.
ALLOWED = 300


def graph(seed: int, parties: int, count: int) -> dict:
    """Return random debts: some owe and are owed by many, amounts differ widely."""
    debts: dict = {}
    drawn = random.Random(seed)
    weights = [1 / (1 + place) ** 0.6 for place in range(parties)]
    while len(debts) < count:
        first, second = drawn.choices(range(parties), weights, k=2)
        if first != second and (first, second) not in debts:
            debts[first, second] = max(1, int(drawn.lognormvariate(4, 1.2)))
    return debts


def any_ring_first(debts: dict) -> int:
    """Return what is cancelled by taking any ring, until none is left."""
    left: dict = {party: {} for pair in debts for party in pair}
    for (debtor, creditor), amount in debts.items():
        left[debtor][creditor] = amount
    cancelled, done = 0, set()
    for start in left:
        path, place = [start], {start: 0}
        while path:
            party = path[-1]
            other = next((one for one in left[party] if one not in done), None)
            if other is None:
                done.add(party)
                del place[path.pop()]
                continue
            if other not in place:
                place[other] = len(path)
                path.append(other)
                continue
            ring = path[place[other] :]
            pairs = list(zip(ring, [*ring[1:], other], strict=True))
            amount = min(left[a][b] for a, b in pairs)
            for a, b in pairs:
                left[a][b] -= amount
                if not left[a][b]:
                    del left[a][b]
            cancelled += amount * len(pairs)
            for one in path[place[other] + 1 :]:
                del place[one]
            del path[place[other] + 1 :]
    return cancelled


def arithmetic(row: Any, quick: bool) -> dict:
    """Return how much of the debt of a large community is cancelled, and how fast."""
    parties, count = (300, 3_000) if quick else (1_000, 10_000)
    debts = graph(1, parties, count)
    begin = time.process_time()
    found = circulation.largest_circulation(debts)
    seconds = time.process_time() - begin
    assert circulation.is_largest(debts, found)
    begin = time.process_time()
    simple = any_ring_first(debts)
    reference = time.process_time() - begin
    total = sum(debts.values())
    return row(
        f"circles: cancelled of {count:,} debts of {parties:,} members",
        f"{found.total / total:.1%} in {seconds:.1f} s",
        f"{simple / total:.1%} in {reference:.1f} s",
        found.total / simple,
        ">= 1",
    )


def night(env: Any, row: Any, town: Any, quick: bool) -> dict:
    """Return what it costs to propose the settlements of a night, and to post them."""
    people, count = (200, 2_000) if quick else (2_000, 20_000)
    allowed = ALLOWED * count / 20_000
    with town(env, 2) as place:
        currency = place.currency
        currency.circle_clearing = True
        partners = env["res.partner"].with_context(tracking_disable=True)
        partners = partners.create(
            [{"name": f"Circle {number}"} for number in range(people)]
        )
        wallets = env["wezer.wallet"].create(
            [
                {
                    "partner_id": partner.id,
                    "wezer_currency_id": currency.id,
                    "settles_in_circles": True,
                }
                for partner in partners
            ]
        )
        debts = graph(2, people, count)
        env["wezer.transfer"]._post_rows(
            [
                {
                    "payer_wallet": wallets[debtor].id,
                    "payee_wallet": wallets[creditor].id,
                    "minor": amount,
                }
                for (debtor, creditor), amount in debts.items()
            ],
            mode="history",
        )
        env.cr.commit()
        clearings = env["wezer.clearing"]
        try:
            begin = time.process_time()
            clearings._propose(currency)
            env.cr.commit()
            due = clearings.search([("wezer_currency_id", "=", currency.id)])
            for clearing in due:
                clearing._agree()
                clearing._post()
                env.cr.commit()
            seconds = time.process_time() - begin
            posted = clearings.search_count(
                [("wezer_currency_id", "=", currency.id), ("state", "=", "posted")]
            )
            assert posted == len(due) > 0, (posted, len(due))
        finally:
            partners.active = False
            env.cr.commit()
    return row(
        f"circles: proposed and posted, {count:,} debts",
        f"{seconds:.0f} s of processor, {posted:,} circles",
        f"{allowed:.0f} s",
        seconds / allowed,
        "< 1",
    )


def rows(env: Any, quick: bool, row: Any, town: Any) -> Iterator[dict]:
    """Yield the rows of the table of the ledger that are about circles."""
    yield arithmetic(row, quick)
    yield night(env, row, town, quick)
