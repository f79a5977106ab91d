from odoo import models


class Website(models.Model):
    _inherit = "website"

    def _search_get_details(self, search_type, order, options):
        """Extend wezer_base: the website's search finds circles."""
        details = super()._search_get_details(search_type, order, options)
        if search_type in ("groups", "all"):
            groups = self.env["wezer.group"]
            details.append(groups._search_get_detail(self, order, options))
        return details
