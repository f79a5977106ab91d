from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed

from ..tools import score_words


class WezerAssessmentLine(models.Model):
    _name = "wezer.assessment.line"
    _description = "Assessment: one criterion"
    _inherit = ["wezer.record.mixin"]
    _order = "criterion_id"

    assessment_id = fields.Many2one(
        "wezer.assessment", required=True, index=True, ondelete="cascade"
    )
    criterion_id = fields.Many2one(
        "wezer.criterion", required=True, ondelete="restrict"
    )
    score = fields.Integer(required=True, aggregator="avg")
    word = fields.Char(string="Mark", compute="_compute_word")
    company_id = fields.Many2one(
        related="assessment_id.company_id", store=True, precompute=True
    )

    _score_range = models.Constraint(
        "CHECK (score BETWEEN -2 AND 2)", "A score must be between −2 and +2."
    )
    _criterion_uniq = models.UniqueIndex(
        "(assessment_id, criterion_id)", "Each criterion can have only one score."
    )

    @api.depends("score")
    @api.depends_context("lang")
    def _compute_word(self):
        for line in self:
            line.word = line._mark_word()

    def _mark_word(self) -> str:
        """Return the word for this mark, as the form to assess has it."""
        self.ensure_one()
        return score_words.mark_word(self.env, self.score)

    def _check_not_revealed(self):
        if "revealed" in self.sudo().assessment_id.mapped("state"):
            raise NotAllowed(
                self.env._("An assessment that is revealed cannot be changed."),
                rule="immutable",
            )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_not_revealed()
        return lines

    def write(self, vals):
        self._check_not_revealed()
        result = super().write(vals)
        self._check_not_revealed()
        return result

    def unlink(self):
        self._check_not_revealed()
        return super().unlink()
