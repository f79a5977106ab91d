"""How often the life of a deal asks the database: claimed, approved and paid.

Each act begins with an empty cache, as a request does, and ends with everything
written. The wanted numbers are those of the project; ``tests/test_deal_queries.py``
holds them.
"""

from collections.abc import Callable, Iterator
from typing import Any

from odoo import Command

WANTED = {"claim": 44, "approve": 32, "pay": 4}
WHAT = {
    "claim": "claiming an offer, first come",
    "approve": "approving a delivered deal, which pays it",
    "pay": "a payment between two wallets",
}


def rows(env: Any, quick: bool, data: str | None) -> Iterator[dict]:
    """One row an act: its SQL queries; nothing of it is kept."""
    for act, count in measure(env).items():
        yield {
            "what": f"{WHAT[act]}: SQL queries",
            "ours": count,
            "ratio": count,
            "wanted": f"≤ {WANTED[act]}",
        }


def measure(env: Any) -> dict[str, int]:
    """Return how many queries each act takes, by its name; roll everything back."""
    with env.cr.savepoint() as savepoint:
        place = Place(env)
        # The first round fills what a running server has in memory.
        place.play()
        counts = place.play()
        savepoint.rollback()
    env.invalidate_all(flush=False)
    return counts


class Place:
    """Two members, a currency and what the first of them wants done."""

    def __init__(self, env: Any) -> None:
        self.env = env
        self.author, self.helper = (self._member(name) for name in ("ada", "ben"))
        self.currency = env["wezer.currency"].create(
            {"name": "Query credit", "code": "QUC", "lower_text": "5000"}
        )

    def _member(self, name: str) -> Any:
        return self.env["res.users"].create(
            {
                "name": f"Queries {name}",
                "login": f"deal_queries_{name}",
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )

    def play(self) -> dict[str, int]:
        """Let one deal live, and pay once beside it; return the queries of each."""
        market = self.env["wezer.announcement"].with_user(self.author)
        announcement = market.browse(
            market.action_create_own(
                {
                    "title": "Paint the fence",
                    "kind": "want",
                    "places": 1,
                    "quantity": 1,
                    "prices": {self.currency.id: "50"},
                },
                publish=True,
            )
        )
        deals = self.env["wezer.deal"]
        found = {}

        def claim() -> None:
            found["deal"] = announcement.with_user(self.helper).action_claim()

        def pay() -> None:
            self.env["wezer.transfer"].with_user(self.helper).pay(
                self.helper.partner_id.id,
                self.author.partner_id.id,
                self.currency.id,
                "1",
                "thanks",
            )

        counts = {"claim": self._count(claim)}
        deal = deals.browse(found["deal"])
        deal.with_user(self.helper).action_deliver("It is done")
        counts["approve"] = self._count(deal.with_user(self.author).action_approve)
        assert deal.state == "paid", deal.state
        counts["pay"] = self._count(pay)
        return counts

    def _count(self, call: Callable[[], object]) -> int:
        self.env.invalidate_all()
        begin = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - begin
