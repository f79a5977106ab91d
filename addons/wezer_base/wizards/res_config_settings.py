from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _name = "res.config.settings"
    _inherit = ["res.config.settings", "wezer.record.mixin"]
    _wezer_private_name = False
    # Checked where it is set.
    _wezer_raw = ("wezer_address",)

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
    wezer_address = fields.Char(
        string="Address of the community",
        help="Every link in an e-mail begins with this address.",
    )
    wezer_address_here = fields.Char(
        string="Address you use now", compute="_compute_wezer_address_here"
    )
    wezer_address_differs = fields.Boolean(compute="_compute_wezer_address_here")

    @api.depends("wezer_address")
    def _compute_wezer_address_here(self):
        here = self.env["ir.config_parameter"]._wezer_address_in_use()
        for settings in self:
            settings.wezer_address_here = here
            settings.wezer_address_differs = bool(here) and (
                settings.wezer_address != here
            )

    @api.model
    def get_values(self):
        """Show the address that links begin with, wherever Odoo keeps it."""
        address = self.env.company.sudo().get_base_url()
        return {**super().get_values(), "wezer_address": address}

    def set_values(self):
        """Keep the address where somebody changed it, checked."""
        result = super().set_values()
        for settings in self:
            if settings.wezer_address != settings.company_id.sudo().get_base_url():
                parameters = self.env["ir.config_parameter"]
                parameters._wezer_set_address(settings.wezer_address)
        return result
