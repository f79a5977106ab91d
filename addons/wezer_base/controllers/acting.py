from odoo import http
from odoo.http import request

from ..exceptions import NotAllowed
from ..tools.form_post import form_post
from ..tools.numbers import record_id
from .website import flash, searched, seen_or_404

FOUND = 8
LOGGED = 40


class WezerActing(http.Controller):
    """Acting for others: for whom, by what right, who acts for me, what was done."""

    @http.route("/my/acting", type="http", auth="user", website=True, readonly=True)
    def acting(self, search="", **_kwargs):
        """Show for whom this person acts, and who acts for them."""
        user = request.env.user
        mandates = request.env["wezer.mandate"].search(
            [("state", "=", "active")], order="date_from"
        )
        found = request.env["wezer.profile"]
        search = searched(search)
        if search:
            found = found._search_directory(search, limit=FOUND)[0].filtered(
                lambda profile: profile.partner_id != user.partner_id
            )
        return request.render(
            "wezer_base.acting_page",
            {
                "choices": user._wezer_acting_choices(),
                "act_as": user._wezer_act_as(),
                "given": mandates.filtered(lambda m: m.giver_id == user.partner_id),
                "held": mandates.filtered(lambda m: m.holder_id == user.partner_id),
                "acts": request.env["wezer.acting.log"].search([], limit=LOGGED),
                "search": search,
                "found": found,
                "page_name": "wezer_acting",
            },
        )

    @http.route("/my/act-as", type="http", auth="user", website=True, methods=["POST"])
    @form_post("/my/acting")
    def act_as(self, partner_id="", **_kwargs):
        """Choose for whom the forms are filled in; each act is checked again."""
        user = request.env.user
        chosen = record_id(partner_id)
        if chosen and chosen != user.partner_id.id:
            if not user._acting_ids("market", among=[chosen]):
                raise NotAllowed(
                    request.env._("You are not authorised to act for them.")
                )
            partner = request.env["res.partner"].sudo().browse(chosen)
            request.session["wezer_act_as"] = chosen
            request.session["wezer_act_as_name"] = partner.name
            flash(request.env._("You are now acting for %(name)s.", name=partner.name))
        else:
            request.session.pop("wezer_act_as", None)
            request.session.pop("wezer_act_as_name", None)
            flash(request.env._("You are acting for yourself again."))
        return request.redirect("/my/acting")

    @http.route(
        "/my/acting/give", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/my/acting?search={search}", once=True)
    def give(self, profile_id="", until="", **_kwargs):
        """Let somebody act for the caller."""
        rights = request.httprequest.form.getlist("rights")
        holder = record_id(profile_id)
        request.env["wezer.mandate"].action_give(holder, rights, until or None)
        flash(
            request.env._(
                "Saved. You can withdraw this authorisation here at any time."
            )
        )
        return request.redirect("/my/acting")

    @http.route(
        "/my/acting/<int:mandate_id>/<any(revoke,resign):act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/acting")
    def end(self, mandate_id, act, **_kwargs):
        """Take a mandate back, or give it back."""
        mandate = seen_or_404("wezer.mandate", mandate_id)
        if act == "revoke":
            mandate.action_revoke()
        else:
            mandate.action_resign()
        flash(request.env._("Done. The authorisation has ended."))
        return request.redirect("/my/acting")
