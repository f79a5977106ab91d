from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal

# Fewer answers than this move nothing, so that no number reveals a single answer.
ANSWERS = 3
# How far the lower bound falls (of 1) where everybody says no.
WEIGHT = 0.15
# It falls by whole steps of that, so that one answer seldom shows in it.
STEPS = 4


class WezerAssessmentRepeat(models.Model):
    """The private question: would you work with this person again?

    Nobody can read an answer: no group has access, no field points here, and no page
    shows it. All answers about a party together, of three people or more, move the
    lower bound that lists are sorted by.
    """

    _name = "wezer.assessment.repeat"
    _description = "Would you deal again?"
    _inherit = ["wezer.record.mixin"]
    _log_access = False
    _rec_name = "id"

    assessment_id = fields.Integer(required=True)
    would_repeat = fields.Boolean(required=True)

    _once = models.UniqueIndex("(assessment_id)", "Each person can answer only once.")

    @api.model
    def _answer(self, assessment, would_repeat):
        """Keep the answer that belongs to ``assessment``; None deletes it."""
        self.env.cr.execute(
            "DELETE FROM wezer_assessment_repeat WHERE assessment_id = %s",
            [assessment.id],
        )
        if would_repeat is not None:
            self.env.cr.execute(
                "INSERT INTO wezer_assessment_repeat (assessment_id, would_repeat)"
                " VALUES (%s, %s)",
                [assessment.id, would_repeat],
            )

    @api.model
    def _parsed(self, answer):
        """Return True, False, or None where the question was not answered."""
        words = {"yes": True, "no": False, "": None}
        if answer is None or isinstance(answer, bool):
            return answer
        if not isinstance(answer, str) or answer not in words:
            raise Refusal(
                self.env._("Choose yes or no, or leave it empty."), rule="again"
            )
        return words[answer]

    @api.model
    def _penalties(self):
        """Return ``{partner id: how far the lower bound falls}``, out of 1.

        Of revealed assessments that count, the latest answer of each person; parties
        about whom fewer than three people answered are left out. Shares are drawn
        towards *yes* by three imagined answers, and cut to quarters.
        """
        self.env.cr.execute(
            """SELECT assessed_id, count(*) FILTER (WHERE NOT would_repeat), count(*)
                 FROM (
                   SELECT DISTINCT ON (a.assessed_id, a.person_id)
                          a.assessed_id, q.would_repeat
                     FROM wezer_assessment_repeat q
                     JOIN wezer_assessment a ON a.id = q.assessment_id
                    WHERE a.state = 'revealed' AND a.company_id = %s
                      AND NOT coalesce(a.no_weight, false)
                    ORDER BY a.assessed_id, a.person_id, a.date DESC, a.id DESC
               ) latest GROUP BY 1 HAVING count(*) >= %s""",
            [self.env.company.id, ANSWERS],
        )
        steps = {
            party: STEPS * no // (answers + ANSWERS)
            for party, no, answers in self.env.cr.fetchall()
        }
        return {party: WEIGHT * step / STEPS for party, step in steps.items() if step}
