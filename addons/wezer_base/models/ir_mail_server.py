from odoo import api, models
from odoo.fields import Domain
from odoo.tools import config


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model_create_multi
    def create(self, vals_list):
        servers = super().create(vals_list)
        self.env["res.company"]._wezer_forget_mail_trouble()
        return servers

    def write(self, vals):
        result = super().write(vals)
        self.env["res.company"]._wezer_forget_mail_trouble()
        return result

    def unlink(self):
        result = super().unlink()
        self.env["res.company"]._wezer_forget_mail_trouble()
        return result

    @api.model
    def _wezer_own(self):
        """Return the server that the community's e-mails use first (sudo), or none."""
        domain = Domain(self._find_mail_server_allowed_domain())
        return self.sudo().search(domain & Domain("active", "=", True), limit=1)

    @api.model
    def _wezer_configured(self):
        """Return the server of Odoo's configuration as ``(host, port)``, or None.

        Odoo's default, port 25 of this machine, is nobody's choice.
        """
        chosen = config.options.maps[:-1]
        if not any("smtp_server" in options for options in chosen):
            return None
        host = config["smtp_server"]
        return (host, config["smtp_port"]) if host else None

    @api.model
    def _wezer_is_set(self):
        """Return whether a server for outgoing e-mails is set at all."""
        return bool(self._wezer_configured() or self._wezer_own())
