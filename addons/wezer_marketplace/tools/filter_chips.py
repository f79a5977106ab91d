"""The filters of the market in words, each with the address that is without it."""

from typing import Any, NamedTuple

from odoo import api

from odoo.addons.wezer_base.tools import days

from .search_params import address


class FilterChip(NamedTuple):
    """A filter that is set.

    :param text: what it is, in the reader's language
    :param url: the same search without it
    """

    text: str
    url: str


def filter_chips(env: api.Environment, filters: dict, view: str = "") -> list:
    """Return a :class:`FilterChip` for each filter of clean ``filters``, but the order.

    Filters that mean one thing together, as a point's latitude and longitude, are one.
    """
    parts = [
        (("words",), filters.get("words") and f"“{filters['words']}”"),
        (("kind",), _kind(env, filters)),
        (("favourites",), filters.get("favourites") and env._("My favourites")),
        (("category",), _name(env, "wezer.category", filters.get("category"))),
        *_places(env, filters),
        (("when", "date_from", "date_to"), _days(env, filters)),
        (("skill",), _name(env, "wezer.skill", filters.get("skill"))),
        (
            ("currency", "price_from", "price_to"),
            _name(env, "wezer.currency", filters.get("currency")),
        ),
        (("unpaid",), filters.get("unpaid") and env._("Unpaid help only")),
        (("group",), _name(env, "wezer.group", filters.get("group"))),
        (("author",), _author(env, filters.get("author"))),
    ]
    return [
        FilterChip(text, address({**filters, **dict.fromkeys(names)}, view=view))
        for names, text in parts
        if text
    ]


def _name(env: api.Environment, model: str, number: int | None) -> str:
    """Return the name of a record as far as the reader sees it; else "?"."""
    if not number:
        return ""
    return env[model].search([("id", "=", number)]).display_name or "?"


def _author(env: api.Environment, slug: str | None) -> str:
    if not slug:
        return ""
    profile = env["wezer.profile"]._at_slug(slug)
    seen = profile and profile.with_env(env)._filtered_access("read")
    return (seen and seen.display_name) or "?"


def _kind(env: api.Environment, filters: dict) -> str:
    kinds = env["wezer.announcement"]._fields["kind"]
    return dict(kinds._description_selection(env)).get(filters.get("kind"), "")


def _places(env: api.Environment, filters: dict) -> list[tuple]:
    here = ("lat", "lon", "place")
    parts: list[tuple[tuple[str, ...], Any]] = []
    if filters.get("lat") is not None:
        parts.append((here, env._("Near me")))
    elif filters.get("place"):
        parts.append((here, env._("Near %(place)s", place=filters["place"])))
    if filters.get("km"):
        parts.append((("km",), env._("Within %(km)s\u00a0km", km=filters["km"])))
    return parts


def _days(env: api.Environment, filters: dict) -> Any:
    names = {
        "today": env._("Today"),
        "weekend": env._("At the weekend"),
        "week": env._("In the next 7 days"),
        "month": env._("In the next month"),
    }
    if filters.get("when") in names:
        return names[filters["when"]]
    first, last = (
        days.format_day(env, days.parse_day(filters.get(name)))
        for name in ("date_from", "date_to")
    )
    if first and last:
        return env._("%(first)s to %(last)s", first=first, last=last)
    if first:
        return env._("From %(day)s", day=first)
    return last and env._("Until %(day)s", day=last)
