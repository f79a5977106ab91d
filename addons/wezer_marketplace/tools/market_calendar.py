"""The market's month: what has a day, in weeks for wide screens and as a list."""

import datetime
from calendar import Calendar
from typing import Any

from odoo import api, models

from odoo.addons.wezer_base.tools import days

from .search_params import address

# So many announcements of a month are shown.
SHOWN = 300
# The months that can be looked at, from this one.
BACK, AHEAD = 1, 24


def values(
    env: api.Environment, question: dict, filters: dict, month: Any
) -> dict[str, Any]:
    """Return what the calendar shows.

    :param month: ``2026-12``; this month where it is missing or far away
    """
    today = days.today(env)
    first = _first_day(month, today)
    weeks = Calendar(days.first_weekday(env)).monthdatescalendar(
        first.year, first.month
    )
    begin, end = weeks[0][0], weeks[-1][-1]
    asked = {
        **question,
        "sort": "soon",
        "date_from": max(
            question.get("date_from") or days.begin(env, begin), days.begin(env, begin)
        ),
        "date_to": min(
            question.get("date_to") or days.end(env, end), days.end(env, end)
        ),
    }
    found, count = env["wezer.announcement"]._search_public(asked, 0, SHOWN)
    by_day = _by_day(env, found.filtered("date_start"), begin, end)
    neighbours = (_add_months(first, -1), _add_months(first, 1))
    before, after = (
        address(filters, view="calendar", month=f"{day:%Y-%m}")
        if _is_near(day, today)
        else ""
        for day in neighbours
    )
    return {
        "count": count,
        "month": days.format_month(env, first, whole=True),
        "month_before": before,
        "month_after": after,
        "weekdays": days.weekday_names(env),
        "weeks": [
            [
                {
                    "day": day,
                    "inside": day.month == first.month,
                    "today": day == today,
                    "rows": by_day.get(day, []),
                }
                for day in week
            ]
            for week in weeks
        ],
        "agenda": sorted(by_day.items()),
    }


def _by_day(
    env: api.Environment, found: models.Model, begin: Any, end: Any
) -> dict[datetime.date, list[dict]]:
    """Return the rows of each day between ``begin`` and ``end``; long ones on each."""
    looks = env["wezer.category"]._look()
    mine = _mine(env, found)
    # As the moments on the cards are shown.
    zone = days.reader_zone(env)
    rows: dict[datetime.date, list[dict]] = {}
    for announcement in found.sorted("date_start"):
        row = {
            "announcement": announcement,
            "look": looks[announcement.sudo().category_id.id],
            "mine": announcement.id in mine,
        }
        first, last = (
            days.to_local(moment, zone).date()
            for moment in (
                announcement.date_start,
                announcement.date_end or announcement.date_start,
            )
        )
        day = max(first, begin)
        while day <= min(max(last, first), end):
            rows.setdefault(day, []).append(row)
            day += datetime.timedelta(days=1)
    return rows


def _mine(env: api.Environment, found: models.Model) -> set[int]:
    """Return the ids of what the user posted, or agreed to come to."""
    if env.user._is_public():
        return set()
    me = env.user.partner_id
    deals = env["wezer.deal"].search(
        [
            ("announcement_id", "in", found.ids),
            ("replier_id", "=", me.id),
            ("state", "not in", ("open", "waiting", "ended")),
        ]
    )
    own = found.filtered(lambda one: one.sudo().author_id == me)
    return {*own.ids, *deals.announcement_id.ids}


def _first_day(month: Any, today: datetime.date) -> datetime.date:
    try:
        first = datetime.datetime.strptime(str(month or ""), "%Y-%m").date()
    except ValueError:
        return today.replace(day=1)
    return first if _is_near(first, today) else today.replace(day=1)


def _is_near(day: datetime.date, today: datetime.date) -> bool:
    months = (day.year - today.year) * 12 + day.month - today.month
    return -BACK <= months <= AHEAD


def _add_months(day: datetime.date, months: int) -> datetime.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, 1)
