from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    wezer_task_payer_id = fields.Many2one(
        related="company_id.wezer_task_payer_id", readonly=False
    )
    wezer_claims_cap = fields.Integer(
        related="company_id.wezer_claims_cap", readonly=False
    )
    wezer_hold_hours = fields.Float(
        related="company_id.wezer_hold_hours", readonly=False
    )
    wezer_auto_approve_max_value = fields.Float(
        related="company_id.wezer_auto_approve_max_value", readonly=False
    )
    wezer_two_approvals_from_value = fields.Float(
        related="company_id.wezer_two_approvals_from_value", readonly=False
    )
    wezer_three_approvals_hours = fields.Float(
        related="company_id.wezer_three_approvals_hours", readonly=False
    )
    wezer_late_cancellation_hours = fields.Integer(
        related="company_id.wezer_late_cancellation_hours", readonly=False
    )
