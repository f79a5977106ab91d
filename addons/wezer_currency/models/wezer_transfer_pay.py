from psycopg2.errors import (
    LockNotAvailable,
    NumericValueOutOfRange,
    UniqueViolation,
)

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import locks
from odoo.addons.wezer_base.tools.clock import each_due
from odoo.addons.wezer_base.tools.numbers import is_id

from ..tools import amounts
from ..tools.texts import cleaned, storable
from .wezer_transfer import KEY_LENGTH, PURPOSE_LENGTH

PLAIN = """SELECT wezer_pay_plainly(
    %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""


class WezerTransfer(models.Model):
    """Paying: the plain case in one call of the database, the rest step by step."""

    _inherit = "wezer.transfer"

    @api.model
    def _key_data(self, payer, payee, currency, minor, purpose, category, asked=None):
        """Return what a key stands for, so that other data are refused."""
        data = [payer, payee, currency, minor, str(purpose or ""), asked]
        return data + [category] if category else data

    @api.model
    def _check_caller(self, party):
        """Ask who may before anything else is looked at; :meth:`_start` asks again."""
        self.env.user._check_acts_for(self._partner(party), "wallet")

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
        category=None,
        asked=None,
        guarded=False,
        **extra,
    ):
        """Check who and data of a new transfer.

        :param str side: ``payer`` or ``payee``, whose arrow it is
        :param bool guarded: who may was asked, and logged, before
        :param asked: what else the caller said, so that a key stands for it too
        :return: ``(transfer made before with this key, or empty, values)``
        """
        # Who first: ids that are not the caller's tell him nothing.
        caller = self._partner(payer if side == "payer" else payee)
        if not guarded:
            self.env.user._resolve_acting(acting, caller, "wallet", what=method)
        payer = self._party(payer, "payer")
        payee = self._party(payee, "payee")
        if payer == payee:
            raise Refusal(self.env._("Nobody pays himself."), rule="party")
        currency = self._open_currency(currency)
        minor = self._positive_amount(currency, amount)
        category = self._purpose_category(currency, category)
        if side == "payer":
            # Asking tests nobody's wallet; accepting does, and is counted.
            self._check_tries(payer, payee)
        wallet = self.env["wezer.wallet"]._get(caller, currency)
        scope = f"{method}:{wallet.id}"
        key = self._key(key)
        data = self._key_data(
            payer.id, payee.id, currency.id, minor, purpose, category, asked
        )
        first = self._first_by_key(scope, key, data)
        if first:
            return first, {}
        self._check_wallet_open(wallet)
        vals = self._prepare_transfer_vals(
            payer, payee, currency, minor, purpose, category_id=category, **extra
        )
        if key:
            vals.update(key_scope=scope, key=key, key_hash=self._hash(data))
        return self.browse(), vals

    @api.model
    def _check_wallet_open(self, wallet):
        """Let nothing new begin on a wallet of one's own that is frozen or closed."""
        if wallet.state != "open":
            raise Refusal(
                self.env._(
                    "The wallet of %(name)s is not open.", name=wallet.partner_id.name
                ),
                rule="state",
                value=wallet.state,
            )

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
        category=None,
    ):
        """Pay ``amount`` from ``payer`` to ``payee``.

        :param int payer: partner id
        :param int payee: partner id
        :param int currency: id of a ``wezer.currency``
        :param str amount: as people write it, ``"1:30"`` or ``"12.50"``
        :param str key: the same key with the same data pays once
        :param int category: what kind of purpose, id of a ``wezer.category``
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
            category,
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
        category=None,
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
            category,
        )

    @api.model
    def _pay(
        self,
        method,
        kind,
        payer,
        payee,
        currency,
        amount,
        purpose,
        key,
        acting,
        category=None,
    ):
        plain = (method, kind, payer, payee, currency, amount, purpose, key, category)
        if acting in (None, False, payer) and (done := self._pay_plainly(*plain)):
            return done
        caller = self._partner(payer)
        other = caller != self.env.user.partner_id
        if other:
            self.env.user._resolve_acting(acting, caller, "wallet", what=method)
            if done := self._pay_plainly(*plain, guarded=True):
                return done
        first, vals = self._start(
            method,
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting,
            "payer",
            category,
            guarded=other,
        )
        if first:
            return first.id
        money = self.env["wezer.currency"].sudo().browse(vals["wezer_currency_id"])
        if money._is_issued() and money.treasury_partner_id.id == vals["payer_id"]:
            kind = "issue"
        # Who and data are checked: the row is made for the caller.
        transfer = self.sudo().create({**vals, "kind": kind, "state": "done"})
        transfer._carry_out()
        return transfer.id

    @api.model
    def _pay_plainly(
        self,
        method,
        kind,
        payer,
        payee,
        currency,
        amount,
        purpose,
        key,
        category,
        guarded=False,
    ):
        """Pay in one call of the database; None where the case is not plain.

        That call asks who, state and data itself (``posting_pay.sql``). What
        it does not do is done, or refused with its reason, step by step.
        """
        user, key = self.env.user, str(key or "") or None
        plain = all(is_id(one) for one in (payer, payee, currency))
        if not plain or payer == payee or len(key or "") > KEY_LENGTH:
            return None
        if not storable(key or ""):
            return None
        unit = self.env["wezer.currency"]._unit_of(currency)
        if not unit or not user._wezer_is_person() or not isinstance(amount, str):
            return None
        if category:
            category = self._purpose_category(self.env["wezer.currency"], category)
        try:
            minor = amounts.parse(amount, *unit)
        except amounts.AmountError:
            return None
        if minor <= 0:
            return None
        self.env.flush_all()
        data = self._key_data(payer, payee, currency, minor, purpose, category)
        purpose = cleaned(purpose, PURPOSE_LENGTH)
        try:
            self.env.cr.execute(
                PLAIN,
                [
                    user.id,
                    guarded,
                    payer,
                    payee,
                    currency,
                    minor,
                    unit[0],
                    kind,
                    purpose,
                    category or None,
                    method,
                    key,
                    self._hash(data) if key else None,
                    fields.Datetime.now(),
                ],
                # Two at once are retried: no error of anybody's.
                log_exceptions=False,
            )
        except UniqueViolation as error:
            # The same key at the same moment: the retry finds the first result.
            raise ConcurrencyError("the same key at the same moment") from error
        except NumericValueOutOfRange as error:
            raise Refusal(
                self.env._("This amount is larger than the ledger can count."),
                rule="amount",
            ) from error
        except LockNotAvailable as error:
            raise locks.Busy(self.env) from error
        # Read before anything else is flushed through the same cursor.
        transfer_id = self.env.cr.fetchone()[0]
        self.env["wezer.wallet"]._forget_sums()
        return transfer_id

    # === TELLING === #

    @api.model
    def _cron_tell(self):
        """Leave the notices of what was paid; beside the payments, which are fast."""
        each_due(self.sudo(), [("notice_pending", "=", True)], lambda one: one._tell())

    def _tell(self):
        """Tell those concerned of these transfers, once."""
        for transfer in self.sudo().filtered("notice_pending"):
            transfer.notice_pending = False
            if transfer.state == "done" and not transfer.origin_model:
                transfer._tell_payee()
            if transfer.beyond_limit:
                transfer._tell_moderators()

    def _tell_moderators(self):
        moderators = self.env.ref("wezer_base.group_moderator").all_user_ids
        moderators.partner_id._wezer_notify(
            "limit",
            lambda env: env._(
                "%(payer)s paid %(payee)s %(amount)s, beyond a limit.",
                payer=self.payer_id.name,
                payee=self.payee_id.name,
                amount=self.amount_display,
            ),
            url="/my/notices",
        )

    def _tell_payee(self):
        """Leave the payee a notice of what came, or of what to confirm."""
        transfer = self
        if transfer.state == "done":
            transfer.payee_id._wezer_notify(
                "paid",
                lambda env: env._(
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
                lambda env: env._(
                    "%(name)s says to have given you %(amount)s: did you get it?",
                    name=transfer.payer_id.name,
                    amount=transfer.amount_display,
                ),
            )
