"""Days and moments: the only place that converts one into the other.

What needs no database stands in ``moments.py``, and is found here, too.

A moment is what the database keeps: UTC, without a zone. A day is a day of the
community: it begins at midnight in the time zone that the community has chosen and
ends 24 hours later, or 23 or 25 where the clocks change.

* A date-time that a person types is read in their own zone, else in the community's.
* A day (a deadline, a planned payment, the period of a statement, a term) is a day
  of the community for everybody, wherever they read or write it.
* A local time that does not exist (the clocks go forward) is the next that does; one
  that exists twice (they go back) is the first.
"""

import datetime
import zoneinfo
from typing import Any

import babel.dates

from odoo import api, models
from odoo.fields import Domain
from odoo.http import request
from odoo.tools.misc import babel_locale_parse, get_lang

from ..exceptions import Refusal
from .moments import (
    DAY,
    SECOND,
    UTC,
    parse_day,
    parse_moment,
    to_local,
    to_utc,
    zone_called,
)

# What a form's field of the type datetime-local sends and shows.
FORM_FORMAT = "%Y-%m-%dT%H:%M"
FORM_LENGTH = 16

# === WITHOUT A DATABASE === #


def moved(
    moment: datetime.datetime, step: Any, zone: zoneinfo.ZoneInfo
) -> datetime.datetime:
    """Return a moment moved by days or months, at the same local time.

    :param dateutil.relativedelta.relativedelta step:
    """
    return to_utc(to_local(moment, zone) + step, zone)


def quiet_until(
    moment: datetime.datetime, begin: int, until: int, zone: datetime.tzinfo
) -> datetime.datetime | None:
    """Return the end of the quiet hours that ``moment`` is in, None where it is not.

    :param begin: the hour of the day at which they begin, 0 to 23
    :param until: the hour at which they end; where it is the smaller one, the next day
    """
    local = to_local(moment, zone)
    if begin < until:
        quiet, days_on = begin <= local.hour < until, 0
    else:
        quiet = local.hour >= begin or local.hour < until
        days_on = int(local.hour >= begin)
    if begin == until or not quiet:
        return None
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return to_utc((day + days_on * DAY).replace(hour=until), zone)


def form_text(moment: datetime.datetime, zone: zoneinfo.ZoneInfo) -> str:
    """Return a moment as a ``datetime-local`` field shows it."""
    return to_local(moment, zone).strftime(FORM_FORMAT) if moment else ""


def read_form(text: str, zone: zoneinfo.ZoneInfo, known: Any = ()) -> Any:
    """Return the moment that a ``datetime-local`` field sent.

    :param known: the moments that the form was filled with. Where the text still
        names one, it is returned to the second: a moment that nobody edited does not
        move, also in the hour that exists twice.
    :raise ValueError: where it names none
    """
    text = str(text or "").strip()[:FORM_LENGTH].replace(" ", "T")
    if not text:
        return None
    for moment in known:
        if form_text(moment, zone) == text:
            return moment
    try:
        return to_utc(datetime.datetime.strptime(text, FORM_FORMAT), zone)
    except OverflowError as error:
        raise ValueError(text) from error


# === THE COMMUNITY'S DAYS === #


def community_zone(
    env: api.Environment, company: models.Model | None = None
) -> zoneinfo.ZoneInfo:
    """Return the time zone of a community.

    :param company: a ``res.company``, the current one unless said otherwise
    :rtype: zoneinfo.ZoneInfo
    """
    # A setting that everybody may know.
    return (company or env.company).sudo()._wezer_zone()


def today(env: api.Environment, company: models.Model | None = None) -> datetime.date:
    """Return the day that it is in the community."""
    return day_of(env, datetime.datetime.now(UTC).replace(tzinfo=None), company)


def day_of(
    env: api.Environment, moment: Any, company: models.Model | None = None
) -> Any:
    """Return the community's day that a moment lies in; False for no moment."""
    if not moment:
        return False
    try:
        return to_local(moment, community_zone(env, company)).date()
    except OverflowError:
        return moment.date()


def begin(
    env: api.Environment, day: datetime.date, company: models.Model | None = None
) -> datetime.datetime:
    """Return the moment at which a day begins."""
    midnight = datetime.datetime.combine(day, datetime.time())
    try:
        return to_utc(midnight, community_zone(env, company))
    except OverflowError:
        return midnight


def end(
    env: api.Environment, day: datetime.date, company: models.Model | None = None
) -> datetime.datetime:
    """Return the moment at which a day is over: the first that is not in it."""
    if day == datetime.date.max:
        return datetime.datetime.max.replace(microsecond=0)
    return begin(env, day + DAY, company)


def passed(
    env: api.Environment, field: str, later: datetime.timedelta = datetime.timedelta()
) -> Any:
    """Return the domain of records whose last day ``field`` is over, each company's.

    :param later: over so much later
    """
    # The clocks of all communities run together.
    return Domain.OR(
        Domain("company_id", "=", company.id)
        & Domain(field, "<", today(env, company) + later)
        for company in env["res.company"].sudo().search([])
    )


def read_day(
    env: api.Environment, text: str, rule: str = "date"
) -> datetime.date | bool:
    """Return the day that a form or a program sent, False for none; else refuse."""
    if not text:
        return False
    day = parse_day(text)
    if not day:
        raise no_date(env, text, rule)
    return day


def no_date(env: api.Environment, text: str, rule: str = "date") -> Refusal:
    """Return the refusal of what is not a date."""
    return Refusal(
        env._(
            "“%(text)s” is not a date. Write it like this: %(example)s.",
            text=str(text)[:40],
            example="2026-02-28",
        ),
        rule=rule,
        value=str(text)[:40],
    )


def read_moment(
    env: api.Environment, text: str, rule: str = "date", at_end: bool = False
) -> Any:
    """Return the moment that a program sent, False for none; else refuse.

    A date-time without an offset is UTC, as in the rest of Odoo's interface. A date
    alone is a day of the community: its beginning, or (``at_end``) its last second.
    """
    if not text:
        return False
    if isinstance(text, datetime.datetime):
        return text
    day = parse_day(text)
    if day:
        return end(env, day) - SECOND if at_end else begin(env, day)
    try:
        if not isinstance(text, str):
            raise ValueError
        return parse_moment(text[:40], UTC)
    except ValueError as error:
        raise no_date(env, text, rule) from error


def check_order(
    env: api.Environment, first: Any, last: Any, rule: str = "date"
) -> None:
    """Refuse a period that ends before it begins.

    :param first: a day or a moment, or False
    :param last: another of the same kind, or False
    """
    if first and last and last < first:
        formatted = format_moment if isinstance(last, datetime.datetime) else format_day
        raise Refusal(
            env._(
                "The end (%(last)s) is before the beginning (%(first)s). Choose an end"
                " that is not earlier.",
                first=formatted(env, first),
                last=formatted(env, last),
            ),
            rule=rule,
            value=str(last),
            limit=str(first),
        )


def check_not_past(
    env: api.Environment,
    day: datetime.date,
    rule: str = "date",
    company: models.Model | None = None,
) -> None:
    """Refuse a last day that is over already."""
    now = today(env, company)
    if day and day < now:
        raise Refusal(
            env._(
                "%(day)s is in the past. Choose today (%(today)s) or a later day.",
                day=format_day(env, day),
                today=format_day(env, now),
            ),
            rule=rule,
            value=str(day),
            limit=str(now),
        )


def file_text(env: api.Environment, moment: datetime.datetime) -> str:
    """Return a moment as a table for programs has it: the community's, with offset."""
    if not moment:
        return ""
    zone = community_zone(env)
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    return local.isoformat(sep=" ", timespec="seconds")


# === FOR THE READER === #


def reader_zone(env: api.Environment) -> zoneinfo.ZoneInfo:
    """Return the zone in which the caller reads and types times of day.

    Members: their own, where they have one. Visitors: their browser's, as its cookie
    ``tz`` names it. Everybody else: the community's.
    """
    # Who writes a notice is not who reads it.
    zone = zone_called(env.context.get("wezer_zone"))
    if zone:
        return zone
    # The caller's own zone, or that of nobody in particular.
    user = env.user.sudo()
    if user._is_public():
        cookie = request.cookies.get("tz") if request else None
        return zone_called(cookie) or community_zone(env)
    return zone_called(user.tz) or community_zone(env)


def _locale(env: api.Environment) -> Any:
    return babel_locale_parse(get_lang(env).code)


def _format(env: api.Environment, value: Any, skeleton: Any, english: Any) -> Any:
    """Return ``value`` in the order of the reader's language; English: day first."""
    locale = _locale(env)
    if locale.language == "en":
        return babel.dates.format_date(value, english, locale=locale)
    return babel.dates.format_skeleton(skeleton, value, locale=locale)


def format_day(
    env: api.Environment, day: Any, weekday: bool = False, year: bool = False
) -> str:
    """Return a day as all pages, notices and files show it.

    The year is left out where it is this one.

    :param day: a date, or a moment that is shown as the community's day
    :param bool weekday: with the day of the week
    :param bool year: with the year in any case, for what is kept
    """
    if not day:
        return ""
    if isinstance(day, datetime.datetime):
        day = day_of(env, day)
    year = year or day.year != today(env).year
    return _format(
        env,
        day,
        ("yMMM" if year else "MMM") + ("Ed" if weekday else "d"),
        ("EEE " if weekday else "") + "d MMM" + (" y" if year else ""),
    )


def format_month(env: api.Environment, day: datetime.date, whole: bool = False) -> str:
    """Return the month of a day, with its year.

    :param whole: its whole name, for a heading
    """
    if not day:
        return ""
    name = "MMMM" if whole else "MMM"
    return _format(env, day, f"y{name}", f"{name} y")


def first_weekday(env: api.Environment) -> int:
    """Return the day that a week begins with in the reader's language; 0 is Monday."""
    return int(get_lang(env).week_start or 1) - 1


def weekday_names(env: api.Environment) -> list[tuple[str, str]]:
    """Return ``(short name, whole name)`` of the days of a week, the first first."""
    locale = _locale(env)
    short = babel.dates.get_day_names("abbreviated", "stand-alone", locale)
    whole = babel.dates.get_day_names("wide", "stand-alone", locale)
    first = first_weekday(env)
    order = [(first + number) % 7 for number in range(7)]
    return [(short[number], whole[number]) for number in order]


def format_moment(
    env: api.Environment,
    moment: Any,
    weekday: bool = False,
    until: datetime.datetime | None = None,
) -> str:
    """Return a moment as all pages and notices show it: day, time and zone.

    :param until: the moment at which it is over
    """
    if not moment:
        return ""
    zone = reader_zone(env)
    try:
        local, over = to_local(moment, zone), until and to_local(until, zone)
    except OverflowError:
        zone, local, over = zoneinfo.ZoneInfo("UTC"), moment, until
    said = f"{format_day(env, local.date(), weekday)}, {local:%H:%M}"
    if over and over.date() == local.date():
        said += f"–{over:%H:%M}"
    elif over:
        said += f" – {format_day(env, over.date(), weekday)}, {over:%H:%M}"
    return f"{said} ({zone_name(env, zone)})"


def zone_name(env: api.Environment, zone: zoneinfo.ZoneInfo | None = None) -> str:
    """Return what people call a zone: the name of its city.

    :param zoneinfo.ZoneInfo zone: the reader's, unless said otherwise
    """
    zone = zone or reader_zone(env)
    if zone.key in ("UTC", "GMT") or zone.key.startswith("Etc/"):
        return zone.key.removeprefix("Etc/")
    return babel.dates.get_timezone_location(
        zone, locale=_locale(env), return_city=True
    )
