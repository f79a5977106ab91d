"""A question to the market as an address carries it, and what it means to its reader.

``clean`` turns the parameters of an address into plain words and numbers (filters),
which may be kept and shared. ``question`` turns filters into the typed values that
:mod:`.search_sql` takes: days become moments of the community's days, prices minor
units, "near" a point.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from odoo import api, fields
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.place_cells import place_of
from odoo.addons.wezer_base.tools.text import SEARCH_LETTERS, normalise

from .search_sql import SORTS, listed_domain

NUMBERS = ("category", "skill", "currency", "group")
WORDS = ("words", "place", "price_from", "price_to", "author")
DISTANCES = (1, 5, 20, 50)
CHOICES = {
    "kind": ("want", "offer"),
    "unpaid": ("1",),
    "favourites": ("1",),
    "sort": (*SORTS, "fits"),
    "when": ("today", "weekend", "week", "month", "dates"),
    "km": tuple(map(str, DISTANCES)),
}
DAYS = ("date_from", "date_to")
PLACE = ("lat", "lon")
WORD_LENGTH = 120


def address(filters: dict, path: str = "/market", **change: Any) -> str:
    """Return the address of clean ``filters``, to be kept and shared."""
    params = {**filters, **change}
    params = {name: value for name, value in params.items() if value is not None}
    # On the equator or the meridian a number is 0.
    query = urlencode(
        {name: value for name, value in params.items() if value or name in PLACE}
    )
    return f"{path}?{query}" if query else path


def clean(env: api.Environment, params: dict) -> dict:
    """Return the filters of an address; whatever is not understood is left out."""
    filters: dict[str, Any] = {}
    for name in WORDS:
        if params.get(name):
            filters[name] = str(params[name])[:WORD_LENGTH]
    for name, choices in CHOICES.items():
        if str(params.get(name) or "") in choices:
            filters[name] = str(params[name])
    for name in NUMBERS:
        if number := record_id(params.get(name)):
            filters[name] = number
    for name in DAYS:
        if day := days.parse_day(params.get(name)):
            filters[name] = fields.Date.to_string(day)
    if here := place_of(params.get("lat"), params.get("lon")):
        # About a hundred metres: whoever gets the link learns no house number.
        filters.update(zip(PLACE, (round(part, 3) for part in here), strict=True))
    if params.get("skill_typed") and "skill" not in filters:
        # Typed, not chosen from the list: the first of that name.
        typed = str(params["skill_typed"])[:SEARCH_LETTERS]
        known, _unknown = env["wezer.skill"]._ids_of_words(typed)
        if known:
            filters["skill"] = known[0].id
    return filters


def without_days(filters: dict) -> dict:
    """Return ``filters`` without those that say when."""
    return {name: filters[name] for name in filters if name not in (*DAYS, "when")}


def question(env: api.Environment, filters: dict) -> dict:
    """Return clean filters as typed values.

    An author or a group that the user does not see finds nothing.

    :raise Refusal: rule ``date``, where the days are not in order
    """
    plain = ("words", "kind", "category", "skill", "currency", "group", "sort")
    typed = {name: filters[name] for name in plain if filters.get(name)}
    typed["unpaid"] = bool(filters.get("unpaid"))
    # Visitors have none: an address that was passed on shows them the market.
    typed["favourites"] = bool(filters.get("favourites")) and not env.user._is_public()
    typed.update(moments(env, filters))
    typed.update(price_bounds(env, filters)[0])
    typed.update(_centre(env, filters))
    if filters.get("author"):
        profile = env["wezer.profile"]._at_slug(filters["author"])
        # Partners are closed to members; whose page this is, they see.
        typed["author"] = profile.sudo().partner_id.id or -1
    return typed


def moments(env: api.Environment, filters: dict) -> dict:
    """Return the moments (UTC) between which it shall happen.

    :raise Refusal: rule ``date``, where the last day is before the first
    """
    today = days.today(env)
    saturday = today + timedelta(days=max(5 - today.weekday(), 0))
    last_days = {
        "today": today,
        "weekend": saturday + timedelta(days=6 - saturday.weekday()),
        "week": today + timedelta(days=7),
        "month": today + timedelta(days=31),
    }
    first, last = (days.parse_day(filters.get(name)) for name in DAYS)
    when = filters.get("when")
    if when in last_days:
        first = saturday if when == "weekend" else today
        last = last_days[when]
    days.check_order(env, first, last)
    found = {}
    if first:
        found["date_from"] = days.begin(env, first)
    if last:
        found["date_to"] = days.end(env, last) - days.SECOND
    return found


def price_bounds(env: api.Environment, filters: dict) -> tuple[dict, list[str]]:
    """Return the bounds of a price in minor units, and why others were not read.

    Prices need a currency; without one they do not count.
    """
    currency = env["wezer.currency"].search(
        [("id", "=", filters.get("currency", False))]
    )
    bounds, unread = {}, []
    for name in ("price_from", "price_to"):
        if currency and filters.get(name):
            try:
                bounds[name] = currency._parse(filters[name])
            except UserError as error:
                unread.append(error.args[0])
    return bounds, unread


def _centre(env: api.Environment, filters: Any) -> Any:
    """Return where "near" is: a point, a place known here, or the user's own place.

    A place that nobody has on the map is looked for by its name.
    """
    here = place_of(filters.get("lat"), filters.get("lon"))
    typed = filters.get("place")
    if not here and typed:
        here = place_called(env, typed)
    elif not here and not env.user._is_public():
        here = env.user.partner_id._wezer_profile()._map_place()
    found: dict[str, Any] = {"centre": here} if here else {}
    if filters.get("km") and here:
        found["km"] = int(filters["km"])
    elif typed:
        found["place"] = typed
    return found


def place_called(env: api.Environment, name: str) -> tuple[float, float] | None:
    """Return the middle of what the user sees at the place ``name``, or None."""
    city = normalise(name)
    if not city:
        return None
    market = env["wezer.announcement"]
    domain = listed_domain(market) & Domain("located", "=", True)
    there = market.search(domain & Domain("city_text", "=", city), limit=20)
    if not there:
        return None
    return (
        sum(there.mapped("latitude")) / len(there),
        sum(there.mapped("longitude")) / len(there),
    )
