from odoo import api, models

# What a page of ours reads of its view: titles and texts for search engines.
FOR_SEARCH_ENGINES = [
    "name",
    "website_meta_title",
    "website_meta_description",
    "website_meta_keywords",
    "website_meta_og_img",
    "seo_name",
]


class IrUiView(models.Model):
    """Views are the records of pages that have no record of their own."""

    _name = "ir.ui.view"
    _inherit = ["ir.ui.view", "wezer.kept.mixin"]

    @api.model
    def _wezer_kept_names(self):
        return FOR_SEARCH_ENGINES
