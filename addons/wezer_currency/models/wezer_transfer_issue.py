from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days


class WezerTransfer(models.Model):
    """Issued money: the treasury issues it, redeems it, and books what it got."""

    _inherit = "wezer.transfer"

    money_move_id = fields.Many2one(
        "account.move",
        string="Booked",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups="account.group_account_readonly",
    )

    @api.model
    def issue(
        self,
        payer,
        payee,
        currency,
        amount,
        purpose="",
        key=None,
        acting_partner_id=None,
        category=None,
    ):
        """Issue ``amount`` of an issued currency from its treasury."""
        self._check_caller(payer)
        money = self._open_currency(currency)
        if not money._is_issued() or money.treasury_partner_id.id != payer:
            raise Refusal(
                self.env._("Only the treasury of an issued currency issues it."),
                rule="issue",
            )
        return self._pay(
            "issue",
            "issue",
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting_partner_id,
            category,
        )

    @api.model
    def top_up(
        self,
        payer,
        payee,
        currency,
        amount,
        purpose="",
        key=None,
        acting_partner_id=None,
        category=None,
    ):
        """Issue ``amount`` against money that came in, and book that money.

        :raise Refusal: rule ``value``, where a unit has no value in money
        """
        self._check_caller(payer)
        money = self._open_currency(currency)
        if not money._has_value():
            raise Refusal(
                self.env._(
                    "Say on the currency what a unit is worth, and which account"
                    " takes the money."
                ),
                rule="value",
            )
        transfer = self.browse(
            self.issue(
                payer,
                payee,
                currency,
                amount,
                purpose,
                key,
                acting_partner_id,
                category,
            )
        )
        # The treasury's actor was checked; booking is the community's own.
        transfer.sudo()._book_money(1)
        return transfer.id

    @api.model
    def redeem(
        self,
        payer,
        payee,
        currency,
        amount,
        purpose="",
        key=None,
        acting_partner_id=None,
        category=None,
    ):
        """Ask the treasury to take ``amount`` back; its actor accepts.

        :param int payer: the holder
        :param int payee: the currency's treasury
        """
        self._check_caller(payer)
        money = self._open_currency(currency)
        if not money._is_issued() or money.treasury_partner_id.id != payee:
            raise Refusal(
                self.env._("Only the treasury of an issued currency redeems it."),
                rule="redeem",
            )
        first, vals = self._start(
            "redeem",
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting_partner_id,
            "payer",
            category,
        )
        if first:
            return first.id
        transfer = self.sudo().create({**vals, "kind": "redeem", "state": "requested"})
        transfer._notify_side(
            transfer.payee_id,
            "request",
            lambda env: env._(
                "%(name)s asks to redeem %(amount)s.",
                name=transfer.payer_id.name,
                amount=transfer.amount_display,
            ),
        )
        return transfer.id

    # === BOOKING === #

    def _book_payout(self):
        """Book the money that goes out when the treasury redeems."""
        transfer = self.sudo()
        if transfer.kind == "redeem" and transfer.wezer_currency_id._has_value():
            transfer._book_money(-1)

    def _book_money(self, sign):
        """Book what was paid in (1) or out (-1) for this transfer, once."""
        self.ensure_one()
        if self.money_move_id:
            return
        currency = self.sudo().wezer_currency_id
        worth = sign * currency._worth(self.amount_minor)
        if not worth:
            return
        lines = [
            (currency.money_account_id, worth),
            (currency.treasury_account_id, -worth),
        ]
        member = self.payee_id if sign > 0 else self.payer_id
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": currency.journal_id.id,
                "date": days.day_of(self.env, self.date, self.company_id),
                "ref": f"{currency.code} {self.id}",
                "company_id": self.company_id.id,
                "line_ids": [
                    fields.Command.create(
                        {
                            "name": self.purpose or currency.name,
                            "account_id": account.id,
                            "partner_id": member.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in lines
                ],
            }
        )
        move.action_post()
        self.money_move_id = move
