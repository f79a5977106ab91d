"""The filters of the market's address: what people and links carry, never trusted."""

from datetime import datetime, time, timedelta
from urllib.parse import urlencode

import pytz

from odoo import fields
from odoo.exceptions import UserError
from odoo.http import request

from ..models.wezer_announcement_query import SORTS
from ..tools.geo import place_of
from .form import number_of

NUMBERS = ("category", "skill", "currency", "group")
WORDS = ("words", "place", "price_from", "price_to", "author")
DISTANCES = (1, 5, 20, 50)
CHOICES = {
    "kind": ("want", "offer"),
    "unpaid": ("1",),
    "sort": (*SORTS, "fits"),
    "when": ("today", "weekend", "week", "month", "dates"),
    "km": tuple(map(str, DISTANCES)),
}
DAYS = ("date_from", "date_to")
PLACE = ("lat", "lon")


def clean_filters(params):
    """Return the filters of an address as plain words and numbers, the rest dropped."""
    filters = {}
    for name in WORDS:
        if params.get(name):
            filters[name] = str(params[name])[:120]
    for name, choices in CHOICES.items():
        if params.get(name) in choices:
            filters[name] = params[name]
    for name in NUMBERS:
        if number_of(params.get(name)):
            filters[name] = number_of(params[name])
    for name in DAYS:
        if day_of(params.get(name)):
            filters[name] = fields.Date.to_string(day_of(params[name]))
    here = place_of(params.get("lat"), params.get("lon"))
    if here:
        # About a hundred metres: whoever gets the link learns no house number.
        filters.update(zip(PLACE, (round(one, 3) for one in here), strict=True))
    if params.get("skill_typed") and "skill" not in filters:
        # Typed, not chosen from the list: the first that is called so.
        known, _unknown = request.env["wezer.skill"]._ids_of_words(
            str(params["skill_typed"])
        )
        if known:
            filters["skill"] = known[0].id
    return filters


def day_of(text):
    """Return a date that an address names, None where it is none."""
    try:
        return datetime.strptime(str(text or "")[:10], "%Y-%m-%d").date()
    except ValueError:
        return None


def address(filters, path="/market", **change):
    """Return the address of ``filters``, to be kept and shared."""
    params = {**filters, **change}
    query = urlencode({name: value for name, value in params.items() if value})
    return f"{path}?{query}" if query else path


def asked(filters, env):
    """Return ``filters`` as the model wants them: moments, places, minor units.

    :param env: whose eyes look: an author or a group that they do not see finds nothing
    """
    plain = ("words", "kind", "category", "skill", "currency", "group", "sort")
    question = {name: filters[name] for name in plain if filters.get(name)}
    question["unpaid"] = bool(filters.get("unpaid"))
    question.update(days_of(filters))
    question.update(prices_of(filters, env))
    question.update(centre_of(filters, env))
    if filters.get("author"):
        profile = env["wezer.profile"].search([("slug", "=", filters["author"])])
        question["author"] = profile.sudo().partner_id.id or -1
    return question


def days_of(filters):
    """Return the moments between which a filter of days lies, in UTC."""
    today = datetime.now(request.env.tz).date()
    saturday = today + timedelta(days=max(5 - today.weekday(), 0))
    last = {
        "today": today,
        "weekend": saturday + timedelta(days=6 - saturday.weekday()),
        "week": today + timedelta(days=7),
        "month": today + timedelta(days=31),
    }
    first, until = day_of(filters.get("date_from")), day_of(filters.get("date_to"))
    when = filters.get("when")
    if when in last:
        first = saturday if when == "weekend" else today
        until = last[when]
    moments = {}
    if first:
        moments["date_from"] = _utc(first, time.min)
    if until:
        moments["date_to"] = _utc(until, time.max)
    return moments


def _utc(day, moment):
    here = request.env.tz.localize(datetime.combine(day, moment.replace(microsecond=0)))
    return here.astimezone(pytz.utc).replace(tzinfo=None)


def prices_of(filters, env):
    """Return the bounds of a price in minor units; what is no amount does not count."""
    currency = env["wezer.currency"].search(
        [("id", "=", filters.get("currency", False))]
    )
    bounds = {}
    for name in ("price_from", "price_to"):
        if currency and filters.get(name):
            try:
                bounds[name] = currency._parse(filters[name])
            except UserError:
                continue
    return bounds


def centre_of(filters, env):
    """Return where "near" is: a point, a place that is known here, one's own place.

    A place that nobody has on the map is looked for by its name.
    """
    here = place_of(filters.get("lat"), filters.get("lon"))
    market = env["wezer.announcement"]
    typed = filters.get("place")
    if not here and typed:
        here = market._place_called(typed)
    elif not here and not env.user._is_public():
        profile = env.user.partner_id._wezer_profile()
        here = market._profile_place(profile)
    found = {"centre": here} if here else {}
    if filters.get("km") and here:
        found["km"] = int(filters["km"])
    elif typed:
        found["place"] = typed
    return found
