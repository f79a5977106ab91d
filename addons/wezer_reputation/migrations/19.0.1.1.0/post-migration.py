from odoo import SUPERUSER_ID, api

SHOWN = (
    "['|', '&', ('is_new', '=', False),"
    " ('partner_id.wezer_reputation_shown', '=', True),"
    " ('partner_id.acts_market', '=', True)]"
)


def migrate(cr, version):
    """Show scores as far as their owners let it: the rule is not updated by itself."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref("wezer_reputation.wezer_reputation_rule_member", False)
    if rule:
        rule.domain_force = SHOWN
    cron = env.ref("wezer_reputation.ir_cron_recompute", False)
    if cron:
        cron.code = "model._recompute(progress=True)"
    # Large, and read by each new assessment while they stood there.
    cr.execute(
        "UPDATE wezer_reputation_run SET admissions = nullif("
        "inputs -> 'admissions', 'null'), inputs = inputs - 'admissions'"
        " WHERE inputs ? 'admissions'"
    )
