from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import flash, seen_or_404
from odoo.addons.wezer_base.tools.form_post import form_post

from ..tools.search_params import address, clean


class WezerSavedSearches(http.Controller):
    """The searches that a member keeps."""

    @http.route(
        "/market/searches",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def searches(self, **_kwargs):
        """List the user's saved searches."""
        mine = request.env["wezer.saved.search"].search(
            [("partner_id", "=", request.env.user.partner_id.id)]
        )
        return request.render(
            "wezer_marketplace.searches_page",
            {"searches": mine, "address": address, "page_name": "wezer_searches"},
        )

    @http.route(
        "/market/searches", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/market", once=True)
    def keep(self, **post):
        """Keep what is asked now."""
        filters = clean(request.env, post)
        request.env["wezer.saved.search"].keep(filters, post.get("name", ""))
        flash(request.env._("You will receive a notice when something matches."))
        return request.redirect(address(filters))

    @http.route(
        "/market/searches/<int:search_id>/stop",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/market/searches")
    def stop(self, search_id, **_post):
        """Keep it no longer."""
        seen_or_404("wezer.saved.search", search_id).stop()
        flash(request.env._("You will no longer receive notices for this search."))
        return request.redirect("/market/searches")
