import werkzeug.exceptions

from odoo import http
from odoo.http import request
from odoo.tools import LazyTranslate, json

from odoo.addons.wezer_base.controllers.website import (
    flash,
    page_number,
    searched,
    seen_or_404,
)
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import whole
from odoo.addons.wezer_base.tools.text import normalise

from ..tools import map_page

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
    def groups_map(self, circle="", page=1, search="", **_kwargs):
        """Show the circles inside each other, drawn and as a list; or those of one."""
        env, page, search = request.env, page_number(page), searched(search)
        group = self._group(circle)._circle() if circle else env["wezer.group"]
        view = map_page.first_view(env, group.id or None, page)
        pager = request.website.pager(
            url="/groups/map",
            total=view["count"],
            page=page,
            step=map_page.LISTED,
            url_args={"circle": view["here"]["slug"]} if view["here"] else {},
        )
        return request.render(
            "wezer_fractal_groups.map_page",
            {
                **view,
                "data": json.scriptsafe.dumps(view["circles"]),
                "pager": pager,
                "search": search,
                "found": map_page.find(env, search),
            },
        )

    @http.route(
        "/groups/map/level",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        readonly=True,
    )
    def groups_map_level(self, ids="", circle="", **_kwargs):
        """Return circles for the map: those inside others, or one and those around it.

        :param str ids: of the circles whose inside is asked for, with commas; 0 is
            the whole map
        :param str circle: the slug of one circle
        """
        env = request.env
        if circle:
            group = self._group(circle)._circle()
            circles = map_page.path_view(env, group.id)
        else:
            numbers = [whole(number, -1) for number in searched(ids).split(",")]
            circles = map_page.level_view(
                env, [number for number in numbers if number >= 0]
            )
        return self._not_kept(circles)

    @http.route(
        "/groups/map/find",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        readonly=True,
    )
    def groups_map_find(self, typed="", **_kwargs):
        """Return circles by what somebody types: dicts ``slug``, ``name``, ``hint``."""
        return self._not_kept(map_page.find(request.env, searched(typed)))

    def _not_kept(self, values):
        """Return ``values`` as JSON; what somebody sees now may be hidden later."""
        return request.make_json_response(values, {"Cache-Control": "no-store"})

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
