"""Attendance: whether the member who answered came to an appointment.

The author's side records it from the beginning on, for 14 days, and may correct it
until then; each record stays in the deal's history. It counts towards reliability
instead of what became of the work (``partner_market.commitment_outcomes``). ``deal`` is
one deal (sudo); the deal's action checks who may record.
"""

from datetime import datetime, timedelta
from typing import Any

from odoo import fields
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import Refusal

_lt = LazyTranslate(__name__)

# So many days after the end attendance may be recorded or corrected.
ATTEND_DAYS = 14
# How far the promise to come was kept; an excused person promised nothing.
KEPT: dict[str, float | None] = {"came": 1, "late": 0.5, "absent": 0, "excused": None}


def record(deal: Any, outcome: str, party: Any) -> None:
    """Record ``outcome`` for ``party``, and notify the member who answered.

    :param str outcome: ``came``, ``late``, ``absent`` or ``excused``
    :raise Refusal: for any other
    """
    if outcome not in tuple(KEPT):
        raise Refusal(
            deal.env._("Choose whether %(name)s came.", name=deal.replier_id.name),
            rule="attendance",
            value=str(outcome),
            limit=", ".join(KEPT),
        )
    if outcome == deal.attendance:
        return
    deal.write({"attendance": outcome, "attendance_date": fields.Datetime.now()})
    deal._log(f"attendance_{outcome}", party)
    deal._notify(
        deal.replier_id,
        "attendance",
        _lt("Your attendance was recorded: %(title)s", title=deal.title),
        subject="attendance",
    )


def check_days(deal: Any) -> None:
    """Check that attendance may be recorded now.

    :raise Refusal: without a date, before the beginning, and too late
    """
    env, now = deal.env, fields.Datetime.now()
    begins, deadline = recording_days(deal)
    if not begins or not deadline:
        raise Refusal(
            env._("This has no date, so attendance cannot be recorded."),
            rule="attendance",
        )
    if now < begins:
        raise Refusal(
            env._("This has not begun yet."),
            rule="date",
            limit=fields.Datetime.to_string(begins),
        )
    if now > deadline:
        raise Refusal(
            env._("Attendance can only be recorded within 14 days."),
            rule="deadline",
            limit=str(ATTEND_DAYS),
        )


def recording_days(deal: Any) -> tuple[datetime | None, datetime | None]:
    """Return from when until when attendance is recorded; nothing without a date."""
    deal = deal.sudo()
    announcement = deal.announcement_id
    begins = deal.accepted_terms_id.date_start or announcement.date_start
    if not begins:
        return None, None
    ends = max(begins, announcement.date_end or begins)
    return begins, ends + timedelta(days=ATTEND_DAYS)
