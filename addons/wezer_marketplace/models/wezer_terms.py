from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_currency.models.fields_bigint import BigInteger

TERM_FIELDS = ("quantity", "date_start", "date_due", "steps", "done_when")


class WezerTerms(models.Model):
    """One round of a negotiation. Immutable: the next round answers it."""

    _name = "wezer.terms"
    _description = "Terms"
    _inherit = ["wezer.typed"]
    _order = "deal_id, round desc"
    _rec_name = "round"

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    round = fields.Integer(required=True)
    side = fields.Selection(
        [("author", "Author"), ("replier", "Replier")], required=True
    )
    partner_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    person_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    quantity = fields.Float(required=True, default=1.0)
    price_line_ids = fields.One2many("wezer.terms.price", "terms_id")
    price_text = fields.Char(string="Price", compute="_compute_price_text")
    date_start = fields.Datetime()
    date_due = fields.Datetime()
    steps = fields.Text()
    done_when = fields.Text()
    message = fields.Text()
    date = fields.Datetime(required=True)
    company_id = fields.Many2one(related="deal_id.company_id", store=True)

    _round_uniq = models.UniqueIndex("(deal_id, round)", "One round a number.")

    @api.depends("price_line_ids.total_minor")
    def _compute_price_text(self):
        for terms in self:
            terms.price_text = " + ".join(
                line.wezer_currency_id._format(line.total_minor)
                for line in terms.price_line_ids
            ) or self.env._("unpaid help")

    @api.constrains("date_start", "date_due")
    def _check_days(self):
        for terms in self:
            days.check_order(self.env, terms.date_start, terms.date_due)

    @api.model
    def _check_due(self, due, before):
        """Refuse that work is due in the past, unless it was ``before``."""
        if due and due != before and due < fields.Datetime.now():
            raise Refusal(
                self.env._(
                    "%(moment)s is in the past. Choose a later time.",
                    moment=days.format_moment(self.env, due),
                ),
                rule="date",
                value=str(due),
            )

    def write(self, vals):
        raise Refusal(self.env._("A round of terms stays as it is."), rule="immutable")

    @api.model
    def _checked_vals(self, vals):
        """Return the values of a round from what a person sent.

        :param dict vals: see :meth:`wezer.announcement.action_propose`
        """
        vals = self._by_name(vals)
        checked = {}
        if vals.get("quantity") not in (None, ""):
            checked["quantity"] = self._number(vals["quantity"])
        if "prices" in vals:
            lines = self.env["wezer.announcement.price"]._prepare_lines(vals["prices"])
            checked["price_line_ids"] = [
                (
                    0,
                    0,
                    {
                        "wezer_currency_id": line[2]["wezer_currency_id"],
                        "total_minor": line[2]["unit_minor"],
                    },
                )
                for line in lines
            ]
        for name in ("date_start", "date_due"):
            if vals.get(name):
                checked[name] = self._moment(vals[name], at_end=name == "date_due")
        for name in ("steps", "done_when", "message"):
            if name in vals:
                checked[name] = self._words(vals[name], 4000)
        foreign = vals.keys() - {*TERM_FIELDS, "prices", "message"}
        if foreign:
            raise Refusal(self.env._("This is no part of terms."), rule="field")
        return checked

    def _diff(self):
        """Return what changed since the round before.

        :return: list of ``(label, before, now)``, empty for the first round
        """
        self.ensure_one()
        before = self.search(
            [
                ("deal_id", "=", self.deal_id.id),
                ("round", "=", self.round - 1),
            ]
        )
        return self._diff_from(before)

    def _diff_from(self, before):
        """Return what is other than in ``before``, as :meth:`_diff` does."""
        if not before:
            return []
        labels = self.fields_get([*TERM_FIELDS, "price_text"], ["string"])
        return [
            (labels[name]["string"], before[name] or "", self[name] or "")
            for name in (
                "quantity",
                "price_text",
                "date_start",
                "date_due",
                "steps",
                "done_when",
            )
            if before[name] != self[name]
        ]


class WezerTermsPrice(models.Model):
    _name = "wezer.terms.price"
    _description = "Price in terms"
    _order = "id"

    terms_id = fields.Many2one(
        "wezer.terms", required=True, index=True, ondelete="cascade"
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency", string="Currency", required=True, ondelete="restrict"
    )
    total_minor = BigInteger(required=True, aggregator=None)
    company_id = fields.Many2one(related="terms_id.company_id", store=True)

    _positive = models.Constraint("CHECK (total_minor > 0)", "A price is above zero.")
    _currency_uniq = models.UniqueIndex(
        "(terms_id, wezer_currency_id)", "One price a currency."
    )

    @api.constrains("total_minor")
    def _check_price(self):
        for line in self:
            line.wezer_currency_id._check_price(line.total_minor)

    def write(self, vals):
        raise Refusal(self.env._("A round of terms stays as it is."), rule="immutable")
