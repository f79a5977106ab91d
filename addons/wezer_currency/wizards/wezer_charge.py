from odoo import fields, models


class WezerCharge(models.TransientModel):
    """Take a fee or the demurrage: first rehearsed, then for good."""

    _name = "wezer.charge"
    _description = "Charge to take"
    _inherit = ["wezer.record.mixin"]

    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    charge = fields.Selection(
        [("fee", "Fee of each member"), ("demurrage", "Demurrage")],
        required=True,
        default="fee",
    )

    def action_rehearse(self) -> dict:
        """Report who would pay, and take nothing."""
        return self._charge(dry_run=True)

    def action_take(self) -> dict:
        """Take it; the currency checks who may."""
        return self._charge(dry_run=False)

    def _charge(self, dry_run):
        self.ensure_one()
        run = self.wezer_currency_id.action_charge(self.charge, dry_run=dry_run)
        return {
            "type": "ir.actions.act_window",
            "res_model": run._name,
            "res_id": run.id,
            "view_mode": "form",
            "name": run.display_name,
        }
