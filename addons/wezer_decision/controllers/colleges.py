import werkzeug.exceptions

from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import flash
from odoo.addons.wezer_base.tools.form_post import form_post

from ..tools import colleges_of_circle
from .propose import circle_at


class WezerColleges(http.Controller):
    """The colleges of a circle: shown to its members, set by who manages it."""

    @http.route(
        "/groups/<string:slug>/colleges",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def group_colleges(self, slug, **_kwargs):
        """Show the colleges of a circle, and the form that replaces them."""
        group = circle_at(slug)
        if not (group.is_user_member or group._may("policy")):
            raise werkzeug.exceptions.NotFound()
        return request.render(
            "wezer_decision.colleges_page",
            {"group": group, **colleges_of_circle.page_values(group)},
        )

    @http.route(
        "/groups/<string:slug>/colleges",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/groups/{slug}/colleges")
    def group_colleges_post(self, slug, **form):
        """Replace the colleges of a circle."""
        group = circle_at(slug)
        group.action_set_colleges(colleges_of_circle.read_form(form))
        flash(request.env._("The colleges were saved."))
        return request.redirect(f"/groups/{group.slug}/colleges")
