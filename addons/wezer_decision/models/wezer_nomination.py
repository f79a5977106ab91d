from odoo import fields, models


class WezerNomination(models.Model):
    """A person whom a voter names for a role, and why; shown when all are shared."""

    _name = "wezer.nomination"
    _description = "Nomination"
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
        "res.partner", string="By", required=True, index=True, ondelete="restrict"
    )
    nominee_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    reason = fields.Text()
    changed_to_id = fields.Many2one("res.partner", ondelete="restrict")
    changed_reason = fields.Text()
    is_dropped = fields.Boolean()
    company_id = fields.Many2one(
        related="decision_id.company_id", store=True, precompute=True, index=True
    )

    _once = models.UniqueIndex("(voter_id)", "Each voter names one person.")

    def _stands_for(self):
        """Return the person (sudo) for whom it counts now."""
        self.ensure_one()
        return self.changed_to_id or self.nominee_id
