"""How often something is repeated: scheduled payments, fees, demurrage."""

from typing import Any

from dateutil.relativedelta import relativedelta

#: Values of a selection field.
INTERVALS = [("week", "Every week"), ("month", "Every month"), ("year", "Every year")]
_UNITS = {"week": "weeks", "month": "months", "year": "years"}


def is_interval(name: str) -> bool:
    """Return whether ``name`` is ``week``, ``month`` or ``year``."""
    return str(name) in _UNITS


def step(interval: str, number: int = 1, **replace: Any) -> relativedelta:
    """Return ``number`` intervals.

    :param interval: ``week``, ``month`` or ``year``
    :param replace: parts of the date that are set, such as ``day=31``; a day that
        a month lacks is its last
    """
    return relativedelta(**{_UNITS[interval]: number}, **replace)
