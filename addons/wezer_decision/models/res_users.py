from odoo import models

from ..tools import decision_todo


class ResUsers(models.Model):
    _inherit = "res.users"

    def _wezer_todo(self):
        """Extend wezer_base: add decisions that wait for this user."""
        return super()._wezer_todo() + decision_todo.rows(self)
