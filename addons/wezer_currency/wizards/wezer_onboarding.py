from odoo import api, models


class WezerOnboarding(models.TransientModel):
    _inherit = "wezer.onboarding"

    @api.model
    def _steps(self):
        there = self.env["wezer.currency"].search_count([], limit=1)
        return [
            *super()._steps(),
            {
                "key": "currency",
                "sequence": 50,
                "name": self.env._("Your first currency"),
                "text": self.env._(
                    "Set hours or units, and how far people may go below zero."
                ),
                "done": bool(there),
                "action": "wezer_currency.wezer_currency_action",
                "skip_label": False,
            },
        ]
