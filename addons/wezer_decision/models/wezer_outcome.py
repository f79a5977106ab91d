from odoo import fields, models


class WezerOutcome(models.Model):
    """What happens if a decision is adopted."""

    _name = "wezer.outcome"
    _description = "Outcome of a decision"
    _inherit = ["wezer.record.mixin"]
    _order = "decision_id, sequence, id"
    _rec_name = "id"

    decision_id = fields.Many2one(
        "wezer.decision", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(required=True, default=1)
    kind = fields.Char(required=True, help="A kind that the suite knows.")
    params = fields.Json(help="Plain values, as the kind names them.")
    state = fields.Selection(
        [("planned", "Planned"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        default="planned",
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    error = fields.Char(readonly=True)
    company_id = fields.Many2one(
        related="decision_id.company_id", store=True, precompute=True, index=True
    )
