from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.member_leaving import replace_name

from ..tools import score_words

# Promises fade by half in so many days.
PROMISE_HALF_LIFE = 365
SECONDS_OF_DAY = 86400
# Admissions of so many days count as those of one year.
YEAR = 365


class ResPartner(models.Model):
    """A party's reputation, as far as the current user may see it."""

    _inherit = "res.partner"

    wezer_reputation_shown = fields.Boolean(
        compute="_compute_wezer_reputation_shown",
        search="_search_wezer_reputation_shown",
        compute_sudo=True,
        help="The community and the member allow me to see this reputation.",
    )

    # === VISIBILITY === #

    def _wezer_reputation_audience(self) -> bool:
        """Return whether the community shows scores to the current user at all."""
        seen = self.env.company.sudo().wezer_reputation_seen
        if self.env.user._wezer_is_member():
            return seen != "nobody"
        return seen == "everyone"

    def _wezer_reputation_sql(self):
        """Return the SELECT of the partners whose reputation is shown."""
        profiles = self.env["wezer.profile"]
        return SQL(
            "SELECT partner_id FROM wezer_profile"
            " WHERE reputation_hidden IS NOT TRUE AND %s",
            self._wezer_reputation_audience(),
            to_flush=profiles._fields["reputation_hidden"],
        )

    @api.depends_context("uid")
    def _compute_wezer_reputation_shown(self):
        shown = self._wezer_reputation_shown_ids()
        for partner in self:
            partner.wezer_reputation_shown = partner._origin.id in shown

    def _wezer_reputation_shown_ids(self):
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id FROM (%s) shown WHERE partner_id = ANY(%s)",
                self._wezer_reputation_sql(),
                self._origin.ids,
            )
        )
        return {row[0] for row in rows}

    def _search_wezer_reputation_shown(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", SQL("(%s)", self._wezer_reputation_sql()))

    def _wezer_reputation_seen(self):
        """Return those of these partners whose reputation the current user may see."""
        # Not the field, which may be cached: a setting may have just changed.
        shown = self.sudo().browse()
        if self._wezer_reputation_audience():
            profiles = self._wezer_profile().filtered(
                lambda profile: not profile.reputation_hidden
            )
            shown = self.sudo() & profiles.partner_id.with_env(self.sudo().env)
        if self.env.user._is_public():
            return shown
        return shown | self.env.user._acts_for(self.sudo(), "market")

    # === SCORES === #

    def _wezer_reputation(self):
        """Return the stored overall scores of these partners (sudo)."""
        return (
            self.env["wezer.reputation"]
            .sudo()
            .search_fetch(
                [
                    ("partner_id", "in", self.ids),
                    ("criterion_id", "=", False),
                    ("skill_id", "=", False),
                    ("group_partner_id", "=", False),
                    ("company_id", "=", self.env.company.id),
                ],
                [
                    "partner_id",
                    "is_new",
                    "score",
                    "lower",
                    "prior",
                    "rank",
                    "n_assessors",
                    "n_deals",
                ],
            )
        )

    def _wezer_scores(self, ranked: bool = True) -> dict:
        """Return what the current user sees of these parties' reputations.

        One query for all of them.

        :return: ``{partner id: …}`` with ``{"hidden": True}``, ``{"new": True}`` or
            ``{"score": 4.4, "n": 12, "lower": 3.9, "mean": 4.1}``; each with ``rank``,
            which lists are sorted by: those who are new or show no score stand beside
            the mean. All that are not hidden have words, see
            :func:`score_words.complete`.

        :param ranked: leave out for what is not sorted: one query less
        """
        seen = set(self._wezer_reputation_seen().ids)
        rank = (
            self.env["wezer.reputation.run"]._latest().newcomer_rank if ranked else 0.0
        )
        # Of assessments of somebody new, only members may know how many there are.
        known = {"n": 0, "deals": 0} if self.env.user._wezer_is_member() else {}
        scores = {
            partner.id: {"new": True, "rank": rank, **known}
            if partner.id in seen
            else {"hidden": True, "rank": rank}
            for partner in self
        }
        # Where nothing is shown, nothing is read.
        for row in self.filtered(lambda one: one.id in seen)._wezer_reputation():
            score = scores[row.partner_id.id]
            if not row.is_new:
                scores[row.partner_id.id] = {
                    "score": row.score,
                    "n": row.n_assessors,
                    "lower": row.lower,
                    "mean": row.prior,
                    "rank": row.rank,
                }
            elif known:
                score.update(n=row.n_assessors, deals=row.n_deals)
        return {
            partner: score_words.complete(self.env, score)
            for partner, score in scores.items()
        }

    def _wezer_score(self) -> dict:
        """Return what the current user sees of this party's reputation."""
        self.ensure_one()
        return self._wezer_scores(ranked=False)[self.id]

    def _wezer_known_ids(self) -> set:
        """Return the ids of those of these parties whom trust reaches, or will.

        Trust reached them, or who admitted them, at the last computation, or they are
        founders. Lists show the others after them where nothing else tells them apart.
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT p.partner_id FROM wezer_profile p
                    WHERE p.partner_id = ANY(%s) AND p.company_id = %s AND (
                          p.is_founder OR EXISTS (
                          SELECT FROM wezer_reputation_trust t
                           WHERE t.company_id = p.company_id AND t.trust > 0
                             AND t.partner_id IN (p.partner_id, p.admitted_by_id)))""",
                self.ids,
                self.env.company.id,
                to_flush=self.env["wezer.profile"]._fields["admitted_by_id"],
            )
        )
        return {row[0] for row in rows}

    def _wezer_admission_texts(self) -> dict:
        """Return how far these people's admissions of the last year pass on trust.

        :return: a sentence by partner id
        """
        # Their own admissions only, or for those who may read them on the profile.
        profiles = self.env["wezer.profile"].sudo().with_context(active_test=False)
        year_ago = days.today(self.env) - timedelta(days=YEAR)
        counts = dict(
            profiles._read_group(
                [
                    ("admitted_by_id", "in", self.ids),
                    ("joined_date", ">", year_ago),
                    ("company_id", "=", self.env.company.id),
                ],
                ["admitted_by_id"],
                ["__count"],
            )
        )
        counts = {partner.id: count for partner, count in counts.items()}
        return {
            partner.id: score_words.admission_text(
                self.env, counts.get(partner._origin.id, 0)
            )
            for partner in self
        }

    def _wezer_badges(self):
        """Return the badges (sudo) of this party that the current user may see."""
        self.ensure_one()
        if not self._wezer_reputation_seen():
            return self.env["gamification.badge"].sudo()
        return self.env["gamification.badge.user"]._wezer_of(self).badge_id

    # === RELIABILITY === #

    def _wezer_commitment_outcomes(self) -> list:
        """Return what became of this party's promises; addons with deals extend it.

        :return: ``[(how far it was kept, 0 … 1, when)]``
        """
        self.ensure_one()
        return []

    def _wezer_reliability(self) -> tuple | None:
        """Return how reliable this party is and of how many promises.

        Apart from the score: kept or not kept, where a promise counts half as much
        after each :data:`PROMISE_HALF_LIFE` days.

        :return: ``(0 … 1, how many)``, or None where there were none
        """
        self.ensure_one()
        return self._reliability_of(self._wezer_commitment_outcomes())

    def _wezer_kept_text(self) -> str:
        """Return in words how this party kept what it agreed to; empty if unknown."""
        self.ensure_one()
        return score_words.kept_text(self.env, self._wezer_commitment_outcomes())

    @api.model
    def _reliability_of(self, promises):
        if not promises:
            return None
        now = fields.Datetime.now()
        ages = [
            (now - when).total_seconds() / SECONDS_OF_DAY for _kept, when in promises
        ]
        weights = [0.5 ** (max(age, 0) / PROMISE_HALF_LIFE) for age in ages]
        kept = sum(
            weight * kept
            for weight, (kept, _when) in zip(weights, promises, strict=True)
        )
        return (kept + 3) / (sum(weights) + 4), len(promises)

    # === LEAVING, PERSONAL DATA, MERGING: extend wezer_base === #

    def _wezer_personal_data(self):
        data = super()._wezer_personal_data()
        data.update(self.env["wezer.assessment"]._personal_data(self))
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

    def _wezer_anonymise(self):
        """Words go, scores stay: others' numbers are the sum of them."""
        self.env["wezer.assessment"]._anonymise_words(self)
        old = self.name
        result = super()._wezer_anonymise()
        replace_name(self.env, "wezer.reputation.ring", ["reason"], old, self.name)
        return result

    def _wezer_merge_keeps(self):
        # Computed from assessments, which move: written anew for the target.
        return super()._wezer_merge_keeps() | {
            f"{model}.partner_id" for model in self.env["wezer.reputation"]._computed()
        }

    def _wezer_merge_into(self, target):
        """Count both accounts as one person."""
        for model in self.env["wezer.reputation"]._computed():
            self.env[model].sudo().search([("partner_id", "in", self.ids)]).unlink()
        result = super()._wezer_merge_into(target)
        assessments = self.env["wezer.assessment"].sudo()
        assessments._void_self_given(target)
        # The one account acted for parties that the other gave assessments to.
        named = SQL("%s IN (a.assessed_id, a.assessor_id, a.person_id)", target.id)
        tied = assessments._void_tied(named)
        self.env["wezer.reputation"].sudo()._update_now(target.sudo() | tied)
        return result
