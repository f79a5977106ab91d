"""The market on a map: cells of a grid with what is wanted and offered there."""

from typing import Any

from odoo import api

from odoo.addons.wezer_base.tools.place_cells import Pin, markers

# So many announcements a map shows; whoever finds more narrows the search.
SHOWN = 200


def values(env: api.Environment, question: dict) -> dict[str, Any]:
    """Return what the map and the list beside it show."""
    market = env["wezer.announcement"]
    found, count = market._search_public(question, 0, SHOWN)
    looks = env["wezer.category"]._look()
    rows = [
        {
            "announcement": announcement,
            "look": looks[announcement.sudo().category_id.id],
            "price": announcement._price_chip(),
        }
        for announcement in found
    ]
    located = [(row, row["announcement"]._map_place()) for row in rows]
    return {
        "count": count,
        "rows": [row for row, place in located if place],
        "unlocated": [row for row, place in located if not place],
        "shown": len(found),
        "map_centre": _centre(question),
        "markers": markers(pin(row, place) for row, place in located if place),
    }


def pin(row: dict, place: Any) -> Pin:
    """Return what a map shows of an announcement.

    :param row: dict ``announcement``, ``look``, ``price``
    :param place: ``(latitude, longitude)``
    """
    announcement, look = row["announcement"], row["look"]
    return Pin(
        place,
        look.icon,
        look.tint,
        announcement.title,
        f"/market/{announcement.slug}",
        row["price"].text,
        announcement._written_in("title"),
    )


def _centre(question: dict) -> Any:
    # The reader's own place, as they gave it.
    return question.get("centre") and [round(part, 3) for part in question["centre"]]
