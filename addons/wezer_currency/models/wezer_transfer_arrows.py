from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal

from .wezer_transfer import REQUEST_DAYS, RESERVE_DAYS, RESERVE_DAYS_MAX


class WezerTransfer(models.Model):
    """The public arrows: who, then state, then data (design, table of section 2)."""

    _inherit = "wezer.transfer"

    @api.model
    def _start(
        self,
        method,
        payer,
        payee,
        currency,
        amount,
        purpose,
        key,
        acting,
        side,
        asked=None,
        **extra,
    ):
        """Check who and data of a new transfer.

        :param str side: ``payer`` or ``payee``, whose arrow it is
        :param asked: what else the caller said, so that a key stands for it too
        :return: ``(transfer made before with this key, or empty, values)``
        """
        # Who first: ids that are not the caller's tell him nothing.
        caller = self._partner(payer if side == "payer" else payee)
        self.env.user._resolve_acting(acting, caller, "wallet")
        payer = self._party(payer, "payer")
        payee = self._party(payee, "payee")
        if payer == payee:
            raise Refusal(self.env._("Nobody pays himself."), rule="party")
        currency = self._open_currency(currency)
        minor = self._positive_amount(currency, amount)
        wallet = self.env["wezer.wallet"]._get(caller, currency)
        scope = f"{method}:{wallet.id}"
        key = self._key(key)
        data = [payer.id, payee.id, currency.id, minor, str(purpose or ""), asked]
        first = self._first_by_key(scope, key, data)
        if first:
            return first, {}
        vals = self._prepare_transfer_vals(
            payer, payee, currency, minor, purpose, **extra
        )
        if key:
            vals.update(key_scope=scope, key=key, key_hash=self._hash(data))
        return self.browse(), vals

    @api.model
    def pay(
        self,
        payer,
        payee,
        currency,
        amount,
        purpose="",
        key=None,
        acting_partner_id=None,
    ):
        """Pay ``amount`` from ``payer`` to ``payee``.

        :param int payer: partner id
        :param int payee: partner id
        :param int currency: id of a ``wezer.currency``
        :param str amount: as people write it, ``"1:30"`` or ``"12.50"``
        :param str key: the same key with the same data pays once
        :return: id of the transfer, done or (external) pending
        """
        return self._pay(
            "pay",
            "payment",
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting_partner_id,
        )

    @api.model
    def donate(
        self,
        payer,
        payee,
        currency,
        amount,
        purpose="",
        key=None,
        acting_partner_id=None,
    ):
        """Give ``amount``: like :meth:`pay`, and shown as a gift."""
        return self._pay(
            "donate",
            "donation",
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting_partner_id,
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
    ):
        """Issue ``amount`` of an issued currency from its treasury."""
        money = self._open_currency(currency)
        if money.kind != "issued" or money.treasury_partner_id.id != payer:
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
        )

    @api.model
    def _pay(self, method, kind, payer, payee, currency, amount, purpose, key, acting):
        first, vals = self._start(
            method, payer, payee, currency, amount, purpose, key, acting, "payer"
        )
        if first:
            return first.id
        # Who and data are checked: the row is made for the caller.
        money = self.env["wezer.currency"].sudo().browse(vals["wezer_currency_id"])
        if money.kind == "issued" and money.treasury_partner_id.id == vals["payer_id"]:
            kind = "issue"
        transfer = self.sudo().create({**vals, "kind": kind, "state": "done"})
        transfer._carry_out()
        transfer._tell_payee()
        return transfer.id

    def _tell_payee(self):
        """Leave the payee a notice of what came, or of what to confirm."""
        transfer = self
        if transfer.state == "done":
            transfer.payee_id._wezer_notify(
                "paid",
                self.env._(
                    "%(name)s paid you %(amount)s.",
                    name=transfer.payer_id.name,
                    amount=transfer.amount_display,
                ),
                url=f"/my/wallets/{transfer.payee_wallet_id.id}",
                right="wallet",
            )
        elif transfer.state == "pending":
            transfer._notify_side(
                transfer.payee_id,
                "receipt",
                self.env._(
                    "%(name)s says to have given you %(amount)s: did you get it?",
                    name=transfer.payer_id.name,
                    amount=transfer.amount_display,
                ),
            )

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
        )
        if first:
            return first.id
        until = fields.Datetime.now() + timedelta(days=REQUEST_DAYS)
        transfer = self.sudo().create({**vals, "state": "requested", "until": until})
        transfer._notify_side(
            transfer.payer_id,
            "request",
            self.env._(
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
    ):
        """Set ``amount`` aside for ``payee``.

        :param until: when it ends; 30 days unless given, at most a year
        """
        now = fields.Datetime.now()
        asked = str(until or "")
        try:
            until = fields.Datetime.to_datetime(until or False)
        except (ValueError, TypeError) as error:
            raise Refusal(
                self.env._("“%(text)s” is no date.", text=asked),
                rule="until",
                value=asked,
            ) from error
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

    def _begin(self, acting_partner_id, side, *states):
        """Check who (the actor of ``side``), origin and (where given) state."""
        self._check_readable()
        party = self.sudo()[side]
        self.env.user._resolve_acting(acting_partner_id, party, "wallet")
        self._check_no_origin()
        if states:
            self._check_state(*states)

    def action_accept(self, acting_partner_id=None):
        """Pay what was asked for."""
        self._begin(acting_partner_id, "payer_id", "requested")
        self.env["wezer.notice"]._settle(self)
        self._carry_out_accepted()
        return self.id

    def _carry_out_accepted(self):
        transfer = self.sudo()
        levies = self._levies_between(
            transfer.payer_wallet_id, transfer.payee_wallet_id, transfer.amount_minor
        )
        transfer.write({"levy_payer_minor": levies[0], "levy_payee_minor": levies[1]})
        transfer._carry_out()
        transfer._tell_payee()

    def action_refuse(self, acting_partner_id=None):
        """Refuse what was asked for."""
        self._begin(acting_partner_id, "payer_id", "requested")
        self._set_state("ended", end_reason="refused")
        self.env["wezer.notice"]._settle(self)
        return self.id

    def action_withdraw(self, acting_partner_id=None):
        """Take one's request back."""
        self._begin(acting_partner_id, "payee_id", "requested")
        self._set_state("ended", end_reason="withdrawn")
        self.env["wezer.notice"]._settle(self)
        return self.id

    def action_settle(self, amount=None, key=None, acting_partner_id=None):
        """Pay what was set aside, all or the ``amount`` given; the rest stays."""
        self._begin(acting_partner_id, "payer_id")
        currency = self.sudo().wezer_currency_id
        minor = self._positive_amount(currency, amount) if amount else None
        paid = self._settle_once(minor, self._key(key), "settle", keep_rest=True)
        return paid.id

    def action_release(self, acting_partner_id=None):
        """Let the payer have back what was set aside for one."""
        self._resolve_payee_or_moderator(acting_partner_id)
        self._check_no_origin()
        self._check_state("reserved")
        self._free("released")
        return self.id

    def action_confirm(self, acting_partner_id=None):
        """Say that the money came."""
        self._begin_receipt(acting_partner_id)
        self._receive()
        return self.id

    def action_deny(self, acting_partner_id=None):
        """Say that the money did not come."""
        self._begin_receipt(acting_partner_id)
        self._deny_receipt()
        return self.id

    def _begin_receipt(self, acting_partner_id):
        self._resolve_payee_or_moderator(acting_partner_id)
        self._check_no_origin()
        self._check_state("pending")

    def action_reverse(self, amount=None, key=None, acting_partner_id=None):
        """Give back what was received, all or part; charges come back with it."""
        self._resolve_payee_or_moderator(acting_partner_id)
        self._check_no_origin()
        currency = self.sudo().wezer_currency_id
        minor = self._positive_amount(currency, amount) if amount else None
        return self._give_back_once(minor, self._key(key), "reverse").id
