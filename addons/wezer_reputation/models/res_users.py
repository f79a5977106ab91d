from odoo import models


class ResUsers(models.Model):
    """What a user has to decide about reputation, where the base layer asks for it."""

    _inherit = "res.users"

    def _wezer_todo(self):
        """Add the rings that wait for this user's decision."""
        return super()._wezer_todo() + self.env["wezer.reputation.ring"]._todo_rows(
            self
        )
