"""What the options of a block may be: whatever else a page or a client sends is not.

A block is a part of a page that shows rows of the database. Its options are attributes
``data-…`` of its element, which editors of the website write and anybody may send to
the public route of dynamic blocks.
"""

from dataclasses import dataclass, field
from typing import Any

from odoo.addons.wezer_base.tools.numbers import record_id, whole


@dataclass(frozen=True)
class Block:
    """A dynamic block: how many rows it shows, and which choices it has."""

    default: int = 1
    most: int = 1
    # Name of the option: its values, the first where another or none is sent. Boxes
    # that editors untick lose their attribute: "0" comes first.
    choices: dict = field(default_factory=dict)
    # Options that are the id of a record.
    records: tuple = ()


BLOCKS = {
    "name": Block(),
    "drawing": Block(
        choices={
            "which": ("neighbours", "garden", "find", "agree", "do", "thank"),
        }
    ),
    "numbers": Block(4, 4, {"hours": ("0", "1"), "deals": ("0", "1")}),
    "market": Block(
        6,
        12,
        {"kind": ("", "want", "offer"), "sort": ("new", "soon", "title")},
        ("category", "group"),
    ),
    "categories": Block(8, 24, {"look": ("round", "pill")}),
    "circles": Block(6, 12, {"look": ("card", "strip")}),
    "members": Block(12, 24, {"names": ("0", "1")}),
    "voices": Block(3, 12),
    "dates": Block(5, 12, {"kind": ("", "want", "offer")}, ("group",)),
    "news": Block(3, 12, {}, ("group",)),
    "decisions": Block(3, 12, {}, ("group",)),
    "contact": Block(1, 1, {}, ("member",)),
}
# Attributes of an element that are its options.
PREFIX = "data-wz-"


def clean(name: str, sent: dict) -> dict:
    """Return the options of block ``name`` with the type and the bounds of each.

    :param sent: what the element or a client says; what is not understood is left out
    """
    block = BLOCKS[name]
    options: dict[str, Any] = {
        "number": whole(sent.get("number"), block.default, least=1, most=block.most)
    }
    for option, values in block.choices.items():
        value = sent.get(option)
        options[option] = (
            value if isinstance(value, str) and value in values else values[0]
        )
    for option in block.records:
        options[option] = record_id(sent.get(option))
    return options


def of_element(attributes: Any) -> dict:
    """Return what the attributes of an element say of its options."""
    return {
        key.removeprefix(PREFIX): value
        for key, value in attributes.items()
        if key.startswith(PREFIX)
    }
