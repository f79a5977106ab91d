"""What the market's page shows: as cards, on a map or in a calendar."""

from typing import Any

from odoo import api

from odoo.addons.wezer_base.exceptions import Refusal

from . import (
    announcement_cards,
    market_calendar,
    market_map,
    matchmaking,
    search_params,
)
from .filter_chips import filter_chips
from .search_sql import COUNTED, listed_domain, planned_for_memory

PAGE = 20
# "For you", on the first page.
FITTING = 3
VIEWS = ("list", "map", "calendar")


def page_values(env: api.Environment, params: dict, page: int) -> dict[str, Any]:
    """Return the values of the market's page.

    :param params: of the address: filters, ``view``, and ``month`` of the calendar
    :param page: of the list, from 1
    """
    filters = search_params.clean(env, params)
    view = params.get("view") if params.get("view") in VIEWS else "list"
    refused = ""
    try:
        question = search_params.question(env, filters)
    except Refusal as error:
        # What was typed stays in the form; the days do not count.
        refused = error.args[0]
        question = search_params.question(env, search_params.without_days(filters))
    kept_view = "" if view == "list" else view or ""
    public = env.user._is_public()
    helper = None if public else matchmaking.Helper(env)
    values = {
        "filters": filters,
        "view": view,
        "kept_view": kept_view,
        "refused": refused,
        "chips": filter_chips(env, filters, kept_view),
        "place_note": place_note(filters, question),
        "unread": search_params.price_bounds(env, filters)[1],
        "public": public,
        "distances": search_params.DISTANCES,
        "category_options": env["wezer.category"]._options(),
        "looks": env["wezer.category"]._look(),
        "currencies": env["wezer.currency"]._wezer_all(),
        "skill": env["wezer.skill"].browse(),
        "groups": []
        if helper is None
        else helper.groups.filtered(lambda group: group.kind == "circle"),
        "address": search_params.address,
        "counted": COUNTED,
    }
    if filters.get("skill"):
        values["skill"] = env["wezer.skill"].search([("id", "=", filters["skill"])])
    if view == "map":
        return {**values, **market_map.values(env, question)}
    if view == "calendar":
        month = params.get("month")
        return {**values, **market_calendar.values(env, question, filters, month)}
    return {**values, **_list_values(env, question, filters, page, helper)}


def place_note(filters: dict, question: dict) -> str:
    """Return ``missing`` or ``unknown`` where a distance has no place to count from."""
    if question.get("centre"):
        return ""
    if filters.get("place"):
        return "unknown"
    needed = filters.get("km") or filters.get("sort") == "distance"
    return "missing" if needed else ""


def _list_values(
    env: api.Environment, question: dict, filters: dict, page: int, helper: Any
) -> dict[str, Any]:
    market = env["wezer.announcement"]
    fitting = nearly = market.browse()
    with planned_for_memory(env.cr):
        found, count = market._search_public(question, (page - 1) * PAGE, PAGE)
        if helper and not filters and page == 1:
            fitting = found._fitting(FITTING, helper)
    empty = False
    if not found and page == 1:
        nearly = market._search_near_misses(question)
        # Nothing here at all differs from nothing of that kind.
        empty = not nearly and not market.search(listed_domain(market), limit=1)
    fitting, found, nearly = announcement_cards.card_lists(
        [fitting, found, nearly], question.get("centre"), helper
    )
    return {
        "announcements": found,
        "nearly": nearly,
        "fitting": fitting,
        "count": count,
        "empty": empty,
    }
