from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Make the one picture of each announcement the first of its pictures."""
    if version:
        env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
        env["wezer.announcement.picture"]._take_over()
