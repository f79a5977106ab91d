import logging

import numpy as np

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import NotAllowed

from ..tools import rrg

_logger = logging.getLogger(__name__)

# Below so many different people a member is new, without a number.
ASSESSORS = 3
# A score is published only where trust reaches so many of those who assess.
COVERAGE = 0.8
OUT_OF = 5


class WezerReputation(models.Model):
    """A stored score of a partner: overall, or by criterion.

    Computed each night from revealed assessments. Each assessment keeps the
    weight it had, so that the stored score can be told as the sum it is.
    """

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
    # None of these while the party is new (three different people make a score).
    score = fields.Float(aggregator="avg", help="Out of 5.")
    lower = fields.Float(string="Lower bound", aggregator="avg")
    prior = fields.Float(string="Start", aggregator=None, help="Out of 5.")
    evidence = fields.Float(aggregator="avg")
    n_deals = fields.Integer(string="Deals")
    n_assessors = fields.Integer(string="Different people")
    is_new = fields.Boolean(string="New")
    run_date = fields.Datetime(string="Computed")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _partner_criterion_uniq = models.UniqueIndex(
        "(company_id, partner_id, coalesce(criterion_id, 0))", "One score a criterion."
    )

    # === COMPUTATION === #

    @api.model
    def _inputs(self, now):
        """Return what the arithmetic takes, from revealed assessments with weight.

        :return: dict with ``partners`` (ids by index), arrays and seeds
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT a.id, a.person_id, a.assessed_id, avg(l.score)::float,
                          a.date, a.value_hours
                     FROM wezer_assessment a JOIN wezer_assessment_line l
                       ON l.assessment_id = a.id
                    WHERE a.state = 'revealed' AND NOT coalesce(a.no_weight, false)
                      AND a.company_id = %s
                    GROUP BY a.id ORDER BY a.id""",
                self.env.company.id,
            )
        )
        # Archived profiles keep their place in the flow of trust.
        profiles = (
            self.env["wezer.profile"]
            .sudo()
            .with_context(active_test=False)
            .search([("company_id", "=", self.env.company.id)])
        )
        people = [
            (profile.partner_id.id, profile.admitted_by_id.id) for profile in profiles
        ]
        partners = sorted(
            {partner for partner, _by in people}
            | {row[1] for row in rows}
            | {row[2] for row in rows}
        )
        index = {partner: number for number, partner in enumerate(partners)}
        return {
            "partners": partners,
            "ids": [row[0] for row in rows],
            "rater": [index[row[1]] for row in rows],
            "rated": [index[row[2]] for row in rows],
            "marks": [row[3] for row in rows],
            "age_days": [(now - row[4]).total_seconds() / 86400 for row in rows],
            "hours": [row[5] or 1.0 for row in rows],
            "seeds": [index[one] for one in self._seed_ids(profiles) if one in index],
            "admissions": [
                (index[by], index[partner]) for partner, by in people if by in index
            ],
        }

    @api.model
    def _seed_ids(self, profiles):
        """Return the partners trust starts from: founders, else the moderators."""
        founders = profiles.filtered("is_founder").partner_id.ids
        if founders:
            return founders
        moderators = self.env.ref("wezer_base.group_moderator").sudo().all_user_ids
        return moderators.filtered("active").partner_id.ids

    @api.model
    def _scores(self, data):
        """Return :class:`rrg.Scores` of what :meth:`_inputs` gave."""
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
        """Compute all scores anew and store them (nightly, and on demand).

        :return: whether they were published; not where trust reaches too few
        """
        now = fields.Datetime.now()
        data = self._inputs(now)
        result = self._scores(data)
        if result.coverage < COVERAGE:
            self._alert(result.coverage)
            return False
        self._store_weights(data, result)
        wanted = self._overall_vals(data, result) | self._criterion_vals(data, result)
        stored = {
            (row.partner_id.id, row.criterion_id.id): row
            for row in self.sudo().search([("company_id", "=", self.env.company.id)])
        }
        new = []
        for key, vals in wanted.items():
            vals["run_date"] = now
            if key in stored:
                stored.pop(key).write(vals)
            else:
                new.append({"partner_id": key[0], "criterion_id": key[1], **vals})
        self.sudo().create(new)
        # Nothing counts for them any more (refunded).
        self.sudo().browse([row.id for row in stored.values()]).unlink()
        return True

    def _vals(self, score, lower, prior, evidence, deals, assessors):
        new = int(assessors) < ASSESSORS
        return {
            "score": 0.0 if new else OUT_OF * float(score),
            "lower": 0.0 if new else OUT_OF * float(lower),
            "prior": 0.0 if new else OUT_OF * float(prior),
            "evidence": float(evidence),
            "n_deals": int(deals),
            "n_assessors": int(assessors),
            "is_new": new,
        }

    def _overall_vals(self, data, result):
        deals = {}
        for number in data["rated"]:
            deals[number] = deals.get(number, 0) + 1
        return {
            (data["partners"][number], False): self._vals(
                result.score[number],
                result.lower[number],
                result.prior[number],
                result.evidence[number],
                count,
                result.assessors[number],
            )
            for number, count in deals.items()
        }

    def _criterion_vals(self, data, result):
        """Return the scores by criterion, with the weights of the overall score."""
        place = {one: number for number, one in enumerate(data["ids"])}
        marks = {}
        lines = self.env.execute_query(
            SQL(
                """SELECT assessment_id, criterion_id, score
                     FROM wezer_assessment_line WHERE assessment_id = ANY(%s)""",
                data["ids"],
            )
        )
        for assessment, criterion, mark in lines:
            number = place[assessment]
            key = (data["rated"][number], criterion)
            marks.setdefault(key, []).append((number, (mark + 2) / 4))
        wanted = {}
        for (number, criterion), rows in marks.items():
            weights = [result.weights[row] for row, _x in rows]
            prior = result.prior[number]
            score, evidence = rrg.weighted(
                1, [0] * len(rows), weights, np.array([x for _row, x in rows]), prior
            )
            lower = rrg.lower_bound(score, evidence)
            people = len({data["rater"][row] for row, _x in rows})
            wanted[(data["partners"][number], criterion)] = self._vals(
                score[0], lower[0], prior, evidence[0], len(rows), people
            )
        return wanted

    def _store_weights(self, data, result):
        """Keep with each assessment what it weighs and adds (out of 5)."""
        whole = rrg.Parameters().prior_weight + result.evidence
        rated = np.asarray(data["rated"], dtype=int)
        away = result.x - result.prior[rated]
        parts = OUT_OF * result.weights * away / whole[rated]
        assessments = self.env["wezer.assessment"].sudo()
        assessments.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE wezer_assessment SET weight = 0, part = 0
                    WHERE company_id = %s AND NOT id = ANY(%s) AND weight <> 0""",
                self.env.company.id,
                data["ids"],
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE wezer_assessment a SET weight = new.weight, part = new.part
                     FROM unnest(%s::int[], %s::float8[], %s::float8[])
                       AS new(id, weight, part) WHERE a.id = new.id""",
                data["ids"],
                [float(one) for one in result.weights],
                [float(one) for one in parts],
            )
        )
        assessments.invalidate_model(["weight", "part"], flush=False)

    def _alert(self, coverage):
        """Tell the administrators why no scores are published, and what helps."""
        _logger.info("reputation not published: coverage %.0f %%", 100 * coverage)
        administrators = self.env.ref("wezer_base.group_administrator").sudo()
        administrators.all_user_ids.filtered("active").partner_id._wezer_notify(
            "reputation_coverage",
            self.env._(
                "Scores were not renewed: trust reaches only %(share)s of 100 people"
                " who assess. Name founders, and say on each profile who admitted"
                " whom.",
                share=round(100 * coverage),
            ),
        )

    def action_recompute(self):
        """Compute all scores now; administrators only."""
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._("Administrators compute the scores."), rule="role"
            )
        self.sudo()._recompute()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # === EXPLANATION === #

    @api.model
    def _explain(self, partner):
        """Return the exact sum behind a partner's stored overall score, out of 5.

        :return: dict ``prior``, ``parts`` (list of ``(assessment, part)``,
            largest first) and ``score``, where prior + parts = score; empty
            parts and no score while the partner is new
        """
        row = partner._wezer_reputation()
        assessments = self.env["wezer.assessment"].sudo()
        if not row or row.is_new:
            return {"prior": False, "parts": [], "score": False}
        counted = assessments.search(
            [
                ("assessed_id", "=", partner.id),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "revealed"),
                ("weight", ">", 0),
            ]
        )
        parts = sorted(
            ((one, one.part) for one in counted), key=lambda pair: -abs(pair[1])
        )
        return {"prior": row.prior, "parts": parts, "score": row.score}
