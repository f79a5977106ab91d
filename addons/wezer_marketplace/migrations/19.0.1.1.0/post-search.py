from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Keep the words of each announcement as the search wants them now."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    announcements = env["wezer.announcement"].with_context(active_test=False).search([])
    env.add_to_compute(announcements._fields["search_text"], announcements)
    env.flush_all()
    # What is there already is no news.
    announcements.told = True
