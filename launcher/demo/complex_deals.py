"""Larger deals: paid step by step, done by several people, approved by two."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from . import texts

# Days before now: late enough that no deadline has ended what is in progress.
WALL_DAYS, ROOF_DAYS, RULE_DAYS = 12, 9, 10
TWO_FROM_HOURS = "12"
WALL = (
    {"name": "The sketch", "percent": "25"},
    {"name": "The ground coat", "percent": "25"},
    {"name": "The painting", "percent": "50"},
)


def _want(simulation: Any, name: str, acting: Any = None, **vals: Any) -> Any:
    """Publish a want of ``name``, or of the party acted for, and return it."""
    market = simulation.community.as_(simulation.env["wezer.announcement"], name)
    new = market.action_create_own(
        {
            "kind": "want",
            "visibility": "everyone",
            "places": 1,
            "claim_mode": "choose",
            "city": texts.PLACES[0][0],
            "latitude": texts.PLACES[0][1],
            "longitude": texts.PLACES[0][2],
            **vals,
        },
        publish=True,
        acting_partner_id=acting.id if acting else None,
    )
    return simulation.env["wezer.announcement"].browse(new)


def wall(simulation: Any) -> Iterator[float | None]:
    """Three paint a wall in three steps, each with a part of the price."""
    community = simulation.community
    want = _want(
        simulation,
        "Luc Bernard",
        title="Paint the long wall of the yard",
        description="A picture of the seasons, as large as the wall.",
        category_id=community.categories["Repairs"].id,
        quantity=8,
        unit="hour",
        prices={community.hours.id: "1:00"},
    )
    first = simulation.pick_replier(want)
    along = [name for name in simulation.members if name not in (first, "Luc Bernard")]
    along = simulation.more.sample(along, 2)
    shares = [
        {"partner_id": community.users[name].partner_id.id, "percent": percent}
        for name, percent in zip(along, ("30", "20"), strict=True)
    ]
    deal_id = community.as_(want, first).action_propose(
        {
            "milestones": list(WALL),
            "shares": shares,
            "message": "The three of us would do it, step by step.",
        }
    )
    for name in along:
        yield 0.3
        simulation.deal(deal_id, name).action_agree_share(1)
    yield 0.5
    simulation.deal(deal_id, "Luc Bernard").action_accept()
    yield 2
    simulation.deal(deal_id, first).action_deliver("Here is the sketch.")
    yield 1
    simulation.deal(deal_id, "Luc Bernard").action_approve()
    yield 3
    simulation.deal(deal_id, first).action_deliver("It is white and dry.")


def rule(simulation: Any) -> Iterator[float | None]:
    """The village decides that two approve what is large."""
    village = simulation.community.as_(
        simulation.community.circles["Village of Les Tilleuls"], "Agnès Morel"
    )
    village.action_set_policy(
        "approvals_2_from", TWO_FROM_HOURS, "Four eyes see more than two."
    )
    return
    yield


def roof(simulation: Any) -> Iterator[float | None]:
    """The Garden's coordinator approved; one more has to."""
    community = simulation.community
    want = _want(
        simulation,
        "Carole Petit",
        acting=community.circles["Garden"].partner_id,
        title="New boards for the shed's roof",
        description="Take the old ones down, cut and nail new ones.",
        category_id=community.categories["Garden"].id,
        quantity=14,
        unit="hour",
        prices={community.hours.id: "1:00"},
    )
    worker = simulation.pick_replier(want)
    deal_id = community.as_(want, worker).action_claim()
    yield 0.4
    simulation.deal(deal_id, "Carole Petit").action_accept()
    yield 4
    simulation.deal(deal_id, worker).action_deliver("The roof is tight again.")
    yield 1
    simulation.deal(deal_id, "Carole Petit").action_approve()


def plan(simulation: Any, now: Any) -> None:
    """Lay out when these stories begin."""
    for days, story in ((WALL_DAYS, wall), (RULE_DAYS, rule), (ROOF_DAYS, roof)):
        simulation.at(now - timedelta(days=days), story(simulation))
