from odoo import api, models


class WezerInvariant(models.AbstractModel):
    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("Who belongs to a group is told of its projects and tasks"),
                self.env["wezer.group.follower.sync"].sudo()._out_of_step,
            ),
        ]
