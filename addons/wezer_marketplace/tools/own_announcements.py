"""The page "My announcements": what each is, what it waits for, what can be done."""

from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain

from ..models.wezer_announcement import UNENDED
from ..models.wezer_deal import NEGOTIATING

# So many that have not ended are shown at once; more are found by their deals.
CURRENT_MAX = 200
OWN = Domain("author_id.acts_market", "=", True)


def current(env: api.Environment) -> models.BaseModel:
    """Return the user's announcements that have not ended, those of today first."""
    domain = OWN & Domain("state", "in", UNENDED)
    return env["wezer.announcement"].search(domain, limit=CURRENT_MAX)


def current_count(env: api.Environment) -> int:
    """Return how many announcements of the user have not ended."""
    domain = OWN & Domain("state", "in", UNENDED)
    return env["wezer.announcement"].search_count(domain)


def ended_count(env: api.Environment) -> int:
    """Return how many announcements of the user have ended."""
    return env["wezer.announcement"].search_count(_ended(env))


def ended(env: api.Environment, offset: int, limit: int) -> models.BaseModel:
    """Return some of the user's announcements that have ended, the newest first."""
    return env["wezer.announcement"].search(_ended(env), offset=offset, limit=limit)


def rows(announcements: Any) -> list[dict]:
    """Return what the page shows of each, read at once for all.

    :return: dicts ``announcement``, ``look``, ``price`` (a chip), ``author`` (a name,
        where it is not the user's own), ``asked`` and ``told`` (see :func:`waits`)
    """
    env = announcements.env
    looks = env["wezer.category"]._look()
    known = announcements.sudo()
    # Prices, deals and questions of all at once.
    known.mapped("price_line_ids.wezer_currency_id")
    known.mapped("deal_ids.state")
    known.mapped("question_ids.answer")
    me = env.user.partner_id
    result = []
    for announcement in announcements:
        author = announcement.sudo().author_id
        asked, told = waits(announcement)
        result.append(
            {
                "announcement": announcement,
                "look": looks[announcement.sudo().category_id.id],
                "price": announcement._price_chip(),
                "author": "" if author == me else author.display_name,
                "asked": asked,
                "told": told,
            }
        )
    return result


def waits(announcement: Any) -> tuple[list[str], list[str]]:
    """Return what ``announcement`` asks of its author, and what else it tells."""
    env, known = announcement.env, announcement.sudo()
    asked, told = [], []
    if announcement.state == "draft":
        if announcement._waits_for_wallet():
            name = known.author_id.display_name
            told.append(env._("Someone who may pay for %s has to post it.", name))
        else:
            asked.append(env._("Not posted yet. Nobody else sees it."))
        return asked, told
    to_look_at = known.deal_ids.filtered(
        lambda deal: deal.state in NEGOTIATING and deal.turn == "author"
    )
    if len(to_look_at) == 1:
        asked.append(env._("1 answer to look at"))
    elif to_look_at:
        count = len(to_look_at)
        asked.append(env._("%(count)s answers to look at", count=count))
    questions = known.question_ids.filtered(
        lambda question: not question.answer and not question.withheld
    )
    if len(questions) == 1:
        asked.append(env._("1 question to answer"))
    elif questions:
        asked.append(env._("%(count)s questions to answer", count=len(questions)))
    if announcement.state == "ended":
        told.append(announcement._why_closed())
        return asked, told
    last = announcement.date_last
    if last and last < fields.Datetime.now():
        asked.append(env._("The date has passed. Close it, or give it a new date."))
    if announcement.state == "paused":
        told.append(announcement._why_closed())
    elif announcement.state == "full":
        told.append(env._("All places are taken."))
    elif not announcement.places:
        told.append(env._("As many as like can take part."))
    elif announcement.places_left == 1:
        told.append(env._("1 place is free."))
    else:
        told.append(env._("%(count)s places are free.", count=announcement.places_left))
    return asked, told


def _ended(env: api.Environment) -> Domain:
    return OWN & Domain("state", "not in", UNENDED)
