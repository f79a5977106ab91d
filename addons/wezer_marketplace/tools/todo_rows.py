"""The rows of the market in a user's to-do list; see ``res.users._wezer_todo``."""

from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.wezer_base.tools import days

from ..models.wezer_announcement import PUBLISHED
from ..models.wezer_deal import ASKING
from . import deal_page

# So many days before it closes an announcement is in the list.
CLOSING_DAYS = 3
DEALS_MAX = 100
DISPUTES_MAX = 50
ANNOUNCEMENTS_MAX = 20
QUESTIONS_MAX = 20


def first_step(user: models.Model) -> dict:
    """Return the step of onboarding that a first answer, or a first post, fulfils."""
    env = user.env
    deals, market = env["wezer.deal"].sudo(), env["wezer.announcement"].sudo()
    partner = user.partner_id
    return {
        "text": env._("See how you can help, or post what you need"),
        "url": "/market",
        "done": bool(
            deals.search_count([("replier_id", "=", partner.id)], limit=1)
            or market.search_count([("author_id", "=", partner.id)], limit=1)
        ),
    }


def with_market(user: models.Model, rows: list[dict]) -> list[dict]:
    """Return ``rows`` with all that the market asks of ``user``."""
    rows = [*rows, *_closing(user), *_drafts(user), *_questions(user)]
    rows += [*_deals(user), *_stand_ins(user), *_disputes(user)]
    gaps = _gaps(user)
    # What begins soon without anybody is more than any other row about it.
    urls = {row["url"] for row in gaps}
    return [row for row in rows if row["url"] not in urls] + gaps


def deals_page(user: models.Model, page: int) -> list[dict]:
    """Return the rows of the deals on a later page of the list."""
    return _deals(user, page)


def has_more(user: models.Model, page: int) -> bool:
    """Return whether deals stand after those of ``page``."""
    shown = page * DEALS_MAX
    deals = user.env["wezer.deal"]
    return deals.search_count(_current_domain(deals), limit=shown + 1) > shown


def _current_domain(deals: models.Model) -> Domain:
    """Return which of the user's deals the list has."""
    recent = Domain("state", "=", "paid") & Domain(
        "dispute_deadline", ">", fields.Datetime.now()
    )
    return deals._own_deals_domain() & (Domain("state", "in", ASKING) | recent)


def _deals(user: models.Model, page: int = 1) -> list:
    """Return what deals ask of ``user``, and those that wait for others."""
    deals = user.env["wezer.deal"]
    found = deals.search(
        _current_domain(deals), limit=DEALS_MAX, offset=(page - 1) * DEALS_MAX
    )
    found._read_together()
    return [row for deal in found if (row := _deal(deal))]


def _deal(deal: models.Model) -> dict | None:
    """Return the row of ``deal``: what it asks of the user, or who is awaited."""
    asked = deal._own_questions()
    shown = {"cancel"} if "cancel" in asked else deal_page.MAIN_BUTTONS
    buttons = deal_page.buttons(deal, shown)
    if deal.state == "paid" and not buttons:
        return None
    section = "waiting"
    if buttons:
        later = deal.state == "paid" or not asked.keys() - {"work"}
        section = "soon" if later else "now"
    due = deal._agreed_due() if deal.state == "accepted" else False
    return {
        "section": section,
        "partner": deal.sudo()._other(deal._my_party()),
        "text": f"{deal.title} – {deal._turn_line()}",
        "url": f"/my/deals/{deal.id}",
        "button": buttons[0]["label"] if buttons else False,
        "due": days.day_of(deal.env, due),
    }


def _stand_ins(user: models.Model) -> list:
    """Return what ``user`` is asked to do instead of somebody else."""
    env = user.env
    return [
        {
            "section": "now",
            "partner": deal.payee_id,
            "text": env._(
                "%(title)s: %(name)s asks you to stand in",
                title=deal.title,
                name=deal.payee_id.name,
            ),
            "url": f"/my/stand-in/{deal.id}",
            "button": env._("See the details"),
            "due": days.day_of(env, deal._agreed_due()),
        }
        for deal in env["wezer.deal"]._asked_to_stand_in()
    ]


def _disputes(user: models.Model) -> list:
    """Return the disputes that wait for ``user`` as a moderator."""
    env = user.env
    disputed = env["wezer.deal"].search(
        [("is_user_moderator", "=", True)],
        order="dispute_holder_since, id",
        limit=DISPUTES_MAX,
    )
    return [
        {
            "section": "now",
            "partner": deal.sudo().author_id,
            "text": env._("%(title)s: a decision is needed", title=deal.title),
            "url": f"/my/deals/{deal.id}",
            "button": env._("Decide"),
            "due": deal.dispute_id._decide_by(),
        }
        for deal in disputed
    ]


def _closing(user: models.Model) -> list:
    """Return the announcements of those ``user`` acts for that close soon."""
    env = user.env
    market = env["wezer.announcement"]
    soon = days.today(env) + timedelta(days=CLOSING_DAYS)
    closing = market.search(
        [
            ("author_id", "in", user._acting_ids("market")),
            ("state", "in", market._state_machine.sources("expire")),
            ("expiry", "<=", soon),
        ],
        limit=ANNOUNCEMENTS_MAX,
    )
    return [
        announcement._todo_row(
            "soon",
            env._("“%(title)s” closes soon", title=announcement.title),
            env._("Renew"),
            announcement.expiry,
        )
        for announcement in closing
        if announcement.state != "full"
    ]


def _questions(user: models.Model) -> list:
    """Return the questions that wait for an answer by those ``user`` acts for."""
    env = user.env
    asked = env["wezer.announcement.question"].search(
        [
            ("announcement_id.author_id", "in", user._acting_ids("market")),
            ("announcement_id.state", "in", PUBLISHED),
            ("answer", "=", False),
        ],
        limit=QUESTIONS_MAX,
    )
    return [
        {
            "section": "now",
            # The author's side reads who asked.
            "partner": question.sudo().asker_id,
            "text": env._(
                "%(name)s asks about “%(title)s”",
                name=question.sudo().asker_id.name,
                title=question.announcement_id.title,
            ),
            "url": question._url(),
            "button": env._("Answer"),
            "due": False,
        }
        for question in asked
    ]


def _drafts(user: models.Model) -> list:
    """Return the drafts that only a person who may pay, as ``user``, can publish."""
    env = user.env
    drafts = env["wezer.announcement"].search(
        [
            ("author_id", "in", user._acting_ids("wallet")),
            ("author_id", "!=", user.partner_id.id),
            ("state", "=", "draft"),
        ],
        limit=ANNOUNCEMENTS_MAX,
    )
    return [
        draft._todo_row(
            "now",
            env._("“%(title)s” is waiting to be published", title=draft.title),
            env._("See"),
            False,
        )
        for draft in drafts
    ]


def _gaps(user: models.Model) -> list:
    """Return what begins soon and was cancelled late, of those ``user`` acts for."""
    env = user.env
    gaps = env["wezer.announcement"].search(
        [
            ("author_id", "in", user._acting_ids("market")),
            ("cancelled_late", "=", True),
        ],
        limit=ANNOUNCEMENTS_MAX,
    )
    return [
        announcement._todo_row(
            "now",
            env._("“%(title)s”: someone cancelled late", title=announcement.title),
            env._("See who could help"),
            days.day_of(env, announcement.date_start),
        )
        for announcement in gaps
    ]
