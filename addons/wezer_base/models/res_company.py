from odoo import fields, models

from ..tools.rights import RIGHTS


class ResCompany(models.Model):
    _inherit = "res.company"

    wezer_wallet_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_wallet_user_rel",
        string="Who pays for the community",
        help="They spend from the community's own wallets and the treasuries.",
    )
    wezer_market_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_market_user_rel",
        string="Who posts and deals for the community",
    )
    wezer_invite_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_invite_user_rel",
        string="Who invites in the community's name",
    )
    wezer_manage_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_manage_user_rel",
        string="Who manages the community's own partner",
    )
    wezer_project_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_project_user_rel",
        string="Who runs the community's own projects",
    )
    wezer_moderate_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_moderate_user_rel",
        string="Who moderates for the community's own partner",
    )
    wezer_visitors_see_members = fields.Boolean(
        string="Visitors see members",
        help="Off: who is not logged in sees no names, faces or profiles.",
    )
    wezer_terms = fields.Html(
        string="Terms of the community", translate=True, sanitize=True
    )

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals or any(
            f"wezer_{right}_user_ids" in vals for right in RIGHTS
        ):
            self.env["res.partner"]._wezer_forget_acting()
        return result

    def _wezer_actor_users(self, right):
        """Return who acts for this company's own partner and treasuries.

        Until the settings name somebody: the administrators.
        """
        self.ensure_one()
        assert right in RIGHTS
        named = self.sudo()[f"wezer_{right}_user_ids"]
        return (
            named or self.env.ref("wezer_base.group_administrator").sudo().all_user_ids
        )
