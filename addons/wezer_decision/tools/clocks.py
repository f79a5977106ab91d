"""The clock of decisions: what is due, step by step.

``due_at`` of a decision says when something happens next without anybody's act. The
scheduled action takes those that are due, the oldest first, each in a transaction of
its own; a step that was done is not due any more, so that it can run twice.
"""

from datetime import datetime, timedelta
from typing import Any

from odoo.fields import Domain

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.cron import AGAIN, for_each_due

from . import closing, integration, reminders

CRON = "wezer_decision.ir_cron_clocks"
RUNNING = ("announced", "open")
# What ends with its circle: nobody is left there to go on with it.
ENDS_WITH_CIRCLE = (*RUNNING, "stuck")


def full_hour(decision: Any, moment: datetime) -> datetime:
    """Return the next full hour, as the clocks of the community show it."""
    zone = days.community_zone(decision.env, decision.company_id)
    local = days.to_local(moment, zone)
    floor = local.replace(minute=0, second=0, microsecond=0)
    if local > floor:
        floor += timedelta(hours=1)
    return days.to_utc(floor, zone)


def next_due(decision: Any) -> datetime | bool:
    """Return when something happens next without anybody's act; False: never."""
    state = decision.state
    moments: list = []
    if state == "announced":
        moments = [decision.opens]
    elif state == "open":
        waiting = decision.waits_until and _stopped(decision)
        closes = decision.waits_until if waiting else decision.closes
        moments = [closes, decision.phase_closes]
        if decision.closes > decision._now():
            moments += [moment for _word, moment in reminders.left(decision)]
        moments += integration.due(decision)
    elif state in ("counting", "tied"):
        # At once: not by the time of now, which is later than that of this run.
        moments = [decision.closed_at]
    elif state == "challenged":
        moments = [decision.challenge_until]
    elif state == "adopted":
        moments = [decision.executes_at]
    moments = [moment for moment in moments if moment]
    return min(moments) if moments else False


def set_due(decision: Any) -> None:
    """Keep when the clock has to look next, and wake it then (sudo)."""
    due = next_due(decision)
    if decision.due_at != due:
        decision.due_at = due
    if due:
        cron = decision.env.ref(CRON, raise_if_not_found=False)
        if cron:
            # Members may not touch scheduled actions.
            cron.sudo()._trigger(at=max(due, decision._now()))


def run(decisions: Any) -> bool:
    """Do what is due, the oldest first (sudo); for the scheduled action.

    :return: whether all were reached
    """
    domain = due_domain(decisions)
    reached = for_each_due(decisions, domain, step, order="due_at, id")
    if decisions.search_count(domain, limit=1):
        decisions.env.ref(CRON).sudo()._trigger(at=decisions._now() + reminders.SOON)
    return reached


def due_domain(decisions: Any) -> Domain:
    """Return which decisions have something that is due."""
    return Domain("due_at", "<=", decisions._now()) | (
        Domain("state", "in", ENDS_WITH_CIRCLE)
        & Domain("group_id", "any", [("active", "=", False)])
    )


def step(decision: Any) -> Any:
    """Do one step that is due (sudo, locked).

    :return: ``AGAIN`` where another one is due at once
    """
    before = decision.state, decision.due_at
    if decision.state in ENDS_WITH_CIRCLE and not decision.group_id.active:
        closing.end(decision, "closed_circle")
    else:
        STEPS[decision.state](decision)
    set_due(decision)
    due = decision.due_at
    moved = (decision.state, due) != before
    return AGAIN if moved and due and due <= decision._now() else None


def _announced(decision: Any) -> None:
    decision._open()


def _open(decision: Any) -> None:
    now = decision._now()
    if decision.method in ("consent", "person"):
        integration.tick(decision)
    if decision.phase and decision.phase_closes and decision.phase_closes <= now:
        decision._end_phase()
        return
    if decision.closes <= now:
        if decision.waits_until and decision.waits_until > now and _stopped(decision):
            return
        decision._close()
        return
    due = [word for word, moment in reminders.left(decision) if moment <= now]
    if due:
        decision.reminded = due[-1]
        if "cap" in due:
            decision.env["wezer.vote.delegation"]._tell_beyond_cap(decision)
        if "last" in due:
            decision._remind_last()
        elif "half" in due:
            decision._remind_half()


def _stopped(decision: Any) -> bool:
    """Return whether what a decision waits for after its closing time is missing."""
    return decision.method == "advice" or bool(integration.live(decision))


STEPS = {
    "announced": _announced,
    "open": _open,
    "counting": lambda decision: decision._count(),
    "tied": lambda decision: decision._draw_lot(),
    "challenged": lambda decision: decision._let_stand(),
    "adopted": lambda decision: decision._execute(),
}
