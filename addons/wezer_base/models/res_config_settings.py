from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    wezer_visitors_see_members = fields.Boolean(
        related="company_id.wezer_visitors_see_members", readonly=False
    )
    wezer_map_url = fields.Char(related="company_id.wezer_map_url", readonly=False)
    wezer_map_attribution = fields.Char(
        related="company_id.wezer_map_attribution", readonly=False
    )
    wezer_tz = fields.Selection(related="company_id.wezer_tz", readonly=False)
    wezer_approval = fields.Selection(
        related="company_id.wezer_approval", readonly=False
    )
    wezer_invitations = fields.Selection(
        related="company_id.wezer_invitations", readonly=False
    )
    wezer_invite_pending = fields.Integer(
        related="company_id.wezer_invite_pending", readonly=False
    )
    wezer_invite_daily = fields.Integer(
        related="company_id.wezer_invite_daily", readonly=False
    )
    wezer_digest = fields.Selection(related="company_id.wezer_digest", readonly=False)
    wezer_terms = fields.Html(related="company_id.wezer_terms", readonly=False)
    wezer_wallet_user_ids = fields.Many2many(
        related="company_id.wezer_wallet_user_ids", readonly=False
    )
    wezer_market_user_ids = fields.Many2many(
        related="company_id.wezer_market_user_ids", readonly=False
    )
    wezer_invite_user_ids = fields.Many2many(
        related="company_id.wezer_invite_user_ids", readonly=False
    )
