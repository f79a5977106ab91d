"""Places of circles that were kept before circles had a map."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Keep positions off the new map until somebody shows them there.

    An administrator could give a circle's profile a position, which nobody saw; that
    its place is shown to members was the default, chosen by nobody.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    placed = env["wezer.profile"].search(
        [
            ("partner_id", "in", env["wezer.group"].search([]).partner_id.ids),
            ("share_place", "=", "members"),
            *("|", ("latitude", "!=", 0), ("longitude", "!=", 0)),
        ]
    )
    # Searched texts follow.
    placed.share_place = "nobody"
