import werkzeug.exceptions

from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days

from ..tools import feeds, search_params


class WezerMarketFeed(http.Controller):
    """The market for feed readers and calendars, which do not log in.

    Whoever asks sees what a visitor sees, so that an address may be given away.
    """

    def _question(self, params):
        # Not the caller's eyes: readers keep and share what they get.
        visitor = request.env.ref("base.public_user")
        market = request.env(user=visitor.id, su=False)["wezer.announcement"]
        # Nor their clock.
        zone = days.community_zone(market.env).key
        market = market.with_context(wezer_zone=zone)
        filters = search_params.clean(market.env, params)
        try:
            return market, search_params.question(market.env, filters), filters
        except Refusal as error:
            raise werkzeug.exceptions.BadRequest(error.args[0]) from error

    def _answer(self, body, kind):
        return request.make_response(
            body,
            [("Content-Type", f"{kind}; charset=utf-8"), ("X-Robots-Tag", "noindex")],
        )

    @http.route(
        "/market/feed.atom",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        readonly=True,
    )
    def atom(self, **params):
        """Return the newest that the filters find, as Atom (RFC 4287)."""
        market, question, filters = self._question(params)
        body = feeds.atom(market, question, search_params.address(filters))
        return self._answer(body, "application/atom+xml")

    @http.route(
        "/market/feed.ics",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        readonly=True,
    )
    def calendar(self, **params):
        """Return what has a day, the next first, as iCalendar (RFC 5545)."""
        market, question, _filters = self._question(params)
        return self._answer(feeds.calendar(market, question), "text/calendar")
