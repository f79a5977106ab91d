"""The bars of a result, drawn by the server as paths of SVG. Runs without Odoo.

A drawing has a path for each look (``GROUND``, ``FULL``, ``LIGHT``, ``LINE``), which
is a class in ``static/src/scss/decisions.scss``, in a square of 100 by 100 that the
page stretches. Paths are made of numbers alone. Each drawing stands beside a table or a
sentence with the same numbers, and is hidden from screen readers.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

GROUND, FULL, LIGHT, LINE = "ground", "full", "light", "line"
SIDE = 100
# Of the room of a round, so much is its column.
COLUMN = 0.8

Drawing = dict[str, str]


def parts(
    values: Iterable[tuple[str, float]], whole: float, line: float = 0
) -> Drawing:
    """Return a bar of parts beside each other, as wide as their share of ``whole``.

    :param values: the look and the size of each part; those of one look touch
    :param line: where a line crosses the bar, where it is not 0
    """
    drawing: Drawing = {}
    begin = 0.0
    for look, value in values:
        width = value / whole * SIDE if whole else 0
        if width:
            _add(drawing, look, _rectangle(begin, 0, width, SIDE))
        begin += width
    if line and whole:
        drawing[LINE] = _line(line / whole)
    return drawing


def share(reached: Any, wanted: Any = None) -> Drawing:
    """Return a bar that is filled as far as ``reached``, with a line at ``wanted``.

    :param reached: a share from 0 to 1, exact or as ``8/12``; of nothing it is 0
    :param wanted: another share, or None
    """
    drawing = {GROUND: _rectangle(0, 0, SIDE, SIDE)}
    drawing.update(parts([(FULL, _number(reached))], 1))
    if wanted is not None:
        drawing[LINE] = _line(_number(wanted))
    return drawing


def against(one: float, other: float, whole: float) -> Drawing:
    """Return a bar with ``one`` from the left and ``other`` from the right.

    What is left of ``whole`` lies between them.
    """
    drawing = {GROUND: _rectangle(0, 0, SIDE, SIDE)}
    between = max(whole - one - other, 0)
    drawing.update(parts([(FULL, one)], one + other + between))
    width = other / (one + other + between) * SIDE if other else 0
    if width:
        drawing[LIGHT] = _rectangle(SIDE - width, 0, width, SIDE)
    return drawing


def columns(values: Sequence[float], most: float, line: float = 0) -> Drawing:
    """Return a column for each of ``values``; what each gained is drawn light.

    :param most: so high the drawing reaches
    :param line: where a line crosses all columns, where it is not 0
    """
    drawing: Drawing = {}
    room = SIDE / max(len(values), 1)
    # Where nobody has a vote there are no columns.
    most = most or 1
    before = values[0] if values else 0
    for place, value in enumerate(values):
        kept, left = min(before, value), place * room
        _column(drawing, FULL, left, room, 0, kept / most)
        _column(drawing, LIGHT, left, room, kept / most, (value - kept) / most)
        before = value
    if line:
        drawing[LINE] = f"M0 {_text(SIDE - line / most * SIDE)}H{SIDE}"
    return drawing


def _line(place: float) -> str:
    """Return a line across a bar, at a share of its width."""
    return f"M{_text(place * SIDE)} 0V{SIDE}"


def _column(
    drawing: Drawing, look: str, left: float, room: float, foot: float, height: float
) -> None:
    """Add a column to ``drawing``; foot and height are shares of the whole height."""
    if height > 0:
        top = SIDE * (1 - foot - height)
        column = _rectangle(left, top, room * COLUMN, height * SIDE)
        _add(drawing, look, column)


def _add(drawing: Drawing, look: str, path: str) -> None:
    drawing[look] = drawing.get(look, "") + path


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    wide, high = _text(width), _text(height)
    return f"M{_text(x)} {_text(y)}h{wide}v{high}h-{wide}z"


def _number(value: Any) -> float:
    """Return a share as a number; a part of nothing is nothing."""
    try:
        return float(Fraction(value))
    except ZeroDivisionError:
        return 0.0


def _text(number: float) -> str:
    return f"{round(number, 2):g}"
