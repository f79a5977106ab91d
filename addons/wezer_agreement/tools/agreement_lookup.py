"""Which agreements hold where, in SQL: asked once for several circles."""

from typing import Any

from odoo import api
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_fractal_groups.tools.membership_sql import is_running


def _to_flush(env: api.Environment) -> tuple:
    agreements = env["wezer.agreement"]._fields
    return (
        *(agreements[name] for name in ("group_id", "key", "state", "version_id")),
        env["wezer.group"]._fields["parent_id"],
    )


def _nearest(group: SQL) -> SQL:
    """Return the SELECT of the agreements that hold for a circle.

    Of each key the nearest one, looking up from the circle.
    """
    return SQL(
        """SELECT DISTINCT ON (a.key) a.id, a.title, a.version_id
             FROM wezer_group_closure c
             JOIN wezer_agreement a ON a.group_id = c.ancestor_id
              AND a.state = 'in_force'
            WHERE c.descendant_id = %s
            ORDER BY a.key, c.distance""",
        group,
    )


def holding_ids(env: api.Environment, group_ids: list[int]) -> list[int]:
    """Return the ids of the agreements that hold for some circles, each once."""
    rows = env.execute_query(
        SQL(
            """SELECT DISTINCT nearest.id FROM unnest(%s) g(id)
                 JOIN LATERAL (%s) nearest ON true""",
            group_ids,
            _nearest(SQL("g.id")),
            to_flush=_to_flush(env),
        )
    )
    return [row[0] for row in rows]


def wanted_ids(env: api.Environment, group_id: int, person_id: int) -> list[int]:
    """Return the ids of the agreements to which a person agrees before they join.

    Those that hold for the circle, ask new members, and have no assent of the person to
    the version in force.
    """
    versions = env["wezer.agreement.version"]._fields
    rows = env.execute_query(
        SQL(
            """SELECT nearest.id FROM (%(nearest)s) nearest
                 JOIN wezer_agreement_version v ON v.id = nearest.version_id
                WHERE v.must_assent <> 'nobody'
                  AND NOT EXISTS (
                      SELECT 1 FROM wezer_agreement_assent s
                       WHERE s.version_id = v.id AND s.person_id = %(person)s)""",
            nearest=_nearest(SQL("%s", group_id)),
            person=person_id,
            to_flush=(*_to_flush(env), versions["must_assent"]),
        )
    )
    return [row[0] for row in rows]


def waiting_ids(user: Any, limit: int) -> dict[str, list[int]]:
    """Return the ids of the agreements that wait for ``user``, by what is to be done.

    ``assent``: those that ask all members; of the others, those to an earlier version
    of which the person has agreed. ``answer``: reviews of their circles that they have
    not answered. ``review``: those they are responsible for that are to be reviewed.
    At most ``limit`` of each; the rules say which of them the user reads.
    """
    env, person = user.env, user.partner_id.id
    agreements = env["wezer.agreement"]._fields
    versions = env["wezer.agreement.version"]._fields
    names = (
        *("title", "review_closes", "review_date", "review_result"),
        *("responsible_id", "draft_id"),
    )
    rows = env.execute_query(
        SQL(
            """(SELECT DISTINCT 'assent', a.id, a.title FROM wezer_group_membership m
                 JOIN wezer_group g ON g.id = m.group_id AND g.kind = 'circle'
                  AND g.active
                 JOIN LATERAL (%(nearest)s) a ON true
                 JOIN wezer_agreement_version v ON v.id = a.version_id
                WHERE m.partner_id = %(person)s AND %(running)s
                  AND v.must_assent <> 'nobody'
                  AND NOT EXISTS (
                      SELECT 1 FROM wezer_agreement_assent s
                       WHERE s.version_id = v.id AND s.person_id = %(person)s)
                  AND (v.must_assent = 'all' OR EXISTS (
                      SELECT 1 FROM wezer_agreement_assent s
                       WHERE s.agreement_id = a.id AND s.person_id = %(person)s))
                ORDER BY 3, 2 LIMIT %(limit)s)
                UNION ALL
               (SELECT 'answer', a.id, a.title FROM wezer_agreement a
                 WHERE a.state = 'in_force' AND a.review_closes IS NOT NULL
                   AND a.group_id = ANY(%(circles)s)
                   AND NOT EXISTS (
                       SELECT 1 FROM wezer_agreement_answer s
                        WHERE s.agreement_id = a.id AND s.person_id = %(person)s
                          AND s.is_shown IS NOT TRUE)
                 ORDER BY 3, 2 LIMIT %(limit)s)
                UNION ALL
               (SELECT 'review', a.id, a.title FROM wezer_agreement a
                  JOIN wezer_group g ON g.id = a.group_id
                 WHERE a.state = 'in_force' AND a.review_closes IS NULL
                   AND a.draft_id IS NULL
                   AND (a.review_date <= %(today)s OR a.review_result = 'wanted')
                   AND (a.responsible_id = ANY(%(parties)s)
                        OR a.responsible_id IS NULL
                       AND g.partner_id = ANY(%(managed)s))
                 ORDER BY 3, 2 LIMIT %(limit)s)""",
            nearest=_nearest(SQL("m.group_id")),
            person=person,
            limit=limit,
            today=days.today(env),
            circles=list(env["wezer.group"].with_user(user)._user_group_ids()),
            parties=list(responsible_parties(user)),
            managed=user._acting_ids("manage"),
            running=is_running(env),
            to_flush=(
                *_to_flush(env),
                *(agreements[name] for name in names),
                versions["must_assent"],
                env["wezer.agreement.answer"]._fields["is_shown"],
            ),
        )
    )
    found: dict[str, list[int]] = {"assent": [], "answer": [], "review": []}
    for what, number, _title in rows:
        found[what].append(number)
    return found


def responsible_parties(user: Any) -> frozenset[int]:
    """Return the ids of the parties that ``user`` is: their own, and their roles'."""
    filled = user.sudo().wezer_acting_parties.get("filled", frozenset())
    return frozenset(filled) | {user.partner_id.id}
