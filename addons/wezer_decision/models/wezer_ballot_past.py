from odoo import fields, models


class WezerBallotPast(models.Model):
    """An earlier answer: the voter changed it, or a new version made it void."""

    _name = "wezer.ballot.past"
    _description = "Earlier ballot"
    _inherit = ["wezer.record.mixin"]
    _order = "id"
    _rec_name = "id"

    decision_id = fields.Many2one(
        "wezer.decision", required=True, index=True, ondelete="cascade"
    )
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    choice = fields.Char()
    reason = fields.Text()
    version_id = fields.Many2one("wezer.decision.version", ondelete="restrict")
    company_id = fields.Many2one(
        related="decision_id.company_id", store=True, precompute=True, index=True
    )
