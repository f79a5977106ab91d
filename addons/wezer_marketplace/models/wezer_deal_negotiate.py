from datetime import timedelta

from odoo import fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .wezer_deal import DUE_DAYS


class WezerDeal(models.Model):
    """From the first answer to the agreement."""

    _inherit = "wezer.deal"

    def _check_turn(self, party):
        deal = self.sudo()
        if deal.turn != self._side_of(party):
            raise NotAllowed(
                self.env._(
                    "It is the other side's turn: %(name)s.",
                    name=self._other(party).name,
                ),
                rule="turn",
            )

    def _check_money_right(self, party):
        """Who pays commits money: the right ``wallet`` is asked too."""
        if party == self.sudo().payer_id:
            self.env.user._check_acts_for(party, "wallet")

    def action_counter(self, vals, acting_partner_id=None):
        """Answer with other terms; see :meth:`wezer.announcement.action_propose`."""
        party = self._begin(("author_id", "replier_id"), ("open",), acting_partner_id)
        self._check_turn(party)
        self._check_money_right(party)
        deal = self.sudo()
        terms = {
            **deal.terms_id._copied_vals(),
            **self.env["wezer.terms"]._checked_vals(vals),
        }
        deal.announcement_id._check_price_mode(terms["price_line_ids"])
        deal.terms_id._check_due(terms["date_due"], deal.terms_id.date_due)
        deal._add_round(self._side_of(party), party, terms)
        other = self._other(party)
        deal.write({"turn": self._side_of(other)})
        deal._log("counter", party, terms.get("message"))
        deal._notify(
            other,
            "terms",
            lambda env: env._(
                "%(name)s proposes other terms: %(title)s",
                name=party.name,
                title=deal.title,
            ),
        )
        return True

    def action_accept(self, acting_partner_id=None):
        """Accept the terms of this round: they are the contract."""
        party = self._begin(("author_id", "replier_id"), ("open",), acting_partner_id)
        self._check_turn(party)
        deal = self.sudo()
        # Who pays commits money: he accepts with the right to, and a payer who
        # announced or proposed had it then.
        self._check_money_right(party)
        deal.announcement_id._lock()
        deal._accept_terms(party)
        return True

    def _accept_terms(self, party):
        """Check stock again under lock, set the money aside, hand the work over."""
        deal = self.sudo()
        announcement = deal.announcement_id
        held = deal.hold_until and deal.hold_until > fields.Datetime.now()
        if not held and not announcement._has_place(deal.replier_person_id):
            raise Refusal(
                self.env._("All places are taken."),
                rule="places",
                limit=str(announcement.places),
            )
        if announcement.state not in ("open", "full", "paused"):
            raise Refusal(
                self.env._("The announcement has ended."),
                rule="state",
                value=announcement.state,
            )
        if deal.replier_person_id:
            announcement._check_cap(deal.replier_person_id, but=deal)
        terms = deal.terms_id
        deal._check_all_work_along(terms)
        now = fields.Datetime.now()
        due = terms.milestone_ids[:1].date_due or terms.date_due
        if not due or due < now:
            due = now + timedelta(days=DUE_DAYS)
        deal._mark_conflict_of_interest(party)
        deal._set_state(
            "accepted",
            accepted_terms_id=terms.id,
            milestone=deal._first_step(terms),
            turn=False,
            hold_until=False,
            date_accepted=now,
            date_due=due,
        )
        if terms.share_ids or deal.coworker_ids:
            deal._settle_coworkers()
        deal._reserve_money()
        deal._log("accept", party)
        deal._assign_task()
        announcement._after_change()
        deal._notify_all(
            "accepted",
            lambda env: env._(
                "%(name)s agreed: %(title)s", name=party.name, title=deal.title
            ),
            but=party,
        )

    def action_decline(self, reason="", acting_partner_id=None):
        """The author's side says no."""
        party = self._begin(("author_id",), ("open", "waiting"), acting_partner_id)
        self._end_answer(party, "decline", "declined", reason)
        return True

    def action_withdraw(self, reason="", acting_partner_id=None):
        """The replier takes his answer back, at any time before the agreement."""
        party = self._begin(("replier_id",), ("open", "waiting"), acting_partner_id)
        self._end_answer(party, "withdraw", "withdrawn", reason)
        return True

    def _end_answer(self, party, action, end_reason, reason):
        deal = self.sudo()
        deal.announcement_id._lock()
        deal._log(action, party, reason)
        deal._finish(end_reason)
        deal._notify_all(
            action,
            lambda env: (
                env._("Not this time: %(title)s", title=deal.title)
                if action == "decline"
                else env._("An answer was taken back: %(title)s", title=deal.title)
            ),
            but=party,
        )

    def _ask_again(self):
        """The announcement's terms changed: open answers are asked again."""
        for deal in self:
            deal._add_round(
                "author", deal.author_id, deal.announcement_id._announced_terms()
            )
            if deal.state != "open":
                continue
            deal.turn = "replier"
            deal._notify(
                deal.replier_id,
                "terms",
                lambda env, deal=deal: env._(
                    "The announcement was changed, please look: %(title)s",
                    title=deal.title,
                ),
            )
