from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

LIVE = (
    "open",
    "waiting",
    "accepted",
    "delivered",
    "approved",
    "confirming",
    "disputed",
)


class WezerMarketPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "wezer_deal_count" in counters:
            values["wezer_deal_count"] = request.env["wezer.proposition"].search_count(
                self._deals_domain([("state", "in", LIVE)])
            )
        return values

    def _deals_domain(self, extra=None):
        mine = request.env.user._acting_ids("market")
        return [
            *(extra or []),
            "|",
            ("author_id", "in", mine),
            ("replier_id", "in", mine),
        ]

    @http.route(
        ["/my/deals", "/my/deals/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def wezer_deals(self, page=1, **_kwargs):
        """List one's deals, those in hand first."""
        deals = request.env["wezer.proposition"]
        domain = self._deals_domain()
        total = deals.search_count(domain)
        pager = request.website.pager(url="/my/deals", total=total, page=page, step=20)
        live = (
            deals.search(self._deals_domain([("state", "in", LIVE)]))
            if page == 1
            else deals
        )
        past = deals.search(
            self._deals_domain([("state", "in", ("paid", "ended"))]),
            limit=20,
            offset=(page - 1) * 20,
        )
        return request.render(
            "wezer_marketplace.deals_page",
            {"live": live, "past": past, "pager": pager, "page_name": "wezer_deals"},
        )
