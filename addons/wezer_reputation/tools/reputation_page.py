"""Values of the page that explains a member's score: the sum, and its drawing."""

from itertools import accumulate

from .shown import thousandths

OUT_OF = 5
# So many assessments have a row of their own; the others share one.
SHOWN = 10
# The drawing spans at least so much of the score.
LEAST_ROOM = 0.1


def sum_rows(explained: dict, start_label: str, rest_label) -> list[dict]:
    """Return the score as the sum it is, in shown numbers that add up.

    :param explained: what ``wezer.reputation._explain`` returns
    :param start_label: name of the first row
    :param rest_label: function that names the row of ``count`` smaller assessments
    :return: dicts ``label``, ``value`` (out of 5), ``text``, and of an assessment
        ``assessment``, ``weight`` and ``marks`` (their mean, out of 5); the start first
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
        }
        for assessment, part in explained["parts"][:SHOWN]
    ]
    rest = [part for _assessment, part in explained["parts"][SHOWN:]]
    if rest:
        rows.append({"label": rest_label(len(rest)), "value": sum(rest)})
    numbers = thousandths([row["value"] for row in rows])
    for row, number in zip(rows, numbers, strict=True):
        row["text"] = f"{number / 1000:{'.3f' if row is rows[0] else '+.3f'}}"
    return rows


def mean_mark(assessment) -> float:
    """Return the mean of the marks of an assessment, 0 … 1."""
    marks = assessment.line_ids.mapped("score")
    return (sum(marks) / max(len(marks), 1) + 2) / 4


def waterfall(rows: list[dict], score: float, total_label: str) -> dict:
    """Return the bars of the sum, and where the drawing begins and ends.

    Parts are small beside the start: the drawing shows what lies around them.

    :param rows: what :func:`sum_rows` returns
    :param score: what they add up to
    :param total_label: name of the last bar
    :return: ``low`` and ``high`` (out of 5), and ``bars``: dicts ``label``, ``begin``
        and ``end`` (out of 5), ``text`` and ``kind`` (start, plus, minus, total)
    """
    if not rows:
        return {"bars": [], "low": 0, "high": OUT_OF}
    ends = list(accumulate(row["value"] for row in rows))
    room = max(max(ends) - min(ends), LEAST_ROOM)
    low, high = max(0, min(ends) - room / 2), min(OUT_OF, max(ends) + room / 4)
    bars = []
    for row, end in zip(rows, ends, strict=True):
        first = row is rows[0]
        begin, end = sorted((low if first else end - row["value"], end))
        kind = "start" if first else "plus" if row["value"] >= 0 else "minus"
        bars.append(
            {
                "label": row["label"],
                "begin": begin,
                "end": end,
                "text": row["text"],
                "kind": kind,
            }
        )
    bars.append(
        {
            "label": total_label,
            "begin": low,
            "end": score,
            "text": f"{score:.3f}",
            "kind": "total",
        }
    )
    return {"bars": bars, "low": low, "high": high}
