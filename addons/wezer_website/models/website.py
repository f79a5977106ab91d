from odoo import models, tools

from ..tools import web_app


class Website(models.Model):
    _inherit = "website"

    def _wezer_footer_pages(self):
        return [
            *super()._wezer_footer_pages(),
            ("/how-it-works", self.env._("How it works")),
        ]

    @tools.ormcache("mark", "size", "purpose")
    def _wezer_app_icon(self, mark: str, size: int, purpose: str) -> bytes:
        """Return the icon of the app as a PNG, drawn once in each process.

        :param mark: of all that the icon is drawn from; another one is drawn anew
        """
        return web_app.drawn_icon(self, size, purpose)
