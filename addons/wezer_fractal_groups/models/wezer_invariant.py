from odoo import api, models


class WezerInvariant(models.AbstractModel):
    """What the tree of groups, their memberships and rights always are."""

    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("The stored levels of the groups agree with the tree"),
                self._check_closure,
            ),
            (
                self.env._(
                    "Permissions from above apply except where a circle refuses them"
                ),
                self._check_reach,
            ),
            (
                self.env._("Groups can be found by their name and purpose"),
                self._check_search_texts,
            ),
            (
                self.env._("Each role is inside a circle and contains nothing"),
                self._check_role_places,
            ),
            (
                self.env._("Only roles have permissions"),
                self._check_rights_carried,
            ),
            (
                self.env._("A group has exactly one contact, which is not a person"),
                self._check_group_partners,
            ),
            (
                self.env._("Leads and representatives also count in the circle above"),
                self._check_double_links,
            ),
            (
                self.env._("The contact of a group has the name of the group"),
                self._check_group_names,
            ),
            (
                self.env._("A closed group has no members"),
                self._check_closed,
            ),
            (
                self.env._(
                    "A circle is visible to no more people than the circle around"
                    " it, unless someone chose otherwise"
                ),
                self._check_seen_beyond,
            ),
            (
                self.env._("Each group is what its history says"),
                self._check_group_history,
            ),
            (
                self.env._("People have the roles that the history of groups says"),
                self._check_role_history,
            ),
            (
                self.env._("Members of a group are notified of its projects and tasks"),
                self.env["wezer.group.follower.sync"].sudo()._out_of_step,
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

    def _check_seen_beyond(self):
        """Return ``(id, visibility, id of the circle around it, its visibility)``."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT g.id, g.visibility, p.id, p.visibility FROM wezer_group g
                 JOIN wezer_group p ON p.id = g.parent_id
                WHERE array_position(%(seen)s, g.visibility::text)
                      < array_position(%(seen)s, p.visibility::text)
                  AND g.visibility IN ('public', 'network')
                  AND g.seen_beyond_parent IS NOT TRUE""",
            {"seen": ["public", "network", "parents", "members"]},
        )
        return self.env.cr.fetchall()

    def _check_role_places(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT g.id, g.parent_id FROM wezer_group g
                 LEFT JOIN wezer_group p ON p.id = g.parent_id
                WHERE p.kind = 'role' OR (g.kind = 'role' AND p.id IS NULL)"""
        )
        return self.env.cr.fetchall()

    def _check_rights_carried(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT id FROM wezer_group WHERE kind <> 'role' AND
                      (right_wallet OR right_market OR right_invite
                       OR right_manage OR right_project OR right_moderate)"""
        )
        return self.env.cr.fetchall()

    def _check_group_partners(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT g.id, g.partner_id FROM wezer_group g
                 JOIN res_users u ON u.partner_id = g.partner_id
                UNION ALL
               SELECT m.group_id, m.partner_id FROM wezer_group_membership m
                 JOIN wezer_group g ON g.partner_id = m.partner_id"""
        )
        return self.env.cr.fetchall()

    def _check_double_links(self):
        """Return leads and representatives without an active place above."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT m.id, m.partner_id, up.id FROM wezer_group_membership m
                 JOIN wezer_group r ON r.id = m.group_id AND r.kind = 'role'
                  AND r.link <> 'none' AND r.active
                 JOIN wezer_group c ON c.id = r.parent_id
                 JOIN wezer_group up ON up.id = c.parent_id
                WHERE m.state = 'active' AND NOT EXISTS (
                      SELECT 1 FROM wezer_group_membership a
                       WHERE a.group_id = up.id AND a.partner_id = m.partner_id
                         AND a.state = 'active')"""
        )
        return self.env.cr.fetchall()

    def _check_group_names(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT g.id, g.name, p.name FROM wezer_group g
                 JOIN res_partner p ON p.id = g.partner_id
                WHERE p.name IS DISTINCT FROM g.name"""
        )
        return self.env.cr.fetchall()

    def _check_closed(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT g.id, m.id, m.state FROM wezer_group_membership m
                 JOIN wezer_group g ON g.id = m.group_id AND g.active IS NOT TRUE
                WHERE m.state <> 'left'"""
        )
        return self.env.cr.fetchall()

    def _check_group_history(self):
        """Return ``(group, event)``: another end, or events that do not join up."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT g.id, latest.id
                 FROM wezer_group g
                 LEFT JOIN LATERAL (
                      SELECT id, after FROM wezer_group_event e
                       WHERE e.group_id = g.id AND after IS NOT NULL
                       ORDER BY id DESC LIMIT 1) latest ON true
                WHERE latest.after IS DISTINCT FROM jsonb_build_object(
                      'name', g.name, 'kind', g.kind, 'parent', g.parent_id,
                      'active', coalesce(g.active, false), 'link', g.link)
                UNION ALL
               SELECT group_id, id FROM (
                      SELECT id, group_id, before,
                             lag(after) OVER (PARTITION BY group_id ORDER BY id) AS old
                        FROM wezer_group_event WHERE after IS NOT NULL) chain
                WHERE before IS DISTINCT FROM old
                ORDER BY 1, 2"""
        )
        return self.env.cr.fetchall()

    def _check_role_history(self):
        """Return ``(membership, event)``: a role held, or not, beside the history."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT m.id, latest.id
                 FROM (SELECT m.id, m.group_id, m.partner_id, m.date_to
                         FROM wezer_group_membership m
                         JOIN wezer_group g ON g.id = m.group_id AND g.kind = 'role'
                        WHERE m.state = 'active') m
                 FULL JOIN (
                      SELECT * FROM (
                             SELECT DISTINCT ON (membership) *
                               FROM wezer_group_event WHERE membership IS NOT NULL
                              ORDER BY membership, id DESC) each
                       WHERE kind <> 'role_ended' AND person_id IS NOT NULL) latest
                   ON latest.membership = m.id
                WHERE (m.group_id, m.partner_id, m.date_to) IS DISTINCT FROM
                      (latest.group_id, latest.person_id, latest.until)
                ORDER BY 1, 2"""
        )
        return self.env.cr.fetchall()
