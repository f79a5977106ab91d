import hashlib

from odoo import fields, models


class MailPushDevice(models.Model):
    """A browser on which somebody wants to see their notices."""

    _inherit = "mail.push.device"

    wezer_name = fields.Char(
        string="Name", help="The browser and the system, as the device told them."
    )

    def _wezer_mark(self):
        """Return a mark by which the browser finds itself in a list of devices."""
        self.ensure_one()
        return hashlib.sha256(self.endpoint.encode()).hexdigest()
