from datetime import timedelta

from odoo import fields, models

from .wezer_proposition import ASSESS_DAYS

# The strip on the page: agreed – doing – delivered – paid.
STRIP = ("agreed", "doing", "delivered", "paid")
REACHED = {
    "open": 0,
    "waiting": 0,
    "accepted": 2,
    "delivered": 3,
    "approved": 3,
    "confirming": 3,
    "paid": 4,
    "disputed": 2,
    "ended": 0,
}


class WezerProposition(models.Model):
    """What the deal's page asks: whose turn, which buttons, in which words."""

    _inherit = "wezer.proposition"

    def _my_party(self):
        """Return the party the caller acts for here; his own before a group's."""
        self.ensure_one()
        both = self.sudo().author_id | self.sudo().replier_id
        mine = self.env.user._acts_for(both, "market")
        if not mine:
            mine = self.env.user._acts_for(both, "project")
        return mine & self.env.user.partner_id or mine[:1]

    def _turn_line(self):
        """Return the first line of the page: whose turn it is."""
        self.ensure_one()
        deal, me = self.sudo(), self._my_party()
        other = deal._other(me) if me else deal.author_id
        if deal.state == "open":
            whose = deal.author_id if deal.turn == "author" else deal.replier_id
            if whose == me:
                return self.env._(
                    "Your turn: %(name)s proposes %(price)s",
                    name=other.name,
                    price=deal.terms_id.price_text,
                )
            return self.env._("Waiting for %(name)s", name=whose.name)
        if deal.state == "waiting":
            return (
                self.env._("You are on the waiting list")
                if me == deal.replier_id
                else self.env._("On the waiting list")
            )
        if deal.state == "accepted":
            if me == deal.payee_id:
                return self.env._("Your turn: do it, and say when it is done")
            return self.env._("%(name)s is doing it", name=deal.payee_id.name)
        if deal.state in ("delivered", "approved"):
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
            return self.env._(
                "A moderator was called: everything waits for the decision"
            )
        reasons = dict(self._fields["end_reason"]._description_selection(self.env))
        return self.env._("Ended: %(reason)s", reason=reasons.get(deal.end_reason, ""))

    def _strip(self):
        """Return ``(label, reached, here)`` for each step of the way."""
        labels = {
            "agreed": self.env._("agreed"),
            "doing": self.env._("doing"),
            "delivered": self.env._("delivered"),
            "paid": self.env._("paid"),
        }
        reached = REACHED[self.state]
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
            "payee": deal.payee_id.name,
            "price": price,
        }
        terms = deal.accepted_terms_id or deal.terms_id
        if not terms.price_line_ids:
            return self.env._("Unpaid help: no money moves.")
        if deal.state == "paid":
            names["price"] = deal._due_text()
            if me == deal.payee_id:
                return self.env._("%(payer)s paid you %(price)s", **names)
            if me == deal.payer_id:
                return self.env._("You paid %(price)s to %(payee)s", **names)
            return self.env._("%(payer)s paid %(price)s to %(payee)s", **names)
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
            if deal.state == "disputed" and user._moderates(
                deal.author_id | deal.replier_id
            ):
                return [self._button("resolve", self.env._("Decide"), True, "resolve")]
            return []
        as_group = (
            self.env._(", as %(name)s", name=me.name) if me != user.partner_id else ""
        )
        buttons = []
        if deal.state == "open":
            if deal.turn == self._side_of(me):
                buttons += [
                    self._button("accept", self.env._("Accept") + as_group, True),
                    self._button(
                        "counter", self.env._("Propose other terms"), False, "counter"
                    ),
                ]
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
        barred = user.partner_id in deal.barred_ids and not deal._nobody_else_could()
        if deal.state == "delivered" and me == deal.payer_id and not barred:
            pay = deal.accepted_terms_id.price_line_ids and user._acts_for(me, "wallet")
            label = (
                self.env._(
                    "Approve and pay %(price)s to %(name)s",
                    price=deal._due_text(),
                    name=deal.payee_id.name,
                )
                if pay
                else self.env._("Approve")
            )
            buttons += [
                self._button("approve", label + as_group, True, "approve"),
                self._button("send_back", self.env._("Send back"), False, "send_back"),
            ]
        if (
            deal.state == "approved"
            and me == deal.payer_id
            and not barred
            and user._acts_for(me, "wallet")
        ):
            label = self.env._(
                "Pay %(price)s to %(name)s",
                price=deal._due_text(),
                name=deal.payee_id.name,
            )
            buttons.append(self._button("pay", label + as_group, True))
        receiver = deal.payer_id if deal.refunding else deal.payee_id
        if deal.state == "confirming" and me == receiver:
            buttons += [
                self._button("confirm", self.env._("I received it"), True),
                self._button("deny", self.env._("It did not come"), False),
            ]
        recent = deal.date_paid and deal.date_paid > fields.Datetime.now() - timedelta(
            days=ASSESS_DAYS
        )
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

    def _cancel_label(self, me):
        """Say whether one would begin a cancel or agrees to the other side's."""
        if self.sudo().consent_ids - me:
            return self.env._("Agree to cancel")
        return self.env._("Propose to cancel")

    def _button(self, action, label, main, form=False):
        return {"action": action, "label": label, "main": main, "form": form}

    def _due_text(self):
        deal = self.sudo()
        return " + ".join(
            line.wezer_currency_id._format(deal._due_minor(line))
            for line in deal.accepted_terms_id.price_line_ids
        ) or self.env._("nothing")

    def _criteria(self):
        """Return the criteria by which the caller's party assesses the other."""
        deal, me = self.sudo(), self._my_party()
        other = deal._other(me)
        side = "worker" if other == deal.payee_id else "payer"
        return self.env["wezer.criterion"]._for(deal.category_id, side)
