from odoo import fields, models


class WezerReputationPart(models.Model):
    """What one assessment weighs in the stored score, and what it adds (out of 5).

    Written anew by each computation. The page of the assessed person shows them;
    otherwise only administrators read them.
    """

    _name = "wezer.reputation.part"
    _description = "Reputation: part of a score"
    _inherit = ["wezer.record.mixin"]
    _log_access = False
    _rec_name = "id"

    # No many2one to the assessment: its name would reveal it.
    assessment_id = fields.Many2oneReference(
        model_field="assessment_model", required=True, index=True
    )
    assessment_model = fields.Char(compute="_compute_assessment_model")
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    weight = fields.Float(required=True, aggregator=None)
    part = fields.Float(
        required=True, aggregator=None, string="Contribution to the score"
    )
    company_id = fields.Many2one("res.company", required=True)

    def _compute_assessment_model(self):
        self.assessment_model = "wezer.assessment"
