"""What circles talk about, and what they agreed on."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

# Circle, who begins, days ago, title, text, and what members say in turn.
DISCUSSIONS: tuple = (
    (
        "Garden",
        "Carole Petit",
        6,
        "A second rain tank",
        "In July the first one was empty after a week. Where could another one stand?",
        (
            "Behind the tool shed, there is a downpipe.",
            "Who has a trailer to fetch it?",
        ),
    ),
    (
        "Village of Les Tilleuls",
        "Agnès Morel",
        12,
        "A table for newcomers",
        "New people often stand alone at the market. What would help?",
        ("One table with a cloth in another colour.",),
    ),
)
# Circle, who drafts, who notes it, days ago, and the agreement.
AGREEMENTS: tuple = (
    (
        "Village of Les Tilleuls",
        "Agnès Morel",
        "Agnès Morel",
        200,
        {
            "title": "How we treat each other",
            "why": "Hours go from hand to hand only where people trust each other.",
            "body": "We say what we can do and what we cannot.\nIf something goes"
            " wrong, we talk to the person first, then with a third person, then in the"
            " circle.",
            "how_known": "Disputes end before they come to a moderator.",
            "category": "together",
        },
    ),
    (
        "Garden",
        "Carole Petit",
        "Agnès Morel",
        358,
        {
            "title": "Tools and keys",
            "why": "Two spades were left in the rain.",
            "body": "Clean the tools and put them back the same evening.\nThe key of"
            " the shed hangs at Carole's.",
            "category": "work",
        },
    ),
    (
        "Care",
        "Agnès Morel",
        "Agnès Morel",
        90,
        {
            "title": "What we hear on visits",
            "body": "What people tell us stays with us.",
            "category": "privacy",
            "must_assent": "new",
        },
    ),
)
# A later version of one of them: title, days ago, who drafts, who notes it, the text.
NEW_VERSION: tuple = (
    "Tools and keys",
    150,
    "Carole Petit",
    "Agnès Morel",
    {
        "body": "Clean the tools and put them back the same evening.\nThe key of the"
        " shed hangs in the box with the code.",
        "change": "The key is there when Carole is away.",
    },
)


def discussion(simulation: Any, row: tuple) -> Iterator[float | None]:
    """A member begins a discussion, and others answer."""
    community = simulation.community
    circle, author, _days, title, text, answers = row
    model, group = simulation.env["wezer.discussion"], community.circles[circle]
    number = community.as_(model, author).begin(group.id, title, text)
    model._cron_tell()
    people = group.sudo().effective_members()
    names = [
        name
        for name, user in community.users.items()
        if user.partner_id in people and name != author
    ]
    for place, words in enumerate(answers):
        yield 0.3
        name = names[place % len(names)] if names else author
        community.as_(model.browse(number), name).say(words)
        model._cron_tell()


def agreement(simulation: Any, row: tuple) -> Iterator[float | None]:
    """A member drafts an agreement; when all have agreed, it is noted."""
    community = simulation.community
    circle, author, manager, _days, vals = row
    model = simulation.env["wezer.agreement"]
    number = community.as_(model, author).action_draft(
        community.circles[circle].id, vals
    )
    yield 2
    community.as_(model.browse(number), manager).action_note()


def new_version(simulation: Any, row: tuple) -> Iterator[float | None]:
    """An agreement gets a new version."""
    community = simulation.community
    title, _days, author, manager, vals = row
    found = simulation.env["wezer.agreement"].search([("title", "=", title)], limit=1)
    community.as_(found, author).action_new_version(vals)
    yield 2
    community.as_(found, manager).action_note()


def plan(simulation: Any, now: Any) -> None:
    """Let it happen in the months before ``now``."""
    for row in DISCUSSIONS:
        simulation.at(now - timedelta(days=row[2]), discussion(simulation, row))
    for row in AGREEMENTS:
        simulation.at(now - timedelta(days=row[3]), agreement(simulation, row))
    days = NEW_VERSION[1]
    simulation.at(now - timedelta(days=days), new_version(simulation, NEW_VERSION))
