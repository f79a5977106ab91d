from odoo import models

from odoo.addons.wezer_decision.tools import rules
from odoo.addons.wezer_fractal_groups.tools.group_policies import Policy


class WezerGroup(models.Model):
    """From which worth on a circle decides together about spending."""

    _inherit = "wezer.group"

    def _policies(self):
        return {
            **super()._policies(),
            "spend_from": Policy(
                self.env._(
                    "Spending that is worth more than this many hours for one"
                    " recipient within 30 days is decided together"
                ),
                "hours",
                least=True,
                topic=rules.topics(self.env)["together"],
                floor=True,
            ),
        }
