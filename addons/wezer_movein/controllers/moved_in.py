from odoo import http
from odoo.http import content_disposition, request

from odoo.addons.wezer_base.controllers.website import (
    flash,
    seen_or_404,
    waiting_page,
)
from odoo.addons.wezer_base.tools.form_post import form_post

ACCOUNTS = 50


class WezerMovedIn(http.Controller):
    """What came along from an old system: for each member, and the proof as a file."""

    @http.route(
        "/my/moved-in",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def wezer_moved_in(self, **_form):
        """Show the accounts of the parties that the user acts for."""
        if waiting := waiting_page():
            return waiting
        accounts = request.env["wezer.movein.account"].search(
            [
                ("partner_id.acts_wallet", "=", True),
                ("movein_state", "in", ("proved", "open", "finished")),
            ],
            order="id desc",
            limit=ACCOUNTS,
        )
        # The rules let only own accounts through; the move and wallet are theirs too.
        return request.render(
            "wezer_movein.moved_in_page",
            {"accounts": accounts.sudo(), "page_name": "wezer_moved_in"},
        )

    @http.route(
        "/my/moved-in/<int:account_id>/wrong",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/moved-in", once=True)
    def wezer_moved_in_wrong(self, account_id, **form):
        """Tell the administrators what is wrong with an account."""
        account = seen_or_404("wezer.movein.account", account_id)
        account.report_wrong(form.get("text", ""))
        flash(
            request.env._(
                "Thank you. The administrators got your message and will look into it."
            )
        )
        return request.redirect("/my/moved-in")

    @http.route(
        "/wezer/moved-in/<int:move_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def wezer_moved_in_proof_page(self, move_id):
        """Show the proof of a move, to be printed; administrators and moderators."""
        move = seen_or_404("wezer.movein", move_id)
        # A field of administrators and moderators only.
        if not move.proof:
            raise request.not_found()
        return request.render("wezer_movein.proof_page", move._proof_page_values())

    @http.route(
        "/wezer/moved-in/<int:move_id>/proof",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def wezer_moved_in_proof(self, move_id):
        """Give the signed proof of a move as a file."""
        move = seen_or_404("wezer.movein", move_id)
        name = f"proof-{move.id}.json"
        return request.make_response(
            move.proof_file(),
            [
                ("Content-Type", "application/json; charset=utf-8"),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "private, no-store"),
            ],
        )
