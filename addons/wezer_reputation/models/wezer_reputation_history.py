from odoo import fields, models


class WezerReputationHistory(models.Model):
    """The overall score of a party on the days on which it changed."""

    _name = "wezer.reputation.history"
    _description = "Reputation: history"
    _inherit = ["wezer.record.mixin"]
    _log_access = False
    _order = "date, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    date = fields.Datetime(required=True)
    score = fields.Float(required=True, aggregator=None, help="Out of 5.")
    lower = fields.Float(
        string="Lower bound",
        required=True,
        aggregator=None,
        groups="wezer_base.group_administrator",
    )
    company_id = fields.Many2one("res.company", required=True)
