from odoo import models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days

# So many of one's tasks the list shows; the rest is in the back office.
SHOWN = 50


class ResUsers(models.Model):
    """Whose tasks are mine: my own, my roles' and circles', my charges'."""

    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if {"active", "group_ids", "partner_id"} & vals.keys():
            self.sudo().partner_id._wezer_keep_following()
        return result

    def _wezer_duty_ids(self, kinds=("role", "circle")):
        """Return the ids of partners whose tasks this user sees as his.

        Himself, those who named him to act for them, and the groups he is counted
        in: a role's task is its fillers', a circle's is its members'.

        :param kinds: which groups count
        :rtype: list[int]
        """
        self.ensure_one()
        user = self.sudo()
        if not user._wezer_may_act():
            return []
        query = SQL(
            "SELECT %s::int UNION (%s) UNION"
            " SELECT partner_id FROM wezer_group WHERE kind = ANY(%s) AND id = ANY(%s)",
            user.partner_id.id,
            self.env["wezer.mandate"]._acting_select(user, "market"),
            list(kinds),
            list(self.env["wezer.group"].with_user(self)._my_ids()),
        )
        return [row[0] for row in self.env.execute_query(query)]

    def _wezer_review_ids(self):
        """Return the ids of partners in whose name this user reviews tasks.

        Himself, his charges and the roles he fills; for a circle, who holds
        ``project`` there.

        :rtype: list[int]
        """
        self.ensure_one()
        return list({*self._wezer_duty_ids(("role",)), *self._acting_ids("project")})

    def _wezer_todo(self):
        """Add the open tasks that are this user's, and that no deal tells of."""
        rows = super()._wezer_todo()
        tasks = (
            self.env["project.task"]
            .sudo()
            .search(
                [
                    ("assignee_partner_id", "in", self._wezer_duty_ids(("role",))),
                    ("is_closed", "=", False),
                    ("project_id", "!=", False),
                    ("is_template", "=", False),
                ],
                order="date_deadline, id",
                limit=SHOWN,
            )
        )
        for task in tasks.filtered(lambda one: not one._has_own_worker()):
            rows.append(
                {
                    "section": "soon",
                    "partner": task.assignee_partner_id,
                    "text": f"{task.project_id.name}: {task.name}",
                    "url": task._wezer_page(self),
                    "button": False,
                    "due": days.day_of(self.env, task.date_deadline),
                }
            )
        return rows
