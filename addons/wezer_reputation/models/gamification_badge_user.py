from odoo import api, models

from odoo.addons.wezer_base.exceptions import NotAllowed


class GamificationBadgeUser(models.Model):
    _inherit = "gamification.badge.user"

    @api.model_create_multi
    def create(self, vals_list):
        """Let nobody award badges to themselves, whatever the badge's rule allows."""
        own = [vals for vals in vals_list if vals.get("user_id") == self.env.uid]
        if own and not self.env.su:
            raise NotAllowed(
                self.env._("You cannot give yourself a badge."), rule="badge"
            )
        return super().create(vals_list)

    @api.model
    def _wezer_of(self, partner):
        """Return the awards of active badges to ``partner`` (sudo)."""
        return self.sudo().search(
            [
                ("user_id", "in", partner.sudo().user_ids.ids),
                ("badge_id.active", "=", True),
            ]
        )

    @api.model
    def _wezer_withdraw(self, partner):
        """Withdraw the badges that a score gave; those awarded by people stay."""
        self.sudo().search(
            [
                ("user_id", "in", partner.sudo().user_ids.ids),
                ("sender_id", "=", False),
                "|",
                ("badge_id.wezer_lower", ">", 0),
                ("badge_id.wezer_deals", ">", 0),
            ]
        ).unlink()
