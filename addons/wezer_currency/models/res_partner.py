from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_joined(self, invitation, name):
        """Give a member's credit to whom somebody named for it invited."""
        result = super()._wezer_joined(invitation, name)
        company = invitation.company_id or self.env.company
        if invitation.inviter_id.user_ids & company._wezer_actor_users("invite"):
            # The sign-up's own step; who invited may decide about members.
            self.sudo()._wezer_profile()._give_credit()
        return result

    def _wezer_wallet(self, currency, create=True):
        """Return this partner's wallet in ``currency`` (sudo).

        :param currency: wezer.currency
        :param bool create: make it where it is missing
        """
        self.ensure_one()
        wallets = self.env["wezer.wallet"]
        return wallets._get(self, currency) if create else wallets._find(self, currency)
