import werkzeug.exceptions

from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import (
    flash,
    looked_at,
    page_number,
    picture_in,
    seen_or_404,
)
from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.rights import RIGHTS

from ..tools.group_leads import managers_of
from ..tools.group_page import manage_values, talk_values
from .groups import WezerGroups

CHOICES = ("visibility", "join_policy", "link")
# The forms, by the last word of their address.
ACTS = ("update", "found", "rights", "policy", "refuse_rights", "close", "move")
ACTS += ("agree", "disagree", "undo", "link", "link_agree", "link_end")
PLACE = ("city", "share_place")
TEXTS = ("name", "purpose", "domains", "accountabilities")


class WezerGroupsManage(WezerGroups):
    """The forms of those who manage a group; each calls one public method."""

    @http.route(
        "/groups/<string:slug>/manage",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def group_manage(self, slug, proposals=1, **_kwargs):
        """Show the forms to those who look after the group."""
        group = self._group(slug)
        if group.slug != slug:
            return request.redirect(f"/groups/{group.slug}/manage", code=302)
        error = group._why_not("manage")
        if error:
            return request.render(
                "wezer_fractal_groups.manage_refused",
                {
                    "group": group,
                    "reason": str(error),
                    "leads": managers_of(group._circle()),
                },
                status=403,
            )
        return self._manage_page(group, proposals=page_number(proposals))

    def _managed(self, slug):
        group = self._group(slug)
        if not group._may("manage"):
            raise werkzeug.exceptions.NotFound()
        return group

    def _manage_page(self, group, trial=None, asked=None, meant=None, proposals=1):
        """Show the forms of ``group``, with what a proposal would change.

        :param meant: dict ``move`` or ``link``: the circles of the name that was typed
        """
        env = request.env
        groups = env["wezer.group"]
        words = groups._right_labels()
        return request.render(
            "wezer_fractal_groups.manage_page",
            {
                **manage_values(group, proposals),
                "meant": meant or {},
                "choices": {
                    name: groups._fields[name]._description_selection(env)
                    for name in CHOICES
                },
                "share_levels": env["wezer.profile"]
                ._fields["share_place"]
                ._description_selection(env),
                "rights": [(right, words[right]) for right in RIGHTS],
                "words": words,
                "trial": trial,
                "asked": asked or {},
                "purpose_label": env._("Purpose"),
                "domains_label": env._("Decisions it makes alone"),
                "accountabilities_label": env._("Responsibilities, one per line"),
            },
        )

    # === ACTIONS === #

    @http.route(
        "/groups/<string:slug>/manage/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/groups/{slug}/manage", once=True, files=("cover",), in_place=True)
    def group_manage_act(self, slug, act, **form):
        """Call the method of the form; a refusal is shown on the page."""
        group = self._managed(slug)
        handler = getattr(self, f"_manage_{act}", None) if act in ACTS else None
        if handler is None:
            raise werkzeug.exceptions.NotFound()
        circle = group._circle() if group.kind == "role" else group
        page = handler(group, form)
        if page is not None:
            return page
        flash(request.env._("Done."))
        still = circle.sudo().active and circle._may("manage")
        return request.redirect(f"/groups/{circle.slug}/manage" if still else "/groups")

    def _rights_of(self):
        return request.httprequest.form.getlist("right")

    def _manage_update(self, group, form):
        vals = {name: form[name] for name in TEXTS if name in form}
        vals.update({name: form[name] for name in CHOICES[:2] if name in form})
        if "color" in form:
            vals["color"] = form["color"]
        if form.get("cover_remove"):
            vals["cover"] = False
        elif data := picture_in(form.get("cover")):
            vals["cover"] = data
        vals.update({name: form[name] for name in PLACE if name in form})
        if "written_lang" in form:
            vals["written_lang"] = form["written_lang"]
        if "lat" in form:
            vals.update(latitude=form["lat"], longitude=form.get("lon"))
        for name in group._switch_names():
            if name in form:
                vals[name] = bool(form.get(f"{name}_yes"))
        group.action_update(vals, form.get("version"))

    def _manage_found(self, group, form):
        vals = {name: form.get(name, "") for name in ("name", "purpose", "kind")}
        if rights := self._rights_of():
            vals["rights"] = rights
        group.action_found(group.id, vals)

    def _manage_rights(self, group, form):
        group.action_set_rights(self._rights_of(), form.get("link") or None)

    def _manage_policy(self, group, form):
        value = form.get("value") or None
        group.action_set_policy(form.get("key"), value, form.get("reason"))

    def _manage_refuse_rights(self, group, form):
        group.action_refuse_rights(bool(form.get("refuse")))

    def _manage_close(self, group, _form):
        group.action_close()

    def _circle_meant(self, form, group):
        """Return the circles that the field for names means, never ``group``."""
        typed = form.get("target_typed", "")
        meant = request.env["wezer.group"]._circle_meant(form.get("target"), typed)
        if not meant - group:
            raise Refusal(
                request.env._("No circle with this name was found."),
                rule="target",
                field="target_typed",
            )
        return meant - group

    def _manage_move(self, group, form):
        target = request.env["wezer.group"]
        if not form.get("alone"):
            target = self._circle_meant(form, group)
        dry_run = bool(form.get("dry_run"))
        if len(target) > 1:
            return self._manage_page(group, asked=form, meant={"move": target})
        changes = request.env["wezer.group.change"]
        answer = changes.propose(
            form.get("kind"), group.id, target.id or None, dry_run=dry_run
        )
        if dry_run:
            asked = {**form, "target": target}
            return self._manage_page(group, trial=answer, asked=asked)
        return None

    def _change(self, form):
        return seen_or_404("wezer.group.change", form.get("change"))

    def _link(self, form):
        return seen_or_404("wezer.group.link", form.get("link"))

    def _manage_agree(self, _group, form):
        self._change(form).action_agree()

    def _manage_disagree(self, _group, form):
        self._change(form).action_refuse()

    def _manage_undo(self, _group, form):
        self._change(form).action_undo()

    def _manage_link(self, group, form):
        target = self._circle_meant(form, group)
        if len(target) > 1:
            return self._manage_page(group, asked=form, meant={"link": target})
        request.env["wezer.group.link"].propose(group.id, target.id)
        return None

    def _manage_link_agree(self, _group, form):
        self._link(form).action_agree()

    def _manage_link_end(self, _group, form):
        self._link(form).action_end()

    # === TALK === #

    @http.route(
        "/groups/<string:slug>/talk",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=False,
    )
    def group_talk(self, slug, **_kwargs):
        """Show the messages of the circle; to the open page only what it takes over."""
        group = self._group(slug)
        headers = request.httprequest.headers
        asked_alone = headers.get("X-Requested-With")
        if headers.get("X-Wezer-Seen") if asked_alone else looked_at():
            request.env["wezer.group.message"]._read_by_user(group)
        part = "group_talk" if asked_alone else "talk_page"
        return request.render(
            f"wezer_fractal_groups.{part}",
            {
                "group": group,
                "group_talk": talk_values(group),
                "group_talks": group._may("send"),
                "group_manages": group._may("manage"),
            },
        )

    @http.route(
        "/groups/<string:slug>/talk/<int:page>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def group_talk_page(self, slug, page=1, **_kwargs):
        """Show earlier messages of the circle."""
        group = self._group(slug)
        talk = talk_values(group, page=page_number(page))
        if not talk["messages"]:
            raise werkzeug.exceptions.NotFound()
        return request.render(
            "wezer_fractal_groups.talk_page",
            {
                "group": group,
                "group_talk": talk,
                "group_talks": False,
                "group_manages": group._may("manage"),
            },
        )
