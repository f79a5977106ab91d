from odoo import fields, models


class ProjectTask(models.Model):
    """A price and a process of the task's own; Odoo's task templates carry them."""

    _name = "project.task"
    _inherit = ["project.task", "wezer.rate.mixin"]

    wezer_currency_id = fields.Many2one(help="Empty: as the project says.")
    wezer_steps = fields.Text(string="Steps, one a line")
    wezer_done_when = fields.Char(string="What counts as done")

    def _usual_currency(self):
        return self.project_id.sudo().wezer_currency_id

    def _rate(self):
        """Return the task's own rate, else its project's."""
        own = super()._rate()
        return own if own[1] else self.project_id.sudo()._rate()
