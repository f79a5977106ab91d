from odoo import api, models
from odoo.tools import SQL


class WezerInvariant(models.AbstractModel):
    """What the register of agreements always is."""

    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("An agreement in force has one version in force"),
                self._check_versions_in_force,
            ),
            (
                self.env._("The versions of an agreement follow each other"),
                self._check_versions_follow,
            ),
            (
                self.env._("The text of each version in force is what it was"),
                self._check_agreement_texts,
            ),
            (
                self.env._("People agreed to the text that a version has"),
                self._check_assents,
            ),
        ]

    @api.model
    def _check_versions_in_force(self):
        return self.env.execute_query(
            SQL(
                """SELECT a.id, a.slug, a.state, count(v.id)
                     FROM wezer_agreement a
                     LEFT JOIN wezer_agreement_version v ON v.agreement_id = a.id
                      AND v.date_from IS NOT NULL AND v.date_to IS NULL
                    GROUP BY a.id, a.slug, a.state
                   HAVING (a.state = 'in_force') <> (count(v.id) = 1)
                       OR count(v.id) > 1
                       OR (a.state = 'in_force' AND min(v.id) <> a.version_id)"""
            )
        )

    @api.model
    def _check_versions_follow(self):
        return self.env.execute_query(
            SQL(
                """SELECT v.id, v.agreement_id, v.number, v.date_from, w.number
                     FROM wezer_agreement_version v
                     JOIN wezer_agreement_version w
                       ON w.agreement_id = v.agreement_id AND w.number > v.number
                    WHERE w.date_from IS NOT NULL
                      AND (v.date_from IS NULL OR v.date_to IS NULL
                           OR v.date_to > w.date_from)"""
            )
        )

    @api.model
    def _check_agreement_texts(self):
        versions = self.env["wezer.agreement.version"].sudo()
        return [
            (version.id, version.agreement_id.slug, version.number)
            for version in versions.search([("date_from", "!=", False)])
            if version.hash != version._own_hash()
        ]

    @api.model
    def _check_assents(self):
        return self.env.execute_query(
            SQL(
                """SELECT s.id, s.version_id FROM wezer_agreement_assent s
                     JOIN wezer_agreement_version v ON v.id = s.version_id
                    WHERE v.hash IS DISTINCT FROM s.hash OR s.date < v.date_from"""
            )
        )
