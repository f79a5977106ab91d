from odoo import models

from ..tools import panel


class WezerDeal(models.Model):
    _inherit = "wezer.deal"

    def _check_resolve(self, party):
        """Leave a dispute to the panel where the deciding circle has a panel."""
        done = super()._check_resolve(party)
        if error := panel.why_not_alone(self.sudo().dispute_id):
            raise error
        return done
