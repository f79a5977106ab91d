"""How a file of people writes numbers and days. Runs without Odoo.

Whether a comma stands before decimals or between thousands, and whether the day or the
month comes first, is decided for the whole file, or said by who imports. Where nothing
decides, a cell that can be read in two ways is refused. What is read becomes a text
that has one reading: a decimal point with four decimals, and ISO dates.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from . import moments, numbers, tables

# As many texts are looked at; a file decides long before.
LOOKED_AT = 200_000
_UNIX = re.compile(r"\d{9,11}|\d{13}", re.ASCII)
_OFFSET = re.compile(
    r".*\d[:.h]\d{2}.*?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})", re.I | re.ASCII
)
# Hours and minutes, units and words: read where the unit is known.
_NO_NUMBER = re.compile(r"[^\W\d_]|[:€$£¥%]")
# Read in the same way with either sign, as far as hours allow.
_SHORT = re.compile(r"\d*[.,]\d{1,2}", re.ASCII)


class Manner(NamedTuple):
    """How a file writes what it holds; empty where it is not known.

    :param str sign: what stands before decimals, ``.`` or ``,``
    :param str order: ``day`` or ``month``: which comes first
    """

    sign: str = ""
    order: str = ""


def manner_of(
    records: Iterable[Any],
    number_columns: Iterable[str],
    day_columns: Iterable[str],
    said: Manner | None = None,
) -> Manner:
    """Return how a file writes numbers and days.

    :param records: of a table, see :mod:`.tables`
    :param said: what is known already
    """
    said = said or Manner()
    amounts: dict[str, None] = {}
    days: dict[str, None] = {}
    wanted = [
        (column, texts)
        for columns, texts, known in (
            (number_columns, amounts, said.sign),
            (day_columns, days, said.order),
        )
        if not known
        for column in columns
    ]
    for record in records if wanted else ():
        for column, texts in wanted:
            text = record.cells.get(column)
            if text and len(texts) < LOOKED_AT and not text.isdigit():
                texts.setdefault(text)
    sign = said.sign or _decided(
        numbers.decimal_sign, filter(_is_number, amounts), numbers.AmbiguousNumber
    )
    order = said.order or _decided(
        moments.day_order, filter(_is_date, days), moments.TwoDates
    )
    return Manner(sign, order)


def _decided(decide: Any, texts: Iterator[str], contradiction: type[Exception]) -> str:
    """Return what the file decides; where it contradicts itself, each cell does."""
    try:
        return decide(texts)
    except contradiction:
        return ""


def _is_number(text: str) -> bool:
    try:
        numbers.read_signed(text)
    except numbers.AmbiguousNumber:
        return True
    except numbers.NumberError:
        return False
    return True


def _is_date(text: str) -> bool:
    """Return whether a text is a day in either order; others decide nothing."""
    for order in (moments.DAY_FIRST, moments.MONTH_FIRST):
        try:
            moments.Dates(moments.UTC, order).read(text)
        except moments.NotADate:
            continue
        return True
    return False


def plain_number(text: str, sign: str = "") -> str:
    """Return a number so that it has one reading, whatever reads it.

    A text with letters or a colon (``2:30``, ``90 min``) is returned as it is.

    >>> plain_number("1.250", ","), plain_number("1.250", ".")
    ('1250', '1.2500')

    :raise tables.TableError: code ``number``, where it is not written with ``sign``
    """
    if not sign or _NO_NUMBER.search(text) or not ("." in text or "," in text):
        return text
    if _SHORT.fullmatch(text) and sign in text:
        return text
    try:
        value = numbers.read_signed(text, sign)
    except numbers.NumberError as error:
        raise tables.TableError("number", text) from error
    said = f"{value:f}"
    whole, point, part = said.partition(".")
    return f"{whole}.{part:0<4}" if point else whole


def plain_moment(text: str, order: str = "", pattern: str = "") -> str:
    """Return a date as ISO writes it, with its time and offset where it has them.

    :param str order: see :class:`Manner`
    :param str pattern: as the file writes days, see :class:`.moments.Dates`
    :raise tables.TableError: codes ``date``, ``two_dates``
    """
    text = text.strip()
    if len(text) > moments.LENGTH_MAX:
        raise tables.TableError("date", text)
    if pattern:
        return _other_moment(text, order, pattern)
    try:
        datetime.datetime.fromisoformat(
            f"{text[:-1]}+00:00" if text[-1:] in ("Z", "z") else text
        )
    except ValueError:
        return _other_moment(text, order)
    return text


def _other_moment(text: str, order: str, pattern: str = "") -> str:
    try:
        moment = moments.Dates(moments.UTC, order, pattern).read(text)
    except moments.TwoDates as error:
        raise tables.TableError("two_dates", text) from error
    except moments.NotADate as error:
        raise tables.TableError("date", text) from error
    if not moment:
        raise tables.TableError("date", text)
    if _UNIX.fullmatch(text) or _OFFSET.fullmatch(text):
        return f"{moment.isoformat(sep=' ')}+00:00"
    if moment.time() == datetime.time():
        return moment.date().isoformat()
    return moment.isoformat(sep=" ")
