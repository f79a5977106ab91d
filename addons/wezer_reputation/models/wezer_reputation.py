from odoo import api, fields, models

from ..tools import rrg

# Below so many different people a member is new, without a number.
ASSESSORS = 3


class WezerReputation(models.Model):
    """A stored score of a partner: overall, or by criterion."""

    _name = "wezer.reputation"
    _description = "Reputation"
    _order = "lower desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="cascade"
    )
    criterion_id = fields.Many2one(
        "wezer.criterion", ondelete="cascade", help="Empty: overall."
    )
    score = fields.Float(digits=(6, 4), aggregator="avg", help="Out of 5.")
    lower = fields.Float(string="Lower bound", digits=(6, 4), aggregator="avg")
    evidence = fields.Float(digits=(12, 4), aggregator="avg")
    n_deals = fields.Integer(string="Deals")
    n_assessors = fields.Integer(string="Different people")
    is_new = fields.Boolean(string="New")
    run_date = fields.Datetime()
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _partner_criterion_uniq = models.UniqueIndex(
        "(partner_id, coalesce(criterion_id, 0))", "One score a criterion."
    )

    @api.model
    def _inputs(self, criterion=None):
        """Return what the arithmetic takes, from revealed assessments with weight.

        :return: dict with ``partners`` (ids by index), arrays and seeds
        """
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT a.id, a.person_id, a.assessed_id, a.assessor_id,
                      avg(l.score)::float, a.date, a.value_hours
                 FROM wezer_assessment a JOIN wezer_assessment_line l
                   ON l.assessment_id = a.id
                WHERE a.state = 'revealed' AND NOT coalesce(a.no_weight, false)
                  AND a.company_id = %s AND (%s::int IS NULL OR l.criterion_id = %s)
                GROUP BY a.id ORDER BY a.id""",
            [self.env.company.id, criterion, criterion],
        )
        rows = self.env.cr.fetchall()
        profiles = self.env["wezer.profile"].sudo().search([])
        partners = sorted(
            set(profiles.partner_id.ids)
            | {row[1] for row in rows}
            | {row[2] for row in rows}
        )
        index = {partner: number for number, partner in enumerate(partners)}
        now = fields.Datetime.now()
        return {
            "partners": partners,
            "ids": [row[0] for row in rows],
            "rater": [index[row[1]] for row in rows],
            "rated": [index[row[2]] for row in rows],
            "marks": [row[4] for row in rows],
            "age_days": [(now - row[5]).total_seconds() / 86400 for row in rows],
            "hours": [row[6] or 1.0 for row in rows],
            "seeds": [
                index[profile.partner_id.id]
                for profile in profiles
                if profile.is_founder
            ],
            "admissions": [
                (index[profile.admitted_by_id.id], index[profile.partner_id.id])
                for profile in profiles
                if profile.admitted_by_id.id in index
            ],
        }

    @api.model
    def _scores(self, data):
        return rrg.score(
            len(data["partners"]),
            data["rater"],
            data["rated"],
            data["marks"],
            data["age_days"],
            data["hours"],
            data["seeds"],
            data["admissions"],
        )

    @api.model
    def _recompute(self):
        """Compute all scores anew and store them (nightly, and on demand)."""
        reputations = self.sudo()
        stored = {
            (row.partner_id.id, row.criterion_id.id): row
            for row in reputations.search([])
        }
        criteria = self.env["wezer.criterion"].sudo().search([])
        now = fields.Datetime.now()
        for criterion in [False, *criteria.ids]:
            data = self._inputs(criterion or None)
            if not data["ids"]:
                continue
            result = self._scores(data)
            deals = {}
            for number in data["rated"]:
                deals[number] = deals.get(number, 0) + 1
            for number, partner in enumerate(data["partners"]):
                if number not in deals:
                    continue
                vals = {
                    "score": 5 * float(result.score[number]),
                    "lower": 5 * float(result.lower[number]),
                    "evidence": float(result.evidence[number]),
                    "n_deals": deals[number],
                    "n_assessors": int(result.assessors[number]),
                    "is_new": int(result.assessors[number]) < ASSESSORS,
                    "run_date": now,
                }
                row = stored.get((partner, criterion))
                if row:
                    row.write(vals)
                else:
                    reputations.create(
                        {"partner_id": partner, "criterion_id": criterion, **vals}
                    )

    @api.model
    def _explain(self, partner):
        """Return the exact sum behind a partner's overall score, out of 5.

        :return: dict ``prior``, ``parts`` (list of ``(assessment, part)``,
            largest first), ``score``; prior + parts = score
        """
        data = self._inputs()
        if partner.id not in data["partners"] or not data["ids"]:
            return {"prior": 3.5, "parts": [], "score": 3.5}
        result = self._scores(data)
        member = data["partners"].index(partner.id)
        prior, rows, parts = rrg.contributions(result, data["rated"], member)
        assessments = self.env["wezer.assessment"].sudo()
        pairs = [
            (assessments.browse(data["ids"][row]), 5 * float(part))
            for row, part in zip(rows, parts, strict=True)
        ]
        pairs.sort(key=lambda pair: -abs(pair[1]))
        return {
            "prior": 5 * prior,
            "parts": pairs,
            "score": 5 * float(result.score[member]),
        }
