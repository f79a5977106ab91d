import json

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .fields_bigint import BigInteger

# Stored by the posting function, and the texts made of them.
SUMS = ("balance", "reserved", "incoming", "available")
FIXED = {"balance", "reserved", "incoming", "partner_id", "wezer_currency_id"}


class WezerWallet(models.Model):
    """What a partner has in a currency. Stored sums that each posting updates."""

    _name = "wezer.wallet"
    _description = "Wallet"
    _inherit = ["wezer.record.mixin"]
    _order = "partner_id, wezer_currency_id"
    # It has the name of its partner, which hides itself where it has to: both sides
    # of a payment read it.
    _wezer_private_name = False
    _rec_names_search = ["partner_id.name"]

    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        required=True,
        index=True,
        ondelete="restrict",
    )
    is_system = fields.Boolean(
        string="Treasury",
        help="Takes part in many payments: its balance is swept, not locked.",
    )
    balance = BigInteger(
        "Balance (minor units)", readonly=True, default=0, aggregator=None
    )
    reserved = BigInteger(
        "Set aside (minor units)", readonly=True, default=0, aggregator=None
    )
    incoming = BigInteger(
        "Incoming (minor units)", readonly=True, default=0, aggregator=None
    )
    available = BigInteger("Available (minor units)", compute="_compute_available")
    balance_text = fields.Char(string="Balance", compute="_compute_texts")
    reserved_text = fields.Char(string="Set aside", compute="_compute_texts")
    incoming_text = fields.Char(string="Set aside for you", compute="_compute_texts")
    available_text = fields.Char(string="Available", compute="_compute_texts")
    state = fields.Selection(
        [("open", "Open"), ("frozen", "Frozen"), ("closed", "Closed")],
        required=True,
        default="open",
    )
    opened_on = fields.Datetime(
        readonly=True,
        copy=False,
        default=fields.Datetime.now,
        help="A history brought from another system lets it begin earlier.",
    )
    closed_on = fields.Datetime(readonly=True, copy=False)
    # The member's limits replace the currency's as a block.
    own_limits = fields.Boolean(string="Own limits")
    has_lower = fields.Boolean(string="Lower limit")
    lower_limit = BigInteger(string="Lower limit (minor units)", default=0)
    has_upper = fields.Boolean(string="Upper limit")
    upper_limit = BigInteger(string="Upper limit (minor units)", default=0)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    # An index, not a constraint: Odoo's contact merge deletes rows that break one.
    _partner_currency_uniq = models.UniqueIndex(
        "(partner_id, wezer_currency_id)", "A partner has one wallet a currency."
    )
    _not_negative = models.Constraint(
        "CHECK (reserved >= 0 AND incoming >= 0)",
        "What is set aside is never below zero.",
    )

    @api.depends_context("uid")
    @api.depends("partner_id", "wezer_currency_id")
    def _compute_display_name(self):
        """Say whose it is as far as the caller may know: some partners hide.

        Without the caller's context, which could ask for more than the name.
        """
        plain = self.with_env(self.env(su=True, context={"lang": self.env.lang}))
        for wallet, known in zip(self, plain, strict=True):
            whose = known.partner_id.display_name
            wallet.display_name = f"{whose} · {known.wezer_currency_id.name}"

    @api.depends("balance", "reserved", "is_system")
    def _compute_available(self):
        for wallet in self:
            wallet.available = wallet._balance_now() - wallet.reserved

    @api.depends("balance", "reserved", "incoming", "wezer_currency_id")
    def _compute_texts(self):
        for wallet in self:
            currency = wallet.wezer_currency_id
            balance = wallet._balance_now()
            wallet.balance_text = currency._format(balance)
            wallet.reserved_text = currency._format(wallet.reserved)
            wallet.incoming_text = currency._format(wallet.incoming)
            wallet.available_text = currency._format(balance - wallet.reserved)

    def _balance_now(self):
        """Return the balance, for a treasury with what is not swept yet."""
        self.ensure_one()
        if not self.is_system or not self.id:
            return self.balance
        self.env.cr.execute(
            "SELECT coalesce(sum(delta), 0)::text FROM wezer_wallet_accrual"
            " WHERE wallet_id = %s",
            [self.id],
        )
        late = int(self.env.cr.fetchone()[0])
        return self.balance + late

    @api.model
    def _forget_sums(self):
        """Drop what is cached of sums that the database just changed."""
        self.invalidate_model([name for name in self._fields if name.startswith(SUMS)])

    def _limits(self):
        """Return ``(lower, upper)`` in minor units, None where there is none.

        The rule is the database's (``posting.sql``), the one that posting asks.
        """
        self.ensure_one()
        return self._ask_limits("w.id = %s", [self.id])[0][3:]

    @api.model
    def _ask_limits(self, where, params, table="wezer_wallet"):
        """Ask the one rule about limits for several wallets at once.

        :param str where: SQL about wallets ``w`` and currencies ``c``
        :return: a list of ``(partner id, currency id, spendable, lower, upper)``;
            None where there is no limit
        """
        self.flush_model()
        self.env["wezer.currency"].flush_model()
        self.env.cr.execute(
            f"""SELECT w.partner_id, c.id, wezer_spendable(w, c)::text,
                       wezer_lower_limit(w, c)::text, wezer_upper_limit(w, c)::text
                  FROM {table} w
                  JOIN wezer_currency c ON c.id = w.wezer_currency_id
                 WHERE {where}""",
            params,
        )
        return [
            (*row[:2], *(None if one is None else int(one) for one in row[2:]))
            for row in self.env.cr.fetchall()
        ]

    @api.model
    def _spendable(self, partner, currency):
        """Return what ``partner`` may still spend (sudo), None where nothing limits."""
        pair = partner.id, currency.id
        return self._spendable_of({pair})[pair]

    @api.model
    def _spendable_of(self, pairs):
        """Return ``{(partner id, currency id): minor units}``, None for no limit.

        A wallet that is not there yet is taken as it would open.
        """
        pairs = list(pairs)
        given = [list(column) for column in zip(*pairs, strict=True)] or [[], []]
        rows = self._ask_limits(
            "(w.partner_id, c.id) IN (SELECT * FROM unnest(%s::int[], %s::int[]))",
            given,
        )
        there = {(row[0], row[1]): row[2] for row in rows}
        for pair in pairs:
            if pair not in there:
                there[pair] = self._spendable_unopened(*pair)
        return {
            pair: None if there[pair] is None else max(there[pair], 0) for pair in pairs
        }

    @api.model
    def _spendable_unopened(self, partner, currency):
        vals = self._prepare_wallet_vals(
            self.env["res.partner"].browse(partner),
            self.env["wezer.currency"].sudo().browse(currency),
        )
        vals.update(balance=0, reserved=0, incoming=0)
        table = "jsonb_populate_record(NULL::wezer_wallet, %s)"
        return self._ask_limits("TRUE", [json.dumps(vals)], table)[0][2]

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        try:
            return super().create(vals_list)
        except UniqueViolation as error:
            # Opened by somebody else at the same moment: the retry finds it.
            raise ConcurrencyError("the wallet was opened at this moment") from error

    def write(self, vals):
        """Refuse what only the posting function changes, and whose wallet it is."""
        if FIXED & vals.keys():
            raise Refusal(
                self.env._("A wallet's sums, owner and currency are not written."),
                rule="append_only",
            )
        if "state" in vals:
            closed = vals["state"] == "closed"
            vals = {**vals, "closed_on": fields.Datetime.now() if closed else False}
        return super().write(vals)

    @api.model
    def _find(self, partner, currency):
        """Return the wallet of ``partner`` in ``currency`` (sudo), or an empty one."""
        return self.sudo().search(
            [("partner_id", "=", partner.id), ("wezer_currency_id", "=", currency.id)]
        )

    @api.model
    def _get(self, partner, currency):
        """Return the wallet of ``partner``, made where it is missing (sudo)."""
        wallet = self._find(partner, currency)
        return wallet or wallet.create(self._prepare_wallet_vals(partner, currency))

    @api.model
    def _prepare_wallet_vals(self, partner, currency):
        """Return the values of a new wallet.

        Credit belongs to approved members; wallets of groups, of organisations
        and of sign-ups that wait start at zero (design, section 2).
        """
        partner = partner.sudo()
        # Only in its own currency: another's treasury has no money to issue.
        system = partner == currency.treasury_partner_id
        profile = partner._wezer_profile()
        member = partner.user_ids and profile.state == "active" and profile.has_credit
        return {
            "partner_id": partner.id,
            "wezer_currency_id": currency.id,
            "is_system": system,
            "own_limits": not member and not system,
            "has_lower": True,
            "lower_limit": 0,
            "has_upper": currency.has_upper,
            "upper_limit": currency.upper_limit,
            "company_id": currency.company_id.id,
        }

    def _check_moderator(self):
        # Whose it is decides; it is told to nobody.
        for wallet in self.sudo():
            if not self.env.user._moderates(wallet.partner_id):
                raise NotAllowed(
                    self.env._("Community moderators decide about wallets."),
                    rule="moderate",
                )

    def action_freeze(self):
        """Let nothing new happen; what is set aside ends normally."""
        self._check_moderator()
        self.sudo().filtered(lambda wallet: wallet.state == "open").state = "frozen"

    def action_unfreeze(self):
        """Open a frozen wallet again."""
        self._check_moderator()
        self.sudo().filtered(lambda wallet: wallet.state == "frozen").state = "open"

    def set_limits(self, lower, upper=None):
        """Give this wallet limits of its own; community moderators.

        :param lower: how far below zero, as text (``"20:00"``); None for no limit
        :param upper: how far above zero, as text; None for no limit
        """
        self.ensure_one()
        self._check_moderator()
        currency = self.wezer_currency_id
        if currency.kind != "mutual_credit" and (
            lower is None or currency._parse(lower)
        ):
            raise Refusal(
                self.env._(
                    "Nobody goes below zero in %(currency)s.", currency=currency.name
                ),
                rule="issued",
                limit="0",
            )
        self.sudo().write(
            {
                "own_limits": True,
                "has_lower": lower is not None,
                "lower_limit": -currency._parse(lower) if lower is not None else 0,
                "has_upper": upper is not None,
                "upper_limit": currency._parse(upper) if upper is not None else 0,
            }
        )

    @api.model
    def _cron_sweep(self):
        """Add what treasuries received to their stored balance.

        Rows this snapshot does not see stay for the next sweep.
        """
        self.env.cr.execute(
            """WITH gone AS (
                   DELETE FROM wezer_wallet_accrual RETURNING wallet_id, delta
               ), sums AS (
                   SELECT wallet_id, sum(delta) AS delta FROM gone GROUP BY wallet_id
               )
               UPDATE wezer_wallet w SET balance = w.balance + s.delta
                 FROM sums s WHERE w.id = s.wallet_id"""
        )
        self._forget_sums()
