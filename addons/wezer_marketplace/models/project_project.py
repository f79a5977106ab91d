from odoo import fields, models


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = ["project.project", "wezer.rate.mixin"]

    wezer_currency_id = fields.Many2one(
        string="Currency for tasks",
        help="Leave this empty if tasks posted from here ask for unpaid help.",
    )

    def _get_template_from_project_undo_callbacks(self):
        """Keep a project at work that has tasks on the market: its copy is a template.

        Odoo archives the project of which it makes a template.
        """
        tasks = self.sudo().with_context(active_test=False).tasks
        if tasks._on_market():
            return {}
        return super()._get_template_from_project_undo_callbacks()
