import logging
import time
from dataclasses import asdict

import numpy as np

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import bulk, community, rrg
from .res_company import PERCENTILES
from .wezer_reputation import ASSESSORS, OUT_OF

_logger = logging.getLogger(__name__)

# A score is published only where trust reaches so many of those who assess.
COVERAGE = 0.8
# Trust starts from at least so many people, where there are that many.
SEEDS = 5
# A change of the score (out of 5) that is worth a point in its history.
WORTH = 0.005


class WezerReputation(models.Model):
    _inherit = "wezer.reputation"

    @api.model
    def _recompute(self, progress=False):
        """Compute all scores anew and store them (nightly, and on demand).

        :param bool progress: tell how far it is in the list of computations
        :return: whether they were published; not where trust reaches too few
        """
        with self.env["wezer.reputation.run"]._told(progress) as tell:
            return self._recompute_told(tell)

    @api.model
    def _recompute_told(self, tell):
        started = time.monotonic()
        now = fields.Datetime.now()
        # Who acts for whom may have changed since it was said.
        self.env["wezer.assessment"].sudo()._drop_ties()
        ratings = self._read_ratings()
        seeds, admissions, people = self._read_people()
        above = self._read_groups(ratings)
        cleared = self.env["wezer.reputation.ring"]._cleared_sets()
        parameters = self._parameters()
        falls = self.env["wezer.assessment.repeat"]._penalties()
        tell(0.2)
        result = community.compute(
            ratings,
            people,
            admissions,
            seeds,
            self._seconds(now),
            above,
            cleared,
            parameters=parameters,
            falls=falls,
        )
        tell(0.5)
        published = result.coverage >= COVERAGE
        if published:
            self._store(ratings, result, now)
        else:
            self._alert(result.coverage)
        tell(0.9)
        if published:
            self.env["gamification.badge"]._wezer_award()
        runs = self.env["wezer.reputation.run"].sudo()
        runs.create(
            {
                "date": now,
                "state": "published" if published else "refused",
                "coverage": result.coverage,
                "prior": result.prior,
                "n_assessments": len(ratings.ids),
                "n_parties": len(result.parties),
                "seconds": round(time.monotonic() - started, 2),
                "inputs": {
                    "seeds": [int(one) for one in seeds],
                    "cleared": [sorted(one) for one in cleared],
                    "rings": self._ring_sets(result),
                    "group_priors": result.group_priors,
                    "above": {str(key): value for key, value in above.items()},
                    "parameters": asdict(parameters),
                },
                "admissions": runs._if_new(admissions.tolist()),
                "falls": {str(key): value for key, value in falls.items()},
            }
        )
        return published

    @api.model
    def _parameters(self):
        """Return the constants of the score as the community's settings have them."""
        company = self.env.company.sudo()
        return rrg.Parameters(trust_percentile=PERCENTILES[company.wezer_trust])

    @api.model
    def _seconds(self, moment):
        """Return a datetime of the database as the seconds SQL's epoch gives."""
        return float(np.datetime64(moment, "us").astype("int64")) / 1e6

    # === READING === #

    @api.model
    def _read_ratings(self, where="TRUE", at=None):
        """Return revealed assessments with weight as arrays.

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
        """Return ``(seeds, admissions, people)``: ids, pairs of ids, ids."""
        # Archived profiles keep their place in the flow of trust.
        rows = bulk.fetch(
            self.env.cr,
            "SELECT partner_id, coalesce(admitted_by_id, 0) FROM wezer_profile"
            f" WHERE company_id = {int(self.env.company.id)} ORDER BY partner_id",
            [("partner", "i4"), ("by", "i4")],
        )
        admitted = rows["by"] > 0
        pairs = np.stack([rows["by"][admitted], rows["partner"][admitted]], axis=1)
        seeds = np.array(self._seeds().ids, dtype=int)
        return seeds, pairs.astype(int), rows["partner"].astype(int)

    @api.model
    def _seeds(self):
        """Return the persons trust starts from: founders and stewards.

        Where fewer than five profiles say so, the moderators stand beside them.
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
        moderators = self.env.ref("wezer_base.group_moderator").sudo().all_user_ids
        moderators = moderators.filtered(lambda user: user.active and user.id != 1)
        return founders | moderators.partner_id.sorted("id")[: SEEDS - len(founders)]

    @api.model
    def _read_groups(self, ratings):
        """Let each rating count in all groups around its own; return who is above.

        :return: ``{group partner: partners above it, the nearest first}``
        """
        partners = self.env["res.partner"].sudo()
        above = {
            int(one): partners.browse(int(one))._wezer_partners_above().ids
            for one in np.unique(ratings.group)
        }
        # What is above what is above, so that each knows its own parent.
        for chain in list(above.values()):
            for place, group in enumerate(chain):
                above.setdefault(group, chain[place + 1 :])
        self._spread(ratings, above)
        return above

    @api.model
    def _spread(self, ratings, above):
        """Add to each rating's group the groups above it."""
        rows, groups = [ratings.group_row], [ratings.group]
        for one in np.unique(ratings.group):
            inside = ratings.group_row[ratings.group == one]
            for group in above.get(int(one), ()):
                rows.append(inside)
                groups.append(np.full(len(inside), group))
        ratings.group_row, ratings.group = np.concatenate(rows), np.concatenate(groups)

    # === STORING === #

    @api.model
    def _store(self, ratings, result, now):
        """Replace what is stored by what was computed, in one transaction."""
        cr, company = self.env.cr, self.env.company.id
        tables = result.tables
        self._store_history(tables.overall, now)
        for table in ("wezer_reputation", "wezer_reputation_part"):
            cr.execute(
                SQL(
                    "DELETE FROM %s WHERE company_id = %s",
                    SQL.identifier(table),
                    company,
                )
            )
        cr.execute(
            SQL("DELETE FROM wezer_reputation_trust WHERE company_id = %s", company)
        )
        self._store_table(tables.overall, None, now)
        for table in tables.criteria:
            self._store_table(table, "criterion_id", now)
        self._store_table(tables.skills, "skill_id", now)
        self._store_table(tables.groups, "group_partner_id", now)
        self._store_parts(ratings, tables)
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
        self.env["wezer.reputation.ring"]._keep(self._ring_sets(result), now)
        for name in ("", ".part", ".trust", ".history"):
            self.env[f"wezer.reputation{name}"].invalidate_model(flush=False)

    @api.model
    def _store_table(self, table, key, now):
        new = table.assessors < ASSESSORS
        shown = np.where(new, 0.0, OUT_OF)
        columns = [
            ("partner_id", "i4", table.party),
            ("score", "f8", shown * table.score),
            ("lower", "f8", shown * table.lower),
            ("prior", "f8", shown * table.prior),
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

    @api.model
    def _ring_sets(self, result):
        return [
            [int(one) for one in result.parties[result.ring == number]]
            for number in np.unique(result.ring[result.ring >= 0])
        ]

    # === AT ONCE === #

    @api.model
    def _update_now(self, partners):
        """Renew the scores of ``partners`` after an assessment, at once.

        With the credibility, prior and rings of the last run: exactly what a full
        computation with these would give (reference, section 4.5). Costs as much as
        the party has assessments.
        """
        run = self.env["wezer.reputation.run"]._latest()
        if not run:
            return
        now = fields.Datetime.now()
        if partners:
            about = SQL("a.assessed_id = ANY(%s)", partners.ids)
            self.env["wezer.assessment"].sudo()._drop_ties(about)
        for partner in partners:
            ratings = self._read_ratings(f"a.assessed_id = {int(partner.id)}")
            tables = self._tables_now(ratings, run, now)
            tables.overall = community.lowered(tables.overall, run._fall_of(partner))
            self._store_history(tables.overall, now, partner)
            self._replace_one(partner, ratings, tables, now)

    @api.model
    def _tables_now(self, ratings, run, now):
        self._read_groups(ratings)
        trust = bulk.fetch(
            self.env.cr,
            "SELECT partner_id, credibility FROM wezer_reputation_trust"
            f" WHERE company_id = {int(self.env.company.id)} AND partner_id ="
            f" ANY('{{{','.join(str(int(one)) for one in set(ratings.person))}}}')"
            " ORDER BY partner_id",
            [("partner", "i4"), ("credibility", "f8")],
        )
        known = dict(zip(trust["partner"], trust["credibility"], strict=True))
        credibility = np.array([known.get(one, 0.0) for one in ratings.person])
        inputs = run.inputs
        ring_of = {
            one: place for place, ring in enumerate(inputs["rings"]) for one in ring
        }
        ring = np.array(
            [
                one in ring_of and ring_of[one] == ring_of.get(other)
                for one, other in zip(ratings.person, ratings.assessed, strict=True)
            ],
            dtype=bool,
        )
        flags = np.where(ring, community.rings.DAMPING, 1.0)
        priors = {int(key): value for key, value in inputs["group_priors"].items()}
        return community.tables(
            ratings, credibility, run.prior, priors, flags, self._seconds(now)
        )

    @api.model
    def _replace_one(self, partner, ratings, tables, now):
        cr, company = self.env.cr, self.env.company.id
        for table in ("wezer_reputation", "wezer_reputation_part"):
            cr.execute(
                SQL(
                    "DELETE FROM %s WHERE company_id = %s AND partner_id = %s",
                    SQL.identifier(table),
                    company,
                    partner.id,
                )
            )
        self._store_table(tables.overall, None, now)
        for table in tables.criteria:
            self._store_table(table, "criterion_id", now)
        self._store_table(tables.skills, "skill_id", now)
        self._store_table(tables.groups, "group_partner_id", now)
        self._store_parts(ratings, tables)
        for name in ("", ".part", ".history"):
            self.env[f"wezer.reputation{name}"].invalidate_model(flush=False)

    def _alert(self, coverage):
        """Tell the administrators why no scores are published, and what helps."""
        _logger.info("reputation not published: coverage %.0f %%", 100 * coverage)
        administrators = self.env.ref("wezer_base.group_administrator").sudo()
        administrators.all_user_ids.filtered("active").partner_id._wezer_notify(
            "reputation_coverage",
            lambda env: env._(
                "Scores were not renewed: trust reaches only %(share)s of 100 people"
                " who assess. Name founders, and say on each profile who admitted"
                " whom.",
                share=round(100 * coverage),
            ),
        )
