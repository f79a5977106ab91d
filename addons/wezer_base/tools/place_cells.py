"""Places on a shared map of any page, never more exact than a cell of a grid.

The grid is the same for everybody and every time: asking again, or moving a place a
little, tells no more than the cell. A cell is about 450 m high and, in the middle
latitudes, about as wide.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

# Thousandths of a degree: of latitude, of longitude.
CELL = (4, 6)
#: Latitude and longitude, in degrees.
Place = tuple[float, float]


class Pin(NamedTuple):
    """What a map shows at a place, and the page that it leads to."""

    place: Place
    icon: str
    tint: int
    title: str
    url: str
    # What follows the title in the list of one place.
    text: str = ""
    # The language of the title, where it is not the reader's.
    lang: str | None = None


def place_of(latitude: Any, longitude: Any) -> Place | None:
    """Return ``(latitude, longitude)`` as numbers, None where they are no place."""
    try:
        place = float(latitude), float(longitude)
    except (TypeError, ValueError):
        return None
    if not (-90 <= place[0] <= 90 and -180 <= place[1] <= 180):
        return None
    return place


def cell_of(latitude: float, longitude: float) -> tuple[float, float]:
    """Return the middle of the cell that a place lies in.

    >>> cell_of(46.2044, 6.1432)
    (46.206, 6.141)
    >>> cell_of(46.2079, 6.1439) == cell_of(46.2044, 6.1432)
    True
    """
    # In whole numbers: a place on an edge is always in the same cell.
    first, second = (
        (round(degrees * 1000) // size * size + size // 2) / 1000
        for degrees, size in zip((latitude, longitude), CELL, strict=True)
    )
    return first, second


def markers(pins: Iterable[Pin]) -> list[dict[str, Any]]:
    """Return what ``wezer_base.place_map`` draws: one marker for each cell.

    A cell looks like the first of its pins, and lists all in the order they came.
    """
    cells = defaultdict(list)
    for pin in pins:
        cells[cell_of(*pin.place)].append(pin)
    return [
        {
            "lat": cell[0],
            "lon": cell[1],
            "icon": inside[0].icon,
            "tint": inside[0].tint,
            "items": [
                {"title": pin.title, "url": pin.url, "text": pin.text, "lang": pin.lang}
                for pin in inside
            ],
        }
        for cell, inside in cells.items()
    ]
