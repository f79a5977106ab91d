from odoo import fields, models
from odoo.tools import SQL


class WezerMoneyFlow(models.Model):
    """Payments between parties: one row for each month, pair, category and kind."""

    _name = "wezer.money.flow"
    _inherit = ["wezer.record.mixin"]
    _description = "Money flows"
    _auto = False
    _order = "month desc"

    month = fields.Date(readonly=True)
    wezer_currency_id = fields.Many2one(
        "wezer.currency", string="Currency", readonly=True
    )
    payer_id = fields.Many2one("res.partner", readonly=True)
    payee_id = fields.Many2one("res.partner", readonly=True)
    category_id = fields.Many2one("wezer.category", "Purpose", readonly=True)
    kind = fields.Selection(
        selection=lambda self: self.env["wezer.transfer"]._fields["kind"].selection,
        readonly=True,
    )
    transfers = fields.Integer("Payments", readonly=True)
    units = fields.Float(readonly=True, help="In units of the currency.")
    company_id = fields.Many2one("res.company", readonly=True)

    @property
    def _table_query(self):
        """A month is one of the community's: no view of the database knows its zone."""
        companies = self.env["res.company"].sudo().search([])
        zones = SQL(", ").join(
            SQL("(%s, %s)", company.id, company._wezer_zone().key)
            for company in companies
        )
        self.env["wezer.transfer"].flush_model()
        return SQL(
            """SELECT min(t.id) AS id,
                      date_trunc('month', t.date AT TIME ZONE 'UTC'
                                 AT TIME ZONE z.name)::date AS month,
                      t.wezer_currency_id, t.payer_id, t.payee_id, t.category_id,
                      t.kind, t.company_id, count(*)::int AS transfers,
                      (sum(t.amount_minor) / min(c.minor_per_unit))::float AS units
                 FROM wezer_transfer t JOIN wezer_currency c
                   ON c.id = t.wezer_currency_id
                 JOIN (VALUES %s) z(company_id, name) ON z.company_id = t.company_id
                WHERE t.state = 'done'
                GROUP BY 2, 3, 4, 5, 6, 7, 8""",
            zones,
        )
