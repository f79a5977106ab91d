from odoo import models

from odoo.addons.wezer_base.exceptions import Refusal


class ProjectTask(models.Model):
    _inherit = "project.task"

    def _check_free(self):
        """Refuse a task that somebody works on, or that is on the market."""
        self.ensure_one()
        self._check_no_worker()
        if self.wezer_announcement_id.state in ("open", "full", "paused"):
            raise Refusal(
                self.env._("“%(name)s” is on the marketplace already.", name=self.name),
                rule="posted",
            )
