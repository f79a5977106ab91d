"""Write the texts that the directory searches anew, between blanks, and learn them."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Compute the copies of all profiles; their words are learned on the way."""
    profiles = api.Environment(cr, SUPERUSER_ID, {})["wezer.profile"]
    profiles = profiles.with_context(active_test=False).search([])
    for name in ("members_text", "everyone_text"):
        profiles.env.add_to_compute(profiles._fields[name], profiles)
    profiles.flush_model()
