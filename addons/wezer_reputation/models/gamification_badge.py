from odoo import api, fields, models
from odoo.tools import SQL

# A badge is kept down to this share of what it took, so that it is not gained and lost
# by turns.
KEEP = 0.9


class GamificationBadge(models.Model):
    """Badges that a score gives; by Odoo's default, members award any to themselves."""

    _inherit = "gamification.badge"

    rule_auth = fields.Selection(
        default="nobody", help="The people who can grant this badge"
    )
    wezer_lower = fields.Float(
        string="Lowest score",
        help="The lower bound of the score, out of 5. The badge is given and"
        " removed at night. It is kept until the bound falls a tenth below"
        " this value.",
    )
    wezer_deals = fields.Integer(string="Lowest number of deals")

    @api.model
    def _wezer_award(self):
        """Give the badges that are earned and withdraw those that are lost.

        Members who hide their score have none: a badge would tell the score.
        """
        for badge in self.sudo().search(
            ["|", ("wezer_lower", ">", 0), ("wezer_deals", ">", 0)]
        ):
            badge._wezer_give_and_take()

    def _wezer_give_and_take(self):
        """Withdraw this badge (sudo) from users who fell below, give it to new ones."""
        self.ensure_one()
        given = self.env["gamification.badge.user"].sudo()
        have = given.search([("badge_id", "=", self.id), ("sender_id", "=", False)])
        keeps = self._wezer_earned(KEEP)
        lost = have.filtered(lambda award: award.user_id.id not in keeps)
        new = set(self._wezer_earned()) - set((have - lost).user_id.ids)
        lost.unlink()
        # No follower, no message: the page shows it.
        given.with_context(
            mail_create_nosubscribe=True, mail_create_nolog=True, tracking_disable=True
        ).create([{"badge_id": self.id, "user_id": user} for user in sorted(new)])

    def _wezer_earned(self, share=1.0):
        """Return the ids of users who reach this badge, or a ``share`` of it."""
        self.ensure_one()
        if self.env.company.sudo().wezer_reputation_seen == "nobody":
            return []
        self.env["wezer.profile"].flush_model(["reputation_hidden"])
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT u.id FROM wezer_reputation r
                     JOIN res_users u ON u.partner_id = r.partner_id AND u.active
                     JOIN wezer_profile p ON p.partner_id = r.partner_id
                      AND p.reputation_hidden IS NOT TRUE AND p.state = 'active'
                    WHERE r.criterion_id IS NULL AND r.skill_id IS NULL
                      AND r.group_partner_id IS NULL AND NOT r.is_new
                      AND r.company_id = %s AND r.lower >= %s AND r.n_deals >= %s""",
                self.env.company.id,
                self.wezer_lower * share,
                self.wezer_deals,
            )
        )
        return [row[0] for row in rows]
