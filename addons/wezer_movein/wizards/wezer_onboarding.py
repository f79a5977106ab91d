from odoo import api, models


class WezerOnboarding(models.TransientModel):
    _inherit = "wezer.onboarding"

    @api.model
    def _steps(self):
        moved = self.env["wezer.movein"].search_count(
            [("rows_digest", "!=", False), ("state", "!=", "taken_back")], limit=1
        )
        # Of others' payments, an administrator learns here only that there are some.
        pays = self.env["wezer.transfer"].sudo().search_count([], limit=1)
        return [
            *super()._steps(),
            {
                "key": "movein",
                # Before a set, which would bring another currency.
                "sequence": 4,
                "name": self.env._("Move a community in"),
                "text": self.env._(
                    "From CES, TimeOverflow, Cyclos, a spreadsheet or another system,"
                    " with members and history."
                ),
                # A community that pays here already lives here.
                "done": bool(moved or pays) or self._is_skipped("movein"),
                "action": "wezer_movein.wezer_movein_action",
                "skip_label": self.env._("We begin anew"),
            },
        ]
