from odoo import fields, models


class WezerDealTask(models.TransientModel):
    """Name the task that offered help is for; the deal's action checks and does."""

    _name = "wezer.deal.task"
    _description = "Task for help offered"
    _inherit = ["wezer.deal.wizard.mixin", "wezer.record.mixin"]

    task_id = fields.Many2one(
        "project.task", string="Supported task", ondelete="cascade"
    )

    def action_confirm(self) -> dict:
        """Call the action of the deal."""
        self.ensure_one()
        self.deal_id.action_name_task(self.task_id.id)
        return {"type": "ir.actions.act_window_close"}
