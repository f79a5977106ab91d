from odoo import api, models


class BaseLanguageInstall(models.TransientModel):
    """Adding a language adds it to the community's website, with its terms."""

    _inherit = "base.language.install"

    @api.model
    def default_get(self, fields):
        """Extend Odoo's: propose every website, for a community has one."""
        values = super().default_get(fields)
        if "website_ids" in fields and not values.get("website_ids"):
            values["website_ids"] = self.env["website"].search([]).ids
        return values

    def lang_install(self):
        """Extend Odoo's: addresses have the short code (``/ca``) where it is free."""
        action = super().lang_install()
        self.lang_ids._wezer_shorten_address()
        return action
