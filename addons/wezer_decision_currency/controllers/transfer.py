from odoo import http
from odoo.http import request
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.controllers.website import flash
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_currency.controllers.transfer import WezerTransferPage

from ..tools import paying

_lt = LazyTranslate(__name__)

DONE = {
    "confirm": _lt("Thank you. The payment is confirmed."),
    "deny": _lt("The circle gets a notice that the money did not come."),
    "refund": _lt("The payment was given back."),
    "pay_again": _lt("It was paid again."),
}


class WezerDecidedPayment(WezerTransferPage):
    """What recipients do about money that a decision paid; the outcome checks who."""

    @http.route(
        "/my/transfers/<int:transfer_id>/decided/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/transfers/{transfer_id}", once=True)
    def wezer_decided_payment(self, transfer_id, act="", amount="", **_kwargs):
        """Confirm, deny or give back what a decision paid."""
        if act not in DONE:
            return request.not_found()
        transfer = self._seen_transfer(transfer_id)
        outcome = paying.outcome_of(transfer.sudo())
        outcome = request.env["wezer.outcome"].browse(record_id(outcome.id) or [])
        if act == "confirm":
            outcome.action_confirm_payment()
        elif act == "deny":
            outcome.action_deny_payment()
        elif act == "refund":
            outcome.action_refund_payment(amount or None)
        else:
            outcome.action_pay_again()
        flash(request.env._(DONE[act]))
        return request.redirect(f"/my/transfers/{transfer.id}")
