"""Make the history of groups from the dates that are stored."""

from odoo import SUPERUSER_ID, api

from odoo.addons.wezer_fractal_groups.tools import group_history_rebuild


def migrate(cr, version):
    """Give each group that has no history the events that its rows tell of."""
    group_history_rebuild.rebuild(api.Environment(cr, SUPERUSER_ID, {}))
