from odoo import api, models


class WezerOnboarding(models.TransientModel):
    _inherit = "wezer.onboarding"

    @api.model
    def _steps(self):
        there = self.env["wezer.group"].search_count([("kind", "=", "circle")], limit=1)
        return [
            *super()._steps(),
            {
                "key": "circle",
                "sequence": 60,
                "name": self.env._("First circle"),
                "text": self.env._(
                    "People who do something together. A circle can have roles and"
                    " a wallet."
                ),
                "done": bool(there),
                "action": "wezer_fractal_groups.wezer_group_action",
                "skip_label": False,
            },
        ]
