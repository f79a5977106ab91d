import hashlib
import json
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from psycopg2.errors import (
    LockNotAvailable,
    NumericValueOutOfRange,
    UniqueViolation,
)

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import caller_context, days, locks, payload
from odoo.addons.wezer_base.tools.cron import for_each_due
from odoo.addons.wezer_base.tools.numbers import is_id
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

from ..tools import (
    acceptance,
    amounts,
    batch,
    limit_warnings,
    paying,
    recurrence,
    refusals,
    refused_tries,
    scheduling,
    settlement,
    transfer_files,
    transfer_import,
    treasury_policy,
    treasury_rows,
)
from ..tools.bulk_posting import BulkPosting
from ..tools.purpose import language_of_purpose
from ..tools.reasons import checked_reason
from ..tools.texts import KEY_LENGTH, PURPOSE_LENGTH, cleaned, storable
from .fields_bigint import BigInteger

_lt = LazyTranslate(__name__)

# Days for which money is set aside unless the caller gives a date, and at most.
RESERVE_DAYS = 30
RESERVE_DAYS_MAX = 365
# Days in which a request is answered.
REQUEST_DAYS = 30
SCHEDULE_YEARS_MAX = 10
# Batches of so many rows wait in line for their wallets.
LINE_ROWS = 20

TRANSFER = StateMachine(
    states=("requested", "scheduled", "reserved", "pending", "done", "ended"),
    rules={
        "payer": "acts for the payer",
        "payee": "acts for the payee",
        "treasury": "acts for the treasury of an issued currency, which is the payer",
        "asked": "acts for the party that was asked: the payer; of a redemption,"
        " the treasury",
        "asker": "acts for the party that asked: the payee; of a redemption,"
        " the holder",
        "payee_or_moderator": "acts for the payee, or is a community moderator"
        " who is no party to it",
        "corrector": "a community moderator who is no party to it and gave a reason to"
        " see the statement of one of the two wallets",
        "origin": "the record whose money it is (a deal), by an internal method",
        "cron": "a scheduled action",
        "membership": "a member who leaves, or whose two accounts become one",
    },
    transitions=(
        Transition("pay", (), ("done", "pending"), "payer", "pay"),
        Transition("donate", (), ("done", "pending"), "payer", "donate"),
        Transition("post_batch", (), ("done", "pending"), "payer", "post_batch"),
        Transition("issue", (), ("done",), "treasury", "issue"),
        Transition("top_up", (), ("done",), "treasury", "top_up"),
        Transition("schedule", (), ("scheduled",), "payer", "schedule"),
        Transition("ask", (), ("requested",), "payee", "ask"),
        Transition("redeem", (), ("requested",), "payer", "redeem"),
        Transition("reserve", (), ("reserved",), "payer", "reserve"),
        Transition(
            "accept",
            ("requested",),
            ("done", "pending"),
            "asked",
            "action_accept",
            "never after its date",
        ),
        Transition(
            "refuse",
            ("requested",),
            ("ended",),
            "asked",
            "action_refuse",
            "never what is to be given back",
        ),
        Transition("withdraw", ("requested",), ("ended",), "asker", "action_withdraw"),
        Transition("cancel", ("scheduled",), ("ended",), "payer", "action_cancel"),
        Transition(
            "settle",
            ("reserved",),
            ("done", "pending", "reserved", "ended"),
            "payer",
            "action_settle",
            "a part becomes a transfer of its own, and the rest stays set aside"
            " or is freed; never after its date",
        ),
        Transition(
            "release",
            ("reserved",),
            ("ended",),
            "payee_or_moderator",
            "action_release",
        ),
        Transition(
            "confirm", ("pending",), ("done",), "payee_or_moderator", "action_confirm"
        ),
        Transition(
            "deny", ("pending",), ("ended",), "payee_or_moderator", "action_deny"
        ),
        Transition(
            "reverse",
            ("done",),
            ("done",),
            "payee_or_moderator",
            "action_reverse",
            "a new linked transfer gives it back; never a reversal",
        ),
        Transition(
            "take_back",
            ("done",),
            ("done",),
            "payer",
            "action_take_back",
            "what was paid automatically, until the day it states, by a new linked"
            " transfer",
        ),
        Transition(
            "correct",
            ("done",),
            ("done",),
            "corrector",
            "action_correct",
            "a new linked transfer returns all or a part, with a reason that both"
            " parties read; never a reversal or a correction",
        ),
        Transition("run", ("scheduled",), ("done", "pending", "ended"), "cron", "_run"),
        Transition("expire", ("requested", "reserved"), ("ended",), "cron", "_expire"),
        Transition("origin_reserve", (), ("reserved",), "origin", "_reserve"),
        Transition(
            "origin_settle",
            ("reserved",),
            ("done", "pending", "reserved", "ended"),
            "origin",
            "_settle",
        ),
        Transition("origin_release", ("reserved",), ("ended",), "origin", "_release"),
        Transition("origin_confirm", ("pending",), ("done",), "origin", "_confirm"),
        Transition("origin_deny", ("pending",), ("ended",), "origin", "_deny"),
        Transition("origin_reverse", ("done",), ("done",), "origin", "_reverse"),
        Transition(
            "close",
            ("requested", "scheduled", "reserved", "pending"),
            ("ended",),
            "membership",
            "_close",
        ),
    ),
)
#: The answers of the parties to an existing transfer: ``{action: method}``.
ANSWERS = {
    row.action: row.method
    for row in TRANSFER.transitions
    if row.method.startswith("action_") and row.who != "corrector"
}
#: States in which something may still happen by itself or by an answer.
OPEN = TRANSFER.sources("close")
#: States that set money aside, or promise outside money.
HELD = TRANSFER.sources("settle", "confirm")
#: States that wait for somebody's answer.
UNANSWERED = TRANSFER.sources("accept", "settle", "confirm")
EXPIRING = TRANSFER.sources("expire")
#: Kinds by which a party spends what it has.
SPENDING = ("payment", "donation")

FAST_PATH = """SELECT wezer_pay_fast_path(
    %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""


class WezerTransfer(models.Model):
    """A payment as people see it, and all its actions.

    The truth is the ledger (``wezer.ledger.entry``); a transfer says who paid whom,
    what for, and in which state it is. Members only read: they change transfers by the
    public methods of this class, which check who may, then the state, then the data.

    A transfer with an origin (a deal) moves only through the origin's internal methods.

    Subjects of their own are plain modules: paying from reservations, giving back and
    claims (``tools/settlement.py``), scheduled payments (``tools/scheduling.py``),
    batches (``tools/batch.py``, ``tools/bulk_posting.py``), files
    (``tools/transfer_import.py``, ``tools/transfer_files.py``), requests that are paid
    automatically (``wezer.acceptance``, ``tools/acceptance.py``), probing
    (``tools/refused_tries.py``). Limits, levies and the movement of money are functions
    of the database (``models/posting.sql``).
    """

    _name = "wezer.transfer"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _description = "Transfer"
    _order = "date desc, id desc"
    _rec_name = "purpose"
    _state_machine = TRANSFER
    # Programs compare their key as they sent it.
    _wezer_raw = ("key",)

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
        default=0,
        aggregator=None,
        help="The amount that could not be taken back when the payment was reversed.",
    )
    amount_display = fields.Char(string="Amount", compute="_compute_amount_display")
    amount_text = fields.Char(string="Amount (text)", related="amount_display")
    is_unanswered = fields.Boolean(
        string="Waiting for an answer",
        compute="_compute_is_unanswered",
        search="_search_is_unanswered",
    )
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
            ("clearing", "Settlement in a circle"),
            ("correction", "Correction"),
        ],
        required=True,
        default="payment",
    )
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("scheduled", "Scheduled"),
            ("reserved", "Set aside"),
            ("pending", "Waiting for receipt"),
            ("done", "Done"),
            ("ended", "Ended"),
        ],
        required=True,
    )
    end_reason = fields.Selection(
        [
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
            ("expired", "Expired"),
            ("released", "Released"),
            ("denied", "Not received"),
            ("settled", "Paid in part, rest released"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
        ],
        string="Reason for the end",
    )
    # What the payer's wallet had is the payer's own: the payee reads "failed" only.
    end_detail = fields.Char(groups="wezer_base.group_administrator")
    end_text = fields.Char(string="Reason it ended", compute="_compute_end_text")
    beyond_limit = fields.Boolean(
        string="Beyond a limit",
        help="This payment went beyond a limit that does not block payments.",
        groups="wezer_base.group_moderator,wezer_base.group_administrator",
    )
    # Each side reads of its own wallet only, in the text of the warning.
    warned = fields.Selection(
        [("payer", "Payer"), ("payee", "Recipient"), ("both", "Both")],
        help="Whose balance this payment left beyond a warning.",
        groups="wezer_base.group_moderator,wezer_base.group_administrator",
    )
    warning_text = fields.Char(
        string="Warning",
        compute="_compute_warning_text",
        help="The warning that this payment left for the wallet you act for.",
    )
    historic = fields.Boolean(
        help="An administrator imported this transfer from another system. Limits"
        " did not apply."
    )
    notice_pending = fields.Boolean(
        help="The people concerned receive a notice within a minute."
    )
    automatic = fields.Boolean(
        string="Paid automatically",
        help="The payer had accepted such requests in advance.",
    )
    take_back_until = fields.Datetime(
        string="Can be taken back until",
        help="Until then the payer can take an automatic payment back.",
    )
    # Which rule it was is the payer's own affair.
    acceptance_id = fields.Many2one(
        "wezer.acceptance",
        index="btree_not_null",
        ondelete="set null",
        groups=fields.NO_ACCESS,
    )
    acceptance_pending = fields.Boolean(groups=fields.NO_ACCESS)
    date = fields.Datetime(required=True, index=True)
    end_deadline = fields.Datetime(string="Set aside until", index="btree_not_null")
    every = fields.Selection(recurrence.INTERVALS, string="Repeats")
    # Counted from the first, so that the 31st comes back after February.
    schedule_start = fields.Datetime()
    schedule_number = fields.Integer(aggregator=None)
    parent_id = fields.Many2one(
        "wezer.transfer",
        string="Belongs to",
        index="btree_not_null",
        ondelete="restrict",
    )
    reason = fields.Char(
        readonly=True, help="The reason for a correction. Both parties can read it."
    )
    # A plain number: a foreign key would be checked for each row of a batch.
    batch_number = fields.Integer(
        index="btree_not_null",
        aggregator=None,
        groups="wezer_base.group_moderator,wezer_base.group_administrator",
        help="The batch in which this transfer was posted together with others.",
    )
    origin_model = fields.Char()
    origin_id = fields.Many2oneReference(model_field="origin_model")
    origin_part = fields.Integer(
        help="The part of the origin that this transfer pays, if there are several."
    )
    # A key tells the other side nothing.
    key_scope = fields.Char(groups="wezer_base.group_administrator")
    key = fields.Char(groups="wezer_base.group_administrator")
    key_hash = fields.Char(groups="wezer_base.group_administrator")
    done_key = fields.Char(
        groups="wezer_base.group_administrator",
        help="The key of the call that paid all the money set aside.",
    )
    person_id = fields.Many2one("res.partner", string="Done by", ondelete="restrict")
    money_move_id = fields.Many2one(
        "account.move",
        string="Booked",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups="account.group_account_readonly",
    )
    may_accept = fields.Boolean(compute="_compute_permissions")
    may_refuse = fields.Boolean(compute="_compute_permissions")
    may_withdraw = fields.Boolean(compute="_compute_permissions")
    may_cancel = fields.Boolean(compute="_compute_permissions")
    may_settle = fields.Boolean(compute="_compute_permissions")
    may_release = fields.Boolean(compute="_compute_permissions")
    may_confirm = fields.Boolean(compute="_compute_permissions")
    may_deny = fields.Boolean(compute="_compute_permissions")
    may_reverse = fields.Boolean(compute="_compute_permissions")
    may_take_back = fields.Boolean(compute="_compute_permissions")
    may_correct = fields.Boolean(compute="_compute_may_correct")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    _positive = models.Constraint(
        "CHECK (amount_minor > 0)", "A transfer needs an amount above zero."
    )
    _two_parties = models.Constraint(
        "CHECK (payer_id <> payee_id OR historic IS TRUE)", "You cannot pay yourself."
    )
    _reversed_range = models.Constraint(
        "CHECK (reversed_minor BETWEEN 0 AND amount_minor)",
        "You cannot give back more than was paid.",
    )
    _key_uniq = models.UniqueIndex(
        "(key_scope, key) WHERE key IS NOT NULL", "This key has already been used."
    )
    # Nearly all are done: they are never looked for by their state.
    _state_idx = models.Index("(state) WHERE state <> 'done'")
    _notice_pending_idx = models.Index("(id) WHERE notice_pending")
    _acceptance_pending_idx = models.Index("(id) WHERE acceptance_pending")
    _origin_idx = models.Index(
        "(origin_model, origin_id) WHERE origin_model IS NOT NULL"
    )

    # === COMPUTE === #

    @api.depends("amount_minor", "wezer_currency_id")
    @api.depends_context("lang")
    def _compute_amount_display(self):
        for transfer in self:
            transfer.amount_display = transfer.wezer_currency_id._format(
                transfer.amount_minor
            )

    def _said_amount(self):
        """Return the amount as a value of a stored sentence."""
        self.ensure_one()
        return self.wezer_currency_id._said(self.amount_minor)

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
            pays = transfer.payer_id in acts
            transfer.end_text = transfer.sudo().end_detail if pays else ""

    @api.depends("state")
    @api.depends_context("uid", "lang")
    def _compute_warning_text(self):
        acts = self.env.user._acts_for(self.payer_id | self.payee_id, "wallet")
        for transfer in self:
            sides = limit_warnings.sides(transfer.sudo())
            texts = [
                limit_warnings.read(transfer.sudo(), side)
                for side in sides
                if transfer.sudo()[f"{side}_id"] in acts
            ]
            transfer.warning_text = " ".join(filter(None, texts))

    def _search_is_unanswered(self, operator, value):
        if operator != "in":
            return NotImplemented
        if {True, False} <= set(value):
            return Domain.TRUE
        return Domain("state", "in" if True in value else "not in", UNANSWERED)

    @api.depends("state")
    def _compute_is_unanswered(self):
        for transfer in self:
            transfer.is_unanswered = transfer.state in UNANSWERED

    @api.depends("state", "end_deadline")
    @api.depends_context("uid")
    def _compute_permissions(self):
        permissions = self._origin._permissions()
        for transfer in self:
            answers = permissions.get(transfer._origin, {})
            for action in ANSWERS:
                transfer[f"may_{action}"] = answers.get(action, False) is None

    @api.depends("state", "kind", "reversed_minor")
    @api.depends_context("uid")
    def _compute_may_correct(self):
        for transfer in self:
            known = transfer._origin
            transfer.may_correct = bool(known) and known._may("correct")

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
        raise Refusal(self.env._("A transfer cannot be deleted."), rule="append_only")

    # === PERMISSIONS === #

    def _permissions(self):
        """Return what the current user may answer to each transfer, and why not.

        :return: ``{transfer: {action: None, or the error that the action raises}}``
        """
        return {
            transfer: {
                action: transfer._why_not(action, readable=True) for action in ANSWERS
            }
            for transfer in self
        }

    def _why_not(self, action, readable=False):
        """Return why the current user may not do ``action``, or None.

        :param str action: one of :data:`ANSWERS`
        :param bool readable: the caller knows that the user may read this transfer
        """
        self.ensure_one()
        return (
            self._party_refusal(action, readable)
            or self._origin_refusal()
            or self._state_refusal(action)
            or self._data_refusal(action)
        )

    def _party_for(self, action):
        """Return the party whose action it is (sudo), by the rule of the table."""
        transfer = self.sudo()
        rule = TRANSFER.who(action)
        redeemed = transfer.kind == "redeem"
        if rule == "payer" or rule == ("asker" if redeemed else "asked"):
            return transfer.payer_id
        if rule in ("payee", "payee_or_moderator") or rule == (
            "asked" if redeemed else "asker"
        ):
            return transfer.payee_id
        # Not an action of people.
        return transfer.payer_id.browse()

    def _party_refusal(self, action, readable):
        """Return the error where the user does not act for the party, or None."""
        if TRANSFER.who(action) == "corrector":
            return self._corrector_refusal()
        try:
            if not self._is_moderated(action):
                if not readable:
                    self.check_access("read")
                self.env.user._check_acts_for(self._party_for(action), "wallet")
        except UserError as error:
            return error
        return None

    def _is_moderated(self, action, acting_partner_id=None):
        """Return whether the user does ``action`` as a community moderator."""
        own = self.env.user.partner_id.id
        if TRANSFER.who(action) != "payee_or_moderator":
            return False
        if acting_partner_id not in (None, False, own):
            return False
        # Only who is asked about: the caller's own rights decide.
        transfer = self.sudo().exists()
        if action == "reverse" and self.env.user._wezer_office_refusal(
            transfer.wezer_currency_id.ids
        ):
            # By the four-eyes rule only, see ``wezer.treasury.act``.
            return False
        return self.env.user._moderates(transfer.payer_id | transfer.payee_id)

    def _corrector_refusal(self):
        """Return why the user may not correct this transfer, or None.

        Who corrects has looked at one of the two statements: transfers that somebody
        may not read tell nothing by refusals.
        """
        user, transfer = self.env.user, self.sudo().exists()
        parties = transfer.payer_id | transfer.payee_id
        # Moderators who have a role in it have no way around the second person.
        if refusal := user._wezer_office_refusal(transfer.wezer_currency_id.ids):
            return refusal
        if not parties or not user._moderates(parties):
            return NotAllowed(
                self.env._(
                    "Only community moderators who are no party to a payment can"
                    " correct it."
                ),
                rule="moderate",
            )
        return self._look_refusal()

    def _look_refusal(self):
        """Return the error where the user opened none of the two statements."""
        if self._is_opened_to(self.env.user):
            return None
        return NotAllowed(
            self.env._("Open the statement of one of the two wallets first."),
            rule="look",
        )

    def _is_opened_to(self, user):
        """Return whether ``user`` looked at one of the two statements within a day."""
        known = self.sudo()
        wallets = known.payer_wallet_id | known.payee_wallet_id
        return any(wallet._opened_as(user) for wallet in wallets)

    def _origin_refusal(self):
        if self.sudo().origin_model == "wezer.clearing":
            return NotAllowed(
                self.env._(
                    "This payment is part of a settlement in a circle and cannot be"
                    " changed on its own."
                ),
                rule="origin",
            )
        if self.sudo().origin_model:
            return NotAllowed(
                self.env._(
                    "This money belongs to a deal and can only be moved through it."
                ),
                rule="origin",
            )
        return None

    def _data_refusal(self, action):
        """Return why the data do not allow ``action``, or None."""
        if action == "refuse" and settlement.is_claim(self):
            return Refusal(
                self.env._("You cannot refuse to give back this money."), rule="claim"
            )
        if action in ("reverse", "correct"):
            return settlement.reverse_refusal(self)
        if action == "take_back":
            return acceptance.take_back_refusal(self)
        if action in ("settle", "accept") and self._is_overdue():
            return refusals.overdue(
                self.env, self.sudo().state, self.sudo().end_deadline
            )
        return None

    def _is_overdue(self):
        """Return whether its date is over, though no scheduled action ended it yet.

        What belongs to an origin (a deal) ends when its origin says so.
        """
        self.ensure_one()
        transfer = self.sudo()
        return bool(
            transfer.end_deadline
            and transfer.end_deadline < fields.Datetime.now()
            and transfer.state in EXPIRING
            and not transfer.origin_model
        )

    def _state_message(self, _action):
        return self.env._(
            "This is no longer possible. The state is now “%(state)s”.",
            state=self._state_label(),
        )

    def _authorise(self, action, acting_partner_id=None):
        """Raise unless the user acts for the party whose action it is; log it.

        Nothing else moves the money of an origin (a deal).

        :return: that party; empty where a moderator acts
        """
        self.ensure_one()
        party = self.env["res.partner"]
        if not self._is_moderated(action, acting_partner_id):
            self.check_access("read")
            party = self.env.user._resolve_acting(
                acting_partner_id,
                self._party_for(action),
                "wallet",
                what=action,
                record=self.sudo(),
            )
        refusal = self._origin_refusal()
        if refusal:
            raise refusal
        return party

    def _check_state(self, action):
        """Raise unless ``action`` is possible in the state of now; lock the row.

        Two answers at once cannot both pass.
        """
        self.ensure_one()
        locks.execute_locking(
            self.env,
            "SELECT state FROM wezer_transfer WHERE id = %s FOR NO KEY UPDATE",
            [self.id],
            returns=False,
        )
        return super()._check_state(action)

    def _begin_action(self, action, acting_partner_id=None):
        """Raise what :meth:`_why_not` returns; lock the row.

        :return: the party acted for, see :meth:`_authorise`
        """
        party = self._authorise(action, acting_partner_id)
        self._check_state(action)
        refusal = self._data_refusal(action)
        if refusal:
            raise refusal
        return party

    def _set_state(self, state, **extra):
        """Write the state (sudo: the action has checked) with its moment."""
        transfer = self.sudo()
        if not TRANSFER.allows(transfer.state, state):
            raise ValueError(f"a transfer goes not from {transfer.state} to {state}")
        transfer.write({"state": state, "date": fields.Datetime.now(), **extra})

    # === DATA OF A NEW TRANSFER === #

    @api.model
    def _partner(self, partner_id):
        """Return ``partner_id`` (sudo), unchecked; what is no id gives an empty one."""
        return payload.record(self.env, "res.partner", partner_id).sudo()

    @api.model
    def _resolve_party(self, partner_id, side):
        """Return the partner ``partner_id`` if it may hold a wallet.

        One sentence for every cause: nothing is learnt by trying ids.

        :param str side: ``payer`` or ``payee``
        """
        partner = self._partner(partner_id).exists()
        if partner and (
            partner.wezer_is_treasury
            or partner == self.env.company.partner_id
            or partner._wezer_is_party()
        ):
            return partner
        raise refusals.other_side(self.env, pays=side == "payer")

    @api.model
    def _open_currency(self, currency_id):
        """Return the currency in use with this id (sudo), or refuse."""
        known = currency_id if is_id(currency_id) else []
        currency = self.env["wezer.currency"].sudo().browse(known).exists()
        if not currency.active or currency.company_id != self.env.company:
            raise Refusal(self.env._("This currency is not in use."), rule="currency")
        return currency

    @api.model
    def _positive_amount(self, currency, amount):
        """Return the minor units of ``amount``, above zero, or refuse."""
        # A float is no amount: it is not exactly what was typed.
        minor = currency._parse(amount if isinstance(amount, str | int) else "")
        if minor <= 0:
            raise Refusal(
                self.env._("Enter how much."),
                rule="amount",
                value=str(amount),
                limit="0",
            )
        return minor

    @api.model
    def _read_moment(self, text, rule):
        """Return the moment that ``text`` names, None where it names none.

        A day alone is the community's: ``until`` is its end, else it is its beginning.
        """
        return days.read_moment(self.env, text, rule, at_end=rule == "until") or None

    @api.model
    def _purpose_category(self, currency, category):
        """Return the id of the purpose's category, False where there is none."""
        if category:
            known = category if is_id(category) else []
            found = self.env["wezer.category"].sudo().browse(known)
            if found.exists():
                return found.id
            raise Refusal(self.env._("This category does not exist."), rule="category")
        if currency.category_required:
            raise Refusal(self.env._("Choose a category."), rule="category")
        return False

    @api.model
    def _levies_between(self, payer_wallet, payee_wallet, minor):
        """Return the levies of both sides; a treasury pays and receives without."""
        if payer_wallet.is_system or payee_wallet.is_system:
            return 0, 0
        return payer_wallet.wezer_currency_id._levies(minor)

    @api.model
    def _prepare_transfer_vals(self, payer, payee, currency, minor, purpose, **extra):
        """Return the values of a transfer; wallets are made where missing."""
        wallets = self.env["wezer.wallet"]
        payer_wallet = wallets._get(payer, currency)
        payee_wallet = wallets._get(payee, currency)
        if not (
            currency.transferable or payer_wallet.is_system or payee_wallet.is_system
        ):
            raise refusals.not_transferable(self.env, currency)
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
    def _check_acts_for(self, partner_id):
        """Refuse strangers before anything else is looked at.

        :meth:`_prepare_new` resolves for whom the user acts, and logs it.
        """
        self.env.user._check_acts_for(self._partner(partner_id), "wallet")

    @api.model
    def _prepare_new(
        self,
        action,
        payer,
        payee,
        currency,
        amount,
        purpose,
        key,
        acting_partner_id,
        category=None,
        asked=None,
        authorised=False,
        **extra,
    ):
        """Check who and data of a new transfer.

        :param str action: of the state machine; its rule says whose action it is
        :param bool authorised: who may was checked, and logged, before
        :param asked: what else the caller gave, so that a key stands for it too
        :return: ``(transfer made before with this key, or empty, values)``
        """
        is_payee = TRANSFER.who(action) == "payee"
        # Access first: ids that are not the caller's must tell nothing.
        caller = self._partner(payee if is_payee else payer)
        if not authorised:
            self.env.user._resolve_acting(
                acting_partner_id, caller, "wallet", what=action
            )
        payer = self._resolve_party(payer, "payer")
        payee = self._resolve_party(payee, "payee")
        if payer == payee:
            raise refusals.same_party(self.env)
        currency = self._open_currency(currency)
        minor = self._positive_amount(currency, amount)
        category = self._purpose_category(currency, category)
        wallet = self.env["wezer.wallet"]._get(caller, currency)
        scope = f"{action}:{wallet.id}"
        key = self._check_key(key)
        data = self._key_data(
            payer.id, payee.id, currency.id, minor, purpose, category, asked
        )
        first = self._find_by_key(scope, key, data)
        if first:
            return first, {}
        if not is_payee:
            # Asking tests nobody's wallet; accepting does, and is counted.
            refused_tries.check(self.env, payer, payee)
        wallet._check_open()
        vals = self._prepare_transfer_vals(
            payer, payee, currency, minor, purpose, category_id=category, **extra
        )
        return self.browse(), {**vals, **self._prepare_key_vals(scope, key, data)}

    # === KEYS: the same key with the same data pays once === #

    @api.model
    def _check_key(self, key):
        """Return ``key`` as text, False where there is none."""
        key = str(key or "")
        if len(key) > KEY_LENGTH:
            raise Refusal(self.env._("This key is too long."), rule="key")
        if not storable(key):
            raise Refusal(
                self.env._("This key contains characters that cannot be stored."),
                rule="key",
            )
        return key or False

    @api.model
    def _key_data(self, payer, payee, currency, minor, purpose, category, asked=None):
        """Return what a key stands for, so that other data are refused."""
        data = [payer, payee, currency, minor, str(purpose or ""), asked]
        return data + [category] if category else data

    @api.model
    def _hash(self, data):
        return hashlib.sha256(
            json.dumps(data, sort_keys=True, default=str).encode()
        ).hexdigest()

    @api.model
    def _find_by_key(self, scope, key, data):
        """Return the transfer made before with ``key``, or an empty recordset.

        :raise Refusal: rule ``key``, where the data differ; it shows nothing
        """
        if not key:
            return self.browse()
        first = self.sudo().search([("key_scope", "=", scope), ("key", "=", key)])
        if first and first.key_hash != self._hash(data):
            raise refusals.used_key(self.env)
        return first

    @api.model
    def _prepare_key_vals(self, scope, key, data):
        """Return the values that keep ``key``; none where there is no key."""
        if not key:
            return {}
        return {"key_scope": scope, "key": key, "key_hash": self._hash(data)}

    def _key_scope(self, action):
        """Return the namespace of the keys of one action: the origin's, or its own."""
        return f"{action}:{self.sudo().origin_model or self.id}"

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
            treasury = transfer.wezer_currency_id._treasury_wallet().id
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
            raise refusals.not_countable(self.env) from error
        except LockNotAvailable as error:
            raise locks.Busy(self.env) from error
        answer = self.env.cr.fetchone()[0]
        self.env["wezer.wallet"]._invalidate_sums()
        if not answer.startswith("ok"):
            raise self._posting_refusal(answer, amount + max(reserved, 0))
        if answer != "ok":
            marks = limit_warnings.marks(transfer, answer)
            transfer.write({**marks, "notice_pending": True})
        if amount and transfer.wezer_currency_id.accounting_mode == "immediate":
            self.env.ref("wezer_currency.ir_cron_seal").sudo()._trigger()

    def _posting_refusal(self, answer, minor):
        """Return why the posting was refused: in full about one's own wallet only.

        :param str answer: of ``wezer_move``
        :param int minor: what was to leave the payer
        """
        transfer = self.sudo()
        currency = transfer.wezer_currency_id
        own_side = answer.startswith("payer")
        wallet = transfer.payer_wallet_id if own_side else transfer.payee_wallet_id
        open_book = currency.balances_public or self.env.user._acts_for(
            wallet.partner_id, "wallet"
        )
        if not open_book:
            refused_tries.count(self.env, transfer.payer_id, transfer.payee_id)
            return refusals.other_side(self.env, pays=own_side)
        if answer.endswith("state"):
            return refusals.wallet_not_open(
                self.env, wallet.partner_id.name, wallet.state
            )
        lower, upper = wallet._limits()
        return refusals.beyond_limit(
            self.env,
            currency,
            wallet.partner_id.name,
            wallet.available,
            (lower or 0) if own_side else upper,
            minor,
        )

    def _check_spend(self):
        """Ask the payer's own rules about spending; fees and repayments are none."""
        transfer = self.sudo()
        if transfer.kind in SPENDING:
            transfer.payer_id._wezer_check_spend(
                transfer.wezer_currency_id,
                transfer.amount_minor,
                transfer._origin_record(),
                payee=transfer.payee_id,
                but=transfer.id,
                purpose=transfer.purpose or "",
            )

    def _origin_record(self):
        """Return the record (sudo) that this transfer belongs to, or None."""
        transfer = self.sudo()
        if not transfer.origin_model:
            return None
        return transfer.env[transfer.origin_model].browse(transfer.origin_id)

    def _execute(self):
        """Pay a transfer: done, or waiting for receipt where the money is outside."""
        self.ensure_one()
        self._check_spend()
        treasury_policy.check_transfer(self)
        if self.wezer_currency_id.external:
            self._move(reserved=self.amount_minor, incoming=self.amount_minor)
            self._set_state("pending")
            self.sudo()._notify_payee()
        else:
            self._move(
                amount=self.amount_minor,
                levies=(self.levy_payer_minor, self.levy_payee_minor),
            )
            self._set_state("done", notice_pending=True)
        return self

    def _set_aside(self):
        """Set the amount and the payer's levy aside, limits checked."""
        self.ensure_one()
        self._check_spend()
        treasury_policy.check_transfer(self)
        transfer = self.sudo()
        self._move(
            reserved=transfer.amount_minor + transfer.levy_payer_minor,
            incoming=transfer.amount_minor,
        )

    def _free(self, reason):
        """Free what is set aside or promised, and end."""
        held, levy = self._held()
        self._move(reserved=-(held + levy), incoming=-held, check=False)
        self._set_state("ended", end_reason=reason)

    def _held(self):
        """Return ``(amount, levy of the payer)`` that this transfer sets aside."""
        return settlement.held(self)

    # === WAITING IN LINE: see ``in_line`` === #

    @api.model
    def _line_of_new(self, payer=None, payee=None, currency=None, **_others):
        """Return the wallets that a new transfer moves; none where it is refused."""
        if not is_id(payer) or payer not in self.env.user._acting_ids("wallet"):
            return []
        return self.env["wezer.wallet"]._line_of([currency], [payer, payee])

    @api.model
    def _line_of_rows(self, rows=None, dry_run=False, **_others):
        """Return the wallets that a short batch moves.

        A long one would hold up everybody; it is tried again where it meets another.
        """
        if dry_run or not isinstance(rows, list) or len(rows) > LINE_ROWS:
            return []
        rows = [row for row in rows if isinstance(row, dict)]
        acts = self.env.user._acting_ids("wallet")
        payers = [row.get("payer") for row in rows]
        if not all(is_id(payer) and payer in acts for payer in payers):
            return []
        named = {row.get("currency") for row in rows if is_id(row.get("currency"))}
        codes = [text for row in rows if isinstance(text := row.get("currency"), str)]
        known = self.env["wezer.currency"].search([("code", "in", codes)])
        partners = [row.get(side) for row in rows for side in ("payer", "payee")]
        return self.env["wezer.wallet"]._line_of([*named, *known.ids], partners)

    def _line_of_answer(self, **_others):
        """Return the wallets that an answer to this transfer may move."""
        transfer = self.sudo()
        wallets = transfer.payer_wallet_id | transfer.payee_wallet_id
        return wallets.filtered(lambda wallet: not wallet.is_system).ids

    # === BEFORE PAYING === #

    @api.model
    def _recent_profiles(self):
        """Return the profiles of those whom the user last paid or was paid by."""
        return paying.recent_profiles(self, self.env.user.partner_id)

    @api.model
    def _last_look(self, payer, currency, amount):
        """Return why this payment deserves a last look, as a sentence, or None.

        For pages that people pay on: programs pay at once. It tells nothing to
        somebody who does not act for the payer.
        """
        payer = self._partner(payer).exists()
        if not payer or not self.env.user._acts_for(payer, "wallet"):
            return None
        money = self.env["wezer.currency"].search(
            [("id", "=", currency if is_id(currency) else 0)]
        )
        minor = paying.read_amount(money.sudo(), amount) if money else None
        found = minor and paying.unusual(self, payer, money.sudo(), minor)
        if not found:
            return None
        return paying.reason_text(self, money.sudo(), found)

    @api.model
    def _warnings_before(self, payer, leaving):
        """Return which warnings of the payer's limits are passed, as sentences.

        For pages whose button sets money aside. It tells nothing to somebody who does
        not act for the payer, and asks nothing where no money of Wezer's leaves.

        :param payer: res.partner
        :param dict leaving: ``{wezer.currency: minor units}``, the levies with them
        """
        leaving = {
            currency.sudo(): minor
            for currency, minor in leaving.items()
            if minor > 0 and not currency.external
        }
        if not leaving or not self.env.user._acts_for(payer, "wallet"):
            return []
        return paying.warnings_before(self, payer.sudo(), leaving)

    # === ACTIONS: PAYING === #

    @api.model
    @locks.in_line("wallet", "_line_of_new")
    def pay(
        self,
        payer: int,
        payee: int,
        currency: int,
        amount: str,
        purpose: str = "",
        key: str | None = None,
        acting_partner_id: int | None = None,
        category: int | None = None,
    ) -> int:
        """Pay ``amount`` from ``payer`` to ``payee``.

        :param payer: partner id
        :param payee: partner id
        :param currency: id of a ``wezer.currency``
        :param amount: as people write it, ``"1:30"`` or ``"12.50"``
        :param key: the same key with the same data pays once
        :param acting_partner_id: the party acted for: the payer
        :param category: what kind of purpose, id of a ``wezer.category``
        :return: id of the transfer, done or (external) pending
        :raise NotAllowed: where the user does not act for the payer
        :raise Refusal: rules ``party``, ``currency``, ``amount``, ``unit``, ``state``,
            ``limit``, ``other_side``, ``key``
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
    @locks.in_line("wallet", "_line_of_new")
    def donate(
        self,
        payer: int,
        payee: int,
        currency: int,
        amount: str,
        purpose: str = "",
        key: str | None = None,
        acting_partner_id: int | None = None,
        category: int | None = None,
    ) -> int:
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
        action,
        kind,
        payer,
        payee,
        currency,
        amount,
        purpose,
        key,
        acting_partner_id,
        category=None,
    ):
        """Pay by the fast path where it can, else step by step."""
        given = (action, kind, payer, payee, currency, amount, purpose, key, category)
        if acting_partner_id in (None, False, payer) and (
            done := self._pay_fast(*given)
        ):
            return done
        caller = self._partner(payer)
        other = caller != self.env.user.partner_id
        if other:
            self.env.user._resolve_acting(
                acting_partner_id, caller, "wallet", what=action
            )
            if self._may_spend(caller, payee, currency, amount) and (
                done := self._pay_fast(*given, authorised=True)
            ):
                return done
        first, vals = self._prepare_new(
            action,
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting_partner_id,
            category,
            authorised=other,
        )
        if first:
            return first.id
        money = self.env["wezer.currency"].sudo().browse(vals["wezer_currency_id"])
        if money._is_issued() and money.treasury_partner_id.id == vals["payer_id"]:
            kind = "issue"
        state = "pending" if money.external else "done"
        # Access and data are checked: the row is made for the caller.
        transfer = self.sudo().create({**vals, "kind": kind, "state": state})
        transfer._execute()
        return transfer.id

    @api.model
    def _may_spend(self, payer, payee, currency, amount):
        """Return whether the payer's own rules leave this to whoever acts for it.

        Where not, it is refused step by step, after the key was looked up.
        """
        unit = is_id(currency) and self.env["wezer.currency"]._counting_unit(currency)
        if not unit or not isinstance(amount, str):
            return False
        money = self.env["wezer.currency"].sudo().browse(currency)
        try:
            payer.sudo()._wezer_check_spend(
                money,
                amounts.parse(amount, *unit),
                payee=self._partner(payee).sudo(),
            )
        except (amounts.AmountError, Refusal):
            return False
        return True

    @api.model
    def _pay_fast(
        self,
        action,
        kind,
        payer,
        payee,
        currency,
        amount,
        purpose,
        key,
        category,
        authorised=False,
    ):
        """Pay in one call of the database; None where this is no case for it.

        That call asks who, state and data itself (``posting_fast_path.sql``). What
        it does not do is done, or refused with its reason, step by step.
        """
        user, key = self.env.user, str(key or "") or None
        if not (is_id(payer) and is_id(payee) and is_id(currency)) or payer == payee:
            return None
        if len(key or "") > KEY_LENGTH or not storable(key or ""):
            return None
        unit = self.env["wezer.currency"]._counting_unit(currency)
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
                FAST_PATH,
                [
                    user.id,
                    authorised,
                    payer,
                    payee,
                    currency,
                    minor,
                    unit[0],
                    kind,
                    purpose,
                    category or None,
                    action,
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
            raise refusals.not_countable(self.env) from error
        except LockNotAvailable as error:
            raise locks.Busy(self.env) from error
        # Read before anything else is flushed through the same cursor.
        transfer_id = self.env.cr.fetchone()[0]
        self.env["wezer.wallet"]._invalidate_sums()
        return transfer_id

    # === ACTIONS: ASKING, SETTING ASIDE, SCHEDULING === #

    @api.model
    def ask(
        self,
        payer: int,
        payee: int,
        currency: int,
        amount: str,
        purpose: str = "",
        key: str | None = None,
        acting_partner_id: int | None = None,
        category: int | None = None,
    ) -> int:
        """Ask ``payer`` for ``amount``; the request expires after 30 days.

        Arguments and errors as of :meth:`pay`; the party acted for is the payee. A
        request that the payer accepted in advance is paid within a minute.

        :return: id of the transfer, requested
        """
        first, vals = self._prepare_new(
            "ask",
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting_partner_id,
            category,
        )
        if first:
            return first.id
        until = fields.Datetime.now() + timedelta(days=REQUEST_DAYS)
        rule = self.env["wezer.acceptance"]._covering(
            vals["payer_id"],
            vals["payee_id"],
            vals["wezer_currency_id"],
            vals["amount_minor"],
        )
        transfer = self.sudo().create(
            {
                **vals,
                "state": "requested",
                "end_deadline": until,
                "acceptance_id": rule.id,
                "acceptance_pending": bool(rule),
            }
        )
        if rule:
            # The payer gets one notice: that it was paid, or that it waits.
            self.env.ref("wezer_currency.ir_cron_accept").sudo()._trigger()
        else:
            transfer._notify_asked()
        return transfer.id

    @api.model
    @locks.in_line("wallet", "_line_of_new")
    def reserve(
        self,
        payer: int,
        payee: int,
        currency: int,
        amount: str,
        purpose: str = "",
        key: str | None = None,
        acting_partner_id: int | None = None,
        until: str | None = None,
        category: int | None = None,
    ) -> int:
        """Set ``amount`` aside for ``payee``.

        Arguments and errors as of :meth:`pay`.

        :param until: when it ends; 30 days unless given, at most a year
        :return: id of the transfer, reserved
        """
        self._check_acts_for(payer)
        now = fields.Datetime.now()
        asked = str(until or "")
        until = self._read_moment(until, "until")
        until = until or now + timedelta(days=RESERVE_DAYS)
        first, vals = self._prepare_new(
            "reserve",
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting_partner_id,
            category,
            asked=asked,
            end_deadline=until,
        )
        if first:
            return first.id
        if not now < until <= now + timedelta(days=RESERVE_DAYS_MAX):
            raise Refusal(
                self.env._("Money can be set aside for one year at most."),
                rule="until",
                value=str(until),
                limit=str(RESERVE_DAYS_MAX),
            )
        transfer = self.sudo().create({**vals, "state": "reserved"})
        transfer._set_aside()
        return transfer.id

    @api.model
    def schedule(
        self,
        payer: int,
        payee: int,
        currency: int,
        amount: str,
        purpose: str = "",
        key: str | None = None,
        acting_partner_id: int | None = None,
        date: str | None = None,
        every: str | None = None,
        until: str | None = None,
        category: int | None = None,
    ) -> int:
        """Pay ``amount`` on ``date``, once or (``every``) until ``until``.

        Arguments and errors as of :meth:`pay`.

        :param date: the first day, in the future
        :param every: ``week``, ``month`` (the 31st is the last day of a
            shorter month) or ``year``
        :param until: no payment after this moment; ten years at most
        :return: id of the first transfer, scheduled
        """
        self._check_acts_for(payer)
        asked = [str(date or ""), every or "", str(until or "")]
        date, until = self._read_moment(date, "date"), self._read_moment(until, "until")
        first, vals = self._prepare_new(
            "schedule",
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting_partner_id,
            category,
            asked=asked,
        )
        if first:
            return first.id
        now = fields.Datetime.now()
        latest = now + relativedelta(years=SCHEDULE_YEARS_MAX)
        if not date or not now < date <= latest:
            raise Refusal(
                self.env._("Choose a future date, at most ten years ahead."),
                rule="date",
                value=str(date or ""),
            )
        if every and not recurrence.is_interval(every):
            raise Refusal(
                self.env._("A payment can be repeated every week, month or year."),
                rule="every",
                value=str(every),
            )
        if until and not date <= until <= latest:
            raise Refusal(
                self.env._("The last day has to be after the first."),
                rule="until",
                value=str(until),
            )
        money = self.env["wezer.currency"].sudo().browse(vals["wezer_currency_id"])
        payer_partner = self._partner(vals["payer_id"]).sudo()
        payer_partner._wezer_check_spend(
            money,
            vals["amount_minor"],
            payee=self._partner(vals["payee_id"]).sudo(),
            purpose=vals.get("purpose") or "",
        )
        treasury_policy.check_planned(money, payer_partner, vals["amount_minor"])
        vals.update(
            date=date,
            end_deadline=until or (latest if every else False),
            every=every or False,
            schedule_start=date,
            schedule_number=0,
        )
        # Access and data are checked: the row is made for the caller.
        return self.sudo().create({**vals, "state": "scheduled"}).id

    # === ACTIONS: THE TREASURY OF ISSUED MONEY === #

    @api.model
    @locks.in_line("wallet", "_line_of_new")
    def issue(
        self,
        payer: int,
        payee: int,
        currency: int,
        amount: str,
        purpose: str = "",
        key: str | None = None,
        acting_partner_id: int | None = None,
        category: int | None = None,
    ) -> int:
        """Issue ``amount`` of an issued currency from its treasury, the payer.

        Arguments and errors as of :meth:`pay`, and rule ``issue``.
        """
        return self._issue(
            "issue",
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
    def _issue(
        self,
        action,
        payer,
        payee,
        currency,
        amount,
        purpose,
        key,
        acting_partner_id,
        category,
    ):
        """Issue, by ``issue`` or by ``top_up``: each has keys of its own."""
        self._check_acts_for(payer)
        money = self._open_currency(currency)
        if not money._is_issued() or money.treasury_partner_id.id != payer:
            raise Refusal(
                self.env._(
                    "Only the treasury can issue this currency, and only if"
                    " it is an issued currency."
                ),
                rule="issue",
            )
        return self._pay(
            action,
            "issue",
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
    @locks.in_line("wallet", "_line_of_new")
    def top_up(
        self,
        payer: int,
        payee: int,
        currency: int,
        amount: str,
        purpose: str = "",
        key: str | None = None,
        acting_partner_id: int | None = None,
        category: int | None = None,
    ) -> int:
        """Issue ``amount`` against money that came in, and book that money.

        Arguments and errors as of :meth:`issue`.

        :raise Refusal: rule ``value``, where a unit has no value in money
        """
        self._check_acts_for(payer)
        money = self._open_currency(currency)
        if not money._has_value():
            raise refusals.no_value(self.env)
        transfer = self.browse(
            self._issue(
                "top_up",
                payer,
                payee,
                currency,
                amount,
                purpose,
                key,
                acting_partner_id,
                category,
            )
        )
        # The treasury's actor was checked; booking is the community's own.
        transfer.sudo()._book_money(1)
        return transfer.id

    @api.model
    def redeem(
        self,
        payer: int,
        payee: int,
        currency: int,
        amount: str,
        purpose: str = "",
        key: str | None = None,
        acting_partner_id: int | None = None,
        category: int | None = None,
    ) -> int:
        """Ask the treasury to take ``amount`` back; its actor accepts.

        Arguments and errors as of :meth:`pay`, and rule ``redeem``.

        :param payer: the holder
        :param payee: the currency's treasury
        :return: id of the transfer, requested
        """
        self._check_acts_for(payer)
        money = self._open_currency(currency)
        if not money._is_issued() or money.treasury_partner_id.id != payee:
            raise Refusal(
                self.env._(
                    "Only the treasury can redeem this currency, and only"
                    " if it is an issued currency."
                ),
                rule="redeem",
            )
        first, vals = self._prepare_new(
            "redeem",
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting_partner_id,
            category,
        )
        if first:
            return first.id
        transfer = self.sudo().create({**vals, "kind": "redeem", "state": "requested"})
        transfer._notify_side(
            transfer.payee_id,
            "request",
            _lt(
                "%(name)s asks to redeem %(amount)s.",
                name=transfer.payer_id.name,
                amount=transfer._said_amount(),
            ),
        )
        return transfer.id

    def _book_money(self, sign):
        """Book what was paid in (1) or out (-1) for this transfer, once."""
        self.ensure_one()
        if self.money_move_id:
            return
        currency = self.sudo().wezer_currency_id
        worth = sign * currency._worth(self.amount_minor)
        if not worth:
            return
        lines = [
            (currency.money_account_id, worth),
            (currency.treasury_account_id, -worth),
        ]
        member = self.payee_id if sign > 0 else self.payer_id
        moves = caller_context.plain(self.env["account.move"])
        move = moves.create(
            {
                "move_type": "entry",
                "journal_id": currency.journal_id.id,
                "date": days.day_of(self.env, self.date, self.company_id),
                "ref": f"{currency.code} {self.id}",
                "company_id": self.company_id.id,
                "line_ids": [
                    fields.Command.create(
                        {
                            "name": self.purpose or currency.name,
                            "account_id": account.id,
                            "partner_id": member.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in lines
                ],
            }
        )
        move.action_post()
        self.money_move_id = move

    # === ACTIONS: BATCHES AND FILES === #

    @api.model
    @locks.in_line("wallet", "_line_of_rows")
    def post_batch(
        self,
        rows: list,
        mode: str = "strict",
        dry_run: bool = False,
        create: bool = False,
    ) -> list:
        """Post thousands of transfers, all or none.

        The caller holds ``wallet`` for every payer and gives no ``date``; any
        other payer, dates, ``history`` and ``create`` are administrators'.

        :param rows: dicts ``payer``, ``payee`` (id of the partner, or a
            reference: the wallet's, an e-mail address, the profile's address,
            a name), ``currency`` (id or code), ``amount`` (text), ``purpose``,
            ``category`` (id), ``date``, ``key``
        :param mode: ``strict``: limits apply; ``history``: they do not
        :param dry_run: check all, post nothing
        :param create: make the wallets and members that are missing
        :return: ids of the transfers, in the rows' order; none for a dry run
        :raise BatchRefusal: rule ``batch``, with every bad row's reason
        """
        answers = batch.post(self, rows, mode, dry_run, create)
        bad = [answer for answer in answers if answer["state"] == "refused"]
        if bad:
            raise batch.batch_refusal(self.env, bad, len(answers))
        if dry_run:
            return []
        ids = [answer["id"] for answer in answers]
        own = self.env.user.partner_id.id
        # A person's own wallet is no treasury.
        if any(row.get("payer") != own for row in rows):
            treasury_policy.check_posted(self, ids)
        return ids

    @api.model
    def _post_rows(self, rows, mode="strict", dry_run=False, batch=None):
        """Post prepared rows, see :class:`BulkPosting`; the caller checked who.

        :param batch: id of the ``wezer.batch`` that the posted transfers belong to
        """
        return BulkPosting(self, mode, batch).post(rows, dry_run=dry_run)

    @api.model
    def _import_rows(
        self,
        rows,
        mode="strict",
        dry_run=False,
        create=False,
        digits=None,
        accept_dates=False,
    ):
        """Post the rows of a file; see :func:`transfer_files.import_rows`."""
        return transfer_files.import_rows(
            self, rows, mode, dry_run, create, digits, accept_dates
        )

    @api.model
    def _import_files(self, paths, mapping, lines, **options):
        """Post files as a program does; see :func:`transfer_import.import_files`."""
        return transfer_import.import_files(self, paths, mapping, lines, options)

    @api.model
    def _file_rows(self):
        """Yield every transfer as a file has it, oldest first; administrators."""
        return transfer_files.transfer_rows(self)

    @api.model
    def _is_administrator(self):
        return self.env.su or self.env.user.has_group("wezer_base.group_administrator")

    # === ACTIONS: ANSWERS === #

    @locks.in_line("wallet", "_line_of_answer")
    def action_accept(self, acting_partner_id: int | None = None) -> int:
        """Pay what was asked for."""
        self._begin_action("accept", acting_partner_id)
        self.env["wezer.notice"]._settle(self)
        transfer = self.sudo()
        levies = 0, 0
        if transfer.kind not in settlement.RETURNS:
            refused_tries.check(self.env, transfer.payer_id, transfer.payee_id)
            levies = self._levies_between(
                transfer.payer_wallet_id,
                transfer.payee_wallet_id,
                transfer.amount_minor,
            )
        transfer.write({"levy_payer_minor": levies[0], "levy_payee_minor": levies[1]})
        transfer._execute()
        if transfer.kind == "redeem" and transfer.wezer_currency_id._has_value():
            transfer._book_money(-1)
        settlement.complete_claim(self)
        return self.id

    def action_refuse(self, acting_partner_id: int | None = None) -> int:
        """Refuse what was asked for."""
        refuser = self._begin_action("refuse", acting_partner_id)
        self._set_state("ended", end_reason="refused")
        self.env["wezer.notice"]._settle(self)
        self.sudo()._notify_refused(refuser)
        return self.id

    def action_withdraw(self, acting_partner_id: int | None = None) -> int:
        """Take one's request back."""
        self._begin_action("withdraw", acting_partner_id)
        settlement.waive_claim(self)
        self._set_state("ended", end_reason="withdrawn")
        self.env["wezer.notice"]._settle(self)
        return self.id

    def action_cancel(self, acting_partner_id: int | None = None) -> int:
        """Take a scheduled payment back, and those that would follow it."""
        self._begin_action("cancel", acting_partner_id)
        self._set_state("ended", end_reason="cancelled")
        return self.id

    @locks.in_line("wallet", "_line_of_answer")
    def action_settle(
        self,
        amount: str | None = None,
        key: str | None = None,
        acting_partner_id: int | None = None,
    ) -> int:
        """Pay what was set aside, all or the ``amount`` given; the rest stays.

        :return: id of the transfer that is done or pending
        """
        self._authorise("settle", acting_partner_id)
        minor = self._optional_amount(amount)
        paid = settlement.settle_idempotent(
            self,
            minor,
            self._check_key(key),
            self._key_scope("settle"),
            keep_rest=True,
        )
        return paid.id

    @locks.in_line("wallet", "_line_of_answer")
    def action_release(self, acting_partner_id: int | None = None) -> int:
        """Let the payer have back what was set aside for one."""
        party = self._begin_action("release", acting_partner_id)
        self._free("released")
        self.sudo()._notify_freed(party)
        return self.id

    def action_confirm(self, acting_partner_id: int | None = None) -> int:
        """Confirm that the outside money came."""
        self._begin_action("confirm", acting_partner_id)
        settlement.receive(self)
        return self.id

    def action_deny(self, acting_partner_id: int | None = None) -> int:
        """Report that the outside money did not come."""
        party = self._begin_action("deny", acting_partner_id)
        settlement.deny(self)
        self.sudo()._notify_denied(party)
        return self.id

    @locks.in_line("wallet", "_line_of_answer")
    def action_reverse(
        self,
        amount: str | None = None,
        key: str | None = None,
        acting_partner_id: int | None = None,
    ) -> int:
        """Give back what was received, all or part; charges come back with it.

        :return: id of the transfer that gives it back
        """
        party = self._authorise("reverse", acting_partner_id)
        minor = self._optional_amount(amount)
        reversal = settlement.reverse_idempotent(
            self, minor, self._check_key(key), self._key_scope("reverse")
        )
        if party:
            # Not a moderator, who is no party to it.
            treasury_policy.check_posted(self, reversal.ids)
        return reversal.id

    @locks.in_line("wallet", "_line_of_answer")
    def action_take_back(self, acting_partner_id: int | None = None) -> int:
        """Take back what was paid automatically, all that is left of it.

        Possible for the payer until the day that the transfer states.

        :return: id of the transfer that gives it back
        :raise Refusal: rules ``automatic``, ``take_back``, ``reverse``
        """
        self._begin_action("take_back", acting_partner_id)
        return acceptance.take_back(self).id

    def action_correct(
        self, reason: str, amount: str | None = None, key: str | None = None
    ) -> int:
        """Return a mistaken payment to its payer, all or part; moderators.

        The correction is a transfer of its own that belongs to this one. Both parties
        get a notice and read the reason; charges come back with the amount.

        :param reason: what went wrong, in a sentence
        :param amount: as people write it; all that was not given back yet if left out
        :param key: the same key with the same data corrects once
        :return: id of the correction
        :raise NotAllowed: rules ``moderate``, ``look``, ``origin``
        :raise Refusal: rules ``reason``, ``reverse``, ``reversal``, ``state``, ``key``
        """
        self.ensure_one()
        if refusal := self._corrector_refusal() or self._origin_refusal():
            raise refusal
        reason = checked_reason(self.env, reason)
        minor = self._optional_amount(amount)
        return self._correct(reason, minor, key).id

    def _correct(self, reason, minor=None, key=None, scope="correct"):
        """Correct this transfer; the caller checked who, and the reason.

        :param int minor: minor units; all that is left where it is None
        :param str scope: of the key; only moderators' keys are in ``correct``
        :return: the correction (sudo)
        """
        correction = settlement.reverse_idempotent(
            self, minor, self._check_key(key), self._key_scope(scope), reason
        )
        correction._notify_parties()
        return correction

    def _optional_amount(self, amount):
        """Return the minor units of ``amount``, None where it is left out."""
        if not amount:
            return None
        return self._positive_amount(self.sudo().wezer_currency_id, amount)

    # === INTERNAL METHODS OF AN ORIGIN (a deal) === #
    #
    # State and data only: the origin's own action has checked who. No RPC reaches
    # them, and their keys live in a namespace that no public method can write.

    @api.model
    def _reserve(
        self,
        origin,
        payer,
        payee,
        currency,
        minor,
        purpose,
        key,
        until=None,
        category=None,
        part=0,
    ):
        """Set ``minor`` aside for ``origin``; an external currency is promised.

        :param origin: the record whose money this is
        :param payer: res.partner
        :param payee: res.partner
        :param currency: wezer.currency
        :param int minor: minor units
        :param category: wezer.category of the purpose, for reports
        :param int part: which part of its origin this is, where it has several
        :return: the reservation (sudo)
        """
        scope = f"origin:{origin._name}"
        data = [payer.id, payee.id, currency.id, minor]
        first = self._find_by_key(scope, key, data)
        if first:
            return first
        if minor <= 0:
            raise Refusal(self.env._("Enter how much."), rule="amount", limit="0")
        vals = self._prepare_transfer_vals(
            payer.sudo(), payee.sudo(), currency.sudo(), minor, purpose
        )
        transfer = self.sudo().create(
            {
                **vals,
                "origin_model": origin._name,
                "origin_id": origin.id,
                "origin_part": part,
                "state": "reserved",
                "end_deadline": until,
                "category_id": category.id if category else False,
                "key_scope": scope,
                "key": key,
                "key_hash": self._hash(data),
            }
        )
        transfer._set_aside()
        return transfer

    def _settle(self, minor=None, key=None, keep_rest=False):
        """Pay from the reservation; the rest is freed unless ``keep_rest``."""
        self._check_has_origin()
        return settlement.settle_idempotent(
            self, minor, self._check_key(key), self._key_scope("origin"), keep_rest
        )

    def _release(self, reason="released"):
        """Free the reservation.

        :param str reason: an ``end_reason``; another word counts as released
        """
        self._check_has_origin()
        self._check_state("origin_release")
        known = dict(self._fields["end_reason"].selection)
        self._free(reason if reason in known else "released")

    def _confirm(self):
        """Note that the external money came."""
        self._check_has_origin()
        self._check_state("origin_confirm")
        settlement.receive(self)

    def _deny(self):
        """Note that the external money did not come."""
        self._check_has_origin()
        self._check_state("origin_deny")
        settlement.deny(self)

    def _reverse(self, minor=None, key=None):
        """Give back what was paid; pending where external.

        :return: the reversal
        """
        self._check_has_origin()
        return settlement.reverse_idempotent(
            self, minor, self._check_key(key), self._key_scope("origin")
        )

    @api.model
    def _for_origin(self, origin):
        """Return the transfers of ``origin`` (sudo), oldest first."""
        return self.sudo().search(
            [("origin_model", "=", origin._name), ("origin_id", "in", origin.ids)],
            order="id",
        )

    def _is_live(self):
        """Return whether this transfer sets money aside or promises it."""
        return self.sudo().state in HELD

    def _check_has_origin(self):
        self.ensure_one()
        if not self.sudo().origin_model:
            raise Refusal(
                self.env._("This money does not belong to a deal."), rule="origin"
            )

    # === WHAT A STATEMENT SAYS OF THEM === #

    def _written_in(self, name: str) -> str | None:
        return language_of_purpose(self, name)

    def _statement_details(self):
        """Return what is known of these transfers beyond who paid whom, for a page.

        Extended by addons whose records pay. Only for those who act for a side.

        :return: ``{transfer id: {"url": where the matter is seen, "circle": the name
            of the group it was done in}}``, both optional
        """
        # Which settlement it is, both its sides may know.
        return {
            transfer.id: {"url": f"/my/clearing/{transfer.origin_id}"}
            for transfer in self.sudo()
            if transfer.origin_model == "wezer.clearing"
        }

    # === INTERNAL METHODS OF LEAVING AND MERGING === #

    def _close(self, reason):
        """End what is open, without an answer; a claim is given up.

        :param str reason: an ``end_reason``
        """
        for transfer in self:
            if transfer.state in HELD:
                transfer._free(reason)
                continue
            settlement.waive_claim(transfer)
            transfer._set_state("ended", end_reason=reason)
        self.env["wezer.notice"]._settle(self)

    # === NOTICES === #

    def _notify_parties(self):
        """Leave those concerned of these transfers their notices, once."""
        for transfer in self.sudo().filtered("notice_pending"):
            transfer.notice_pending = False
            if transfer.kind == "correction":
                transfer._notify_corrected()
            elif transfer.state == "done" and not transfer.origin_model:
                transfer._notify_payee()
                if treasury_rows.takes(transfer):
                    transfer._notify_collected()
            if transfer.beyond_limit:
                transfer._notify_moderators()
            limit_warnings.notify(transfer)

    def _notify_corrected(self):
        """Tell both parties what was corrected and why, each once.

        Without names: the page of the transfer shows those that the reader may know.
        """
        self.ensure_one()
        message = _lt(
            "A payment was corrected: %(amount)s goes back to its payer. %(reason)s",
            amount=self._said_amount(),
            reason=self.reason,
        )
        (self.payer_id | self.payee_id)._wezer_notify(
            "corrected",
            message,
            url=f"/my/transfers/{self.id}",
            right="wallet",
        )

    def _notify_moderators(self):
        moderators = self.env["res.users"]._wezer_moderators()
        moderators.partner_id._wezer_notify(
            "limit",
            _lt(
                "%(payer)s paid %(payee)s %(amount)s, beyond a limit.",
                payer=self.payer_id.name,
                payee=self.payee_id.name,
                amount=self._said_amount(),
            ),
            url="/my/notices",
            # A moderator who paid knows.
            but=self._person_who_paid(),
        )

    def _notify_payee(self):
        """Leave the payee a notice of what came, or of what to confirm."""
        if self.state == "done":
            self.payee_id._wezer_notify(
                "paid",
                _lt(
                    "%(name)s paid you %(amount)s.",
                    name=self.payer_id.name,
                    amount=self._said_amount(),
                ),
                url=f"/my/wallets/{self.payee_wallet_id.id}",
                right="wallet",
                # Who paid from one of their wallets to another knows.
                but=self._person_who_paid(),
            )
        elif self.state == "pending":
            self._notify_side(
                self.payee_id,
                "receipt",
                _lt(
                    "%(name)s says that they paid you %(amount)s. Did you receive it?",
                    name=self.payer_id.name,
                    amount=self._said_amount(),
                ),
            )

    def _notify_collected(self):
        """Tell the payer what a treasurer took from their wallet, and what for."""
        self.payer_id._wezer_notify(
            "collected",
            _lt(
                "A treasurer posted a payment of %(amount)s from your wallet:"
                " %(purpose)s",
                amount=self._said_amount(),
                purpose=self.purpose,
            ),
            url=f"/my/wallets/{self.payer_wallet_id.id}",
            right="wallet",
            but=self.person_id,
        )

    def _person_who_paid(self):
        """Return the person who let the money move; none where another one asked."""
        if self.kind == "reversal":
            return self.person_id
        return self.person_id & self.payer_id._wezer_actor_partners("wallet")

    def _notify_asked(self):
        """Leave the payer a notice of a request that waits for an answer."""
        self._notify_side(
            self.payer_id,
            "request",
            _lt(
                "%(name)s asks you for %(amount)s.",
                name=self.payee_id.name,
                amount=self._said_amount(),
            ),
        )

    def _notify_refused(self, refuser):
        """Tell the party that asked that ``refuser`` refused."""
        asker = self.payer_id if self.kind == "redeem" else self.payee_id
        asker._wezer_notify(
            "request_ended",
            _lt(
                "%(name)s refused your request: %(amount)s.",
                name=refuser.name,
                amount=self._said_amount(),
            ),
            url="/my/requests",
            right="wallet",
        )

    def _notify_expired(self, state):
        """Tell those concerned that a date has passed.

        :param str state: the state before
        """
        if state == "reserved":
            self._notify_freed()
            return
        asker = self.payer_id if self.kind == "redeem" else self.payee_id
        asker._wezer_notify(
            "request_ended",
            _lt(
                "Nobody answered your request in time: %(amount)s.",
                amount=self._said_amount(),
            ),
            url="/my/requests",
            right="wallet",
        )

    def _notify_freed(self, party=None):
        """Tell both sides, but not ``party``, that money is set aside no longer."""
        both = self.payer_id | self.payee_id
        for partner in both - party if party else both:
            wallet = self.payer_wallet_id | self.payee_wallet_id
            wallet = wallet.filtered(lambda own, who=partner: own.partner_id == who)
            partner._wezer_notify(
                "request_ended",
                _lt(
                    "%(amount)s is no longer set aside by %(payer)s for %(payee)s.",
                    amount=self._said_amount(),
                    payer=self.payer_id.name,
                    payee=self.payee_id.name,
                ),
                url=f"/my/wallets/{wallet.id}",
                right="wallet",
            )

    def _notify_denied(self, party):
        """Tell the payer, and the payee whose receipt a moderator denied."""
        for partner in (self.payer_id | self.payee_id) - party:
            partner._wezer_notify(
                "denied",
                _lt(
                    "%(payee)s did not receive %(amount)s from %(payer)s.",
                    payee=self.payee_id.name,
                    amount=self._said_amount(),
                    payer=self.payer_id.name,
                ),
                url="/my/requests",
                right="wallet",
            )

    def _notify_side(self, partner, kind, message):
        partner._wezer_notify(
            kind, message, url="/my/requests", record=self.sudo(), right="wallet"
        )

    # === SCHEDULED ACTIONS === #

    @api.model
    def _cron_notify(self):
        """Leave the notices of what was paid, beside the payments, which are fast."""
        for_each_due(
            self.sudo(),
            [("notice_pending", "=", True)],
            lambda transfer: transfer._notify_parties(),
        )

    @api.model
    def _cron_schedule(self):
        """Pay what is due; what failed is reported to both sides."""
        due = [("state", "=", "scheduled"), ("date", "<=", fields.Datetime.now())]
        # In the order in which they are due: one may need what another brings.
        for_each_due(
            self.sudo(), due, lambda transfer: transfer._run(), order="date, id"
        )

    def _run(self):
        """Pay one scheduled transfer that is due, and schedule the next."""
        scheduling.run(self)

    @api.model
    def _cron_expire(self):
        """End requests and free reservations whose date has passed."""
        late = [
            ("state", "in", EXPIRING),
            ("end_deadline", "<", fields.Datetime.now()),
            ("origin_model", "=", False),
        ]
        for_each_due(self, late, lambda transfer: transfer._expire())

    def _expire(self):
        state = self.state
        self._close("expired")
        self.sudo()._notify_expired(state)

    @api.autovacuum
    def _purge_refused_tries(self):
        refused_tries.purge(self.env)

    def _notice_party(self, reader):
        """Return the party whose face a notice about this transfer shows."""
        return self.payer_id if reader == self.payee_id else self.payee_id

    def _notice_amount(self, reader):
        """Return in a sentence what ``reader`` pays or receives.

        It is empty for other sides, and where nothing is paid any more.
        """
        if self.state == "ended":
            return ""
        # sudo stays: the rows are those that the reader was told of; the side is the
        # reader's.
        here = self.with_user(reader.user_ids[:1]).sudo()
        acts = here.env.user._acts_for(here.payer_id | here.payee_id, "wallet")
        pays, gets = here.payer_id in acts, here.payee_id in acts
        if pays == gets:
            return ""
        amount, done = here.amount_display, here.state == "done"
        if pays:
            return (
                self.env._("You paid %(amount)s.", amount=amount)
                if done
                else self.env._("You pay %(amount)s.", amount=amount)
            )
        return (
            self.env._("You received %(amount)s.", amount=amount)
            if done
            else self.env._("You receive %(amount)s.", amount=amount)
        )
