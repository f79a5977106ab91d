"""A party's deals and announcements: its data, its outcomes, and when it leaves.

Called from the extension points of ``res.partner``; ``party`` is a partner of one,
and what is read and written is sudo: the callers have checked who may.
"""

from typing import Any

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from ..models.wezer_deal import DEAL, LIVE, NEGOTIATING
from . import deal_attendance

_lt = LazyTranslate(__name__)

# So many paid deals end the limits of newcomers.
TRIED_DEALS = 3
# Something was done: a moderator has to decide.
DELIVERED = DEAL.sources("escalate")


def deals_of(party: models.Model, *states: str) -> models.Model:
    """Return the deals (sudo) of ``party`` in one of ``states``, in all where none."""
    domain = Domain("author_id", "in", party.ids) | Domain(
        "replier_id", "in", party.ids
    )
    if states:
        domain &= Domain("state", "in", states)
    return party.env["wezer.deal"].sudo().search(domain, order="id")


def announcements_of(party: models.Model) -> models.Model:
    """Return the announcements (sudo) of ``party``."""
    market = party.env["wezer.announcement"].sudo()
    return market.search([("author_id", "in", party.ids)], order="id")


def _searches_of(party: models.Model) -> models.Model:
    searches = party.env["wezer.saved.search"].sudo()
    return searches.search([("partner_id", "in", party.ids)])


def _favourites_of(party: models.Model) -> models.Model:
    favourites = party.env["wezer.favourite"].sudo()
    return favourites.search([("partner_id", "in", party.ids)])


def _questions_of(party: models.Model) -> models.Model:
    """Return what ``party`` asked, and what it was asked (sudo)."""
    questions = party.env["wezer.announcement.question"].sudo()
    asked = Domain("asker_id", "in", party.ids)
    asked |= Domain("announcement_id.author_id", "in", party.ids)
    return questions.search(asked)


# === MESSAGES === #


def has_dealt(party: models.Model, others: models.Model) -> bool:
    """Return whether ``party`` agreed on a deal with one of ``others``."""
    deals = party.env["wezer.deal"].sudo()
    domain = Domain("date_accepted", "!=", False)
    sides = (
        Domain("author_id", "in", party.ids) & Domain("replier_id", "in", others.ids)
    ) | (Domain("author_id", "in", others.ids) & Domain("replier_id", "in", party.ids))
    return bool(deals.search_count(domain & sides, limit=1))


def is_untried(person: models.Model) -> bool:
    """Return whether ``person`` has had few deals that were paid."""
    deals = person.env["wezer.deal"].sudo()
    own = Domain("author_id", "in", person.ids) | Domain("replier_id", "in", person.ids)
    paid = deals.search_count(own & Domain("state", "=", "paid"), limit=TRIED_DEALS)
    return paid < TRIED_DEALS


# === PERSONAL DATA AND OUTCOMES === #


def personal_data(party: models.Model) -> dict:
    """Return all that the market holds about ``party``, as plain values."""
    rows = party.env["wezer.personal.data"]
    deals = deals_of(party)
    return {
        "announcements": rows._rows(
            announcements_of(party),
            ["title", "kind", "description", "category_id", "skill_ids", "price_text"]
            + ["quantity", "unit", "places", "date_publish", "date_start", "date_end"]
            + ["city", "latitude", "longitude", "steps", "done_when", "state"],
        ),
        "deals": rows._rows(
            deals,
            ["title", "kind", "author_id", "replier_id", "payer_id", "payee_id"]
            + [
                "price_text",
                "state",
                "end_reason",
                "date_state",
                "date_due",
                "due_source",
            ]
            + ["date_accepted", "date_delivered", "date_paid", "delivered_quantity"]
            + ["delivery_note"],
        ),
        "terms": [
            {
                "deal": terms.deal_id.title,
                **rows._rows(
                    terms,
                    ["round", "partner_id", "quantity", "price_text", "date_start"]
                    + ["date_due", "steps", "done_when", "message", "date"],
                )[0],
            }
            for terms in deals.terms_ids.sorted("id")
        ],
        "deal_history": [
            {
                "deal": event.deal_id.title,
                "date": event.date.isoformat(),
                "what": event.sentence,
                "note": event.note or "",
            }
            for event in deals.event_ids.sorted("id")
        ],
        "disputes": [
            {
                "deal": dispute.deal_id.title,
                **rows._rows(
                    dispute,
                    ["caller_id", "date", "reason", "state", "outcome"]
                    + ["decision_reason", "date_end"],
                )[0],
            }
            for dispute in deals.dispute_ids.sorted("id")
        ],
        "deal_messages": [
            {
                "deal": message.deal_id.title,
                "date": message.date.isoformat(),
                "who": message.partner_id.name,
                "body": message.body,
            }
            for message in deals.message_line_ids.sorted("id")
        ],
        "questions": [
            {
                "announcement": question.announcement_id.title,
                "date": question.date.isoformat(),
                "question": question.body,
                "answer": question.answer or "",
            }
            for question in _questions_of(party)
        ],
        "saved_searches": [
            {"name": search.name, "filters": search._filters()}
            for search in _searches_of(party)
        ],
        "favourites": [
            {"announcement": favourite.announcement_id.title}
            for favourite in _favourites_of(party)
        ],
    }


def commitment_outcomes(party: models.Model) -> list[tuple]:
    """Return what became of the commitments of ``party``.

    A paid deal was kept by both sides; one given back or lapsed was not kept by the
    worker. Where attendance was recorded, it counts instead of what became of the work:
    no commitment counts twice.

    :return: ``(how far it was kept, from 0 to 1, when)``
    """
    work = (
        (Domain("payee_id", "=", party.id) | Domain("payer_id", "=", party.id))
        & Domain("date_accepted", "!=", False)
        & (
            Domain("state", "=", "paid")
            | Domain("end_reason", "in", ("released", "refunded", "expired"))
        )
        & (Domain("replier_id", "!=", party.id) | Domain("attendance", "=", False))
    )
    came = Domain("replier_id", "=", party.id) & Domain("attendance", "!=", False)
    done: list[tuple[float, Any]] = []
    attended: list[tuple[float, Any]] = []
    for deal in party.env["wezer.deal"].sudo().search_fetch(work | came):
        if deal.replier_id == party and deal.attendance:
            kept = deal_attendance.KEPT[deal.attendance]
            if kept is not None:
                day = deal_attendance.recording_days(deal)[0] or deal.attendance_date
                attended.append((kept, day))
        elif deal.state == "paid":
            done.append((True, deal.date_paid or deal.date_state))
        elif deal.payee_id == party:
            done.append((False, deal.date_state))
    return done + attended


# === LEAVING === #


def leave_obstacles(party: models.Model) -> list[dict]:
    """Return what stands in the way when ``party`` leaves, or ends with it.

    :return: dicts ``text``, ``url``, ``blocks``
    """
    env, rows = party.env, []
    for deal in deals_of(party, *LIVE):
        words = {
            "title": deal.title,
            "state": deal._state_label().lower(),
            "name": deal._other(party).name,
        }
        ends = deal.state in NEGOTIATING
        rows.append(
            {
                "text": env._(
                    "“%(title)s” with %(name)s will end, because nothing was agreed.",
                    **words,
                )
                if ends
                else env._("“%(title)s” with %(name)s is %(state)s.", **words),
                "url": f"/my/deals/{deal.id}",
                "blocks": not ends,
            }
        )
    for announcement in announcements_of(party):
        if announcement.state != "ended":
            rows.append(
                {
                    "text": env._(
                        "“%(title)s” will be closed.", title=announcement.title
                    ),
                    "url": f"/market/{announcement.slug}",
                    "blocks": False,
                }
            )
    return rows


def call_moderators(party: models.Model, reason: str) -> None:
    """Call a moderator to each deal that was delivered and is not settled."""
    for deal in deals_of(party, *DELIVERED):
        deal._lock()
        deal._call_moderator(party, reason)


def cancel_agreed(party: models.Model, reason: str) -> None:
    """Cancel the agreed deals of ``party`` on which nothing was delivered."""
    for deal in deals_of(party, "accepted"):
        deal.announcement_id._lock()
        deal._lock()
        deal._log("resolve", party.env.user.partner_id, reason)
        deal._cancel()
        deal._notify_all(
            "release",
            _lt(
                "%(name)s is leaving, so this has ended: %(title)s",
                name=party.name,
                title=deal.title,
            ),
            but=party,
        )


def anonymise(party: models.Model) -> None:
    """End what is open, and delete what ``party`` wrote; what was agreed stays."""
    announcements = announcements_of(party)
    _searches_of(party).unlink()
    _favourites_of(party).unlink()
    _questions_of(party).unlink()
    for announcement in announcements.filtered(lambda post: post.state != "ended"):
        announcement._lock()
        announcement._end("closed")
    for deal in deals_of(party, *NEGOTIATING):
        deal._log("withdraw", party)
        deal._finish("withdrawn")
        deal._notify_all(
            "withdraw",
            _lt("An answer was withdrawn: %(title)s", title=deal.title),
            but=party,
        )
    # Nobody answered: nobody needs it.
    announcements.filtered(lambda post: not post.deal_ids).unlink()
    announcements.exists().write(
        {
            "description": False,
            "image_1920": False,
            "city": False,
            "latitude": 0,
            "longitude": 0,
        }
    )
    _anonymise_deals(party)


def _anonymise_deals(party: models.Model) -> None:
    """Delete what ``party`` wrote in deals."""
    env = party.env
    env["wezer.deal.message"].sudo().search([("partner_id", "in", party.ids)]).unlink()
    env["wezer.dispute"].sudo()._anonymise(party.ids)
    env.flush_all()
    # In SQL: these rows refuse every ``write``, and no decision is changed.
    for table, column in (("wezer_terms", "message"), ("wezer_deal_event", "note")):
        env.cr.execute(
            SQL(
                "UPDATE %s SET %s = NULL WHERE partner_id = %s OR person_id = %s",
                SQL.identifier(table),
                SQL.identifier(column),
                party.id,
                party.id,
            )
        )
    deals_of(party).filtered(lambda deal: deal.payee_id == party).write(
        {"delivery_note": False}
    )
    env["wezer.terms"].invalidate_model(flush=False)
    env["wezer.deal.event"].invalidate_model(flush=False)


# === TWO ACCOUNTS OF ONE PERSON === #


def independent_approvals(parties: models.Model) -> models.Model:
    """Return the approvals (sudo) by ``parties``, each without a side in its deal."""
    events = parties.env["wezer.deal.event"].sudo()
    given = [("action", "=", "approve"), ("person_id", "in", parties.ids)]
    return events.search(given).filtered(
        lambda event: event.person_id not in event.deal_id.conflicted_ids
    )


def mark_before_merge(approvals: models.Model, target: models.Model) -> None:
    """Mark those of ``approvals`` that merging put on the side of ``target``'s work."""
    approvals.env.flush_all()
    # In SQL: past events refuse every ``write``, and this changes no decision.
    approvals.env.cr.execute(
        """UPDATE wezer_deal_event e SET before_merge = TRUE
             FROM wezer_deal_conflicted_rel b
            WHERE e.id = ANY(%s) AND e.person_id = %s
              AND b.wezer_deal_id = e.deal_id AND b.res_partner_id = e.person_id""",
        [approvals.ids, target.id],
    )
    approvals.invalidate_recordset(["before_merge"], flush=False)


def merge_obstacles(party: models.Model, target: Any) -> list[str]:
    """Return why the accounts ``party`` and ``target`` cannot become one."""
    env = party.env
    own, others = deals_of(party), deals_of(target)
    reasons = [
        env._(
            "They are the two sides of “%(title)s”. Two accounts of the same"
            " person cannot have a deal with each other.",
            title=deal.title,
        )
        for deal in own & others
        if deal.state != "ended"
    ]
    answered = {
        deal.announcement_id
        for deal in others
        if deal.replier_id == target and deal.state in LIVE
    }
    reasons += [
        env._(
            "Both have answered “%(title)s”. End one of the two answers first.",
            title=deal.title,
        )
        for deal in own
        if deal.replier_id == party
        and deal.state in LIVE
        and deal.announcement_id in answered
    ]
    return reasons
