import werkzeug.exceptions

from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import flash, seen_or_404
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id

from ..tools import clearing_page
from .portal import WezerCurrencyPortal


class WezerClearingPages(WezerCurrencyPortal):
    """Settlements in circles: the switch of a wallet, and what is proposed."""

    @http.route(
        "/my/wallets/<int:wallet_id>/circles",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/wallets/{wallet_id}", in_place=True)
    def wezer_circles_switch(self, wallet_id, **form):
        """Agree beforehand to settlements in circles, or no longer."""
        wallet = request.env["wezer.wallet"].search(
            [("id", "=", wallet_id), ("partner_id.acts_wallet", "=", True)]
        )
        if not wallet:
            raise werkzeug.exceptions.NotFound()
        on = bool(form.get("on"))
        wallet.set_circle_settling(on, wallet.sudo().partner_id.id)
        flash(
            request.env._(
                "Debts that run in a circle will be proposed to you for settlement."
            )
            if on
            else request.env._("Your debts are no longer settled in circles.")
        )
        return request.redirect(f"/my/wallets/{wallet_id}")

    @http.route("/my/clearing", type="http", auth="user", website=True, readonly=True)
    def wezer_clearings(self, before=None, **_kwargs):
        """List the settlements that concern the reader, the newest first."""
        limit = clearing_page.LIST_ROWS
        found = clearing_page.own(request.env, record_id(before), limit + 1)
        return request.render(
            "wezer_currency.clearings_page",
            {
                "clearings": found[:limit],
                "older": found[limit - 1].id if len(found) > limit else 0,
                "page_name": "wezer_clearings",
            },
        )

    @http.route(
        "/my/clearing/<int:clearing_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def wezer_clearing(self, clearing_id, **_kwargs):
        """Show what a settlement changes for the reader, and for everybody."""
        clearing = seen_or_404("wezer.clearing", clearing_id)
        return request.render(
            "wezer_currency.clearing_page",
            {
                "clearing": clearing.sudo(),
                "effects": clearing_page.effects(clearing),
                "members": clearing_page.members(clearing),
                "may_decline": clearing.may_decline,
                "own_partner": request.env.user.sudo().partner_id,
                "page_name": "wezer_clearing",
            },
        )

    @http.route(
        "/my/clearing/<int:clearing_id>/decline",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/clearing/{clearing_id}")
    def wezer_clearing_decline(self, clearing_id, **form):
        """Decline a settlement for a member of its circle."""
        clearing = seen_or_404("wezer.clearing", clearing_id)
        clearing.action_decline(record_id(form.get("acting")) or None)
        flash(request.env._("The settlement is not carried out. Nothing changes."))
        return request.redirect("/my/clearing")
