from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed

# Below so many different people a member is new, without a number.
ASSESSORS = 3
OUT_OF = 5


class WezerReputation(models.Model):
    """A stored score of a party: overall, or of one criterion, skill or group.

    Computed each night from revealed assessments, and at once for who was just
    assessed. What each assessment weighed is kept, so that the stored score can be
    told as the sum it is.
    """

    _name = "wezer.reputation"
    _description = "Reputation"
    _order = "score desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="cascade"
    )
    criterion_id = fields.Many2one(
        "wezer.criterion", ondelete="cascade", help="Empty: overall."
    )
    skill_id = fields.Many2one(
        "wezer.skill", ondelete="cascade", help="Only deals that took this skill."
    )
    group_partner_id = fields.Many2one(
        "res.partner",
        string="Within the group",
        ondelete="cascade",
        help="Only deals in this group and in those inside it.",
    )
    # None of these while the party is new (three different people make a score).
    score = fields.Float(aggregator="avg", help="Out of 5.")
    # The private question moves it: exact, it would tell the last answer.
    lower = fields.Float(
        string="Lower bound",
        aggregator="avg",
        groups="wezer_base.group_administrator",
    )
    prior = fields.Float(string="Start", aggregator=None, help="Out of 5.")
    evidence = fields.Float(aggregator="avg")
    n_deals = fields.Integer(string="Deals")
    n_assessors = fields.Integer(string="Different people")
    is_new = fields.Boolean(string="New")
    run_date = fields.Datetime(string="Computed")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _partner_key_uniq = models.UniqueIndex(
        "(company_id, partner_id, coalesce(criterion_id, 0), coalesce(skill_id, 0),"
        " coalesce(group_partner_id, 0))",
        "One score of each kind.",
    )
    _overall_idx = models.Index(
        "(partner_id) WHERE criterion_id IS NULL AND skill_id IS NULL"
        " AND group_partner_id IS NULL"
    )

    # === BY HAND === #

    def action_recompute(self):
        """Compute all scores in the background, now; administrators only.

        The list of computations shows how far it is.
        """
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._("Administrators compute the scores."), rule="role"
            )
        # The nightly job, asked for by an administrator: he may run it any time.
        self.env.ref("wezer_reputation.ir_cron_recompute").sudo()._trigger()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "wezer_reputation.wezer_reputation_run_action"
        )

    # === EXPLANATION === #

    @api.model
    def _explain(self, partner):
        """Return the exact sum behind a partner's stored overall score, out of 5.

        :return: dict ``prior``, ``parts`` (list of ``(assessment, part)``,
            largest first), ``weights`` (by assessment id) and ``score``, where
            prior + parts = score; empty parts and no score while the partner is new
        """
        row = partner._wezer_reputation()
        if not row or row.is_new:
            return {"prior": False, "parts": [], "weights": {}, "score": False}
        # Parts are of revealed assessments only; nobody reads them otherwise.
        stored = (
            self.env["wezer.reputation.part"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", partner.id),
                    ("company_id", "=", self.env.company.id),
                    ("weight", ">", 0),
                ]
            )
        )
        assessments = self.env["wezer.assessment"].sudo()
        parts = [(assessments.browse(one.assessment_id), one.part) for one in stored]
        parts.sort(key=lambda pair: -abs(pair[1]))
        weights = {one.assessment_id: one.weight for one in stored}
        return {
            "prior": row.prior,
            "parts": parts,
            "weights": weights,
            "score": row.score,
        }
