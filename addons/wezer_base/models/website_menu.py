from odoo import api, models


class WebsiteMenu(models.Model):
    """The lines of the menu, which each page shows."""

    _name = "website.menu"
    _inherit = ["website.menu", "wezer.kept.mixin"]

    @api.model
    def _wezer_kept_names(self):
        return [*super()._wezer_kept_names(), "mega_menu_content"]
