"""The market among 100,000 open announcements, against 100: the same pages, in turn.

Two servers of their own, each on its database, asked by the same member in a browser;
then 1,000 tasks are posted at once, among the 100,000.
"""

import statistics
import time
from collections.abc import Iterator
from typing import Any

from .ledger_http import Client, Server
from .market_rows import HERE, many
from .people import beside

SMALL, LARGE, QUICK = 100, 100_000, 20_000
WANTED = "< 1.5"
TASKS, POST_LIMIT = 1_000, 10.0
LOGIN = "bench-market"

PAGES = {
    "first page": "",
    "words": "words=neighbours",
    "words, a letter wrong": "words=neigbours",
    "category": "category={category}",
    "distance": "km=5&lat={lat}&lon={lon}",
    "currency": "currency={currency}",
    "price, lowest first": "currency={currency}&price_from=5&sort=price_asc",
    "nearest first": "sort=distance&lat={lat}&lon={lon}",
    "soonest first": "sort=soon",
    "words, category, distance, currency": (
        "words=neighbours&category={category}&km=20&lat={lat}&lon={lon}"
        "&currency={currency}"
    ),
    "what fits me first": "sort=fits",
}


def rows(env: Any, quick: bool = False, data: str | None = None) -> Iterator[dict]:
    """Yield a row for each page, and one for posting 1,000 tasks at once."""
    rounds = 7 if quick else 31
    with beside(env) as small_env:
        large = Fair(env, QUICK if quick else LARGE)
        small = Fair(small_env, SMALL)
        servers = []
        try:
            for fair in (large, small):
                servers.append(Server(fair.env.cr.dbname))
                fair.enter(servers[-1].url)
            for what, query in PAGES.items():
                yield _page(what, query, large, small, rounds)
        finally:
            for server in servers:
                server.stop()
    yield _posting(large)


def _page(what: str, query: str, large: Any, small: Any, rounds: int) -> dict:
    times = []
    for _round in range(rounds + 2):
        times.append([fair.read(query) for fair in (large, small)])
    ours, reference = (
        statistics.median(column) for column in zip(*times[2:], strict=True)
    )
    return {
        "what": f"market page: {what}",
        "ours": f"{ours * 1000:.0f} ms",
        "reference": f"{reference * 1000:.0f} ms",
        "ratio": round(ours / reference, 2),
        "wanted": WANTED,
    }


def _posting(fair: Any) -> dict:
    tasks = fair.tasks(TASKS)
    begin = time.perf_counter()
    tasks.action_post_to_marketplace()
    fair.env.cr.commit()
    seconds = time.perf_counter() - begin
    posted = len(tasks.sudo().wezer_announcement_ids)
    return {
        "what": f"posting {TASKS:,} tasks at once",
        "ours": f"{seconds:.1f} s, {posted} posted",
        "reference": f"{POST_LIMIT:.0f} s",
        "ratio": round(seconds / POST_LIMIT if posted == TASKS else 99.0, 2),
        "wanted": "<= 1",
    }


class Fair:
    """A community with many announcements, and a member who looks for something."""

    def __init__(self, env: Any, count: int) -> None:
        self.env = env
        names = [{"name": f"Fair {number}"} for number in range(9)]
        self.categories = env["wezer.category"].create(names)
        self.skills = env["wezer.skill"].create(names)
        self.groups = env["wezer.group"].create(names)
        self.currencies = env["wezer.currency"].create(
            [{"name": f"Fair {code}", "code": code} for code in ("FAA", "FAB")]
        )
        self.member = self._user(LOGIN, "base.group_portal")
        profile = self.member.partner_id._wezer_profile()
        profile.write(
            {
                "skill_ids": [(6, 0, self.skills[:3].ids)],
                "latitude": HERE[0],
                "longitude": HERE[1],
            }
        )
        author = self._user("bench-author", "base.group_portal").partner_id
        many(author, count, self.categories, self.currencies, self.skills, self.groups)
        env.cr.commit()

    def _user(self, login: str, group: str) -> Any:
        users = self.env["res.users"].with_context(no_reset_password=True)
        return users.create(
            {
                "name": login,
                "login": login,
                "password": login,
                "group_ids": [(6, 0, self.env.ref(group).ids)],
            }
        )

    def enter(self, url: str) -> None:
        """Log the coordinator in at a server."""
        self.client = Client(url, LOGIN, LOGIN)

    def read(self, query: str) -> float:
        """Return the seconds that one page takes, its 20 announcements on it."""
        query = query.format(
            category=self.categories[0].id,
            currency=self.currencies[0].id,
            lat=HERE[0],
            lon=HERE[1],
        )
        begin = time.perf_counter()
        with self.client.opener.open(f"{self.client.url}/market?{query}") as answer:
            page = answer.read().decode()
        seconds = time.perf_counter() - begin
        shown = page.count("o_wezer_announcement")
        assert shown >= 18, f"{shown} announcements on /market?{query}"
        return seconds

    def tasks(self, count: int) -> Any:
        """Return tasks of a project whose circle pays, as a coordinator sees them."""
        env = self.env
        coordinator = self._user("bench-coordinator", "project.group_project_manager")
        coordinator.group_ids += env.ref("wezer_base.group_coordinator")
        circle = self.groups[0]
        role = env["wezer.group"].create(
            {
                "name": "Fair coordinators",
                "kind": "role",
                "parent_id": circle.id,
                "right_market": True,
                "right_wallet": True,
                "right_project": True,
            }
        )
        env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": coordinator.partner_id.id}
        )
        project = env["project.project"].create(
            {
                "name": "Fair",
                "team_id": circle.id,
                "wezer_currency_id": self.currencies[0].id,
                "wezer_rate_text": "10",
            }
        )
        tag = env["project.tags"].create({"name": self.skills[0].name})
        tasks = env["project.task"].create(
            [
                {
                    "name": f"Prepare stall {number % 400}",
                    "project_id": project.id,
                    "description": f"<p>Bring tables for the neighbours {number}</p>",
                    "allocated_hours": 2,
                    "wezer_city": "Quarter 7",
                    "wezer_category_id": self.categories[number % 9].id,
                    "tag_ids": [(6, 0, tag.ids)],
                }
                for number in range(count)
            ]
        )
        env.cr.commit()
        return tasks.with_user(coordinator)
