"""Charts of the website as JSON for Chart.js. Runs without Odoo.

A template shows one with ``<div class="o_wezer_chart" aria-hidden="true"
data-wezer-bundle="wezer_base.assets_chart" t-att-data-chart="chart" />`` beside a table
of the same numbers: the script ``static/src/parts/chart.js`` draws it, and without a
script there is the table.
"""

import json
from collections.abc import Callable, Iterable

ACCENT, WARM, LINE = "--o-wezer-accent", "--o-wezer-warm", "--o-wezer-line"
# Of the height of a small chart, so much is one line of text.
LINE_HEIGHT = 0.15


def steps(
    points: list[tuple],
    format_value: Callable,
    format_day: Callable,
    colour: str = ACCENT,
    format_title: Callable | None = None,
) -> str:
    """Return the chart of a number over time, with a step for each change.

    :param points: ``[(day, number)]``, oldest first, at least one
    :param format_value: turns a number into what people read
    :param format_day: turns a day into what people read
    :param colour: ``#rrggbb``, or a CSS variable of the theme
    :param format_title: turns a day into what the point of it is called, where that
        is more than the axis has room for
    """
    titles = format_title or format_day
    numbers = [number for _day, number in points]
    marks = sorted({min([*numbers, 0]), 0, max([*numbers, 0])})
    # What lies on the zero has no text: the zero is read.
    near = float(marks[-1] - marks[0]) * LINE_HEIGHT
    return json.dumps(
        {
            "kind": "steps",
            "labels": [str(format_day(day)) for day, _number in points],
            "titles": [str(titles(day)) for day, _number in points],
            "values": [float(number) for number in numbers],
            "texts": [str(format_value(number)) for number in numbers],
            "ticks": [
                [float(mark), "" if 0 < abs(mark) < near else str(format_value(mark))]
                for mark in marks
            ],
            "colours": [colour if is_color(colour) else ACCENT],
        }
    )


def bars(rows: Iterable[dict], low: float, high: float, format_value: Callable) -> str:
    """Return the chart of bars that lie between two numbers each.

    :param rows: dicts ``label``, ``begin`` and ``end`` (numbers), ``text`` (what people
        read of it) and ``colour`` (a CSS variable of the theme)
    :param low: where the axis begins
    :param high: where the axis ends
    :param format_value: turns a number of the axis into what people read
    """
    rows = list(rows)
    return json.dumps(
        {
            "kind": "bars",
            "labels": [row["label"] for row in rows],
            "values": [[row["begin"], row["end"]] for row in rows],
            "texts": [row["text"] for row in rows],
            "colours": [row["colour"] for row in rows],
            "ticks": [[end, str(format_value(end))] for end in (low, high)],
        }
    )


def is_color(text: str) -> bool:
    """Return whether ``text`` is a colour as ``#rrggbb``, and nothing else."""
    text = str(text or "")
    return (
        len(text) == 7
        and text[0] == "#"
        and all(letter in "0123456789abcdefABCDEF" for letter in text[1:])
    )
