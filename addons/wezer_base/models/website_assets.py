from odoo import api, models

COLORS = "options/colors/user_color_palette.scss"
VALUES = "options/user_values.scss"


class WebsiteAssets(models.AbstractModel):
    _inherit = "website.assets"

    @api.model
    def make_scss_customization(self, url, values):
        """Extend Odoo's: letters and paper take the colours that the pages have."""
        result = super().make_scss_customization(url, values)
        if url.endswith((COLORS, VALUES)):
            self.env["website"].get_current_website()._wezer_take_theme()
        return result
