"""Numbers that people and programs send, read in one place. Runs without Odoo.

An address, a form or a call may hold anything where a number is expected: five
thousand digits (more than :func:`int` accepts), a sign, digits of another script, a
list. What is no number within the bounds is ``None``, or a :class:`NumberError`
where the caller wants to refuse it.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

# The largest number that a database keeps as the identifier of a record.
ID_MAX = 2**31 - 1
# More digits are not read: the largest number of the suite has fewer.
DIGITS_MAX = 18
_DIGITS = re.compile(r"[0-9]{1,18}")
# What separates thousands besides a point and a comma: spaces (also those that do
# not break: U+00A0, U+202F, U+2009) and apostrophes.
_SPACES = re.compile("[ \u00a0\u202f\u2009]")
_PLAIN = re.compile(r"([0-9]{1,18})(?:[.,]([0-9]{1,18}))?|[.,]([0-9]{1,18})")
_GROUPED = re.compile(
    r"([1-9][0-9]{0,2}(?:([ .,'])[0-9]{3})(?:\2[0-9]{3}){0,5})"
    r"(?:(?!\2)[.,]([0-9]{1,18}))?"
)
_ONE_GROUP = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


class NumberError(ValueError):
    """The text is no number within the bounds."""


class AmbiguousNumber(NumberError):
    """People write one text for two numbers: ``1.000`` is 1000, or 1 exactly.

    :param str text: what was sent
    :param list readings: the numbers that it can mean, as :func:`read_decimal`
        returns them
    """

    def __init__(self, text: str, readings: Any) -> None:
        super().__init__(text)
        self.readings = readings


def parse_whole(value: Any, least: int = 0, most: int = ID_MAX) -> int:
    """Return the whole number that ``value`` is.

    :param value: digits in a text, or an integer; spaces around them do not count
    :rtype: int
    :raise NumberError: where it is none, or outside ``least`` to ``most``
    """
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and _DIGITS.fullmatch(text := value[:80].strip()):
        number = int(text)
    else:
        raise NumberError(str(value)[:40] if isinstance(value, str) else "")
    if not least <= number <= most:
        raise NumberError(str(number)[:40] if abs(number) < 10**40 else "")
    return number


def whole(value: Any, default: Any = None, least: int = 0, most: int = ID_MAX) -> Any:
    """Return the whole number that ``value`` is, ``default`` where it is none."""
    try:
        return parse_whole(value, least, most)
    except NumberError:
        return default


def read_decimal(text: str, places: int | None = None) -> Any:
    """Return the number that ``text`` is, as ``(digits, scale)``.

    ``12,5``, ``1.234,56``, ``1,234.56``, ``1 234,56`` and ``1'234.56`` are read. A
    number with one separator before exactly three digits has two readings, unless
    what is counted has no decimals, or three.

    >>> read_decimal("1.234,50")
    (123450, 2)

    :param int places: how many decimals the number is written with where this is
        known
    :return: the number is ``digits / 10 ** scale``
    :raise AmbiguousNumber: where it has two readings
    :raise NumberError: where it is no number
    """
    if len(text) > 60:
        raise NumberError(text[:40])
    plain = _SPACES.sub(" ", text.strip()).replace("\u2019", "'")
    grouped = _GROUPED.fullmatch(plain)
    as_plain = _PLAIN.fullmatch(plain)
    if as_plain:
        part = as_plain[2] or as_plain[3] or ""
        decimal = int((as_plain[1] or "") + part), len(part)
    if grouped:
        whole_part = re.sub("[^0-9]", "", grouped[1])
        if len(whole_part) > DIGITS_MAX:
            raise NumberError(text)
        part = grouped[3] or ""
        thousands = int(whole_part + part), len(part)
        if not as_plain or places == 0:
            return thousands
        if places != 3:
            raise AmbiguousNumber(text, [thousands, decimal])
    if not as_plain:
        raise NumberError(text)
    return decimal


def decimal_number(value: Any, places: Any = None) -> Any:
    """Return ``value``, a text or a number of a program, as a float.

    :raise NumberError: where it is none; :class:`AmbiguousNumber` where it is two
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise NumberError("")
    if isinstance(value, str):
        digits, scale = read_decimal(value, places)
        return digits / 10**scale
    if not -1e15 < value < 1e15:
        raise NumberError("")
    return float(value)


def decimal_text(number: int, most: int = 4) -> str:
    """Return ``number`` as a form shows it, so that it is read back as it was.

    Three decimals would be taken for thousands: they are written as four.

    >>> decimal_text(2.5), decimal_text(1.125)
    ('2.5', '1.1250')
    """
    text = f"{number:.{most}f}".rstrip("0").rstrip(".") if most else f"{number:.0f}"
    return f"{text}0" if _ONE_GROUP.fullmatch(text) else text


def is_id(value: Any) -> bool:
    """Return whether ``value`` is the identifier of a record, as programs send it."""
    return type(value) is int and 0 < value <= ID_MAX


def record_id(value: Any) -> int:
    """Return the identifier of a record that ``value`` is, 0 where it is none."""
    return whole(value, 0, least=1)


def record_ids(values: Any, most: int = 200) -> list[int]:
    """Return the identifiers among ``values``, each once, at most ``most``."""
    ids = (record_id(value) for value in list(values)[: 10 * most])
    return list(dict.fromkeys(filter(None, ids)))[:most]


def numbered(form: Any, prefix: str, most: int = 200) -> Any:
    """Return ``{number: text}`` of the fields ``<prefix><number>`` of a form.

    >>> numbered({"price_3": "1:30", "price_x": "2", "title": "bread"}, "price_")
    {3: '1:30'}
    """
    found = {}
    for name, text in form.items():
        number = record_id(name[len(prefix) :]) if name.startswith(prefix) else 0
        if number and isinstance(text, str) and text.strip() and len(found) < most:
            found[number] = text
    return found


# === NUMBERS OF A FILE === #

_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2019": "'"})
_GAPS = re.compile("[ \u00a0\u202f\u2009']")
_GAP_WITHIN = re.compile("[0-9.,][ \u00a0\u202f\u2009']+[0-9.,]")
_GAPPED = re.compile(
    "[-+(]?[ \u00a0]*[0-9]{1,3}(?:[ \u00a0\u202f\u2009'][0-9]{3})+"
    "(?:[.,][0-9]*)?[ \u00a0]*[-)]?"
)
_SIGNED = re.compile(r"(-|\+)?\s*([0-9][0-9.,]*|[.,][0-9]+)\s*(-)?", re.ASCII)
_HOURS = re.compile(r"([0-9]{1,9}):([0-5][0-9])(?::([0-5][0-9]))?", re.ASCII)
_HOURS_IN_WORDS = re.compile(
    r"(?:([0-9]+(?:[.,][0-9]+)?)\s*(?:h|hrs?|hours?|horas?|heures?|std\.?|stunden?|u|uur)"
    r"\.?)?\s*(?:([0-9]+(?:[.,][0-9]+)?)\s*(?:m|mins?|minutes?|minutos?|minuten?|'|)\.?)?",
    re.IGNORECASE | re.ASCII,
)


def decimal_sign(texts: Iterable[str]) -> str:
    """Return the sign before the decimals of a file's numbers: ``.``, ``,`` or empty.

    Empty where nothing decides: no number has a sign, or each could stand before three
    decimals or before three digits of a thousand.

    :raise AmbiguousNumber: where numbers of the file contradict each other
    """
    found: dict[str, str] = {}
    for text in texts:
        said = _GAPS.sub("", text)
        points, commas = said.count("."), said.count(",")
        if not points and not commas:
            continue
        if points and commas:
            sign = "." if said.rfind(".") > said.rfind(",") else ","
        elif points > 1 or commas > 1:
            sign = "," if points else "."
        else:
            sign = "." if points else ","
            before, after = said.strip("+-").split(sign)
            if len(after) == 3 and before.isdigit() and before[0] != "0":
                if len(before) <= 3:
                    continue
        found.setdefault(sign, text)
        if len(found) > 1:
            raise AmbiguousNumber(" / ".join(found.values()), [])
    return next(iter(found), "")


def read_signed(text: str, sign: str = "") -> Decimal:
    """Return the number that ``text`` is, with a sign and as many decimals as it has.

    :param str sign: what stands before decimals in its file, see :func:`decimal_sign`
    :raise AmbiguousNumber: where it has two readings and no ``sign`` is known
    :raise NumberError: where it is none
    """
    spaced = text.translate(_MINUS).strip()
    said = _GAPS.sub("", spaced)
    below = said[:1] == "(" and said[-1:] == ")"
    match = _SIGNED.fullmatch(said[1:-1] if below else said)
    if not match or len(said) > 40 or (match[1] and match[3]):
        raise NumberError(text[:40])
    # ``12 13`` is two numbers, ``1 213`` one.
    if _GAP_WITHIN.search(spaced) and not _GAPPED.fullmatch(spaced):
        raise NumberError(text[:40])
    bare = match[2]
    if not sign and ("." in bare or "," in bare):
        sign = decimal_sign([bare])
        if not sign:
            digits, _break, part = bare.replace(",", ".").partition(".")
            raise AmbiguousNumber(
                text[:40], [Decimal(digits + part), Decimal(f"{digits}.{part}")]
            )
    whole_part, _sign, part = bare.partition(sign) if sign else (bare, "", "")
    groups = re.split("[.,]", whole_part)
    well_grouped = len(groups) == 1 or (
        0 < len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    )
    digits = "".join(groups)
    if not well_grouped or not (part or digits) or (part and not part.isdigit()):
        raise NumberError(text[:40])
    if len(digits) + len(part) > DIGITS_MAX:
        raise NumberError(text[:40])
    number = Decimal(f"{digits or 0}.{part}" if part else digits)
    return -number if below or match[1] == "-" or match[3] else number


def hour_seconds(text: str, sign: str = "") -> int:
    """Return how many seconds a text of hours is.

    ``2,5``, ``2:30``, ``1 h 30`` and ``90 min`` are read.

    :param str sign: see :func:`read_signed`
    :raise NumberError: where it is none, or no whole number of seconds
    """
    said = text.translate(_MINUS).strip()
    below = said.startswith("-")
    bare = said[1:].strip() if below else said
    clock = _HOURS.fullmatch(bare)
    words = _HOURS_IN_WORDS.fullmatch(bare)
    if clock:
        seconds = Decimal(
            int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
        )
    elif words and (words[1] or (words[2] and not bare[-1].isdigit())):
        hours, minutes = (
            part.replace(",", ".") if part else "0" for part in words.groups()
        )
        seconds = Decimal(hours) * 3600 + Decimal(minutes) * 60
    else:
        seconds = read_signed(bare, sign) * 3600
    if seconds != int(seconds) or seconds > 10**DIGITS_MAX:
        raise NumberError(text[:40])
    return -int(seconds) if below else int(seconds)
