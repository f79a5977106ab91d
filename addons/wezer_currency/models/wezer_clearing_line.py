from odoo import api, fields, models

from .fields_bigint import BigInteger


class WezerClearingLine(models.Model):
    """One debt of a ring: who owes whom, and how much when it was proposed.

    Only its two sides read it.
    """

    _name = "wezer.clearing.line"
    _description = "Debt in a settlement"
    _inherit = ["wezer.record.mixin"]
    _order = "id"

    clearing_id = fields.Many2one(
        "wezer.clearing",
        string="Settlement",
        required=True,
        index=True,
        ondelete="cascade",
    )
    debtor_wallet_id = fields.Many2one(
        "wezer.wallet",
        string="Debtor",
        required=True,
        index=True,
        ondelete="restrict",
    )
    creditor_wallet_id = fields.Many2one(
        "wezer.wallet",
        string="Is owed",
        required=True,
        index=True,
        ondelete="restrict",
    )
    debt_minor = BigInteger(
        "Owed when it was proposed (minor units)", required=True, aggregator=None
    )
    debt_display = fields.Char(
        string="Owed when it was proposed", compute="_compute_debt_display"
    )
    transfer_id = fields.Many2one(
        "wezer.transfer",
        string="Payment",
        index="btree_not_null",
        ondelete="restrict",
        help="The payment that settled this debt.",
    )

    _two_wallets = models.Constraint(
        "CHECK (debtor_wallet_id <> creditor_wallet_id)",
        "Nobody owes something to themselves.",
    )
    _debtor_uniq = models.UniqueIndex(
        "(clearing_id, debtor_wallet_id)", "A member is in a circle once."
    )

    @api.depends("clearing_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.clearing_id.sudo().display_name

    @api.depends("debt_minor", "clearing_id")
    @api.depends_context("lang")
    def _compute_debt_display(self):
        for line in self:
            currency = line.clearing_id.sudo().wezer_currency_id
            line.debt_display = currency._format(line.debt_minor)
