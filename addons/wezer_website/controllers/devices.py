from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import flash
from odoo.addons.wezer_base.tools.form_post import form_post

CHOICES = "/my/notices/choices"


class WezerDevices(http.Controller):
    """The devices on which a person sees notices; the service worker shows them."""

    @http.route(
        "/my/notices/devices/add",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post(CHOICES)
    def add(self, endpoint="", public="", secret="", **_kwargs):
        """Tell this person on this device from now on."""
        agent = request.httprequest.user_agent
        name = " ".join(filter(None, [agent.browser, agent.platform])).title()
        request.env["wezer.notice.push"]._add_device(endpoint, public, secret, name)
        flash(request.env._("This device shows your notices now."))
        return request.redirect(CHOICES)

    @http.route(
        "/my/notices/devices/<int:device_id>/remove",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post(CHOICES)
    def remove(self, device_id, **_kwargs):
        """Show this person's notices no more on one of their devices."""
        request.env["wezer.notice.push"]._remove_device(device_id)
        flash(request.env._("The device was removed."))
        return request.redirect(CHOICES)

    @http.route(
        "/my/notices/devices/test",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post(CHOICES)
    def test(self, **_kwargs):
        """Send a test message to this person's devices."""
        request.env["wezer.notice.push"]._send_test()
        flash(request.env._("A test message is on its way to your devices."))
        return request.redirect(CHOICES)
