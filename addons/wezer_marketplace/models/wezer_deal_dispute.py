from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .wezer_deal import ASSESS_DAYS

OUTCOMES = ("paid", "cancelled", "refunded", "split")


class WezerDeal(models.Model):
    """A moderator is called, and decides."""

    _inherit = "wezer.deal"

    stood_still = fields.Integer(
        copy=False, help="Seconds that a paid deal was disputed: its days are more."
    )
    paid_until = fields.Datetime(
        string="A payment may be disputed until",
        compute="_compute_paid_until",
        store=True,
    )

    @api.depends("date_paid", "stood_still")
    def _compute_paid_until(self):
        for deal in self:
            deal.paid_until = deal.date_paid and deal.date_paid + timedelta(
                days=ASSESS_DAYS, seconds=deal.stood_still
            )

    # === CALLING === #

    def action_dispute(self, reason="", acting_partner_id=None):
        """Call a moderator; everything stands still meanwhile.

        The moderators of the smallest circle that both sides are in decide.
        """
        states = ("accepted", "delivered", "approved", "confirming", "paid")
        party = self._begin(("author_id", "replier_id"), states, acting_partner_id)
        deal = self.sudo()
        reason = self.env["wezer.typed"]._words(reason, 2000)
        if not reason:
            raise Refusal(self.env._("Say what is wrong."), rule="note")
        if deal.state == "paid" and deal.paid_until < fields.Datetime.now():
            raise Refusal(
                self.env._("After 14 days a payment stands."),
                rule="deadline",
                limit=str(ASSESS_DAYS),
            )
        deal._call_moderator(party, reason)
        return True

    def _call_moderator(self, party, reason):
        self.ensure_one()
        circle = self._next_circle()
        self._log("dispute", party or False, reason)
        self._set_state(
            "disputed",
            state_before=self.state,
            state_before_since=self.date_state,
            disputed_by_id=party.id if party else False,
            took_part_ids=[(6, 0, self._took_part().ids)],
        )
        self.env["wezer.assessment"]._pause(self)
        self._notify_all(
            "dispute",
            lambda env: env._("A moderator was called: %(title)s", title=self.title),
            subject="dispute",
        )
        self._hold_dispute(circle)

    def action_withdraw_dispute(self, acting_partner_id=None):
        """Take one's call back; a clock's call either side may take back."""
        party = self._begin(
            ("author_id", "replier_id"), ("disputed",), acting_partner_id
        )
        deal = self.sudo()
        if deal.disputed_by_id and deal.disputed_by_id != party:
            raise NotAllowed(self.env._("Who called takes it back."), rule="dispute")
        deal._log("withdraw_dispute", party)
        deal._go_back()
        deal._notify_all(
            "dispute",
            lambda env: env._(
                "%(name)s withdrew the call for a moderator: %(title)s",
                name=party.name,
                title=deal.title,
            ),
            but=party,
        )
        return True

    def _go_back(self):
        """Back to the state before the dispute; what stood still goes on from there."""
        before, now = self.state_before, fields.Datetime.now()
        stood = now - self.date_state
        extra = {"date_state": (self.state_before_since or now) + stood}
        if self.date_due:
            extra["date_due"] = self.date_due + stood
        if before == "paid":
            extra["stood_still"] = self.stood_still + int(stood.total_seconds())
        self._set_state(before, **extra)
        if before == "paid":
            self.env["wezer.assessment"]._activate(self, self.paid_until)

    def _set_state(self, state, **extra):
        """Forget the dispute with it: its moderators see the deal no longer."""
        if state != "disputed" and self.sudo().state == "disputed":
            extra = {
                "disputed_by_id": False,
                "state_before": False,
                "state_before_since": False,
                "dispute_circle_id": False,
                "dispute_holder_since": False,
                "took_part_ids": [(5, 0, 0)],
                **extra,
            }
        if state not in ("approved", "confirming"):
            extra = {"decided": False, **extra}
        return super()._set_state(state, **extra)

    # === A CLOCK'S CALL ENDS BY DOING WHAT WAS WAITED FOR === #

    def _lift_clocks_call(self, parties):
        """Take back what only silence called, where this side does its own arrow now.

        :param parties: whose arrow it is; the arrow itself, called next, checks who,
            and a refusal takes this back too
        """
        self.check_access("read")
        self.ensure_one()
        deal = self.sudo()
        if deal.state != "disputed" or deal.disputed_by_id:
            return
        mine = self.env.user._acts_for(parties, "market")
        if not mine:
            return
        deal._lock()
        if deal.state == "disputed" and not deal.disputed_by_id:
            deal._log("withdraw_dispute", mine[:1])
            deal._go_back()

    def action_approve(self, *args, **kwargs):
        """Approve, after a clock's call too: see the arrow itself."""
        self._lift_clocks_call(self.sudo().payer_id)
        return super().action_approve(*args, **kwargs)

    def action_send_back(self, *args, **kwargs):
        """Send back, after a clock's call too: see the arrow itself."""
        self._lift_clocks_call(self.sudo().payer_id)
        return super().action_send_back(*args, **kwargs)

    def action_pay(self, *args, **kwargs):
        """Pay, after a clock's call too: see the arrow itself."""
        self._lift_clocks_call(self.sudo().payer_id)
        return super().action_pay(*args, **kwargs)

    def action_confirm(self, *args, **kwargs):
        """Confirm, after a clock's call too: see the arrow itself."""
        self._lift_clocks_call(self.sudo()._pending().payee_id)
        return super().action_confirm(*args, **kwargs)

    def action_deny(self, *args, **kwargs):
        """Deny, after a clock's call too: see the arrow itself."""
        self._lift_clocks_call(self.sudo()._pending().payee_id)
        return super().action_deny(*args, **kwargs)

    # === DECIDING === #

    @api.model
    def _clocks(self, now):
        """Ask again for the receipt of what was decided; no moderator is called."""
        domain = [
            ("state", "=", "confirming"),
            ("decided", "=", True),
            ("date_state", "<", now - timedelta(days=ASSESS_DAYS)),
        ]
        return [*super()._clocks(now), (domain, "_ask_receipt_again")]

    def _ask_receipt_again(self, now):
        self.date_state = now
        self._ask_receipt()

    def action_resolve(self, outcome, reason="", amounts=None):
        """Decide a dispute: ``paid``, ``cancelled``, ``refunded`` or ``split``.

        The moderators who have it, never a party, nor acting for one, nor who took
        part.

        :param dict amounts: for ``split``: ``{currency id: text}`` that the
            worker receives; the rest is freed
        """
        self.check_access("read")
        self.ensure_one()
        deal = self.sudo()
        # Who, before the lock; asked again after it, as it may have passed on.
        self._check_decides()
        deal._lock()
        self._check_state("disputed")
        self._check_decides()
        reason = self.env["wezer.typed"]._words(reason, 2000)
        if not reason:
            raise Refusal(self.env._("Give the reasons."), rule="note")
        if outcome not in OUTCOMES:
            raise Refusal(self.env._("This is no way to decide."), rule="outcome")
        deal._log("resolve", self.env.user.partner_id, reason)
        deal.decided = True
        getattr(deal, f"_resolve_{outcome}")(amounts)
        deal._notify_all(
            "dispute",
            lambda env: env._(
                "It was decided, please read: %(title)s", title=deal.title
            ),
            subject="decision",
        )
        return True

    def _check_decides(self):
        deal = self.sudo()
        if not deal._may_decide(self.env.user, deal.dispute_circle_id):
            raise NotAllowed(
                self.env._("A moderator who has it decides, never a party."),
                rule="moderate",
            )

    def _resolve_cancelled(self, _amounts):
        self._cancel()

    def _resolve_paid(self, _amounts):
        if self.state_before == "paid":
            self._go_back()
            return
        self._set_state("approved")
        self._pay_parts(self.env.user.partner_id)

    def _resolve_refunded(self, _amounts):
        """All that was paid goes back; what was not yet paid never is."""
        if self._all_given_back():
            raise Refusal(
                self.env._("Nothing was paid that could be given back."),
                rule="outcome",
                value="refunded",
            )
        self._release_money("released")
        self._give_money_back()
        if self._pending():
            # Outside money is on its way back: who gets it says so.
            self.refunding = True
            self._follow_money()
            return
        self._become_refunded()

    def _resolve_split(self, amounts):
        self._split(self._parsed_amounts(amounts or {}))
        # What was decided is the last step.
        self.milestone = len(self.accepted_terms_id.milestone_ids)
        # Outside money on its way back: the first payer says that it came.
        self.refunding = "reversal" in self._pending().mapped("kind")
        self._follow_money()
