from odoo import models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_currency.tools.amounts import proportion


class WezerProposition(models.Model):
    """The deal's money, by the twins of ``wezer.transfer``; the arrows call it.

    Posting keys: deal, round, currency, act and attempt.
    """

    _inherit = "wezer.proposition"

    def _transfers(self):
        return self.env["wezer.transfer"]._of_origin(self)

    def _key(self, act, currency):
        round_number = self.accepted_terms_id.round
        return f"{self.id}/{round_number}/{currency.id}/{act}/{self.attempt}"

    def _reserve_money(self, lines=None):
        """Set exactly the accepted amounts aside, under the caller's own name."""
        self.ensure_one()
        transfers = self.env["wezer.transfer"].with_user(self.env.user)
        for line in lines or self.accepted_terms_id.price_line_ids:
            transfers._reserve(
                self,
                self.payer_id,
                self.payee_id,
                line.wezer_currency_id,
                line.total_minor,
                self.title,
                self._key("reserve", line.wezer_currency_id),
                category=self.sudo().announcement_id.category_id,
            )

    def _due_minor(self, line):
        """Return what is due of a price line: less delivered pays less."""
        agreed = self.accepted_terms_id.quantity
        delivered = self.delivered_quantity or agreed
        if delivered >= agreed:
            return line.total_minor
        # Quantities count to 1/10,000, as announced; integers only.
        return proportion(
            line.total_minor, round(delivered * 10000), round(agreed * 10000)
        )

    def _pay_parts(self, party):
        """Pay what is neither settled nor pending, then follow the money's state."""
        self.ensure_one()
        transfers = self._transfers().filtered(lambda one: one.kind != "reversal")
        for line in self.accepted_terms_id.price_line_ids:
            currency = line.wezer_currency_id
            mine = transfers.filtered(
                lambda one, currency=currency: one.wezer_currency_id == currency
            )
            if mine.filtered(lambda one: one.state in ("done", "pending")):
                continue
            held = mine.filtered(lambda one: one.state == "reserved")[:1]
            if not held:
                # It was denied: only this part is due again.
                self._reserve_money(line)
                held = self._transfers().filtered(
                    lambda one, currency=currency: (
                        one.wezer_currency_id == currency and one.state == "reserved"
                    )
                )[:1]
            due = self._due_minor(line)
            if due:
                held._settle(due, key=self._key("settle", currency))
            else:
                held._release()
        self._log("pay", party)
        self._follow_money()

    def _follow_money(self):
        """Paid when nothing waits for receipt, else confirming."""
        pending = self._transfers().filtered(lambda one: one.state == "pending")
        if pending:
            self._set_state("confirming")
            receiver = pending[:1].payee_id
            self._tell(
                receiver,
                "receipt",
                lambda env: env._(
                    "Did you get %(amount)s? %(title)s",
                    amount=pending[:1].amount_display,
                    title=self.title,
                ),
            )
            return
        self._become_paid()

    def _release_money(self, reason):
        """Free what is set aside and end what waits for receipt."""
        for transfer in self._transfers().filtered(lambda one: one._is_live()):
            if transfer.state == "pending":
                transfer._deny()
            else:
                transfer._release(reason)

    def _give_money_back(self, amounts=None):
        """Reverse what was paid: all, or ``{currency id: minor}``.

        :return: whether everything of the deal was given back
        """
        whole = True
        for transfer in self._transfers().filtered(
            lambda one: one.state == "done" and one.kind != "reversal"
        ):
            left = transfer.amount_minor - transfer.reversed_minor
            if not left:
                continue
            minor = left
            if amounts is not None:
                minor = amounts.get(transfer.wezer_currency_id.id, 0)
                if minor > left:
                    raise Refusal(
                        self.env._("More than what was paid cannot be given back."),
                        rule="reverse",
                        value=transfer.wezer_currency_id._format(minor),
                        limit=transfer.wezer_currency_id._format(left),
                    )
            if minor:
                self.attempt += 1
                transfer._reverse(
                    minor, key=self._key("reverse", transfer.wezer_currency_id)
                )
            whole = whole and minor == left
        return whole
