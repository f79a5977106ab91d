from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    wezer_reputation_shown = fields.Boolean(
        compute="_compute_wezer_reputation_shown",
        search="_search_wezer_reputation_shown",
        compute_sudo=True,
        help="Its reputation is shown to me: the community and the owner let it.",
    )

    # === WHO SEES IT === #

    def _wezer_reputation_audience(self):
        """Say whether the community shows scores to who asks at all."""
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
        """Return those of these partners whose reputation the caller may see."""
        # Asked anew: a setting may have changed in this very transaction.
        ids = self._wezer_reputation_shown_ids()
        shown = self.sudo().filtered(lambda partner: partner.id in ids)
        return shown | self.env.user._acts_for(self.sudo(), "market")

    # === WHAT IT IS === #

    def _wezer_reputation(self):
        """Return the stored overall scores of these partners (sudo)."""
        return (
            self.env["wezer.reputation"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.ids),
                    ("criterion_id", "=", False),
                    ("skill_id", "=", False),
                    ("group_partner_id", "=", False),
                    ("company_id", "=", self.env.company.id),
                ]
            )
        )

    def _wezer_scores(self):
        """Return what the caller sees of these parties' reputations, in one query.

        :return: ``{partner id: …}`` with ``{"hidden": True}``, ``{"new": True}`` or
            ``{"score": 4.4, "n": 12, "lower": 3.9}``; lists are sorted by the last
        """
        seen = set(self._wezer_reputation_seen().ids)
        scores = {
            partner.id: {"new": True} if partner.id in seen else {"hidden": True}
            for partner in self
        }
        rows = self._wezer_reputation().filtered(lambda row: not row.is_new)
        for row in rows:
            if row.partner_id.id in seen:
                scores[row.partner_id.id] = {
                    "score": round(row.score, 1),
                    "n": row.n_assessors,
                    "lower": row.lower,
                }
        return scores

    def _wezer_score(self):
        """Return what the caller sees of this party's reputation."""
        self.ensure_one()
        return self._wezer_scores()[self.id]

    def _wezer_kept(self):
        """Return what became of this party's promises; addons that know deals say.

        :return: ``[(how far it was kept, 0 … 1, when)]``
        """
        self.ensure_one()
        return []

    def _wezer_reliability(self):
        """Return how reliable this party is and of how many promises.

        Apart from the score: kept or not kept, older ones fading by half a year
        by year (reference, section 4.3).

        :return: ``(0 … 1, how many)``, or None where there were none
        """
        self.ensure_one()
        promises = self._wezer_kept()
        if not promises:
            return None
        now = fields.Datetime.now()
        ages = [(now - when).total_seconds() / 86400 for _kept, when in promises]
        weights = [0.5 ** (max(age, 0) / 365) for age in ages]
        kept = sum(w * k for w, (k, _when) in zip(weights, promises, strict=True))
        return (kept + 3) / (sum(weights) + 4), len(promises)
