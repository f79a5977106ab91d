from odoo import api, fields, models
from odoo.fields import Domain

# The strip on the page: agreed – doing – delivered – paid.
STRIP = ("agreed", "doing", "delivered", "paid")
# Agreed and not yet paid: money may be set aside.
AGREED = ("accepted", "delivered", "approved", "confirming", "disputed")
REACHED = {
    "open": 0,
    "waiting": 0,
    "accepted": 2,
    "delivered": 3,
    "approved": 3,
    "confirming": 3,
    "paid": 4,
    "ended": 0,
}


class WezerDeal(models.Model):
    """What the deal's page asks: whose turn, which buttons, in which words."""

    _inherit = "wezer.deal"

    @api.model
    def _mine_domain(self):
        """Return which deals are the caller's: what *My deals* lists.

        Those of both sides and of who works along, what a coordinator approves for a
        project's team, and the disputes that a moderator is called to.
        """
        user = self.env.user
        market = user._acting_ids("market")
        sides = ("author_id", "replier_id", "coworker_ids")
        projects = user._acting_ids("project")
        return Domain.OR(
            [
                *(Domain(side, "in", market) for side in sides),
                Domain("payer_id", "in", projects),
                Domain("is_user_moderator", "=", True),
            ]
        )

    @api.model
    def _asked_to_stand_in(self):
        """Return the deals (sudo) in which the caller is asked to stand in.

        Who is asked does not see the deal yet, only its own page for this.
        """
        mine = self.env.user._acting_ids("market")
        # sudo: the caller reads what the page of the request shows, no more.
        deals = self.sudo().search(
            [("hand_over_id", "in", mine), ("state", "=", "accepted")]
        )
        return deals.filtered(
            lambda deal: deal.hand_over_id in deal._questions().get("hand_over", ())
        )

    def _my_party(self):
        """Return the party the caller acts for here.

        Of several the one that is asked something now, the caller before a group.
        """
        self.ensure_one()
        both = self._both(self.sudo())
        mine = self.env.user._acts_for(both, "market")
        if not mine:
            mine = self.env.user._acts_for(both, "project")
        if len(mine) > 1:
            asked = mine.browse().union(*self._asked_of_me().values())
            mine = mine & asked or mine
        return mine & self.env.user.partner_id or mine[:1]

    def _turn_line(self):
        """Return the first line of the page: whose turn it is."""
        self.ensure_one()
        deal, me = self.sudo(), self._my_party()
        other = deal._other(me) if me else deal.author_id
        if me and deal._share_to_sign(me):
            return self.env._(
                "Your turn: %(name)s asks you to work along", name=deal.payee_id.name
            )
        waits = deal._terms_to_sign()._unsigned() if deal.coworker_ids else False
        if waits:
            return self.env._(
                "Waiting for who works along: %(names)s",
                names=", ".join(waits.mapped("name")),
            )
        proposed = self._proposal_line(me)
        if proposed:
            return proposed
        if deal.state == "open":
            whose = deal.author_id if deal.turn == "author" else deal.replier_id
            if whose == me:
                return self.env._(
                    "Your turn: %(name)s proposes %(price)s",
                    name=other.name,
                    price=deal.terms_id.price_text,
                )
            return self.env._("Waiting for %(name)s", name=whose.name)
        if deal.state == "accepted":
            if me == deal.payee_id:
                return self.env._("Your turn: do it, and say when it is done")
            return self.env._("%(name)s is doing it", name=deal.payee_id.name)
        if deal.state in ("delivered", "approved"):
            if me == deal.payer_id and self.env.user.partner_id in deal.approver_ids:
                return self.env._("You approved. Waiting for one more, or for payment")
            if me == deal.payer_id:
                return self.env._(
                    "Your turn: %(name)s says it is done", name=deal.payee_id.name
                )
            return self.env._(
                "Waiting for %(name)s to approve and pay", name=deal.payer_id.name
            )
        if deal.state == "confirming":
            receiver = deal.payer_id if deal.refunding else deal.payee_id
            if me == receiver:
                return self.env._("Your turn: did you get the money?")
            return self.env._(
                "Waiting for %(name)s to say that the money came", name=receiver.name
            )
        if deal.state == "paid":
            return self.env._("Done and paid. Thank you!")
        if deal.state == "disputed":
            if self.is_user_moderator:
                return self.env._("Your turn: both sides wait for your decision")
            return self._who_decides()
        reasons = dict(self._fields["end_reason"]._description_selection(self.env))
        return self.env._("Ended: %(reason)s", reason=reasons.get(deal.end_reason, ""))

    def _proposal_line(self, me):
        """Return which proposal of another waits for ``me``, or an empty string."""
        deal, asked = self.sudo(), self._questions()
        if me in asked.get("cancel", ()):
            return self.env._(
                "Your turn: %(name)s would cancel",
                name=", ".join(deal.consent_ids.mapped("name")),
            )
        if me in asked.get("amend", ()):
            return self.env._(
                "Your turn: %(name)s would change what was agreed",
                name=deal.amend_by_id.name,
            )
        if me in asked.get("hand_over", ()):
            return self.env._(
                "Your turn: %(name)s asks that %(other)s stands in",
                name=deal.payee_id.name,
                other=deal.hand_over_id.name,
            )
        return ""

    def _strip(self):
        """Return ``(label, reached, here)`` for each step of the way."""
        labels = {
            "agreed": self.env._("agreed"),
            "doing": self.env._("doing"),
            "delivered": self.env._("delivered"),
            "paid": self.env._("paid"),
        }
        disputed = self.state == "disputed"
        reached = REACHED[self.sudo().state_before if disputed else self.state]
        return [
            (labels[name], number < reached, number == reached - 1)
            for number, name in enumerate(STRIP)
        ]

    def _money_line(self):
        """Return the direction of money in words."""
        self.ensure_one()
        deal, me = self.sudo(), self._my_party()
        price = deal.price_text
        names = {
            "payer": deal.payer_id.name,
            "payee": deal._workers_text(),
            "price": price,
        }
        terms = deal.accepted_terms_id or deal.terms_id
        if not terms.price_line_ids:
            return self.env._("Unpaid help: no money moves.")
        if deal.state == "paid":
            names["price"] = deal._due_text(whole=True)
            if me == deal.payee_id:
                return self.env._("%(payer)s paid you %(price)s", **names)
            if me == deal.payer_id:
                return self.env._("You paid %(price)s to %(payee)s", **names)
            return self.env._("%(payer)s paid %(price)s to %(payee)s", **names)
        if me in deal.coworker_ids:
            share = terms.share_ids.filtered(lambda one: one.partner_id == me)
            names["price"] = share._part() if share else price
            return self.env._("%(payer)s pays you %(price)s", **names)
        if me == deal.payee_id:
            return self.env._("%(payer)s pays you %(price)s", **names)
        if me == deal.payer_id:
            return self.env._("You pay %(price)s to %(payee)s", **names)
        return self.env._("%(payer)s pays %(price)s to %(payee)s", **names)

    def _allowed_actions(self):
        """Return the buttons for the caller: what he can do now.

        :return: list of dicts ``action``, ``label``, ``main`` (bool), ``form``
            (name of the part of the page that asks for more, or False)
        """
        self.ensure_one()
        deal, me = self.sudo(), self._my_party()
        user = self.env.user
        if not me:
            if self.is_user_moderator:
                return [self._button("resolve", self.env._("Decide"), True, "resolve")]
            return []
        as_group = (
            self.env._(", as %(name)s", name=me.name) if me != user.partner_id else ""
        )
        if me in deal.coworker_ids:
            return self._coworker_buttons(me, as_group)
        if not user._acts_for(me, "market"):
            # Who coordinates the project approves what was done for it, no more.
            runs = deal._project_team() == me
            return self._approval_buttons(me, as_group) if runs else []
        buttons = []
        # Who answers for the side that pays commits its money.
        may_pay = me != deal.payer_id or bool(user._acts_for(me, "wallet"))
        if deal.state == "open" and deal.turn == self._side_of(me) and may_pay:
            if not deal.terms_id._unsigned() and deal._is_in_time():
                label = self.env._("Accept") + as_group
                buttons.append(self._button("accept", label, True))
            label = self.env._("Propose other terms")
            buttons.append(self._button("counter", label, False, "counter"))
        if deal.state in ("open", "waiting"):
            if me == deal.author_id:
                buttons.append(
                    self._button("decline", self.env._("Decline"), False, "reason")
                )
            else:
                buttons.append(
                    self._button("withdraw", self.env._("Withdraw"), False, "reason")
                )
        buttons += self._work_buttons(me, as_group)
        return buttons

    def _work_buttons(self, me, as_group):
        deal, user = self.sudo(), self.env.user
        buttons = []
        if deal.state == "accepted" and me == deal.payee_id:
            buttons += [
                self._button(
                    "deliver", self.env._("Delivered") + as_group, True, "deliver"
                ),
                self._button("release", self.env._("I cannot do it"), False, "reason"),
            ]
        if me == deal.payer_id:
            buttons += self._payer_buttons(me, as_group)
        buttons += self._receipt_buttons(me)
        recent = deal.paid_until and deal.paid_until > fields.Datetime.now()
        if deal.state == "paid":
            if recent and me not in self.env["wezer.assessment"]._answered(deal):
                label = self.env._(
                    "Say how it was with %(name)s", name=deal._other(me).name
                )
                buttons.append(self._button("assess", label, True, "assess"))
            if (
                me == deal.payee_id
                and deal.accepted_terms_id.price_line_ids
                and user._acts_for(me, "wallet")
            ):
                buttons.append(
                    self._button("refund", self.env._("Give the money back"), False)
                )
        if deal.state in ("accepted", "delivered", "approved", "confirming"):
            buttons.append(
                self._button("cancel", self._cancel_label(me), False, "reason")
            )
        if deal.state in ("accepted", "delivered", "approved", "confirming") or (
            deal.state == "paid" and recent
        ):
            buttons.append(
                self._button("dispute", self.env._("Call a moderator"), False, "reason")
            )
        if deal.state == "disputed" and deal.disputed_by_id in (me, me.browse()):
            buttons.append(
                self._button(
                    "withdraw_dispute", self.env._("Take the call back"), False
                )
            )
        return buttons

    def _approval_buttons(self, me, as_group):
        """Return the buttons to approve and to send back, where the caller may."""
        deal, user = self.sudo(), self.env.user
        if user.partner_id in deal.conflicted_ids and not deal._nobody_else_could():
            return []
        names = {"name": deal._workers_text()}
        may_pay = user._acts_for(me, "wallet") and deal.accepted_terms_id.price_line_ids
        if deal._waits_for_my_approval(user):
            label = self.env._("Approve")
            if may_pay and deal._approvals_missing() <= 1:
                names["price"] = deal._due_text()
                label = self.env._("Approve and pay %(price)s to %(name)s", **names)
            buttons = [self._button("approve", label + as_group, True, "approve")]
            if not deal._paying_has_begun():
                label = self.env._("Send back")
                buttons.append(self._button("send_back", label, False, "send_back"))
            return buttons
        return []

    def _payer_buttons(self, me, as_group):
        """Return the buttons to approve and to pay, where the caller may."""
        deal, user = self.sudo(), self.env.user
        buttons = self._approval_buttons(me, as_group)
        if buttons or (
            user.partner_id in deal.conflicted_ids and not deal._nobody_else_could()
        ):
            return buttons
        names = {"name": deal._workers_text()}
        may_pay = user._acts_for(me, "wallet") and deal.accepted_terms_id.price_line_ids
        if deal.state == "approved" and may_pay and not deal._approvals_missing():
            names["price"] = deal._due_text()
            label = self.env._("Pay %(price)s to %(name)s", **names)
            return [self._button("pay", label + as_group, True)]
        return []

    def _receipt_buttons(self, me):
        """Return the buttons of who waits for outside money."""
        deal = self.sudo()
        if deal.state not in ("confirming", "approved"):
            return []
        if me not in deal._pending().payee_id:
            return []
        return [
            self._button("confirm", self.env._("I received it"), True),
            self._button("deny", self.env._("It did not come"), False),
        ]

    def _coworker_buttons(self, me, as_group):
        """Return what who works along can do: agree, receive, give back."""
        deal, buttons = self.sudo(), []
        share = deal._share_to_sign(me)
        if share:
            label = self.env._("Agree to %(part)s of the price", part=share._part())
            buttons.append(
                self._button("agree_share", label + as_group, True, "agree_share")
            )
        buttons += self._receipt_buttons(me)
        paid = deal._payments("done").filtered(lambda one: one.payee_id == me)
        if any(map(deal._left, paid)) and self.env.user._acts_for(me, "wallet"):
            if deal.state in ("paid", "ended"):
                label = self.env._("Give the money back")
                buttons.append(self._button("refund", label, False))
            elif me in deal._in_hand("done").payee_id:
                label = self._cancel_label(me)
                buttons.append(self._button("cancel", label, False, "reason"))
        return buttons

    def _cancel_label(self, me):
        """Say whether one would begin a cancel or agrees to the other side's."""
        if self.sudo().consent_ids - me:
            return self.env._("Agree to cancel")
        return self.env._("Propose to cancel")

    def _button(self, action, label, main, form=False):
        return {
            "action": action,
            "label": label,
            "main": main,
            "form": form,
            "question": self._question_before(action),
        }

    def _question_before(self, action):
        """Return what is asked before an act that ends a deal or moves money back.

        With the name of the other side, and with the amount where money moves.
        """
        deal, me = self.sudo(), self._my_party()
        other = deal._other(me) if me else deal.author_id
        names = {"name": other.name, "price": deal.price_text}
        reserved = deal.accepted_terms_id.price_line_ids and deal.state in AGREED
        if action == "refund":
            paid = deal._payments("done").filtered(lambda one: one.payee_id == me)
            names.update(price=deal._left_text(paid), name=deal.payer_id.name)
            return self.env._("%(price)s goes from you back to %(name)s.", **names)
        if action == "deny":
            due = deal._pending().filtered(lambda one: one.payee_id == me)
            names.update(price=deal._left_text(due), name=due[:1].payer_id.name)
            return self.env._(
                "%(price)s from %(name)s counts as not paid, and they will be told.",
                **names,
            )
        if action in ("cancel", "release") and reserved:
            names.update(name=deal.payer_id.name)
            return self.env._(
                "The deal ends without payment: %(price)s goes back to %(name)s.",
                **names,
            )
        if action in ("cancel", "release", "decline", "withdraw"):
            return self.env._("The deal with %(name)s ends.", **names)
        if action == "withdraw_dispute":
            return self.env._(
                "The moderators no longer decide between you and %(name)s.", **names
            )
        return ""

    def _left_text(self, transfers):
        """Return what is left of payments, summed by currency, as people say it."""
        sums = {}
        for transfer in transfers:
            currency = transfer.wezer_currency_id
            sums[currency] = sums.get(currency, 0) + self._left(transfer)
        return " + ".join(
            currency._format(minor) for currency, minor in sums.items()
        ) or self.env._("nothing")

    def _due_text(self, whole=False):
        """Return what is due of the step in hand, or of all steps, as people say it."""
        deal = self.sudo()
        return " + ".join(
            currency._format(minor) for currency, minor in deal._due_sums(whole).items()
        ) or self.env._("nothing")

    def _workers_text(self):
        """Return who is paid, by name: who works and who works along."""
        deal = self.sudo()
        along = deal.accepted_terms_id or deal.terms_id
        workers = deal.payee_id + along.share_ids.filtered("points").partner_id
        return ", ".join(workers.mapped("name"))

    def _criteria(self):
        """Return the criteria by which the caller's party assesses the other."""
        deal, me = self.sudo(), self._my_party()
        other = deal._other(me)
        side = "worker" if other == deal.payee_id else "payer"
        return self.env["wezer.criterion"]._for(deal.category_id, side)
