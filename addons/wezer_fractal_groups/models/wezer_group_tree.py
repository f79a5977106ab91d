from odoo import models

from odoo.addons.wezer_base.exceptions import Refusal

MAX_DEPTH = 32
# Kept by the tree itself; nobody writes them (architecture checks, section 2).
TREE_FIELDS = {"ancestor_ids", "rights_reach", "depth", "structure_version"}


class WezerGroup(models.Model):
    """The closure table, kept in the same transaction as the tree.

    The ORM calls the ``_parent_store_*`` methods where it writes the parent,
    before the one2many children, so that roles made inside their circle's form
    find their circle's rows. Create, move and refuse count up a version on the
    root of each tree they touch: of two at once the second is retried.
    """

    _inherit = "wezer.group"

    def init(self):
        self.env.cr.execute(
            """ALTER TABLE wezer_group_closure
                 ADD COLUMN IF NOT EXISTS distance integer NOT NULL DEFAULT 0"""
        )
        # Whoever asks what is above asks how far: answered from the index alone.
        self.env.cr.execute("DROP INDEX IF EXISTS wezer_group_closure_descendant_idx")
        self.env.cr.execute(
            """CREATE INDEX IF NOT EXISTS wezer_group_closure_above_idx
                   ON wezer_group_closure (descendant_id, ancestor_id)
              INCLUDE (distance)"""
        )

    def _check_tree_vals(self, vals):
        if TREE_FIELDS & vals.keys():
            raise Refusal(
                self.env._("The tree keeps this by itself."), rule="tree_fields"
            )

    # === CALLED BY THE ORM === #

    def _parent_store_create(self):  # pylint: disable=missing-return
        super()._parent_store_create()
        cr = self.env.cr
        cr.execute(
            "SELECT DISTINCT parent_id FROM wezer_group WHERE id = ANY(%s)", [self.ids]
        )
        self._touch_roots([row[0] for row in cr.fetchall() if row[0]])
        cr.execute(
            """INSERT INTO wezer_group_closure (ancestor_id, descendant_id, distance)
               SELECT up.ancestor_id, g.id, up.distance + 1
                 FROM wezer_group g
                 JOIN wezer_group_closure up ON up.descendant_id = g.parent_id
                WHERE g.id = ANY(%s)
               UNION ALL SELECT unnest(%s), unnest(%s), 0""",
            [self.ids, self.ids, self.ids],
        )
        self._recount(self.ids)

    def _parent_store_update_prepare(self, vals_list):
        moved = super()._parent_store_update_prepare(vals_list)
        groups = self.browse()
        for group, vals in zip(self, vals_list, strict=True):
            if "parent_id" in vals:
                groups |= group
        if groups:
            self._touch_roots(groups.ids)
        return moved | groups if moved else groups

    def _parent_store_update(self):
        # There is no parent_path (``_parent_store``) for the ORM to keep here.
        for group in self:
            self._move_closure(group)

    def _move_closure(self, group):
        cr = self.env.cr
        cr.execute("SELECT parent_id FROM wezer_group WHERE id = %s", [group.id])
        parent = cr.fetchone()[0] or 0
        cr.execute(
            """SELECT 1 FROM wezer_group_closure
                WHERE ancestor_id = %s AND descendant_id = %s""",
            [group.id, parent],
        )
        if cr.fetchone():
            raise Refusal(
                self.env._("A group cannot be inside one of its own."), rule="cycle"
            )
        cr.execute(
            """DELETE FROM wezer_group_closure c
                USING wezer_group_closure down, wezer_group_closure up
                WHERE down.ancestor_id = %(id)s AND c.descendant_id = down.descendant_id
                  AND up.descendant_id = %(id)s AND up.ancestor_id <> %(id)s
                  AND c.ancestor_id = up.ancestor_id""",
            {"id": group.id},
        )
        cr.execute(
            """INSERT INTO wezer_group_closure (ancestor_id, descendant_id, distance)
               SELECT up.ancestor_id, down.descendant_id,
                      up.distance + down.distance + 1
                 FROM wezer_group_closure up, wezer_group_closure down
                WHERE up.descendant_id = %s AND down.ancestor_id = %s""",
            [parent, group.id],
        )
        self._touch_roots([group.id])
        self._recount([group.id])

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals:
            # The closure follows at the flush: who asks next must find it.
            self.flush_recordset(["parent_id"])
        if "refuse_rights" in vals:
            self.flush_recordset(["refuse_rights"])
            self._touch_roots(self.ids)
            self._recount(self.ids)
        return result

    def unlink(self):
        self._touch_roots(self.ids)
        result = super().unlink()
        self.env["wezer.group.membership"]._forget()
        return result

    # === THE ROWS === #

    def _touch_roots(self, ids):
        """Count up the version on the roots above ``ids``: the lock of their trees."""
        self.env.cr.execute(
            """UPDATE wezer_group
                  SET structure_version = coalesce(structure_version, 0) + 1
                WHERE id IN (SELECT c.ancestor_id FROM wezer_group_closure c
                               JOIN wezer_group g ON g.id = c.ancestor_id
                              WHERE c.descendant_id = ANY(%s)
                                AND g.parent_id IS NULL)""",
            [list(ids)],
        )

    def _recount(self, ids):
        """Recompute depth and reach of ``ids`` and below; refuse what is too deep."""
        cr = self.env.cr
        cr.execute(
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
               )
               UPDATE wezer_group g SET depth = walk.depth, rights_reach = walk.reach
                 FROM walk WHERE walk.id = g.id
             RETURNING walk.depth""",
            [list(ids)],
        )
        deepest = max((row[0] for row in cr.fetchall()), default=0)
        self.env["wezer.group"].invalidate_model(
            ["depth", "rights_reach", "ancestor_ids", "structure_version"], flush=False
        )
        self.env["wezer.group.membership"]._forget()
        if deepest >= MAX_DEPTH:
            raise Refusal(
                self.env._("Groups go at most %(limit)s levels deep.", limit=MAX_DEPTH),
                rule="depth",
                value=str(deepest + 1),
                limit=str(MAX_DEPTH),
            )
