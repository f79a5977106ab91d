from odoo import api, models

from ..tools import proof


class WezerInvariant(models.AbstractModel):
    """What was proved of a community that moved in still holds."""

    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("The payments that moved in are those that were proved"),
                self._check_moved_in,
            )
        ]

    def _check_moved_in(self):
        self.env.flush_all()
        moves = self.env["wezer.movein"].sudo().search([("rows_digest", "!=", False)])
        found = [(move, proof.rows_digest(move)) for move in moves]
        return [
            (move.id, move.rows_digest, digest)
            for move, digest in found
            if digest != move.rows_digest
        ]
