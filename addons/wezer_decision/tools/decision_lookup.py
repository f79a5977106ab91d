"""Which decisions wait for a user: one statement for all kinds of a list."""

from typing import Any

from odoo.tools import SQL

from ..models.wezer_objection import LIVE
from . import decision_list

# Who is hidden from whom is told by the record rules: each list filters by them.
KINDS = ("answer", "objection", "asked", "guided", "voice")


def _to_answer(user: Any, limit: int) -> SQL:
    """Return the SELECT of what the list of decisions shows as waiting for ``user``."""
    # sudo: the lists filter by the record rules.
    decisions = user.env["wezer.decision"].with_user(user).sudo()
    domain = decision_list.asked(decisions.env)
    found = decisions._search(domain, order="closes, id", limit=limit)
    return found.select(SQL("'answer'"), SQL.identifier(found.table, "id"))


def waiting_ids(user: Any, limit: int) -> dict[str, list[int]]:
    """Return the ids of what may wait for ``user``, by kind, at most ``limit`` of each.

    ``answer``: open decisions of which the user has not answered the present step;
    ``objection``: ids of objections that they raised, or answer; ``asked``: where they
    are asked to take a role; ``guided``: what they facilitate, decide after advice, or
    may try again; ``voice``: voices (ids of the roll) that wait for them as the holder
    of a mandate.
    """
    env, person = user.env, user.partner_id.id
    decisions = env["wezer.decision"]._fields
    names = (
        *("state", "method", "phase", "closes", "asked_id", "facilitator_id"),
        *("proposer_id", "is_recall", "is_shared_draft", "group_id", "decider_id"),
    )
    rows = env.execute_query(
        SQL(
            """(%(answer)s)
                UNION ALL
               (SELECT 'objection', o.id FROM wezer_objection o
                  JOIN wezer_decision d ON d.id = o.decision_id AND d.state = 'open'
                 WHERE o.state = ANY(%(live)s)
                   AND %(person)s IN (o.person_id, d.proposer_id, d.facilitator_id)
                 ORDER BY o.id LIMIT %(limit)s)
                UNION ALL
               (SELECT 'asked', d.id FROM wezer_decision d
                 WHERE d.state = 'open' AND d.asked_id = %(person)s
                 ORDER BY d.id DESC LIMIT %(limit)s)
                UNION ALL
               (SELECT 'guided', d.id FROM wezer_decision d
                  JOIN wezer_group g ON g.id = d.group_id
                 WHERE d.state = 'stuck'
                       AND (g.id = ANY(%(circles)s) OR g.partner_id = ANY(%(managed)s))
                    OR d.state = 'draft' AND d.is_shared_draft
                       AND d.is_recall IS NOT TRUE AND d.facilitator_id IS NULL
                       AND g.partner_id = ANY(%(managed)s)
                    OR d.state = 'open' AND d.decider_id = %(person)s
                       AND (d.closes <= %(now)s OR NOT EXISTS (
                           SELECT FROM wezer_decision_voter v
                            WHERE v.decision_id = d.id AND v.state = 'may'))
                    OR d.facilitator_id = %(person)s
                       AND (d.state = 'draft' AND d.proposer_id <> %(person)s
                            AND d.is_recall IS NOT TRUE
                            OR d.state = 'open' AND d.phase = 'proposing'
                            AND d.asked_id IS NULL)
                 ORDER BY d.id DESC LIMIT %(limit)s)
                UNION ALL
               (SELECT 'voice', v.voice FROM (%(voices)s) v
                  JOIN wezer_decision d ON d.id = v.decision
                   AND d.state = 'open' AND d.closes > %(now)s
                 WHERE v.state = 'may'
                 ORDER BY d.closes, d.id, v.voice LIMIT %(limit)s)""",
            answer=_to_answer(user, limit),
            voices=env["wezer.mandate"]._voices_select(user.partner_id),
            person=person,
            limit=limit,
            # As the decision reads it: pages that are read again follow the time.
            now=env["wezer.decision"]._now(),
            live=list(LIVE),
            # Who facilitates has a role in the circle.
            circles=list(env["wezer.group"].with_user(user)._user_group_ids()),
            managed=user._acting_ids("manage"),
            to_flush=(
                *(decisions[name] for name in names),
                *(
                    env["wezer.decision.voter"]._fields[name]
                    for name in ("decision_id", "person_id", "state")
                ),
                *(
                    env["wezer.objection"]._fields[name]
                    for name in ("decision_id", "person_id", "state")
                ),
            ),
        )
    )
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for kind, number in rows:
        found[kind].append(number)
    return found
