from odoo import api, models


class WezerOnboarding(models.TransientModel):
    _inherit = "wezer.onboarding"

    @api.model
    def _steps(self):
        there = self.env["wezer.currency"].search_count([], limit=1)
        words = self.env["wezer.category"].search_count([], limit=1)
        return [
            *super()._steps(),
            {
                "key": "starter_set",
                "sequence": 5,
                "name": self.env._("Begin with a set"),
                "text": self.env._(
                    "Currency, categories, skills and terms for a time bank, a local"
                    " currency or a sharing club."
                ),
                "done": bool(there and words) or self._is_skipped("starter_set"),
                "action": "wezer_currency.wezer_starter_set_action",
                "skip_label": self.env._("We choose everything ourselves"),
            },
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
