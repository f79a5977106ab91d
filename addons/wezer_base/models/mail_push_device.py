import hashlib

from odoo import fields, models


class MailPushDevice(models.Model):
    """A browser on which somebody wants to see their notices."""

    _name = "mail.push.device"
    _inherit = ["mail.push.device", "wezer.record.mixin"]
    # Odoo keeps devices from everybody; people see the name of their own.
    _wezer_private_name = False

    wezer_name = fields.Char(
        string="Name", help="The browser and the system, as the device told them."
    )

    def _wezer_mark(self):
        """Return a mark by which the browser finds itself in a list of devices."""
        self.ensure_one()
        return hashlib.sha256(self.endpoint.encode()).hexdigest()
