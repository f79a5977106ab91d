from odoo import api, models


class WezerOnboarding(models.TransientModel):
    _inherit = "wezer.onboarding"

    @api.model
    def _steps(self):
        there = self.env["wezer.announcement"].search_count(
            [("state", "!=", "draft")], limit=1
        )
        return [
            *super()._steps(),
            {
                "key": "want",
                "sequence": 80,
                "name": self.env._("First help wanted"),
                "text": self.env._(
                    "Ask for something you really need, so that people see how it"
                    " works."
                ),
                "done": bool(there),
                "action": "wezer_marketplace.wezer_announcement_action",
                "skip_label": False,
            },
        ]
