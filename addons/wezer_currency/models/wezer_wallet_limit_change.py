from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed

from .fields_bigint import BigInteger


class WezerWalletLimitChange(models.Model):
    """A change of limits: which ones held from then on, and why.

    Without a wallet it is a change of the currency, for all wallets without limits of
    their own.
    """

    _name = "wezer.wallet.limit.change"
    _inherit = ["wezer.record.mixin"]
    _description = "Change of limits"
    _order = "date desc, id desc"
    _rec_name = "reason"

    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        required=True,
        index=True,
        ondelete="restrict",
    )
    wallet_id = fields.Many2one(
        "wezer.wallet",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty if the limits of the currency changed, for all members.",
    )
    date = fields.Datetime(required=True)
    reason = fields.Selection(
        [
            ("hand", "Set by a moderator"),
            ("passed", "Credit was passed on"),
            ("grown", "Followed from payments received"),
            ("currency", "Set for all members"),
        ],
        required=True,
    )
    # Empty: no limit.
    lower_minor = BigInteger(string="Lower limit (minor units)")
    upper_minor = BigInteger(string="Upper limit (minor units)")
    has_lower = fields.Boolean(string="Has a lower limit")
    has_upper = fields.Boolean(string="Has an upper limit")
    lower_text = fields.Char(string="Lower limit", compute="_compute_texts")
    upper_text = fields.Char(string="Upper limit", compute="_compute_texts")
    person_id = fields.Many2one(
        "res.partner",
        string="Done by",
        ondelete="restrict",
        help="Empty if the limit grew by the rule of the currency.",
    )

    @api.depends("lower_minor", "upper_minor", "has_lower", "has_upper")
    @api.depends_context("lang")
    def _compute_texts(self):
        none = self.env._("no limit")
        for change in self:
            money = change.sudo().wezer_currency_id
            change.lower_text = (
                money._format(change.lower_minor) if change.has_lower else none
            )
            change.upper_text = (
                money._format(change.upper_minor) if change.has_upper else none
            )

    def write(self, vals):
        raise NotAllowed(
            self.env._("The history of limits cannot be changed or deleted."),
            rule="immutable",
        )

    @api.model
    def _note(self, currency, reason, rows):
        """Keep the limits that hold from now on (sudo).

        :param rows: ``(wallet id or False, lower, upper)``; None for no limit
        """
        grown = reason == "grown"
        person = False if grown else self.env.user.partner_id.id
        self.sudo().create(
            [
                {
                    "wezer_currency_id": currency.id,
                    "wallet_id": wallet_id,
                    "date": fields.Datetime.now(),
                    "reason": reason,
                    "has_lower": lower is not None,
                    "lower_minor": lower or 0,
                    "has_upper": upper is not None,
                    "upper_minor": upper or 0,
                    "person_id": person,
                }
                for wallet_id, lower, upper in rows
            ]
        )
