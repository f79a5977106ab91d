"""Members without a login are members: in the directory, and found by their skills."""

from odoo.tools import SQL


def migrate(cr, version):
    """Mark the people among the profiles of those who cannot log in.

    Whose login is archived is locked out, and no member on paper. Partners of groups
    are organisations, as are those of companies and treasuries; the addon with groups
    takes away what else is a group's.
    """
    cr.execute(
        SQL(
            """UPDATE wezer_profile profile SET is_person = TRUE, on_paper = TRUE
                 FROM res_partner partner
                WHERE partner.id = profile.partner_id
                  AND NOT coalesce(partner.is_company, FALSE)
                  AND NOT coalesce(partner.wezer_is_treasury, FALSE)
                  AND NOT EXISTS (
                      SELECT FROM res_users login
                       WHERE login.partner_id = partner.id)"""
        )
    )
