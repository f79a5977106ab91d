from datetime import time

from odoo import SUPERUSER_ID, api

from odoo.addons.wezer_base.tools import days


def migrate(cr, version):
    """Let planned payments go out on the community's day, not on that of UTC.

    A day that was chosen was kept as its midnight in UTC: 31 January in the west.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    planned = env["wezer.transfer"].search([("state", "=", "scheduled")])
    for transfer in planned:
        vals = {
            name: days.begin(env, transfer[name].date(), transfer.company_id)
            for name in ("date", "schedule_start")
            if transfer[name] and transfer[name].time() == time()
        }
        if transfer.until and transfer.until.time() == time():
            day = transfer.until.date()
            vals["until"] = days.end(env, day, transfer.company_id) - days.SECOND
        if vals:
            transfer.write(vals)
