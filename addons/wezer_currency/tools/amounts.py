"""Amounts as people write and read them, in integers. Needs no database.

Money is counted in minor units: 60 to the hour, ``10 ** digits`` else. What does not
fit the unit is refused, never rounded; what can be read in two ways is refused with
both readings. Levies are rounded by the database (``wezer_levy_rounded_up``).
"""

import re
from typing import Any

from odoo.addons.wezer_base.tools.numbers import (
    AmbiguousNumber,
    NumberError,
    read_decimal,
)

HOUR_MINUTES = 60
# Sums of a hundred million such amounts still fit 38 digits.
MAX_MINOR = 10**30
# A price is what people agree on: nobody means more than this, whatever the unit.
PRICE_MAX_MINOR = 10**15
# Longer texts are no amounts.
TEXT_MAX = 80
_CLOCK = re.compile(r"([^:]{1,40}):([0-5][0-9])(?: ?h)?")
# 1h30, 1 h, 1 h 30 min, 2 hours, 1 heure 30
_HOURS = re.compile(
    r"([^a-z]{1,40}?) ?h[a-z]*\.?(?: ?(?:([0-5][0-9])(?: ?m[a-z]*\.?)?"
    r"|([0-9]{1,2}) ?m[a-z]*\.?))?"
)
_MINUTES = re.compile(r"([^a-z]{1,40}?) ?(?:min[a-z]*|mn)\.?")
_TWO_DECIMALS = re.compile(r"([0-9]*)[.,]([0-5][0-9])")


class AmountError(ValueError):
    """The text is no amount of this unit."""


class AmbiguousAmount(AmountError):
    """The text can be read in two ways.

    :param str text: what was written
    :param list readings: minor units, of those readings that fit the unit
    """

    def __init__(self, text: str, readings: Any) -> None:
        super().__init__(text)
        self.readings = readings


def parse(text: str, minor_per_unit: int, clock: bool = False) -> int:
    """Return the minor units that ``text`` stands for.

    :param text: ``12.50``, ``12,5``, ``1.234,56``, ``1 234,56``, ``,5``; where
        ``clock`` also ``1:30``, ``1h30``, ``1 h``, ``90 min``. A whole number of
        units may come as an integer.
    :param minor_per_unit: 60 for hours, a power of ten else
    :param clock: accept hours and minutes
    :raise AmbiguousAmount: where it can be read in two ways: ``1.000`` in a currency
        with two decimals, ``0,30`` in hours
    :raise AmountError: where it is no amount or does not fit the unit
    """
    if isinstance(text, int) and abs(text) > MAX_MINOR:
        raise AmountError("")
    text = re.sub(r"\s+", " ", str("" if text is None else text)).strip()
    if len(text) > TEXT_MAX:
        raise AmountError(text[:TEXT_MAX])
    try:
        minor = _clock(text.lower()) if clock else None
        if minor is None:
            minor = _units(text, minor_per_unit, clock)
    except AmbiguousNumber as error:
        minors = (_fit(reading, minor_per_unit) for reading in error.readings)
        readings = [minor for minor in minors if minor is not None]
        raise AmbiguousAmount(text, readings) from error
    except NumberError as error:
        raise AmountError(text) from error
    if minor is None or minor > MAX_MINOR:
        raise AmountError(text)
    return minor


def _units(text: str, minor_per_unit: Any, clock: Any) -> Any:
    """Return the minor units of a number of units."""
    if clock and (match := _TWO_DECIMALS.fullmatch(text)):
        return _half_past(text, match)
    # No decimals, or three, leave one reading; hours may have any.
    places = None if clock else len(str(minor_per_unit)) - 1
    return _fit(read_decimal(text, places), minor_per_unit)


def _half_past(text: str, match: re.Match) -> int | None:
    """Return the minutes of ``1,30`` where hours and minutes are meant alike."""
    whole, part = int(match[1] or 0), int(match[2])
    as_clock = whole * HOUR_MINUTES + part
    as_decimal = _fit((whole * 100 + part, 2), HOUR_MINUTES)
    if as_clock == as_decimal:
        return as_clock
    readings = [minor for minor in (as_clock, as_decimal) if minor is not None]
    raise AmbiguousAmount(text, readings)


def _fit(number: tuple[int, int], minor_per_unit: int) -> int | None:
    """Return ``number``, digits and scale, in minor units, None where it has a rest."""
    digits, scale = number
    # Integers only: a Decimal would round at 28 digits.
    minor, rest = divmod(digits * minor_per_unit, 10**scale)
    return None if rest else minor


def _clock(text: str) -> Any:
    """Return the minutes of a text that names hours or minutes, None where none."""
    match = _CLOCK.fullmatch(text)
    if match:
        return _whole(match[1]) * HOUR_MINUTES + int(match[2])
    match = _MINUTES.fullmatch(text)
    if match:
        return _whole(match[1])
    match = _HOURS.fullmatch(text)
    if not match:
        return None
    minutes = match[2] or match[3]
    if minutes:
        if int(minutes) >= HOUR_MINUTES:
            raise NumberError(text)
        return _whole(match[1]) * HOUR_MINUTES + int(minutes)
    return _units(match[1], HOUR_MINUTES, True)


def _whole(text: str) -> Any:
    """Return a whole number that may be written with thousands apart."""
    number, scale = read_decimal(text, 0)
    if scale:
        raise NumberError(text)
    return number


def decimal_text(minor: int, minor_per_unit: int, clock: bool = False) -> str:
    """Return ``minor`` as plain text that :func:`parse` reads back.

    Hours that are no finite decimal (20 minutes) leave as ``0:20``.
    """
    sign, minor = ("-" if minor < 0 else ""), abs(int(minor))
    if clock:
        return f"{sign}{minor // HOUR_MINUTES}:{minor % HOUR_MINUTES:02d}"
    digits = len(str(minor_per_unit)) - 1
    if not digits:
        return f"{sign}{minor}"
    return f"{sign}{minor // minor_per_unit}.{minor % minor_per_unit:0{digits}d}"


def proportion(total: int, part: int, whole: int) -> int:
    """Return ``total × part / whole``, rounded half up."""
    if not whole:
        return 0
    return (2 * total * part + whole) // (2 * whole)
