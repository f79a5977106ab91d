from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    wezer_task_payer_id = fields.Many2one(
        "res.partner",
        string="Payer of tasks without a team",
        help="If this is empty, a task can only be posted if its project has a team.",
    )
    wezer_claims_cap = fields.Integer(string="Open commitments per person", default=3)
    wezer_hold_hours = fields.Float(
        string="Hours to take a place that became free", default=48.0
    )
    wezer_auto_approve_max_value = fields.Float(
        string="Automatic approval up to (hours)", default=10.0
    )
    wezer_two_approvals_from_value = fields.Float(string="Two approvals from (hours)")
    wezer_three_approvals_hours = fields.Float(string="Three approvals from (hours)")
    wezer_late_cancellation_hours = fields.Integer(
        string="Late cancellation within (hours)", default=48
    )
