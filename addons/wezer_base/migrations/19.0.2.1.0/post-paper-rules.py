"""Visitors see no members without a login, in communities that show members to them.

Rules are data that an update leaves alone, because administrators may change them.
"""

from odoo import SUPERUSER_ID, api

RULES = {
    "wezer_profile_rule_public": """[
            ('company_id.wezer_visitors_see_members', '=', True),
            ('state', '=', 'active'),
            ('on_paper', '=', False),
        ]""",
    "wezer_profile_rule_in_here": """[
            '|', '|', ('company_id.wezer_is_user_member', '=', True),
            '&', ('company_id.wezer_visitors_see_members', '=', True),
            ('on_paper', '=', False),
            ('partner_id', '=', user.partner_id.id),
        ]""",
}


def migrate(cr, version):
    """Give both rules what new databases have, where they do not know of it."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, domain in RULES.items():
        rule = env.ref(f"wezer_base.{name}", raise_if_not_found=False)
        if rule and "on_paper" not in (rule.domain_force or ""):
            rule.domain_force = domain
