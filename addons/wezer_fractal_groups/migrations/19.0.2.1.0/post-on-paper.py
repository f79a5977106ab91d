"""The partner of a group is no member without a login."""

from odoo.tools import SQL


def migrate(cr, version):
    """Take the mark of people from partners of groups that are no organisations."""
    cr.execute(
        SQL(
            """UPDATE wezer_profile profile SET is_person = FALSE, on_paper = FALSE
                 FROM wezer_group g
                WHERE g.partner_id = profile.partner_id AND profile.on_paper"""
        )
    )
