from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import flash, seen_or_404
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id

from ..tools import transfer_page
from .books import flash_act
from .portal import WezerCurrencyPortal


class WezerTransferPage(WezerCurrencyPortal):
    """The page of one transfer; all rules are the model's."""

    def _seen_transfer(self, transfer_id):
        """Return the transfer, as the user, if they may see it; else not found."""
        transfer = request.env["wezer.transfer"].browse(record_id(transfer_id) or [])
        known = transfer.sudo().exists()
        # Requests and plans are no part of a statement.
        opened = known.state == "done" and transfer._is_opened_to(request.env.user)
        return transfer if opened else seen_or_404("wezer.transfer", transfer_id)

    @http.route(
        "/my/transfers/<int:transfer_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_transfer(self, transfer_id, **_kwargs):
        """Show one transfer to its parties, and to who opened their statement."""
        transfer = self._seen_transfer(transfer_id)
        values = transfer_page.values(transfer)
        return request.render(
            "wezer_currency.transfer_page", {**values, "page_name": "wezer_transfer"}
        )

    @http.route(
        "/my/transfers/<int:transfer_id>/correct",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/transfers/{transfer_id}", once=True)
    def wezer_transfer_correct(self, transfer_id, reason="", amount="", **_kwargs):
        """Correct a transfer, all or part; the transfer checks who may."""
        transfer = self._seen_transfer(transfer_id)
        currency = transfer.sudo().wezer_currency_id
        if request.env.user._wezer_is_treasurer(currency):
            acts = request.env["wezer.treasury.act"]
            number = acts.propose_correction(transfer.id, reason, amount or None)
            flash_act(request.env, acts.browse(number))
            return request.redirect(f"/my/transfers/{transfer.id}")
        made = transfer.action_correct(reason, amount or None)
        flash(request.env._("The payment was corrected. Both parties were notified."))
        return request.redirect(f"/my/transfers/{made}")
