from contextlib import contextmanager

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import NotAllowed
from odoo.addons.wezer_base.tools.days import format_moment

from ..tools import community, rrg


class WezerReputationRun(models.Model):
    """One computation of all scores, with what it started from.

    Assessments never change once revealed, so a run's day, seeds, admissions and
    parameters give its scores again. A row in the state ``running`` only shows the
    progress; it is deleted when the computation ends.
    """

    _name = "wezer.reputation.run"
    _description = "Reputation: one computation"
    _inherit = ["wezer.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "date"

    date = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [
            ("published", "Published"),
            ("refused", "Not published: too little trust"),
            ("running", "Being computed"),
        ],
        required=True,
        readonly=True,
    )
    progress = fields.Float(
        readonly=True, aggregator=None, help="Per cent done during the computation."
    )
    coverage = fields.Float(
        readonly=True,
        aggregator=None,
        help="The share of the members who assess that the community's trust reaches.",
    )
    prior = fields.Float(
        string="Start",
        readonly=True,
        digits=(16, 12),
        aggregator=None,
        help="The value everyone starts from, between 0 and 1.",
    )
    newcomer_rank = fields.Float(
        string="Rank of new members",
        readonly=True,
        aggregator=None,
        help="Where members without a number stand in lists, out of 5.",
    )
    n_assessments = fields.Integer(string="Assessments", readonly=True)
    n_parties = fields.Integer(string="People and groups", readonly=True)
    seconds = fields.Float(readonly=True, aggregator=None)
    # Seeds, rings, group priors, parameters.
    inputs = fields.Json(readonly=True)
    seed_ids = fields.Many2many(
        "res.partner", string="Starting points of trust", compute="_compute_seed_ids"
    )
    # Rows (who admitted, whom, on which day), where the last run had others. Large:
    # read alone.
    admissions = fields.Json(readonly=True, prefetch=False)
    # How far the private question lowers each bound: nobody reads it.
    penalties = fields.Json(readonly=True, prefetch=False, groups=fields.NO_ACCESS)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    @api.depends("date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for run in self:
            run.display_name = format_moment(self.env, run.date)

    @api.depends("inputs")
    def _compute_seed_ids(self):
        for run in self:
            seeds = (run.inputs or {}).get("seeds", [])
            run.seed_ids = run.env["res.partner"].browse(seeds).exists()

    # === WHAT A RUN STARTED FROM === #

    @api.model
    def _latest(self):
        """Return the run whose scores are published now (sudo)."""
        return self.sudo().search(
            [("state", "=", "published"), ("company_id", "=", self.env.company.id)],
            limit=1,
        )

    @api.model
    def _admissions_if_changed(self, admissions):
        """Return the admissions, or None where the last run had the same."""
        last = self.search(
            [("company_id", "=", self.env.company.id), ("state", "!=", "running")],
            limit=1,
        )
        return None if last and last._admissions() == admissions else admissions

    def _admissions(self):
        """Return the rows (who admitted, whom, day) that this run started from.

        Up to version 19.0.2.0.0 they had no day.
        """
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

    def _penalties(self):
        """Return how far lower bounds were lowered: ``{partner id: out of 1}``."""
        self.ensure_one()
        penalties = self.sudo().penalties or {}
        return {int(party): penalty for party, penalty in penalties.items()}

    def _penalty_of(self, partner):
        """Return the penalty of one party only, as :meth:`_penalties` does."""
        self.ensure_one()
        self.flush_recordset(["penalties"])
        self.env.cr.execute(
            "SELECT (penalties ->> %s)::float FROM wezer_reputation_run WHERE id = %s",
            [str(partner.id), self.id],
        )
        penalty = self.env.cr.fetchone()[0]
        return {partner.id: penalty} if penalty else {}

    def _parameters(self):
        """Return the constants that this run computed with, of any version."""
        self.ensure_one()
        return rrg.Parameters.stored((self.inputs or {}).get("parameters") or {})

    def _reproduce(self):
        """Return :class:`community.Result` of this run, computed again from its inputs.

        Of the assessments as they stood on its day; those that were refunded or
        anonymised since then count as they did.
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
            known_rings=inputs["rings"],
            parameters=self._parameters(),
            penalties=self._penalties(),
        )

    # === PROGRESS === #

    @api.model
    @contextmanager
    def _progress(self, wanted):
        """Show how far a computation is, in transactions of their own.

        The transaction of the computation itself would show nothing before its end.
        The row that shows the progress is deleted at the end, also where the
        computation failed.

        :param bool wanted: whether it is shown at all
        :return: a function that takes the share that is done, 0 … 1
        """
        if not wanted:
            yield lambda share: None
            return
        company = self.env.company.id
        running = SQL("WHERE state = 'running' AND company_id = %s", company)
        delete = SQL("DELETE FROM wezer_reputation_run %s", running)
        self._execute_apart(
            delete,
            SQL(
                "INSERT INTO wezer_reputation_run (date, state, progress, company_id)"
                " VALUES (now() AT TIME ZONE 'UTC', 'running', 0, %s)",
                company,
            ),
        )
        try:
            yield lambda share: self._execute_apart(
                SQL(
                    "UPDATE wezer_reputation_run SET progress = %s %s",
                    100 * share,
                    running,
                )
            )
        finally:
            self._execute_apart(delete)

    @api.model
    def _execute_apart(self, *queries):
        with self.env.registry.cursor() as cr:
            for query in queries:
                cr.execute(query)

    def unlink(self):
        raise NotAllowed(
            self.env._("Computations cannot be deleted."), rule="immutable"
        )
