"""Pages that an administrator edited ask for templates that are gone."""

from odoo.addons.wezer_base.tools.page_copies import put_aside


def migrate(cr, version):
    """Show the new pages; the edited ones are listed under *Replaced pages*."""
    if version:
        put_aside(cr, "19.0.2.2.0")
