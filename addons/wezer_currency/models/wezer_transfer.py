import hashlib
import json

from psycopg2.errors import (
    LockNotAvailable,
    NumericValueOutOfRange,
    UniqueViolation,
)

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days, locks
from odoo.addons.wezer_base.tools.numbers import is_id

from ..tools.texts import cleaned, storable
from .fields_bigint import BigInteger

# How long a reservation lives unless it is said, and at most (design, section 2).
RESERVE_DAYS = 30
RESERVE_DAYS_MAX = 365
REQUEST_DAYS = 30
KEY_LENGTH = 200
PURPOSE_LENGTH = 250


class WezerTransfer(models.Model):
    """What people see of a payment. Its public methods are the arrows."""

    _name = "wezer.transfer"
    # Programs compare their key as they sent it.
    _wezer_raw = ("key",)
    _description = "Transfer"
    _inherit = ["wezer.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "purpose"

    payer_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    payee_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    payer_wallet_id = fields.Many2one(
        "wezer.wallet", required=True, index=True, ondelete="restrict"
    )
    payee_wallet_id = fields.Many2one(
        "wezer.wallet", required=True, index=True, ondelete="restrict"
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        required=True,
        index=True,
        ondelete="restrict",
    )
    amount_minor = BigInteger(required=True, aggregator=None)
    settled_minor = BigInteger(default=0, aggregator=None)
    levy_payer_minor = BigInteger(default=0, aggregator=None)
    levy_payee_minor = BigInteger(default=0, aggregator=None)
    reversed_minor = BigInteger(default=0, aggregator=None)
    claim_minor = BigInteger(
        default=0, aggregator=None, help="What a reversal could not take back."
    )
    amount_display = fields.Char(string="Amount", compute="_compute_amount_display")
    amount_text = fields.Char(string="Amount (text)", related="amount_display")
    direction_text = fields.Char(string="Direction", compute="_compute_direction_text")
    purpose = fields.Char()
    category_id = fields.Many2one(
        "wezer.category", index="btree_not_null", ondelete="restrict"
    )
    kind = fields.Selection(
        [
            ("payment", "Payment"),
            ("donation", "Donation"),
            ("issue", "Issue"),
            ("redeem", "Redemption"),
            ("fee", "Fee"),
            ("levy", "Levy"),
            ("demurrage", "Demurrage"),
            ("opening", "Opening balance"),
            ("reversal", "Reversal"),
        ],
        required=True,
        default="payment",
    )
    state = fields.Selection(
        [
            ("requested", "Asked for"),
            ("scheduled", "Scheduled"),
            ("reserved", "Set aside"),
            ("pending", "Waiting for receipt"),
            ("done", "Done"),
            ("ended", "Ended"),
        ],
        required=True,
        index=True,
    )
    end_reason = fields.Selection(
        [
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
            ("expired", "Expired"),
            ("released", "Released"),
            ("denied", "Denied"),
            ("settled", "Paid in part, the rest freed"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
        ]
    )
    # What the payer's wallet had is the payer's: the payee reads "failed" only.
    end_detail = fields.Char(groups="wezer_base.group_administrator")
    end_text = fields.Char(string="Why it ended", compute="_compute_end_text")
    beyond_limit = fields.Boolean(
        help="It passed beyond a limit that does not block.",
        groups="wezer_base.group_moderator,wezer_base.group_administrator",
    )
    historic = fields.Boolean(
        help="Brought from another system by an administrator, limits off."
    )
    notice_pending = fields.Boolean(
        help="Those concerned get their notice in a minute."
    )
    date = fields.Datetime(required=True, index=True)
    until = fields.Datetime(string="Set aside until", index="btree_not_null")
    parent_id = fields.Many2one(
        "wezer.transfer",
        string="Belongs to",
        index="btree_not_null",
        ondelete="restrict",
    )
    origin_model = fields.Char()
    origin_id = fields.Many2oneReference(model_field="origin_model")
    origin_part = fields.Integer(help="Which part of its origin it pays, of several.")
    # A key says nothing to the other side.
    key_scope = fields.Char(groups="wezer_base.group_administrator")
    key = fields.Char(groups="wezer_base.group_administrator")
    key_hash = fields.Char(groups="wezer_base.group_administrator")
    done_key = fields.Char(
        groups="wezer_base.group_administrator",
        help="The key of the call that settled this reservation as a whole.",
    )
    person_id = fields.Many2one("res.partner", string="Done by", ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _positive = models.Constraint(
        "CHECK (amount_minor > 0)", "A transfer has an amount."
    )
    _two_parties = models.Constraint(
        "CHECK (payer_id <> payee_id OR historic IS TRUE)", "Nobody pays himself."
    )
    _reversed_range = models.Constraint(
        "CHECK (reversed_minor BETWEEN 0 AND amount_minor)",
        "No more is given back than was paid.",
    )
    _key_uniq = models.UniqueIndex(
        "(key_scope, key) WHERE key IS NOT NULL", "This key was used."
    )
    _untold_idx = models.Index("(id) WHERE notice_pending")
    _origin_idx = models.Index(
        "(origin_model, origin_id) WHERE origin_model IS NOT NULL"
    )

    # === COMPUTE === #

    @api.depends("amount_minor", "wezer_currency_id")
    def _compute_amount_display(self):
        for transfer in self:
            transfer.amount_display = transfer.wezer_currency_id._format(
                transfer.amount_minor
            )

    @api.depends("payer_id", "payee_id", "state")
    @api.depends_context("uid")
    def _compute_direction_text(self):
        acts = self.env.user._acts_for(self.payer_id | self.payee_id, "wallet")
        for transfer in self:
            pays, gets = transfer.payer_id in acts, transfer.payee_id in acts
            done = transfer.state == "done"
            if pays and not gets:
                text = self.env._("you paid") if done else self.env._("you pay")
            elif gets and not pays:
                text = self.env._("you received") if done else self.env._("you receive")
            else:
                text = ""
            transfer.direction_text = text

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_end_text(self):
        acts = self.env.user._acts_for(self.payer_id, "wallet")
        for transfer in self:
            mine = transfer.payer_id in acts
            transfer.end_text = transfer.sudo().end_detail if mine else ""

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        try:
            return super().create(vals_list)
        except UniqueViolation as error:
            if error.diag.constraint_name != "wezer_transfer_key_uniq":
                raise
            # The same key at the same moment: the retry finds the first result.
            raise ConcurrencyError("the same key at the same moment") from error

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise Refusal(self.env._("A transfer is kept for good."), rule="append_only")

    # === PARTS OF EVERY ARROW === #

    @api.model
    def _partner(self, partner_id):
        """Return ``partner_id`` (sudo), unchecked; what is no id gives an empty one."""
        known = partner_id if is_id(partner_id) else []
        return self.env["res.partner"].sudo().browse(known)

    @api.model
    def _party(self, partner_id, what):
        """Return the partner ``partner_id`` if it may hold a wallet.

        One sentence for every cause: nothing is learnt by trying ids.
        """
        partner = self._partner(partner_id).exists()
        if partner and (
            partner.wezer_is_treasury
            or partner == self.env.company.partner_id
            or partner._wezer_is_party()
        ):
            return partner
        raise self._other_side_refusal(what == "payer")

    @api.model
    def _open_currency(self, currency_id):
        known = currency_id if is_id(currency_id) else []
        currency = self.env["wezer.currency"].sudo().browse(known).exists()
        if not currency.active or currency.company_id != self.env.company:
            raise Refusal(self.env._("This currency is not in use."), rule="currency")
        return currency

    @api.model
    def _positive_amount(self, currency, amount):
        # A float is no amount: what it says is not what was typed.
        minor = currency._parse(amount if isinstance(amount, str | int) else "")
        if minor <= 0:
            raise Refusal(
                self.env._("Say how much."), rule="amount", value=str(amount), limit="0"
            )
        return minor

    @api.model
    def _moment(self, text, rule):
        """Return the moment that ``text`` names, None where it names none.

        A day alone is the community's: ``until`` is its end, else it is its beginning.
        """
        return days.read_moment(self.env, text, rule, at_end=rule == "until") or None

    @api.model
    def _first_by_key(self, scope, key, data):
        """Return the transfer made before with ``key``, or an empty recordset.

        :raise Refusal: rule ``key``, where the data differ; it shows nothing
        """
        if not key:
            return self.browse()
        first = self.sudo().search([("key_scope", "=", scope), ("key", "=", key)])
        if first and first.key_hash != self._hash(data):
            raise Refusal(
                self.env._("This was sent before, with other content."), rule="key"
            )
        return first

    @api.model
    def _key(self, key):
        """Return ``key`` as text, False where there is none."""
        key = str(key or "")
        if len(key) > KEY_LENGTH:
            raise Refusal(self.env._("This key is too long."), rule="key")
        if not storable(key):
            raise Refusal(
                self.env._("This key has letters that cannot be kept."), rule="key"
            )
        return key or False

    @api.model
    def _hash(self, data):
        return hashlib.sha256(
            json.dumps(data, sort_keys=True, default=str).encode()
        ).hexdigest()

    @api.model
    def _prepare_transfer_vals(self, payer, payee, currency, minor, purpose, **extra):
        """Return the values of a transfer; wallets are made where missing."""
        wallets = self.env["wezer.wallet"]
        payer_wallet = wallets._get(payer, currency)
        payee_wallet = wallets._get(payee, currency)
        if not (
            currency.transferable or payer_wallet.is_system or payee_wallet.is_system
        ):
            raise Refusal(
                self.env._("%(name)s is not passed on.", name=currency.name),
                rule="transferable",
            )
        levy_payer, levy_payee = self._levies_between(payer_wallet, payee_wallet, minor)
        return {
            "payer_id": payer.id,
            "payee_id": payee.id,
            "payer_wallet_id": payer_wallet.id,
            "payee_wallet_id": payee_wallet.id,
            "wezer_currency_id": currency.id,
            "company_id": currency.company_id.id,
            "amount_minor": minor,
            "levy_payer_minor": levy_payer,
            "levy_payee_minor": levy_payee,
            "purpose": cleaned(purpose, PURPOSE_LENGTH),
            "date": fields.Datetime.now(),
            "person_id": self.env.user.partner_id.id,
            **extra,
        }

    @api.model
    def _purpose_category(self, currency, category):
        """Return the id of the purpose's category, False where there is none."""
        if category:
            known = category if is_id(category) else []
            found = self.env["wezer.category"].sudo().browse(known)
            if found.exists():
                return found.id
            raise Refusal(self.env._("There is no such category."), rule="category")
        if currency.category_required:
            raise Refusal(self.env._("Say which kind of purpose."), rule="category")
        return False

    @api.model
    def _levies_between(self, payer_wallet, payee_wallet, minor):
        """Return the levies of both sides; a treasury pays and receives without."""
        if payer_wallet.is_system or payee_wallet.is_system:
            return 0, 0
        return payer_wallet.wezer_currency_id._levies(minor)

    def _set_state(self, state, **extra):
        """Write the state (sudo: the arrow has checked) with its moment."""
        self.sudo().write({"state": state, "date": fields.Datetime.now(), **extra})

    # === THE POSTING === #

    def _move(self, amount=0, reserved=0, incoming=0, check=True, levies=(0, 0)):
        """Move money or set it aside in the database's own function.

        :param int amount: minor units that move now; 0 sets aside or frees only
        :param int reserved: change of what the payer has set aside
        :param int incoming: change of what is set aside for the payee
        :param bool check: state and limits are asked
        :param levies: of payer and payee, on ``amount``
        :raise Refusal: rules ``state``, ``limit`` or ``other_side``
        """
        self.ensure_one()
        transfer = self.sudo()
        treasury = None
        if any(levies):
            treasury = (
                self.env["wezer.wallet"]
                ._get(
                    transfer.wezer_currency_id.treasury_partner_id,
                    transfer.wezer_currency_id,
                )
                .id
            )
        for name in ("wezer.wallet", "wezer.currency", "wezer.transfer"):
            self.env[name].flush_model()
        query = "SELECT wezer_move(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        try:
            self.env.cr.execute(
                query,
                [
                    transfer.id,
                    transfer.payer_wallet_id.id,
                    transfer.payee_wallet_id.id,
                    transfer.kind,
                    amount,
                    levies[0],
                    levies[1],
                    treasury,
                    reserved,
                    incoming,
                    bool(amount),
                    check,
                    fields.Datetime.now(),
                ],
                log_exceptions=False,
            )
        except NumericValueOutOfRange as error:
            raise Refusal(
                self.env._("This amount is larger than the ledger can count."),
                rule="amount",
            ) from error
        except LockNotAvailable as error:
            raise locks.Busy(self.env) from error
        answer = self.env.cr.fetchone()[0]
        self.env["wezer.wallet"]._forget_sums()
        if answer == "ok_beyond":
            transfer.write({"beyond_limit": True, "notice_pending": True})
        elif answer != "ok":
            self._refuse(answer, amount + max(reserved, 0))
        if amount and transfer.wezer_currency_id.accounting_mode == "immediate":
            self.env.ref("wezer_currency.ir_cron_seal").sudo()._trigger()

    def _carry_out(self):
        """Carry a new transfer out: done, or waiting for receipt where external."""
        self.ensure_one()
        if self.wezer_currency_id.external:
            self._move(reserved=self.amount_minor, incoming=self.amount_minor)
            self._set_state("pending")
            self.sudo()._tell_payee()
        else:
            self._move(
                amount=self.amount_minor,
                levies=(self.levy_payer_minor, self.levy_payee_minor),
            )
            self._set_state("done", notice_pending=True)
        return self

    def _check_state(self, *states):
        self.ensure_one()
        # The row is locked first: two answers at once cannot both pass.
        locks.execute_locking(
            self.env,
            "SELECT state FROM wezer_transfer WHERE id = %s FOR NO KEY UPDATE",
            [self.id],
            returns=False,
        )
        if self.sudo().state not in states:
            raise Refusal(
                self.env._(
                    "This is not possible any more: it is %(state)s.",
                    state=self._state_label(),
                ),
                rule="state",
                value=self.sudo().state,
            )

    def _state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels.get(self.sudo().state, "")

    def _check_readable(self):
        """Refuse who may not even see this transfer."""
        self.ensure_one()
        self.check_access("read")

    def _resolve_payee_or_moderator(self, acting_partner_id, what):
        """Check that the caller is the payee's actor, or a moderator no party to it."""
        self.ensure_one()
        # Only who is asked about: the caller's own rights decide.
        parties = self.sudo().exists().mapped("payer_id") | self.sudo().payee_id
        own = self.env.user.partner_id
        if acting_partner_id in (None, False, own.id) and self.env.user._moderates(
            parties
        ):
            return own
        self._check_readable()
        return self.env.user._resolve_acting(
            acting_partner_id,
            self.sudo().payee_id,
            "wallet",
            what=what,
            record=self.sudo(),
        )

    def _check_no_origin(self):
        if self.sudo().origin_model:
            raise NotAllowed(
                self.env._("This money belongs to a deal and moves only through it."),
                rule="origin",
            )

    def _notify_side(self, partner, kind, message):
        partner._wezer_notify(
            kind, message, url="/my/requests", record=self.sudo(), right="wallet"
        )
