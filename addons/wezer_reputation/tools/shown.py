"""Numbers as people read them: words for scores, and sums that add up as shown."""

from collections.abc import Iterable
from math import floor, prod

OUT_OF = 5.0
# From the best down; :func:`band_starts` says where each begins.
BANDS = ("excellent", "very_good", "good", "mixed", "poor")
# Smaller shares than this are shown with more digits.
SMALL = 0.1


def hundredths(values: Iterable[float]) -> list[int]:
    """Return ``values`` in whole hundredths that add up to their rounded sum.

    By the largest remainders: each is its own value rounded down, and those that lost
    most are rounded up until the sum is the shown one. Rounded one by one, the shown
    parts of a score would often not add up to the shown score.
    """
    exact = [100 * value for value in values]
    shown = [floor(value) for value in exact]
    # Rounding errors of the sum alone may ask for one more, or less, than there are.
    left = round(sum(exact)) - sum(shown)
    by_loss = sorted(
        range(len(exact)), key=lambda place: exact[place] - shown[place], reverse=True
    )
    for place in by_loss[: max(left, 0)]:
        shown[place] += 1
    return shown


def band_starts(mean: float) -> dict[str, float]:
    """Return from which score on each band begins, beside a community's ``mean``.

    People use marks differently from community to community: where nearly everybody
    gets the best ones, a little less says something; where marks are strict, it says
    little. So each band is placed by the mean, within bounds that do not move:
    nobody with 3.75 (all marks "good") or more is below "good", nobody below 2.5 (bad
    marks outweigh good ones) is above "mixed", and nobody at 3 or more is "poor".

    :param mean: the start of the scores, out of 5
    :return: out of 5, falling from the first to the last of :data:`BANDS`
    """
    room = OUT_OF - mean
    return {
        "excellent": max(4.0, mean + room / 3),
        "very_good": max(3.75, mean + room / 10),
        "good": min(3.75, max(2.5, mean * 5 / 6)),
        "mixed": min(3.0, mean * 2 / 3),
        "poor": 0.0,
    }


def band(score: float, mean: float) -> str:
    """Return which of :data:`BANDS` a score is in, beside a community's ``mean``.

    :param score: out of 5
    :param mean: the start of the scores, out of 5
    """
    starts = band_starts(mean)
    return next((name for name in BANDS if score >= starts[name]), BANDS[-1])


def percents(factors: Iterable[float]) -> tuple[list[float], float]:
    """Return shares as shown percentages, and the percentage that they multiply to.

    Whole percentages; of a share below a tenth two digits, so that little is not
    shown as nothing. The product is that of the shown numbers: whoever multiplies
    them finds it.

    :param factors: each 0 … 1
    """
    shown = [_percent(factor) for factor in factors]
    return shown, _percent(prod(number / 100 for number in shown))


def _percent(share: float) -> float:
    if share >= SMALL or not share:
        return float(round(100 * share))
    return float(f"{100 * share:.2g}")
