from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Remember when deals began, and take the weight between who acts for whom."""
    cr.execute("UPDATE wezer_assessment SET deal_date = coalesce(create_date, date)")
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["wezer.assessment"]._drop_ties()
