"""Opening a decision of a large circle, and the hourly clock of many decisions.

What is wanted are seconds; nothing that is made here stays.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from odoo import fields

from odoo.addons.wezer_decision.tools import clocks

from .people import FILL, FIRST, _required

# Voices, the seconds in which they are asked, and how often that is measured: of short
# times the shortest counts, as what else the machine does meanwhile is not ours.
OPENINGS = ((10_000, 0.5, 5), (100_000, 5.0, 1))
WARM = 5
OPEN, DUE, HOUR = 10_000, 50, 5.0
PROFILES = """
INSERT INTO wezer_profile (partner_id, slug, state{columns})
SELECT p, 'bench-' || p, 'active'{values}
  FROM unnest(%(people)s) p, wezer_profile t WHERE t.partner_id = %(model)s
"""
PLACES = """
INSERT INTO wezer_group_membership (group_id, partner_id, state, date_from, company_id)
SELECT %(group)s, p, 'active', '2020-01-01', %(company)s FROM unnest(%(people)s) p
"""


def rows(env: Any, quick: bool = False) -> Iterator[dict]:
    """Yield a row for opening each roll, and one for the clock."""
    with env.cr.savepoint() as everything:
        # What a process loads once (rules, formats of dates) belongs to no decision.
        _draft(env, _circle(env, _people(env, WARM))).action_announce()
        env.flush_all()
        everything.rollback()
    env.invalidate_all(flush=False)
    for voters, wanted, times in OPENINGS:
        count, spent = voters // 10 if quick else voters, []
        for _time in range(times):
            with env.cr.savepoint() as everything:
                spent.append(_opening(env, count))
                everything.rollback()
            env.invalidate_all(flush=False)
        yield _row(f"announce and open, {count:,} voices", min(spent), wanted)
    with env.cr.savepoint() as everything:
        yield _clock(env, OPEN // 10 if quick else OPEN)
        everything.rollback()
    env.invalidate_all(flush=False)


def _circle(env: Any, people: list[int]) -> Any:
    """Return a circle with these members."""
    group = env["wezer.group"].create({"name": "Bench of decisions"})
    values = {"group": group.id, "company": group.company_id.id, "people": people}
    env.flush_all()
    env.cr.execute(PLACES, values)
    env.invalidate_all()
    return group


def _draft(env: Any, group: Any) -> Any:
    admin = env.ref("base.user_admin")
    decisions = env["wezer.decision"].with_user(admin)
    vals = {"title": "Bench", "text": "A bench.", "method": "majority"}
    return decisions.browse(decisions.propose(group.id, vals))


def _people(env: Any, count: int) -> list[int]:
    """Return the contacts of the administrator and of so many new members."""
    cr, model = env.cr, env.ref("base.user_admin").partner_id
    query = FILL.format(**_required(cr, "res_partner", ["name"]))
    cr.execute(query, {"count": count, "first": FIRST, "model": model.id})
    people = [row[0] for row in cr.fetchall()]
    given = ["partner_id", "slug", "state"]
    query = PROFILES.format(**_required(cr, "wezer_profile", given))
    cr.execute(query, {"people": people, "model": model.id})
    for table in ("res_partner", "wezer_profile"):
        cr.execute(f"ANALYZE {table}")
    return [model.id, *people]


def _opening(env: Any, voters: int) -> float:
    """Return the seconds in which a decision of so many members is announced."""
    decision = _draft(env, _circle(env, _people(env, voters)))
    started = time.perf_counter()
    decision.action_announce()
    env.flush_all()
    spent = time.perf_counter() - started
    assert decision._progress()[0] == voters + 1
    return spent


def _clock(env: Any, count: int) -> dict:
    """Measure the clock with ``count`` open decisions, of which some are over."""
    group = _circle(env, _people(env, 3))
    decision = _draft(env, group).sudo()
    group._do_set_policy("decisions_circle", 9999)
    decision.with_user(env.ref("base.user_admin")).action_announce()
    env.flush_all()
    fixed = [
        name
        for name, field in decision._fields.items()
        if field.store and field.column_type and name != "id"
    ]
    columns = ", ".join(f'"{name}"' for name in fixed)
    env.cr.execute(
        f"INSERT INTO wezer_decision ({columns}) SELECT {columns}"
        " FROM wezer_decision, generate_series(1, %s) WHERE id = %s RETURNING id",
        [count, decision.id],
    )
    ids = [row[0] for row in env.cr.fetchall()]
    late = fields.Datetime.now() - timedelta(minutes=5)
    env.cr.execute(
        "UPDATE wezer_decision SET due_at = %s, closes = %s WHERE id = ANY(%s)",
        [late, late, ids[:DUE]],
    )
    env.cr.execute("ANALYZE wezer_decision")
    env.invalidate_all()
    started = time.perf_counter()
    clocks.run(env["wezer.decision"].sudo())
    env.flush_all()
    spent = time.perf_counter() - started
    closed = env["wezer.decision"].browse(ids[:DUE]).mapped("state")
    assert set(closed) == {"no_quorum"}
    return _row(f"clock, {count:,} open decisions, {DUE} due", spent, HOUR)


def _row(what: str, spent: float, wanted: float) -> dict:
    return {
        "what": what,
        "ours": f"{spent:.3f} s",
        "reference": f"wanted {wanted:g} s",
        "ratio": round(spent / wanted, 2),
        "wanted": "<= 1",
    }
