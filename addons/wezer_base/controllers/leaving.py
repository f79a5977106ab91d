from urllib.parse import quote as url_quote

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools import days
from ..tools.form_post import form_post
from .website import flash


class WezerDeparturePortal(CustomerPortal):
    """Members download their data, and leave."""

    @http.route("/my/download", type="http", auth="user", website=True, readonly=True)
    def wezer_download(self, **_kwargs):
        """Say what is in the file, with the button that fetches it."""
        return request.render(
            "wezer_base.download_page", {"page_name": "wezer_download"}
        )

    @http.route("/my/download/data.zip", type="http", auth="user", readonly=True)
    def wezer_download_file(self, **_kwargs):
        """Send everything about the one who asks, and nothing of others."""
        content = request.env["wezer.personal.data"]._zip(request.env.user.partner_id)
        name = f"wezer-{days.today(request.env).isoformat()}.zip"
        return request.make_response(
            content,
            [
                ("Content-Type", "application/zip"),
                ("Content-Disposition", http.content_disposition(name)),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )

    def _leave_page(self):
        user = request.env.user
        matters = user.partner_id._wezer_leave_obstacles()
        return request.render(
            "wezer_base.leave_page",
            {
                "blocking": [row for row in matters if row["blocks"]],
                "told": [row for row in matters if not row["blocks"]],
                # His own request; members read none of the moderators' rows.
                "asked": request.env["wezer.departure"]
                .sudo()
                ._asked_by(user.partner_id),
                "internal": not user.share,
                "page_name": "wezer_leave",
            },
        )

    @http.route(
        "/my/leave",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def wezer_leave(self, **_kwargs):
        """Show what is open, what goes and what stays."""
        return self._leave_page()

    @http.route("/my/leave", type="http", auth="user", website=True, methods=["POST"])
    @form_post("/my/leave")
    def wezer_leave_post(self, password="", **_kwargs):
        """Leave; or say why not, on the same page."""
        request.env["wezer.profile"].leave(password)
        request.session.logout(keep_db=True)
        said = request.env._(
            "You have left, and your data is deleted. Goodbye, and thank you."
        )
        return request.redirect(f"/web/login?message={url_quote(said)}")

    @http.route(
        "/my/leave/ask", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/my/leave", once=True)
    def wezer_leave_ask(self, reason="", **_kwargs):
        """Ask the moderators to decide."""
        request.env["wezer.departure"].ask(reason)
        flash(request.env._("We have asked the moderators."))
        return request.redirect("/my/leave")

    @http.route(
        "/my/leave/stay", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/my/leave")
    def wezer_leave_stay(self, **_kwargs):
        """Stay after all."""
        leavings = request.env["wezer.departure"]
        asked = leavings.sudo()._asked_by(request.env.user.partner_id)
        if asked:
            leavings.browse(asked.id).action_withdraw()
        flash(request.env._("We are glad that you are staying."))
        return request.redirect("/my/leave")
