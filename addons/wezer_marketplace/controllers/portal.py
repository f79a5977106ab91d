from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.wezer_base.controllers.website import page_number

PAGE = 20
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
        readonly=True,
    )
    def wezer_deals(self, page=1, **_kwargs):
        """List one's deals, those in hand first."""
        deals = request.env["wezer.proposition"]
        done = self._deals_domain([("state", "in", ("paid", "ended"))])
        page = page_number(page)
        pager = request.website.pager(
            url="/my/deals", total=deals.search_count(done), page=page, step=PAGE
        )
        live = deals
        if page == 1:
            live = deals.search(self._deals_domain([("state", "in", LIVE)]))
            # What waits for the caller comes first: his turn has a main button.
            live = live.sorted(
                lambda deal: not any(one["main"] for one in deal._allowed_actions())
            )
        past = deals.search(done, limit=PAGE, offset=(page - 1) * PAGE)
        return request.render(
            "wezer_marketplace.deals_page",
            {"live": live, "past": past, "pager": pager, "page_name": "wezer_deals"},
        )
