from odoo import SUPERUSER_ID, api

from odoo.addons.wezer_base.tools.text import TITLE_LENGTH, clean_line


def migrate(cr, version):
    """Take layout, styles and foreign pictures out of what was written before.

    A picture stays where the person who wrote the announcement may see it.
    """
    env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
    market = env["wezer.announcement"].with_context(active_test=False)
    for one in market.search([("description", "!=", False)]):
        writer = one.person_id.user_ids[:1] or env.ref("base.public_user")
        one.with_user(writer).sudo().description = one.description
    cr.execute("SELECT id, title FROM wezer_announcement")
    for number, title in cr.fetchall():
        clean = clean_line(title, TITLE_LENGTH)
        if clean and clean != title:
            market.browse(number).title = clean
