"""Letters about accounts no longer advertise for somebody else."""

from odoo import SUPERUSER_ID, api

from odoo.addons.wezer_base.tools.letters import remove_advertisement


def migrate(cr, version):
    """Remove the advertisement from letters of before."""
    remove_advertisement(api.Environment(cr, SUPERUSER_ID, {}))
