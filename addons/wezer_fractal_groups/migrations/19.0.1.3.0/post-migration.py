from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Let teams and roles follow the projects and tasks they have already."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["wezer.group.following"]._cron_keep_in_step()
