from datetime import timedelta

from odoo import fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .wezer_proposition import ASSESS_DAYS


class WezerProposition(models.Model):
    """A moderator is called, and decides."""

    _inherit = "wezer.proposition"

    def action_dispute(self, reason="", acting_partner_id=None):
        """Call a moderator; everything stands still meanwhile."""
        states = ("accepted", "delivered", "approved", "confirming", "paid")
        party = self._begin(("author_id", "replier_id"), states, acting_partner_id)
        deal = self.sudo()
        if not (reason or "").strip():
            raise Refusal(self.env._("Say what is wrong."), rule="note")
        if (
            deal.state == "paid"
            and deal.date_paid + timedelta(days=ASSESS_DAYS) < fields.Datetime.now()
        ):
            raise Refusal(
                self.env._("After 14 days a payment stands."),
                rule="deadline",
                limit=str(ASSESS_DAYS),
            )
        deal._call_moderator(party, reason)
        return True

    def _call_moderator(self, party, reason):
        self.ensure_one()
        self._set_state(
            "disputed",
            state_before=self.state,
            disputed_by_id=party.id if party else False,
            moderator_called=True,
        )
        self._log("dispute", party or False, reason)
        self.env["wezer.assessment"]._pause(self)
        self._tell_both(
            "dispute",
            lambda env: env._("A moderator was called: %(title)s", title=self.title),
        )
        moderators = self.env.ref("wezer_base.group_moderator").sudo().all_user_ids
        for user in moderators:
            if user._moderates(self.author_id | self.replier_id):
                user.partner_id._wezer_notify(
                    "dispute",
                    lambda env: env._(
                        "A deal waits for your decision: %(title)s", title=self.title
                    ),
                    url=f"/my/deals/{self.id}",
                    record=self,
                )

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
        return True

    def _go_back(self):
        """Back to the state before the dispute; what stood still goes on."""
        before = self.state_before
        self._set_state(before, disputed_by_id=False, state_before=False)
        if before == "paid":
            deadline = fields.Datetime.now() + timedelta(days=ASSESS_DAYS)
            self.env["wezer.assessment"]._activate(self, deadline)

    def action_resolve(self, outcome, reason="", amounts=None):
        """Decide a dispute: ``paid``, ``cancelled`` or ``split``.

        A moderator, never a party nor acting for one.

        :param dict amounts: for ``split``: ``{currency id: text}`` that the
            worker receives; the rest is freed
        """
        self.check_access("read")
        self.ensure_one()
        deal = self.sudo()
        if not self.env.user._moderates(deal.author_id | deal.replier_id):
            raise NotAllowed(
                self.env._("A moderator decides, never a party."), rule="moderate"
            )
        deal._lock()
        self._check_state("disputed")
        if not (reason or "").strip():
            raise Refusal(self.env._("Give the reasons."), rule="note")
        me = self.env.user.partner_id
        deal._log("resolve", me, reason)
        if outcome == "cancelled":
            deal._cancel()
        elif outcome == "paid" and deal.state_before == "paid":
            deal._go_back()
        elif outcome == "paid":
            deal._set_state("approved")
            deal._pay_parts(me)
        elif outcome == "split":
            deal._split(deal._parsed_amounts(amounts or {}))
            # What was decided is the last step.
            deal.milestone = len(deal.accepted_terms_id.milestone_ids)
            # Outside money on its way back: the first payer says that it came.
            pending = deal._pending()
            deal.refunding = "reversal" in pending.mapped("kind")
            deal._follow_money()
        else:
            raise Refusal(self.env._("This is no way to decide."), rule="outcome")
        return True
