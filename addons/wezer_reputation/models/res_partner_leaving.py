from odoo import models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.member_leaving import replace_name


class ResPartner(models.Model):
    """A member's assessments when he leaves, or merges two accounts."""

    _inherit = "res.partner"

    def _wezer_personal_data(self):
        """Add what he said of others, and what others said of him once revealed."""
        data = super()._wezer_personal_data()
        assessments = self.env["wezer.assessment"].sudo()
        given = assessments.search(
            ["|", ("assessor_id", "in", self.ids), ("person_id", "in", self.ids)],
            order="id",
        )
        received = assessments.search(
            [("assessed_id", "in", self.ids), ("state", "=", "revealed")], order="id"
        )
        data["assessments_given"] = [self._wezer_assessment_row(one) for one in given]
        data["assessments_received"] = [
            self._wezer_assessment_row(one) for one in received
        ]
        data["reputation"] = [
            {
                "new": row.is_new,
                "score": row.score if not row.is_new else "",
                "deals": row.n_deals,
                "people": row.n_assessors,
            }
            for row in self._wezer_reputation()
        ]
        return data

    def _wezer_assessment_row(self, assessment):
        scores = {line.criterion_id.name: line.score for line in assessment.line_ids}
        return {
            "date": assessment.date.isoformat(),
            "from": assessment.assessor_id.name,
            "about": assessment.assessed_id.name,
            "side": assessment.side,
            "scores": [f"{name}: {score}" for name, score in scores.items()],
            "comment": assessment.comment or "",
            "answer": assessment.reply or "",
            "taken_away": assessment.hidden_reason or "",
            "state": assessment.state,
        }

    def _wezer_anonymise(self):
        """Words go, scores stay: others' numbers are the sum of them."""
        self.env.flush_all()
        # In SQL: revealed assessments refuse every ``write``; no score changes.
        self.env.cr.execute(
            SQL(
                "UPDATE wezer_assessment SET comment = NULL, reply = NULL,"
                " hidden_words = NULL"
                " WHERE coalesce(comment, reply, hidden_words::text) IS NOT NULL"
                " AND (assessor_id = %(who)s OR person_id = %(who)s"
                " OR assessed_id = %(who)s)",
                who=self.id,
            )
        )
        self.env["wezer.assessment"].invalidate_model(
            ["comment", "reply", "hidden_words"], flush=False
        )
        old = self.name
        result = super()._wezer_anonymise()
        replace_name(self.env, "wezer.reputation.ring", ["reason"], old, self.name)
        return result

    # === TWO ACCOUNTS OF ONE PERSON === #

    def _wezer_merge_keeps(self):
        # Computed of assessments, which move: written anew for who goes on.
        return super()._wezer_merge_keeps() | {
            f"wezer.reputation{name}.partner_id"
            for name in ("", ".part", ".history", ".trust")
        }

    def _wezer_merge_into(self, target):
        """Count both accounts as the one person that he is."""
        for name in ("", ".part", ".history", ".trust"):
            self.env[f"wezer.reputation{name}"].sudo().search(
                [("partner_id", "in", self.ids)]
            ).unlink()
        result = super()._wezer_merge_into(target)
        # What he gave himself in a group's name is shown, and not counted.
        self.env.cr.execute(
            "UPDATE wezer_assessment SET no_weight = TRUE"
            " WHERE person_id = assessed_id AND assessed_id = %s",
            [target.id],
        )
        self.env["wezer.assessment"].invalidate_model(["no_weight"], flush=False)
        self.env["wezer.reputation"].sudo()._update_now(target.sudo())
        return result
