from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    wezer_trust = fields.Selection(related="company_id.wezer_trust", readonly=False)
    wezer_reputation_seen = fields.Selection(
        related="company_id.wezer_reputation_seen", readonly=False
    )
