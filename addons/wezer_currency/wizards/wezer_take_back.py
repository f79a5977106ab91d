from odoo import fields, models


class WezerTakeBack(models.TransientModel):
    """Take a mistaken batch back as a whole, with a reason."""

    _name = "wezer.take.back"
    _description = "Taking a batch back"
    _inherit = ["wezer.record.mixin"]

    batch_id = fields.Many2one(
        "wezer.batch",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    total_text = fields.Char(related="batch_id.total_text", related_sudo=False)
    transfer_count = fields.Integer(
        related="batch_id.transfer_count", related_sudo=False
    )
    reason = fields.Char(required=True)

    def action_take_back(self) -> dict:
        """Take it back; the batch checks who may."""
        self.ensure_one()
        made = self.batch_id.action_take_back(self.reason)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correction of a batch"),
            "res_model": "wezer.batch",
            "res_id": made,
            "view_mode": "form",
        }
