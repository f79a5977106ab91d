from odoo import api, models


class WezerCheck(models.AbstractModel):
    _inherit = "wezer.check"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("Who belongs to a group is told of its projects and tasks"),
                self.env["wezer.group.following"].sudo()._out_of_step,
            ),
        ]
