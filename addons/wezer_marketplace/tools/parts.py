"""Dividing a price among milestones and people; integers only, nothing is lost.

Points are hundredths of a percent: 10,000 are the whole price.
"""

from itertools import accumulate

WHOLE = 10000


def parse_points(text: str) -> int:
    """Return what a person typed as percent, in points.

    :param text: ``"12.5"``, ``"12,5 %"``; at most two decimals
    :raises ValueError: where it is no percentage of 0 to 100
    """
    typed = str(text).replace("%", "").replace(",", ".").strip()
    units, _dot, rest = typed.partition(".")
    if not (units + rest).isdecimal() or len(rest) > 2 or len(units) > 3:
        raise ValueError(text)
    points = int(units or 0) * 100 + int(rest.ljust(2, "0") or 0)
    if points > WHOLE:
        raise ValueError(text)
    return points


def format_points(points: int) -> str:
    """Return points as percent: ``12.5 %``."""
    return f"{points / 100:g} %"


def slices(total: int, points: list[int]) -> list[int]:
    """Divide ``total`` along ``points``: rounded where they add up, nothing is lost.

    :param total: minor units
    :param points: of each slice, 10,000 together
    :return: minor units of each slice, that add up to ``total``
    """
    marks = [(2 * total * sum_ + WHOLE) // (2 * WHOLE) for sum_ in accumulate(points)]
    return [mark - before for mark, before in zip(marks, [0, *marks], strict=False)]


def shares(total: int, points: list[int], maxima: list[int] | None = None) -> list[int]:
    """Divide ``total`` among the worker and the co-workers.

    Each co-worker's share is rounded down, the worker has what remains. Where less is
    due than was agreed, nobody has more than was set aside for them: what remains then
    goes to the next ones.

    :param total: minor units
    :param points: of the co-workers, less than 10,000 together
    :param maxima: what was set aside for each, the worker first
    :return: minor units of each, the worker first, that add up to ``total``
    """
    parts = [total * part // WHOLE for part in points]
    parts.insert(0, total - sum(parts))
    if maxima is None:
        return parts
    parts = [min(part, limit) for part, limit in zip(parts, maxima, strict=True)]
    for index, limit in enumerate(maxima):
        parts[index] += min(limit - parts[index], total - sum(parts))
    return parts
