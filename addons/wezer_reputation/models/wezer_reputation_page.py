from odoo import api, models

from odoo.addons.wezer_base.tools import days

HISTORY = 400


class ResPartner(models.Model):
    """What the pages show of a reputation beside its number."""

    _inherit = "res.partner"

    def _wezer_reputation_more(self):
        """Return the scores by skill and by group that the caller may see.

        :return: ``[(label, score out of 5, different people)]``
        """
        self.ensure_one()
        if not self._wezer_reputation_seen():
            return []
        rows = (
            self.env["wezer.reputation"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.id),
                    ("company_id", "=", self.env.company.id),
                    ("is_new", "=", False),
                    "|",
                    ("skill_id", "!=", False),
                    ("group_partner_id", "!=", False),
                ]
            )
        )
        # A private group's name stays with those who may see it.
        profiles = self.env["wezer.profile"].search(
            [("partner_id", "in", rows.group_partner_id.ids)]
        )
        names = {one.sudo().partner_id.id: one.sudo().name for one in profiles}
        more = [
            (row.skill_id.name, row.score, row.n_assessors)
            for row in rows
            if row.skill_id
        ]
        more += [
            (
                self.env._(
                    "In %(group)s and inside it", group=names[row.group_partner_id.id]
                ),
                row.score,
                row.n_assessors,
            )
            for row in rows
            if row.group_partner_id.id in names
        ]
        return more

    def _wezer_reputation_history(self):
        """Return ``[(day, score out of 5)]`` of this party, oldest first."""
        self.ensure_one()
        rows = (
            self.env["wezer.reputation.history"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.id),
                    ("company_id", "=", self.env.company.id),
                ],
                order="date desc, id desc",
                limit=HISTORY,
            )
        )
        return [(days.day_of(self.env, row.date), row.score) for row in reversed(rows)]

    @api.model
    def _wezer_seed_names(self):
        """Return the names of those from whom trust starts; members may know them."""
        seeds = self.env["wezer.reputation"].sudo()._seeds()
        return sorted(seeds.mapped("name"))
