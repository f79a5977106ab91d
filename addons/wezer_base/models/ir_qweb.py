from odoo import models
from odoo.http import request


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _prepare_frontend_environment(self, values):
        """Give each page of the website the sentence left by the last act."""
        result = super()._prepare_frontend_environment(values)
        if request and hasattr(request, "session"):
            values["wezer_take_flash"] = lambda: request.session.pop(
                "wezer_flash", None
            )
        return result
