from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.wezer_base.controllers.website import page_number

from ..models.wezer_deal import DEAL, LIVE

PAGE = 20


class WezerMarketPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "wezer_deal_count" in counters:
            deals = request.env["wezer.deal"]
            live = deals._own_deals_domain() & Domain("state", "in", LIVE)
            values["wezer_deal_count"] = deals.search_count(live) + len(
                deals._asked_to_stand_in()
            )
        return values

    @http.route(
        ["/my/deals", "/my/deals/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_deals(self, page=1, **_kwargs):
        """List the user's deals, current ones first."""
        deals = request.env["wezer.deal"]
        mine = deals._own_deals_domain()
        done = mine & Domain("state", "in", DEAL.without(*LIVE))
        page = page_number(page)
        pager = request.website.pager(
            url="/my/deals", total=deals.search_count(done), page=page, step=PAGE
        )
        live = asked = deals
        if page == 1:
            asked = deals._asked_to_stand_in()
            live = deals.search(mine & Domain("state", "in", LIVE))
        past = deals.search(done, limit=PAGE, offset=(page - 1) * PAGE)
        shown = asked | live | past
        live, past = live.with_prefetch(shown.ids), past.with_prefetch(shown.ids)
        shown._read_together()
        # What waits for the user comes first.
        live = live.sorted(lambda deal: not deal._own_questions())
        return request.render(
            "wezer_marketplace.deals_page",
            {
                "asked": asked,
                "live": live,
                "past": past,
                "pager": pager,
                "page_name": "wezer_deals",
            },
        )
