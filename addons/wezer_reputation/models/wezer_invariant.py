from odoo import api, models
from odoo.tools import SQL

from .wezer_reputation import OUT_OF


class WezerInvariant(models.AbstractModel):
    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("Every assessment that counts has its scores"),
                self._check_assessment_lines,
            ),
            (
                self.env._("Nobody assesses themselves, or assesses twice"),
                self._check_assessment_sides,
            ),
            (
                self.env._("An assessment that is not revealed has no weight"),
                self._check_blind_weight,
            ),
            (
                self.env._("Every score is the sum of its start and its parts"),
                self._check_scores,
            ),
            (
                self.env._("No assessment counts where one side acts for the other"),
                self._check_ties,
            ),
        ]

    def _check_assessment_lines(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT a.id FROM wezer_assessment a
                LEFT JOIN wezer_assessment_line l ON l.assessment_id = a.id
                WHERE a.state = 'revealed' AND NOT coalesce(a.no_weight, false)
                GROUP BY a.id HAVING count(l.id) = 0"""
        )
        return self.env.cr.fetchall()

    def _check_assessment_sides(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT min(id), origin_model, origin_id, side, count(*)
                 FROM wezer_assessment WHERE state <> 'dropped'
                GROUP BY origin_model, origin_id, side
               HAVING count(*) > 1 OR bool_or(assessor_id = assessed_id OR
                      person_id = assessed_id AND NOT coalesce(no_weight, false))"""
        )
        return self.env.cr.fetchall()

    def _check_blind_weight(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT p.assessment_id, a.state FROM wezer_reputation_part p
                 LEFT JOIN wezer_assessment a ON a.id = p.assessment_id
                WHERE p.weight <> 0 AND a.state IS DISTINCT FROM 'revealed'"""
        )
        return self.env.cr.fetchall()

    def _check_ties(self):
        """Find assessments with weight between tied parties, as the last run knew."""
        self.env.flush_all()
        latest = self.env["wezer.reputation.run"].sudo()
        latest = latest.search([], order="date desc, id desc", limit=1)
        if not latest:
            return []
        counted = SQL("a.state = 'revealed' AND NOT coalesce(a.no_weight, false)")
        return self.env.execute_query(
            SQL(
                "SELECT id, assessed_id FROM (%s) tied WHERE recorded < %s",
                self.env["wezer.assessment"]._tied_sql(counted),
                latest.date,
            )
        )

    def _check_scores(self):
        """Compare each stored score with the sum of what its assessments add."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT r.id, r.partner_id, r.score, r.prior + coalesce(sum(p.part), 0),
                      r.evidence, coalesce(sum(p.weight), 0), r.prior,
                      coalesce(sum(p.weight * m.x), 0), r.start_weight
                 FROM wezer_reputation r
                 LEFT JOIN wezer_reputation_part p ON p.partner_id = r.partner_id
                  AND p.company_id = r.company_id AND p.weight > 0
                 LEFT JOIN LATERAL (SELECT (avg(l.score)::float + 2) / 4 AS x
                      FROM wezer_assessment_line l
                     WHERE l.assessment_id = p.assessment_id) m ON true
                WHERE r.criterion_id IS NULL AND r.skill_id IS NULL
                  AND r.group_partner_id IS NULL AND NOT r.is_new
                GROUP BY r.id"""
        )
        bad = []
        for (
            _id,
            partner,
            score,
            total,
            evidence,
            weight,
            prior,
            marks,
            start,
        ) in self.env.cr.fetchall():
            expected = OUT_OF * (start * prior / OUT_OF + marks)
            expected /= start + weight
            gaps = (score - total, score - expected, evidence - weight)
            if max(map(abs, gaps)) > 1e-6:
                bad.append((_id, partner, score, total, expected, evidence, weight))
        return bad
