from odoo import api, models

from odoo.addons.wezer_base.tools.community_files import Objects, Table

CRITERION = ("criterion", "name", "names", "side", "active")
SCORE = ("party", "criterion", "score", "lower", "evidence")


class WezerExport(models.AbstractModel):
    _inherit = "wezer.export"

    @api.model
    def _parts(self, with_addresses):
        return [
            *super()._parts(with_addresses),
            Table("criteria", CRITERION, self._criterion_rows),
            Table("scores", SCORE, self._score_rows),
            Objects("assessments", self._assessment_objects),
        ]

    @api.model
    def _criterion_rows(self):
        for criterion in self._pages("wezer.criterion"):
            yield (
                criterion.id,
                criterion.name,
                self._translations(criterion, "name"),
                criterion.side,
                criterion.active,
            )

    @api.model
    def _score_rows(self):
        """Yield scores overall and by criterion; those who are new have no number."""
        kinds = [("skill_id", "=", False), ("group_partner_id", "=", False)]
        for row in self._pages("wezer.reputation", kinds):
            shown = not row.is_new
            yield (
                row.partner_id.id,
                row.criterion_id.id or None,
                f"{row.score:.6f}" if shown else "",
                f"{row.lower:.6f}" if shown else "",
                f"{row.evidence:.6f}",
            )

    @api.model
    def _assessment_objects(self):
        """Yield what is revealed: nothing tells of what is still blind."""
        for one in self._pages("wezer.assessment", [("state", "=", "revealed")]):
            yield {
                "assessment": one.id,
                "origin": f"{one.origin_model} {one.origin_id}",
                "side": one.side,
                "assessor": one.assessor_id.id,
                "assessed": one.assessed_id.id,
                "date": self._moment(one.date),
                "scores": [
                    {"criterion": line.criterion_id.id, "score": line.score}
                    for line in one.line_ids
                ],
                # Words that a moderator hid stay hidden.
                "comment": "" if one.hidden else one.comment or "",
                "reply": one.reply or "",
                "counts": not one.no_weight,
            }
