from odoo import Command, api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import payload
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_currency.models.fields_bigint import BigInteger


class WezerAnnouncementPrice(models.Model):
    """What a unit costs, in one currency. Price = quantity × unit amount."""

    _name = "wezer.announcement.price"
    _description = "Price of an announcement"
    _inherit = ["wezer.record.mixin"]
    _order = "id"

    announcement_id = fields.Many2one(
        "wezer.announcement", required=True, index=True, ondelete="cascade"
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency", string="Currency", required=True, ondelete="restrict"
    )
    unit_minor = BigInteger(required=True, aggregator=None)
    unit_text = fields.Char(string="Amount per unit", compute="_compute_unit_text")
    # The whole price, in the deal's quantity: what lists compare.
    total_minor = BigInteger(
        compute="_compute_total_minor", store=True, aggregator=None
    )
    company_id = fields.Many2one(
        related="announcement_id.company_id", store=True, precompute=True
    )

    _positive = models.Constraint(
        "CHECK (unit_minor > 0)", "A price must be above zero."
    )
    _currency_uniq = models.UniqueIndex(
        "(announcement_id, wezer_currency_id)", "Each currency can have only one price."
    )
    _total_idx = models.Index("(wezer_currency_id, total_minor, announcement_id DESC)")

    @api.depends("unit_minor", "wezer_currency_id")
    @api.depends_context("lang")
    def _compute_unit_text(self):
        for line in self:
            line.unit_text = line.wezer_currency_id._format(line.unit_minor)

    @api.depends("unit_minor", "announcement_id.quantity")
    def _compute_total_minor(self):
        for line in self:
            line.total_minor = line._total(line.announcement_id.quantity)

    @api.constrains("unit_minor", "total_minor", "wezer_currency_id")
    def _check_price(self):
        for line in self:
            line.wezer_currency_id._check_price(line.unit_minor)
            line.wezer_currency_id._check_price(line.total_minor)

    def _total(self, quantity):
        """Return quantity × unit amount in minor units, rounded half up, once."""
        self.ensure_one()
        return rounded_product(self.unit_minor, quantity)

    @api.model
    def _prepare_lines(self, prices):
        """Return commands for ``prices``, ``{currency id: amount as text}``."""
        commands = []
        for currency_id, text in payload.table(self.env, prices).items():
            if text in (None, False) or not payload.shortened(text):
                continue
            currency = self.env["wezer.transfer"]._open_currency(record_id(currency_id))
            with payload.of_field(f"price_{currency.id}"):
                minor = currency._check_price(currency._parse(text))
            if minor:
                vals = {"wezer_currency_id": currency.id, "unit_minor": minor}
                commands.append(Command.create(vals))
        return commands


def rounded_product(minor, quantity):
    """Return ``minor × quantity`` rounded half up; quantity to 1/10,000."""
    parts = round(quantity * 10000)
    if parts < 0:
        raise Refusal("A quantity is not below zero.", rule="quantity")
    return (2 * minor * parts + 10000) // 20000
