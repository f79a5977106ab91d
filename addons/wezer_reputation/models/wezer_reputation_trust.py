from odoo import fields, models


class WezerReputationTrust(models.Model):
    """How far the community trusts each person's assessments, at the last run.

    For administrators only: cheats would learn whose trust to win.
    """

    _name = "wezer.reputation.trust"
    _description = "Reputation: trust in assessors"
    _inherit = ["wezer.record.mixin"]
    _log_access = False
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    trust = fields.Float(required=True, aggregator=None)
    fairness = fields.Float(required=True, aggregator=None)
    credibility = fields.Float(required=True, aggregator=None)
    company_id = fields.Many2one("res.company", required=True)
