from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed

from ..tools import community, rrg


class WezerReputationRun(models.Model):
    """One computation of all scores, with what it started from.

    Assessments never change once revealed, so a run's day, seeds, admissions and
    parameters give its scores again.
    """

    _name = "wezer.reputation.run"
    _description = "Reputation: one computation"
    _order = "date desc, id desc"
    _rec_name = "date"

    date = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [("published", "Published"), ("refused", "Not published: too little trust")],
        required=True,
        readonly=True,
    )
    coverage = fields.Float(
        readonly=True,
        aggregator=None,
        help="Share of those who assess that the community's trust reaches.",
    )
    prior = fields.Float(
        string="Start",
        readonly=True,
        digits=(16, 12),
        aggregator=None,
        help="What everybody starts from, from 0 to 1.",
    )
    n_assessments = fields.Integer(string="Assessments", readonly=True)
    n_parties = fields.Integer(string="People and groups", readonly=True)
    seconds = fields.Float(readonly=True, aggregator=None)
    # Seeds, rings, group priors, parameters.
    inputs = fields.Json(readonly=True)
    seed_ids = fields.Many2many(
        "res.partner", string="Trust started from", compute="_compute_seed_ids"
    )
    # Pairs (who admitted, whom), where the last run had others. Large: read alone.
    admissions = fields.Json(readonly=True, prefetch=False)
    # How far the private question lowers each bound: nobody reads it.
    falls = fields.Json(readonly=True, prefetch=False, groups=fields.NO_ACCESS)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    @api.depends("inputs")
    def _compute_seed_ids(self):
        for run in self:
            seeds = (run.inputs or {}).get("seeds", [])
            run.seed_ids = run.env["res.partner"].browse(seeds).exists()

    @api.model
    def _latest(self):
        """Return the run whose scores are published now (sudo)."""
        return self.sudo().search(
            [("state", "=", "published"), ("company_id", "=", self.env.company.id)],
            limit=1,
        )

    @api.model
    def _if_new(self, admissions):
        """Return the admissions, or None where the last run had the same."""
        last = self.search(
            [("company_id", "=", self.env.company.id), ("state", "!=", "running")],
            limit=1,
        )
        return None if last and last._admissions() == admissions else admissions

    def _admissions(self):
        """Return the pairs of ids (who admitted, whom) this run started from."""
        self.ensure_one()
        run = self
        while run and run.admissions is False:
            run = self.search(
                [
                    ("company_id", "=", run.company_id.id),
                    ("id", "<", run.id),
                    ("state", "!=", "running"),
                ],
                order="id desc",
                limit=1,
            )
        return run.admissions if run else []

    def _falls(self):
        """Return how far lower bounds fell: ``{partner id: out of 1}``."""
        self.ensure_one()
        falls = self.sudo().falls or {}
        return {int(party): fall for party, fall in falls.items()}

    def _fall_of(self, partner):
        """Return how far one party's lower bound fell, as :meth:`_falls` does."""
        self.ensure_one()
        self.flush_recordset(["falls"])
        self.env.cr.execute(
            "SELECT (falls ->> %s)::float FROM wezer_reputation_run WHERE id = %s",
            [str(partner.id), self.id],
        )
        fall = self.env.cr.fetchone()[0]
        return {partner.id: fall} if fall else {}

    def _reproduce(self):
        """Return :class:`community.Result` of this run, computed again from its inputs.

        Of the assessments as they stood on its day; what was refunded or forgotten
        since then counts as it did.
        """
        self.ensure_one()
        reputations = self.env["wezer.reputation"].sudo()
        ratings = reputations._read_ratings(at=self.date)
        inputs = self.inputs
        # Groups as they stood then, not as they are.
        above = {int(key): value for key, value in inputs["above"].items()}
        reputations._spread(ratings, above)
        return community.compute(
            ratings,
            [],
            self._admissions(),
            inputs["seeds"],
            reputations._seconds(self.date),
            above,
            inputs["cleared"],
            parameters=rrg.Parameters(**inputs["parameters"]),
            falls=self._falls(),
        )

    def unlink(self):
        raise NotAllowed(self.env._("Computations stay."), rule="immutable")
