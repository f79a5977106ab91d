"""Dividing a price among milestones and people; integers only, nothing is lost.

Points are hundredths of a percent: 10,000 are the whole.
"""

from itertools import accumulate

WHOLE = 10000


def points_of(text):
    """Return what a person typed as percent, in points.

    :param text: ``"12.5"``, ``"12,5 %"``; at most two decimals
    :raises ValueError: where it is no percentage of 0 to 100
    """
    typed = str(text).replace("%", "").replace(",", ".").strip()
    whole, _dot, rest = typed.partition(".")
    if not (whole + rest).isdecimal() or len(rest) > 2 or len(whole) > 3:
        raise ValueError(text)
    points = int(whole or 0) * 100 + int(rest.ljust(2, "0") or 0)
    if points > WHOLE:
        raise ValueError(text)
    return points


def say_points(points):
    """Return points as people say them: ``12.5 %``."""
    return f"{points / 100:g} %"


def slices(total, points):
    """Divide ``total`` along ``points``: rounded where they add up, nothing is lost.

    :param int total: minor units
    :param list points: of each slice, 10,000 together
    :return: list of minor units that add up to ``total``
    """
    marks = [(2 * total * sum_ + WHOLE) // (2 * WHOLE) for sum_ in accumulate(points)]
    return [mark - before for mark, before in zip(marks, [0, *marks], strict=False)]


def shares(total, points, most=None):
    """Divide ``total`` among the first and his co-workers.

    Each co-worker has his part rounded down, the first has what remains (design,
    section 4). Where less is due than was agreed, nobody has more than was set aside
    for him: what remains then goes down the line.

    :param int total: minor units
    :param list points: of the co-workers, less than 10,000 together
    :param list most: what was set aside for each, the first's included
    :return: list of minor units, the first's at its head, that add up to ``total``
    """
    parts = [total * one // WHOLE for one in points]
    parts.insert(0, total - sum(parts))
    if most is None:
        return parts
    parts = [min(part, limit) for part, limit in zip(parts, most, strict=True)]
    for index, limit in enumerate(most):
        parts[index] += min(limit - parts[index], total - sum(parts))
    return parts
