import werkzeug.exceptions
from dateutil.relativedelta import relativedelta

from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import flash, seen_or_404, waiting_page
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id

from ..tools import delegation_page, propose_form

MONTHS = 12


class WezerDelegations(http.Controller):
    """Voices that a member gives to others, and carries for them."""

    @http.route(
        "/my/delegations",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def delegations(self, **_kwargs):
        """Show the user's delegations, and the form to give one."""
        if page := waiting_page():
            return page
        until = days.today(request.env) + relativedelta(months=MONTHS)
        return request.render(
            "wezer_decision.delegations_page",
            {
                **delegation_page.values(request.env),
                "until": until.isoformat(),
                "page_name": "wezer_delegations",
            },
        )

    @http.route(
        "/my/delegations/give",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/delegations", once=True)
    def delegation_give(self, **form):
        """Let another member vote in the user's place."""
        env = request.env
        vals = {"scope": "circle", "inside": bool(form.get("inside"))}
        if decision := record_id(form.get("decision")):
            vals = {"scope": "decision", "decision_id": decision}
        else:
            vals["group_id"] = record_id(form.get("circle"))
        if form.get("until"):
            vals["date_until"] = str(form["until"])
        holder = propose_form.person_named(env, form, "member")
        env["wezer.vote.delegation"].action_give(holder, vals)
        flash(env._("Your voice was given. We have notified the person who holds it."))
        return request.redirect("/my/delegations")

    @http.route(
        "/my/delegations/<int:delegation_id>/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/delegations")
    def delegation_act(self, delegation_id, act, **_form):
        """Take a delegation back, or resign."""
        delegation = seen_or_404("wezer.vote.delegation", delegation_id)
        if act == "take_back":
            delegation.action_take_back()
            flash(request.env._("You vote yourself again."))
        elif act == "resign":
            delegation.action_resign()
            flash(request.env._("You no longer carry this voice."))
        else:
            raise werkzeug.exceptions.NotFound()
        return request.redirect("/my/delegations")
