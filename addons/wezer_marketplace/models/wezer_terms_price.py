from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_currency.models.fields_bigint import BigInteger


class WezerTermsPrice(models.Model):
    _name = "wezer.terms.price"
    _description = "Price in terms"
    _inherit = ["wezer.record.mixin"]
    _order = "id"

    terms_id = fields.Many2one(
        "wezer.terms", required=True, index=True, ondelete="cascade"
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency", string="Currency", required=True, ondelete="restrict"
    )
    total_minor = BigInteger(required=True, aggregator=None)
    company_id = fields.Many2one(
        related="terms_id.company_id", store=True, precompute=True
    )

    _positive = models.Constraint(
        "CHECK (total_minor > 0)", "A price must be above zero."
    )
    _currency_uniq = models.UniqueIndex(
        "(terms_id, wezer_currency_id)", "Each currency can have only one price."
    )

    @api.constrains("total_minor")
    def _check_price(self):
        for line in self:
            line.wezer_currency_id._check_price(line.total_minor)

    def write(self, vals):
        raise Refusal(
            self.env._(
                "Terms cannot be changed once they are proposed."
                " Propose other terms instead."
            ),
            rule="immutable",
        )
