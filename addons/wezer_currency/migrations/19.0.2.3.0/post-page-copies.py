"""Administrators read which of their pages were put aside."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Finish what the script before the update has begun."""
    if version:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["ir.ui.view"]._wezer_tell_put_aside("19.0.2.3.0")
