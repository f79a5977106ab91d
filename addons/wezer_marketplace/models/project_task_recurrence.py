from odoo import api, models


class ProjectTaskRecurrence(models.Model):
    _inherit = "project.task.recurrence"

    @api.model
    def _create_next_occurrences_values(self, recurrence_by_task):
        """Repeat the task without the sub-tasks of this time's helpers."""
        return super()._create_next_occurrences_values(
            {
                task: recurrence
                for task, recurrence in recurrence_by_task.items()
                if not task._is_made_for_deal()
            }
        )
