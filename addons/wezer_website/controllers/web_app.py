from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import flash

from ..tools import app_icon, web_app

DAY, YEAR = 86400, 31536000


class WezerWebApp(http.Controller):
    """The website as an app of a phone: for visitors and members alike."""

    @http.route(
        "/app/manifest.webmanifest",
        type="http",
        auth="public",
        website=True,
        multilang=True,
        sitemap=False,
        readonly=True,
    )
    def manifest(self, **_kwargs):
        """Serve the manifest; Odoo's own is that of the back office."""
        return request.make_json_response(
            web_app.manifest(request.website),
            headers=[
                ("Content-Type", "application/manifest+json; charset=utf-8"),
                ("Cache-Control", f"public, max-age={DAY}"),
            ],
        )

    @http.route(
        "/app/icon/<int:size>/<any(any,maskable):purpose>.png",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        readonly=True,
    )
    def icon(self, size, purpose, v="", **_kwargs):
        """Serve the icon in one of the sizes that phones ask for."""
        if size not in app_icon.SIZES:
            raise request.not_found()
        return request.make_response(
            web_app.icon(request.website, size, purpose),
            [
                ("Content-Type", "image/png"),
                ("Cache-Control", f"public, max-age={YEAR if v else DAY}"),
            ],
        )

    @http.route(
        "/service-worker.js",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        readonly=True,
    )
    def service_worker(self, **_kwargs):
        """Serve the service worker of the website, at the root: its scope is all.

        Odoo's own has the scope ``/odoo``, which is nearer: the back office keeps it.
        """
        return request.make_response(
            web_app.service_worker(request.website),
            [
                ("Content-Type", "text/javascript; charset=utf-8"),
                ("Cache-Control", "no-cache"),
            ],
        )

    @http.route(
        "/app/offline",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        readonly=True,
    )
    def offline(self, **_kwargs):
        """Serve the page that the service worker keeps for when there is no network."""
        return request.render(
            "wezer_website.offline_page", web_app.offline(request.website)
        )

    @http.route(
        "/app/share",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        methods=["POST"],
        csrf=False,
        sitemap=False,
    )
    def share(self, **_kwargs):
        """Lead to the form where the service worker did not take the picture.

        A phone sends it without a token of ours. Nothing is kept and nothing is done
        here: the service worker keeps the picture on the phone.
        """
        flash(request.env._("The picture did not arrive. Choose it here."), "warning")
        return request.redirect("/market/new")
