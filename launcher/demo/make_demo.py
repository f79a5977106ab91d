"""The living demo community, made through the public methods only.

Python's clock is moved through fourteen months, so that every date in the
community was once "now"; what a rule refuses did not happen.
"""

import random
from datetime import datetime, timedelta, timezone
from typing import Any

import time_machine

from . import (
    agreements,
    arabic,
    complex_deals,
    conversations,
    decisions,
    messages,
    news,
    texts,
)
from .people import FOUNDERS, Community
from .simulation import LONG, UNFINISHED, WAYS, Simulation

MONTHS = 14
DEALS = 150
LOGINS = {
    "member": {"login": "luc", "password": "luc"},
    "coordinator": {"login": "carole", "password": "carole"},
    "moderator": {"login": "moss", "password": "moss"},
    "administrator": {"login": "admin", "password": "admin"},
}


def make(env: Any, kit: str | None = None) -> dict:
    """Make the community in an empty database and return its logins.

    :param kit: name of another community; only this one is there now
    :return: ``{role: {"login": …, "password": …}}``
    """
    rng = random.Random(2015)
    now = datetime.now(timezone.utc).replace(microsecond=0)
    start = now - timedelta(days=MONTHS * 30)
    env = env(context={**env.context, "tracking_disable": True, "lang": "en_US"})
    with time_machine.travel(start, tick=False) as clock:
        community = Community(env, rng)
        print("  people, circles and currencies", flush=True)
        settle(community)
        env.cr.commit()
        simulation = Simulation(
            community, clock, now, lambda text: print(text, flush=True)
        )
        plan(simulation, start, now)
        simulation.run()
        clock.move_to(now)
        env["wezer.announcement"]._cron_expire()
        env["wezer.decision"]._cron_clocks()
        simulation.ensure(
            (state, state)
            for state in ("open", "waiting", "accepted", "delivered", "disputed")
        )
        env["wezer.assessment"]._cron_reveal()
        simulation.thank_aloud(texts.THANKS)
        community.show_website()
        env.cr.commit()
        env["wezer.ledger.seal"]._seal_now()
        env["wezer.reputation"]._recompute()
        env.cr.commit()
    for rule, count in sorted(simulation.refused.items(), key=lambda pair: -pair[1])[
        :8
    ]:
        print(f"  did not happen {count} times: {rule}", flush=True)
    return LOGINS


def settle(community: Any) -> None:
    """Founders, those whom they admitted, circles, roles, the project."""
    rng = community.rng
    community.make_frame()
    community.make_person("Agnès Morel")
    for name in FOUNDERS[1:]:
        community.make_person(name)
    for name in texts.PEOPLE:
        if name not in community.users:
            admitter = rng.choice(list(community.users))
            community.make_person(name, admitted_by=admitter)
    community.quality = {
        name: rng.choice((0.98, 0.95, 0.9, 0.9, 0.6)) for name in community.users
    }
    community.make_circles()
    community.fill_roles()
    for name in community.users:
        community.join_circles(name)
    community.make_project()


def plan(simulation: Any, start: datetime, now: Any) -> None:
    """Lay out what will happen when; the clock decides the order."""
    rng = simulation.rng
    simulation.members = [
        name for name in simulation.community.users if name != "Moss Okafor"
    ]
    span = (now - start).days
    rows = [*texts.ANNOUNCEMENTS, *messages.ANNOUNCEMENTS]
    rng.shuffle(rows)
    # Two are not to be answered: one is paused, one still being written.
    for row, still in zip(rows, ("draft", "paused"), strict=False):
        simulation.at(
            now - timedelta(days=rng.uniform(2, 4)), simulation.publish(row, 2, still)
        )
    rows = rows[2:]
    for number, row in enumerate(rows):
        # Two thirds in the first year, the rest in the last weeks: open now.
        day = rng.uniform(1, span - 70) if number < 42 else span - rng.uniform(5, 60)
        simulation.at(start + timedelta(days=day), simulation.publish(row, number))
    ways = [way for way, count in WAYS for _one in range(count)]
    rng.shuffle(ways)
    for way in ways:
        day = rng.uniform(25, span - 35)
        simulation.at(start + timedelta(days=day), simulation.story(way))
    for way in UNFINISHED:
        # Long enough ago to come as far as it should, too short for a deadline to pass.
        days = 14.3 if way in LONG else rng.uniform(6, 11)
        simulation.at(now - timedelta(days=days), simulation.story(way))
    for number, task in enumerate(simulation.community.tasks):
        stop = {7: "accepted", 8: "delivered"}.get(number)
        if number == 9:
            continue
        day = span - (rng.uniform(9, 12) if stop else rng.uniform(30, 160))
        simulation.at(start + timedelta(days=day), simulation.task_story(task, stop))
    for _number in range(45):
        simulation.at(
            start + timedelta(days=rng.uniform(10, span - 1)), simulation.gift()
        )
    for _number in range(3):
        simulation.at(now - timedelta(days=rng.uniform(1, 5)), simulation.ask())
    complex_deals.plan(simulation, now)
    arabic.plan(simulation, now)
    conversations.plan(simulation, now)
    news.plan(simulation, now)
    decisions.plan(simulation, now)
    agreements.plan(simulation, now)
    for number in range(len(texts.ANSWERS)):
        simulation.at(now - timedelta(days=5 - number), simulation.answer_back(number))
    simulation.at(now - timedelta(days=1), simulation.judge())
    for month in range(1, MONTHS):
        simulation.at(start + timedelta(days=30 * month), simulation.month())
