from odoo import fields, models


class WezerBallot(models.Model):
    """An answer to an open decision; read by its owner, by members after closing."""

    _name = "wezer.ballot"
    _description = "Ballot"
    _inherit = ["wezer.record.mixin"]
    _order = "id"
    _rec_name = "id"

    decision_id = fields.Many2one(
        "wezer.decision", required=True, index=True, ondelete="cascade"
    )
    voter_id = fields.Many2one(
        "wezer.decision.voter", required=True, ondelete="cascade"
    )
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    choice = fields.Char(help="The answer as canonical text; see the counting tools.")
    reason = fields.Text()
    version_id = fields.Many2one("wezer.decision.version", ondelete="restrict")
    company_id = fields.Many2one(
        related="decision_id.company_id", store=True, precompute=True, index=True
    )

    _once = models.UniqueIndex("(voter_id)", "Each voice has one ballot.")
