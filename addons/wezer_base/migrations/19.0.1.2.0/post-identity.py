from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file


def migrate(cr, version):
    """Take over the record rules of changes of addresses (they are noupdate)."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    rules = "security/wezer_base_rules.xml"
    convert_file(env, "wezer_base", rules, None, mode="init", noupdate=True)
    # Back-office accounts with a plain login are known by the address they have.
    cr.execute(
        """UPDATE res_partner p SET wezer_vouched_email = p.email_normalized
             FROM res_users u
            WHERE u.partner_id = p.id AND NOT u.share AND u.login NOT LIKE '%@%'"""
    )
