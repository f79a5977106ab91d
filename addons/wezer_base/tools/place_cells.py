"""Places on a shared map, never more exact than a cell of a grid.

The grid is the same for everybody and every time: asking again, or moving a place a
little, tells no more than the cell. A cell is about 450 m high and, in the middle
latitudes, about as wide.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable

# Thousandths of a degree: of latitude, of longitude.
CELL = (4, 6)


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


def by_cell(
    places: Iterable[tuple[Hashable, tuple[float, float]]],
) -> dict[tuple[float, float], list]:
    """Return what lies in each cell, in the order it came.

    :param places: ``(what, (latitude, longitude))``
    """
    cells = defaultdict(list)
    for what, place in places:
        cells[cell_of(*place)].append(what)
    return dict(cells)
