"""What the circles of Les Tilleuls decide together: running, open and decided."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from odoo.fields import Domain

BENCH = (
    "We build a bench beside the compost, out of the planks of the old shed. Carole"
    " looks after it. In a year we see whether people sit on it."
)
BENCH_AGAIN = (
    "We build a bench beside the apple tree, out of the planks of the old shed, and"
    " leave two metres for the wheelbarrows. Carole looks after it. In a year we see"
    " whether people sit on it."
)
HARM = (
    "Beside the compost the bench would stand where we turn the wheelbarrows, and we"
    " empty six of them each Saturday."
)
PROJECTS = (
    "A roof for the bicycles",
    "A herb bed for everybody",
    "A library in the telephone box",
    "A bread oven",
    "Lights along the path",
)
# How often each order was written: the ranks of the projects above.
RANKINGS = (
    ("1-2-3-4-", 5),
    ("2-1--3-4", 4),
    ("-2-1-3-", 6),
    ("3--2-1-", 7),
    ("-3--2-1", 3),
    ("1---2-3", 2),
)


def voters(community: Any, decision: Any) -> list[str]:
    """Return the names of those who may vote, in the order of the roll."""
    roll = community.env["wezer.decision.voter"].search(
        Domain("decision_id", "=", decision.id) & Domain("state", "=", "may"),
        order="id",
    )
    names = {user.partner_id.id: name for name, user in community.users.items()}
    return [names[row.person_id.id] for row in roll if row.person_id.id in names]


def propose(simulation: Any, circle: str, by: str, vals: dict) -> Any:
    """Let somebody put a proposal to a circle."""
    community, model = simulation.community, simulation.env["wezer.decision"]
    group = community.circles[circle]
    decision = model.browse(community.as_(model, by).propose(group.id, vals))
    community.as_(decision, by).action_announce()
    return decision


def bench(simulation: Any) -> Iterator[float | None]:
    """A proposal by consent, an objection, and a new version that waits for a word."""
    community = simulation.community
    vals = {"title": "A bench in the garden", "text": BENCH, "method": "consent"}
    decision = propose(simulation, "Garden", "Carole Petit", vals)
    yield 1
    names = [name for name in voters(community, decision) if name != "Carole Petit"]
    for name in names[1:4]:
        community.as_(decision, name).action_vote("live")
    community.as_(decision, names[0]).action_object(HARM, "Room for the compost")
    yield 1
    community.as_(decision, "Carole Petit").action_new_version(
        BENCH_AGAIN,
        "Beside the apple tree, with room for the wheelbarrows",
        decision.objection_ids.ids,
    )


def delegate(simulation: Any) -> Iterator[float | None]:
    """An election without candidates, in which people name each other now."""
    community = simulation.community
    role = community.roles["Delegate of the Garden"]
    vals = {
        "title": "A delegate of the Garden",
        "text": "We look for a person who speaks for the Garden in the Village.",
        "method": "person",
        "role_id": role.id,
    }
    decision = propose(simulation, "Garden", "Carole Petit", vals)
    yield 0.5
    names = voters(community, decision)
    for place, name in enumerate(names[:3]):
        other = community.users[names[(place + 1) % len(names)]].partner_id
        community.as_(decision, name).action_nominate(
            other.id, "They listen, and they come back with an answer."
        )


def projects(simulation: Any) -> Iterator[float | None]:
    """A ranking of projects with three seats, closed some weeks ago."""
    community = simulation.community
    vals = {
        "title": "Three projects for next spring",
        "text": "There is money and time for three of them. Put them in your order.",
        "method": "stv",
        "seats": 3,
        "electorate": "all",
        "options": [{"label": label} for label in PROJECTS],
    }
    decision = propose(simulation, "Village of Les Tilleuls", "Agnès Morel", vals)
    yield 2
    ballots = [choice for choice, count in RANKINGS for _one in range(count)]
    for name, choice in zip(voters(community, decision), ballots, strict=False):
        community.as_(decision, name).action_vote(choice)
    for _day in range(12):
        yield 1
        simulation.env["wezer.decision"].sudo()._cron_clocks()


def plan(simulation: Any, now: Any) -> None:
    """Let it happen in the weeks before ``now``."""
    for days, story in ((25, projects), (3, bench), (1, delegate)):
        simulation.at(now - timedelta(days=days), story(simulation))
