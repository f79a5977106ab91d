from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal

from .wezer_transfer import REQUEST_DAYS, RESERVE_DAYS, RESERVE_DAYS_MAX


class WezerTransfer(models.Model):
    """The public arrows: who, then state, then data (design, table of section 2)."""

    _inherit = "wezer.transfer"

    @api.model
    def ask(
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
        """Ask ``payer`` for ``amount``; he has 30 days to answer."""
        first, vals = self._start(
            "ask",
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting_partner_id,
            "payee",
            category,
        )
        if first:
            return first.id
        until = fields.Datetime.now() + timedelta(days=REQUEST_DAYS)
        transfer = self.sudo().create({**vals, "state": "requested", "until": until})
        transfer._notify_side(
            transfer.payer_id,
            "request",
            lambda env: env._(
                "%(name)s asks you for %(amount)s.",
                name=transfer.payee_id.name,
                amount=transfer.amount_display,
            ),
        )
        return transfer.id

    @api.model
    def reserve(
        self,
        payer,
        payee,
        currency,
        amount,
        purpose="",
        key=None,
        acting_partner_id=None,
        until=None,
        category=None,
    ):
        """Set ``amount`` aside for ``payee``.

        :param until: when it ends; 30 days unless given, at most a year
        """
        self._check_caller(payer)
        now = fields.Datetime.now()
        asked = str(until or "")
        until = self._moment(until, "until")
        until = until or now + timedelta(days=RESERVE_DAYS)
        if not now < until <= now + timedelta(days=RESERVE_DAYS_MAX):
            raise Refusal(
                self.env._("Money can be set aside for a year at most."),
                rule="until",
                value=str(until),
                limit=str(RESERVE_DAYS_MAX),
            )
        first, vals = self._start(
            "reserve",
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting_partner_id,
            "payer",
            category,
            asked=asked,
            until=until,
        )
        if first:
            return first.id
        transfer = self.sudo().create({**vals, "state": "reserved"})
        transfer._hold()
        return transfer.id

    def _hold(self):
        """Set the amount and the payer's levy aside, limits checked."""
        self.ensure_one()
        transfer = self.sudo()
        self._move(
            reserved=transfer.amount_minor + transfer.levy_payer_minor,
            incoming=transfer.amount_minor,
        )

    # === ANSWERS === #

    def _begin(self, acting_partner_id, side, what, *states):
        """Check who (the actor of ``side``), origin and (where given) state."""
        self._check_readable()
        if self.sudo().kind == "redeem" and "requested" in states:
            # The holder asks here, and the treasury answers.
            side = {"payer_id": "payee_id", "payee_id": "payer_id"}[side]
        party = self.sudo()[side]
        self.env.user._resolve_acting(
            acting_partner_id, party, "wallet", what=what, record=self.sudo()
        )
        self._check_no_origin()
        if states:
            self._check_state(*states)

    def action_accept(self, acting_partner_id=None):
        """Pay what was asked for."""
        self._begin(acting_partner_id, "payer_id", "accept", "requested")
        self.env["wezer.notice"]._settle(self)
        self._carry_out_accepted()
        return self.id

    def _carry_out_accepted(self):
        transfer = self.sudo()
        levies = 0, 0
        if transfer.kind != "reversal":
            self._check_tries(transfer.payer_id, transfer.payee_id)
            levies = self._levies_between(
                transfer.payer_wallet_id,
                transfer.payee_wallet_id,
                transfer.amount_minor,
            )
        transfer.write({"levy_payer_minor": levies[0], "levy_payee_minor": levies[1]})
        transfer._carry_out()
        transfer._book_payout()
        self._end_claim()

    def action_refuse(self, acting_partner_id=None):
        """Refuse what was asked for."""
        self._begin(acting_partner_id, "payer_id", "refuse", "requested")
        self._check_no_claim()
        self._set_state("ended", end_reason="refused")
        self.env["wezer.notice"]._settle(self)
        return self.id

    def action_withdraw(self, acting_partner_id=None):
        """Take one's request back."""
        self._begin(acting_partner_id, "payee_id", "withdraw", "requested")
        self._waive_claim()
        self._set_state("ended", end_reason="withdrawn")
        self.env["wezer.notice"]._settle(self)
        return self.id

    def action_settle(self, amount=None, key=None, acting_partner_id=None):
        """Pay what was set aside, all or the ``amount`` given; the rest stays."""
        self._begin(acting_partner_id, "payer_id", "settle")
        currency = self.sudo().wezer_currency_id
        minor = self._positive_amount(currency, amount) if amount else None
        paid = self._settle_once(minor, self._key(key), "settle", keep_rest=True)
        return paid.id

    def action_release(self, acting_partner_id=None):
        """Let the payer have back what was set aside for one."""
        self._resolve_payee_or_moderator(acting_partner_id, "release")
        self._check_no_origin()
        self._check_state("reserved")
        self._free("released")
        return self.id

    def action_confirm(self, acting_partner_id=None):
        """Say that the money came."""
        self._begin_receipt(acting_partner_id, "confirm")
        self._receive()
        return self.id

    def action_deny(self, acting_partner_id=None):
        """Say that the money did not come."""
        self._begin_receipt(acting_partner_id, "deny")
        self._deny_receipt()
        return self.id

    def _begin_receipt(self, acting_partner_id, what):
        self._resolve_payee_or_moderator(acting_partner_id, what)
        self._check_no_origin()
        self._check_state("pending")

    def action_reverse(self, amount=None, key=None, acting_partner_id=None):
        """Give back what was received, all or part; charges come back with it."""
        self._resolve_payee_or_moderator(acting_partner_id, "reverse")
        self._check_no_origin()
        currency = self.sudo().wezer_currency_id
        minor = self._positive_amount(currency, amount) if amount else None
        return self._give_back_once(minor, self._key(key), "reverse").id
