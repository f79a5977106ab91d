"""A person who appeals reads the discussion of the appeal."""

from odoo import SUPERUSER_ID, api
from odoo.tools.convert import convert_file


def migrate(cr, version):
    """Read the rules anew: they are of a file that an update leaves alone."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    convert_file(
        env,
        "wezer_decision",
        "security/wezer_decision_rules.xml",
        {},
        mode="init",
        noupdate=False,
    )
