from odoo import api, fields, models


class WezerWalletLimits(models.TransientModel):
    """A moderator gives a wallet limits of its own."""

    _name = "wezer.wallet.limits"
    _description = "Limits of a wallet"
    _inherit = ["wezer.record.mixin"]

    wallet_id = fields.Many2one("wezer.wallet", required=True, readonly=True)
    has_lower = fields.Boolean(string="Limit below zero", default=True)
    lower = fields.Char(
        string="How far below zero",
        help="Without a sign, for example 20:00 hours or 500.00. The balance may then"
        " go down to that much below zero.",
    )
    may_grow = fields.Boolean(compute="_compute_may_grow")
    grows = fields.Boolean(
        string="Grows with payments received",
        help="The limit below zero grows from there, as the currency's rule says."
        " Otherwise it stays as you set it.",
    )
    has_upper = fields.Boolean(string="Limit above zero")
    upper = fields.Char(string="How far above zero")

    @api.depends("wallet_id")
    def _compute_may_grow(self):
        for wizard in self:
            wizard.may_grow = wizard.wallet_id.wezer_currency_id.credit_grows

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        wallet = self.env["wezer.wallet"].browse(self.env.context.get("active_id"))
        if wallet and "wallet_id" in names:
            lower, upper = wallet._limits()
            currency = wallet.wezer_currency_id
            values.update(
                wallet_id=wallet.id,
                has_lower=lower is not None,
                lower=currency._decimal(-(lower or 0)),
                has_upper=upper is not None,
                upper=currency._decimal(upper or 0),
                grows=wallet.own_grows,
            )
        return values

    def action_apply(self) -> dict:
        """Set the limits; the wallet checks who may."""
        self.ensure_one()
        self.wallet_id.set_limits(
            (self.lower or "0") if self.has_lower else None,
            (self.upper or "0") if self.has_upper else None,
            grows=self.grows,
        )
        return {"type": "ir.actions.act_window_close"}
