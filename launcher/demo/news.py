"""News that circles publish."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

# Circle, writer, days ago, who reads it, whether it is a letter, title and text.
NEWS = (
    (
        "Village of Les Tilleuls",
        "Agnès Morel",
        20,
        "public",
        True,
        "Open day on the square",
        "On Saturday from ten to four we show what we do: repairs, bread, plants, and"
        " how hours go from hand to hand.\n\nBring your neighbours. Coffee is ready.",
    ),
    (
        "Repair café",
        "Jean-Marc Roux",
        9,
        "network",
        False,
        "New opening hours",
        "The repair café is now open on Wednesdays, too, from five to eight in the"
        " evening. Please write to us before you bring anything heavy.",
    ),
    (
        "Garden",
        "Carole Petit",
        3,
        "members",
        True,
        "Who waters in August?",
        "Three of us are away for two weeks. The list hangs at the tool shed: half an"
        " hour each evening is enough.",
    ),
)


def publish(simulation: Any, row: tuple) -> Iterator[float | None]:
    """The writer of ``row`` writes and publishes news, and the members are told."""
    community = simulation.community
    circle, writer, _days, visibility, letter, title, text = row
    model = simulation.env["wezer.news"]
    vals = {"title": title, "text": text, "visibility": visibility}
    number = community.as_(model, writer).action_create_own(
        community.circles[circle].id, {**vals, "send_letter": letter}
    )
    yield 0.2
    community.as_(model.browse(number), writer).action_publish()
    model._cron_tell()


def plan(simulation: Any, now: Any) -> None:
    """Let it happen in the weeks before ``now``."""
    for row in NEWS:
        simulation.at(now - timedelta(days=row[2]), publish(simulation, row))
