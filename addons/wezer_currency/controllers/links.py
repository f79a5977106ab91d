import uuid

import werkzeug.exceptions

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import flash

from ..tools.qr import qr_picture
from .portal import WezerCurrencyPortal
from .queue import wait_for_wallets


class WezerPaymentLinks(WezerCurrencyPortal):
    """Addresses and QR codes at which one is paid."""

    @http.route(
        "/pay/<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def wezer_pay_link(self, token, **form):
        """Show who has the address whom he pays here; visitors log in first."""
        if request.env.user._is_public():
            return request.redirect_query("/web/login", {"redirect": f"/pay/{token}"})
        form.pop("key", None)
        return self._link_form(token, **form)

    def _link_form(self, token, error=None, **form):
        link = request.env["wezer.payment.link"]._by_token(token)
        user = request.env.user
        acting = request.env["res.partner"].sudo().browse(user._acting_ids("wallet"))
        return request.render(
            "wezer_currency.link_page",
            {
                "link": link,
                "own": link and link.payee_id in acting,
                "token": token,
                "acting": acting.sorted(lambda one: one != user.partner_id),
                "acting_id": self._number(form.get("acting"))
                or user._wezer_act_as("wallet").id,
                "purses": self._purses(acting, link.wezer_currency_id),
                "categories": self._purposes(link.wezer_currency_id),
                "category_id": self._number(form.get("category")),
                "amount": form.get("amount", ""),
                "purpose": form.get("purpose", ""),
                "key": form.get("key") or uuid.uuid4().hex,
                "error": error,
                "page_name": "wezer_pay",
            },
        )

    @http.route(
        "/pay/<string:token>",
        type="http",
        auth="user",
        website=True,
        sitemap=False,
        methods=["POST"],
    )
    def wezer_pay_link_post(self, token, **form):
        """Pay at the address, and show the statement; or say why not."""
        links = request.env["wezer.payment.link"]
        acting = self._number(form.get("acting")) or request.env.user.partner_id.id
        link = links._by_token(token)
        money, payee = link.wezer_currency_id, link.payee_id
        try:
            wait_for_wallets(money.id or 0, acting, payee.id or 0)
            # What is refused leaves nothing behind.
            with request.env.cr.savepoint():
                transfer_id = links.pay(
                    token,
                    acting,
                    form.get("amount", ""),
                    form.get("purpose", ""),
                    key=form.get("key"),
                    acting_partner_id=acting,
                    category=self._number(form.get("category")) or None,
                )
        except (UserError, AccessError) as error:
            return self._link_form(token, error=error.args[0], **form)
        # Made just now by the caller himself.
        transfer = request.env["wezer.transfer"].sudo().browse(transfer_id)
        transfer._tell()
        flash(
            request.env._(
                "You paid %(amount)s to %(name)s.",
                amount=transfer.amount_display,
                name=transfer.payee_id.name,
            )
        )
        return request.redirect(f"/my/wallets/{transfer.payer_wallet_id.id}")

    @http.route(
        "/my/wallets/<int:wallet_id>/link",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def wezer_link_make(self, wallet_id, **form):
        """Make an address at which this wallet's owner is paid."""
        wallet = request.env["wezer.wallet"].search(
            [("id", "=", wallet_id), ("partner_id.acts_wallet", "=", True)]
        )
        if not wallet:
            raise werkzeug.exceptions.NotFound()
        wallet = wallet.sudo()
        back = f"/my/wallets/{wallet.id}"
        try:
            link_id = request.env["wezer.payment.link"].create_link(
                wallet.partner_id.id,
                wallet.wezer_currency_id.id,
                form.get("amount", "").strip(),
                form.get("purpose", ""),
                once=bool(form.get("once")),
                acting_partner_id=wallet.partner_id.id,
            )
        except (UserError, AccessError) as error:
            flash(error.args[0], "warning")
            return request.redirect(back)
        return request.redirect(f"/my/links/{link_id}")

    @http.route(
        "/my/links/<int:link_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def wezer_link(self, link_id, **_kwargs):
        """Show an address of one's own, its QR code large enough for a wall."""
        link = request.env["wezer.payment.link"].search([("id", "=", link_id)])
        if not link:
            raise werkzeug.exceptions.NotFound()
        link = link.sudo()
        wallet = request.env["wezer.wallet"]._find(
            link.payee_id, link.wezer_currency_id
        )
        # Where the reader is now is where the address works.
        url = f"{request.httprequest.url_root.rstrip('/')}/pay/{link.token}"
        return request.render(
            "wezer_currency.own_link_page",
            {
                "link": link,
                "wallet": wallet,
                "url": url,
                "picture": qr_picture(url),
                "page_name": "wezer_link",
            },
        )

    @http.route(
        "/my/links/<int:link_id>/withdraw",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def wezer_link_withdraw(self, link_id, **_kwargs):
        """End an address of one's own."""
        link = request.env["wezer.payment.link"].browse(link_id).exists()
        if not link:
            raise werkzeug.exceptions.NotFound()
        try:
            link.action_withdraw()
            flash(request.env._("Nobody can pay at this address any more."))
        except (UserError, AccessError) as error:
            flash(error.args[0], "warning")
        return request.redirect("/my/wallets")
