import werkzeug.exceptions

from odoo import http
from odoo.http import request
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.controllers.website import (
    flash,
    flash_refusal,
    searched,
    seen_or_404,
    waiting_page,
)
from odoo.addons.wezer_base.tools.form_post import NotYetDone, fill_form, form_post

from ..tools import decision_page, draft_form, propose_form

_lt = LazyTranslate(__name__)


def circle_at(slug):
    """Return the circle that the caller sees under this address, else 404."""
    group = request.env["wezer.group"]._at_slug(slug)
    group = group and group._circle()._filtered_access("read")
    if not group:
        raise werkzeug.exceptions.NotFound()
    return group


PUT_TO_CIRCLE = _lt("It was put to the circle. Everybody asked gets a notice.")


class WezerPropose(http.Controller):
    """The form with which a member proposes something, or changes a draft."""

    @http.route(
        "/groups/<string:slug>/propose",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def group_propose(self, slug, **asked):
        """Show the form, with the effect that a link asks for."""
        group = circle_at(slug)
        if page := waiting_page():
            return page
        asked = {name: searched(value) for name, value in asked.items()}
        return request.render(
            "wezer_decision.propose_page",
            {
                **propose_form.values(group, asked),
                "labels": decision_page.labels(request.env),
            },
        )

    @http.route(
        "/groups/<string:slug>/propose",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/groups/{slug}/propose", once=True)
    def group_propose_post(self, slug, **form):
        """Propose it, and put it to the circle unless it stays a draft.

        Where the form asks for its next fields, nothing is proposed yet.
        """
        group = circle_at(slug)
        if step := propose_form.next_step(group, form):
            raise NotYetDone(*step)
        decisions = request.env["wezer.decision"]
        named = request.httprequest.form.getlist("named")
        with propose_form.at_fields(form):
            number = decisions.propose(group.id, propose_form.read(group, form, named))
            if not form.get("draft"):
                decisions.browse(number).action_announce()
        if form.get("draft"):
            flash(request.env._("The draft was kept. Only you see it."))
        else:
            flash(request.env._(PUT_TO_CIRCLE))
        return request.redirect(f"/decisions/{number}")

    @http.route(
        "/decisions/<int:decision_id>/edit",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def decision_edit(self, decision_id, **asked):
        """Show the form of a proposal with what a draft has."""
        decision = seen_or_404("wezer.decision", decision_id)
        if page := waiting_page():
            return page
        if error := decision._why_not("edit"):
            flash_refusal(error)
            return request.redirect(f"/decisions/{decision.id}")
        asked = {name: searched(value) for name, value in asked.items()}
        response = request.render(
            "wezer_decision.propose_page",
            {
                **draft_form.values(decision, asked),
                "labels": decision_page.labels(request.env),
            },
        )
        kept = draft_form.typed(decision, goes_on="outcome" in asked)
        fill_form(response, draft_form.address(decision), kept)
        return response

    @http.route(
        "/decisions/<int:decision_id>/edit",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/decisions/{decision_id}/edit")
    def decision_edit_post(self, decision_id, **form):
        """Change a draft, and put it to the circle unless it stays one."""
        decision = seen_or_404("wezer.decision", decision_id)
        decision._check_may("edit")
        step = propose_form.next_step(
            decision.group_id, form, draft_form.address(decision)
        )
        if step:
            raise NotYetDone(*step)
        named = request.httprequest.form.getlist("named")
        with propose_form.at_fields(form):
            decision.action_edit(draft_form.read(decision, form, named))
            if not form.get("draft"):
                decision.action_announce()
        kept = request.env._("The draft was saved.")
        flash(kept if form.get("draft") else request.env._(PUT_TO_CIRCLE))
        return request.redirect(f"/decisions/{decision.id}")

    @http.route(
        "/groups/<string:slug>/recall",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/groups/{slug}", once=True)
    def group_recall(self, slug, **form):
        """Propose that a person no longer has a role; others sign it."""
        role = request.env["wezer.group"]._at_slug(slug)
        role = role and role._filtered_access("read")
        if not role or role.kind != "role":
            raise werkzeug.exceptions.NotFound()
        number = request.env["wezer.decision"].propose_recall(
            role.id,
            propose_form.person_named(request.env, form, "person"),
            form.get("reason", ""),
        )
        flash(request.env._("The recall was proposed. Members of the circle sign it."))
        return request.redirect(f"/decisions/{number}")
