"""Announcements that are renewed, or come again: when, and with what."""

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Command

from odoo.addons.wezer_base.tools import days

# Renewed for as long as it was meant to stand, but within these; days.
RENEW_MIN, RENEW_MAX, RENEW_DEFAULT = 7, 180, 30
STEPS = {
    "week": relativedelta(weeks=1),
    "fortnight": relativedelta(weeks=2),
    "month": relativedelta(months=1),
}
# What the next one takes over as it is.
PLAIN = (
    *("title", "kind", "description", "places", "quantity", "unit", "steps"),
    *("done_when", "price_mode", "claim_mode", "waiting_list", "visibility"),
    *("city", "latitude", "longitude", "repeat", "repeat_until", "written_lang"),
)
LINKS = ("category_id", "author_id", "person_id", "company_id", "language_id")


def renewal_days(announcement: models.Model) -> int:
    """Return for how many days ``announcement`` (sudo) is renewed.

    As long as it was meant to stand when it was published.
    """
    if not (announcement.expiry and announcement.date_publish):
        return RENEW_DEFAULT
    published = days.day_of(
        announcement.env, announcement.date_publish, announcement.company_id
    )
    meant = (announcement.expiry - published).days
    return min(max(meant, RENEW_MIN), RENEW_MAX)


def next_moments(announcement: models.Model) -> dict | None:
    """Return the dates of what follows ``announcement`` (sudo), None after the last.

    At the same hour of the day where its writer is, summer or winter; days that were
    missed (the machine stood still) are not caught up.
    """
    now, env = fields.Datetime.now(), announcement.env
    here = days.zone_called(announcement.person_id.tz) or days.community_zone(
        env, announcement.company_id
    )
    times, start = 0, announcement.date_start
    while start <= now:
        times += 1
        step = STEPS[announcement.repeat] * times
        start = days.moved(announcement.date_start, step, here)
    last = announcement.repeat_until
    if last and days.day_of(env, start, announcement.company_id) > last:
        return None
    step, end = STEPS[announcement.repeat] * times, announcement.date_end
    return {
        "date_start": start,
        "date_end": end and days.moved(end, step, here),
        "expiry": announcement.expiry and announcement.expiry + step,
    }


def next_vals(announcement: models.Model) -> dict:
    """Return what the next one takes over from ``announcement`` (sudo), dates aside."""
    prices = [
        {
            "wezer_currency_id": line.wezer_currency_id.id,
            "unit_minor": line.unit_minor,
        }
        for line in announcement.price_line_ids
    ]
    return {
        **{name: announcement[name] for name in PLAIN},
        **{name: announcement[name].id for name in LINKS},
        "skill_ids": [Command.set(announcement.skill_ids.ids)],
        "group_ids": [Command.set(announcement.group_ids.ids)],
        "price_line_ids": [Command.create(line) for line in prices],
        "place_ids": [Command.create(line) for line in announcement.place_ids._plain()],
        "picture_ids": [
            Command.create(
                {
                    "sequence": picture.sequence,
                    "caption": picture.caption,
                    "image_1920": picture.image_1920,
                }
            )
            for picture in announcement.with_context(bin_size=False).picture_ids
        ],
    }
