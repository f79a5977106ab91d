from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_currency.models.fields_bigint import BigInteger


class WezerRateMixin(models.AbstractModel):
    """What an hour of work is paid: a currency and an amount."""

    _name = "wezer.rate.mixin"
    _description = "Hourly rate"

    wezer_currency_id = fields.Many2one("wezer.currency", string="Paid in")
    wezer_rate_minor = BigInteger(string="Rate (minor units per hour)")
    wezer_rate_text = fields.Char(
        string="Rate per hour of work",
        compute="_compute_wezer_rate_text",
        inverse="_inverse_wezer_rate_text",
        help="Enter 1:00 in a time currency, 10.00 in others.",
    )

    @api.depends("wezer_rate_minor", "wezer_currency_id")
    def _compute_wezer_rate_text(self):
        for record in self:
            currency = record.wezer_currency_id
            record.wezer_rate_text = (
                currency._decimal(record.wezer_rate_minor)
                if currency and record.wezer_rate_minor
                else ""
            )

    def _inverse_wezer_rate_text(self):
        for record in self:
            if record.wezer_rate_text and not record.wezer_currency_id:
                record.wezer_currency_id = record._usual_currency()
            currency = record.wezer_currency_id
            if record.wezer_rate_text and not currency:
                raise Refusal(
                    self.env._(
                        "Choose the currency for “%(rate)s”.",
                        rate=record.wezer_rate_text,
                    ),
                    rule="currency",
                    value=record.wezer_rate_text,
                )
            record.wezer_rate_minor = (
                currency._parse(record.wezer_rate_text)
                if currency and record.wezer_rate_text
                else 0
            )

    @api.constrains("wezer_rate_minor", "wezer_currency_id")
    def _check_rate(self):
        for record in self.sudo():
            # Without a currency, the rate of the project holds; it is bounded anyway.
            currency = record.wezer_currency_id or self._any_currency()
            if currency:
                currency._check_price(record.wezer_rate_minor)

    def _any_currency(self):
        return self.env["wezer.currency"].sudo().search([], limit=1)

    def _usual_currency(self):
        """Return the currency of a rate that is typed without one."""
        return self.wezer_currency_id

    def _rate(self):
        """Return ``(currency, minor units an hour)``; nothing where it is unpaid."""
        if self.wezer_currency_id and self.wezer_rate_minor:
            return self.wezer_currency_id, self.wezer_rate_minor
        return self.wezer_currency_id.browse(), 0
