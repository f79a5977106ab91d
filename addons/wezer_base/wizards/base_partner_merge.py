from odoo import models

from ..exceptions import Refusal


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Refuse parties: Odoo's merge hands over or deletes what is theirs."""
        profiles = self.env["wezer.profile"].sudo().with_context(active_test=False)
        if profiles.search_count([("partner_id", "in", list(partner_ids))], limit=1):
            raise Refusal(
                self.env._(
                    "Members and groups cannot be merged here. Use Wezer, Members,"
                    " Merge accounts."
                ),
                rule="merge",
            )
        return super()._merge(partner_ids, dst_partner, extra_checks)
