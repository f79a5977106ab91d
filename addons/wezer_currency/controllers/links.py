import uuid

import werkzeug.exceptions

from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import (
    acting_party,
    flash,
    seen_or_404,
    waiting_page,
)
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.sorting import sorted_for_reader

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
        """Show a form that pays the owner of the address.

        Visitors read what it is and who is paid, and log in or join first: they come
        back here. The purpose is for members; who waits to be accepted reads that.
        """
        if request.env.user._is_public():
            link = request.env["wezer.payment.link"]._by_token(token)
            # The name is shown where visitors find it in the directory.
            known = request.env["wezer.profile"].search(
                [("partner_id", "=", link.payee_id.id or 0)], limit=1
            )
            return request.render(
                "wezer_currency.visitor_link_page",
                {
                    "link": link,
                    "payee": known.name,
                    "arrival": f"/pay/{token}",
                    "company": request.env.company,
                },
            )
        return waiting_page() or self._link_form(token, **form)

    def _link_form(self, token, **form):
        link = request.env["wezer.payment.link"]._by_token(token)
        user = request.env.user
        acting = request.env["res.partner"].sudo().browse(user._acting_ids("wallet"))
        return request.render(
            "wezer_currency.link_page",
            {
                "link": link,
                "own": link and link.payee_id in acting,
                "token": token,
                "acting": sorted_for_reader(
                    acting, "name", lambda partner: partner == user.partner_id
                ),
                "acting_id": record_id(form.get("acting"))
                or user._wezer_act_as("wallet").id,
                "purses": self._purses(acting, link.wezer_currency_id),
                "categories": self._purposes(link.wezer_currency_id),
                "category_id": record_id(form.get("category")),
                "amount": form.get("amount", ""),
                "purpose": form.get("purpose", ""),
                "key": uuid.uuid4().hex,
                "page_name": "wezer_pay",
            },
        )

    def _wait_for_link(self, token, **form):
        """Wait for those who move the same two wallets."""
        acting = acting_party(form)
        link = request.env["wezer.payment.link"]._by_token(token)
        wait_for_wallets(link.wezer_currency_id.id or 0, acting, link.payee_id.id or 0)

    @http.route(
        "/pay/<string:token>",
        type="http",
        auth="user",
        website=True,
        sitemap=False,
        methods=["POST"],
    )
    @form_post("/pay/{token}", once=True, alike_seconds=120, wait=_wait_for_link)
    def wezer_pay_link_post(self, token, **form):
        """Pay at the address, and show the statement; or explain why not."""
        links = request.env["wezer.payment.link"]
        acting = acting_party(form)
        link = links._by_token(token)
        currency, amount = link.wezer_currency_id, form.get("amount", "")
        if link.amount_minor:
            amount = currency._decimal(link.amount_minor)
        payment = (link.payee_id.name, currency.id, amount)
        if link and (looks := self._looks(form, [payment])):
            return self._ask_again(f"/pay/{token}", form, looks)
        transfer_id = links.pay(
            token,
            acting,
            form.get("amount", ""),
            form.get("purpose", ""),
            key=form.get("key"),
            acting_partner_id=acting,
            category=record_id(form.get("category")) or None,
        )
        # Made just now by the caller.
        transfer = request.env["wezer.transfer"].sudo().browse(transfer_id)
        transfer._notify_parties()
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
    @form_post("/my/wallets/{wallet_id}", once=True, alike_seconds=120)
    def wezer_link_make(self, wallet_id, **form):
        """Make an address at which this wallet's owner is paid."""
        wallet = request.env["wezer.wallet"].search(
            [("id", "=", wallet_id), ("partner_id.acts_wallet", "=", True)]
        )
        if not wallet:
            raise werkzeug.exceptions.NotFound()
        wallet = wallet.sudo()
        link_id = request.env["wezer.payment.link"].create_link(
            wallet.partner_id.id,
            wallet.wezer_currency_id.id,
            form.get("amount", "").strip(),
            form.get("purpose", ""),
            once=bool(form.get("once")),
            acting_partner_id=wallet.partner_id.id,
        )
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
        link = seen_or_404("wezer.payment.link", link_id).sudo()
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
                "may_withdraw": link._may("withdraw"),
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
    @form_post("/my/links/{link_id}")
    def wezer_link_withdraw(self, link_id, **_kwargs):
        """End an address of one's own."""
        link = seen_or_404("wezer.payment.link", link_id)
        link.action_withdraw()
        flash(request.env._("Nobody can pay through this link any more."))
        return request.redirect("/my/wallets")
