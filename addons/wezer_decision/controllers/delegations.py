import werkzeug.exceptions
from dateutil.relativedelta import relativedelta

from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.acting import paper_giver
from odoo.addons.wezer_base.controllers.website import (
    file_in,
    flash,
    seen_or_404,
    waiting_page,
)
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.mandate_paper import PAPER_MAX
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
    def delegations(self, giver="", **_kwargs):
        """Show the user's delegations, and the form to give one.

        :param giver: for administrators: the profile of a member who cannot log in
        """
        if page := waiting_page():
            return page
        until = days.today(request.env) + relativedelta(months=MONTHS)
        return request.render(
            "wezer_decision.delegations_page",
            {
                **delegation_page.values(request.env, paper_giver(giver)),
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
    @form_post("/my/delegations?giver={giver}", once=True, files=("paper",))
    def delegation_give(self, giver="", paper=None, **form):
        """Let another member vote in the place of the user, or of a member on paper."""
        env, giver = request.env, paper_giver(giver)
        vals = {"scope": "circle", "inside": bool(form.get("inside"))}
        if decision := record_id(form.get("decision")):
            vals = {"scope": "decision", "decision_id": decision}
        else:
            vals["group_id"] = record_id(form.get("circle"))
            if category := record_id(form.get("category")):
                vals.update(scope="category", category_id=category)
        if form.get("until"):
            vals["date_until"] = str(form["until"])
        if giver:
            vals["giver_id"] = giver.sudo().partner_id.id
            vals["paper"] = file_in(paper, PAPER_MAX)
            vals["paper_name"] = getattr(paper, "filename", None)
        holder = propose_form.person_named(env, form, "member")
        env["wezer.vote.delegation"].action_give(holder, vals)
        flash(env._("This person votes for you from now on. We have notified them."))
        if decision and not giver:
            # Back to the page on which it was given: it says who votes now.
            return request.redirect(f"/decisions/{decision}")
        return request.redirect(self._back(giver))

    def _back(self, giver):
        return (
            f"{delegation_page.URL}?giver={giver.id}" if giver else delegation_page.URL
        )

    @http.route(
        "/my/delegations/<int:delegation_id>/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/delegations?giver={giver}")
    def delegation_act(self, delegation_id, act, giver="", **_form):
        """Take a delegation back, or resign."""
        giver = paper_giver(giver)
        if giver:
            delegation = request.env["wezer.vote.delegation"].browse(delegation_id)
        else:
            delegation = seen_or_404("wezer.vote.delegation", delegation_id)
        if act == "take_back" and giver:
            delegation.action_take_back()
            flash(request.env._("The delegation was taken back."))
        elif act == "take_back":
            delegation.action_take_back()
            flash(request.env._("You vote yourself again."))
        elif act == "resign":
            delegation.action_resign()
            flash(request.env._("You no longer vote for this person."))
        else:
            raise werkzeug.exceptions.NotFound()
        return request.redirect(self._back(giver))
