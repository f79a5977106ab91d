import datetime
import json
from typing import NamedTuple

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import locks
from odoo.addons.wezer_base.tools.numbers import is_id
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

from ..tools import refusals, refused_tries, transfer_files
from ..tools.reasons import checked_reason
from ..tools.wallet_resolver import WalletResolver
from .fields_bigint import BigInteger
from .wezer_currency import LIMITS_AND_WARNINGS
from .wezer_transfer import OPEN

_lt = LazyTranslate(__name__)

WALLET = StateMachine(
    states=("open", "frozen", "closed"),
    rules={
        "moderator": "a community moderator who is no party to it",
        "membership": "a member who leaves, comes back, or whose two accounts become"
        " one",
    },
    transitions=(
        Transition(
            "freeze",
            ("open",),
            ("frozen",),
            "moderator",
            "action_freeze",
            "nothing new happens; what is set aside ends normally",
        ),
        Transition("unfreeze", ("frozen",), ("open",), "moderator", "action_unfreeze"),
        Transition(
            "close",
            ("open", "frozen"),
            ("closed",),
            "moderator",
            "action_close",
            "at zero, with nothing open",
        ),
        Transition("reopen", ("closed",), ("open",), "moderator", "action_reopen"),
        Transition("leave", ("open",), ("closed",), "membership", "_close_on_leaving"),
        Transition("return", ("closed",), ("open",), "membership", "_open_on_return"),
        Transition(
            "merge", ("open", "frozen"), ("closed",), "membership", "_merge_into"
        ),
        Transition(
            "merge_frozen",
            ("open",),
            ("frozen",),
            "membership",
            "_merge_into",
            "the stricter state of the two holds",
        ),
    ),
)
#: What moderators may do: ``{action: method}``.
ACTIONS = {
    row.action: row.method for row in WALLET.transitions if row.who == "moderator"
}
# Stored by the posting function, and the texts made of them.
SUMS = ("balance", "reserved", "incoming", "available")
FIXED = {"balance", "reserved", "incoming", "partner_id", "wezer_currency_id"}
OWN_LIMITS = ("own_limits", *LIMITS_AND_WARNINGS)
# What a limit that grows depends on, beside them.
GROWTH_FIELDS = ("own_grows", "credit_grown", "grown_from")
# A moderator sees a statement for so long after giving a reason.
ACCESS_HOURS = 24
# Wallets beyond the limit that holds for them today.
BEYOND = """(SELECT w.id FROM wezer_wallet w
    JOIN wezer_currency c ON c.id = w.wezer_currency_id
   WHERE wezer_spendable(w, c) < 0 OR wezer_receivable(w, c) < 0)"""
# Wallets beyond the warning that holds for them today.
BEYOND_WARNING = """(SELECT w.id FROM wezer_wallet w
    JOIN wezer_currency c ON c.id = w.wezer_currency_id
   WHERE w.balance - w.reserved < wezer_lower_warning(w, c)
      OR w.balance > wezer_upper_warning(w, c))"""


class WalletLimits(NamedTuple):
    """What limits a wallet, in minor units; None where nothing does."""

    spendable: int | None
    lower: int | None
    upper: int | None
    lower_warning: int | None
    upper_warning: int | None
    # The balance, without what is set aside.
    available: int = 0

    def before_warning(self):
        """Return what may be spent before the payer is warned; None without warning.

        :rtype: int | None
        """
        if None in (self.spendable, self.lower, self.lower_warning):
            return None
        return max(self.spendable + self.lower - self.lower_warning, 0)


class WezerWallet(models.Model):
    """What a partner has in a currency: stored sums that each posting updates.

    Limits and what is spendable are functions of the database (``models/posting.sql``);
    nothing computes them again. The statement is in ``tools/statement.py``, files in
    ``tools/transfer_files.py``, finding wallets by references in
    ``tools/wallet_resolver.py``.
    """

    _name = "wezer.wallet"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _description = "Wallet"
    _order = "partner_id, wezer_currency_id"
    _state_machine = WALLET
    # It has the name of its partner, which hides itself where it has to: both sides
    # of a payment read it.
    _wezer_private_name = False
    _rec_names_search = ["partner_id.name"]

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="restrict"
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        required=True,
        index=True,
        ondelete="restrict",
    )
    reference = fields.Char(
        help="The name of this wallet in files, such as an account number in"
        " another system.",
        copy=False,
    )
    is_system = fields.Boolean(
        string="Treasury",
        help="This wallet takes part in many payments, so its balance is updated"
        " at intervals instead of with each payment.",
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
    limits_text = fields.Char(
        string="Limits",
        compute="_compute_limits_text",
        groups="wezer_base.group_moderator,wezer_base.group_administrator",
        help="How far below and above zero the balance may go.",
    )
    state = fields.Selection(
        [("open", "Open"), ("frozen", "Frozen"), ("closed", "Closed")],
        required=True,
        default="open",
    )
    opened_on = fields.Datetime(
        readonly=True,
        copy=False,
        default=fields.Datetime.now,
        help="This date can be earlier if a history was imported from another system.",
    )
    closed_on = fields.Datetime(readonly=True, copy=False)
    # The member's limits replace the currency's as a block.
    own_limits = fields.Boolean(string="Own limits")
    has_lower = fields.Boolean(string="Lower limit")
    lower_limit = BigInteger(string="Lower limit (minor units)", default=0)
    has_upper = fields.Boolean(string="Upper limit")
    upper_limit = BigInteger(string="Upper limit (minor units)", default=0)
    has_lower_warning = fields.Boolean(string="Warning below zero")
    lower_warning = BigInteger(string="Warning below zero (minor units)", default=0)
    has_upper_warning = fields.Boolean(string="Warning above zero")
    upper_warning = BigInteger(string="Warning above zero (minor units)", default=0)
    credit_grown = BigInteger(
        string="Grown by (minor units)",
        readonly=True,
        default=0,
        copy=False,
        help="By how much payments received raise the credit, if the rule of the"
        " currency is on, up to its maximum.",
    )
    own_grows = fields.Boolean(
        string="Grows with payments received",
        help="The wallet's own lower limit grows as the currency's would.",
    )
    # What had grown when the own limits were set: they grow from there.
    grown_from = BigInteger(
        string="Grown before (minor units)", readonly=True, default=0, copy=False
    )
    limit_change_ids = fields.One2many(
        "wezer.wallet.limit.change",
        "wallet_id",
        string="History of limits",
        groups="wezer_base.group_moderator,wezer_base.group_administrator",
    )
    beyond_limit = fields.Boolean(
        string="Beyond a limit",
        compute="_compute_beyond_limit",
        search="_search_beyond_limit",
        groups="wezer_base.group_moderator,wezer_base.group_administrator",
    )
    beyond_warning = fields.Boolean(
        string="Beyond a warning",
        compute="_compute_beyond_warning",
        search="_search_beyond_warning",
        groups="wezer_base.group_moderator,wezer_base.group_administrator",
        help="The balance is so far from zero that its owner is warned.",
    )
    settles_in_circles = fields.Boolean(
        string="Settle debts in circles",
        readonly=True,
        copy=False,
        help="The owner agrees beforehand that debts that run in a circle are settled.",
    )
    circles_paused_until = fields.Datetime(
        string="No settlements in circles until",
        readonly=True,
        copy=False,
        help="The owner declined one, so no other is proposed before this date.",
    )
    may_open_page = fields.Boolean(compute="_compute_may_open_page")
    is_opened = fields.Boolean(
        string="Statement opened by me",
        compute="_compute_is_opened",
        search="_search_is_opened",
        groups="wezer_base.group_moderator",
        help="You gave a reason to see this statement within the last day.",
    )
    may_freeze = fields.Boolean(compute="_compute_permissions")
    may_unfreeze = fields.Boolean(compute="_compute_permissions")
    may_close = fields.Boolean(compute="_compute_permissions")
    may_reopen = fields.Boolean(compute="_compute_permissions")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    # An index, not a constraint: Odoo's contact merge deletes rows that break one.
    _partner_currency_uniq = models.UniqueIndex(
        "(partner_id, wezer_currency_id)",
        "A contact can have only one wallet per currency.",
    )
    _reference_uniq = models.UniqueIndex(
        "(wezer_currency_id, reference) WHERE reference IS NOT NULL",
        "Another wallet already has this reference.",
    )
    _not_negative = models.Constraint(
        "CHECK (reserved >= 0 AND incoming >= 0)",
        "The amount set aside cannot be below zero.",
    )

    # === COMPUTE === #

    @api.depends_context("uid")
    @api.depends("partner_id", "wezer_currency_id")
    def _compute_display_name(self):
        """Name the owner as far as the caller may know: some partners hide.

        Without the caller's context, which could ask for more than the name.
        """
        plain = self.with_env(self.env(su=True, context={"lang": self.env.lang}))
        for wallet, known in zip(self, plain, strict=True):
            owner = known.partner_id.display_name
            wallet.display_name = f"{owner} · {known.wezer_currency_id.name}"

    @api.depends("balance", "reserved", "is_system")
    def _compute_available(self):
        for wallet in self:
            wallet.available = wallet._balance_now() - wallet.reserved

    @api.depends("balance", "reserved", "incoming", "wezer_currency_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        for wallet in self:
            currency = wallet.wezer_currency_id
            balance = wallet._balance_now()
            wallet.balance_text = currency._format(balance)
            wallet.reserved_text = currency._format(wallet.reserved)
            wallet.incoming_text = currency._format(wallet.incoming)
            wallet.available_text = currency._format(balance - wallet.reserved)

    @api.depends_context("lang")
    @api.depends(*OWN_LIMITS, *GROWTH_FIELDS)
    def _compute_limits_text(self):
        """Write the limits in words: a number below zero is easily misread."""
        for wallet in self:
            known = wallet._origin
            limits = known._limits_now() if known else WalletLimits(*[None] * 5)
            lower, upper = limits.lower, limits.upper
            currency = wallet.wezer_currency_id
            words = [
                self.env._("No lower limit")
                if lower is None
                else self.env._("Not below %s", currency._format(lower)),
                self.env._("no upper limit")
                if upper is None
                else self.env._("not above %s", currency._format(upper)),
            ]
            if limits.lower_warning is not None:
                shown = currency._format(limits.lower_warning)
                words.append(self.env._("warned below %s", shown))
            if limits.upper_warning is not None:
                shown = currency._format(limits.upper_warning)
                words.append(self.env._("warned above %s", shown))
            wallet.limits_text = ", ".join(words)

    def _compute_beyond_limit(self):
        found = self.search([("id", "in", self.ids), ("beyond_limit", "=", True)])
        for wallet in self:
            wallet.beyond_limit = wallet in found

    def _search_beyond_limit(self, operator, value):
        return self._search_beyond(BEYOND, operator, value)

    def _compute_beyond_warning(self):
        found = self.search([("id", "in", self.ids), ("beyond_warning", "=", True)])
        for wallet in self:
            wallet.beyond_warning = wallet in found

    def _search_beyond_warning(self, operator, value):
        return self._search_beyond(BEYOND_WARNING, operator, value)

    def _search_beyond(self, query, operator, value):
        if operator != "in":
            return NotImplemented
        # True and False at once is everything.
        if {True, False} <= set(value):
            return Domain.TRUE
        money = self.env["wezer.currency"]._fields
        beyond = SQL(
            query,
            to_flush=[
                *(self._fields[name] for name in (*OWN_LIMITS, *GROWTH_FIELDS)),
                *(money[name] for name in ("limit_policy", *LIMITS_AND_WARNINGS)),
                *(money[name] for name in ("credit_grows", "credit_cap")),
            ],
        )
        return Domain("id", "in" if True in value else "not in", beyond)

    def _compute_is_opened(self):
        found = self.search([("id", "in", self.ids), ("is_opened", "=", True)])
        for wallet in self:
            wallet.is_opened = wallet in found

    def _search_is_opened(self, operator, value):
        if operator != "in":
            return NotImplemented
        if {True, False} <= set(value):
            return Domain.TRUE
        logs = self.env["wezer.wallet.access.log"]
        opened = SQL(
            "(SELECT wallet_id FROM wezer_wallet_access_log"
            " WHERE user_id = %s AND date > %s AND role = 'moderator')",
            self.env.uid,
            fields.Datetime.now() - datetime.timedelta(hours=ACCESS_HOURS),
            to_flush=[
                logs._fields[name] for name in ("wallet_id", "user_id", "date", "role")
            ],
        )
        return Domain("id", "in" if True in value else "not in", opened)

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_permissions(self):
        for wallet in self:
            for action in ACTIONS:
                # What the data refuse is explained when the button is pressed.
                wallet[f"may_{action}"] = not (
                    wallet._moderator_refusal() or wallet._state_refusal(action)
                )

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
                self.env._(
                    "The balances, owner and currency of a wallet cannot be edited."
                ),
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

        Credit belongs to approved members, with or without a login; wallets of groups,
        of organisations, of contacts and of sign-ups that wait start at zero.
        """
        partner = partner.sudo()
        # Only in its own currency: another's treasury has no money to issue.
        system = partner == currency.treasury_partner_id
        profile = partner._wezer_profile()
        member = (
            profile.active
            and profile.is_person
            and profile.state == "active"
            and profile.has_credit
        )
        return {
            "partner_id": partner.id,
            "wezer_currency_id": currency.id,
            "is_system": system,
            "own_limits": not member and not system,
            "has_lower": True,
            "lower_limit": 0,
            "has_upper": currency.has_upper,
            "upper_limit": currency.upper_limit,
            "has_upper_warning": currency.has_upper_warning,
            "upper_warning": currency.upper_warning,
            "company_id": currency.company_id.id,
        }

    @api.model
    def _line_of(self, currency_ids, partner_ids):
        """Return the ids of the wallets for which payments wait in line.

        Members' wallets alone: a treasury is not locked. A partner whom the caller
        may not see has no id here; the action refuses it in words.

        :param currency_ids: ids, or what is no id
        :param partner_ids: ids, or what is no id
        """
        self.env.cr.execute(
            "SELECT id FROM wezer_wallet WHERE wezer_currency_id = ANY(%s)"
            " AND partner_id = ANY(%s) AND is_system IS NOT TRUE",
            [list(filter(is_id, ids)) for ids in (currency_ids, partner_ids)],
        )
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _resolver(self, wide=False, create=False, historic=False):
        """Return what finds wallets by references, see :class:`WalletResolver`."""
        return WalletResolver(self, wide, create, historic)

    @api.model
    def _file_rows(self):
        """Yield what every wallet has, as a file has it; administrators."""
        return transfer_files.balance_rows(self)

    # === SUMS AND LIMITS: the database's functions, asked === #

    def _balance_now(self):
        """Return the balance, for a treasury with what is not swept yet."""
        self.ensure_one()
        if not self.is_system or not self.id:
            return self.balance
        self.env.cr.execute(
            "SELECT wezer_unswept(w)::text FROM wezer_wallet w WHERE id = %s", [self.id]
        )
        unswept = int(self.env.cr.fetchone()[0])
        return self.balance + unswept

    @api.model
    def _invalidate_sums(self):
        """Drop what is cached of sums that the database just changed."""
        self.invalidate_model([name for name in self._fields if name.startswith(SUMS)])

    @api.model
    def _read_limits(self, where, params, table="wezer_wallet"):
        """Ask the rule about limits for several wallets at once.

        :param str where: SQL about wallets ``w`` and currencies ``c``
        :return: a list of ``(partner id, currency id, WalletLimits)``
        """
        self.flush_model()
        self.env["wezer.currency"].flush_model()
        self.env.cr.execute(
            f"""SELECT w.partner_id, c.id, wezer_spendable(w, c)::text,
                       wezer_lower_limit(w, c)::text, wezer_upper_limit(w, c)::text,
                       wezer_lower_warning(w, c)::text,
                       wezer_upper_warning(w, c)::text,
                       (w.balance - w.reserved + wezer_unswept(w))::text
                  FROM {table} w
                  JOIN wezer_currency c ON c.id = w.wezer_currency_id
                 WHERE {where}""",
            params,
        )
        return [
            (
                *row[:2],
                WalletLimits(
                    *(None if minor is None else int(minor) for minor in row[2:])
                ),
            )
            for row in self.env.cr.fetchall()
        ]

    def _limits(self):
        """Return ``(lower, upper)`` in minor units, None where there is none."""
        return self._limits_now()[1:3]

    def _limits_now(self):
        """Return what limits this wallet now.

        :rtype: WalletLimits
        """
        self.ensure_one()
        return self._read_limits("w.id = %s", [self.id])[0][2]

    def _is_beyond_lower_limit(self):
        """Return whether less than the lower limit is there."""
        spendable = self._limits_now().spendable
        return spendable is not None and spendable < 0

    def _lock_spendable(self):
        """Lock this wallet and return what it may spend, which has a limit.

        Locked and read in one: what changed meanwhile begins the transaction anew.
        """
        self.ensure_one()
        self.flush_model()
        rows = locks.execute_locking(
            self.env,
            """SELECT wezer_spendable(w, c)::text FROM wezer_wallet w
                 JOIN wezer_currency c ON c.id = w.wezer_currency_id
                WHERE w.id = %s FOR NO KEY UPDATE OF w""",
            [self.id],
        )
        return int(rows[0][0])

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
        return {
            pair: None if limits.spendable is None else max(limits.spendable, 0)
            for pair, limits in self._limits_of(pairs).items()
        }

    @api.model
    def _limits_of(self, pairs):
        """Return ``{(partner id, currency id): WalletLimits}``.

        A wallet that is not there yet is taken as it would open.
        """
        pairs = list(pairs)
        given = [list(column) for column in zip(*pairs, strict=True)] or [[], []]
        rows = self._read_limits(
            "(w.partner_id, c.id) IN (SELECT * FROM unnest(%s::int[], %s::int[]))",
            given,
        )
        known = {(row[0], row[1]): row[2] for row in rows}
        known.update(
            self._limits_unopened([pair for pair in pairs if pair not in known])
        )
        return {pair: known[pair] for pair in pairs}

    @api.model
    def _limits_unopened(self, pairs):
        """Return what would limit wallets that are not there yet, by pair."""
        if not pairs:
            return {}
        partners = self.env["res.partner"]
        currencies = self.env["wezer.currency"].sudo()
        wallets = [
            {
                **self._prepare_wallet_vals(
                    partners.browse(partner), currencies.browse(currency)
                ),
                "balance": 0,
                "reserved": 0,
                "incoming": 0,
            }
            for partner, currency in pairs
        ]
        rows = self._read_limits(
            "TRUE",
            [json.dumps(wallets)],
            "jsonb_populate_recordset(NULL::wezer_wallet, %s)",
        )
        return {(row[0], row[1]): row[2] for row in rows}

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return why the current user may not do ``action``, or None.

        :param str action: one of :data:`ACTIONS`
        """
        self.ensure_one()
        return (
            self._moderator_refusal()
            or self._state_refusal(action)
            or (self._close_refusal() if action == "close" else None)
        )

    def _permissions(self):
        return {
            wallet: {action: wallet._why_not(action) for action in ACTIONS}
            for wallet in self
        }

    def _moderator_refusal(self):
        # Decided by the owner, whom the refusal does not name.
        if self.env.user._moderates(self.sudo().partner_id):
            return None
        return NotAllowed(
            self.env._("Only community moderators can decide about wallets."),
            rule="moderate",
        )

    def _check_moderator(self):
        for wallet in self:
            refusal = wallet._moderator_refusal()
            if refusal:
                raise refusal

    def _close_refusal(self):
        """Return why the data do not allow closing this wallet, or None."""
        wallet = self.sudo()
        waiting = (
            self.env["wezer.transfer"]
            .sudo()
            .search_count(
                [
                    ("state", "in", OPEN),
                    "|",
                    ("payer_wallet_id", "=", wallet.id),
                    ("payee_wallet_id", "=", wallet.id),
                ],
                limit=1,
            )
        )
        if waiting or wallet.reserved or wallet.incoming:
            return Refusal(
                self.env._(
                    "The wallet of %(name)s still has open payments.",
                    name=wallet.partner_id.name,
                ),
                rule="open",
            )
        if wallet._balance_now():
            return Refusal(
                self.env._(
                    "The balance of %(name)s's wallet is %(balance)s. Bring it to"
                    " zero first, by a payment or a donation.",
                    name=wallet.partner_id.name,
                    balance=wallet.balance_text,
                ),
                rule="balance",
                value=wallet.balance_text,
                limit="0",
            )
        return None

    def _check_open(self):
        """Let nothing new begin on a wallet of one's own that is frozen or closed."""
        if self.state != "open":
            raise refusals.wallet_not_open(self.env, self.partner_id.name, self.state)

    # === ACTIONS: STATES === #

    def _with_state_for(self, action):
        """Return those whose state ``action`` leaves (sudo); others are left out."""
        sources = WALLET.sources(action)
        return self.sudo().filtered(lambda wallet: wallet.state in sources)

    def action_freeze(self) -> bool:
        """Let nothing new happen; what is set aside ends normally."""
        self._check_moderator()
        wallets = self._with_state_for("freeze")
        wallets.state = "frozen"
        for wallet in wallets:
            wallet._notify_state(
                _lt(
                    "Your wallet in %(currency)s is frozen. No new payments from it or"
                    " to it are possible.",
                    currency=wallet.wezer_currency_id,
                )
            )
        return True

    def action_unfreeze(self) -> bool:
        """Open a frozen wallet again."""
        self._check_moderator()
        wallets = self._with_state_for("unfreeze")
        wallets.state = "open"
        wallets._notify_open()
        return True

    def action_close(self) -> bool:
        """Close a wallet: nothing new, history kept; only when nothing is open."""
        self._check_moderator()
        for wallet in self._with_state_for("close"):
            locks.execute_locking(
                self.env,
                "SELECT state FROM wezer_wallet WHERE id = %s FOR NO KEY UPDATE",
                [wallet.id],
            )
            refusal = wallet._close_refusal()
            if refusal:
                raise refusal
            wallet.state = "closed"
            wallet._notify_state(
                _lt(
                    "Your wallet in %(currency)s was closed.",
                    currency=wallet.wezer_currency_id,
                )
            )
        return True

    def action_reopen(self) -> bool:
        """Open a closed wallet again."""
        self._check_moderator()
        wallets = self._with_state_for("reopen")
        wallets.state = "open"
        wallets._notify_open()
        return True

    def _notify_open(self):
        for wallet in self:
            wallet._notify_state(
                _lt(
                    "Your wallet in %(currency)s is open again.",
                    currency=wallet.wezer_currency_id,
                )
            )

    def _notify_state(self, message):
        """Tell the owner (sudo) what a moderator did with this wallet."""
        self.partner_id._wezer_notify(
            "wallet_state",
            message,
            url=f"/my/wallets/{self.id}",
            record=self,
            right="wallet",
            subject="state",
        )

    def _close_on_leaving(self):
        # A frozen wallet stays frozen: coming back does not open it.
        self._leave_circles()
        self._with_state_for("leave").state = "closed"

    def _open_on_return(self):
        self._with_state_for("return").state = "open"

    # === ACTIONS: LIMITS AND CREDIT === #

    def set_limits(
        self,
        lower: str | None,
        upper: str | None = None,
        lower_warning: str | None = None,
        upper_warning: str | None = None,
        grows: bool = False,
    ) -> bool:
        """Give this wallet limits of its own; community moderators.

        Beyond a limit payments are treated as the currency says; beyond a warning,
        which comes before it, they are made and the owner is told.

        :param lower: how far below zero, as text (``"20:00"``); None for no limit
        :param upper: how far above zero, as text; None for no limit
        :param lower_warning: how far below zero the payer is warned; None for never
        :param upper_warning: how far above zero the payee is warned; None for never
        :param grows: the lower limit grows from there with payments received, where
            the currency has that rule; else it stays as it was set
        :raise Refusal: rules ``issued``, where nobody goes below zero, and ``warning``,
            where a warning does not come before its limit
        """
        self.ensure_one()
        self._check_moderator()
        currency = self.wezer_currency_id
        given = (lower, upper, lower_warning, upper_warning)
        limits = [None if text is None else currency._parse(text) for text in given]
        if currency.kind != "mutual_credit" and (
            limits[0] != 0 or limits[2] is not None
        ):
            raise Refusal(
                self.env._(
                    "A wallet in %(currency)s cannot go below zero.",
                    currency=currency.name,
                ),
                rule="issued",
                limit="0",
            )
        currency._check_warning(limits[0], limits[2])
        currency._check_warning(limits[1], limits[3])
        self._write_limits(
            *(
                minor if minor is None or place % 2 else -minor
                for place, minor in enumerate(limits)
            ),
            grows=bool(grows),
        )
        self._note_limits("hand")
        return True

    def _write_limits(self, lower, upper, lower_warning, upper_warning, grows=False):
        """Give this wallet limits of its own, in minor units, None for none (sudo)."""
        self.sudo().write(
            {
                "own_limits": True,
                "has_lower": lower is not None,
                "lower_limit": lower or 0,
                "has_upper": upper is not None,
                "upper_limit": upper or 0,
                "own_grows": grows,
                "grown_from": self.sudo().credit_grown,
                "has_lower_warning": lower_warning is not None,
                "lower_warning": lower_warning or 0,
                "has_upper_warning": upper_warning is not None,
                "upper_warning": upper_warning or 0,
            }
        )

    def _note_limits(self, reason):
        """Keep the limits that hold from now on in the history."""
        for wallet in self.sudo():
            self.env["wezer.wallet.limit.change"]._note(
                wallet.wezer_currency_id, reason, [(wallet.id, *wallet._limits())]
            )

    @api.model
    def pass_credit(
        self,
        payer: int,
        payee: int,
        currency: int,
        amount: str,
        back: bool = False,
        acting_partner_id: int | None = None,
    ) -> int:
        """Give a party below one's own part of one's credit, never more.

        What one may spend below zero shrinks by what the other's grows, so that
        founding groups multiplies nothing.

        :param payer: the party above, whose credit it is
        :param payee: a party of a group below it
        :param amount: as text, ``"20:00"``
        :param back: take back what was given, as far as it is unspent
        :return: minor units that were passed
        :raise Refusal: rules ``kind``, ``back``, ``limit``, ``other_side``
        """
        transfers = self.env["wezer.transfer"]
        above = transfers._partner(payer)
        self.env.user._resolve_acting(
            acting_partner_id, above, "wallet", what="pass_credit"
        )
        below = transfers._resolve_party(payee, "payee")
        money = transfers._open_currency(currency)
        if above not in below._wezer_partners_above():
            raise NotAllowed(
                self.env._("Credit can only be passed to the groups below yours."),
                rule="below",
            )
        if money.kind != "mutual_credit":
            raise Refusal(
                self.env._(
                    "Credit can only be passed down in a mutual credit currency."
                ),
                rule="kind",
            )
        minor = transfers._positive_amount(money, amount)
        first, second = self._get(above, money), self._get(below, money)
        given = self.env["wezer.wallet.credit"].sudo()._between(first, second)
        giver, taker = (second, first) if back else (first, second)
        if back:
            refused_tries.check(self.env, above, below, pays=True)
        if back and minor > given.minor:
            raise Refusal(
                self.env._("You cannot take back more credit than you passed down."),
                rule="back",
                value=money._format(minor),
                limit=money._format(given.minor),
            )
        self._shift_credit(giver, taker, minor)
        given.minor += -minor if back else minor
        return minor

    @api.model
    def _shift_credit(self, giver, taker, minor):
        """Move ``minor`` of unspent credit from one lower limit to the other."""
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
                self.env._(
                    "Credit cannot be passed between these wallets, because"
                    " one of them has no lower limit."
                ),
                rule="limit",
            )
        currency = giver.wezer_currency_id
        left = min(giver.available, 0) - lower
        if minor > left:
            if not self.env.user._acts_for(giver.partner_id, "wallet"):
                # Taken back from a group that lets nobody above act for it.
                refused_tries.count(self.env, taker.partner_id, giver.partner_id)
                raise refusals.other_side(self.env, pays=True)
            raise Refusal(
                self.env._(
                    "%(amount)s is too much. Only %(left)s of this credit is unspent.",
                    left=currency._format(max(left, 0)),
                    amount=currency._format(minor),
                ),
                rule="limit",
                value=currency._format(minor),
                limit=currency._format(max(left, 0)),
            )
        for wallet, change in ((giver, minor), (taker, -minor)):
            limits = wallet._limits_now()
            # What is passed on would grow again, and be there twice.
            wallet._write_limits(limits.lower + change, *limits[2:])
        (giver | taker)._note_limits("passed")

    # === ACTIONS: SETTLING IN CIRCLES === #

    def set_circle_settling(
        self, on: bool, acting_partner_id: int | None = None
    ) -> bool:
        """Agree beforehand to settlements in circles, or no longer.

        Switched off, it ends what is proposed and can still be declined.

        :param on: whether the owner agrees
        :param acting_partner_id: the owner of the wallet
        :raise NotAllowed: where the user does not act for the owner
        :raise Refusal: rules ``state``, and ``circles`` where the currency has none
        """
        self.ensure_one()
        self.check_access("read")
        wallet = self.sudo()
        self.env.user._resolve_acting(
            acting_partner_id,
            wallet.partner_id,
            "wallet",
            what="circles",
            record=wallet,
        )
        if not on:
            wallet._leave_circles()
            return True
        wallet._check_open()
        if wallet.is_system or not wallet.wezer_currency_id._clears_in_circles():
            raise Refusal(
                self.env._(
                    "Debts in %(currency)s are not settled in circles.",
                    currency=wallet.wezer_currency_id.name,
                ),
                rule="circles",
            )
        wallet.write({"settles_in_circles": True, "circles_paused_until": False})
        return True

    def _leave_circles(self):
        """Take part in settlements no longer, and end what can still be declined."""
        wallets = self.sudo()
        wallets.env["wezer.clearing"]._proposed_to(wallets)._leave()
        wallets.filtered("settles_in_circles").settles_in_circles = False

    # === WHO SEES A STATEMENT === #

    @api.depends_context("uid")
    def _compute_may_open_page(self):
        user = self.env.user
        for wallet in self:
            wallet.may_open_page = bool(wallet._origin and wallet._visible_as(user))

    def action_open_page(self) -> dict:
        """Open the statement on the website, which decides who sees it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/my/wallets/{self.id}",
            "target": "new",
        }

    def _visible_as(self, user):
        """Return why ``user`` may see this wallet's statement, False where not.

        ``acts``: acts for its owner; ``member``: the owner is a group that shows
        its books to its members; ``public``: the currency's statements are open
        to members; ``moderator``: gave a reason within a day; ``treasurer`` and
        ``auditor``: opened it within a day, and still are that.
        """
        self.ensure_one()
        wallet = self.sudo()
        if user._acts_for(wallet.partner_id, "wallet"):
            return "acts"
        if not user._wezer_may_act():
            return False
        profiles = self.env["wezer.profile"].with_user(user)
        if profiles.search_count([("partner_id", "=", wallet.partner_id.id)]):
            if wallet.partner_id._wezer_shows_books_to(user):
                return "member"
            if wallet.wezer_currency_id.statements_public and not wallet.is_system:
                return "public"
        return wallet._opened_as(user)

    def _opened_as(self, user):
        """Return the role in which ``user`` opened this statement within a day.

        :return: ``moderator``, ``treasurer`` or ``auditor``, which the user still is;
            False where there is none
        """
        self.ensure_one()
        wallet = self.sudo()
        currency = wallet.wezer_currency_id
        roles = [
            role
            for role, held in (
                ("moderator", user.has_group("wezer_base.group_moderator")),
                ("treasurer", user._wezer_is_treasurer(currency)),
                ("auditor", user._wezer_is_auditor(currency)),
            )
            if held
        ]
        if not roles or not user._wezer_may_act():
            return False
        since = fields.Datetime.now() - datetime.timedelta(hours=ACCESS_HOURS)
        looks = self.env["wezer.wallet.access.log"].sudo()
        look = looks.search(
            [
                ("wallet_id", "=", wallet.id),
                ("user_id", "=", user.id),
                ("date", ">", since),
                ("role", "in", roles),
            ],
            limit=1,
        )
        return look.role

    def action_view_statement(self, reason: str = "") -> str:
        """Open this wallet's statement for a day, to those who look after the money.

        Community moderators give a reason, which the owner reads in a notice.
        Treasurers and auditors of the currency need none. Each look is logged, and
        the owner sees who looked.

        :param reason: what it is about, in a sentence
        :return: the address of the statement
        :raise Refusal: rule ``reason``, where it is too short
        """
        self.ensure_one()
        user, wallet = self.env.user, self.sudo().exists()
        for role, held in (
            ("treasurer", user._wezer_is_treasurer(wallet.wezer_currency_id)),
            ("auditor", user._wezer_is_auditor(wallet.wezer_currency_id)),
        ):
            if wallet and held:
                return wallet._log_look(user, role)
        self._check_moderator()
        return self._open_to_moderator(checked_reason(self.env, reason))

    def _log_look(self, user, role, reason=False):
        """Log that ``user`` looks at this statement (sudo); return its address."""
        access = (
            self.env["wezer.wallet.access.log"]
            .sudo()
            .create(
                {
                    "wallet_id": self.id,
                    "user_id": user.id,
                    "role": role,
                    "reason": reason,
                    "date": fields.Datetime.now(),
                }
            )
        )
        right = "moderate" if role == "moderator" else "books"
        self.env["wezer.acting.log"]._log(
            user, self.partner_id, right, "view_statement", access
        )
        return f"/my/wallets/{self.id}"

    def _open_to_moderator(self, reason):
        # The caller was just found to be a moderator who is no party to it.
        moderator, wallet = self.env.user.partner_id, self.sudo()
        url = wallet._log_look(self.env.user, "moderator", reason)
        name, money = moderator.sudo().name, wallet.wezer_currency_id
        wallet.partner_id._wezer_notify(
            "statement_seen",
            _lt(
                "The moderator %(name)s looked at your statement in %(currency)s:"
                " %(reason)s",
                name=name,
                currency=money,
                reason=reason,
            ),
            url="/my/acting",
            right="wallet",
        )
        return url

    @api.model
    def _visible_names(self, user, partners):
        """Return ``{partner id: name}`` as ``user`` may see them; others are hidden."""
        profiles = (
            self.env["wezer.profile"]
            .with_user(user)
            .search([("partner_id", "in", partners.ids)])
            .sudo()
        )
        seen = {profile.partner_id.id: profile.name for profile in profiles}
        return {
            partner.id: seen.get(partner.id) or self.env._("Someone")
            for partner in partners
        }

    # === TWO ACCOUNTS OF ONE PERSON === #

    def _merge_target(self, target):
        """Return ``target``'s wallet in this currency; the stricter state holds."""
        self.ensure_one()
        new = self._find(target, self.wezer_currency_id)
        if not new:
            vals = self._prepare_wallet_vals(target, self.wezer_currency_id)
            vals.update({name: self[name] for name in OWN_LIMITS + GROWTH_FIELDS})
            new = self.sudo().create(vals)
        if self.state == "frozen" and new.state == "open":
            # Nobody opens a frozen wallet by a second account.
            new.state = "frozen"
        return new

    def _merge_into(self, new):
        """Post this wallet's balance over to ``new``, and close it at zero."""
        self.ensure_one()
        self._leave_circles()
        balance = self.balance
        if balance:
            payer, payee = (self, new) if balance > 0 else (new, self)
            transfer = self.env["wezer.transfer"].create(
                {
                    "payer_id": payer.partner_id.id,
                    "payee_id": payee.partner_id.id,
                    "payer_wallet_id": payer.id,
                    "payee_wallet_id": payee.id,
                    "wezer_currency_id": self.wezer_currency_id.id,
                    "company_id": self.company_id.id,
                    "amount_minor": abs(balance),
                    "kind": "opening",
                    "state": "done",
                    "purpose": self.env._("Merger of two accounts"),
                    "date": fields.Datetime.now(),
                    "person_id": self.env.user.partner_id.id,
                }
            )
            transfer._move(amount=abs(balance), check=False)
        if self.balance or self.reserved or self.incoming:
            raise Refusal(self.env._("This wallet could not be emptied."), rule="merge")
        self.state = "closed"

    # === SCHEDULED ACTIONS === #

    @api.model
    def _cron_sweep(self):
        """Add what treasuries received to their stored balance.

        One statement for all of them. Rows this snapshot does not see stay for the
        next sweep.
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
        self._invalidate_sums()
        if self.env.context.get("ir_cron_progress_id"):
            self.env["ir.cron"]._commit_progress(1, remaining=0)
