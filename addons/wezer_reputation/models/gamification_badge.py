from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import NotAllowed

# Who has a badge keeps it down to this share of what it took (Discourse's low-water
# mark), so that nobody gains and loses it by turns.
KEEP = 0.9


class GamificationBadge(models.Model):
    """With Odoo's default every member could award himself any badge."""

    _inherit = "gamification.badge"

    rule_auth = fields.Selection(default="nobody")
    wezer_lower = fields.Float(
        string="From a score of",
        help="The lower bound of the score, out of 5. Given and taken by night;"
        " kept until it falls a tenth below.",
    )
    wezer_deals = fields.Integer(string="From so many deals")

    @api.model
    def _wezer_award(self):
        """Give the badges that are earned and take those that are lost.

        Who keeps his score to himself has none: it would tell the score.
        """
        for badge in self.sudo().search(
            ["|", ("wezer_lower", ">", 0), ("wezer_deals", ">", 0)]
        ):
            badge._wezer_give_and_take()

    def _wezer_give_and_take(self):
        """Take this badge (sudo) from who fell below, give it to who reaches it."""
        self.ensure_one()
        given = self.env["gamification.badge.user"].sudo()
        have = given.search([("badge_id", "=", self.id), ("sender_id", "=", False)])
        keeps = self._wezer_earned(KEEP)
        lost = have.filtered(lambda one: one.user_id.id not in keeps)
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


class GamificationBadgeUser(models.Model):
    _inherit = "gamification.badge.user"

    @api.model_create_multi
    def create(self, vals_list):
        """Let nobody award himself, whatever the badge's own rule allows."""
        mine = [vals for vals in vals_list if vals.get("user_id") == self.env.uid]
        if mine and not self.env.su:
            raise NotAllowed(self.env._("Nobody gives himself a badge."), rule="badge")
        return super().create(vals_list)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_badges(self):
        """Return the badges (sudo) that are shown of this party."""
        self.ensure_one()
        badges = self.env["gamification.badge"].sudo()
        if not self._wezer_reputation_seen():
            return badges
        given = self.env["gamification.badge.user"].sudo()
        return given.search(
            [
                ("user_id", "in", self.sudo().user_ids.ids),
                ("badge_id.active", "=", True),
            ]
        ).badge_id

    def _wezer_lose_badges(self):
        """Take the badges that a score gave; given ones stay."""
        given = self.env["gamification.badge.user"].sudo()
        given.search(
            [
                ("user_id", "in", self.sudo().user_ids.ids),
                ("sender_id", "=", False),
                "|",
                ("badge_id.wezer_lower", ">", 0),
                ("badge_id.wezer_deals", ">", 0),
            ]
        ).unlink()
