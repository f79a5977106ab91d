from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import caller_context

from ..tools.rrg import CREDIBLE

# So many people who are known in the community have to have assessed, unless the badge
# says otherwise.
PEOPLE = 5
# Together their assessments have to weigh as much as one full assessment.
EVIDENCE = 1.0
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
    wezer_deals = fields.Integer(
        string="Lowest number of deals",
        help="Only deals that were assessed by people who are known here count.",
    )
    wezer_people = fields.Integer(
        string="Lowest number of people",
        default=PEOPLE,
        help="So many different people who are known here have to have assessed:"
        " accounts that only know each other do not count.",
    )

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
        given = caller_context.plain(self.env["gamification.badge.user"].sudo())
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
        deals = self.wezer_deals
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT u.id FROM wezer_reputation r
                     JOIN res_users u ON u.partner_id = r.partner_id AND u.active
                     JOIN wezer_profile p ON p.partner_id = r.partner_id
                      AND p.reputation_hidden IS NOT TRUE AND p.state = 'active'
                    WHERE r.criterion_id IS NULL AND r.skill_id IS NULL
                      AND r.group_partner_id IS NULL AND NOT r.is_new
                      AND r.company_id = %s AND r.lower >= %s
                      AND r.n_assessors >= floor(%s) AND r.evidence >= %s
                      AND (%s = 0 OR %s <= (%s))""",
                self.env.company.id,
                self.wezer_lower * share,
                self.wezer_people * share,
                EVIDENCE * share,
                deals,
                deals,
                self._credible_deals_sql(),
            )
        )
        return [row[0] for row in rows]

    def _credible_deals_sql(self):
        """Return how many deals of the party of ``r`` known people assessed."""
        return SQL(
            """SELECT count(*) FROM wezer_reputation_part part
                 JOIN wezer_assessment a ON a.id = part.assessment_id
                 JOIN wezer_reputation_trust trust ON trust.partner_id = a.person_id
                  AND trust.company_id = part.company_id
                WHERE part.partner_id = r.partner_id AND part.weight > 0
                  AND part.company_id = r.company_id AND trust.credibility >= %s""",
            CREDIBLE,
        )
