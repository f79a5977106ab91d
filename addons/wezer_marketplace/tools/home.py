"""The market on the home of a member; see ``res.users._wezer_dashboard``."""

from odoo import fields, models

from .announcement_cards import cards
from .matchmaking import Helper

# So many announcements that fit are shown, and so many dates and news.
FITTING = 3
ROWS = 5
# Deals are read for their dates up to so many.
DEALS = 60


def fitting(user: models.Model, party: models.Model) -> list[dict]:
    """Return cards of open wants that fit the user; none while acting for others."""
    if party != user.partner_id or not user._wezer_may_act():
        return []
    helper = Helper(user.env)
    found = user.env["wezer.announcement"]._fitting(FITTING, helper)
    return cards(found, helper=helper)


def dates(user: models.Model, party: models.Model) -> list[dict]:
    """Return when ``party`` does or gets something next, the next one first."""
    env, now = user.env, fields.Datetime.now()
    deals = env["wezer.deal"].search(
        [
            ("state", "=", "accepted"),
            "|",
            "|",
            ("author_id", "=", party.id),
            ("replier_id", "=", party.id),
            ("coworker_ids", "in", party.ids),
        ],
        order="id desc",
        limit=DEALS,
    )
    deals._read_together()
    rows, seen = [], set()
    for deal in deals.sudo():
        terms, announcement = deal.accepted_terms_id, deal.announcement_id
        moment = terms.date_start or announcement.date_start or terms.date_due
        if moment and moment >= now:
            seen.add(announcement.id)
            rows.append(
                {"date": moment, "text": deal.title, "url": f"/my/deals/{deal.id}"}
            )
    own = env["wezer.announcement"].search_fetch(
        [
            ("author_id", "=", party.id),
            ("state", "in", ("open", "full")),
            ("date_start", ">=", now),
            ("id", "not in", list(seen)),
        ],
        order="date_start, id",
        limit=ROWS,
    )
    rows += [
        {"date": one.date_start, "text": one.title, "url": f"/market/{one.slug}"}
        for one in own
    ]
    return sorted(rows, key=lambda row: row["date"])[:ROWS]


def news(user: models.Model, party: models.Model) -> list[dict]:
    """Return the latest open announcements of the circles of ``user``."""
    if party != user.partner_id:
        return []
    env = user.env
    groups = env["wezer.group"].search(
        [("is_user_member", "=", True), ("kind", "=", "circle")]
    )
    latest = env["wezer.announcement"].search_fetch(
        [
            ("author_id", "in", groups.sudo().partner_id.ids),
            ("state", "=", "open"),
        ],
        order="id desc",
        limit=ROWS,
    )
    return [
        {
            "date": one.create_date,
            "text": one.title,
            "url": f"/market/{one.slug}",
            "icon": "fa-bullhorn",
            # The caller is a member of this circle.
            "from": one.sudo().author_id.name,
        }
        for one in latest
    ]
