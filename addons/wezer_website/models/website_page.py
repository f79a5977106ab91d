from odoo import api, models

# Seconds: so long may a visitor read what changed meanwhile.
KEPT = 60
# What Odoo writes of every home page, and search engines would show.
EXAMPLE = "This is the homepage of the website"


class WebsitePage(models.Model):
    """Pages with blocks are of the moment, so their copies for visitors are short."""

    _inherit = "website.page"
    _CACHE_DURATION = KEPT

    @api.model
    def _wezer_forget_example(self):
        """Let the home page say what it is: Odoo's example text goes."""
        found = self.search([("website_meta_description", "=", EXAMPLE)])
        found.website_meta_description = False
