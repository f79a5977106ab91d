import werkzeug.exceptions

from odoo import http
from odoo.http import request
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.controllers.website import (
    flash,
    page_number,
    searched,
    seen_or_404,
)
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.text import normalise

from ..tools.circles import layout

_lt = LazyTranslate(__name__)

PAGE = 24
# The last word of the address of a form, and the message after it.
DONE = {
    "join": _lt("You have joined. You are in the list below."),
    "ask": _lt("Your request was sent. You will get a notice when it is answered."),
    "leave": _lt("You have left the group."),
    "accept": _lt("Welcome!"),
    "invite": _lt("The invitation was sent."),
    "admit": _lt("The request was accepted."),
    "refuse": _lt("The request was declined."),
    "remove": _lt("The person was removed."),
    "send": _lt("Your message was sent."),
    "delete": _lt("The message was deleted."),
}


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
                "main_object": group,
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
        """Join, leave, invite, answer: each calls a public method of the group."""
        group = self._group(slug)
        call = getattr(self, f"_act_{act}", None) if act in DONE else None
        if call is None:
            raise werkzeug.exceptions.NotFound()
        back = group.sudo()._circle().slug
        call(group, self._person(person, form.get("person_name", "")), form)
        flash(request.env._(DONE[act]))
        seen = request.env["wezer.group"].search_count([("slug", "=", back)])
        return request.redirect(f"/groups/{back}" if seen else "/groups")

    def _act_join(self, group, _profile, _form):
        group.action_join()

    def _act_ask(self, group, _profile, _form):
        group.action_request()

    def _act_leave(self, group, _profile, _form):
        group.action_leave()

    def _act_accept(self, group, _profile, _form):
        group.action_accept_invitation()

    def _act_invite(self, group, profile, form):
        group.action_invite(profile.partner_id.id, bool(form.get("guest")))

    def _act_admit(self, group, profile, _form):
        group.action_accept_member(profile.partner_id.id)

    def _act_refuse(self, group, profile, _form):
        group.action_refuse_member(profile.partner_id.id)

    def _act_remove(self, group, profile, _form):
        group.action_remove_member(profile.partner_id.id)

    def _act_send(self, group, _profile, form):
        group.action_send_message(form.get("text", ""))

    def _act_delete(self, _group, _profile, form):
        seen_or_404("wezer.group.message", form.get("message")).action_remove()

    def _person(self, slug, name):
        """Return the member at this address, or the only one of this name."""
        profiles = request.env["wezer.profile"]
        if slug or not name.strip():
            return profiles._at_slug(slug)
        found = profiles.search(
            [("name_text", "=", normalise(name)), ("is_person", "=", True)], limit=2
        )
        return found if len(found) == 1 else profiles.browse()

    def _group(self, slug):
        """Return the group that the caller sees under this address, else 404."""
        group = request.env["wezer.group"]._at_slug(slug)
        if not group:
            raise werkzeug.exceptions.NotFound()
        return group
