from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import locks

from .fields_bigint import BigInteger

# Wallets whose available sum lies beyond the limit that holds for them today.
BEYOND = """(SELECT w.id FROM wezer_wallet w
    JOIN wezer_currency c ON c.id = w.wezer_currency_id
   WHERE wezer_spendable(w, c) < 0
      OR (w.balance + w.incoming > greatest(wezer_upper_limit(w, c), 0)
          AND wezer_upper_limit(w, c) IS NOT NULL))"""


class WezerWallet(models.Model):
    """Closing a wallet, who is beyond a limit, and credit that a group passes down."""

    _inherit = "wezer.wallet"

    beyond_limit = fields.Boolean(
        string="Beyond a limit",
        compute="_compute_beyond_limit",
        search="_search_beyond_limit",
        groups="wezer_base.group_moderator,wezer_base.group_administrator",
    )

    def _compute_beyond_limit(self):
        found = self.search([("id", "in", self.ids), ("beyond_limit", "=", True)])
        for wallet in self:
            wallet.beyond_limit = wallet in found

    def _search_beyond_limit(self, operator, value):
        if operator != "in":
            return NotImplemented
        # True and False at once is everything.
        limits = ("has_lower", "lower_limit", "has_upper", "upper_limit")
        money = self.env["wezer.currency"]._fields
        beyond = SQL(
            BEYOND,
            to_flush=[
                *(self._fields[name] for name in ("own_limits", *limits)),
                *(money[name] for name in ("limit_policy", *limits)),
            ],
        )
        if {True, False} <= set(value):
            return Domain.TRUE
        return Domain("id", "in" if True in value else "not in", beyond)

    # === STATES === #

    def action_close(self):
        """Close a wallet: nothing new, history kept; only when nothing is open."""
        self._check_moderator()
        for wallet in self.sudo():
            locks.execute_locking(
                self.env,
                "SELECT state FROM wezer_wallet WHERE id = %s FOR NO KEY UPDATE",
                [wallet.id],
            )
            open_rows = self.env["wezer.transfer"].sudo()
            waiting = open_rows.search_count(
                [
                    ("state", "in", ("requested", "scheduled", "reserved", "pending")),
                    "|",
                    ("payer_wallet_id", "=", wallet.id),
                    ("payee_wallet_id", "=", wallet.id),
                ],
                limit=1,
            )
            if waiting or wallet.reserved or wallet.incoming:
                raise Refusal(
                    self.env._(
                        "The wallet of %(name)s still has something open.",
                        name=wallet.partner_id.name,
                    ),
                    rule="open",
                )
            if wallet._balance_now():
                raise Refusal(
                    self.env._(
                        "The wallet of %(name)s is at %(balance)s: bring it to zero"
                        " first, by a payment or a gift.",
                        name=wallet.partner_id.name,
                        balance=wallet.balance_text,
                    ),
                    rule="balance",
                    value=wallet.balance_text,
                    limit="0",
                )
            wallet.state = "closed"

    def action_reopen(self):
        """Open a closed wallet again."""
        self._check_moderator()
        self.sudo().filtered(lambda wallet: wallet.state == "closed").state = "open"

    # === CREDIT PASSED DOWN === #

    @api.model
    def pass_credit(
        self, payer, payee, currency, amount, back=False, acting_partner_id=None
    ):
        """Give a party below one's own part of one's credit, never more.

        What one may spend below zero shrinks by what the other's grows, so that
        founding groups multiplies nothing.

        :param int payer: the party above, whose credit it is
        :param int payee: a party of a group below it
        :param str amount: as text, ``"20:00"``
        :param bool back: take back what was given, as far as it is unspent
        """
        transfers = self.env["wezer.transfer"]
        above = transfers._partner(payer)
        self.env.user._resolve_acting(
            acting_partner_id, above, "wallet", what="pass_credit"
        )
        below = transfers._party(payee, "payee")
        money = transfers._open_currency(currency)
        if above not in below._wezer_partners_above():
            raise NotAllowed(
                self.env._("Credit is passed to the groups below one's own."),
                rule="below",
            )
        if money.kind != "mutual_credit":
            raise Refusal(
                self.env._("Only mutual credit has credit to pass."), rule="kind"
            )
        minor = transfers._positive_amount(money, amount)
        first, second = self._get(above, money), self._get(below, money)
        given = self.env["wezer.wallet.credit"].sudo()._between(first, second)
        giver, taker = (second, first) if back else (first, second)
        if back:
            transfers._check_tries(above, below, pays=True)
        if back and minor > given.minor:
            raise Refusal(
                self.env._("No more is taken back than was passed down."),
                rule="back",
                value=money._format(minor),
                limit=money._format(given.minor),
            )
        self._shift_credit(giver, taker, minor)
        given.minor += -minor if back else minor
        return minor

    @api.model
    def _shift_credit(self, giver, taker, minor):
        self.env["wezer.wallet"].flush_model()
        # Both locked in id order and read in one: a payment meanwhile begins anew.
        locks.execute_locking(
            self.env,
            "SELECT id FROM wezer_wallet WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
            [(giver.id, taker.id)],
        )
        (giver | taker).invalidate_recordset()
        lower = giver._limits()[0]
        if lower is None or taker._limits()[0] is None:
            raise Refusal(
                self.env._("Where there is no limit, no credit is passed."),
                rule="limit",
            )
        currency = giver.wezer_currency_id
        left = min(giver.available, 0) - lower
        if minor > left:
            if not self.env.user._acts_for(giver.partner_id, "wallet"):
                # Taken back from a group that lets nobody above act for it.
                transfers = self.env["wezer.transfer"]
                transfers._count_try(taker.partner_id, giver.partner_id)
                raise transfers._other_side_refusal(True)
            raise Refusal(
                self.env._(
                    "Of this credit %(left)s is unspent: %(amount)s is too much.",
                    left=currency._format(max(left, 0)),
                    amount=currency._format(minor),
                ),
                rule="limit",
                value=currency._format(minor),
                limit=currency._format(max(left, 0)),
            )
        for wallet, change in ((giver, minor), (taker, -minor)):
            upper = wallet._limits()[1]
            wallet.sudo().write(
                {
                    "own_limits": True,
                    "has_lower": True,
                    "lower_limit": wallet._limits()[0] + change,
                    "has_upper": upper is not None,
                    "upper_limit": upper or 0,
                }
            )


class WezerWalletCredit(models.Model):
    """How much of its credit a wallet passed to another below it."""

    _name = "wezer.wallet.credit"
    _description = "Credit passed down"
    _inherit = ["wezer.record.mixin"]

    giver_id = fields.Many2one("wezer.wallet", required=True, ondelete="restrict")
    taker_id = fields.Many2one("wezer.wallet", required=True, ondelete="restrict")
    minor = BigInteger(default=0)

    _pair_uniq = models.UniqueIndex("(giver_id, taker_id)", "One row a pair.")

    @api.model
    def _between(self, giver, taker):
        """Return the row of two wallets, made where it is missing."""
        pair = [("giver_id", "=", giver.id), ("taker_id", "=", taker.id)]
        return self.search(pair) or self.create(
            {"giver_id": giver.id, "taker_id": taker.id}
        )
