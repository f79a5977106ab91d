from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from ..exceptions import NotAllowed, Refusal
from ..tools import locks
from ..tools.state_machine import StateMachine, Transition

_lt = LazyTranslate(__name__)

# How often a member may ask in a day.
DAILY = 3


DEPARTURE = StateMachine(
    states=("asked", "withdrawn", "done"),
    rules={
        "member": "the member who asked",
        "moderator": "a moderator who is no party and acts for none",
        "suite": "the suite, when the member leaves in another way",
    },
    transitions=(
        Transition("withdraw", ("asked",), ("withdrawn",), "member", "action_withdraw"),
        Transition(
            "let_go",
            ("asked",),
            ("done",),
            "moderator",
            "action_let_go",
            "what needs a decision is decided",
        ),
        Transition("end", ("asked",), ("withdrawn",), "suite", "_anonymise"),
    ),
)
OPEN = DEPARTURE.unfinished


class WezerDeparture(models.Model):
    """A request to leave of a member who has something open: moderators decide."""

    _name = "wezer.departure"
    _description = "Request to leave"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _state_machine = DEPARTURE
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, index=True, ondelete="cascade"
    )
    reason = fields.Text(string="In their own words")
    state = fields.Selection(
        [("asked", "Waiting"), ("withdrawn", "Withdrawn"), ("done", "Approved")],
        required=True,
        default="asked",
        index=True,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    moderator_id = fields.Many2one(
        "res.partner", string="Decided by", ondelete="set null"
    )
    decision = fields.Text(string="Reason")
    open_text = fields.Text(string="Still open", compute="_compute_open_text")
    may_let_go = fields.Boolean(compute="_compute_may_let_go")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _asked_uniq = models.UniqueIndex(
        "(partner_id) WHERE state = 'asked'", "You have already asked."
    )

    def _compute_open_text(self):
        for departure in self:
            matters = (
                departure.sudo().partner_id._wezer_leave_obstacles()
                if departure.state in OPEN
                else []
            )
            departure.open_text = "\n".join(row["text"] for row in matters)

    @api.depends_context("uid")
    @api.depends("state", "partner_id")
    def _compute_may_let_go(self):
        for departure in self:
            departure.may_let_go = departure._may("let_go")

    def write(self, vals):
        if not self.env.su and vals.keys() - {"decision"}:
            raise NotAllowed(
                self.env._("Use the buttons to decide about a request to leave."),
                rule="field",
            )
        return super().write(vals)

    @api.model
    def ask(self, reason: str = "") -> int:
        """Ask the moderators to let the caller go although something is open.

        :param str reason: in the member's own words
        :return: id of the request
        """
        user = self.env.user
        if user._is_public():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        partner = user.partner_id
        if not [row for row in partner._wezer_leave_obstacles() if row["blocks"]]:
            raise Refusal(
                self.env._("Nothing is open. You can leave without asking."),
                rule="open",
            )
        asked_before = self.sudo()._asked_by(partner)
        if asked_before:
            return asked_before.id
        self._check_daily(partner)
        # The caller's own request, checked above; members write nothing themselves.
        asked = self.sudo().create(
            {"partner_id": partner.id, "reason": str(reason or "").strip()[:2000]}
        )
        partner._wezer_leave_called(
            asked.reason
            or self.env._("%(name)s would like to leave.", name=partner.name)
        )
        for moderator in asked._moderators():
            moderator.partner_id._wezer_notify(
                "leaving",
                _lt(
                    "%(name)s would like to leave, and something is still open.",
                    name=partner.name,
                ),
                url=asked._office_url(),
                record=asked,
            )
        return asked.id

    @api.model
    def _check_daily(self, partner):
        """Call the moderators a few times a day at most."""
        locks.hold(self.env, "leaving", partner.id)
        today = self.sudo().search_count(
            [
                ("partner_id", "=", partner.id),
                ("date", ">", fields.Datetime.now() - timedelta(days=1)),
            ]
        )
        if today >= DAILY:
            raise Refusal(
                self.env._("You have asked several times today. Try again tomorrow."),
                rule="daily",
                value=str(today),
                limit=str(DAILY),
            )

    @api.model
    def _asked_by(self, partner):
        return self.search([("partner_id", "=", partner.id), ("state", "in", OPEN)])

    def _moderators(self):
        """Return the users who may decide about this request."""
        users = self.env["res.users"]._wezer_moderators()
        return users.filtered(lambda user: user._moderates(self.sudo().partner_id))

    def _office_url(self):
        return f"/odoo/wezer-leaving/{self.id}"

    def action_withdraw(self) -> bool:
        """Stay after all."""
        self.ensure_one()
        self.check_access("read")
        self._check_may("withdraw")
        departure = self.sudo()
        departure.state = "withdrawn"
        self.env["wezer.notice"]._settle(departure)
        return True

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user, or None."""
        self.ensure_one()
        who, partner = self._state_machine.who(action), self.sudo().partner_id
        if who == "member" and partner != self.env.user.partner_id:
            return NotAllowed(self.env._("Only the person who asked can do this."))
        if who == "moderator" and not self.env.user._moderates(partner):
            return NotAllowed(
                self.env._("Only a moderator who is not a party can decide this."),
                rule="moderate",
            )
        return self._state_refusal(action)

    def _state_message(self, _action):
        return self.env._("This has already been decided.")

    def action_let_go(self, reason: str | None = None) -> bool:
        """Let the member go: what needs no judgement ends, the rest comes first.

        :param str reason: why; the field ``decision`` where left out
        :raise Refusal: rule ``open``, naming what must be decided before
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may("let_go")
        departure = self.sudo()
        reason = str(reason or departure.decision or "").strip()[:2000]
        if not reason:
            raise Refusal(self.env._("Give your reasons."), rule="note")
        partner = departure.partner_id
        partner._wezer_leave_release(reason)
        departure.write(
            {
                "state": "done",
                "decision": reason,
                "moderator_id": self.env.user.partner_id.id,
            }
        )
        self.env["wezer.notice"]._settle(departure)
        partner._wezer_let_go()
        return True

    @api.model
    def _todo_rows(self, user):
        """Return the to-do rows of a moderator: members who wait for a decision."""
        if not user.sudo().has_group("wezer_base.group_moderator"):
            return []
        return [
            {
                "section": "now",
                "partner": departure.partner_id,
                "text": self.env._(
                    "%(name)s would like to leave, and something is still open.",
                    name=departure.partner_id.name,
                ),
                "url": departure._office_url(),
                "button": self.env._("Decide"),
                "due": False,
            }
            for departure in self.sudo().search([("state", "in", OPEN)])
            if user._moderates(departure.partner_id)
        ]

    @api.model
    def _anonymise(self, partner):
        """Erase the words of a member who leaves, and end what still waits."""
        departures = self.sudo().search([("partner_id", "in", partner.ids)])
        departures.write({"reason": False})
        departures.filtered(
            lambda departure: departure.state in OPEN
        ).state = "withdrawn"
        self.env["wezer.notice"]._settle(departures)
