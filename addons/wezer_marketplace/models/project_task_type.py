from odoo import fields, models


class ProjectTaskType(models.Model):
    _inherit = "project.task.type"

    wezer_deal_state = fields.Selection(
        [
            ("accepted", "In progress"),
            ("delivered", "To approve"),
            ("approved", "Approved, to be paid"),
            ("paid", "Paid"),
        ],
        string="State of the deal",
        help="A task with a deal moves here when its deal reaches this state."
        " Moving a card never moves money.",
    )
