from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    wezer_task_payer_id = fields.Many2one(
        "res.partner",
        string="Who pays for tasks without a team",
        help="Empty: a task can be posted only where its project has a team.",
    )
    wezer_claims_cap = fields.Integer(string="Open claims a person may have", default=3)
    wezer_hold_hours = fields.Float(
        string="Hours to take a place that came free", default=48.0
    )
    wezer_auto_approve_max_value = fields.Float(
        string="Silence approves up to (hours)", default=10.0
    )
    wezer_two_approvals_from_value = fields.Float(string="Two approve from (hours)")
    wezer_three_approvals_hours = fields.Float(string="Three approve from (hours)")
    wezer_late_cancellation_hours = fields.Integer(
        string="Giving back is late within (hours)", default=48
    )
