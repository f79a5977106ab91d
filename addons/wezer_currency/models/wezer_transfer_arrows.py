from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from ..tools.amounts import proportion
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
        vals = self._prepare_transfer_vals(payer, payee, currency, minor, purpose, **extra)
        if key:
            vals.update(key_scope=scope, key=key, key_hash=self._hash(data))
        return self.browse(), vals

    @api.model
    def pay(
        self, payer, payee, currency, amount, purpose="", key=None, acting_partner_id=None
    ):
        """Pay ``amount`` from ``payer`` to ``payee``.

        :param int payer: partner id
        :param int payee: partner id
        :param int currency: id of a ``wezer.currency``
        :param str amount: as people write it, ``"1:30"`` or ``"12.50"``
        :param str key: the same key with the same data pays once
        :return: id of the transfer, done or (external) pending
        """
        return self._pay("pay", "payment", payer, payee, currency, amount, purpose, key, acting_partner_id)

    @api.model
    def donate(
        self, payer, payee, currency, amount, purpose="", key=None, acting_partner_id=None
    ):
        """Give ``amount``: like :meth:`pay`, and shown as a gift."""
        return self._pay("donate", "donation", payer, payee, currency, amount, purpose, key, acting_partner_id)

    @api.model
    def issue(
        self, payer, payee, currency, amount, purpose="", key=None, acting_partner_id=None
    ):
        """Issue ``amount`` of an issued currency from its treasury."""
        money = self._open_currency(currency)
        if money.kind != "issued" or money.treasury_partner_id.id != payer:
            raise Refusal(
                self.env._("Only the treasury of an issued currency issues it."), rule="issue"
            )
        return self._pay("issue", "issue", payer, payee, currency, amount, purpose, key, acting_partner_id)

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
        self, payer, payee, currency, amount, purpose="", key=None, acting_partner_id=None
    ):
        """Ask ``payer`` for ``amount``; he has 30 days to answer."""
        first, vals = self._start(
            "ask", payer, payee, currency, amount, purpose, key, acting_partner_id, "payee"
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
        """Set ``amount`` aside for ``payee`` until ``until`` (30 days, at most a year)."""
        now = fields.Datetime.now()
        asked = str(until or "")
        try:
            until = fields.Datetime.to_datetime(until or False)
        except (ValueError, TypeError) as error:
            raise Refusal(
                self.env._("“%(text)s” is no date.", text=asked), rule="until", value=asked
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

    # === WORK SHARED WITH THE ORIGIN'S TWINS: state and data, no "who" === #

    def _free(self, reason):
        """Free what is set aside or promised and end."""
        transfer = self.sudo()
        held, levy = transfer._held()
        self._move(reserved=-(held + levy), incoming=-held, check=False)
        self._set_state("ended", end_reason=reason)

    def _held(self):
        """Return ``(amount, levy of the payer)`` still set aside by this row."""
        transfer = self.sudo()
        if transfer.state == "pending":
            return transfer.amount_minor, 0
        rest = transfer.amount_minor - transfer.settled_minor
        spent = proportion(
            transfer.levy_payer_minor, transfer.settled_minor, transfer.amount_minor
        )
        return rest, transfer.levy_payer_minor - spent

    def _levy_part(self, levy, minor):
        """Return the part of ``levy`` that goes with the next ``minor`` settled."""
        done, total = self.settled_minor, self.amount_minor
        return proportion(levy, done + minor, total) - proportion(levy, done, total)

    def _settle_once(self, minor, key, method, keep_rest=False):
        """Settle, or return what the same ``key`` settled before."""
        transfer = self.sudo()
        if key and transfer.done_key == key and transfer.state in ("pending", "done"):
            return transfer
        scope, data = f"{method}:{transfer._key_owner()}", [transfer.id, minor, keep_rest]
        first = self._first_by_key(scope, key, data)
        if first:
            return first
        self._check_state("reserved")
        extra = {}
        if key:
            extra = {"key_scope": scope, "key": key, "key_hash": self._hash(data)}
        return self._settle_held(minor, keep_rest=keep_rest, **extra)

    def _give_back_once(self, minor, key, method):
        """Give back, or return what the same ``key`` gave back before."""
        transfer = self.sudo()
        scope, data = f"{method}:{transfer._key_owner()}", [transfer.id, minor]
        first = self._first_by_key(scope, key, data)
        if first:
            return first
        self._check_state("done")
        extra = {}
        if key:
            extra = {"key_scope": scope, "key": key, "key_hash": self._hash(data)}
        return self._give_back(minor, **extra)

    def _key_owner(self):
        """Return whose namespace a key of this transfer's arrows lives in."""
        return self.origin_model or str(self.id)

    def _settle_held(self, minor=None, keep_rest=False, **extra):
        """Pay from what is held; never refused for a limit.

        :return: the transfer that is done or pending
        """
        transfer = self.sudo()
        held, held_levy = transfer._held()
        minor = held if minor is None else minor
        if not 0 < minor <= held:
            raise Refusal(
                self.env._("More than what is set aside cannot be paid from it."),
                rule="held",
                value=transfer.wezer_currency_id._format(minor),
                limit=transfer.wezer_currency_id._format(held),
            )
        if minor == transfer.amount_minor:
            self._pay_held(transfer, minor, held_levy, transfer.levy_payee_minor)
            transfer.done_key = extra.get("key")
            return transfer
        payment = transfer.create(
            {
                **transfer._prepare_transfer_vals(
                    transfer.payer_id,
                    transfer.payee_id,
                    transfer.wezer_currency_id,
                    minor,
                    transfer.purpose,
                ),
                "origin_model": transfer.origin_model,
                "origin_id": transfer.origin_id,
                "parent_id": transfer.id,
                "state": "done",
                **extra,
            }
        )
        # Parts take their levy from what is held, never more in all.
        payment.levy_payer_minor = transfer._levy_part(transfer.levy_payer_minor, minor)
        payment.levy_payee_minor = transfer._levy_part(transfer.levy_payee_minor, minor)
        self._pay_held(
            payment, minor, payment.levy_payer_minor, payment.levy_payee_minor
        )
        transfer.settled_minor += minor
        if transfer.settled_minor == transfer.amount_minor:
            self._set_state("ended", end_reason="settled")
        elif not keep_rest:
            self._free("settled")
        return payment

    def _pay_held(self, payment, minor, levy_payer, levy_payee):
        payment = payment.sudo()
        if payment.wezer_currency_id.external:
            # What was set aside stays promised until it is received.
            payment._set_state("pending")
            return
        payment._move(
            amount=minor,
            reserved=-(minor + levy_payer),
            incoming=-minor,
            check=False,
            levies=(levy_payer, levy_payee),
        )
        payment._set_state("done")

    def _receive(self):
        transfer = self.sudo()
        amount = transfer.amount_minor
        self._move(reserved=-amount, incoming=-amount, check=False)
        self._set_state("done")
        self.env["wezer.notice"]._settle(self)

    def _deny_receipt(self):
        self._free("denied")
        transfer = self.sudo()
        if transfer.kind == "reversal":
            # What did not come back may be given back again.
            transfer.parent_id.reversed_minor -= transfer.amount_minor
        self.env["wezer.notice"]._settle(self)

    def _give_back(self, minor=None, **extra):
        """Make the linked transfer that gives back ``minor`` (all when None)."""
        transfer = self.sudo()
        if transfer.kind == "reversal":
            raise Refusal(self.env._("What was given back stays so."), rule="reversal")
        left = transfer.amount_minor - transfer.reversed_minor
        minor = left if minor is None else minor
        if not 0 < minor <= left:
            raise Refusal(
                self.env._("More than what was paid cannot be given back."),
                rule="reverse",
                value=transfer.wezer_currency_id._format(minor),
                limit=transfer.wezer_currency_id._format(left),
            )
        currency = transfer.wezer_currency_id
        before, after = transfer.reversed_minor, transfer.reversed_minor + minor
        transfer.reversed_minor = after
        vals = transfer._prepare_transfer_vals(
            transfer.payee_id, transfer.payer_id, currency, minor, transfer.purpose
        )
        reversal = transfer.create(
            {
                **vals,
                "kind": "reversal",
                "levy_payer_minor": 0,
                "levy_payee_minor": 0,
                "parent_id": transfer.id,
                "origin_model": transfer.origin_model,
                "origin_id": transfer.origin_id,
                "state": "pending" if currency.external else "done",
                **extra,
            }
        )
        if currency.external:
            reversal._move(reserved=minor, incoming=minor, check=False)
            return reversal
        self._return_levies(reversal, before, after)
        if currency.kind != "mutual_credit":
            self._check_not_below_zero(reversal, minor)
        reversal._move(amount=minor, check=False)
        return reversal

    def _check_not_below_zero(self, reversal, minor):
        available = reversal.payer_wallet_id._balance_now() - reversal.payer_wallet_id.reserved
        if available < minor and not reversal.payer_wallet_id.is_system:
            currency = reversal.wezer_currency_id
            raise Refusal(
                self.env._("There is not enough left to give back."),
                rule="issued",
                value=currency._format(minor),
                limit=currency._format(max(available, 0)),
            )

    def _return_levies(self, reversal, before, after):
        """Give both sides' levies back, in proportion, never more in all."""
        transfer = self.sudo()
        total = transfer.amount_minor
        treasury = self.env["wezer.wallet"]._get(
            transfer.wezer_currency_id.treasury_partner_id, transfer.wezer_currency_id
        )
        for wallet, levy in (
            (transfer.payer_wallet_id, transfer.levy_payer_minor),
            (transfer.payee_wallet_id, transfer.levy_payee_minor),
        ):
            back = proportion(levy, after, total) - proportion(levy, before, total)
            if back:
                self.env.cr.execute(
                    "SELECT wezer_move(%s, %s, %s, 'levy', %s, 0, 0, NULL, 0, 0,"
                    " TRUE, FALSE, %s)",
                    [reversal.id, treasury.id, wallet.id, back, fields.Datetime.now()],
                )

    # === CLOCKS === #

    @api.model
    def _cron_expire(self):
        """End requests and free reservations whose date has passed."""
        late = self.search(
            [
                ("state", "in", ("requested", "reserved")),
                ("until", "<", fields.Datetime.now()),
                ("origin_model", "=", False),
            ],
            limit=500,
        )
        for transfer in late:
            if transfer.state == "requested":
                transfer._set_state("ended", end_reason="expired")
            else:
                transfer._free("expired")
            self.env["wezer.notice"]._settle(transfer)
