"""Where circles are: on a map, and in the list beside it.

A circle's place is that of its profile. Those who manage the circle give it one and
say who sees it; who does not see the circle sees no place of it either.
"""

from typing import Any

from odoo import api
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import payload
from odoo.addons.wezer_base.tools.place_cells import Pin, markers, place_of

from .group_cards import tints_of

# So many circles a map shows; whoever finds more narrows the search.
SHOWN = 200
PLACE_LENGTH = 120
FIELDS = ("city", "latitude", "longitude", "share_place")
LIMITS = {"latitude": 90, "longitude": 180}
# What stands for a number that is missing beside the other one.
MISSING = "?"
ICON = "fa-users"
PLACE_COLUMNS = SQL(", p.latitude, p.longitude, p.city")


def values(env: api.Environment, search: str) -> dict[str, Any]:
    """Return what the map of circles by place shows, and the list beside it."""
    groups = env["wezer.group"]
    with_place = Domain("id", "in", SQL("(%s)", _with_place(env)))
    found, count = groups._search_public(search, limit=SHOWN, more=with_place)
    places, tints = places_of(found), tints_of(found)
    rows = [
        {"group": group, "tint": tints[group.id], "city": places[group.id][1]}
        for group in found
        if group.id in places
    ]
    return {
        "rows": rows,
        "count": count,
        "shown": len(rows),
        "search": search,
        "markers": markers(pin(row, places[row["group"].id][0]) for row in rows),
    }


def pin(row: dict, place: tuple[float, float]) -> Pin:
    """Return what the map shows of a circle."""
    group = row["group"]
    return Pin(
        place,
        ICON,
        row["tint"],
        group.name,
        f"/groups/{group.slug}",
        row["city"],
        group._written_in("name"),
    )


def places_of(groups: Any) -> dict[int, tuple[tuple[float, float], str]]:
    """Return ``{id: ((latitude, longitude), name of the place)}``, asked once.

    :param groups: circles that the user sees; those without a shown place are left out
    """
    if not groups.ids:
        return {}
    env = groups.env
    rows = env.execute_query(
        SQL(
            "SELECT id, latitude, longitude, city FROM (%s) placed WHERE id = ANY(%s)",
            _with_place(env, PLACE_COLUMNS),
            groups.ids,
        )
    )
    return {
        number: (place, city or "")
        for number, latitude, longitude, city in rows
        if (place := place_of(latitude, longitude))
    }


def _with_place(env: api.Environment, more_columns: SQL | None = None) -> SQL:
    """Return the SELECT of groups whose place is known and shown to the user."""
    levels = ["everyone"]
    if env.user._wezer_is_member():
        levels.append("members")
    groups, profiles = env["wezer.group"], env["wezer.profile"]
    return SQL(
        """SELECT g.id%s
             FROM wezer_group g
             JOIN wezer_profile p ON p.partner_id = g.partner_id
            WHERE p.share_place = ANY(%s)
              AND (p.latitude <> 0 OR p.longitude <> 0)""",
        more_columns or SQL(),
        levels,
        to_flush=(
            groups._fields["partner_id"],
            *(profiles._fields[name] for name in ("partner_id", *FIELDS)),
        ),
    )


def shown_in_form(group: Any) -> dict[str, Any]:
    """Return the place of ``group``, which the user manages, as its form shows it."""
    profile = group.sudo().partner_id._wezer_profile()
    place = profile._map_place()
    return {
        "city": profile.city or "",
        "latitude": place[0] if place else "",
        "longitude": place[1] if place else "",
        "share_place": profile.share_place,
    }


def _degrees(value: Any) -> Any:
    """Return a number as people type it with a point in it."""
    return value.strip().replace(",", ".") if isinstance(value, str) else value


def _is_typed(value: Any) -> bool:
    return value is not None and value is not False and value != ""


def place_in(env: api.Environment, vals: dict) -> dict[str, Any]:
    """Return ``vals`` of a place as clean values of a profile.

    :raise Refusal: a latitude without a longitude, or the other way round, is no place
    """
    clean: dict[str, Any] = {}
    if "city" in vals:
        clean["city"] = payload.line(env, vals["city"], PLACE_LENGTH, "city")
    if "share_place" in vals:
        clean["share_place"] = payload.choice(
            env, "wezer.profile", "share_place", vals["share_place"]
        )
    if "latitude" in vals or "longitude" in vals:
        typed = {name: _degrees(vals.get(name)) for name in LIMITS}
        if any(map(_is_typed, typed.values())):
            # Nothing is not 0, which is a place on the equator or in Greenwich.
            typed = {
                name: value if _is_typed(value) else MISSING
                for name, value in typed.items()
            }
        given = [
            payload.coordinate(env, typed[name], limit, name)
            for name, limit in LIMITS.items()
        ]
        # About a hundred metres: nobody's house is on the page of a circle.
        clean["latitude"], clean["longitude"] = (round(one, 3) for one in given)
    return clean
