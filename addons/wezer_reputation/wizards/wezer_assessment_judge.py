from odoo import fields, models


class WezerAssessmentJudge(models.TransientModel):
    """Asks a moderator for the reason of hiding or restoring words."""

    _name = "wezer.assessment.judge"
    _description = "Judge the words of an assessment"
    _inherit = ["wezer.record.mixin"]

    assessment_id = fields.Many2one("wezer.assessment", required=True)
    verdict = fields.Selection(
        [("hide", "Take the words away"), ("show", "Give the words back")],
        required=True,
    )
    reason = fields.Char(required=True, help="Both sides read it.")
    with_scores = fields.Boolean(string="Its numbers shall not count either")

    def action_judge(self) -> dict:
        """Hide or restore the words; the assessment checks permission and reason."""
        self.ensure_one()
        if self.verdict == "hide":
            self.assessment_id.action_hide(self.reason, self.with_scores)
        else:
            self.assessment_id.action_show(self.reason)
        return {"type": "ir.actions.act_window_close"}
