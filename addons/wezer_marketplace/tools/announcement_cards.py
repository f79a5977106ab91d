"""What lists of announcements show of each, asked of the database for all at once."""

from typing import Any

from odoo.tools import SQL

from .matchmaking import Helper, format_distance, reasons_for_user


def cards(
    announcements: Any, centre: Any = None, helper: Helper | None = None
) -> list[dict]:
    """Return what the card of each announcement shows to the user.

    :param centre: where distances are counted from, ``(latitude, longitude)``; for a
        member their own place where left out
    :param helper: the user, where a page has read them already
    :return: dicts ``announcement``, ``name``, ``profile``, ``score``, ``reason``,
        ``km``, ``look`` (picture and tint of the category), ``price`` (a chip),
        ``favourite`` (None for visitors), ``pictured`` (whether it has a picture) and
        ``left`` (free places)
    """
    if not announcements:
        return []
    env = announcements.env
    public = env.user._is_public()
    authors = announcements.sudo().author_id
    # Reasons name categories, too.
    announcements.sudo().category_id._wezer_take_kept()
    scores = {} if public else authors._wezer_scores(ranked=False)
    if not public:
        helper = helper or Helper(env)
    reasons = {} if public else reasons_for_user(announcements, helper, near=False)
    centre = centre or (helper and helper.side.place)
    shown = shown_authors(announcements)
    # Filtered by the rules in memory: the profiles are read anyway.
    parties = authors.browse().union(*shown.values())
    profiles = {
        profile.sudo().partner_id.id: profile
        for profile in parties._wezer_profile().with_env(env)._filtered_access("read")
    }
    announcements.sudo().price_line_ids.wezer_currency_id._wezer_take_kept()
    looks = env["wezer.category"]._look()
    favourites = env["wezer.favourite"]._among(announcements)
    marks = _marks(announcements)
    result = []
    for announcement in announcements:
        author = announcement.sudo().author_id
        seen = shown[author]
        pictured, taken = marks[announcement.id]
        result.append(
            {
                "announcement": announcement,
                # The display name guards the names of private groups.
                "name": seen.display_name or "",
                "profile": profiles.get(seen.id),
                # Of whom the reader knows, and of no other in their place.
                "score": scores.get(author.id) if seen == author else None,
                "reason": reasons.get(announcement.id, ""),
                "km": format_distance(announcement, centre),
                "look": looks[announcement.sudo().category_id.id],
                "price": announcement._price_chip(),
                "favourite": (
                    None if favourites is None else announcement.id in favourites
                ),
                "pictured": pictured,
                "left": max(announcement.places - taken, 0),
            }
        )
    return result


def _marks(announcements: Any) -> dict[int, tuple[bool, int]]:
    """Return ``{id: (has a picture, places that are taken)}``, in one query."""
    env = announcements.env
    announcements.flush_model(["image_128"])
    # A number, of whoever has the places.
    deals = env["wezer.deal"].sudo()
    holding = deals._search(deals._holds_place())
    rows = env.execute_query(
        SQL(
            """SELECT a.id,
                      EXISTS (SELECT FROM ir_attachment p
                               WHERE p.res_model = 'wezer.announcement'
                                 AND p.res_field = 'image_128' AND p.res_id = a.id),
                      (SELECT count(*) FROM (%s) d WHERE d.announcement_id = a.id)
                 FROM unnest(%s) a(id)""",
            holding.select(
                SQL(
                    "wezer_deal.announcement_id",
                    to_flush=deals._fields["announcement_id"],
                )
            ),
            announcements.ids,
        )
    )
    return {number: (pictured, taken) for number, pictured, taken in rows}


def card_lists(
    lists: Any, centre: Any = None, helper: Helper | None = None
) -> list[list[dict]]:
    """Return the cards of several lists on one page, read at once for all of them.

    :param lists: recordsets of ``wezer.announcement``
    """
    together = lists[0].union(*lists[1:])
    by_id = {card["announcement"].id: card for card in cards(together, centre, helper)}
    return [[by_id[announcement.id] for announcement in some] for some in lists]


def shown_authors(announcements: Any) -> dict:
    """Return ``{author: the party (sudo) that the user reads in its place}``.

    A group may publish for people who do not see it: they read the community's name.
    Visitors read other names only where the community says so, or where the author is
    the community itself or a group that visitors see; else the party is empty.
    """
    env = announcements.env
    authors = announcements.sudo().author_id
    company = env.company.sudo()
    community, nobody = company.partner_id, authors.browse()
    hidden = authors.filtered("wezer_hidden")
    named = authors
    if env.user._is_public() and not company.wezer_visitors_see_members:
        # The names of all authors need their groups.
        named &= community | authors.wezer_group_ids.filtered("active").partner_id
    return {
        author: community if author in hidden else author if author in named else nobody
        for author in authors
    }
