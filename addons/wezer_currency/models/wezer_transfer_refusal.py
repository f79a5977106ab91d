from psycopg2.errors import SerializationFailure

from odoo import api, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days, locks

# After so many refusals on the other side's account, none is tested that day.
TRIES_A_DAY = 5


class WezerTransfer(models.Model):
    """What a refusal says: all about one's own wallet, nothing about the other's."""

    _inherit = "wezer.transfer"

    @api.model
    def _other_side_refusal(self, pays):
        """Return the one sentence for all causes that lie with the other side."""
        return Refusal(
            self.env._("The other side cannot pay this amount now.")
            if pays
            else self.env._("The other side cannot receive this amount now."),
            rule="other_side",
        )

    def _refuse(self, answer, minor):
        """Say why the posting was refused: fully about one's own wallet only."""
        transfer = self.sudo()
        currency = transfer.wezer_currency_id
        own_side = answer.startswith("payer")
        wallet = transfer.payer_wallet_id if own_side else transfer.payee_wallet_id
        open_book = currency.balances_public or self.env.user._acts_for(
            wallet.partner_id, "wallet"
        )
        if not open_book:
            self._count_try(transfer.payer_id, transfer.payee_id)
            raise self._other_side_refusal(own_side)
        if answer.endswith("state"):
            self._check_wallet_open(wallet)
        lower, upper = wallet._limits()
        limit = (0 if lower is None else lower) if own_side else upper
        raise Refusal(
            self.env._(
                "%(name)s has %(available)s available, and the limit is %(limit)s:"
                " %(amount)s is too much.",
                name=wallet.partner_id.name,
                available=wallet.available_text,
                limit=currency._format(limit),
                amount=currency._format(minor),
            ),
            rule="limit",
            value=currency._format(minor),
            limit=currency._format(limit),
        )

    # === PROBING === #

    @api.model
    def _check_tries(self, payer, payee, pays=False):
        """Refuse untested whoever was refused too often for the other side today.

        Those who try at once wait for each other, and read what was counted in a
        transaction of its own, as it is counted: their own may have begun earlier.
        """
        locks.hold(self.env, "tries", payer.id)
        with self.env.registry.cursor() as cr:
            cr.execute(
                "SELECT tries FROM wezer_refused_try"
                " WHERE payer_id = %s AND payee_id = %s AND day = %s",
                [payer.id, payee.id, days.today(self.env)],
            )
            row = cr.fetchone()
        if row and row[0] >= TRIES_A_DAY:
            raise self._other_side_refusal(pays)

    @api.model
    def _count_try(self, payer, payee):
        """Count a refusal; kept although what is refused is rolled back."""
        for _attempt in range(3):
            try:
                # Not the posting's own transaction: nothing of money is in here.
                with self.env.registry.cursor() as cr:
                    cr.execute(
                        "INSERT INTO wezer_refused_try AS known VALUES (%s, %s, %s, 1)"
                        " ON CONFLICT (payer_id, payee_id, day)"
                        " DO UPDATE SET tries = known.tries + 1",
                        [payer.id, payee.id, days.today(self.env)],
                    )
                return
            except SerializationFailure:
                # Counted by somebody else at this moment: once more.
                continue

    @api.autovacuum
    def _forget_tries(self):
        self.env.cr.execute(
            "DELETE FROM wezer_refused_try WHERE day < %s", [days.today(self.env)]
        )
