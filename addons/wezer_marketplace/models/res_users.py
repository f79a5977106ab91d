from odoo import models

from ..tools import todo_rows


class ResUsers(models.Model):
    _inherit = "res.users"

    def _wezer_first_steps(self):
        """Add the first answer, or the first post."""
        return super()._wezer_first_steps() + [todo_rows.first_step(self)]

    def _wezer_todo(self):
        """Add deals, announcements and disputes that wait for this user."""
        return todo_rows.with_market(self, super()._wezer_todo())
