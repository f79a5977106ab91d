from datetime import timedelta

from odoo import api, fields, models

from ..exceptions import NotAllowed, Refusal
from ..tools import locks

# How often somebody asks to be let go, and changes his mind, in a day.
DAILY = 3


class WezerDeparture(models.Model):
    """A member would leave, something is open that he cannot end: moderators decide."""

    _name = "wezer.departure"
    _description = "Member who would leave"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Who", required=True, index=True, ondelete="cascade"
    )
    reason = fields.Text(string="In his words")
    state = fields.Selection(
        [("asked", "Waits"), ("withdrawn", "Withdrawn"), ("done", "Let go")],
        required=True,
        default="asked",
        index=True,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    moderator_id = fields.Many2one(
        "res.partner", string="Decided by", ondelete="set null"
    )
    decision = fields.Text(string="Why")
    open_text = fields.Text(string="What is open", compute="_compute_open_text")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _asked_uniq = models.UniqueIndex(
        "(partner_id) WHERE state = 'asked'", "You have asked already."
    )

    def _compute_open_text(self):
        for leaving in self:
            matters = (
                leaving.sudo().partner_id._wezer_leave_obstacles()
                if leaving.state == "asked"
                else []
            )
            leaving.open_text = "\n".join(row["text"] for row in matters)

    def write(self, vals):
        if not self.env.su and vals.keys() - {"decision"}:
            raise NotAllowed(
                self.env._("A request to leave is decided by its button."), rule="field"
            )
        return super().write(vals)

    @api.model
    def ask(self, reason=""):
        """Ask the moderators to let the caller go although something is open.

        :param str reason: in his own words
        :return: id of the request
        """
        user = self.env.user
        if user._is_public():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        partner = user.partner_id
        if not [row for row in partner._wezer_leave_obstacles() if row["blocks"]]:
            raise Refusal(
                self.env._("Nothing is open: you can leave by yourself."), rule="open"
            )
        mine = self.sudo()._asked_by(partner)
        if mine:
            return mine.id
        self._check_daily(partner)
        # His own request, checked just above; members write nothing themselves.
        asked = self.sudo().create(
            {"partner_id": partner.id, "reason": str(reason or "").strip()[:2000]}
        )
        partner._wezer_leave_called(
            asked.reason or self.env._("%(name)s would leave.", name=partner.name)
        )
        for moderator in asked._moderators():
            moderator.partner_id._wezer_notify(
                "leaving",
                lambda env: env._(
                    "%(name)s would leave, and something is open.", name=partner.name
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
                self.env._("You asked several times today: try tomorrow."),
                rule="daily",
                value=str(today),
                limit=str(DAILY),
            )

    @api.model
    def _asked_by(self, partner):
        return self.search([("partner_id", "=", partner.id), ("state", "=", "asked")])

    def _moderators(self):
        """Return the users who may decide about this request."""
        users = self.env.ref("wezer_base.group_moderator").sudo().all_user_ids
        return users.filtered(lambda user: user._moderates(self.sudo().partner_id))

    def _office_url(self):
        return f"/odoo/wezer-leaving/{self.id}"

    def action_withdraw(self):
        """Stay after all."""
        self.ensure_one()
        self.check_access("read")
        leaving = self.sudo()
        if leaving.partner_id != self.env.user.partner_id:
            raise NotAllowed(self.env._("Only who asked may do this."))
        leaving._check_waits()
        leaving.state = "withdrawn"
        self.env["wezer.notice"]._settle(leaving)
        return True

    def _check_waits(self):
        if self.state != "asked":
            raise Refusal(
                self.env._("This was decided already."), rule="state", value=self.state
            )

    def action_let_go(self, reason=None):
        """Let the member go: what needs no judgement ends, the rest comes first.

        :param str reason: why; the field ``decision`` where left out
        :raise Refusal: rule ``open``, naming what must be decided before
        """
        self.ensure_one()
        self.check_access("read")
        leaving = self.sudo()
        if not self.env.user._moderates(leaving.partner_id):
            raise NotAllowed(
                self.env._("A moderator decides, never a party."), rule="moderate"
            )
        leaving._check_waits()
        reason = str(reason or leaving.decision or "").strip()[:2000]
        if not reason:
            raise Refusal(self.env._("Give the reasons."), rule="note")
        partner = leaving.partner_id
        partner._wezer_leave_release(reason)
        leaving.write(
            {
                "state": "done",
                "decision": reason,
                "moderator_id": self.env.user.partner_id.id,
            }
        )
        self.env["wezer.notice"]._settle(leaving)
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
                    "%(name)s would leave, and something is open.",
                    name=departure.partner_id.name,
                ),
                "url": departure._office_url(),
                "button": self.env._("Decide"),
                "due": False,
            }
            for departure in self.sudo().search([("state", "=", "asked")])
            if user._moderates(departure.partner_id)
        ]

    @api.model
    def _anonymise(self, partner):
        """Erase the words of a member who leaves, and end what still waits."""
        departures = self.sudo().search([("partner_id", "in", partner.ids)])
        departures.write({"reason": False})
        departures.filtered(
            lambda departure: departure.state == "asked"
        ).state = "withdrawn"
        self.env["wezer.notice"]._settle(departures)
