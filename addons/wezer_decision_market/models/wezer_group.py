from odoo import models

from odoo.addons.wezer_decision.tools import rules
from odoo.addons.wezer_fractal_groups.tools.group_policies import Policy


class WezerGroup(models.Model):
    """Whether a panel decides the disputes that a circle has."""

    _inherit = "wezer.group"

    def _policies(self):
        return {
            **super()._policies(),
            "dispute_panel": Policy(
                self.env._("Our moderators decide disputes together, as a panel"),
                "switch",
                topic=rules.topics(self.env)["together"],
            ),
        }
