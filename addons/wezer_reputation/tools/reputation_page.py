"""Values of the page that explains a member's score: the sum, and its drawing."""

from itertools import accumulate
from typing import Any

from odoo import api

from odoo.addons.wezer_base.tools import charts
from odoo.addons.wezer_base.tools.shown_numbers import format_decimal

from .shown import thousandths

OUT_OF = 5
# So many assessments have a row of their own; the others share one.
SHOWN = 10
# The drawing spans at least so much of the score.
LEAST_ROOM = 0.1


def sum_rows(
    env: api.Environment, explained: dict, start_label: str, rest_label: Any
) -> list[dict]:
    """Return the score as the sum it is, in shown numbers that add up.

    :param explained: what ``wezer.reputation._explain`` returns
    :param start_label: name of the first row
    :param rest_label: function that names the row of ``count`` smaller assessments
    :return: dicts ``label``, ``value`` (out of 5), ``text``, and of an assessment
        ``assessment``, ``weight``, ``marks`` (their mean, out of 5) and ``hours`` (the
        size of the deal, as text); the start first
    """
    if not explained["score"]:
        return []
    rows = [{"label": start_label, "value": explained["prior"]}]
    rows += [
        {
            "label": assessment.assessor_id.name,
            "value": part,
            "assessment": assessment,
            "weight": explained["weights"][assessment.id],
            "marks": OUT_OF * mean_mark(assessment),
            "hours": hours_text(assessment.value_hours),
        }
        for assessment, part in explained["parts"][:SHOWN]
    ]
    rest = [part for _assessment, part in explained["parts"][SHOWN:]]
    if rest:
        rows.append({"label": rest_label(len(rest)), "value": sum(rest)})
    numbers = thousandths([row["value"] for row in rows])
    for row, number in zip(rows, numbers, strict=True):
        sign = "+" if number >= 0 and row is not rows[0] else ""
        row["text"] = sign + format_decimal(env, number / 1000, 3)
    return rows


def hours_text(hours: float) -> str:
    """Return hours as all pages write them: 1:30."""
    minutes = round(hours * 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def mean_mark(assessment: Any) -> float:
    """Return the mean of the marks of an assessment, 0 … 1."""
    marks = assessment.line_ids.mapped("score")
    return (sum(marks) / max(len(marks), 1) + 2) / 4


def waterfall(
    env: api.Environment, rows: list[dict], score: float, total_label: str
) -> dict:
    """Return the drawing of the sum, and where it begins and ends.

    Parts are small beside the start: the drawing shows what lies around them.

    :param rows: what :func:`sum_rows` returns
    :param score: what they add up to
    :param total_label: name of the last bar
    :return: ``chart`` (:func:`charts.bars`), ``low`` and ``high`` (out of 5)
    """
    if not rows:
        return {"chart": False, "low": 0, "high": OUT_OF}
    ends = list(accumulate(row["value"] for row in rows))
    room = max(max(ends) - min(ends), LEAST_ROOM)
    low, high = max(0, min(ends) - room / 2), min(OUT_OF, max(ends) + room / 4)
    bars = []
    for row, end in zip(rows, ends, strict=True):
        first = row is rows[0]
        begin, end = sorted((low if first else end - row["value"], end))
        colour = charts.ACCENT if row["value"] >= 0 else charts.WARM
        bars.append(
            {
                "label": row["label"],
                "begin": begin,
                "end": end,
                "text": row["text"],
                "colour": charts.LINE if first else colour,
            }
        )
    bars.append(
        {
            "label": total_label,
            "begin": low,
            "end": score,
            "text": format_decimal(env, score, 3),
            "colour": charts.ACCENT,
        }
    )
    return {"chart": charts.bars(bars, low, high), "low": low, "high": high}
