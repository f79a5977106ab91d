from urllib.parse import urlencode as url_encode

from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.wezer_base.controllers.website import page_number, searched
from odoo.addons.wezer_base.tools.numbers import record_id

from ..models.wezer_deal import LIVE
from ..tools import deal_list, own_announcements


class WezerMarketPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "wezer_deal_count" in counters:
            deals = request.env["wezer.deal"]
            live = deals._own_deals_domain() & Domain("state", "in", LIVE)
            values["wezer_deal_count"] = deals.search_count(live) + len(
                deals._asked_to_stand_in()
            )
        if "wezer_announcement_count" in counters:
            values["wezer_announcement_count"] = own_announcements.current_count(
                request.env
            )
        return values

    @http.route(
        ["/my/deals", "/my/deals/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_deals(self, page=1, view="", party=None, search="", **_kwargs):
        """List the user's deals: open ones, those that need them, or finished ones."""
        env, page = request.env, page_number(page)
        choice = deal_list.Choice(
            view if view in deal_list.VIEWS else "", record_id(party), searched(search)
        )
        chosen = {"party": choice.party or "", "search": choice.search}
        # What others ask of the user beside their own deals comes first: a list that
        # begins with it is the one of open deals, even where none of their own is open.
        begins = page == 1 and choice.view != "done" and not any(chosen.values())
        asked = env["wezer.deal"]._asked_to_stand_in() if begins else []
        if asked and not choice.view:
            choice = choice._replace(view="open")
        found = deal_list.found(env, choice, page)
        pager = request.website.pager(
            url="/my/deals",
            total=found["total"],
            page=page,
            step=deal_list.PAGE,
            url_args={**chosen, "view": found["view"]},
        )
        return request.render(
            "wezer_marketplace.deals_page",
            {
                "asked": asked,
                "rows": deal_list.rows(found["deals"]),
                "view": found["view"],
                "choice": choice,
                "parties": deal_list.parties(env),
                "address": lambda **args: (
                    "/my/deals?"
                    + url_encode(
                        {
                            key: value
                            for key, value in {**chosen, **args}.items()
                            if value
                        }
                    )
                ),
                "pager": pager,
                "page_name": "wezer_deals",
            },
        )
