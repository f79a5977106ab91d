from odoo import api, fields, models

SIDES = ("lower", "upper", "lower_warning", "upper_warning")


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
    has_lower_warning = fields.Boolean(
        string="Warning below zero",
        help="Payments that take the balance below it are made, and the owner is told.",
    )
    lower_warning = fields.Char(
        string="Warned from",
        help="How far below zero, without a sign, and nearer to zero than the limit.",
    )
    may_grow = fields.Boolean(compute="_compute_may_grow")
    grows = fields.Boolean(
        string="Grows with payments received",
        help="The limit below zero grows from there, as the currency's rule says."
        " Otherwise it stays as you set it.",
    )
    has_upper = fields.Boolean(string="Limit above zero")
    upper = fields.Char(string="How far above zero")
    has_upper_warning = fields.Boolean(
        string="Warning above zero",
        help="Payments that take the balance above it arrive, and the owner is told.",
    )
    upper_warning = fields.Char(
        string="Warned above",
        help="How far above zero, and nearer to zero than the limit.",
    )

    @api.depends("wallet_id")
    def _compute_may_grow(self):
        for wizard in self:
            wizard.may_grow = wizard.wallet_id.wezer_currency_id.credit_grows

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        wallet = self.env["wezer.wallet"].browse(self.env.context.get("active_id"))
        if wallet and "wallet_id" in names:
            limits, currency = wallet._limits_now(), wallet.wezer_currency_id
            values.update(wallet_id=wallet.id, grows=wallet.own_grows)
            for name in SIDES:
                # The fields have the names of the limits.
                minor = getattr(limits, name)
                values[f"has_{name}"] = minor is not None
                values[name] = currency._decimal(abs(minor or 0))
        return values

    def action_apply(self) -> dict:
        """Set the limits; the wallet checks who may."""
        self.ensure_one()
        self.wallet_id.set_limits(
            grows=self.grows,
            **{
                name: (self[name] or "0") if self[f"has_{name}"] else None
                for name in SIDES
            },
        )
        return {"type": "ir.actions.act_window_close"}
