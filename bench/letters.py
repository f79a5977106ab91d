"""What an act costs that sends letters to a thousand people.

One member gives a place back, and all who keep the announcement among their favourites
are told; the reference is the same act where nobody keeps it. Then what follows of it
in the scheduled action, which nobody waits for: the notices, and letters about them.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from odoo import Command, fields

READERS = 1000
ROUNDS = 15
# What the act may cost more for its letters.
LIMIT_MS = 50


def rows(env: Any, quick: bool, data: str | None) -> Iterator[dict]:
    """Yield the act with and without letters, in turn; nothing of it is kept."""
    readers = 100 if quick else READERS
    place = Place(env, readers)
    with_letters: list[float] = []
    without: list[float] = []
    for _round in range(5 if quick else ROUNDS):
        with_letters.append(place.act(place.people))
        without.append(place.act([]))
    ours, reference = statistics.median(with_letters), statistics.median(without)
    yield {
        "what": f"giving a place back, {readers} told, against none: ms more",
        "ours": f"{ours:.0f} ms",
        "reference": f"{reference:.0f} ms",
        "ratio": ours - reference,
        "wanted": f"< {LIMIT_MS}",
    }
    few, many = place.statements(place.people[:40]), place.statements(place.people)
    yield {
        "what": f"statements of telling {readers}, and of telling 40",
        "ours": many,
        "reference": few,
        "ratio": many / few,
        "wanted": "≤ 1",
    }
    yield from place.aftermath(readers)


class Place:
    """Members, and an announcement whose one place is given back again and again."""

    def __init__(self, env: Any, readers: int) -> None:
        self.env = env
        portal = env.ref("base.group_portal")
        users = env["res.users"].with_context(no_reset_password=True)
        made = users.create(
            [
                {
                    "name": f"Reader {number}",
                    "login": f"reader{number}@letters.example",
                    "email": f"reader{number}@letters.example",
                    "group_ids": [Command.set(portal.ids)],
                }
                for number in range(readers + 2)
            ]
        )
        self.author, self.worker = made[0], made[1]
        # By their ids: nothing of them is in memory when the act begins.
        self.people = made[2:].partner_id.ids
        market = env["wezer.announcement"].with_user(self.author)
        self.announcement = market.browse(
            market.action_create_own(
                {
                    "title": "Paint the fence",
                    "kind": "want",
                    "places": 1,
                    "quantity": 1,
                    "prices": {},
                },
                publish=True,
            )
        )
        env.flush_all()

    def _clean(self) -> None:
        self.env.flush_all()
        self.env.invalidate_all()

    def act(self, keepers: list[int]) -> float:
        """Return how long giving a place back takes, in ms."""
        with self.env.cr.savepoint() as savepoint:
            favourites = self.env["wezer.favourite"]
            favourites.create(
                [
                    {"partner_id": keeper, "announcement_id": self.announcement.id}
                    for keeper in keepers
                ]
            )
            deal_id = self.announcement.with_user(self.worker).action_claim()
            deal = self.env["wezer.deal"].with_user(self.worker).browse(deal_id)
            self._clean()
            took, _count = self._timed(deal.action_release)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        return took

    def _timed(self, do: Callable[[], Any]) -> tuple[float, int]:
        count, begun = self.env.cr.sql_log_count, time.perf_counter()
        do()
        self.env.flush_all()
        # What is sent to open pages is written with the commit.
        self.env.cr.precommit.run()
        took = (time.perf_counter() - begun) * 1000
        return took, self.env.cr.sql_log_count - count

    def _tell(self, people: list[int]) -> None:
        self.env["wezer.notice"].sudo()._leave(
            self.env["res.partner"].browse(people),
            "accepted",
            "Come on Saturday.",
            "/my",
            self.announcement.sudo(),
            "news",
        )

    def statements(self, people: list[int]) -> int:
        """Return how many statements telling ``people`` takes."""
        self._clean()
        with self.env.cr.savepoint() as savepoint:
            _took, count = self._timed(lambda: self._tell(people))
            savepoint.rollback()
        return count

    def aftermath(self, readers: int) -> Iterator[dict]:
        """Yield how long the notices and the letters take afterwards."""
        notices = self.env["wezer.notice"].sudo()
        letters = self.env["wezer.notice.letter"]
        with self.env.cr.savepoint() as savepoint:
            self._tell(self.people)
            self._clean()
            took, _count = self._timed(notices._cron_write)
            yield _line(f"then: the notices of {readers} people", took, readers)
            due = [("letter_due", "!=", False)]
            notices.search(due).letter_due = fields.Datetime.now() - timedelta(hours=1)
            written = notices.search(due)
            self._clean()
            took, _count = self._timed(
                lambda: [letters._write_letter(notice) for notice in written[:100]]
            )
            yield _line("then: 100 letters written", took, 100)
            savepoint.rollback()


def _line(what: str, took: float, count: int) -> dict:
    return {
        "what": what,
        "ours": f"{took:.0f} ms",
        "reference": f"{took / count:.1f} ms each",
        "wanted": False,
    }
