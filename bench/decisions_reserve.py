"""What it costs that actions on a circle ask whether it decides them together."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

# So often an action is done, each way.
TIMES = 100
LEVELS = 5


def rows(env: Any, quick: bool = False) -> Iterator[dict]:
    """Yield the row of a change of a circle.

    The circle is five levels deep, and another matter is decided together at the top.
    The reference is the same action where nothing is asked.
    """
    with env.cr.savepoint() as everything:
        asked, free = _times(env, TIMES // 5 if quick else TIMES)
        everything.rollback()
    env.invalidate_all(flush=False)
    ours, reference = statistics.median(asked), statistics.median(free)
    yield {
        "what": "change a circle, asking whether it is decided together",
        "ours": f"{ours * 1000:.2f} ms",
        "reference": f"not asked {reference * 1000:.2f} ms",
        "ratio": round(ours / reference, 2),
        "wanted": "<= 1.2",
    }


def _times(env: Any, times: int) -> tuple[list[float], list[float]]:
    """Return the seconds of an action that asks, and of one that does not."""
    circle, user = _circle(env), env.ref("base.user_admin")
    mine = circle.with_user(user)
    model = type(circle)
    guard = model._why_reserved
    asked: list[float] = []
    free: list[float] = []
    for number in range(-5, times):
        for spent, asks in ((asked, guard), (free, _nothing)):
            model._why_reserved = asks
            try:
                started = time.perf_counter()
                mine.action_update({"purpose": f"{number} {asks is guard}"})
                env.flush_all()
                took = time.perf_counter() - started
            finally:
                model._why_reserved = guard
            # The first ones fill caches.
            if number >= 0:
                spent.append(took)
    return asked, free


def _nothing(*_args: Any, **_data: Any) -> None:
    return None


def _circle(env: Any) -> Any:
    """Return a circle that the administrator manages, with circles around it."""
    groups = env["wezer.group"]
    top = circle = groups.create({"name": "Bench circle"})
    for level in range(1, LEVELS):
        circle = groups.create(
            {"name": f"Bench circle {level}", "parent_id": circle.id}
        )
    role = groups.create(
        {
            "name": "Bench manager",
            "kind": "role",
            "parent_id": circle.id,
            "right_manage": True,
        }
    )
    role._do_fill(env.ref("base.user_admin").partner_id)
    top._do_set_policy("decides_spend", "majority")
    return circle
