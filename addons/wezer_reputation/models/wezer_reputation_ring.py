from odoo import Command, api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

STATES = ("flagged", "cleared", "confirmed", "gone")
RING = StateMachine(
    states=STATES,
    rules={
        "computation": "the computation of all scores",
        "moderator": "a community moderator who is not in the ring",
    },
    transitions=(
        Transition("flag", (), ("flagged",), "computation", "_record_flagged"),
        Transition("flag", ("gone",), ("flagged",), "computation", "_record_flagged"),
        Transition("leave", ("flagged",), ("gone",), "computation", "_record_flagged"),
        Transition("clear", STATES, ("cleared",), "moderator", "action_clear"),
        Transition("confirm", STATES, ("confirmed",), "moderator", "action_confirm"),
    ),
)
REASON_LENGTH = 2000


class WezerReputationRing(models.Model):
    """A few people who praise each other and nobody else does: for people to judge.

    While a ring is flagged or confirmed, what its people say of each other weighs a
    fifth. Once cleared, it counts in full again. Only moderators are notified.
    """

    _name = "wezer.reputation.ring"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _description = "Reputation: ring"
    _order = "date desc, id desc"
    _rec_name = "date"
    _state_machine = RING

    date = fields.Datetime(required=True, readonly=True)
    partner_ids = fields.Many2many(
        "res.partner", "wezer_reputation_ring_partner_rel", readonly=True
    )
    # The ids in order: how the same people are recognised.
    people = fields.Char(required=True, readonly=True, index=True)
    state = fields.Selection(
        [
            ("flagged", "To check"),
            ("cleared", "Not a ring: counts in full"),
            ("confirmed", "A ring"),
            ("gone", "No longer there"),
        ],
        required=True,
        default="flagged",
        readonly=True,
    )
    reason = fields.Text(
        help="The reasons for the decision. They are kept for people who ask."
    )
    judged_by_id = fields.Many2one("res.partner", string="Decided by", readonly=True)
    judged_date = fields.Datetime(string="Decided on", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    # === PERMISSIONS === #

    def _why_not(self, action: str) -> Exception | None:
        self.ensure_one()
        who = self._state_machine.who(action)
        # The people of the ring, whatever the caller may see of them.
        if who != "moderator" or not self.env.user._moderates(self.sudo().partner_ids):
            return NotAllowed(
                self.env._(
                    "Only a moderator who is not one of these people can decide."
                ),
                rule="role",
            )
        return super()._why_not(action)

    # === ACTIONS === #

    def action_clear(self, reason: str | None = None) -> bool:
        """Decide that these people are no ring: they count in full from the next run.

        :param reason: the reasons; left out, those given before
        :raise NotAllowed: where the user is no moderator or is in the ring
        :raise Refusal: rule ``reason``, where there is none
        """
        return self._judge("clear", reason or self.sudo().reason)

    def action_confirm(self, reason: str | None = None) -> bool:
        """Decide that they are a ring: their mutual assessments keep weighing less.

        :param reason: the reasons; left out, those given before
        :raise NotAllowed: where the user is no moderator or is in the ring
        :raise Refusal: rule ``reason``, where there is none
        """
        return self._judge("confirm", reason or self.sudo().reason)

    def _judge(self, action, reason):
        self.ensure_one()
        self.check_access("read")
        error = self._why_not(action)
        if error:
            raise error
        reason = str(reason or "").strip()[:REASON_LENGTH]
        if not reason:
            raise Refusal(self.env._("Give your reasons."), rule="reason")
        # A moderator, checked just above; nobody writes rings otherwise.
        self.sudo().write(
            {
                "state": self._state_machine.targets(action)[0],
                "reason": reason,
                "judged_by_id": self.env.user.partner_id.id,
                "judged_date": fields.Datetime.now(),
            }
        )
        return True

    # === THE COMPUTATION === #

    @api.model
    def _key(self, ids):
        return ",".join(str(number) for number in sorted(ids))

    @api.model
    def _cleared_sets(self):
        """Return the sets of partner ids that moderators found to be no ring."""
        cleared = self.sudo().search(
            [("state", "=", "cleared"), ("company_id", "=", self.env.company.id)]
        )
        return [set(ring.partner_ids.ids) for ring in cleared]

    @api.model
    def _record_flagged(self, sets, now):
        """Store the rings that a computation flagged; notify moderators of new ones."""
        known = {
            ring.people: ring
            for ring in self.sudo().search([("company_id", "=", self.env.company.id)])
        }
        found = {self._key(ids): ids for ids in sets}
        for key, ring in known.items():
            if key not in found and ring.state == "flagged":
                ring.state = "gone"
            elif key in found and ring.state == "gone":
                ring.state = "flagged"
        new = self.sudo().create(
            [
                {"date": now, "people": key, "partner_ids": [Command.set(list(ids))]}
                for key, ids in found.items()
                if key not in known
            ]
        )
        if new:
            moderators = self.env.ref("wezer_base.group_moderator").sudo()
            moderators.all_user_ids.filtered("active").partner_id._wezer_notify(
                "reputation_ring",
                lambda env: env._(
                    "Groups of people who praise only each other: %(count)s. Please"
                    " look into it.",
                    count=len(new),
                ),
                url="/odoo/action-wezer_reputation.wezer_reputation_ring_action",
            )
        return new
