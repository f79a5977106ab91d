from odoo import http
from odoo.http import request

from odoo.addons.website.controllers.main import Website


class WezerHome(Website):
    """The first page: the community's for visitors, their own for members."""

    @http.route()
    def index(self, **kwargs):
        """Show members their own home.

        Internal users see the page of the website: they edit it.
        """
        if request.env.user._is_portal():
            request.reroute("/my")
            rule, args = request.env["ir.http"]._match("/my")
            return request._serve_ir_http(rule, args)
        return super().index(**kwargs)


class WezerWallet(http.Controller):
    @http.route(
        "/my/wallet",
        type="http",
        auth="user",
        website=True,
        sitemap=False,
        readonly=True,
    )
    def main_wallet(self, **_kwargs):
        """Lead to the statement of the main wallet, or to all where there is none."""
        wallet = request.env.user._wezer_main_wallet()
        return request.redirect(f"/my/wallets/{wallet.id}" if wallet else "/my/wallets")
