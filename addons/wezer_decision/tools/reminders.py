"""When those who have not answered are reminded, each time once."""

from datetime import datetime, timedelta
from typing import Any

LAST = timedelta(hours=24)
CAP = timedelta(hours=48)
# The clock comes again so soon.
SOON = timedelta(minutes=1)


def _all(decision: Any) -> list[tuple[str, datetime]]:
    """Return what is told while people answer, in the order of time.

    Half-time, whose delegation nobody carries, and the last day. Where the last day
    begins before half of the time is over, there is no half-time.
    """
    if decision.phase in ("sharing", "proposing"):
        return []
    opens, closes = decision.opens, decision.closes
    half, last = opens + (closes - opens) / 2, closes - LAST
    stages = [("last", last)]
    if half < last:
        stages.append(("half", half))
    if decision.rules.get("delegation", "none") != "none":
        # Of a shorter one, soon after it opened.
        stages.append(("cap", max(closes - CAP, opens + SOON)))
    return sorted(
        (stage for stage in stages if stage[1] > opens), key=lambda stage: stage[1]
    )


def left(decision: Any) -> list[tuple[str, datetime]]:
    """Return what is still to be told, the next first."""
    stages = _all(decision)
    words = [word for word, _moment in stages]
    done = decision.reminded
    return stages[words.index(done) + 1 :] if done in words else stages


def begin_again(decision: Any) -> None:
    """Remind again of a decision (sudo) that was given more time.

    Everybody has just been told of it: a half-time that has passed is not told, too.
    """
    half = dict(_all(decision)).get("half")
    decision.reminded = "half" if half and half <= decision._now() else False
