from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Keep the zone that days are counted in from now on, where one is known."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for company in env["res.company"].search([("wezer_tz", "=", False)]):
        zone = company._wezer_zone().key
        if zone != "UTC":
            company.wezer_tz = zone
