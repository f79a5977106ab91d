from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file


def migrate(cr, version):
    """Take over the record rules: who has a dispute sees it (they are noupdate)."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    rules = "security/wezer_marketplace_rules.xml"
    convert_file(env, "wezer_marketplace", rules, None, mode="init", noupdate=True)
