from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class WezerReputationPortal(CustomerPortal):
    @http.route("/my/reputation", type="http", auth="user", website=True)
    def wezer_reputation(self, **_kwargs):
        """Show one's own score as the sum it is."""
        partner = request.env.user.partner_id
        reputation = request.env["wezer.reputation"].sudo()
        row = reputation.search(
            [("partner_id", "=", partner.id), ("criterion_id", "=", False)]
        )
        # The caller's own score: its parts are revealed assessments only.
        return request.render(
            "wezer_reputation.my_reputation",
            {
                "row": row,
                "explained": reputation._explain(partner),
                "page_name": "wezer_reputation",
            },
        )
