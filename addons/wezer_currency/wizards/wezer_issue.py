import uuid

from odoo import api, fields, models


class WezerIssue(models.TransientModel):
    """The treasury gives out money it issues, or sells it: a top-up."""

    _name = "wezer.issue"
    _description = "Issue money"
    _inherit = ["wezer.record.mixin"]

    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    profile_id = fields.Many2one(
        "wezer.profile",
        string="To",
        required=True,
        domain=[("state", "=", "active")],
        ondelete="cascade",
    )
    amount = fields.Char(required=True)
    purpose = fields.Char()
    category_id = fields.Many2one("wezer.category")
    paid_in = fields.Boolean(
        string="Paid for",
        help="Books the money received on the account that is set in the currency.",
    )
    can_book = fields.Boolean(compute="_compute_can_book")
    # Pressed twice, it is issued once.
    key = fields.Char(default=lambda self: uuid.uuid4().hex)

    @api.depends("wezer_currency_id")
    def _compute_can_book(self):
        for wizard in self:
            wizard.can_book = (
                wizard.wezer_currency_id and wizard.wezer_currency_id._has_value()
            )

    def action_issue(self) -> dict:
        """Issue it; the transfer's own method asks who may."""
        self.ensure_one()
        transfers = self.env["wezer.transfer"]
        currency = self.wezer_currency_id
        issue = transfers.top_up if self.paid_in else transfers.issue
        made = issue(
            currency.treasury_partner_id.id,
            self.profile_id.partner_id.id,
            currency.id,
            self.amount,
            self.purpose or "",
            key=self.key,
            category=self.category_id.id or None,
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "wezer.transfer",
            "res_id": made,
            "view_mode": "form",
            "name": self.env._("Issued"),
        }
