from odoo import fields, models


class WezerDealTask(models.TransientModel):
    """Say for which task an offered help is; the deal's arrow checks and does."""

    _name = "wezer.deal.task"
    _description = "Task of an offered help"
    _inherit = ["wezer.deal.wizard.mixin", "wezer.record.mixin"]

    task_id = fields.Many2one(
        "project.task", string="Help for the task", ondelete="cascade"
    )

    def action_confirm(self):
        """Call the deal's arrow."""
        self.ensure_one()
        self.deal_id.action_name_task(self.task_id.id)
        return {"type": "ir.actions.act_window_close"}
