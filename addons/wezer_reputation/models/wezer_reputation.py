import logging
import time
from dataclasses import asdict

import numpy as np

from odoo import api, fields, models
from odoo.tools import SQL, LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed
from odoo.addons.wezer_base.tools import days

from ..tools import bulk, community, rrg, score_words
from .res_company import PERCENTILES

_lt = LazyTranslate(__name__)

_logger = logging.getLogger(__name__)

# Below so many different people a member is new, without a number.
ASSESSORS = rrg.ASSESSORS
OUT_OF = 5
# A score is published only where trust reaches so many of the members who assess.
COVERAGE = 0.8
# Trust starts from at least so many people, where there are that many.
SEEDS = 5
# A change of the score (out of 5) that is worth a point in its history.
WORTH = 0.005
# Points of the history that a page shows.
HISTORY = 400
# Written anew by each computation.
TABLES = ("wezer_reputation", "wezer_reputation_part", "wezer_reputation_trust")
# Rows of the export that are in memory at once.
PAGE = 5000


class WezerReputation(models.Model):
    """A stored score of a party: overall, or of one criterion, skill or group.

    Computed each night from revealed assessments, and at once for a party that was
    just assessed. What each assessment weighed is kept, so that the stored score can
    be explained as an exact sum.
    """

    _name = "wezer.reputation"
    _description = "Reputation"
    _inherit = ["wezer.record.mixin"]
    _order = "score desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    criterion_id = fields.Many2one(
        "wezer.criterion", ondelete="cascade", help="Leave empty for the overall score."
    )
    skill_id = fields.Many2one(
        "wezer.skill",
        ondelete="cascade",
        help="Only deals that needed this skill count.",
    )
    group_partner_id = fields.Many2one(
        "res.partner",
        string="Within the group",
        ondelete="cascade",
        help="Only deals in this group and in the groups inside it count.",
    )
    # None of these while the party is new (three different people make a score).
    score = fields.Float(aggregator="avg", help="Out of 5.")
    word = fields.Char(
        string="Reads as",
        compute="_compute_word",
        help="The word that pages show for the score, beside the community's average.",
    )
    # The private question moves it: exact, it would reveal the last answer.
    lower = fields.Float(
        string="Lower bound",
        aggregator="avg",
        groups="wezer_base.group_administrator",
    )
    # Where the party stands in lists; the private question moves this one too.
    rank = fields.Float(
        aggregator=None,
        groups="wezer_base.group_administrator",
        help="Lists are sorted by it, out of 5. Without a number: beside the mean.",
    )
    prior = fields.Float(string="Start", aggregator=None, help="Out of 5.")
    start_weight = fields.Float(
        string="Weight of the start",
        aggregator=None,
        help="In assessments. It gets less as more people assess.",
    )
    evidence = fields.Float(aggregator="avg")
    n_deals = fields.Integer(string="Deals")
    n_assessors = fields.Integer(string="People who assessed")
    is_new = fields.Boolean(string="New")
    run_date = fields.Datetime(string="Computed")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _partner_key_uniq = models.UniqueIndex(
        "(company_id, partner_id, coalesce(criterion_id, 0), coalesce(skill_id, 0),"
        " coalesce(group_partner_id, 0))",
        "There can be only one score of each kind.",
    )
    _overall_idx = models.Index(
        "(partner_id) WHERE criterion_id IS NULL AND skill_id IS NULL"
        " AND group_partner_id IS NULL"
    )

    @api.depends("is_new", "score", "prior")
    @api.depends_context("lang")
    def _compute_word(self):
        for row in self:
            row.word = (
                self.env._("New here")
                if row.is_new
                else score_words.word_of(self.env, row.score, row.prior)
            )

    # === ACTIONS === #

    def action_recompute(self) -> dict:
        """Compute all scores in the background, now; administrators only.

        :return: the action that opens the list of computations, with the progress
        :raise NotAllowed: where the user is no administrator
        """
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._("Only administrators can compute the scores."), rule="role"
            )
        # The nightly job, asked for by an administrator: they may run it any time.
        self.env.ref("wezer_reputation.ir_cron_recompute").sudo()._trigger()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "wezer_reputation.wezer_reputation_run_action"
        )

    # === EXPLANATION === #

    @api.model
    def _explain(self, partner):
        """Return the exact sum behind a partner's stored overall score, out of 5.

        :return: dict ``prior``, ``parts`` (list of ``(assessment, part)``,
            largest first), ``weights`` (by assessment id), ``score``, where prior +
            parts = score, and ``date`` (from which ages count); empty parts and no
            score while the partner is new
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
        parts = [(assessments.browse(row.assessment_id), row.part) for row in stored]
        parts.sort(key=lambda pair: -abs(pair[1]))
        return {
            "prior": row.prior,
            "parts": parts,
            "weights": {part.assessment_id: part.weight for part in stored},
            "score": row.score,
            "date": row.run_date,
        }

    @api.model
    def _shown_by_skill_and_group(self, partner):
        """Return a party's scores by skill and by group that the caller may see.

        :return: see :meth:`_shown_lines`
        """
        if not partner._wezer_reputation_seen():
            return []
        rows = self.sudo().search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", self.env.company.id),
                ("is_new", "=", False),
                "|",
                ("skill_id", "!=", False),
                ("group_partner_id", "!=", False),
            ]
        )
        # A private group's name stays with those who may see it: never as superuser.
        profiles = (
            self.env["wezer.profile"]
            .sudo(False)
            .search([("partner_id", "in", rows.group_partner_id.ids)])
        )
        names = {profile.partner_id.id: profile.name for profile in profiles.sudo()}
        skills = rows.filtered("skill_id")
        groups = rows.filtered(lambda row: row.group_partner_id.id in names)
        return skills._shown_lines(lambda row: row.skill_id.name) + groups._shown_lines(
            lambda row: self.env._(
                "In %(group)s and the groups inside it",
                group=names[row.group_partner_id.id],
            )
        )

    def _shown_lines(self, label):
        """Return what a page shows of each of these scores.

        :param label: function of a row
        :return: dicts ``label``, ``word``, ``score`` and ``mean`` (out of 5)
        """
        return [
            {
                "label": label(row),
                "word": score_words.word_of(self.env, row.score, row.prior),
                "score": row.score,
                "mean": row.prior,
            }
            for row in self
        ]

    @api.model
    def _history_of(self, partner):
        """Return ``[(day, score out of 5)]`` of a party, oldest first."""
        rows = (
            self.env["wezer.reputation.history"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", partner.id),
                    ("company_id", "=", self.env.company.id),
                ],
                order="date desc, id desc",
                limit=HISTORY,
            )
        )
        return [(days.day_of(self.env, row.date), row.score) for row in reversed(rows)]

    @api.model
    def _computed(self):
        """Return the models whose rows are computed from assessments, by party."""
        return [
            f"wezer.reputation{name}" for name in ("", ".part", ".history", ".trust")
        ]

    # === COMPUTATION === #

    @api.model
    def _recompute(self, progress=False):
        """Compute all scores anew and store them (nightly, and on demand).

        :param bool progress: show the progress in the list of computations
        :return: whether they were published; not where trust reaches too few
        """
        with self.env["wezer.reputation.run"]._progress(progress) as report:
            return self._compute_and_publish(report)

    @api.model
    def _cron_recompute(self):
        """Compute all scores in one transaction: they are published all or none."""
        self._recompute(progress=True)
        self.env["ir.cron"]._commit_progress(1, remaining=0)

    @api.model
    def _compute_and_publish(self, report):
        started = time.monotonic()
        now = fields.Datetime.now()
        # Parties may have begun to act for each other since they assessed.
        self.env["wezer.assessment"].sudo()._void_tied()
        ratings = self._read_ratings()
        seeds, admissions, people = self._read_people()
        above = self._read_groups(ratings)
        cleared = self.env["wezer.reputation.ring"]._cleared()
        parameters = self._parameters()
        penalties = self.env["wezer.assessment.repeat"]._penalties()
        report(0.2)
        result = community.compute(
            ratings,
            people,
            admissions,
            seeds,
            self._seconds(now),
            above,
            cleared,
            parameters=parameters,
            penalties=penalties,
            stewards=self._stewards().ids,
        )
        report(0.5)
        published = result.coverage >= COVERAGE
        if published:
            self._store(ratings, result, now)
            self._low_coverage_notices()._withdraw()
        else:
            self._notify_low_coverage(result.coverage)
        report(0.9)
        if published:
            self.env["gamification.badge"]._wezer_award()
        runs = self.env["wezer.reputation.run"].sudo()
        runs.create(
            {
                "date": now,
                "state": "published" if published else "refused",
                "coverage": result.coverage,
                "prior": result.prior,
                "newcomer_rank": OUT_OF * result.newcomer,
                "n_assessments": len(ratings.ids),
                "n_parties": len(result.parties),
                "seconds": round(time.monotonic() - started, 2),
                "inputs": {
                    "seeds": [int(seed) for seed in seeds],
                    "cleared": [sorted(one.people) for one in cleared],
                    "rings": [list(ring.members) for ring in result.flagged],
                    "group_priors": result.group_priors,
                    "above": {str(key): value for key, value in above.items()},
                    "parameters": asdict(parameters),
                },
                "admissions": runs._admissions_if_changed(admissions.tolist()),
                "penalties": {str(key): value for key, value in penalties.items()},
            }
        )
        return published

    @api.model
    def _parameters(self):
        """Return the constants of the score as the community's settings have them."""
        width = self.env.company._wezer_trust_width()
        return rrg.Parameters(trust_percentile=PERCENTILES[width])

    @api.model
    def _seconds(self, moment):
        """Return a datetime of the database in seconds, as SQL's epoch gives it."""
        return float(np.datetime64(moment, "us").astype("int64")) / 1e6

    # === READING === #

    @api.model
    def _read_ratings(self, where="TRUE", at=None):
        """Return the revealed assessments that have a weight, as arrays.

        :param str where: a condition in SQL on ``a``, made of our own numbers only
        :param datetime at: as they stood then, now if left out
        """
        self.env.flush_all()
        cr = self.env.cr
        weighs = "NOT coalesce(a.no_weight, false)"
        if at:
            moment = f"'{fields.Datetime.to_string(at)}'::timestamp"
            weighs = f"({weighs} OR a.void_date > {moment}) AND a.date <= {moment}"
        condition = (
            f"a.state = 'revealed' AND {weighs}"
            f" AND a.company_id = {int(self.env.company.id)} AND {where}"
        )
        rows = bulk.fetch(
            cr,
            "SELECT a.id, a.person_id, a.assessed_id,"
            " extract(epoch FROM a.date)::float8,"
            " coalesce(nullif(a.value_hours, 0), 1)::float8,"
            " coalesce(a.context_partner_id, 0)"
            f" FROM wezer_assessment a WHERE {condition} ORDER BY a.id",
            [
                ("id", "i4"),
                ("person", "i4"),
                ("assessed", "i4"),
                ("time", "f8"),
                ("hours", "f8"),
                ("group", "i4"),
            ],
        )
        lines = bulk.fetch(
            cr,
            "SELECT l.assessment_id, l.criterion_id, l.score"
            " FROM wezer_assessment_line l"
            f" JOIN wezer_assessment a ON a.id = l.assessment_id WHERE {condition}",
            [("id", "i4"), ("criterion", "i4"), ("mark", "i4")],
        )
        skills = bulk.fetch(
            cr,
            "SELECT s.assessment_id, s.skill_id FROM wezer_assessment_skill_rel s"
            f" JOIN wezer_assessment a ON a.id = s.assessment_id WHERE {condition}",
            [("id", "i4"), ("skill", "i4")],
        )
        ids = rows["id"].astype(int)
        inside = np.flatnonzero(rows["group"])
        return community.Ratings(
            ids=ids,
            person=rows["person"].astype(int),
            assessed=rows["assessed"].astype(int),
            time=rows["time"],
            hours=rows["hours"],
            line_row=np.searchsorted(ids, lines["id"]),
            line_criterion=lines["criterion"].astype(int),
            line_mark=lines["mark"].astype(float),
            skill_row=np.searchsorted(ids, skills["id"]),
            skill=skills["skill"].astype(int),
            group_row=inside,
            group=rows["group"][inside].astype(int),
        )

    @api.model
    def _read_people(self):
        """Return ``(seeds, admissions, people)``.

        Ids; rows (who admitted, whom, on which day, counted from 1970); ids.
        """
        # Archived profiles keep their place in the flow of trust.
        rows = bulk.fetch(
            self.env.cr,
            "SELECT partner_id, coalesce(admitted_by_id, 0),"
            " coalesce(joined_date, create_date::date, '1970-01-01')"
            " - date '1970-01-01'"
            " FROM wezer_profile"
            f" WHERE company_id = {int(self.env.company.id)} ORDER BY partner_id",
            [("partner", "i4"), ("by", "i4"), ("day", "i4")],
        )
        admitted = rows["by"] > 0
        columns = [rows[name][admitted] for name in ("by", "partner", "day")]
        seeds = np.array(self._seeds().ids, dtype=int)
        pairs = np.stack(columns, axis=1).astype(int)
        return seeds, pairs, rows["partner"].astype(int)

    @api.model
    def _seeds(self):
        """Return the persons from whom trust starts: founders and stewards.

        Where there are fewer than :data:`SEEDS`, moderators complete them.
        """
        founders = (
            self.env["wezer.profile"]
            .sudo()
            .search(
                [
                    ("is_founder", "=", True),
                    ("state", "=", "active"),
                    ("company_id", "=", self.env.company.id),
                ]
            )
            .partner_id
        )
        if len(founders) >= SEEDS:
            return founders
        moderators = self.env["res.users"]._wezer_moderators()
        moderators = moderators.filtered(lambda user: user.active and user.id != 1)
        return founders | moderators.partner_id.sorted("id")[: SEEDS - len(founders)]

    @api.model
    def _stewards(self):
        """Return the persons of the back office: whom they let in, somebody knows.

        Anybody may invite; whom people invite who came in by themselves, nobody knows.
        """
        internal = self.env.ref("base.group_user").sudo().all_user_ids
        return internal.filtered(lambda user: user.active and user.id != 1).partner_id

    @api.model
    def _read_groups(self, ratings):
        """Let each rating count in all groups around its own; return these groups.

        :return: ``{group partner: partners above it, the nearest first}``
        """
        partners = self.env["res.partner"].sudo()
        above = {
            int(group): partners.browse(int(group))._wezer_partners_above().ids
            for group in np.unique(ratings.group)
        }
        # The groups above are keys too, so that each knows its own parent.
        for chain in list(above.values()):
            for place, group in enumerate(chain):
                above.setdefault(group, chain[place + 1 :])
        self._spread(ratings, above)
        return above

    @api.model
    def _spread(self, ratings, above):
        """Add to each rating's group the groups above it."""
        rows, groups = [ratings.group_row], [ratings.group]
        for group in np.unique(ratings.group):
            inside = ratings.group_row[ratings.group == group]
            for ancestor in above.get(int(group), ()):
                rows.append(inside)
                groups.append(np.full(len(inside), ancestor))
        ratings.group_row, ratings.group = np.concatenate(rows), np.concatenate(groups)

    # === STORING === #

    @api.model
    def _store(self, ratings, result, now):
        """Replace what is stored by what was computed, in one transaction."""
        cr, company = self.env.cr, self.env.company.id
        tables = result.tables
        self._store_history(tables.overall, now)
        for table in TABLES:
            cr.execute(
                SQL(
                    "DELETE FROM %s WHERE company_id = %s",
                    SQL.identifier(table),
                    company,
                )
            )
        self._store_tables(ratings, tables, now, result.newcomer)
        bulk.store(
            cr,
            "wezer_reputation_trust",
            [
                ("partner_id", "i4", result.parties),
                ("trust", "f8", result.trust),
                ("fairness", "f8", result.fairness),
                ("credibility", "f8", result.credibility),
                ("company_id", "i4", company),
            ],
        )
        self.env["wezer.reputation.ring"]._record_flagged(result, now)
        for name in ("", ".part", ".trust", ".history"):
            self.env[f"wezer.reputation{name}"].invalidate_model(flush=False)

    @api.model
    def _store_tables(self, ratings, tables, now, newcomer):
        self._store_table(tables.overall, None, now, newcomer)
        for table in tables.criteria:
            self._store_table(table, "criterion_id", now, newcomer)
        self._store_table(tables.skills, "skill_id", now, newcomer)
        self._store_table(tables.groups, "group_partner_id", now, newcomer)
        self._store_parts(ratings, tables)

    @api.model
    def _store_table(self, table, key, now, newcomer):
        new = table.assessors < ASSESSORS
        shown = np.where(new, 0.0, OUT_OF)
        columns = [
            ("partner_id", "i4", table.party),
            ("score", "f8", shown * table.score),
            ("lower", "f8", shown * table.lower),
            ("rank", "f8", OUT_OF * np.where(new, newcomer, table.rank)),
            ("prior", "f8", shown * table.prior),
            ("start_weight", "f8", table.start),
            ("evidence", "f8", table.evidence),
            ("n_deals", "i4", table.deals),
            ("n_assessors", "i4", table.assessors),
            ("is_new", "i1", new),
            ("run_date", "i8", bulk.timestamp(now)),
            ("company_id", "i4", self.env.company.id),
        ]
        if key:
            columns.append((key, "i4", table.key))
        bulk.store(self.env.cr, "wezer_reputation", columns)

    @api.model
    def _store_parts(self, ratings, tables):
        bulk.store(
            self.env.cr,
            "wezer_reputation_part",
            [
                ("assessment_id", "i4", ratings.ids),
                ("partner_id", "i4", ratings.assessed),
                ("weight", "f8", tables.weights),
                ("part", "f8", OUT_OF * tables.parts),
                ("company_id", "i4", self.env.company.id),
            ],
        )

    @api.model
    def _store_history(self, table, now, partner=None):
        """Add a point to the history of each party whose score moved."""
        where = f" AND partner_id = {int(partner.id)}" if partner else ""
        last = bulk.fetch(
            self.env.cr,
            "SELECT DISTINCT ON (partner_id) partner_id, score"
            " FROM wezer_reputation_history"
            f" WHERE company_id = {int(self.env.company.id)}{where}"
            " ORDER BY partner_id, date DESC, id DESC",
            [("partner", "i4"), ("score", "f8")],
        )
        known = table.assessors >= ASSESSORS
        party, score = table.party[known], OUT_OF * table.score[known]
        before = np.full(len(party), -1.0)
        if len(last["partner"]):
            place = np.searchsorted(last["partner"], party)
            place = np.minimum(place, len(last["partner"]) - 1)
            found = last["partner"][place] == party
            before[found] = last["score"][place[found]]
        moved = np.abs(score - before) >= WORTH
        bulk.store(
            self.env.cr,
            "wezer_reputation_history",
            [
                ("partner_id", "i4", party[moved]),
                ("date", "i8", bulk.timestamp(now)),
                ("score", "f8", score[moved]),
                ("lower", "f8", OUT_OF * table.lower[known][moved]),
                ("company_id", "i4", self.env.company.id),
            ],
        )

    # === AT ONCE === #

    @api.model
    def _update_now(self, partners):
        """Update the scores of ``partners`` after an assessment, at once.

        With the credibility, prior and rings of the last run: exactly what a full
        computation with these would give. Its cost grows with the number of
        assessments of the party only.
        """
        run = self.env["wezer.reputation.run"]._latest()
        if not run:
            return
        now = fields.Datetime.now()
        if partners:
            about = SQL("a.assessed_id = ANY(%s)", partners.ids)
            self.env["wezer.assessment"].sudo()._void_tied(about)
        for partner in partners:
            ratings = self._read_ratings(f"a.assessed_id = {int(partner.id)}")
            tables = self._tables_of_party(ratings, run, now)
            tables.overall = community.penalised(
                tables.overall, run._penalty_of(partner)
            )
            self._store_history(tables.overall, now, partner)
            self._replace_party(partner, ratings, tables, now, run)

    @api.model
    def _tables_of_party(self, ratings, run, now):
        self._read_groups(ratings)
        people = ",".join(str(int(person)) for person in set(ratings.person))
        trust = bulk.fetch(
            self.env.cr,
            "SELECT partner_id, credibility FROM wezer_reputation_trust"
            f" WHERE company_id = {int(self.env.company.id)} AND partner_id ="
            f" ANY('{{{people}}}')"
            " ORDER BY partner_id",
            [("partner", "i4"), ("credibility", "f8")],
        )
        known = dict(zip(trust["partner"], trust["credibility"], strict=True))
        credibility = np.array([known.get(person, 0.0) for person in ratings.person])
        inputs = run.inputs
        ring_of = {
            person: number
            for number, ring in enumerate(inputs["rings"])
            for person in ring
        }
        ring = np.array(
            [
                person in ring_of and ring_of[person] == ring_of.get(assessed)
                for person, assessed in zip(
                    ratings.person, ratings.assessed, strict=True
                )
            ],
            dtype=bool,
        )
        flags = np.where(ring, community.rings.DAMPING, 1.0)
        priors = {int(key): value for key, value in inputs["group_priors"].items()}
        return community.tables(
            ratings, credibility, run.prior, priors, flags, self._seconds(now),
            run._parameters(),
        )  # fmt: skip

    @api.model
    def _replace_party(self, partner, ratings, tables, now, run):
        for table in ("wezer_reputation", "wezer_reputation_part"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE company_id = %s AND partner_id = %s",
                    SQL.identifier(table),
                    self.env.company.id,
                    partner.id,
                )
            )
        self._store_tables(ratings, tables, now, run.newcomer_rank / OUT_OF)
        for name in ("", ".part", ".history"):
            self.env[f"wezer.reputation{name}"].invalidate_model(flush=False)

    def _notify_low_coverage(self, coverage):
        """Notify the administrators why no scores are published, and what helps."""
        _logger.info("reputation not published: coverage %.0f %%", 100 * coverage)
        administrators = self.env.ref("wezer_base.group_administrator").sudo()
        people = administrators.all_user_ids.filtered("active").partner_id
        # Told once, not each night, until scores are published again.
        people -= self._low_coverage_notices().partner_id
        people._wezer_notify(
            "reputation_coverage",
            _lt(
                "The scores were not updated, because trust reaches only %(share)s"
                " of 100 members who assess. Name founders, and enter on each"
                " profile who admitted the member.",
                share=round(100 * coverage),
            ),
        )

    @api.model
    def _low_coverage_notices(self):
        """Return the notices (sudo) that say why no scores are published now."""
        notices = self.env["wezer.notice"].sudo()
        return notices.search(
            [("kind", "=", "reputation_coverage"), ("settled", "=", False)]
        )

    # === EXPORT === #

    def _file_rows(self):
        """Yield every score by criterion, overall ones first, for ``./wezer export``.

        The first row holds the names of the columns. Parties that are new have no
        number here either.
        """
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._("Only administrators can write the scores to files."),
                rule="role",
            )
        yield "partner criterion score lower evidence".split()
        kinds = [("skill_id", "=", False), ("group_partner_id", "=", False)]
        for criterion in ("=", "!="):
            domain = [*kinds, ("criterion_id", criterion, False)]
            last = 0
            # Administrators see every score; only people's addresses are closed.
            while page := self.sudo().search(
                [*domain, ("id", ">", last)], order="id", limit=PAGE
            ):
                last = page[-1].id
                yield from page._page_rows()
                self.env.invalidate_all()

    def _page_rows(self):
        slugs = {
            profile.partner_id.id: profile.slug
            for profile in self.partner_id._wezer_profile()
        }
        for row in self:
            shown = not row.is_new
            yield [
                slugs.get(row.partner_id.id) or row.partner_id.name,
                row.criterion_id.name or "",
                f"{row.score:.6f}" if shown else "",
                f"{row.lower:.6f}" if shown else "",
                f"{row.evidence:.6f}",
            ]
