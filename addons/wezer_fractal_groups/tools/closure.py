"""The closure table of the tree of groups, kept in the same transaction as the tree.

``wezer_group_closure`` holds every pair of a group and one above it, itself included,
with their distance; ``depth`` and ``rights_reach`` of a group follow from it. Create,
move and refusing rights count up a version on the root of each tree that they touch:
of two at once the second is retried.
"""

from typing import Any

from odoo import api, models

from odoo.addons.wezer_base.exceptions import Refusal

from .group_rows import MAX_DEPTH


def prepare_table(cr: Any) -> None:
    """Give the table its distance and the index of what is above, the groups room."""
    cr.execute(
        """ALTER TABLE wezer_group_closure
             ADD COLUMN IF NOT EXISTS distance integer NOT NULL DEFAULT 0"""
    )
    # A move writes the depth of all inside: with room on their pages, no index follows.
    cr.execute("ALTER TABLE wezer_group SET (fillfactor = 60)")
    # How far what is above is away is answered from the index alone.
    cr.execute("DROP INDEX IF EXISTS wezer_group_closure_descendant_idx")
    cr.execute(
        """CREATE INDEX IF NOT EXISTS wezer_group_closure_above_idx
               ON wezer_group_closure (descendant_id, ancestor_id)
          INCLUDE (distance)"""
    )


def insert(groups: models.Model) -> None:
    """Add the rows of ``groups`` that were just created, level by level.

    :raise Refusal: rule ``depth``
    """
    cr = groups.env.cr
    cr.execute(
        "SELECT DISTINCT parent_id FROM wezer_group WHERE id = ANY(%s)", [groups.ids]
    )
    touch_roots(groups.env, [row[0] for row in cr.fetchall() if row[0]])
    cr.execute(
        """INSERT INTO wezer_group_closure (ancestor_id, descendant_id, distance)
           SELECT up.ancestor_id, g.id, up.distance + 1
             FROM wezer_group g
             JOIN wezer_group_closure up ON up.descendant_id = g.parent_id
            WHERE g.id = ANY(%s)
           UNION ALL SELECT unnest(%s), unnest(%s), 0""",
        [groups.ids, groups.ids, groups.ids],
    )
    recount(groups.env, groups.ids)


def move(group: models.Model) -> None:
    """Bring the rows of ``group`` and all inside below its parent of now.

    :raise Refusal: rule ``cycle`` or ``depth``
    """
    cr = group.env.cr
    cr.execute("SELECT parent_id FROM wezer_group WHERE id = %s", [group.id])
    parent = cr.fetchone()[0] or 0
    cr.execute(
        """SELECT 1 FROM wezer_group_closure
            WHERE ancestor_id = %s AND descendant_id = %s""",
        [group.id, parent],
    )
    if cr.fetchone():
        raise Refusal(
            group.env._("A group cannot be inside one of the groups it contains."),
            rule="cycle",
        )
    _repoint(cr, group.id, parent)
    touch_roots(group.env, [group.id])
    recount(group.env, [group.id])


def _repoint(cr: Any, group: int, parent: int) -> None:
    """Change the pairs of all inside ``group`` from what was above it to ``parent``.

    Pairs with what is above it before and after stay, with another distance: writing
    them anew would ask the database for both groups of each pair once more.
    """
    cr.execute(
        "SELECT ancestor_id, distance FROM wezer_group_closure WHERE descendant_id = %s"
        " AND ancestor_id <> %s",
        [group, group],
    )
    before = dict(cr.fetchall())
    cr.execute(
        """SELECT ancestor_id, distance + 1 FROM wezer_group_closure
            WHERE descendant_id = %s""",
        [parent],
    )
    after = dict(cr.fetchall())
    gone = [one for one in before if one not in after]
    if gone:
        cr.execute(
            """DELETE FROM wezer_group_closure c USING wezer_group_closure down
                WHERE down.ancestor_id = %s AND c.descendant_id = down.descendant_id
                  AND c.ancestor_id = ANY(%s)""",
            [group, gone],
        )
    for one, distance in after.items():
        if one in before and before[one] != distance:
            cr.execute(
                """UPDATE wezer_group_closure c SET distance = c.distance + %s
                     FROM wezer_group_closure down
                    WHERE down.ancestor_id = %s AND c.ancestor_id = %s
                      AND c.descendant_id = down.descendant_id""",
                [distance - before[one], group, one],
            )
    new = [one for one in after if one not in before]
    if new:
        cr.execute(
            """INSERT INTO wezer_group_closure (ancestor_id, descendant_id, distance)
               SELECT up.id, down.descendant_id, up.distance + down.distance
                 FROM unnest(%s::int[], %s::int[]) AS up(id, distance),
                      wezer_group_closure down
                WHERE down.ancestor_id = %s""",
            [new, [after[one] for one in new], group],
        )


def touch_roots(env: api.Environment, ids: Any) -> None:
    """Count up the version on the roots above ``ids``: the lock of their trees."""
    env.cr.execute(
        """UPDATE wezer_group
              SET structure_version = coalesce(structure_version, 0) + 1
            WHERE id IN (SELECT c.ancestor_id FROM wezer_group_closure c
                           JOIN wezer_group g ON g.id = c.ancestor_id
                          WHERE c.descendant_id = ANY(%s)
                            AND g.parent_id IS NULL)""",
        [list(ids)],
    )


def recount(env: api.Environment, ids: Any) -> None:
    """Recompute depth and reach of ``ids`` and of all inside.

    :raise Refusal: rule ``depth`` where one is too deep
    """
    env.cr.execute(
        """WITH RECURSIVE walk AS (
               SELECT g.id, coalesce(p.depth + 1, 0) AS depth,
                      CASE WHEN g.refuse_rights OR p.id IS NULL THEN 0
                           ELSE p.rights_reach + 1 END AS reach
                 FROM wezer_group g LEFT JOIN wezer_group p ON p.id = g.parent_id
                WHERE g.id = ANY(%s)
               UNION ALL
               SELECT g.id, walk.depth + 1,
                      CASE WHEN g.refuse_rights THEN 0 ELSE walk.reach + 1 END
                 FROM wezer_group g JOIN walk ON g.parent_id = walk.id
           ), changed AS (
               UPDATE wezer_group g SET depth = walk.depth, rights_reach = walk.reach
                 FROM walk
                WHERE walk.id = g.id AND (g.depth, g.rights_reach)
                   IS DISTINCT FROM (walk.depth, walk.reach)
           )
           SELECT max(depth) FROM walk""",
        [list(ids)],
    )
    deepest = env.cr.fetchone()[0] or 0
    env["wezer.group"].invalidate_model(
        ["depth", "rights_reach", "ancestor_ids", "structure_version"], flush=False
    )
    env["wezer.group.membership"]._invalidate_access()
    if deepest >= MAX_DEPTH:
        raise Refusal(
            env._("Groups can be at most %(limit)s levels deep.", limit=MAX_DEPTH),
            rule="depth",
            value=str(deepest + 1),
            limit=str(MAX_DEPTH),
        )
