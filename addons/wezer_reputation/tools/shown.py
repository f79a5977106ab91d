"""Numbers as people read them: rounded so that a shown sum adds up."""


def thousandths(values):
    """Return ``values`` in whole thousandths that add up to their rounded sum.

    Each is within one thousandth of its own value; rounded each by itself, the shown
    parts of a score would often miss the shown score.

    :rtype: list[int]
    """
    shown, exact, told = [], 0.0, 0
    for value in values:
        exact += value
        step = round(1000 * exact) - told
        shown.append(step)
        told += step
    return shown
