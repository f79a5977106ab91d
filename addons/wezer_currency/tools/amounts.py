"""Amounts as people type and read them, in integers. Runs without Odoo.

Money is counted in minor units: 60 to the hour, ``10 ** digits`` else
(design, section 2). What does not fit the unit is refused, never rounded.
"""

import re

HOUR_MINUTES = 60
# Sums of a hundred million such amounts still fit 38 digits.
MAX_MINOR = 10**30
# A price is what people agree on: nobody means more than this, whatever the unit.
PRICE_MAX_MINOR = 10**15
_CLOCK = re.compile(r"^(\d{1,12}):([0-5]\d)$", re.ASCII)
_PLAIN = re.compile(r"^\d{1,18}([.,]\d{1,18})?$", re.ASCII)


class AmountError(ValueError):
    """The text is no amount of this unit."""


def parse(text, minor_per_unit, clock=False):
    """Return the minor units that ``text`` says.

    :param str text: ``1:30`` (where ``clock``), ``1,5``, ``12.50``
    :param int minor_per_unit: 60 for hours, a power of ten else
    :param bool clock: accept hours and minutes
    :rtype: int
    :raise AmountError: where it is no number or does not fit the unit
    """
    text = str(text or "").strip().replace(" ", "").replace("\u00a0", "")
    match = _CLOCK.match(text) if clock else None
    if match:
        return int(match[1]) * HOUR_MINUTES + int(match[2])
    if not _PLAIN.match(text):
        raise AmountError(text)
    # Integers only: a Decimal would round at 28 digits.
    whole, _dot, part = text.replace(",", ".").partition(".")
    minor, rest = divmod(int(whole + part) * minor_per_unit, 10 ** len(part))
    if rest or minor > MAX_MINOR:
        raise AmountError(text)
    return minor


def decimal_text(minor, minor_per_unit, clock=False):
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


def percent_up(minor, per_ten_thousand):
    """Return that share of ``minor``, rounded up to the smallest unit.

    Rounding up, so that splitting a payment never lowers a levy.
    """
    return -(-minor * per_ten_thousand // 10000)


def levy(minor, fixed, per_ten_thousand):
    """Return what is levied on ``minor``: a fixed part and a share, at most all."""
    return min(minor, (fixed or 0) + percent_up(minor, per_ten_thousand or 0))


def proportion(total, part, whole):
    """Return ``total × part / whole``, rounded half up."""
    if not whole:
        return 0
    return (2 * total * part + whole) // (2 * whole)
