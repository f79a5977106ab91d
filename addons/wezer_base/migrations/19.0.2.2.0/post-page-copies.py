"""Contact pages that somebody wrote stay; administrators read what was put aside."""

from odoo import SUPERUSER_ID, api

from odoo.addons.wezer_base.tools.page_copies import keep_contact_pages


def migrate(cr, version):
    """Finish what the script before the update has begun."""
    if version:
        env = api.Environment(cr, SUPERUSER_ID, {})
        keep_contact_pages(env)
        env["ir.ui.view"]._wezer_tell_put_aside("19.0.2.2.0")
