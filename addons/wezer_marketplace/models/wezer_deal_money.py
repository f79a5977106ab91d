from odoo import models

from odoo.addons.wezer_base.exceptions import Refusal

from .wezer_deal_parts import Part


class WezerDeal(models.Model):
    """The deal's money, by the twins of ``wezer.transfer``; the arrows call it.

    Posting keys: deal, round, milestone, part (currency and payee), act and attempt.
    """

    _inherit = "wezer.deal"

    def _transfers(self):
        return self.env["wezer.transfer"]._of_origin(self)

    def _payments(self, *states):
        """Return the transfers towards who works, of these states; oldest first."""
        return self._transfers().filtered(
            lambda one: one.kind != "reversal" and (not states or one.state in states)
        )

    def _key(self, act, part):
        number = self.accepted_terms_id.round
        where = f"{part.milestone}/{part.currency.id}/{part.payee.id}"
        return f"{self.id}/{number}/{where}/{act}/{self.attempt}"

    def _reserve_money(self):
        """Set exactly the accepted amounts aside, under the caller's own name."""
        self.ensure_one()
        for step in self._steps_left():
            for part in self._parts(step):
                self._reserve_part(part)

    def _reserve_part(self, part):
        transfers = self.env["wezer.transfer"].with_user(self.env.user)
        return transfers._reserve(
            self,
            self.payer_id,
            part.payee,
            part.currency,
            part.agreed,
            self.title,
            self._key("reserve", part),
            category=self.sudo().announcement_id.category_id,
            part=part.milestone,
        )

    def _pay_parts(self, party):
        """Pay what of the step in hand is neither settled nor pending, then follow."""
        self.ensure_one()
        payments = self._payments()
        for part in self._parts():
            mine = part.moved_by(payments)
            if mine.filtered(lambda one: one.state in ("done", "pending")):
                continue
            held = mine.filtered(lambda one: one.state == "reserved")[:1]
            # None is held where it was denied: only this part is due again.
            held = held or self._reserve_part(part)
            if part.due:
                held._settle(part.due, key=self._key("settle", part))
            else:
                held._release()
        self._log("pay", party)
        self._follow_money()

    def _paying_has_begun(self):
        """Say whether a part of the step in hand is set aside no longer.

        It is paid, on its way, or was denied by who should have received it. Work that
        goes on needs all of its money set aside.
        """
        deal = self.sudo()
        held = deal._payments("reserved")
        return any(not part.moved_by(held) for part in deal._parts())

    def _pending(self):
        return self._transfers().filtered(lambda one: one.state == "pending")

    def _follow_money(self):
        """Paid when nothing waits for receipt, else confirming."""
        pending = self._pending()
        if not pending:
            self._become_paid()
            return
        self._set_state("confirming")
        self._ask_receipt()

    def _ask_receipt(self):
        """Ask those whom outside money should have reached whether they got it."""
        for transfer in self._pending():
            self._notify(
                transfer.payee_id,
                "receipt",
                lambda env, transfer=transfer: env._(
                    "Did you get %(amount)s? %(title)s",
                    amount=transfer.amount_display,
                    title=self.title,
                ),
                subject="receipt",
            )

    def _release_money(self, reason):
        """Free what is set aside and end what waits for receipt."""
        for transfer in self._transfers().filtered(lambda one: one._is_live()):
            if transfer.state == "pending":
                transfer._deny()
            else:
                transfer._release(reason)

    def _in_hand(self, *states):
        """Return the payments that a decision now may touch.

        Those of the step in hand and of later ones; all where the deal was paid.
        """
        payments = self._payments(*states)
        if "paid" in (self.state, self.state_before):
            return payments
        return payments.filtered(lambda one: one.origin_part >= self.milestone)

    def _give_money_back(self, amounts=None, among=None):
        """Reverse what was paid: all, or ``{currency id: minor}``, the latest first.

        :param among: the payments that are given back; all of the deal by default
        :return: whether nothing of the deal's is left with who worked
        """
        among = self._payments("done") if among is None else among
        wanted = dict(amounts or {})
        for transfer in among.sorted("id", reverse=True):
            minor = left = transfer.amount_minor - transfer.reversed_minor
            if amounts is not None:
                currency_id = transfer.wezer_currency_id.id
                minor = min(left, wanted.get(currency_id, 0))
                wanted[currency_id] = wanted.get(currency_id, 0) - minor
            if minor:
                self._take_back(transfer, minor, "reverse")
        for currency_id, minor in wanted.items():
            if minor:
                self._refuse_more_than_paid(currency_id, amounts[currency_id], minor)
        return self._all_given_back()

    def _refuse_more_than_paid(self, currency_id, wanted, over):
        currency = self.env["wezer.currency"].browse(currency_id)
        raise Refusal(
            self.env._("More than what was paid cannot be given back."),
            rule="reverse",
            value=currency._format(wanted),
            limit=currency._format(wanted - over),
        )

    def _take_back(self, transfer, minor, act):
        self.attempt += 1
        transfer._reverse(minor, key=self._key(act, Part.of(transfer)))

    def _all_given_back(self):
        """Say whether nothing of what was paid is left with who worked."""
        return not any(
            one.amount_minor - one.reversed_minor for one in self._payments("done")
        )

    # === A PART OF IT, DECIDED === #

    def _split(self, minors):
        """Pay what was decided of the money in hand, free or give back the rest.

        Among several who work it is divided as the price was; the first steps are
        paid first.

        :param dict minors: ``{currency id: minor}``; what is left out is 0
        """
        if not any(minors.values()):
            raise Refusal(
                self.env._("Where nothing is paid, the deal is cancelled."),
                rule="amount",
            )
        self.attempt += 1
        in_hand = self._in_hand("reserved", "pending", "done")
        for currency in self.accepted_terms_id.price_line_ids.wezer_currency_id:
            self._split_currency(
                in_hand.filtered(
                    lambda one, currency=currency: one.wezer_currency_id == currency
                ),
                currency,
                minors.get(currency.id, 0),
            )

    def _split_currency(self, payments, currency, minor):
        paid = payments.filtered(lambda one: one.state == "done")
        kept = sum(one.amount_minor - one.reversed_minor for one in paid)
        agreed = kept + sum((payments - paid).mapped("amount_minor"))
        if minor > agreed:
            raise Refusal(
                self.env._("More than was agreed is not paid."),
                rule="amount",
                value=currency._format(minor),
                limit=currency._format(agreed),
            )
        due = self._split_among(payments, minor, agreed)
        for transfer in payments:
            self._split_part(transfer, due[transfer])

    def _split_among(self, payments, minor, agreed):
        """Return ``{payment: minor}``: what each who works receives, in proportion.

        What does not divide is the first one's, as with shares.
        """
        due, payees = dict.fromkeys(payments, 0), payments.payee_id
        first = payees.filtered(lambda one: one == self.payee_id) or payees[:1]
        rest = minor
        for payee in (payees - first) | first:
            mine = payments.filtered(lambda one, payee=payee: one.payee_id == payee)
            its = rest
            if payee != first:
                its = minor * sum(self._left(one) for one in mine) // (agreed or 1)
            rest -= its
            for transfer in mine:
                due[transfer] = min(its, self._left(transfer))
                its -= due[transfer]
            # What the first has no room for goes to the others.
            rest += its if payee == first else 0
        for transfer in payments:
            more = min(rest, self._left(transfer) - due[transfer])
            due[transfer] += more
            rest -= more
        return due

    def _left(self, transfer):
        return transfer.amount_minor - transfer.reversed_minor

    def _split_part(self, transfer, minor):
        part = Part.of(transfer)
        if transfer.state == "done":
            if self._left(transfer) > minor:
                back = self._left(transfer) - minor
                transfer._reverse(back, key=self._key("split", part))
            return
        if transfer.state == "pending":
            transfer._deny()
            if not minor:
                return
            transfer = self._reserve_part(part)
        if minor:
            transfer._settle(minor, key=self._key("split", part))
        else:
            transfer._release()
