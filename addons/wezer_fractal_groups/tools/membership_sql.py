"""Memberships in SQL: the conditions and counts that other queries use.

Members flow up: a member of a group counts in every group above, a guest nowhere. The
table ``wezer_group_closure`` holds every pair of a group and one above it (itself
included), with their distance.
"""

from typing import Any

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days

# Above so many groups inside, members are counted by a nightly job.
COUNT_AT_ONCE = 300


def is_running(env: api.Environment, alias: str = "m", since: Any = None) -> SQL:
    """Return the condition that a membership is active and its term not over.

    :param str alias: the alias of ``wezer_group_membership`` in the query
    :param since: a date other than today
    """
    fields = env["wezer.group.membership"]._fields
    names = ("group_id", "partner_id", "state", "date_to")
    return SQL(
        "(%(m)s.state = 'active'"
        " AND (%(m)s.date_to IS NULL OR %(m)s.date_to >= %(day)s))",
        m=SQL.identifier(alias),
        day=since or days.today(env),
        to_flush=tuple(fields[name] for name in names),
    )


def is_counted(env: api.Environment, alias: str = "m") -> SQL:
    """Return the condition that a membership runs and is not a guest's."""
    return SQL(
        "(%s AND %s IS NOT TRUE)",
        is_running(env, alias),
        SQL.identifier(alias, "is_guest"),
        to_flush=env["wezer.group.membership"]._fields["is_guest"],
    )


def user_groups(env: api.Environment) -> SQL:
    """Return the SELECT of the ids of the groups in which the user counts.

    A guest counts in the group that invited them, and in none above.
    """
    membership = env["wezer.group.membership"]
    return SQL(
        """SELECT DISTINCT c.ancestor_id FROM wezer_group_membership m
             JOIN wezer_group_closure c ON c.descendant_id = m.group_id
            WHERE m.partner_id = %s AND %s
              AND (c.distance = 0 OR m.is_guest IS NOT TRUE)""",
        env.user.sudo().partner_id.id,
        is_running(env),
        to_flush=(
            membership._fields["is_guest"],
            env["wezer.group"]._fields["parent_id"],
        ),
    )


def pending_groups(env: api.Environment) -> SQL:
    """Return the SELECT of the groups that invited the user, or that they asked."""
    membership = env["wezer.group.membership"]
    pending = membership._state_machine.sources("accept_member", "accept_invitation")
    return SQL(
        """SELECT group_id FROM wezer_group_membership
            WHERE partner_id = %s AND state = ANY(%s)""",
        env.user.sudo().partner_id.id,
        list(pending),
        to_flush=(membership._fields["state"], membership._fields["partner_id"]),
    )


def member_ids(groups: models.Model) -> list[int]:
    """Return the ids of the persons who count in ``groups``, each once."""
    if not groups.ids:
        return []
    rows = groups.env.execute_query(
        SQL(
            """SELECT DISTINCT m.partner_id FROM wezer_group_membership m
                 JOIN wezer_group_closure c ON c.descendant_id = m.group_id
                WHERE c.ancestor_id = ANY(%s) AND %s""",
            groups.ids,
            is_counted(groups.env),
            to_flush=groups._fields["parent_id"],
        )
    )
    return [row[0] for row in rows]


def member_counts(groups: models.Model) -> dict[int, int]:
    """Return ``{group id: how many persons count there}``, without zeros."""
    if not groups.ids:
        return {}
    rows = groups.env.execute_query(
        SQL(
            """SELECT c.ancestor_id, count(DISTINCT m.partner_id)
                 FROM wezer_group_closure c
                 JOIN wezer_group_membership m ON m.group_id = c.descendant_id AND %s
                WHERE c.ancestor_id = ANY(%s) GROUP BY 1""",
            is_counted(groups.env),
            groups.ids,
            to_flush=groups._fields["parent_id"],
        )
    )
    return dict(rows)


def small_group_ids(groups: models.Model) -> list[int]:
    """Return the ids of those whose members are counted at once."""
    if not groups.ids:
        return []
    rows = groups.env.execute_query(
        SQL(
            """SELECT g.id FROM unnest(%s) g(id) WHERE (
                   SELECT count(*) FROM (
                       SELECT 1 FROM wezer_group_closure c WHERE c.ancestor_id = g.id
                        LIMIT %s) some_inside) <= %s""",
            groups.ids,
            COUNT_AT_ONCE + 1,
            COUNT_AT_ONCE,
            to_flush=groups._fields["parent_id"],
        )
    )
    return [row[0] for row in rows]


def large_group_ids(env: api.Environment) -> list[int]:
    """Return the ids of the groups whose members a nightly job counts."""
    rows = env.execute_query(
        SQL(
            """SELECT ancestor_id FROM wezer_group_closure
                GROUP BY 1 HAVING count(*) > %s""",
            COUNT_AT_ONCE,
            to_flush=env["wezer.group"]._fields["parent_id"],
        )
    )
    return [row[0] for row in rows]
