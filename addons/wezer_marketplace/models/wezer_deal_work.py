from datetime import timedelta

from odoo import fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .wezer_deal import ASSESS_DAYS, CONSENT_DAYS


class WezerDeal(models.Model):
    """From the agreement to the thanks."""

    _inherit = "wezer.deal"

    # === WORK === #

    def action_deliver(self, note="", quantity=None, acting_partner_id=None):
        """The worker says that it is done; less than agreed pays less."""
        party = self._begin(("payee_id",), ("accepted",), acting_partner_id)
        deal = self.sudo()
        agreed = deal.accepted_terms_id.quantity
        real = agreed
        if quantity not in (None, ""):
            real = self.env["wezer.terms"]._number(quantity)
        if real < agreed and deal.milestone:
            raise Refusal(
                self.env._("A step is delivered whole: else change what was agreed."),
                rule="milestone",
                value=f"{real:g}",
                limit=f"{agreed:g}",
            )
        if real > agreed:
            raise Refusal(
                self.env._("More than was agreed needs the other side's word first."),
                rule="quantity",
                value=f"{real:g}",
                limit=f"{agreed:g}",
            )
        deal._mark_conflict_of_interest(party)
        deal._set_state(
            "delivered",
            delivered_quantity=real,
            delivery_note=self.env["wezer.typed"]._words(note, 4000),
            date_delivered=fields.Datetime.now(),
        )
        deal._log("deliver", party, note)
        deal._move_task("delivered")
        deal._notify(
            deal.payer_id,
            "delivered",
            lambda env: env._(
                "%(name)s says it is done: %(title)s", name=party.name, title=deal.title
            ),
        )
        return True

    def action_release(self, reason="", acting_partner_id=None):
        """The worker gives the work back; the next of the waiting list has it."""
        party = self._begin(("payee_id",), ("accepted",), acting_partner_id)
        deal = self.sudo()
        deal.announcement_id._lock()
        deal._log("release", party, reason)
        deal._finish("released")
        deal._notify_all(
            "release",
            lambda env: env._(
                "%(name)s gave it back: %(title)s", name=party.name, title=deal.title
            ),
            but=party,
        )
        return True

    # === APPROVAL === #

    def _begin_approval(self, states, acting_partner_id):
        """Who: the payer's actor: ``market``, or ``project`` on the task's team."""
        self.check_access("read")
        self.ensure_one()
        user, payer = self.env.user, self.sudo().payer_id
        right = "market"
        if not user._acts_for(payer, "market") and self._runs_project():
            right = "project"
        return self._begin(("payer_id",), states, acting_partner_id, right)

    def _project_team(self):
        """Return the team of the deal's task where it is who pays, else nobody."""
        deal = self.sudo()
        task = deal.task_id or deal.announcement_id.task_id
        return task.project_id.team_id.partner_id & deal.payer_id

    def _runs_project(self):
        """Say whether the caller holds ``project`` on the team of the deal's task."""
        team = self._project_team()
        return bool(team and self.env.user._acts_for(team, "project"))

    def _check_no_conflict_of_interest(self):
        """Nobody approves what he claimed, negotiated or delivered for the worker.

        Exception: a group where nobody else could; then it is marked publicly.
        """
        deal = self.sudo()
        person = self.env.user.partner_id
        if person not in deal.conflicted_ids:
            return "approve"
        if deal.payer_id != person and deal._nobody_else_could():
            return "self_approve"
        raise NotAllowed(
            self.env._("Who did the work does not approve it."), rule="own_work"
        )

    def action_send_back(self, note="", due=None, acting_partner_id=None):
        """Say what is missing; the worker has a week at least."""
        party = self._begin_approval(("delivered", "approved"), acting_partner_id)
        note = self.env["wezer.typed"]._words(note, 2000)
        if not note:
            raise Refusal(self.env._("Say what is missing."), rule="note")
        deal = self.sudo()
        if deal._paying_has_begun():
            raise Refusal(
                self.env._(
                    "Paying has begun: pay the rest, agree to cancel or call a"
                    " moderator."
                ),
                rule="state",
                value=deal.state,
                limit="delivered",
            )
        week = fields.Datetime.now() + timedelta(days=7)
        due = self.env["wezer.typed"]._moment(due, at_end=True) if due else week
        deal._set_state("accepted", date_due=max(due, week), delivered_quantity=0)
        deal._log("send_back", party, note)
        deal._move_task("accepted")
        deal._notify(
            deal.payee_id,
            "send_back",
            lambda env: env._("Something is missing yet: %(title)s", title=deal.title),
        )
        return True

    def action_approve(self, scores=None, comment="", acting_partner_id=None):
        """Approve, and pay in the same act where one may; assess if one likes.

        :param dict scores: ``{criterion id: −2 … +2}``
        """
        party = self._begin_approval(("delivered", "approved"), acting_partner_id)
        self._check_approval_wanted()
        if not scores and str(comment or "").strip():
            raise Refusal(
                self.env._(
                    "Choose a mark for each criterion, or write no line about it."
                ),
                rule="complete",
                field="comment",
            )
        event = self._check_no_conflict_of_interest()
        deal = self.sudo()
        deal._set_state("approved")
        deal._note_approval()
        deal._log(event, party)
        if scores:
            self._assess(party, scores, comment, draft=True)
        if deal._approvals_missing():
            deal._ask_next_approver()
        elif not deal.accepted_terms_id.price_line_ids:
            # Unpaid help: approved is done, no wallet is asked.
            deal._become_paid()
        elif deal._wallet_among_approvers():
            deal._pay_parts(party)
        else:
            deal._move_task("approved")
            deal._notify(
                deal.payer_id,
                "to_pay",
                lambda env: env._("Approved, to be paid: %(title)s", title=deal.title),
            )
        return True

    def action_pay(self, acting_partner_id=None):
        """Pay what was approved and is neither paid nor on its way."""
        party = self._begin(("payer_id",), ("approved",), acting_partner_id)
        self.env.user._check_acts_for(party, "wallet")
        self._check_no_conflict_of_interest()
        self._check_approved_by_all()
        self.sudo()._pay_parts(party)
        return True

    def _become_paid(self):
        deal = self.sudo()
        if deal.refunding:
            deal.refunding = False
            if deal._all_given_back():
                deal._become_refunded()
            else:
                deal._set_state("paid")
            return
        if deal._go_on():
            return
        now = fields.Datetime.now()
        # A decision on a paid deal opens no new time to dispute.
        deal._set_state("paid", date_paid=deal.date_paid or now)
        deal._move_task("paid")
        self.env["wezer.assessment"]._activate(deal, now + timedelta(days=ASSESS_DAYS))
        deal.announcement_id._after_change()
        deal._notify_all(
            "paid", lambda env: env._("Paid, thank you: %(title)s", title=deal.title)
        )

    # === OUTSIDE MONEY === #

    def _begin_receipt(self, acting_partner_id):
        """Who is to receive; where one of several did not, the others still may say."""
        self.check_access("read")
        self.ensure_one()
        sides = ("payer_id",) if self.sudo().refunding else ("payee_id", "coworker_ids")
        states = ("confirming", "approved")
        party = self._begin(sides, states, acting_partner_id)
        pending = self.sudo()._pending().filtered(lambda one: one.payee_id == party)
        if not pending:
            raise Refusal(
                self.env._("Nothing is on its way to %(name)s.", name=party.name),
                rule="state",
                value=self.sudo().state,
                limit="confirming",
            )
        return party, pending

    def action_confirm(self, acting_partner_id=None):
        """Say that the outside money came."""
        party, pending = self._begin_receipt(acting_partner_id)
        for transfer in pending:
            transfer._confirm()
        deal = self.sudo()
        deal._log("confirm", party)
        if deal.state == "confirming" and not deal._pending():
            deal._become_paid()
        return True

    def action_deny(self, acting_partner_id=None):
        """Say that the outside money did not come: it is due again."""
        party, pending = self._begin_receipt(acting_partner_id)
        for transfer in pending:
            transfer._deny()
        deal = self.sudo()
        deal.attempt += 1
        deal._log("deny", party)
        if deal.refunding:
            deal.refunding = False
            deal._set_state("paid")
        else:
            deal._set_state("approved")
        deal._notify(
            deal.payee_id if party == deal.payer_id else deal.payer_id,
            "denied",
            lambda env: env._(
                "The outside money did not arrive: %(title)s", title=deal.title
            ),
        )
        return True

    # === ASSESSMENT === #

    def action_assess(self, scores, comment="", acting_partner_id=None):
        """Say how it was; blind until both sides have, or 14 days are over."""
        party = self._begin(("author_id", "replier_id"), ("paid",), acting_partner_id)
        deal = self.sudo()
        if deal.paid_until < fields.Datetime.now():
            raise Refusal(
                self.env._("Assessments are given within 14 days."),
                rule="deadline",
                limit=str(ASSESS_DAYS),
            )
        self._assess(party, scores, comment, draft=False)
        return True

    def _assess(self, party, scores, comment, draft):
        deal = self.sudo()
        other = deal._other(party)
        self.env["wezer.assessment"]._give(
            deal,
            side="worker" if other == deal.payee_id else "payer",
            assessor=party,
            assessed=other,
            person=self.env.user.partner_id,
            scores=scores,
            comment=comment,
            value_hours=deal._value_hours(),
            category=deal.category_id,
            context_partner=deal.announcement_id.group_ids[:1].partner_id
            or other._wezer_partners_above()[:1],
            deadline=(deal.date_paid or fields.Datetime.now())
            + timedelta(days=ASSESS_DAYS),
            draft=draft,
            skills=deal.announcement_id.skill_ids,
            # Who answered assesses what was announced, too.
            subject=deal.announcement_id if party == deal.replier_id else None,
            begun=deal.date_accepted or deal.create_date,
            # Who is paid a share of the work is no judge of it.
            allies=deal.coworker_ids if other == deal.payee_id else None,
        )

    def _value_hours(self):
        """Return the deal's value: hours agreed, else price × the currency's hours."""
        self.ensure_one()
        if self.announcement_id.unit == "hour":
            return (self.accepted_terms_id or self.terms_id).quantity
        return self._price_hours() or 1.0

    def _price_hours(self):
        """Return what the price is worth in hours, whatever was said of the time.

        What money may move without more people asks this: an hour may cost anything.
        """
        terms = self.accepted_terms_id or self.terms_id
        return sum(
            line.total_minor
            / line.wezer_currency_id.minor_per_unit
            * line.wezer_currency_id.hours_per_unit
            for line in terms.price_line_ids
        )

    # === BACK AND OUT === #

    def action_refund(self, amounts=None, acting_partner_id=None):
        """Give back what one was paid, all or ``{currency id: amount as text}``.

        Where a deal was cancelled between two steps, what the earlier ones paid too.
        """
        sides = ("payee_id", "coworker_ids")
        party = self._begin(sides, ("paid", "ended"), acting_partner_id)
        self.env.user._check_acts_for(party, "wallet")
        deal = self.sudo()
        mine = deal._payments("done").filtered(lambda one: one.payee_id == party)
        if deal.state == "ended" and not any(map(deal._left, mine)):
            self._check_state("paid")
        minors = deal._parsed_amounts(amounts) if amounts else None
        if not any(map(deal._left, mine)) or (
            minors is not None and not any(minors.values())
        ):
            raise Refusal(self.env._("Say how much."), rule="amount", limit="0")
        whole = deal._give_money_back(minors, mine)
        deal._log("refund", party)
        if deal._pending():
            deal.refunding = True
            deal._follow_money()
        elif whole:
            deal._become_refunded()
        else:
            deal._notify(
                deal.payer_id,
                "refund",
                lambda env: env._(
                    "A part of the money was given back: %(title)s", title=deal.title
                ),
            )
        return True

    def _parsed_amounts(self, amounts):
        """Return ``{currency id: minor}`` of what a person sent for this deal."""
        currencies = self.accepted_terms_id.price_line_ids.wezer_currency_id
        parsed = {}
        for key, text in self.env["wezer.typed"]._by_name(amounts).items():
            currency = currencies.filtered(lambda one, key=key: str(one.id) == str(key))
            if not currency:
                raise Refusal(
                    self.env._("This currency is no part of the deal."), rule="currency"
                )
            parsed[currency.id] = currency._parse(text)
        return parsed

    def _become_refunded(self):
        deal = self.sudo()
        deal.refunding = False
        self.env["wezer.assessment"]._void(deal)
        deal._set_state("ended", end_reason="refunded")
        deal._free_task()
        deal._notify_all(
            "refunded",
            lambda env: env._("The money was given back: %(title)s", title=deal.title),
        )
        deal.announcement_id._after_change()

    def action_cancel(self, reason="", acting_partner_id=None):
        """Agree to cancel; it is cancelled when all concerned have."""
        states = ("accepted", "delivered", "approved", "confirming")
        sides = ("author_id", "replier_id", "coworker_ids")
        party = self._begin(sides, states, acting_partner_id)
        deal = self.sudo()
        now = fields.Datetime.now()
        named = deal._who_cancels()
        if party not in named:
            raise NotAllowed(
                self.env._("It is cancelled by who agreed on it."), rule="cancel"
            )
        if party in deal._in_hand("done").payee_id:
            self.env.user._check_acts_for(party, "wallet")
        if deal.consent_date and deal.consent_date + timedelta(days=CONSENT_DAYS) < now:
            deal.consent_ids = [(5, 0, 0)]
        deal.write({"consent_ids": [(4, party.id)], "consent_date": now})
        if not named <= deal.consent_ids:
            deal._log("consent", party, reason)
            deal._notify(
                named - deal.consent_ids,
                "consent",
                lambda env: env._(
                    "%(name)s would cancel: %(title)s",
                    name=party.name,
                    title=deal.title,
                ),
                subject="cancel",
            )
            return False
        deal._log("cancel", party, reason)
        deal._cancel()
        return True

    def _who_cancels(self):
        """Return who has to agree to cancel: both sides, and who has to pay back."""
        deal = self.sudo()
        # What was paid of the step in hand goes back: that money is committed.
        return deal.author_id | deal.replier_id | deal._in_hand("done").payee_id

    def _cancel(self):
        self._release_money("released")
        self._give_money_back(among=self._in_hand("done"))
        self.env["wezer.assessment"]._void(self)
        if self._pending():
            # Outside money is on its way back: who gets it says so.
            self.refunding = True
            self._follow_money()
            return
        self._finish("cancelled")
