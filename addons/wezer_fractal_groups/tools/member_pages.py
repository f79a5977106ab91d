"""The people of a group, page by page: its members, and whom it may invite.

Each function takes the group with the user's environment, and asks the database for
one page and the number of all.
"""

from typing import Any

from odoo.fields import Domain

from odoo.addons.wezer_base.models.wezer_searchable_mixin import COUNTED
from odoo.addons.wezer_base.tools.text import search_words

from .group_page import Places

PAGE = 24


def _named(profiles: Any, words: str) -> Domain:
    """Return the domain of those whose name has all ``words``; all without any."""
    return profiles._name_domain(words) if search_words(words) else Domain.TRUE


def _page(profiles: Any, domain: Domain, page: int) -> dict:
    """Return one page of the profiles that the user sees, and how many there are."""
    count = profiles.search_count(domain, limit=COUNTED + 1)
    pages = max(1, -(-min(count, COUNTED) // PAGE))
    page = min(page, pages)
    return {
        "people": profiles.search_fetch(domain, limit=PAGE, offset=(page - 1) * PAGE),
        "count": count,
        "counted": COUNTED,
        "page": page,
        "pages": pages,
    }


def member_values(group: Any, words: str, page: int) -> dict:
    """Return one page of the members of ``group``, direct ones and from inside.

    :return: beside the page ``rows``: dicts with ``profile``, ``direct`` and
        ``roles`` (in this very circle)
    """
    env = group.env
    profiles = env["wezer.profile"]
    ids = group._effective_member_ids()
    values = _page(
        profiles, Domain("partner_id", "in", ids) & _named(profiles, words), page
    )
    partners = values["people"].sudo().partner_id
    roles = group.role_ids if group.kind == "circle" else group.browse()
    held = (
        env["wezer.group.membership"]
        .sudo()
        .search_fetch(
            [
                ("group_id", "in", (group | roles).ids),
                ("partner_id", "in", partners.ids),
                ("state", "=", "active"),
            ]
        )
    )
    held = held.filtered("is_live").grouped("partner_id")
    places = Places(group.browse())
    gives = places.may_give(group)
    rows = []
    for profile in values["people"]:
        partner = profile.sudo().partner_id
        mine = held.get(partner, env["wezer.group.membership"])
        direct = group in mine.group_id.sudo(False)
        rows.append(
            {
                "profile": profile,
                "direct": direct,
                "roles": (mine.group_id.sudo(False) & roles).mapped("name"),
                "may_remove": gives
                and direct
                and partner != env.user.sudo().partner_id,
            }
        )
    return {**values, "rows": rows, "group": group, "search": words}


def choice_values(group: Any, words: str, page: int) -> dict:
    """Return one page of the members whom the user may invite into ``group``.

    :return: beside the page ``rows``: dicts with ``profile`` and ``state`` (of a place
        that the person has there already)
    """
    env = group.env
    profiles = env["wezer.profile"]
    values = _page(profiles, profiles._people_domain(words), page)
    partners = values["people"].sudo().partner_id
    held = (
        env["wezer.group.membership"]
        .sudo()
        .search_fetch(
            [
                ("group_id", "=", group.id),
                ("partner_id", "in", partners.ids),
                ("state", "!=", "left"),
            ]
        )
    )
    states = {place.partner_id: place.state for place in held}
    rows = [
        {
            "profile": profile,
            "state": states.get(profile.sudo().partner_id),
            # Roles are given to others only.
            "own": group.kind == "role"
            and profile.sudo().partner_id == env.user.sudo().partner_id,
        }
        for profile in values["people"]
    ]
    return {**values, "rows": rows, "group": group, "search": words}
