"""Moments without a database: zones, and dates as people and programs write them.

A moment is a :class:`datetime.datetime` in UTC and without a zone. Runs without Odoo;
``days.py`` adds what a community's zone and a reader's language say.
"""

import datetime
import functools
import re
import zoneinfo
from collections.abc import Iterable
from typing import Any

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
EPOCH = datetime.datetime(1970, 1, 1)
# Orders of day, month and year in dates that are written in numbers.
DAY_FIRST, MONTH_FIRST = "day", "month"
# Seconds or thousandths since 1970, as programs write moments.
_UNIX = re.compile(r"\d{9,11}|\d{13}", re.ASCII)
# A whole number that stands for no moment, and days of no calendar.
_NO_MOMENT = re.compile(r"0+|0000-00-00(?:[ T][0:.]+)?(?: ?UTC| ?Z)?", re.ASCII)
_IN_NUMBERS = re.compile(
    r"(\d{1,4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{1,4})(?:(?:,? +|T)(.+))?", re.ASCII
)
_CLOCK = re.compile(
    r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d{1,9})?)?\s*([AaPp]\.?[Mm]\.?)?"
    r"\s*(Z|z|UTC|GMT|[+-]\d{2}:?\d{2}(?::\d{2})?)?",
    re.ASCII,
)
# Dates whose month is named, and what may follow any day that is written by a pattern.
_NAMED = ("%B %d %Y", "%B %d, %Y", "%d %B %Y", "%b %d %Y", "%b %d, %Y", "%d %b %Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S")
# A longer text is no date. Patterns that try every place in it would take minutes.
LENGTH_MAX = 80
# Years of two digits from here on are of the last century.
_LAST_CENTURY = 69

# === ZONES === #


@functools.lru_cache(maxsize=1024)
def zone_called(name: str | None) -> zoneinfo.ZoneInfo | None:
    """Return the time zone called ``name``, None where there is none.

    :param str name: for instance ``Europe/Paris``
    :rtype: zoneinfo.ZoneInfo | None
    """
    # A name becomes part of a path: no more than names are made of.
    if not name or not re.fullmatch(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+)*", name):
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def to_utc(local: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    """Return the moment of a local date-time, in UTC and without a zone.

    :param datetime.datetime local: without a zone
    :param zoneinfo.ZoneInfo zone:
    :raise OverflowError: where the calendar does not reach that far
    """
    offset = _offset_of(local.date(), zone)
    if offset is not None:
        return local.replace(fold=0) - offset
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC).replace(tzinfo=None)
    if to_local(first, zone) == local.replace(fold=0):
        return first
    # The clocks jump over it: the moment of the jump is the next local time.
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC).replace(tzinfo=None)
    offset = to_local(before, zone) - before
    while first - before > SECOND:
        middle = before + ((first - before) / 2)
        if to_local(middle, zone) - middle == offset:
            before = middle
        else:
            first = middle
    return first.replace(microsecond=0)


@functools.lru_cache(maxsize=4096)
def _offset_of(day: datetime.date, zone: datetime.tzinfo) -> datetime.timedelta | None:
    """Return the offset to UTC of a local day; None where the clocks change on it.

    A file names the same days again and again. No zone changed its clocks twice in a
    day: between equal offsets at its two ends none lies.
    """
    begin = datetime.datetime.combine(day, datetime.time(), zone)
    try:
        offsets = {begin.utcoffset(), (begin + DAY).utcoffset()}
    except OverflowError:
        return None
    return offsets.pop() if len(offsets) == 1 else None


def to_local(moment: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    """Return the local date-time of a moment, without a zone."""
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    return local.replace(tzinfo=None, fold=0)


def parse_day(text: Any) -> datetime.date | None:
    """Return the day that ``text`` names (``2026-02-28``), None where it names none."""
    if isinstance(text, datetime.datetime):
        return text.date()
    if isinstance(text, datetime.date):
        return text
    if not isinstance(text, str) or not re.fullmatch(
        r"\d{4}-\d\d-\d\d", text.strip(), flags=re.ASCII
    ):
        return None
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None


def parse_moment(text: str, zone: datetime.tzinfo) -> datetime.datetime:
    """Return the moment that ``text`` names, in UTC.

    :param str text: ``2024-06-04``, ``2024-06-04 21:06:56``,
        ``2024-06-04T21:06:56.292+02:00`` or with ``Z``
    :param zoneinfo.ZoneInfo zone: what a text without an offset is read in
    :raise ValueError: where it names none
    """
    text = str(text).strip()
    if text.endswith(("Z", "z")):
        text = text[:-1] + "+00:00"
    moment = datetime.datetime.fromisoformat(text)
    try:
        if moment.tzinfo:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        else:
            moment = to_utc(moment, zone)
    except OverflowError as error:
        raise ValueError(text) from error
    # The database keeps whole seconds of what people do.
    return moment.replace(microsecond=0)


# === DATES OF A FILE === #


class NotADate(ValueError):
    """The text names no day."""


class TwoDates(NotADate):
    """The text names two days: nothing in its file says which number is the month."""


def day_order(texts: Iterable[str]) -> str:
    """Return the order in which a file writes days: ``day`` or ``month`` first.

    A number above 12 decides for the whole file; points between the numbers are
    written by people who write the day first. Empty where nothing decides.

    :raise TwoDates: where dates of the file contradict each other
    """
    found: dict[str, str] = {}
    pointed = False
    for text in texts:
        text = text.strip()
        match = len(text) <= LENGTH_MAX and _IN_NUMBERS.fullmatch(text)
        if not match or len(match[1]) > 2:
            continue
        first, second = int(match[1]), int(match[3])
        pointed = pointed or match[2] == "."
        if first > 12 >= second:
            found.setdefault(DAY_FIRST, text)
        elif second > 12 >= first:
            found.setdefault(MONTH_FIRST, text)
        if len(found) > 1:
            raise TwoDates(" / ".join(found.values()))
    if found:
        return next(iter(found))
    return DAY_FIRST if pointed else ""


class Dates:
    """Reads the dates of a file; the order of day and month is one for all of them.

    :param zone: what a date without an offset is read in
    :param str order: ``day`` or ``month``, see :func:`day_order`; empty where unknown
    :param str pattern: as the file writes all its days, where that is known:
        ``%m/%d/%Y``; then nothing else is read
    """

    def __init__(
        self, zone: datetime.tzinfo = UTC, order: str = "", pattern: str = ""
    ) -> None:
        self.zone, self.order, self.pattern = zone, order, pattern

    def read(self, text: str) -> datetime.datetime | None:
        """Return the moment that ``text`` is; None for no text and for a bare 0.

        Seconds since 1970, ISO dates with or without time and offset, dates in
        numbers with years of two or four digits, and English names of months are read.

        :raise NotADate: where it is none; :class:`TwoDates` where it is two
        """
        text = text.strip()
        if len(text) > LENGTH_MAX:
            raise NotADate(text)
        if not text or _NO_MOMENT.fullmatch(text):
            return None
        if self.pattern:
            return self._written(text, (self.pattern,))
        if _UNIX.fullmatch(text):
            seconds = int(text) / (1000 if len(text) == 13 else 1)
            return (EPOCH + datetime.timedelta(seconds=seconds)).replace(microsecond=0)
        match = _IN_NUMBERS.fullmatch(text)
        if not match:
            return self._written(text, _NAMED)
        try:
            moment = datetime.datetime(*self._day(text, match))
            if match[5]:
                moment = self._at(moment, match[5].strip(), text)
            elif self.zone is not UTC:
                moment = to_utc(moment, self.zone)
        except (ValueError, OverflowError) as error:
            if isinstance(error, NotADate):
                raise
            raise NotADate(text) from error
        # The second in which counting begins is what programs write for none.
        return None if moment == EPOCH else moment

    def _written(self, text: str, days: tuple[str, ...]) -> datetime.datetime:
        """Return the moment of a day that is written in one of these ways."""
        for day in days:
            for time in _TIMES:
                try:
                    moment = datetime.datetime.strptime(text, day + time)
                    return moment if self.zone is UTC else to_utc(moment, self.zone)
                except (ValueError, OverflowError):
                    continue
        raise NotADate(text)

    def _day(self, text: str, match: re.Match[str]) -> tuple[int, int, int]:
        first, middle, last = int(match[1]), int(match[3]), int(match[4])
        if len(match[1]) > 2:
            return first, middle, last
        if len(match[4]) == 2:
            last += 1900 if last >= _LAST_CENTURY else 2000
        elif len(match[4]) != 4:
            raise NotADate(text)
        order = self.order
        if not order and match[2] == ".":
            order = DAY_FIRST
        if not order:
            if first <= 12 and middle <= 12 and first != middle:
                raise TwoDates(text)
            order = DAY_FIRST if first > 12 else MONTH_FIRST
        if order == MONTH_FIRST:
            return last, first, middle
        return last, middle, first

    def _at(self, day: datetime.datetime, clock: str, text: str) -> Any:
        """Return the moment of ``day`` at the time that ``clock`` says."""
        match = _CLOCK.fullmatch(clock)
        if not match:
            raise NotADate(text)
        hour, half = int(match[1]), (match[4] or "").lower().replace(".", "")
        if half:
            if not 1 <= hour <= 12:
                raise NotADate(text)
            hour = hour % 12 + (12 if half == "pm" else 0)
        moment = day.replace(hour=hour, minute=int(match[2]), second=int(match[3] or 0))
        zone = match[5]
        if not zone:
            return to_utc(moment, self.zone) if self.zone is not UTC else moment
        if zone in ("Z", "z", "UTC", "GMT"):
            return moment
        digits = zone[1:].replace(":", "")
        offset = datetime.timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
        return moment - offset if zone[0] == "+" else moment + offset
