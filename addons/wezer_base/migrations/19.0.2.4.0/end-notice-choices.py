"""People keep what they chose about mails, and the site gets the key for devices."""

from odoo import SUPERUSER_ID, api
from odoo.tools import sql

from odoo.addons.wezer_base.tools.notice_choices import leave_unsent, take_over


def migrate(cr, version):
    """Choose for each group what was chosen for its kinds."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["wezer.notice.push"]._public_key()
    if sql.table_exists(cr, "wezer_notice_choice_before"):
        take_over(env)
        leave_unsent(env)
        cr.execute("DROP TABLE wezer_notice_choice_before")
