from odoo import SUPERUSER_ID, api

SEEN = "['|', ('visibility', 'in', ['public', 'network']), ('i_see', '=', True)]"


def migrate(cr, version):
    """Ask once who sees a group: the rule was written once and is not updated."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref("wezer_fractal_groups.wezer_group_rule_member", False)
    if rule:
        rule.domain_force = SEEN
