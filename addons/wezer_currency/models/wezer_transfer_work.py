from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import locks
from odoo.addons.wezer_base.tools.clock import each_due

from ..tools.amounts import proportion


class WezerTransfer(models.Model):
    """The work behind the arrows, shared with an origin's twins.

    State and data only: who may was asked by the arrow, or by the origin's.
    """

    _inherit = "wezer.transfer"

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
        scope, data = (
            f"{method}:{transfer._key_owner()}",
            [transfer.id, minor, keep_rest],
        )
        whole = minor == transfer.amount_minor and not transfer.settled_minor
        if not (whole and transfer.origin_model):
            # Of an origin, whose keys are made by code, all of it is settled by itself.
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
                "category_id": transfer.category_id.id,
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
        given = transfer.reversed_minor - transfer.claim_minor
        transfer.reversed_minor += minor
        taken = minor
        if currency._is_issued():
            taken = self._takeable(given, minor)
        if taken < minor:
            claim = self._claim(minor - taken, **({} if taken else extra))
            if not taken:
                return claim
        vals = transfer._prepare_transfer_vals(
            transfer.payee_id, transfer.payer_id, currency, taken, transfer.purpose
        )
        reversal = transfer.create(
            {
                **vals,
                "kind": "reversal",
                "levy_payer_minor": 0,
                "levy_payee_minor": 0,
                "parent_id": transfer.id,
                "category_id": transfer.category_id.id,
                "origin_model": transfer.origin_model,
                "origin_id": transfer.origin_id,
                "state": "pending" if currency.external else "done",
                **extra,
            }
        )
        if currency.external:
            reversal._move(reserved=taken, incoming=taken, check=False)
            return reversal
        self._return_levies(reversal, given, given + taken)
        reversal._move(amount=taken, check=False)
        lower = reversal.payer_wallet_id._limits()[0]
        reversal.notice_pending = True
        if lower is not None and reversal.payer_wallet_id.available < lower:
            # It passed all the same, and says so.
            reversal.beyond_limit = not reversal.payer_wallet_id.is_system
        return reversal

    def _return_levies(self, reversal, before, after):
        """Give both sides' levies back, in proportion, never more in all."""
        transfer = self.sudo()
        treasury = self.env["wezer.wallet"]._get(
            transfer.wezer_currency_id.treasury_partner_id, transfer.wezer_currency_id
        )
        for wallet, levy in (
            (transfer.payer_wallet_id, transfer.levy_payer_minor),
            (transfer.payee_wallet_id, transfer.levy_payee_minor),
        ):
            back = self._levy_back(levy, before, after)
            if back:
                self.env.cr.execute(
                    "SELECT wezer_move(%s, %s, %s, 'levy', %s, 0, 0, NULL, 0, 0,"
                    " TRUE, FALSE, %s)",
                    [reversal.id, treasury.id, wallet.id, back, fields.Datetime.now()],
                )

    def _levy_back(self, levy, before, after):
        """Return the part of ``levy`` that goes back with what is given back."""
        total = self.amount_minor
        return proportion(levy, after, total) - proportion(levy, before, total)

    # === CLAIMS: issued money that is not there any more === #

    def _takeable(self, given, minor):
        """Return how much of ``minor`` the payee has; the rest stays a claim.

        Nobody goes below zero in issued money. His own levy comes back first.
        """
        transfer = self.sudo()
        wallet = transfer.payee_wallet_id
        if wallet.is_system:
            return minor
        self.env["wezer.wallet"].flush_model()
        # Locked and read in one: what changed meanwhile makes us begin anew.
        rows = locks.execute_locking(
            self.env,
            "SELECT (balance - reserved)::text FROM wezer_wallet WHERE id = %s"
            " FOR NO KEY UPDATE",
            [wallet.id],
        )
        available = int(rows[0][0])
        levy, taken = transfer.levy_payee_minor, min(minor, max(available, 0))
        for _round in range(3):
            back = transfer._levy_back(levy, given, given + taken)
            taken = min(minor, max(available + back, 0))
        if taken > available + transfer._levy_back(levy, given, given + taken):
            taken = min(minor, max(available, 0))
        return taken

    def _claim(self, minor, **extra):
        """Leave a claim for what could not be taken back; it does not lapse."""
        transfer = self.sudo()
        transfer.claim_minor += minor
        vals = transfer._prepare_transfer_vals(
            transfer.payee_id,
            transfer.payer_id,
            transfer.wezer_currency_id,
            minor,
            transfer.purpose,
        )
        claim = transfer.create(
            {
                **vals,
                "kind": "reversal",
                "levy_payer_minor": 0,
                "levy_payee_minor": 0,
                "parent_id": transfer.id,
                "category_id": transfer.category_id.id,
                "state": "requested",
                **extra,
            }
        )
        claim._notify_side(
            claim.payer_id,
            "request",
            lambda env: env._(
                "You owe %(name)s %(amount)s, to be given back.",
                name=claim.payee_id.name,
                amount=claim.amount_display,
            ),
        )
        return claim

    def _is_claim(self):
        return self.sudo().kind == "reversal" and not self.sudo().origin_model

    def _check_no_claim(self):
        if self._is_claim():
            raise Refusal(
                self.env._("What is to be given back cannot be refused."), rule="claim"
            )

    def _end_claim(self):
        """Count an accepted claim as given back, its levies with it."""
        if self._is_claim():
            claim, paid = self.sudo(), self.sudo().parent_id
            given = paid.reversed_minor - paid.claim_minor
            paid._return_levies(claim, given, given + claim.amount_minor)
            paid.claim_minor -= claim.amount_minor

    def _waive_claim(self):
        """Give a claim up: it may be given back another time."""
        if self._is_claim():
            claim = self.sudo()
            claim.parent_id.claim_minor -= claim.amount_minor
            claim.parent_id.reversed_minor -= claim.amount_minor

    # === CLOCKS === #

    @api.model
    def _cron_expire(self):
        """End requests and free reservations whose date has passed."""
        late = [
            ("state", "in", ("requested", "reserved")),
            ("until", "<", fields.Datetime.now()),
            ("origin_model", "=", False),
        ]
        each_due(self, late, lambda one: one._expire())

    def _expire(self):
        if self.state == "requested":
            self._set_state("ended", end_reason="expired")
        else:
            self._free("expired")
        self.env["wezer.notice"]._settle(self)
