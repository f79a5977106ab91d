from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_wallet(self, currency, create=True):
        """Return this partner's wallet in ``currency`` (sudo).

        :param currency: wezer.currency
        :param bool create: make it where it is missing
        """
        self.ensure_one()
        wallets = self.env["wezer.wallet"]
        return wallets._get(self, currency) if create else wallets._find(self, currency)
