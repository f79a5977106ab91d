from odoo import models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days


class ResUsers(models.Model):
    _inherit = "res.users"

    def _moderated_sql(self):
        """Return the SELECT of the circles whose own moderator this user is.

        By a role of that very circle: a dispute begins in the smallest circle, and
        those from above have it when it comes to theirs.
        """
        self.ensure_one()
        user = self.sudo()
        if not user.active or not user._wezer_may_act():
            return SQL("SELECT NULL::int WHERE FALSE")
        return SQL(
            "SELECT circle_id FROM (%s) moderators WHERE partner_id = %s",
            self.env["wezer.group"]._moderators_sql(),
            user.partner_id.id,
        )

    def _moderated_circles(self):
        """Return the circles (sudo) whose own moderator this user is."""
        rows = self.env.execute_query(self._moderated_sql())
        return self.env["wezer.group"].sudo().browse({row[0] for row in rows})


class WezerGroup(models.Model):
    _inherit = "wezer.group"

    def _moderators_sql(self):
        """Return the SELECT of ``circle_id, partner_id`` of all own moderators."""
        membership = self.env["wezer.group.membership"]
        return SQL(
            """SELECT r.parent_id AS circle_id, m.partner_id
                 FROM wezer_group_membership m
                 JOIN wezer_group r ON r.id = m.group_id
                WHERE m.state = 'active' AND r.kind = 'role' AND r.active
                  AND r.right_moderate
                  AND (m.date_to IS NULL OR m.date_to >= %s)""",
            days.today(self.env),
            to_flush=(
                *(
                    membership._fields[name]
                    for name in ("group_id", "partner_id", "state", "date_to")
                ),
                *(
                    self._fields[name]
                    for name in ("kind", "active", "parent_id", "right_moderate")
                ),
            ),
        )

    def _own_moderators(self):
        """Return the persons (sudo) who moderate by a role of this very circle."""
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id FROM (%s) moderators WHERE circle_id = %s",
                self._moderators_sql(),
                self.id,
            )
        )
        return self.env["res.partner"].sudo().browse({row[0] for row in rows})
