"""Numbers as people read them: rounded so that a shown sum adds up."""

from collections.abc import Iterable


def thousandths(values: Iterable[float]) -> list[int]:
    """Return ``values`` in whole thousandths that add up to their rounded sum.

    Each is within one thousandth of its own value. Rounded one by one, the shown parts
    of a score would often not add up to the shown score.
    """
    shown, exact, total = [], 0.0, 0
    for value in values:
        exact += value
        step = round(1000 * exact) - total
        shown.append(step)
        total += step
    return shown
