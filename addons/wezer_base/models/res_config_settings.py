from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    wezer_visitors_see_members = fields.Boolean(
        related="company_id.wezer_visitors_see_members", readonly=False
    )
    wezer_terms = fields.Html(related="company_id.wezer_terms", readonly=False)
    wezer_wallet_user_ids = fields.Many2many(
        related="company_id.wezer_wallet_user_ids", readonly=False
    )
    wezer_market_user_ids = fields.Many2many(
        related="company_id.wezer_market_user_ids", readonly=False
    )
