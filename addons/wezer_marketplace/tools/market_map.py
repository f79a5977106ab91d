"""The market on a map: cells of a grid with what is wanted and offered there."""

from typing import Any

from odoo import api, models

from odoo.addons.wezer_base.tools.place_cells import by_cell

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
        "markers": markers(env, [one for one in located if one[1]]),
    }


def markers(env: api.Environment, located: list[tuple[dict, Any]]) -> list[dict]:
    """Return the markers of a map, one for each cell of the grid.

    :param located: ``(row, (latitude, longitude))``
    """
    return [
        {
            "lat": cell[0],
            "lon": cell[1],
            "icon": rows[0]["look"].icon,
            "tint": rows[0]["look"].tint,
            "items": [_item(row["announcement"], row["price"]) for row in rows],
        }
        for cell, rows in by_cell(located).items()
    ]


def _item(announcement: models.Model, price: Any) -> dict[str, str]:
    return {
        "title": announcement.title,
        "url": f"/market/{announcement.slug}",
        "text": price.text,
    }


def _centre(question: dict) -> Any:
    # The reader's own place, as they gave it.
    return question.get("centre") and [round(part, 3) for part in question["centre"]]
