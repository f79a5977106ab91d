import werkzeug.exceptions

from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import (
    flash,
    page_number,
    searched,
    seen_or_404,
)
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.text import normalise

from ..tools.circles import layout

PAGE = 24


class WezerGroups(http.Controller):
    """Circles and roles on the website; what changes them is a POST."""

    @http.route(
        ["/groups", "/groups/page/<int:page>"],
        type="http",
        auth="public",
        website=True,
        sitemap=True,
    )
    def groups(self, page=1, search="", mine=False, **_kwargs):
        """List the circles, as far as the caller may see them."""
        page, search = page_number(page), searched(search)
        offset = (page - 1) * PAGE
        groups, count = request.env["wezer.group"]._search_public(
            search, bool(mine), PAGE, offset
        )
        pager = request.website.pager(
            url="/groups",
            total=count,
            page=page,
            step=PAGE,
            url_args={"search": search, "mine": mine or ""},
        )
        return request.render(
            "wezer_fractal_groups.groups_page",
            {
                "groups": groups,
                "count": count,
                "pager": pager,
                "search": search,
                "mine": mine,
            },
        )

    @http.route("/groups/map", type="http", auth="public", website=True, sitemap=True)
    def groups_map(self, **_kwargs):
        """Show all circles inside each other: drawn, and as a list."""
        tree = request.env["wezer.group"]._map_tree()
        circles, width = layout(tree)
        return request.render(
            "wezer_fractal_groups.map_page",
            {"tree": tree, "circles": circles, "width": width},
        )

    @http.route(
        "/groups/<string:slug>", type="http", auth="public", website=True, sitemap=False
    )
    def group(self, slug, **_kwargs):
        """Show one group: the party page, with the group's own places."""
        group = self._group(slug)
        if group.slug != slug:
            return request.redirect(f"/groups/{group.slug}", code=302)
        profile = group.sudo().partner_id._wezer_profile()
        if profile.sudo(False).has_access("read"):
            profile = profile.sudo(False)
        return request.render(
            "wezer_base.party_page",
            {
                # A public group shows itself even where its members stay hidden.
                "profile": profile,
                "partner": profile.sudo().partner_id,
                "acting_user": request.env.user,
                "own": False,
                **profile._wezer_party_values(),
            },
        )

    @http.route(
        "/groups/<string:slug>/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/groups/{slug}", once=True)
    def group_act(self, slug, act, person="", **form):
        """Join, leave, invite, answer: each calls the public method of the group."""
        group = self._group(slug)
        partner = self._person(person, form.get("person_name", ""))
        acts = {
            "join": lambda: group.action_join(),
            "ask": lambda: group.action_request(),
            "leave": lambda: group.action_leave(),
            "accept": lambda: group.action_accept_invitation(),
            "invite": lambda: group.action_invite(
                partner.partner_id.id, bool(form.get("guest"))
            ),
            "say": lambda: group.action_say(form.get("text", "")),
            "unsay": lambda: self._message(form).action_remove(),
            "admit": lambda: group.action_accept_member(partner.partner_id.id),
            "refuse": lambda: group.action_refuse_member(partner.partner_id.id),
            "remove": lambda: group.action_remove_member(partner.partner_id.id),
        }
        if act not in acts:
            raise werkzeug.exceptions.NotFound()
        back = group.sudo()._circle().slug
        acts[act]()
        flash(self._done(act))
        seen = request.env["wezer.group"].search_count([("slug", "=", back)])
        return request.redirect(f"/groups/{back}" if seen else "/groups")

    def _person(self, slug, name):
        """Return the member at this address, or the only one of this name."""
        profiles = request.env["wezer.profile"]
        if slug or not name.strip():
            return profiles._at_slug(slug)
        found = profiles.search(
            [("name_text", "=", normalise(name)), ("is_person", "=", True)], limit=2
        )
        return found if len(found) == 1 else profiles.browse()

    def _message(self, form):
        return seen_or_404("wezer.group.message", form.get("message"))

    def _group(self, slug):
        """Return the group that the caller sees under this address, else 404."""
        group = request.env["wezer.group"]._at_slug(slug)
        if not group:
            raise werkzeug.exceptions.NotFound()
        return group

    def _done(self, act):
        translate = request.env._
        return {
            "join": translate("Done. You see it below."),
            "ask": translate("You asked. Those who can answer have been told."),
            "leave": translate("You left."),
            "accept": translate("Welcome!"),
            "invite": translate("The invitation is on its way."),
            "admit": translate("Let in."),
            "refuse": translate("Declined."),
            "remove": translate("The place is free again."),
            "say": translate("Said."),
            "unsay": translate("Taken back."),
        }[act]
