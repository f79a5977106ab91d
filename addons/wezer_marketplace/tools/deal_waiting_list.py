"""The places of an announcement as a deal takes, holds and passes them on.

Who waits is a deal in the state ``waiting``. Where a place comes free, the announcement
offers it to the first whom it fits (``wezer.announcement._promote``); the place is then
held until a deadline. Called by the deal's methods; ``deal`` is one deal (sudo) whose
announcement is locked by the caller.
"""

from datetime import datetime, timedelta
from typing import Any

from odoo import fields
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


def take_place(deal: Any) -> None:
    """Note which of the kept places the deal takes, where the announcement has any."""
    announcement = deal.announcement_id
    if announcement.place_ids and deal not in announcement._holding():
        place = announcement._free_place(deal.replier_person_id)
        deal.place_id = place.id if place else False


def offer_place(deal: Any) -> None:
    """Give a waiting answer the free place, held until its deadline.

    Where the author chooses, it is their turn: nothing is held, and nobody has
    committed any money yet.
    """
    take_place(deal.sudo())
    deal._log("place", deal.replier_id)
    if deal.announcement_id.claim_mode == "choose":
        deal._set_state("open", turn="author")
        deal._notify(
            deal.author_id,
            "claim",
            _lt(
                "%(name)s is available: %(title)s",
                name=deal.replier_id.name,
                title=deal.title,
            ),
        )
        return
    deal._set_state("open", turn="replier", hold_deadline=next_hold_deadline(deal))
    deal._notify(
        deal.replier_id,
        "place",
        _lt(
            "A place is free for you until %(when)s: %(title)s",
            when=deal.hold_deadline,
            title=deal.title,
        ),
    )


def next_hold_deadline(deal: Any) -> datetime:
    """Return until when a place is held from now: never beyond the beginning."""
    now = fields.Datetime.now()
    deadline = now + timedelta(hours=max(deal.company_id.wezer_hold_hours, 1))
    begins = deal.announcement_id.date_start
    return min(deadline, begins) if begins and begins > now else deadline


def is_held(deal: Any) -> bool:
    """Return whether a place is held for the deal now."""
    return bool(deal.hold_deadline and deal.hold_deadline > fields.Datetime.now())


def lapse_place(deal: Any) -> None:
    """Offer the place to the next on the waiting list: its time is over.

    A counter-proposal made in time is still answered, without a place.
    """
    deal.announcement_id._lock()
    if deal.turn == "author":
        deal.hold_deadline = False
        deal.announcement_id._after_change()
        return
    deal._log("clock", deal.replier_id)
    deal._finish("expired")
    deal._notify(
        deal.replier_id,
        "place_over",
        _lt("The place held for you was passed on: %(title)s", title=deal.title),
    )


def alert_late_cancellation(deal: Any, begins: datetime | None) -> bool:
    """Alert the author's people where work that was given back begins soon.

    :return: whether they were alerted
    """
    announcement = deal.announcement_id
    hours = deal.company_id.wezer_late_cancellation_hours
    soon = fields.Datetime.now() + timedelta(hours=hours)
    free = announcement.state == "open" and announcement._has_place()
    alerts = bool(hours and begins and begins <= soon and free)
    if alerts:
        announcement._alert(deal)
    return alerts
