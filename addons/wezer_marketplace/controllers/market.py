from urllib.parse import urlencode

import werkzeug.exceptions

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import flash

PAGE = 20
NUMBERS = ("category", "skill", "currency", "group")
WORDS = ("words", "kind", "place", "sort", "unpaid")
TEXTS = ("title", "description", "city", "steps", "done_when")


def clean_filters(params):
    """Return the filters of an address, numbers as numbers, the rest dropped."""
    filters = {}
    for name in WORDS:
        if params.get(name):
            filters[name] = str(params[name])[:120]
    for name in NUMBERS:
        if str(params.get(name) or "").isdigit():
            filters[name] = int(params[name])
    return filters


class WezerMarket(http.Controller):
    """The market: search, read, answer, write."""

    def _parties(self, right="market"):
        """Return the partners the caller may act for here, himself first."""
        user = request.env.user
        ids = user._acting_ids(right, limit=50)
        partners = request.env["res.partner"].sudo().browse(ids)
        return partners & user.partner_id | partners - user.partner_id

    @http.route(
        ["/market", "/market/page/<int:page>"],
        type="http",
        auth="public",
        website=True,
        sitemap=True,
    )
    def market(self, page=1, **params):
        """List announcements; the filters live in the address."""
        filters = clean_filters(params)
        # Anybody may write anything into an address.
        page = int(page) if str(page).isdecimal() and len(str(page)) < 7 else 1
        offset = (max(page, 1) - 1) * PAGE
        market = request.env["wezer.announcement"]
        found, count = market._search_public(filters, offset, PAGE)
        pager = request.website.pager(
            url="/market", total=count, page=page, step=PAGE, url_args=filters
        )
        return request.render(
            "wezer_marketplace.market_page",
            {
                "announcements": found,
                "count": count,
                "pager": pager,
                "filters": filters,
                "me": request.env.user.partner_id,
                "public": request.env.user._is_public(),
                "categories": request.env["wezer.category"].search([]),
                "currencies": request.env["wezer.currency"].search([]),
                "link": lambda **change: self._link(filters, change),
            },
        )

    def _link(self, filters, change):
        params = {**filters, **change}
        return "/market?" + urlencode({k: v for k, v in params.items() if v})

    @http.route("/market/<string:slug>", type="http", auth="public", website=True)
    def announcement(self, slug, **_kwargs):
        """Show one announcement, and the box to answer."""
        announcement = self._announcement(slug)
        user = request.env.user
        mine = request.env["wezer.proposition"].browse()
        if not user._is_public():
            mine = mine.search(
                [("announcement_id", "=", announcement.id), ("state", "!=", "ended")]
            )
        return request.render(
            "wezer_marketplace.announcement_page",
            {
                "announcement": announcement,
                "author": announcement.sudo().author_id,
                "author_profile": announcement.sudo().author_id._wezer_profile(),
                "shows_names": not user._is_public()
                or request.env.company.sudo().wezer_visitors_see_members
                or announcement.sudo().author_id.is_company,
                "own": bool(
                    not user._is_public()
                    and user._acts_for(announcement.sudo().author_id, "market")
                ),
                "public": user._is_public(),
                "parties": self._parties() - announcement.sudo().author_id
                if not user._is_public()
                else [],
                "deals": mine,
                "currencies": announcement.sudo().price_line_ids.wezer_currency_id,
                "reason": ""
                if user._is_public()
                else announcement._reason_for(user.partner_id),
                "score": announcement.sudo().author_id._wezer_score(),
            },
        )

    def _announcement(self, slug):
        announcement = request.env["wezer.announcement"].search([("slug", "=", slug)])
        if not announcement:
            raise werkzeug.exceptions.NotFound()
        return announcement

    def _act(self, back, function):
        """Do ``function``; where it is refused say why on the page it came from."""
        try:
            with request.env.cr.savepoint():
                return function()
        except (UserError, AccessError) as error:
            flash(error.args[0], "warning")
            return request.redirect(back)

    @http.route(
        "/market/<string:slug>/claim",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def claim(self, slug, **post):
        """Take it as announced."""
        announcement = self._announcement(slug)

        def take():
            deal_id = announcement.action_claim(
                version=int(post.get("version") or 0),
                message=post.get("message", ""),
                currency_id=int(post.get("currency_id") or 0) or None,
                acting_partner_id=int(post.get("acting_partner_id") or 0) or None,
            )
            return request.redirect(f"/my/deals/{deal_id}")

        return self._act(f"/market/{slug}", take)

    @http.route(
        "/market/<string:slug>/propose",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def propose(self, slug, **post):
        """Answer with terms of one's own."""
        announcement = self._announcement(slug)

        def answer():
            deal_id = announcement.action_propose(
                terms_of(post),
                acting_partner_id=int(post.get("acting_partner_id") or 0) or None,
            )
            return request.redirect(f"/my/deals/{deal_id}")

        return self._act(f"/market/{slug}", answer)

    @http.route("/market/new", type="http", auth="user", website=True, methods=["GET"])
    def new(self, **params):
        """Show the form for help wanted or offered."""
        return request.render(
            "wezer_marketplace.announcement_form",
            {
                **self._form_values(),
                "announcement": None,
                "kind": params.get("kind", "want"),
            },
        )

    @http.route("/market/new", type="http", auth="user", website=True, methods=["POST"])
    def create(self, **post):
        """Publish what was written."""
        market = request.env["wezer.announcement"]

        def write():
            vals = self._vals(post)
            acting = int(post.get("acting_partner_id") or 0) or None
            new_id = market.action_create_own(vals, acting_partner_id=acting)
            flash(request.env._("It is on the market."))
            return request.redirect(f"/market/{market.browse(new_id).sudo().slug}")

        return self._act("/market/new", write)

    @http.route(
        "/market/<string:slug>/edit",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def edit(self, slug, **_params):
        """Show one's own announcement to change it."""
        announcement = self._own(slug)
        return request.render(
            "wezer_marketplace.announcement_form",
            {
                **self._form_values(),
                "announcement": announcement,
                "kind": announcement.kind,
            },
        )

    @http.route(
        "/market/<string:slug>/edit",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def save(self, slug, **post):
        """Save it; close it where that button was pressed."""
        announcement = self._own(slug)

        def write():
            if post.get("close"):
                announcement.action_close()
                flash(request.env._("Closed: nobody can answer any more."))
            else:
                announcement.action_edit(self._vals(post))
                flash(request.env._("Saved."))
            return request.redirect(f"/market/{slug}")

        return self._act(f"/market/{slug}/edit", write)

    def _own(self, slug):
        announcement = self._announcement(slug)
        if not request.env.user._acts_for(announcement.sudo().author_id, "market"):
            raise werkzeug.exceptions.NotFound()
        return announcement

    def _form_values(self):
        return {
            "categories": request.env["wezer.category"].search([]),
            "skills": request.env["wezer.skill"].search([]),
            "currencies": request.env["wezer.currency"].search([]),
            "parties": self._parties(),
        }

    def _vals(self, post):
        """Return the values of the form, and nothing else it may carry."""
        form = request.httprequest.form
        vals = {name: post.get(name, "").strip() for name in TEXTS if name in post}
        if post.get("kind") in ("want", "offer"):
            vals["kind"] = post["kind"]
        vals["category_id"] = int(post.get("category_id") or 0) or False
        vals["skill_ids"] = [
            (6, 0, [int(one) for one in form.getlist("skill_ids") if one.isdigit()])
        ]
        vals["places"] = int(post.get("places") or 1)
        vals["quantity"] = request.env["wezer.terms"]._number(post.get("quantity") or 1)
        for name, choices in (
            ("price_mode", ("one", "all")),
            ("claim_mode", ("first_come", "choose")),
            ("visibility", ("everyone", "members")),
            ("unit", ("hour", "piece", "time")),
        ):
            if post.get(name) in choices:
                vals[name] = post[name]
        for name in ("date_start", "date_end"):
            text = post.get(name, "").replace("T", " ")
            vals[name] = f"{text}:00" if len(text) == 16 else False
        vals["expiry"] = post.get("expiry") or False
        vals["prices"] = prices_of(post)
        if not vals.get("title"):
            raise UserError(request.env._("Say in a few words what it is about."))
        return vals


def prices_of(post):
    """Return ``{currency id: text}`` of the fields ``price_<id>`` that are filled."""
    return {
        int(name[6:]): text
        for name, text in post.items()
        if name.startswith("price_") and name[6:].isdigit() and text.strip()
    }


def terms_of(post):
    """Return the values of terms from a form."""
    vals = {
        name: post[name]
        for name in (
            "quantity",
            "date_start",
            "date_due",
            "steps",
            "done_when",
            "message",
        )
        if name in post
    }
    vals["prices"] = prices_of(post)
    return vals
