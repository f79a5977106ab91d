from odoo import fields, models


class ProjectTaskType(models.Model):
    _inherit = "project.task.type"

    wezer_deal_state = fields.Selection(
        [
            ("accepted", "Being done"),
            ("delivered", "To approve"),
            ("approved", "Approved, to be paid"),
            ("paid", "Paid"),
        ],
        string="Means for the deal",
        help="A task with a deal comes here when the deal gets there. Dropping a"
        " card never moves money.",
    )
