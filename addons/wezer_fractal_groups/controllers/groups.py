from urllib.parse import quote as url_quote

import werkzeug.exceptions

from odoo import http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import LazyTranslate, json

from odoo.addons.wezer_base.controllers.website import (
    acting_party,
    flash,
    page_number,
    searched,
    seen_or_404,
)
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.form_post import NotYetDone, form_post
from odoo.addons.wezer_base.tools.numbers import whole

from ..tools import group_cards, group_history, group_places, map_page
from ..tools.member_pages import PAGE as PEOPLE
from ..tools.member_pages import choice_values, member_values

_lt = LazyTranslate(__name__)

PAGE = 24
# The last word of the address of a form, and the message after it.
DONE = {
    "join": _lt("You have joined. You are in the list below."),
    "ask": _lt("Your request was sent. You will get a notice when it is answered."),
    "leave": _lt("You have left the group."),
    "accept": _lt("Welcome!"),
    "invite": _lt("The invitation was sent."),
    "record": _lt("The answer was recorded, with your name and your note."),
    "admit": _lt("The request was accepted."),
    "refuse": _lt("The request was declined."),
    "remove": _lt("The person was removed."),
    "send": _lt("Your message was sent."),
    "delete": _lt("The message was deleted."),
    "mute": _lt("You will get no more notices of messages in this circle."),
    "letters": _lt("You get the news of this circle by e-mail."),
    "no_letters": _lt(
        "You get no more e-mails with news of this circle. Its news is below."
    ),
    "unmute": _lt("You will get notices of new messages in this circle."),
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
    def groups(self, page=1, search="", mine=False, inside="", **_kwargs):
        """List the circles, as far as the caller may see them.

        :param inside: the address of a circle: only those directly inside it
        """
        page, search = page_number(page), searched(search)
        offset = (page - 1) * PAGE
        around = request.env["wezer.group"]._at_slug(inside)
        more = Domain("parent_id", "=", around.id) if around else Domain.TRUE
        groups, count = request.env["wezer.group"]._search_public(
            search, bool(mine), PAGE, offset, more
        )
        pager = request.website.pager(
            url="/groups",
            total=count,
            page=page,
            step=PAGE,
            url_args={
                "search": search,
                "mine": mine or "",
                "inside": around.slug or "",
            },
        )
        return request.render(
            "wezer_fractal_groups.groups_page",
            {
                "groups": groups,
                "cards": group_cards.cards_of(groups),
                "count": count,
                "page": page,
                "pages": max(1, -(-count // PAGE)),
                "pager": pager,
                "search": search,
                "mine": mine,
                "around": around,
            },
        )

    @http.route(
        [
            "/groups/<string:slug>/members",
            "/groups/<string:slug>/members/page/<int:page>",
        ],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def group_members(self, slug, page=1, search="", **_kwargs):
        """List everybody who counts in a group, page by page."""
        return self._people_page("members", slug, page, search)

    @http.route(
        [
            "/groups/<string:slug>/invite",
            "/groups/<string:slug>/invite/page/<int:page>",
        ],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def group_choose(self, slug, page=1, search="", guest="", **_kwargs):
        """List the members of the community, to invite one of them."""
        return self._people_page("invite", slug, page, search, guest=bool(guest))

    def _people_page(self, kind, slug, page, search, **values):
        """Show one page of people: the ``members``, or whom to ``invite``."""
        group = self._group(slug)
        if group.slug != slug:
            return request.redirect(f"/groups/{group.slug}/{kind}", code=302)
        if kind == "invite" and group._giver(request.env["res.partner"])[1]:
            raise werkzeug.exceptions.NotFound()
        of_kind = member_values if kind == "members" else choice_values
        values.update(of_kind(group, searched(search), page_number(page)))
        if not request.env.user._wezer_is_member():
            raise werkzeug.exceptions.NotFound()
        values["pager"] = request.website.pager(
            url=f"/groups/{group.slug}/{kind}",
            total=min(values["count"], values["counted"]),
            page=values["page"],
            step=PEOPLE,
            url_args={"search": values["search"], "guest": values.get("guest") or ""},
        )
        return request.render(f"wezer_fractal_groups.{kind}_page", values)

    @http.route(
        "/groups/places", type="http", auth="public", website=True, sitemap=True
    )
    def groups_places(self, search="", **_kwargs):
        """Show circles by their place, on a map and as a list."""
        return request.render(
            "wezer_fractal_groups.places_page",
            group_places.values(request.env, searched(search)),
        )

    @http.route("/groups/map", type="http", auth="public", website=True, sitemap=True)
    def groups_map(self, circle="", page=1, search="", day="", **_kwargs):
        """Show the circles inside each other, drawn and as a list; or those of one.

        :param str day: as they were on this day; now where it is none or today
        """
        env, page, search = request.env, page_number(page), searched(search)
        day = self._past_day(day)
        group = self._group(circle, closed=bool(day)) if circle else env["wezer.group"]
        group = group._circle() if group else group
        view = map_page.first_view(env, group.id or None, page, day)
        pager = request.website.pager(
            url="/groups/map",
            total=view["count"],
            page=page,
            step=map_page.LISTED,
            url_args={
                **({"circle": view["here"]["slug"]} if view["here"] else {}),
                **({"day": day} if day else {}),
            },
        )
        return request.render(
            "wezer_fractal_groups.map_page",
            {
                **view,
                "data": json.scriptsafe.dumps(view["circles"]),
                "pager": pager,
                "search": search,
                "found": map_page.find(env, search),
                **self._day_values(day),
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
    def groups_map_level(self, ids="", circle="", day="", **_kwargs):
        """Return circles for the map: those inside others, or one and those around it.

        :param str ids: of the circles whose inside is asked for, with commas; 0 is
            the whole map
        :param str circle: the slug of one circle
        :param str day: as it was on this day; now where it is none
        """
        env, day = request.env, self._past_day(day)
        if circle:
            group = self._group(circle, closed=bool(day))._circle()
            circles = map_page.path_view(env, group.id, day)
        else:
            numbers = [whole(number, -1) for number in searched(ids).split(",")]
            circles = map_page.level_view(
                env, [number for number in numbers if number >= 0], day
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
        """Show one group: the party page, with the group's own places.

        Of a closed one there is its history.
        """
        group = self._group(slug, closed=True)
        if not group.active:
            return request.redirect(f"/groups/{group.slug}/history", code=302)
        if group.slug != slug:
            return request.redirect(f"/groups/{group.slug}", code=302)
        page = group._page()
        profile = page.profile
        if profile.sudo(False).has_access("read"):
            profile = profile.sudo(False)
        values = profile._wezer_party_values(group_page=page)
        return request.render(
            "wezer_base.party_page",
            {
                # A public group shows itself even where its members stay hidden.
                "profile": profile,
                # A shared link shows the cover, of which the page knows already.
                "main_object": group.with_context(
                    wezer_cover_url=values.get("group_cover")
                ),
                "partner": profile.sudo().partner_id,
                "acting_user": request.env.user,
                "own": False,
                **values,
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
        profile = self._person(person, form)
        typed = searched(form.get("member_typed"))
        if act == "invite" and not profile and typed:
            profiles = request.env["wezer.profile"]
            if profiles.search_count(profiles._people_domain(typed), limit=1):
                # Several are called so: the person chooses.
                guest = "&guest=1" if form.get("guest") else ""
                found = f"?search={url_quote(typed)}{guest}"
                raise NotYetDone(f"/groups/{group.slug}/invite{found}")
        said = call(group, profile, form)
        flash(said if isinstance(said, str) else request.env._(DONE[act]))
        seen = request.env["wezer.group"].search_count([("slug", "=", back)])
        return request.redirect(f"/groups/{back}" if seen else "/groups")

    def _for_a_party(self, action, form):
        """Call ``action`` with the party that the user acts for, None for themselves.

        :return: the message for who acted for another, None where the usual one fits
        """
        party = acting_party(form)
        if party == request.env.user.partner_id.id:
            action(None)
            return None
        action(party)
        return request.env._("Done. The person you act for sees that you did it.")

    def _act_join(self, group, _profile, form):
        return self._for_a_party(group.action_join, form)

    def _act_ask(self, group, _profile, form):
        return self._for_a_party(group.action_request, form)

    def _act_leave(self, group, _profile, form):
        return self._for_a_party(group.action_leave, form)

    def _act_accept(self, group, _profile, form):
        return self._for_a_party(group.action_accept_invitation, form)

    def _act_invite(self, group, profile, form):
        partner = profile.sudo().partner_id
        group.action_invite(partner.id, bool(form.get("guest")))
        if not profile.on_paper:
            return None
        if partner._wezer_unreached():
            return request.env._(
                "%(name)s cannot log in, and nobody acts for them. Ask them yourself,"
                " and record the answer on this page.",
                name=profile.name,
            )
        return request.env._(
            "%(name)s cannot log in. The invitation was sent to those who act for"
            " them.",
            name=profile.name,
        )

    def _act_record(self, group, profile, form):
        group.action_record_consent(profile.partner_id.id, form.get("note", ""))

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

    def _act_mute(self, group, _profile, _form):
        group.action_mute()

    def _act_letters(self, group, _profile, _form):
        request.env["wezer.news.refusal"].choose(group.id, True)
        if request.env.company._wezer_can_send():
            return None
        return request.env._(
            "E-mails cannot be sent at the moment. You get those of this circle as soon"
            " as they can."
        )

    def _act_no_letters(self, group, _profile, _form):
        request.env["wezer.news.refusal"].choose(group.id, False)

    def _act_unmute(self, group, _profile, _form):
        group.action_mute(False)

    def _person(self, slug, form):
        """Return the member at this address, or whom a field for names means."""
        profiles = request.env["wezer.profile"]
        if slug:
            return profiles._at_slug(slug)
        return profiles._member_meant(form.get("member"), form.get("member_typed", ""))

    def _group(self, slug, closed=False):
        """Return the group that the caller sees under this address, else 404.

        :param bool closed: also where it is closed
        """
        groups = request.env["wezer.group"]
        group = groups._at_slug(slug)
        if not group and closed:
            found = groups.with_context(active_test=False)._at_slug(slug)
            group = groups.browse(found.ids)
        if not group:
            raise werkzeug.exceptions.NotFound()
        return group

    def _past_day(self, text):
        """Return the day before today that an address names, else None."""
        day = days.parse_day(searched(text))
        return day if day and day < days.today(request.env) else None

    def _day_values(self, day):
        """Return what a page of a past day says of it; ``day`` is None for now."""
        since = day and group_history.recorded_since(request.env)
        return {
            "past_day": day,
            "today": days.today(request.env),
            "rebuilt_until": since if since and day < since else None,
        }
