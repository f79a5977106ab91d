from odoo import fields, models


class WezerChargeLine(models.Model):
    """One wallet of a charge's report."""

    _name = "wezer.charge.line"
    _inherit = ["wezer.record.mixin"]
    _description = "Charge of a wallet"
    _order = "state desc, id"

    run_id = fields.Many2one(
        "wezer.charge.run", required=True, ondelete="cascade", index=True
    )
    wallet_id = fields.Many2one("wezer.wallet", required=True, ondelete="restrict")
    amount_text = fields.Char(string="Amount")
    state = fields.Selection(
        [("posted", "Paid"), ("refused", "Could not pay"), ("known", "Already paid")],
        required=True,
    )
    reason = fields.Char()
    transfer_id = fields.Many2one("wezer.transfer", ondelete="restrict")
