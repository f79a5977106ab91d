from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Only the partners of hidden groups, see _wezer_with_visible_name().
    _wezer_private_name = True

    # At most one; a list, so that those of many partners are read at once.
    wezer_group_ids = fields.One2many(
        "wezer.group",
        "partner_id",
        string="Group",
        groups=fields.NO_ACCESS,
        context={"active_test": False},
        copy=False,
    )
    # The partner of a group that does not show itself to the user.
    wezer_hidden = fields.Boolean(
        compute="_compute_wezer_hidden",
        search="_search_wezer_hidden",
        compute_sudo=True,
    )

    @api.model
    def _wezer_invalidate_acting(self):
        """Drop what is cached of who is in which group, and sees which, too."""
        self.env["res.users"].invalidate_model(
            ["wezer_groups_kept", "wezer_groups_seen"], flush=False
        )
        return super()._wezer_invalidate_acting()

    def _wezer_read_together(self):
        result = super()._wezer_read_together()
        self.sudo().mapped("wezer_group_ids")
        return result

    @api.model
    def _wezer_tie_selects(self):
        """Add who filled a role with rights over money, the market or the group."""
        filled = SQL(
            """SELECT m.partner_id, r.partner_id AS own, r.parent_id,
                      m.date_from::timestamp AS since,
                      coalesce(m.date_to + interval '1 day',
                               CASE WHEN m.state = 'left' THEN m.write_date END,
                               'infinity'::timestamp) AS until,
                      coalesce(m.write_date, m.create_date) AS recorded
                 FROM wezer_group_membership m
                 JOIN wezer_group r ON r.id = m.group_id AND r.kind = 'role'
                WHERE m.state IN ('active', 'left')
                  AND (r.right_wallet OR r.right_market OR r.right_manage)"""
        )
        return [
            *super()._wezer_tie_selects(),
            SQL("SELECT partner_id, own, since, until, recorded FROM (%s) own", filled),
            SQL(
                """SELECT f.partner_id, d.partner_id, f.since, f.until, f.recorded
                     FROM (%s) f
                     JOIN wezer_group_closure c ON c.ancestor_id = f.parent_id
                     JOIN wezer_group d ON d.id = c.descendant_id
                    WHERE d.kind = 'circle' AND c.distance <= d.rights_reach""",
                filled,
            ),
        ]

    def _wezer_hidden_sql(self):
        """Return the SELECT of the partners of groups the user may not see."""
        groups = self.env["wezer.group"].with_user(self.env.uid)
        # Only groups that can be hidden at all: what all members see is the most.
        closed = ["parents", "members"]
        if self.env.user._is_public():
            closed.append("network")
        visible = groups.with_context(active_test=False)._search(
            [("visibility", "in", closed)]
        )
        return SQL(
            """SELECT partner_id FROM wezer_group
                WHERE visibility = ANY(%s) AND id NOT IN %s""",
            closed,
            visible.subselect(),
            to_flush=(groups._fields["partner_id"], groups._fields["visibility"]),
        )

    @api.depends_context("uid")
    def _compute_wezer_hidden(self):
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id FROM (%s) hidden WHERE partner_id = ANY(%s)",
                self._wezer_hidden_sql(),
                self._origin.ids,
            )
        )
        hidden = {row[0] for row in rows}
        for partner in self:
            partner.wezer_hidden = partner._origin.id in hidden

    def _search_wezer_hidden(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", SQL("(%s)", self._wezer_hidden_sql()))

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Keep the name of a private group from those who may not see it."""
        result = super()._compute_display_name()
        for partner in self - self._wezer_with_visible_name():
            partner.display_name = self.env._("Private group")
        return result

    def _wezer_with_visible_name(self):
        """Return the partners that are not of a group hidden from the user."""
        if self.env.uid == SUPERUSER_ID:
            return self
        return self.filtered(lambda partner: not partner.wezer_hidden)

    def _wezer_name_visible_sql(self, alias):
        return SQL(
            "%s NOT IN (%s)", SQL.identifier(alias, "id"), self._wezer_hidden_sql()
        )

    def _wezer_is_party(self):
        return super()._wezer_is_party() or bool(
            self.env["wezer.group"]._of_partner(self)
        )

    def _wezer_partners_above(self):
        """Return the partners of the groups around this one, nearest first."""
        self.ensure_one()
        partners = super()._wezer_partners_above()
        group = self.env["wezer.group"]._of_partner(self)
        while group.parent_id:
            group = group.parent_id
            partners |= group.partner_id
        return partners

    def _wezer_circles_of(self):
        """Return the circles this partner counts in (sudo), of all sizes.

        A person where he is a member, and above; a group or role in what is
        around it, never in itself. Guests count nowhere.

        :rtype: wezer.group
        """
        self.ensure_one()
        group = self.env["wezer.group"]
        membership = self.env["wezer.group.membership"]
        rows = self.env.execute_query(
            SQL(
                """SELECT g.id FROM (
                       SELECT c.ancestor_id FROM wezer_group_membership m
                         JOIN wezer_group_closure c ON c.descendant_id = m.group_id
                        WHERE m.partner_id = %(me)s AND m.state = 'active'
                          AND m.is_guest IS NOT TRUE
                          AND (m.date_to IS NULL OR m.date_to >= %(today)s)
                        UNION
                       SELECT c.ancestor_id FROM wezer_group own
                         JOIN wezer_group_closure c ON c.descendant_id = own.id
                        WHERE own.partner_id = %(me)s AND c.distance > 0
                   ) around JOIN wezer_group g ON g.id = around.ancestor_id
                    WHERE g.kind = 'circle' AND g.active""",
                me=self.id,
                today=days.today(self.env),
                to_flush=(
                    *(
                        membership._fields[name]
                        for name in (
                            "group_id",
                            "partner_id",
                            "state",
                            "date_to",
                            "is_guest",
                        )
                    ),
                    *(
                        group._fields[name]
                        for name in ("partner_id", "parent_id", "kind", "active")
                    ),
                ),
            )
        )
        return group.sudo().browse([row[0] for row in rows])

    def _wezer_actor_partners(self, right):
        """For a group's partner: the persons whose roles carry ``right`` to it."""
        self.ensure_one()
        group = self.env["wezer.group"]._of_partner(self)
        if not group:
            return super()._wezer_actor_partners(right)
        if group.kind == "role":
            fillers = group._direct_members()
            if fillers:
                return fillers
        circle = group._circle()
        membership = self.env["wezer.group.membership"]
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT m.partner_id FROM wezer_group_membership m
                     JOIN wezer_group r ON r.id = m.group_id AND r.kind = 'role'
                      AND r.active AND %s
                     JOIN wezer_group_closure c ON c.ancestor_id = r.parent_id
                     JOIN wezer_group d ON d.id = c.descendant_id
                    WHERE d.id = %s AND c.distance <= d.rights_reach
                      AND m.state = 'active'
                      AND (m.date_to IS NULL OR m.date_to >= %s)""",
                SQL.identifier("r", f"right_{right}"),
                circle.id,
                days.today(self.env),
                to_flush=(membership._fields["state"], membership._fields["date_to"]),
            )
        )
        return self.browse([row[0] for row in rows])
