import werkzeug.exceptions

from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import (
    flash,
    page_number,
    waiting_page,
)
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.forms import local_page
from odoo.addons.wezer_base.tools.locks import wait_in_line
from odoo.addons.wezer_base.tools.numbers import numbered, whole
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH

from ..tools import announcement_page, market_page
from ..tools.search_sql import COUNTED
from .form import (
    announcement_of,
    copied_in_form,
    shown_in_form,
    terms_of,
    to_local,
)


class WezerMarket(http.Controller):
    """The market: search, read, answer, write."""

    @http.route(
        ["/market", "/market/page/<int:page>"],
        type="http",
        auth="public",
        website=True,
        sitemap=True,
        readonly=True,
    )
    def market(self, page=1, **params):
        """Show announcements; the filters and the view live in the address."""
        page = page_number(page)
        values = market_page.page_values(request.env, params, page)
        values["pager"] = request.website.pager(
            url="/market",
            total=min(values["count"], COUNTED),
            page=page,
            step=market_page.PAGE,
            url_args=values["filters"],
        )
        return request.render("wezer_marketplace.market_page", values)

    @http.route(
        "/market/<string:slug>/favourite",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/market/{slug}")
    def favourite(self, slug, **post):
        """Make it one of the member's favourites, or take it out of them."""
        announcement = self._announcement(slug)
        favourites = request.env["wezer.favourite"]
        if post.get("keep"):
            favourites.keep(announcement.id)
            flash(request.env._("This is one of your favourites now."))
        else:
            favourites.drop(announcement.id)
            flash(request.env._("This is no longer one of your favourites."))
        back = local_page(post.get("back"))
        return request.redirect(back or f"/market/{announcement.slug}")

    @http.route(
        "/market/<string:slug>/attendance",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/market/{slug}")
    def attendance(self, slug, **post):
        """Keep who came, for all who were to come at once."""
        announcement = self._announcement(slug)
        outcomes = numbered(post, "outcome_")
        announcement.action_attendances(outcomes, announcement.sudo().author_id.id)
        flash(request.env._("Thank you, we have noted it."))
        return request.redirect(f"/market/{announcement.slug}")

    @http.route(
        "/market/<string:slug>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        readonly=True,
    )
    def announcement(self, slug, **_kwargs):
        """Show one announcement, and the box to answer."""
        announcement = self._announcement(slug)
        if announcement.slug != slug:
            return request.redirect(f"/market/{announcement.slug}", code=302)
        return request.render(
            "wezer_marketplace.announcement_page",
            {**announcement_page.page_values(announcement), "to_local": to_local},
        )

    def _announcement(self, slug):
        announcement = request.env["wezer.announcement"]._at_slug(slug)
        if not announcement:
            raise werkzeug.exceptions.NotFound()
        return announcement

    def _wait_to_claim(self, slug, **_post):
        """Fifty claims at once wait in line, before anything is read for good."""
        wait_in_line(request.env, "announcement", self._announcement(slug).ids)

    @http.route(
        "/market/<string:slug>/claim",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/market/{slug}", once=True, wait=_wait_to_claim)
    def claim(self, slug, **post):
        """Take it as announced."""
        announcement = self._announcement(slug)
        deal_id = announcement.action_claim(
            version=whole(post.get("version")),
            message=post.get("message", ""),
            currency_id=whole(post.get("currency_id")),
            acting_partner_id=whole(post.get("acting_partner_id")),
        )
        return request.redirect(f"/my/deals/{deal_id}")

    @http.route(
        "/market/<string:slug>/propose",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/market/{slug}", once=True)
    def propose(self, slug, **post):
        """Answer with terms of one's own."""
        announcement = self._announcement(slug)
        deal_id = announcement.action_propose(
            terms_of(post, announcement),
            acting_partner_id=whole(post.get("acting_partner_id")),
        )
        return request.redirect(f"/my/deals/{deal_id}")

    @http.route(
        "/market/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def new(self, **params):
        """Show the form for help wanted or offered."""
        if waiting := waiting_page():
            return waiting
        if params.get("copy"):
            source = self._own(params["copy"])
            return self._form(copied_in_form(source), source=source)
        kind = "offer" if params.get("kind") == "offer" else "want"
        shown = {"kind": kind, "places": 1, "quantity": "1"}
        # A phone shares a picture with its words.
        if params.get("title"):
            shown["title"] = str(params["title"])[:TITLE_LENGTH]
        return self._form(shown)

    @http.route("/market/new", type="http", auth="user", website=True, methods=["POST"])
    @form_post("/market/new", once=True, alike_seconds=600)
    def create(self, **post):
        """Publish what was written."""
        market = request.env["wezer.announcement"]
        source = self._own(post["copy_of"]) if post.get("copy_of") else None
        new_id = market.action_create_own(
            announcement_of(post, source=source),
            publish="draft" not in post,
            acting_partner_id=whole(post.get("acting_partner_id")),
        )
        announcement = market.browse(new_id).sudo()
        if "draft" in post:
            flash(request.env._("Saved as a draft. Nobody else sees it yet."))
        elif announcement.state == "draft":
            flash(
                request.env._(
                    "Saved as a draft. Someone who may pay for %s has to publish it.",
                    announcement.author_id.display_name,
                )
            )
        else:
            flash(request.env._("Your announcement is on the market."))
        return request.redirect(f"/market/{announcement.slug}")

    @http.route(
        "/market/<string:slug>/edit",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def edit(self, slug, **_params):
        """Show one's own announcement to change it."""
        announcement = self._own(slug)
        if announcement.slug != slug:
            return request.redirect(f"/market/{announcement.slug}/edit", code=302)
        return self._form(shown_in_form(announcement), announcement)

    @http.route(
        "/market/<string:slug>/edit",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/market/{slug}/edit")
    def save(self, slug, **post):
        """Save it; close, publish or open it again where that button was pressed."""
        announcement = self._own(slug)
        if "close" in post:
            announcement.action_close()
            flash(request.env._("This is closed. Nobody can answer any more."))
        elif "reopen" in post:
            announcement.action_reopen()
            flash(request.env._("Your announcement is on the market."))
        else:
            announcement.action_edit(
                announcement_of(post, announcement), version=post.get("version")
            )
            flash(request.env._("Saved."))
        if "publish" in post:
            announcement.action_publish()
            flash(request.env._("Your announcement is on the market."))
        return request.redirect(f"/market/{announcement.slug}")

    @http.route(
        "/market/<string:slug>/renew",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/market/{slug}", once=True)
    def renew(self, slug, **_post):
        """Let it stand as long again."""
        announcement = self._own(slug)
        day = announcement.action_renew()
        shown = days.format_day(request.env, day)
        flash(request.env._("Your announcement stays open until %(day)s.", day=shown))
        return request.redirect(f"/market/{announcement.slug}")

    def _own(self, slug):
        announcement = self._announcement(slug)
        if not request.env.user._acts_for(announcement.sudo().author_id, "market"):
            raise werkzeug.exceptions.NotFound()
        return announcement

    def _form(self, typed, announcement=None, source=None):
        values = announcement_page.form_values(request.env, typed, announcement, source)
        return request.render("wezer_marketplace.announcement_form", values)
