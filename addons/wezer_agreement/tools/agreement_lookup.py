"""Which agreements hold where, in SQL: asked once for several circles."""

from typing import Any

from odoo import api
from odoo.tools import SQL

from odoo.addons.wezer_fractal_groups.tools.membership_sql import is_running


def _to_flush(env: api.Environment) -> tuple:
    agreements = env["wezer.agreement"]._fields
    return (
        *(agreements[name] for name in ("group_id", "key", "state", "version_id")),
        env["wezer.group"]._fields["parent_id"],
    )


def holding_ids(env: api.Environment, group_ids: list[int]) -> list[int]:
    """Return the ids of the agreements that hold for some circles, each once.

    Of each key the nearest one, looking up from the circle.
    """
    rows = env.execute_query(
        SQL(
            """SELECT DISTINCT nearest.id FROM unnest(%s) g(id)
                 JOIN LATERAL (
                      SELECT DISTINCT ON (a.key) a.id
                        FROM wezer_group_closure c
                        JOIN wezer_agreement a ON a.group_id = c.ancestor_id
                         AND a.state = 'in_force'
                       WHERE c.descendant_id = g.id
                       ORDER BY a.key, c.distance) nearest ON true""",
            group_ids,
            to_flush=_to_flush(env),
        )
    )
    return [row[0] for row in rows]


def asked_ids(user: Any) -> list[int]:
    """Return the ids of the agreements to which ``user`` is asked to agree now.

    Those that ask all members; of the others, those to an earlier version of which the
    person has agreed.
    """
    env = user.env
    versions = env["wezer.agreement.version"]._fields
    rows = env.execute_query(
        SQL(
            """SELECT DISTINCT a.id FROM wezer_group_membership m
                 JOIN wezer_group g ON g.id = m.group_id AND g.kind = 'circle'
                  AND g.active
                 JOIN LATERAL (
                      SELECT DISTINCT ON (a.key) a.id, a.version_id
                        FROM wezer_group_closure c
                        JOIN wezer_agreement a ON a.group_id = c.ancestor_id
                         AND a.state = 'in_force'
                       WHERE c.descendant_id = m.group_id
                       ORDER BY a.key, c.distance) a ON true
                 JOIN wezer_agreement_version v ON v.id = a.version_id
                WHERE m.partner_id = %(person)s AND %(running)s
                  AND v.must_assent <> 'nobody'
                  AND NOT EXISTS (
                      SELECT 1 FROM wezer_agreement_assent s
                       WHERE s.version_id = v.id AND s.person_id = %(person)s)
                  AND (v.must_assent = 'all' OR EXISTS (
                      SELECT 1 FROM wezer_agreement_assent s
                       WHERE s.agreement_id = a.id AND s.person_id = %(person)s))""",
            person=user.partner_id.id,
            running=is_running(env),
            to_flush=(*_to_flush(env), versions["must_assent"]),
        )
    )
    return [row[0] for row in rows]


def responsible_parties(user: Any) -> frozenset[int]:
    """Return the ids of the parties that ``user`` is: their own, and their roles'."""
    filled = user.sudo().wezer_acting_parties.get("filled", frozenset())
    return frozenset(filled) | {user.partner_id.id}
