import hashlib

from odoo import api, fields, models


class MailPushDevice(models.Model):
    """A browser on which somebody wants to see their notices."""

    _name = "mail.push.device"
    _inherit = ["mail.push.device", "wezer.record.mixin"]
    # Odoo keeps devices from everybody; people see the name of their own.
    _wezer_private_name = False

    wezer_name = fields.Char(
        string="Name", help="The browser and the system, as the device told them."
    )

    @api.model
    def register_devices(self, **kw):
        """Extend Odoo's: only browsers of known services, and so many of a person.

        Odoo sends to them, too: the server calls no address that people make up.
        """
        pushes = self.env["wezer.notice.push"]
        endpoint = kw.get("endpoint")
        if not pushes._may_call(endpoint) or not pushes._has_room(
            endpoint, kw.get("previousEndpoint")
        ):
            return None
        return super().register_devices(**kw)

    def _wezer_mark(self):
        """Return a mark by which the browser finds itself in a list of devices."""
        self.ensure_one()
        return hashlib.sha256(self.endpoint.encode()).hexdigest()
