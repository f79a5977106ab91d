from odoo import models


class Website(models.Model):
    _inherit = "website"

    def _search_get_details(self, search_type, order, options):
        """Extend wezer_base: the website's search finds announcements."""
        details = super()._search_get_details(search_type, order, options)
        if search_type in ("announcements", "all"):
            market = self.env["wezer.announcement"]
            details.append(market._search_get_detail(self, order, options))
        return details
