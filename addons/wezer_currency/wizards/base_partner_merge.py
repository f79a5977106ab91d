from odoo import models

from odoo.addons.wezer_base.exceptions import Refusal


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Refuse partners with wallets: Odoo's merge deletes or hands them over."""
        wallets = self.env["wezer.wallet"].sudo()
        if wallets.search_count([("partner_id", "in", list(partner_ids))], limit=1):
            raise Refusal(
                self.env._("Contacts that have wallets cannot be merged here."),
                rule="merge",
            )
        return super()._merge(partner_ids, dst_partner, extra_checks)
