"""Values of the page that explains a member's score: the sum, and its drawing."""

from itertools import accumulate
from typing import Any

import numpy as np

from odoo import api

from odoo.addons.wezer_base.tools import charts
from odoo.addons.wezer_base.tools.shown_numbers import (
    format_decimal,
    format_plain_decimal,
)

from . import rrg, score_words
from .shown import hundredths, percents

OUT_OF = 5
# So many assessments have a row of their own; the others share one.
SHOWN = 10
# The drawing spans at least so much of the score.
LEAST_ROOM = 0.1
# Marks below this mean (0 … 1) are drawn as what lowers the score.
BAD = 0.5
DAY = 86400.0
# A factor nearer to 1 than this says nothing.
ALMOST = 1e-6


def sum_rows(
    env: api.Environment, explained: dict, start_label: str, rest_label: Any
) -> list[dict]:
    """Return the score as the sum it is, in shown numbers that add up.

    :param explained: what ``wezer.reputation._explain`` returns
    :param start_label: name of the first row
    :param rest_label: function that names the row of ``count`` smaller assessments
    :return: dicts ``label``, ``value`` (out of 5), ``text``, and of an assessment
        ``assessment``, ``word`` (for its marks), ``mark`` (−2 … +2), ``usual`` (good
        marks, and a little below the average here), ``marks`` (their mean, out of 5),
        ``weight`` (0 … 1), ``counts`` (the same as people read it) and ``factors``
        (sentences whose numbers multiply to it); the start first
    """
    if not explained["score"]:
        return []
    rows = [{"label": start_label, "value": explained["prior"]}]
    factors = weight_factors(env, explained)
    for assessment, part in explained["parts"][:SHOWN]:
        mean = mean_mark(assessment)
        rows.append(
            {
                "label": assessment.assessor_id.name,
                "value": part,
                "assessment": assessment,
                "word": score_words.mark_word(env, 4 * mean - 2),
                "mark": score_words.whole_mark(4 * mean - 2),
                "good": mean >= BAD,
                "usual": mean > BAD and part < 0,
                "marks": OUT_OF * mean,
                "weight": explained["weights"][assessment.id],
                **_factor_texts(env, assessment, factors[assessment.id]),
            }
        )
    rest = [part for _assessment, part in explained["parts"][SHOWN:]]
    if rest:
        rows.append({"label": rest_label(len(rest)), "value": sum(rest)})
    numbers = hundredths([row["value"] for row in rows])
    for row, number in zip(rows, numbers, strict=True):
        sign = "+" if number >= 0 and row is not rows[0] else ""
        row["text"] = sign + format_decimal(env, number / 100, 2)
    return rows


def weight_factors(env: api.Environment, explained: dict) -> dict[int, dict]:
    """Return what the weight of each assessment is the product of.

    :param explained: what ``wezer.reputation._explain`` returns
    :return: by assessment id: dicts ``trust``, ``size``, ``age``, ``repeat`` and
        ``ring``, each 0 … 1
    """
    assessments = [assessment for assessment, _part in explained["parts"]]
    if not assessments:
        return {}
    parameters = env["wezer.reputation.run"]._latest()._parameters()
    person = np.array([assessment.person_id.id for assessment in assessments])
    rated = np.array([assessment.assessed_id.id for assessment in assessments])
    hours = np.array([assessment.value_hours or 1 for assessment in assessments])
    x = np.array([mean_mark(assessment) for assessment in assessments])
    now = explained["date"]
    age = np.array(
        [
            max((now - assessment.date).total_seconds(), 0) / DAY
            for assessment in assessments
        ]
    )
    size = rrg.value_weight(hours, parameters)
    decay = 2.0 ** (-age / parameters.half_life_days)
    every = np.ones(len(assessments))
    repeat = rrg.repeated_damping(
        person, rated, person, x, age, hours, every, parameters
    )
    credible = _credibility(env, set(person.tolist()))
    factors = {}
    for place, assessment in enumerate(assessments):
        weight = explained["weights"][assessment.id]
        rest = float(size[place] * decay[place] * repeat[place])
        # Of somebody who left meanwhile, trust is what explains the weight.
        trust = credible.get(int(person[place])) or weight / rest
        factors[assessment.id] = {
            "trust": trust,
            "size": float(size[place]),
            "age": float(decay[place]),
            "repeat": float(repeat[place]),
            "ring": weight / (trust * rest),
        }
    return factors


def _credibility(env: api.Environment, people: set) -> dict[int, float]:
    """Return how far each of these people was trusted at the last computation."""
    # For the page of the assessed person only, where each weight is explained.
    rows = (
        env["wezer.reputation.trust"]
        .sudo()
        .search_fetch(
            [
                ("partner_id", "in", list(people)),
                ("company_id", "=", env.company.id),
            ],
            ["partner_id", "credibility"],
        )
    )
    return {row.partner_id.id: row.credibility for row in rows}


def _factor_texts(env: api.Environment, assessment: Any, factors: dict) -> dict:
    """Return ``counts`` and ``factors`` of a row of :func:`sum_rows`."""
    said = ["trust", "size", "age"]
    said += [name for name in ("repeat", "ring") if abs(factors[name] - 1) > ALMOST]
    numbers, weight = percents(factors[name] for name in said)
    texts = []
    for name, number in zip(said, numbers, strict=True):
        percent = percent_text(env, number)
        if name == "trust":
            text = env._(
                "%(percent)s: how far %(name)s is trusted here (%(word)s)",
                percent=percent,
                name=assessment.person_id.name,
                word=score_words.trust_word(env, factors["trust"]),
            )
        elif name == "size":
            text = env._(
                "%(percent)s: size of the deal (%(hours)s h)",
                percent=percent,
                hours=hours_text(assessment.value_hours or 1),
            )
        elif name == "age":
            text = env._("%(percent)s: age (half after a year)", percent=percent)
        elif name == "repeat":
            text = env._(
                "%(percent)s: the same person assessed you again later",
                percent=percent,
            )
        else:
            text = env._(
                "%(percent)s: you and this person mostly assess each other, and no"
                " moderator has decided that it counts in full",
                percent=percent,
            )
        texts.append(text)
    return {"counts": percent_text(env, weight), "factors": texts}


def percent_text(env: api.Environment, number: float) -> str:
    """Return a percentage as the reader's language writes it."""
    digits = f"{number:.6f}".rstrip("0").rstrip(".")
    return f"{format_plain_decimal(env, digits)}\N{NO-BREAK SPACE}%"


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
        bars.append(
            {
                "label": row["label"],
                "begin": begin,
                "end": end,
                "text": row["text"],
                "colour": charts.LINE if first else _colour(row),
            }
        )
    bars.append(
        {
            "label": total_label,
            "begin": low,
            "end": score,
            "text": format_decimal(env, score, 2),
            "colour": charts.ACCENT,
        }
    )
    chart = charts.bars(bars, low, high, lambda number: format_decimal(env, number, 1))
    return {"chart": chart, "low": low, "high": high}


def _colour(row: dict) -> str:
    """Return the colour of a part: good marks below the average are no reproach."""
    if row["value"] >= 0:
        return charts.ACCENT
    return charts.LINE if row.get("good") else charts.WARM
