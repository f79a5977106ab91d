"""Members who write to each other beside their deals."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

DAYS = 4
# Each begins a conversation: the writer, the reader, and what they say in turn.
CONVERSATIONS = (
    (
        "Samira Haddad",
        "Luc Bernard",
        "Are you at the market on Saturday? I have plum jam for you.",
        "Yes, from nine. I bring back your jars.",
    ),
    (
        "Youssef Amrani",
        "Luc Bernard",
        "Do you still have the long ladder?",
    ),
)


def conversation(simulation: Any, *row: str) -> Iterator[float | None]:
    """The two of ``row`` write in turn."""
    community = simulation.community
    writer, reader, *texts = row
    conversations = simulation.env["wezer.conversation"]
    profile = community.users[reader].partner_id.sudo()._wezer_profile()
    number = community.as_(conversations, writer).action_start(profile.id, texts[0])
    for place, text in enumerate(texts[1:], 1):
        yield 0.1
        name = reader if place % 2 else writer
        community.as_(conversations.browse(number), name).action_write(text)


def plan(simulation: Any, now: Any) -> None:
    """Let it happen a few days before ``now``."""
    for row in CONVERSATIONS:
        simulation.at(now - timedelta(days=DAYS), conversation(simulation, *row))
