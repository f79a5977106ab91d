from odoo import fields, models


class WezerAssessmentJudge(models.TransientModel):
    """Asks a moderator for the reason of hiding or restoring words."""

    _name = "wezer.assessment.judge"
    _description = "Decide about the text of an assessment"
    _inherit = ["wezer.record.mixin"]

    assessment_id = fields.Many2one("wezer.assessment", required=True)
    verdict = fields.Selection(
        [("hide", "Hide the text"), ("show", "Show the text again")],
        string="Decision",
        required=True,
    )
    reason = fields.Char(required=True, help="Both sides can read this text.")
    with_scores = fields.Boolean(string="Do not count its scores either")

    def action_judge(self) -> dict:
        """Hide or restore the words; the assessment checks permission and reason."""
        self.ensure_one()
        if self.verdict == "hide":
            self.assessment_id.action_hide(self.reason, self.with_scores)
        else:
            self.assessment_id.action_show(self.reason)
        return {"type": "ir.actions.act_window_close"}
