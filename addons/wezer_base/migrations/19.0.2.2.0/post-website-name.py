"""Websites have the community's name, and letters the colours of the website."""

from odoo import SUPERUSER_ID, api

from odoo.addons.wezer_base.models.website import UNNAMED


def migrate(cr, version):
    """Name the websites that Odoo named, and take over the theme of each."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for website in env["website"].search([]):
        name = website.company_id.name
        if website.name in UNNAMED and name not in UNNAMED:
            website.name = name
        website._wezer_take_theme()
