import uuid

from odoo import api, fields, models


class WezerCorrection(models.TransientModel):
    """A moderator returns mistaken payments to their payers, with a reason."""

    _name = "wezer.correction"
    _description = "Correction of payments"
    _inherit = ["wezer.record.mixin"]

    transfer_ids = fields.Many2many(
        "wezer.transfer",
        string="Payments",
        default=lambda self: self.env.context.get("active_ids"),
    )
    transfer_count = fields.Integer(compute="_compute_transfer_count")
    amount = fields.Char(
        help="Leave empty to return everything that was not given back yet."
    )
    reason = fields.Char(required=True)
    # Pressed twice, it corrects once.
    key = fields.Char(default=lambda self: uuid.uuid4().hex)

    @api.depends("transfer_ids")
    def _compute_transfer_count(self):
        for wizard in self:
            wizard.transfer_count = len(wizard.transfer_ids)

    def action_correct(self) -> dict:
        """Correct all of them or none; each transfer checks who may."""
        self.ensure_one()
        amount = (self.amount or None) if len(self.transfer_ids) == 1 else None
        made = [
            transfer.action_correct(self.reason, amount, key=self.key)
            for transfer in self.transfer_ids
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Corrections"),
            "res_model": "wezer.transfer",
            "view_mode": "list,form",
            "domain": [("id", "in", made)],
        }
