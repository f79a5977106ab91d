from odoo import api, models


class WezerInvariant(models.AbstractModel):
    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("The groups' closure is what the tree says"),
                self._check_closure,
            ),
            (
                self.env._("Rights reach as far as refusals let them"),
                self._check_reach,
            ),
            (
                self.env._("Groups are found by their names and purposes"),
                self._check_search_texts,
            ),
        ]

    def _check_search_texts(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT id, name, search_text FROM wezer_group
                WHERE search_text IS DISTINCT FROM
                      wezer_normalise(concat_ws(' ', name, purpose))"""
        )
        return self.env.cr.fetchall()

    _WALK = """WITH RECURSIVE walk AS (
                   SELECT id AS ancestor, id AS descendant, 0 AS distance
                     FROM wezer_group
                   UNION ALL
                   SELECT walk.ancestor, g.id, walk.distance + 1
                     FROM walk JOIN wezer_group g ON g.parent_id = walk.descendant
                    WHERE walk.distance < 64
               )"""

    def _check_closure(self):
        self.env.flush_all()
        self.env.cr.execute(
            self._WALK
            + """ SELECT coalesce(w.ancestor, c.ancestor_id),
                         coalesce(w.descendant, c.descendant_id)
                    FROM walk w FULL JOIN wezer_group_closure c
                      ON c.ancestor_id = w.ancestor AND c.descendant_id = w.descendant
                     AND c.distance = w.distance
                   WHERE w.ancestor IS NULL OR c.ancestor_id IS NULL
                   ORDER BY 1, 2"""
        )
        return self.env.cr.fetchall()

    def _check_reach(self):
        """Return ``(id, kept reach, reach, kept depth, depth)`` where they differ."""
        self.env.flush_all()
        self.env.cr.execute(
            """WITH RECURSIVE walk AS (
                   SELECT id, 0 AS depth, 0 AS reach FROM wezer_group
                    WHERE parent_id IS NULL
                   UNION ALL
                   SELECT g.id, walk.depth + 1,
                          CASE WHEN g.refuse_rights THEN 0 ELSE walk.reach + 1 END
                     FROM walk JOIN wezer_group g ON g.parent_id = walk.id
                    WHERE walk.depth < 64
               )
               SELECT g.id, g.rights_reach, walk.reach, g.depth, walk.depth
                 FROM walk JOIN wezer_group g ON g.id = walk.id
                WHERE g.rights_reach IS DISTINCT FROM walk.reach
                   OR g.depth IS DISTINCT FROM walk.depth
                ORDER BY 1"""
        )
        return self.env.cr.fetchall()
