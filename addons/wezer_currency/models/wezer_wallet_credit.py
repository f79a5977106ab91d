from odoo import api, fields, models

from .fields_bigint import BigInteger


class WezerWalletCredit(models.Model):
    """How much of its credit a wallet passed to another below it."""

    _name = "wezer.wallet.credit"
    _inherit = ["wezer.record.mixin"]
    _description = "Credit passed down"

    giver_id = fields.Many2one("wezer.wallet", required=True, ondelete="restrict")
    taker_id = fields.Many2one("wezer.wallet", required=True, ondelete="restrict")
    minor = BigInteger(default=0)

    _pair_uniq = models.UniqueIndex(
        "(giver_id, taker_id)",
        "Two wallets can have only one record of credit passed down.",
    )

    @api.model
    def _between(self, giver, taker):
        """Return the row of two wallets, made where it is missing."""
        pair = [("giver_id", "=", giver.id), ("taker_id", "=", taker.id)]
        return self.search(pair) or self.create(
            {"giver_id": giver.id, "taker_id": taker.id}
        )
