from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal


class WezerReputationRing(models.Model):
    """A few people who praise each other and nobody else does: for people to judge.

    While flagged, and where a ring was confirmed, what they say of each other weighs
    a fifth. Who was cleared counts in full again. Nobody is told anything else.
    """

    _name = "wezer.reputation.ring"
    _description = "Reputation: ring"
    _order = "date desc, id desc"
    _rec_name = "date"

    date = fields.Datetime(required=True, readonly=True)
    partner_ids = fields.Many2many(
        "res.partner", "wezer_reputation_ring_partner_rel", readonly=True
    )
    # The ids in order: how the same people are known again.
    people = fields.Char(required=True, readonly=True, index=True)
    state = fields.Selection(
        [
            ("flagged", "To be looked at"),
            ("cleared", "No ring: counts in full"),
            ("confirmed", "A ring"),
            ("gone", "No longer there"),
        ],
        required=True,
        default="flagged",
        readonly=True,
    )
    reason = fields.Text(help="Why it was judged so; kept for who asks.")
    judged_by_id = fields.Many2one("res.partner", readonly=True)
    judged_date = fields.Datetime(readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    @api.model
    def _key(self, ids):
        return ",".join(str(one) for one in sorted(ids))

    @api.model
    def _cleared_sets(self):
        """Return the sets of partner ids that people found to be no ring."""
        cleared = self.sudo().search(
            [("state", "=", "cleared"), ("company_id", "=", self.env.company.id)]
        )
        return [set(ring.partner_ids.ids) for ring in cleared]

    @api.model
    def _keep(self, sets, now):
        """Store the rings a computation flagged; tell the moderators of new ones."""
        known = {
            ring.people: ring
            for ring in self.sudo().search([("company_id", "=", self.env.company.id)])
        }
        keys = {self._key(one): one for one in sets}
        for key, ring in known.items():
            if key not in keys and ring.state == "flagged":
                ring.state = "gone"
            elif key in keys and ring.state == "gone":
                ring.state = "flagged"
        new = self.sudo().create(
            [
                {"date": now, "people": key, "partner_ids": [(6, 0, list(ids))]}
                for key, ids in keys.items()
                if key not in known
            ]
        )
        if new:
            moderators = self.env.ref("wezer_base.group_moderator").sudo()
            moderators.all_user_ids.filtered("active").partner_id._wezer_notify(
                "reputation_ring",
                lambda env: env._(
                    "%(count)s groups of people praise only each other: please look.",
                    count=len(new),
                ),
                url="/odoo/action-wezer_reputation.wezer_reputation_ring_action",
            )
        return new

    def _judge(self, state, reason):
        self.ensure_one()
        self.check_access("read")
        if not self.env.user._moderates(self.sudo().partner_ids):
            raise NotAllowed(
                self.env._("A moderator who is not one of them decides."), rule="role"
            )
        reason = str(reason or "").strip()[:2000]
        if not reason:
            raise Refusal(self.env._("Give the reasons."), rule="reason")
        # A moderator, checked just above; nobody writes rings otherwise.
        self.sudo().write(
            {
                "state": state,
                "reason": reason,
                "judged_by_id": self.env.user.partner_id.id,
                "judged_date": fields.Datetime.now(),
            }
        )
        return True

    def action_clear(self, reason=None):
        """Say that these people are no ring: they count in full from the next run."""
        return self._judge("cleared", reason or self.sudo().reason)

    def action_confirm(self, reason=None):
        """Say that they are a ring: what they say of each other keeps weighing less."""
        return self._judge("confirmed", reason or self.sudo().reason)
