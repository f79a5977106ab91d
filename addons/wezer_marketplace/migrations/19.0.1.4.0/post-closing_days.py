from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give what has an end its closing day: posted tasks had none and never closed."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    endless = env["wezer.announcement"].search(
        [
            ("state", "!=", "ended"),
            ("expiry", "=", False),
            ("date_last", "!=", False),
        ]
    )
    for announcement in endless:
        announcement.expiry = announcement._last_day()
