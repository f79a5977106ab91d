"""The deal: its states and actions, and what it keeps.

In the order of this file: the table of transitions (``DEAL``) and the sets of states
derived from it; the fields; the computed fields; the parts of every action (lock,
state, history); the permissions (``_why_not``, and a ``_check_<action>`` for what the
data forbid); the questions that a deal asks, and their notices; then the actions as a
deal meets them, each subject with the methods it needs: negotiation, co-workers,
places, work, files, attendance, approving and paying, steps, outside money, refund and
cancellation, proposals, disputes, assessment, the task; pages and the back office; at
last what happens because time passed (``_timeouts``).

What has states or rights of its own is a record: ``wezer.terms`` with its prices, steps
and shares, ``wezer.deal.proposal`` (changing, handing over, cancelling),
``wezer.deal.approval``, ``wezer.deal.evidence``, ``wezer.dispute``,
``wezer.deal.message`` and ``wezer.deal.event``. What only calculates or shows is a
plain module in ``tools``: ``deal_money``, ``deal_approvals``, ``deal_waiting_list``,
``deal_attendance``, ``deal_calendar`` and ``deal_page``.
"""

from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import caller_context, locks, payload
from odoo.addons.wezer_base.tools.cron import for_each_due
from odoo.addons.wezer_base.tools.lines_field import Lines
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

from ..tools import (
    candidates,
    deal_approvals,
    deal_attendance,
    deal_calendar,
    deal_money,
    deal_page,
    deal_waiting_list,
)
from ..tools.parts import WHOLE, slices
from ..tools.task_context import DEAL_MOVES, QUIET
from .wezer_dispute import JUDGING, OUTCOMES

_lt = LazyTranslate(__name__)

DEAL = StateMachine(
    states=(
        "open",
        "waiting",
        "accepted",
        "delivered",
        "approved",
        "confirming",
        "paid",
        "disputed",
        "ended",
    ),
    rules={
        "member": "acts for a member who answers the announcement",
        "turn": "acts for the side whose turn it is, and may pay where it pays",
        "author": "acts for the author of the announcement",
        "replier": "acts for the member who answered",
        "sides": "acts for the author or for the member who answered",
        "payer": "acts for the payer",
        "payee": "acts for the worker",
        "coworker": "acts for a co-worker",
        "participants": "acts for a side or for a co-worker",
        "stand_in": "acts for the payer or for the member who would stand in",
        "approver": "acts for the payer, or runs the project of the payer's team",
        "receiver": "acts for a party to which outside money is on its way",
        "recipient": "acts for a party that was paid, and may pay for it",
        "host": "acts for the author, or runs the project of the author's team that"
        " pays, and is not the person who was to come",
        "caller": "acts for the side that called the moderator; for either side where"
        " a deadline did",
        "moderator": "a moderator who has the dispute and took no part in the deal",
        "clock": "a deadline has passed",
        "system": "follows from another action",
    },
    transitions=(
        Transition(
            "claim",
            (),
            ("accepted", "open", "waiting"),
            "member",
            "wezer.announcement.action_claim",
            "agreed at once, to be chosen by the author, or on the waiting list",
        ),
        Transition(
            "propose", (), ("open",), "member", "wezer.announcement.action_propose"
        ),
        Transition(
            "offer_place",
            ("waiting",),
            ("open",),
            "system",
            "_offer_place",
            "a place came free",
        ),
        Transition("counter", ("open",), ("open",), "turn", "action_counter"),
        Transition("accept", ("open",), ("accepted",), "turn", "action_accept"),
        Transition(
            "decline", ("open", "waiting"), ("ended",), "author", "action_decline"
        ),
        Transition(
            "withdraw", ("open", "waiting"), ("ended",), "replier", "action_withdraw"
        ),
        Transition(
            "close",
            ("open", "waiting"),
            ("ended",),
            "system",
            "_finish",
            "the announcement ended",
        ),
        Transition(
            "lapse",
            ("open",),
            ("open", "ended"),
            "clock",
            "_lapse_place",
            "a place was held long enough",
        ),
        Transition(
            "expire",
            ("open",),
            ("ended",),
            "clock",
            "_expire_terms",
            "the terms were not answered in time",
        ),
        Transition(
            "name_task",
            ("open", "accepted"),
            (),
            "payer",
            "action_name_task",
            "help offered only",
        ),
        Transition(
            "agree_share",
            ("open", "accepted", "delivered"),
            (),
            "coworker",
            "action_agree_share",
        ),
        Transition("deliver", ("accepted",), ("delivered",), "payee", "action_deliver"),
        Transition("release", ("accepted",), ("ended",), "payee", "action_release"),
        Transition(
            "free_late_work",
            ("accepted",),
            ("accepted", "ended"),
            "clock",
            "_free_late_work",
            "a warning first, the end a week after it",
        ),
        Transition(
            "remind",
            ("accepted",),
            (),
            "clock",
            "_remind",
            "a day before a date that was agreed",
        ),
        Transition(
            "amend",
            ("accepted", "delivered"),
            (),
            "sides",
            "action_amend",
            "proposes; the state changes when both have signed",
        ),
        Transition(
            "amend_sign",
            ("accepted", "delivered"),
            ("accepted",),
            "sides",
            "action_amend",
        ),
        Transition(
            "hand_over",
            ("accepted",),
            (),
            "payee",
            "action_hand_over",
            "proposes who stands in; help wanted only",
        ),
        Transition(
            "hand_over_sign",
            ("accepted",),
            ("accepted",),
            "stand_in",
            "action_hand_over",
        ),
        Transition(
            "approve",
            ("delivered", "approved"),
            ("approved", "confirming", "paid", "accepted"),
            "approver",
            "action_approve",
            "each person once, without a conflict of interest; accepted where a step is"
            " left",
        ),
        Transition(
            "auto_approve",
            ("delivered",),
            ("accepted", "confirming", "paid", "disputed"),
            "clock",
            "_auto_approve",
        ),
        Transition(
            "send_back",
            ("delivered", "approved"),
            ("accepted",),
            "approver",
            "action_send_back",
            "before paying has begun",
        ),
        Transition(
            "pay",
            ("approved",),
            ("confirming", "paid", "accepted"),
            "payer",
            "action_pay",
            "by a person without a conflict of interest, who may pay",
        ),
        Transition(
            "confirm",
            ("approved", "confirming"),
            ("approved", "confirming", "paid", "accepted", "ended"),
            "receiver",
            "action_confirm",
        ),
        Transition(
            "deny",
            ("approved", "confirming"),
            ("approved", "paid"),
            "receiver",
            "action_deny",
        ),
        Transition("assess", ("paid",), (), "sides", "action_assess", "14 days"),
        Transition(
            "refund",
            ("paid",),
            ("paid", "confirming", "ended"),
            "recipient",
            "action_refund",
        ),
        Transition(
            "refund",
            ("ended",),
            ("confirming", "ended"),
            "recipient",
            "action_refund",
            "steps that were paid before a deal was cancelled",
        ),
        Transition(
            "cancel",
            ("accepted", "delivered", "approved", "confirming"),
            ("accepted", "delivered", "approved", "confirming", "ended"),
            "participants",
            "action_cancel",
            "cancelled when all concerned agree",
        ),
        Transition(
            "dispute",
            ("accepted", "delivered", "approved", "confirming", "paid"),
            ("disputed",),
            "sides",
            "action_dispute",
            "until 14 days after payment",
        ),
        Transition(
            "escalate",
            ("delivered", "approved", "confirming"),
            ("disputed",),
            "clock",
            "_escalate_on_timeout",
            "nobody answered for 14 days",
        ),
        Transition(
            "withdraw_dispute",
            ("disputed",),
            ("accepted", "delivered", "approved", "confirming", "paid"),
            "caller",
            "action_withdraw_dispute",
            "back to the state before; what a deadline called ends, too, where the"
            " party waited for approves, sends back, pays, confirms or denies",
        ),
        Transition(
            "resolve",
            ("disputed",),
            ("accepted", "confirming", "paid", "ended"),
            "moderator",
            "action_resolve",
        ),
        Transition(
            "pass_on",
            ("disputed",),
            (),
            "clock",
            "_pass_on",
            "to the moderators of the next larger circle",
        ),
        Transition(
            "attendance",
            ("accepted", "delivered", "approved", "confirming", "paid"),
            (),
            "host",
            "action_attendance",
            "from the beginning on, for 14 days",
        ),
        Transition(
            "add_evidence",
            ("accepted", "delivered", "approved", "confirming", "disputed"),
            (),
            "participants",
            "action_add_evidence",
        ),
        Transition(
            "confirm_evidence",
            ("accepted", "delivered", "approved", "confirming", "disputed"),
            (),
            "participants",
            "action_confirm_evidence",
            "only an own file that came by e-mail",
        ),
        Transition(
            "remove_evidence",
            ("accepted",),
            (),
            "participants",
            "action_remove_evidence",
            "only an own file",
        ),
    ),
)
# Not over: the member cannot answer the same announcement again.
LIVE = DEAL.without("paid", "ended")
# Answered, nothing agreed yet.
NEGOTIATING = DEAL.sources("decline")
# Agreed and not yet paid; with disputes, money may be set aside.
UNDERWAY = DEAL.sources("cancel")
AGREED = DEAL.sources("cancel", "resolve")
# Agreed, paid or not: these take a place, and count as what a payer owed.
HOLDING = DEAL.sources("dispute", "resolve")
# Approvals are still to come: how many are needed is shown.
BEFORE_APPROVAL = DEAL.sources("deliver", "approve")
# Agreed, and approved by nobody.
UNAPPROVED = DEAL.sources("amend")
# Claimed, and not delivered: these count for the cap on claims.
UNDELIVERED = DEAL.sources("accept", "deliver")
# A party is waited for.
ASKING = DEAL.sources("accept", "cancel")
# Actions that end a dispute which only a deadline called.
LIFTING = ("approve", "send_back", "pay", "confirm", "deny")
# The partner fields of each rule; see WezerDeal._whose for the others.
PARTIES = {
    "turn": ("author_id", "replier_id"),
    "author": ("author_id",),
    "replier": ("replier_id",),
    "sides": ("author_id", "replier_id"),
    "payer": ("payer_id",),
    "payee": ("payee_id",),
    "coworker": ("coworker_ids",),
    "participants": ("author_id", "replier_id", "coworker_ids"),
    "approver": ("payer_id",),
    "recipient": ("payee_id", "coworker_ids"),
    "host": ("author_id",),
    "caller": ("author_id", "replier_id"),
    "stand_in": ("payer_id",),
}
# Actions with a button in the back office, and so with a field ``may_<action>``.
BACKEND_ACTIONS = (
    "approve",
    "accept",
    "pay",
    "send_back",
    "counter",
    "decline",
    "cancel",
    "dispute",
    "name_task",
    "attendance",
)
DUE_DAYS = 30
ASSESS_DAYS = 14
LATE_DAYS = 7
# What a deal can ask of people; notices of other subjects are news.
QUESTIONS = (
    "share",
    "cancel",
    "amend",
    "hand_over",
    "turn",
    "work",
    "approve",
    "pay",
    "receipt",
    "dispute",
    "decide",
)
# The subject of reminders, which hold until their date.
REMINDER = "reminder"
# What the sides wrote to the moderators who asked them.
TO_MODERATORS = "to_moderators"
# Questions that follow from the state alone: a notice of a change carries them.
MAIN = ("amend", "turn", "work", "approve", "pay", "receipt")
# The columns of the coordinators' board.
COLUMNS = {
    "open": "choose",
    "waiting": "waiting",
    "accepted": "underway",
    "delivered": "approve",
    "approved": "approve",
    "confirming": "receipt",
    "disputed": "disputed",
    "paid": "done",
    "ended": "past",
}
# Attendance can be recorded.
ATTEND_STATES = DEAL.sources("attendance")


def days_between(begin, end) -> float:
    """Return the days from one moment to a later one; 0 where there is none."""
    over = begin and end and end >= begin
    return (end - begin) / timedelta(days=1) if over else 0


class DryRun(Exception):
    """Raised to take back what was only tried."""


class WezerDeal(models.Model):
    """The deal between the author of an announcement and a member who answers it.

    Members change nothing here by ORM: the actions of the transition table are its
    public methods. Each checks who, locks the deal, checks the state, then the data.
    """

    _name = "wezer.deal"
    _description = "Deal"
    _inherit = ["wezer.activity.mixin", "wezer.state.mixin", "wezer.record.mixin"]
    _state_machine = DEAL
    _order = "date_state desc, id desc"
    _rec_name = "title"
    # Characters of a message, whether from the page or by e-mail.
    _answer_length = 4000

    # === THE DEAL AND ITS PARTIES === #

    announcement_id = fields.Many2one(
        "wezer.announcement", required=True, index=True, ondelete="restrict"
    )
    title = fields.Char(related="announcement_id.title", store=True)
    kind = fields.Selection(related="announcement_id.kind", store=True)
    category_id = fields.Many2one(related="announcement_id.category_id", store=True)
    author_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    replier_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    replier_person_id = fields.Many2one("res.partner", index=True, ondelete="restrict")
    payer_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    payee_id = fields.Many2one(
        "res.partner",
        string="Worker",
        required=True,
        index=True,
        ondelete="restrict",
    )
    coworker_ids = fields.Many2many(
        "res.partner",
        "wezer_deal_coworker_rel",
        string="Co-workers",
        help="They see the deal, agree to their share of the price, and are paid"
        " that share.",
    )
    task_id = fields.Many2one(
        "project.task", index="btree_not_null", ondelete="set null"
    )
    named_task_id = fields.Many2one(
        "project.task",
        string="Supported task",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        readonly=True,
    )
    place_id = fields.Many2one(
        "wezer.announcement.place",
        string="Place kept for",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    # === STATE === #

    state = fields.Selection(
        [
            ("open", "In negotiation"),
            ("waiting", "On the waiting list"),
            ("accepted", "Agreed"),
            ("delivered", "Delivered"),
            ("approved", "Approved"),
            ("confirming", "Waiting for receipt"),
            ("paid", "Paid"),
            ("disputed", "Disputed"),
            ("ended", "Ended"),
        ],
        required=True,
        default="open",
        index=True,
    )
    end_reason = fields.Selection(
        [
            ("declined", "Declined"),
            ("withdrawn", "Withdrawn"),
            ("expired", "Expired"),
            ("announcement_ended", "The announcement ended"),
            ("released", "Given back"),
            ("cancelled", "Cancelled"),
            ("refunded", "Refunded"),
        ],
        string="Reason for the end",
    )
    turn = fields.Selection(
        [("author", "Author"), ("replier", "Replier")], string="Turn of"
    )
    hold_deadline = fields.Datetime(help="The place is held until this time.")
    date_state = fields.Datetime(string="Since", required=True)
    date_due = fields.Datetime(string="Due")
    due_source = fields.Selection(
        [
            ("agreed", "Agreed"),
            ("rule", "No date agreed: 30 days"),
            ("sent_back", "Sent back: a week at least"),
        ],
        string="Due date from",
        readonly=True,
        copy=False,
        help="Where no date is agreed, work is expected within 30 days.",
    )
    date_warned = fields.Datetime(
        copy=False, help="The time of the warning that the work is late."
    )
    date_reminder = fields.Datetime(
        string="Next reminder",
        compute="_compute_date_reminder",
        store=True,
        copy=False,
        help="Both sides are reminded then of the next date that they agreed on.",
    )
    date_reminded_of = fields.Datetime(
        copy=False, help="The date that both sides were last reminded of."
    )
    date_accepted = fields.Datetime(string="Agreed on")
    date_delivered = fields.Datetime(string="Delivered on")
    date_paid = fields.Datetime(string="Paid on")
    refunding = fields.Boolean()
    attempt = fields.Integer(default=0)
    # Hidden: it would show how often the other side acted, assessments included.
    lock_version = fields.Integer(default=0, groups=fields.NO_ACCESS)

    # === TERMS, WORK AND APPROVAL === #

    terms_ids = fields.One2many("wezer.terms", "deal_id")
    terms_id = fields.Many2one(
        "wezer.terms", string="Current terms", ondelete="restrict"
    )
    accepted_terms_id = fields.Many2one(
        "wezer.terms", string="Agreed terms", ondelete="restrict"
    )
    price_text = fields.Char(string="Price", compute="_compute_price_text")
    milestone = fields.Integer(
        default=0,
        help="The number of the current step, starting from 1; 0 means"
        " paid all at once.",
    )
    delivered_quantity = fields.Float(
        string="Actual quantity", help="Zero where it was delivered as agreed."
    )
    delivery_note = fields.Text()
    conflicted_ids = fields.Many2many(
        "res.partner",
        "wezer_deal_conflicted_rel",
        string="Conflict of interest",
        help="The people who answered, negotiated or delivered for the side that"
        " does the work.",
    )
    approval_ids = Lines(
        "wezer.deal.approval", "deal_id", groups=fields.NO_ACCESS, copy=False
    )
    approver_ids = fields.Many2many(
        "res.partner",
        string="Approvers",
        compute="_compute_approver_ids",
        help="The people who approved the delivered work, each counted once.",
    )
    approvals_wanted = fields.Integer(
        default=1,
        copy=False,
        help="The number of approvals needed when the work was last approved.",
    )

    # === WHAT HAPPENED, WAS SAID AND SHOWN === #

    event_ids = Lines("wezer.deal.event", "deal_id")
    message_line_ids = Lines(
        "wezer.deal.message", "deal_id", string="Messages of the deal"
    )
    evidence_ids = fields.One2many("wezer.deal.evidence", "deal_id")
    # Read once in an action, by code only.
    notice_ids = Lines("wezer.notice", "res_id", groups=fields.NO_ACCESS, copy=False)
    transfer_ids = Lines(
        "wezer.transfer", "origin_id", groups=fields.NO_ACCESS, copy=False
    )

    # === WHAT IS PROPOSED BESIDE THE STATE === #

    proposal_ids = fields.One2many(
        "wezer.deal.proposal", "deal_id", groups=fields.NO_ACCESS, copy=False
    )
    # Most deals never have one: proposals are read only where it is set.
    has_proposal = fields.Boolean(copy=False, groups=fields.NO_ACCESS)

    # === DISPUTE === #

    # The open one; ``dispute_ids`` keeps those that ended, too.
    dispute_id = fields.Many2one(
        "wezer.dispute",
        string="Open dispute",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )
    dispute_ids = fields.One2many(
        "wezer.dispute", "deal_id", string="Disputes", copy=False
    )
    state_before = fields.Char(related="dispute_id.state_before")
    disputed_by_id = fields.Many2one(related="dispute_id.caller_id")
    dispute_reason = fields.Text(
        string="Reason of the complaint", related="dispute_id.reason"
    )
    # Stored for the record rules, the to-do list and the groups of the back office.
    dispute_circle_id = fields.Many2one(
        related="dispute_id.circle_id",
        string="Deciding circle",
        store=True,
        index="btree_not_null",
        help="The moderators of this circle decide the dispute. If it is empty,"
        " the moderators of the community decide.",
    )
    dispute_holder_since = fields.Datetime(
        related="dispute_id.holder_since", string="With this circle since", store=True
    )
    # A moderator has decided: a deadline calls none again.
    decided = fields.Boolean(copy=False, groups=fields.NO_ACCESS)
    dispute_seconds = fields.Integer(
        copy=False,
        help="The seconds for which a paid deal was disputed. Its time"
        " limits are longer by as much.",
    )
    dispute_deadline = fields.Datetime(
        string="Dispute possible until",
        compute="_compute_paid_until",
        store=True,
    )
    # Nobody's to read: circles may be private.
    common_circle_ids = fields.Many2many(
        "wezer.group",
        "wezer_deal_common_circle_rel",
        string="Common circles",
        copy=False,
        groups=fields.NO_ACCESS,
    )
    is_user_moderator = fields.Boolean(
        string="Waiting for my decision",
        compute="_compute_is_user_moderator",
        search="_search_is_user_moderator",
        compute_sudo=True,
    )

    # === ATTENDANCE === #

    attendance = fields.Selection(
        [
            ("came", "Attended"),
            ("late", "Attended late"),
            ("absent", "Did not attend"),
            ("excused", "Excused"),
        ],
        readonly=True,
        copy=False,
    )
    attendance_date = fields.Datetime(readonly=True, copy=False)
    may_attendance = fields.Boolean(compute="_compute_backend")

    # === BOARD AND BACK OFFICE === #

    board = fields.Selection(
        [
            ("choose", "To choose"),
            ("sign", "To agree"),
            ("waiting", "On the waiting list"),
            ("underway", "In progress"),
            ("approve", "To approve"),
            ("receipt", "Money on its way"),
            ("disputed", "Disputed"),
            ("done", "Done"),
            ("past", "Past"),
        ],
        string="Waiting for",
        compute="_compute_board",
        store=True,
        index=True,
        group_expand="_board_columns",
    )
    age_text = fields.Char(string="Age", compute="_compute_age")
    is_late = fields.Boolean(compute="_compute_age")
    days_to_claim = fields.Float(
        string="Days from posting to agreement",
        compute="_compute_days_to_claim",
        store=True,
        aggregator="avg",
    )
    days_to_deliver = fields.Float(
        string="Days from agreement to delivery",
        compute="_compute_figures",
        store=True,
        aggregator="avg",
    )
    days_to_pay = fields.Float(
        string="Days from delivery to payment",
        compute="_compute_figures",
        store=True,
        aggregator="avg",
    )
    completed = fields.Float(
        string="Completed (%)",
        compute="_compute_figures",
        store=True,
        aggregator="avg",
        help="The share of agreed and finished deals that were paid.",
    )
    hours = fields.Float(
        compute="_compute_hours",
        store=True,
        help="Of a paid deal: the hours that were done, else the value of its price.",
    )
    # Of the person who answered, as the reader may see it.
    candidate_score = fields.Char(string="Reputation", compute="_compute_candidate")
    candidate_skills = fields.Char(string="Skills", compute="_compute_candidate")
    candidate_distance = fields.Char(string="Distance", compute="_compute_candidate")
    waits_for = fields.Char(string="Waits for", compute="_compute_backend")
    may_approve = fields.Boolean(compute="_compute_backend")
    may_accept = fields.Boolean(compute="_compute_backend")
    may_moderate = fields.Boolean(compute="_compute_backend")
    is_author = fields.Boolean(compute="_compute_backend")
    is_party = fields.Boolean(compute="_compute_backend")
    is_payer = fields.Boolean(compute="_compute_backend")
    may_pay = fields.Boolean(compute="_compute_backend")
    may_decline = fields.Boolean(compute="_compute_backend")
    may_cancel = fields.Boolean(compute="_compute_backend")
    may_dispute = fields.Boolean(compute="_compute_backend")
    may_name_task = fields.Boolean(compute="_compute_backend")
    may_send_back = fields.Boolean(compute="_compute_backend")
    may_counter = fields.Boolean(compute="_compute_backend")
    approvals_text = fields.Char(string="Approvals", compute="_compute_backend")
    steps_text = fields.Char(string="Current step", compute="_compute_backend")

    # === CONSTRAINTS === #

    # What was paid once makes room for the next answer, and may still be disputed
    # or given back beside it.
    _live_uniq = models.UniqueIndex(
        "(announcement_id, replier_id)"
        " WHERE state NOT IN ('ended', 'paid') AND date_paid IS NULL",
        "You have already answered.",
    )
    _two_sides = models.Constraint(
        "CHECK (author_id <> replier_id)", "You cannot answer your own announcement."
    )

    # === COMPUTED FIELDS === #

    @api.depends("terms_id", "accepted_terms_id")
    @api.depends_context("lang")
    def _compute_price_text(self):
        for deal in self:
            terms = (deal.accepted_terms_id or deal.terms_id).sudo()
            deal.price_text = terms.price_text if terms else ""

    @api.depends("milestone", "approval_ids.is_void", "approval_ids.person_id")
    @api.depends_context("uid")
    def _compute_approver_ids(self):
        for deal in self:
            # The approvals are kept from all; readers see the approvers that they
            # may see.
            approvals = deal.sudo().approval_ids.filtered(
                lambda approval, step=deal.milestone: (
                    approval.milestone == step and not approval.is_void
                )
            )
            people = approvals.person_id.with_env(self.env)
            deal.approver_ids = people._filtered_access("read")

    @api.depends("state", "turn")
    def _compute_board(self):
        for deal in self:
            column = COLUMNS[deal.state]
            if deal.state == "open" and deal.turn == "replier":
                column = "sign"
            deal.board = column

    @api.model
    def _board_columns(self, _values, _domain):
        """Show the columns of what is to do, even where they are empty."""
        return ["choose", "sign", "underway", "approve", "disputed", "done"]

    @api.depends("state", "date_state", "date_due")
    def _compute_age(self):
        now = fields.Datetime.now()
        for deal in self:
            due = deal.date_due
            deal.is_late = bool(deal.state == "accepted" and due and due < now)
            since = due if deal.is_late else deal.date_state
            days = (now - since).days if since else 0
            if deal.is_late:
                deal.age_text = (
                    self.env._("%(days)s days late", days=days)
                    if days > 1
                    else self.env._("1 day late")
                )
            elif days == 1:
                deal.age_text = self.env._("since yesterday")
            elif days:
                deal.age_text = self.env._("for %(days)s days", days=days)
            else:
                deal.age_text = self.env._("today")

    @api.depends(
        "state",
        "date_due",
        "due_source",
        "accepted_terms_id.date_start",
        "announcement_id.date_start",
    )
    def _compute_date_reminder(self):
        for deal in self:
            deal.date_reminder = deal_calendar.next_reminder(deal.sudo())

    @api.depends("terms_ids.date")
    def _compute_days_to_claim(self):
        for deal in self:
            answered = deal.terms_ids.sorted("round")[:1].date
            deal.days_to_claim = days_between(
                deal.announcement_id.date_publish, answered
            )

    @api.depends("state", "date_accepted", "date_delivered", "date_paid")
    def _compute_figures(self):
        for deal in self:
            deal.days_to_deliver = days_between(deal.date_accepted, deal.date_delivered)
            deal.days_to_pay = days_between(deal.date_delivered, deal.date_paid)
            deal.completed = 100.0 if deal.state == "paid" else 0.0

    @api.depends("state", "accepted_terms_id", "delivered_quantity")
    def _compute_hours(self):
        for deal in self:
            deal.hours = deal._hours_done() if deal.state == "paid" else 0.0

    @api.depends("replier_id", "announcement_id")
    @api.depends_context("uid", "lang")
    def _compute_candidate(self):
        known = candidates.of(self)
        for deal in self:
            one = known[deal]
            deal.candidate_score = one.score
            deal.candidate_skills = one.skills
            deal.candidate_distance = one.distance

    @api.depends("date_paid", "dispute_seconds")
    def _compute_paid_until(self):
        for deal in self:
            deal.dispute_deadline = deal.date_paid and deal.date_paid + timedelta(
                days=ASSESS_DAYS, seconds=deal.dispute_seconds
            )

    @api.depends("dispute_id.circle_id", "dispute_id.took_part_ids")
    @api.depends_context("uid")
    def _compute_is_user_moderator(self):
        user = self.env.user
        for deal in self:
            dispute = deal.dispute_id
            deal.is_user_moderator = bool(dispute) and dispute._may_decide(user)

    def _search_is_user_moderator(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self.env["wezer.dispute"]._decided_by_user_domain()
        if domain.is_false():
            return domain
        # sudo: members cannot read who took part, but it decides who moderates.
        deals = self.sudo().with_context(active_test=False)
        return Domain("id", "in", deals._search(domain))

    @api.depends("state", "turn", "attendance", "disputed_by_id")
    @api.depends_context("uid")
    def _compute_backend(self):
        user = self.env.user
        for deal in self:
            seen = deal.sudo()
            mine = user._acts_for(seen.author_id | seen.replier_id, "market")
            deal.is_party = bool(mine)
            deal.is_author = seen.author_id in mine
            deal.is_payer = seen.payer_id in mine or deal._runs_project()
            for action in BACKEND_ACTIONS:
                deal[f"may_{action}"] = deal._may(action)
            deal.may_moderate = deal.is_user_moderator
            deal.waits_for = deal._turn_line()
            deal.approvals_text = (
                deal._approvals_text() if deal.state in BEFORE_APPROVAL else ""
            )
            deal.steps_text = deal_page.steps_text(deal)

    # === PARTS OF EVERY ACTION === #

    def _lock(self):
        """Lock the deal: of two actions at once the second is retried."""
        self.ensure_one()
        self.flush_recordset()
        locks.execute_locking(
            self.env,
            "UPDATE wezer_deal SET lock_version = lock_version + 1 WHERE id = %s",
            [self.id],
            returns=False,
        )
        # What was read before still holds: a row that another transaction has changed
        # since cannot be locked.
        (self._parties() | self.env.user.sudo().partner_id)._wezer_read_together()

    def _parties(self):
        """Return both sides and the co-workers: between them a dispute is."""
        deal = self.sudo()
        return deal.author_id | deal.replier_id | deal.coworker_ids

    def _other(self, party):
        deal = self.sudo()
        return deal.replier_id if party == deal.author_id else deal.author_id

    def _side_of(self, party):
        return "author" if party == self.sudo().author_id else "replier"

    def _speaker(self, acting_partner_id):
        """Return the party the caller speaks for; of two sides, their own."""
        both = self._parties()
        user = self.env.user
        if not acting_partner_id:
            mine = user._acts_for(both, "market")
            if len(mine) > 1:
                acting_partner_id = (user.partner_id & both or self.sudo().author_id).id
        return user._resolve_acting(acting_partner_id, both, "market")

    def _writes_as_moderator(self):
        """Return whether the caller is a moderator who has the dispute."""
        dispute = self.sudo().dispute_id
        return bool(dispute) and dispute._may_decide(self.env.user)

    def _mark_conflict_of_interest(self, party):
        """Note that the caller acted for the worker: they cannot approve the work."""
        deal = self.sudo()
        if party == deal.payee_id:
            deal.conflicted_ids |= self.env.user.partner_id

    def _set_state(self, state, **extra):
        """Move to ``state``; proposals beside the old state are withdrawn."""
        deal = self.sudo()
        deal._withdraw_proposals()
        vals = {
            "state": state,
            "date_state": fields.Datetime.now(),
        }
        if state in UNAPPROVED and deal.approver_ids:
            # Approvals do not outlive a new delivery, a return or an amendment.
            step = extra.get("milestone", deal.milestone)
            deal.approval_ids.filtered(
                lambda approval: approval.milestone == step
            ).is_void = True
        if state != "disputed" and deal.dispute_id:
            # The moderators of the dispute see the deal no longer.
            deal.dispute_id._end()
            vals["dispute_id"] = False
        if state not in DEAL.sources("confirm"):
            vals["decided"] = False
        deal.write({**vals, **extra})
        deal._settle_answered()

    def _finish(self, reason):
        """End live answers that had no agreement yet, or were given back."""
        for deal in self.sudo():
            deal_money.release(deal, "released")
            if deal.coworker_ids:
                deal.terms_ids._withdraw_signing()
            deal._set_state("ended", end_reason=reason, turn=False, hold_deadline=False)
            self.env["wezer.assessment"]._drop(deal)
            self.env["wezer.notice"]._settle(deal)
            deal._free_task()
            deal.announcement_id._after_change()

    def _log(self, action, partner, note=""):
        """Keep what happened (sudo: the action has checked)."""
        self.env["wezer.deal.event"].sudo().create(
            [
                {
                    "deal_id": deal.id,
                    "date": fields.Datetime.now(),
                    "action": action,
                    "partner_id": partner.id if partner else False,
                    "person_id": self.env.user.partner_id.id,
                    "note": payload.text(self.env, note, 2000),
                }
                for deal in self
            ]
        )
        self._settle_answered()
        if action in JUDGING:
            return
        # A person who adds something in a dispute takes part in it.
        for deal in self.sudo().filtered("dispute_id"):
            deal.dispute_id.took_part_ids |= self.env.user.partner_id

    def _written_in(self, name: str) -> str | None:
        """Return the language of the title, which is the announcement's."""
        announcement = self.sudo().announcement_id
        return announcement._written_in(name) if name == "title" else None

    # === PERMISSIONS === #

    def _authorise(self, action, acting_partner_id=None):
        """Let the caller do ``action`` now, and return the party they act for.

        In this order: who, lock, state, data. :meth:`_why_not` asks the same without a
        lock. What the caller sent is checked by the action itself.

        :param int acting_partner_id: the party, where the caller acts for several
        :raise NotAllowed: where it is not the caller's to do
        :raise Refusal: where it is not possible now
        """
        self.ensure_one()
        party = self._acting_party(action, acting_partner_id)
        self.sudo()._lock()
        self._check_state(action)
        self._check_data(action, party)
        return party

    def _why_not(self, action, party=None):
        """Return the error that ``action`` would raise for the caller, or None.

        :param party: for whom the caller would act; any of their parties by default
        """
        self.ensure_one()
        user = self.env.user
        parties, right = self._whose(action)
        parties = parties & party if party else parties
        mine = user._acts_for(parties, right)
        try:
            if action == "resolve":
                self._check_decides()
            elif not mine:
                user._check_acts_for(parties[:1], right)
            self._check_state(action)
        except (NotAllowed, Refusal) as error:
            return error
        refusal = None
        for acted_for in mine or [mine]:
            try:
                self._check_data(action, acted_for)
            except (NotAllowed, Refusal) as error:
                refusal = error
            else:
                return None
        return refusal

    def _may(self, action, party=None):
        """Return whether the caller may do ``action`` now, see :meth:`_why_not`."""
        return self._why_not(action, party) is None

    def _whose(self, action):
        """Return the parties whose ``action`` it may be, and the right it needs."""
        deal, rule = self.sudo(), DEAL.who(action)
        names = PARTIES.get(rule, ())
        if rule == "receiver":
            names = ("payer_id",) if deal.refunding else ("payee_id", "coworker_ids")
        parties = self.env["res.partner"].sudo().union(*(deal[name] for name in names))
        right = "market"
        if rule in ("approver", "host") and parties == deal.payer_id:
            # Those who run the project of the team that pays may decide on its work.
            if not self.env.user._acts_for(parties, right) and self._runs_project():
                right = "project"
        return parties, right

    def _acting_party(self, action, acting_partner_id):
        """Return the party that the caller acts for in ``action``, checked."""
        user, deal = self.env.user, self.sudo()
        if action == "resolve":
            self.check_access("read")
            self._check_decides()
            return user.partner_id
        parties, right = self._whose(action)
        if action == "hand_over_sign":
            stand_in = deal._proposal("hand_over").stand_in_id
            if acting_partner_id in (None, False, stand_in.id):
                if user._acts_for(stand_in, right):
                    # The member asked to stand in does not see the deal yet.
                    return user._resolve_acting(
                        acting_partner_id, stand_in, right, "deal", self
                    )
        self.check_access("read")
        return user._resolve_acting(acting_partner_id, parties, right, "deal", self)

    def _state_message(self, _action):
        return self.env._(
            "This is not possible now: the deal is %(state)s.",
            state=self._state_label().lower(),
        )

    def _check_data(self, action, party):
        """Raise where the deal's data forbid ``action`` for ``party`` now.

        Calls ``_check_<action>(party)`` where there is one; these methods
        follow here in the order of the table. They change nothing.
        """
        check = getattr(self, f"_check_{action}", None)
        if check:
            check(party)

    def _check_counter(self, party):
        deal = self.sudo()
        if deal.turn != self._side_of(party):
            raise NotAllowed(
                self.env._(
                    "It is the other side's turn: %(name)s.",
                    name=self._other(party).name,
                ),
                rule="turn",
            )
        self._check_commits_money(party)

    def _check_accept(self, party):
        self._check_counter(party)
        self._check_in_time()
        self._check_coworkers_signed(self.sudo().terms_id)

    def _check_commits_money(self, party):
        """Check the right to pay where ``party`` pays: its money is committed."""
        if party == self.sudo().payer_id:
            self.env.user._check_acts_for(party, "wallet")

    def _check_name_task(self, _party):
        deal = self.sudo()
        if deal.kind != "offer":
            raise Refusal(
                self.env._("You can only choose a task for help offered."), rule="kind"
            )
        if deal.task_id:
            raise Refusal(
                self.env._("Work on the task has already begun."), rule="task"
            )

    def _check_agree_share(self, party):
        if not self._share_to_sign(party):
            raise Refusal(
                self.env._("There is nothing for you to agree to here."), rule="share"
            )

    def _check_amend(self, party):
        self._check_commits_money(party)

    def _check_amend_sign(self, party):
        deal = self.sudo()
        self._check_commits_money(party)
        change = deal._proposal("amend")
        if not change:
            raise Refusal(self.env._("No change has been proposed."), rule="amend")
        if party in change._signed():
            raise NotAllowed(
                self.env._(
                    "It is the other side's turn: %(name)s.",
                    name=deal._other(party).name,
                ),
                rule="turn",
            )
        change.terms_id._check_not_expired()

    def _check_hand_over(self, _party):
        deal = self.sudo()
        if deal.kind != "want":
            raise Refusal(
                self.env._("The person who offers something has to do it themselves."),
                rule="kind",
            )
        if deal.coworker_ids:
            raise Refusal(
                self.env._(
                    "Several people work on this together. Change what was"
                    " agreed instead."
                ),
                rule="share",
            )

    def _check_hand_over_sign(self, party):
        proposal = self.sudo()._proposal("hand_over")
        if not proposal:
            raise Refusal(
                self.env._("Nobody has been asked to stand in."), rule="hand_over"
            )
        proposal._check_signer(party)
        self._check_commits_money(party)

    def _check_approve(self, _party):
        deal, person = self.sudo(), self.env.user.partner_id
        if deal.state == "approved":
            if not deal._approvals_missing():
                raise Refusal(
                    self._state_message("approve"),
                    rule="state",
                    value=deal.state,
                    limit="delivered",
                )
            if person in deal.approver_ids:
                raise NotAllowed(
                    self.env._(
                        "You have already approved. Someone else has to approve now."
                    ),
                    rule="approved_once",
                )
        self._check_no_conflict_of_interest()

    def _check_no_conflict_of_interest(self):
        if self._is_conflicted(self.env.user.partner_id):
            raise NotAllowed(
                self.env._("You cannot approve work you did yourself."), rule="own_work"
            )

    def _is_conflicted(self, person):
        """Return whether ``person`` may not approve what they did for the worker.

        They claimed, negotiated or delivered for it. Exception: a group where nobody
        else could approve; then it is marked publicly.
        """
        deal = self.sudo()
        return person in deal.conflicted_ids and (
            deal.payer_id == person or not deal._only_conflicted_could_approve()
        )

    def _only_conflicted_could_approve(self):
        """Return whether all who could approve for the payer have such a conflict."""
        deal = self.sudo()
        actors = deal.payer_id._wezer_actor_partners("market")
        return not actors - deal.conflicted_ids

    def _is_auto_approvable(self):
        """Return whether the work may be approved without an answer.

        Only what one approver could approve alone: without outside money, up to the
        value in the settings, and never where only people with a conflict of interest
        could.
        """
        deal = self.sudo()
        external = deal.accepted_terms_id.price_line_ids.wezer_currency_id.filtered(
            "external"
        )
        value = max(deal._value_hours(), deal._price_hours())
        return (
            not external
            and not deal._only_conflicted_could_approve()
            and value <= deal.company_id.wezer_auto_approve_max_value
            and deal._approvals_wanted() <= 1
        )

    def _check_send_back(self, _party):
        deal = self.sudo()
        if deal_money.paying_has_begun(deal):
            raise Refusal(
                self.env._(
                    "Paying has begun. Pay the rest, agree to cancel, or call a"
                    " moderator."
                ),
                rule="state",
                value=deal.state,
                limit="delivered",
            )

    def _check_pay(self, party):
        deal = self.sudo()
        self.env.user._check_acts_for(party, "wallet")
        self._check_no_conflict_of_interest()
        wanted = deal._approvals_wanted()
        if wanted > 1 and len(deal.approver_ids) < wanted:
            raise Refusal(
                self._approvals_text(),
                rule="approvals",
                value=str(len(deal.approver_ids)),
                limit=str(wanted),
            )

    def _check_confirm(self, party):
        # Where one of several payees denied the receipt, the others may still confirm.
        deal = self.sudo()
        if not deal_money.pending_to(deal, party):
            raise Refusal(
                self.env._("No payment is on its way to %(name)s.", name=party.name),
                rule="state",
                value=deal.state,
                limit="confirming",
            )

    def _check_deny(self, party):
        self._check_confirm(party)

    def _check_assess(self, _party):
        if self.sudo().dispute_deadline < fields.Datetime.now():
            raise Refusal(
                self.env._("You can only assess a deal within 14 days."),
                rule="deadline",
                limit=str(ASSESS_DAYS),
            )

    def _check_refund(self, party):
        deal = self.sudo()
        self.env.user._check_acts_for(party, "wallet")
        if any(map(deal_money.left_minor, deal_money.paid_to(deal, party))):
            return
        if deal.state == "ended":
            raise Refusal(
                self._state_message("refund"), rule="state", value="ended", limit="paid"
            )
        raise Refusal(self.env._("Enter how much."), rule="amount", limit="0")

    def _check_cancel(self, party):
        deal = self.sudo()
        if party not in deal._cancellation_signers():
            raise NotAllowed(
                self.env._("Only those who agreed to the deal can cancel it."),
                rule="cancel",
            )
        if party in deal_money.current_payments(deal, "done").payee_id:
            # Payments of the current step are given back: that money is committed.
            self.env.user._check_acts_for(party, "wallet")

    def _check_dispute(self, _party):
        deal = self.sudo()
        if deal.state == "paid" and deal.dispute_deadline < fields.Datetime.now():
            raise Refusal(
                self.env._("A payment can only be disputed within 14 days."),
                rule="deadline",
                limit=str(ASSESS_DAYS),
            )

    def _check_withdraw_dispute(self, party):
        deal = self.sudo()
        if deal.disputed_by_id and deal.disputed_by_id != party:
            raise NotAllowed(
                self.env._(
                    "Only the person who called the moderator can withdraw the call."
                ),
                rule="dispute",
            )

    def _check_resolve(self, _party):
        # Asked again under the lock, as the dispute may have passed on.
        self._check_decides()

    def _check_decides(self):
        user, dispute = self.env.user, self.sudo().dispute_id
        if dispute:
            decides = dispute._may_decide(user)
        else:
            decides = user._moderates(self._parties())
        if not decides:
            raise NotAllowed(
                self.env._("Only a moderator assigned to this dispute can decide it."),
                rule="moderate",
            )

    def _check_attendance(self, _party):
        deal, user = self.sudo(), self.env.user
        if user.partner_id == deal.replier_person_id or user._acts_for(
            deal.replier_id, "market"
        ):
            raise NotAllowed(
                self.env._("You cannot record your own attendance."),
                rule="own_work",
            )
        deal_attendance.check_days(deal)

    # === WHAT THE DEAL ASKS, OF WHOM, AND THE NOTICES OF IT === #

    def _questions(self):
        """Return what the deal asks now: ``{subject: the parties asked}``.

        Notices, the to-do list and the order of *My deals* are made of this. A
        subject that is missing asks nobody: its notices are settled.
        """
        self.ensure_one()
        deal = self.sudo()
        asked = {}
        unsigned = deal._unsigned_coworkers()
        if deal.state in DEAL.sources("agree_share"):
            asked["share"] = unsigned
        if deal.state == "open" and not unsigned:
            asked["turn"] = deal[f"{deal.turn}_id"] if deal.turn else unsigned
        for proposal in deal._open_proposals():
            if proposal.kind != "amend" or not unsigned:
                asked[proposal.kind] = proposal._unsigned()
        if deal.state == "accepted":
            asked["work"] = deal.payee_id
        if deal.state == "delivered":
            asked["approve"] = deal.payer_id
        if deal.state == "approved":
            missing = bool(deal._approvals_missing())
            asked["approve" if missing else "pay"] = deal.payer_id
        if deal.state in DEAL.sources("confirm"):
            asked["receipt"] = deal_money.pending(deal).payee_id
        if deal.state == "disputed":
            asked["dispute"] = deal._parties()
            asked["decide"] = deal.dispute_id._deciders().partner_id
        return {subject: parties for subject, parties in asked.items() if parties}

    def _people_asked(self, subject, party):
        """Return the persons who can answer question ``subject`` for ``party``."""
        deal = self.sudo()
        if subject == "decide":
            return party
        people = actors = party._wezer_actor_partners("market")
        if subject == "approve":
            if deal._project_team() == party:
                people |= party._wezer_actor_partners("project")
            # Delivered work has no approval yet.
            if deal.state != "delivered":
                people -= deal.approver_ids
        elif subject == "pay":
            people &= party._wezer_actor_partners("wallet")
        if subject in ("approve", "pay"):
            people = people.filtered(lambda person: not deal._is_conflicted(person))
        # Where no one can, those who act for the party have to know.
        return people or actors

    def _own_questions(self):
        """Return those of :meth:`_questions` that the caller can answer."""
        person = self.env.user.partner_id
        asked = {}
        for subject, parties in self._questions().items():
            asked[subject] = parties.filtered(
                lambda party, subject=subject: (
                    person in self._people_asked(subject, party)
                )
            )
        return {subject: parties for subject, parties in asked.items() if parties}

    def _settle_answered(self):
        """Settle the notices of questions that these deals ask no longer.

        And reminders whose date has moved, or is over, and what the sides wrote to
        moderators who have the dispute no longer.
        """
        for deal in self.sudo():
            open_notices = deal.notice_ids.filtered(lambda notice: not notice.settled)
            if not deal._reminder_holds():
                open_notices.filtered(
                    lambda notice: notice.subject == REMINDER
                )._withdraw()
            to_moderators = open_notices.filtered(
                lambda notice: notice.subject == TO_MODERATORS
            )
            if to_moderators:
                deciders = deal.dispute_id._deciders() if deal.dispute_id else None
                to_moderators.filtered(
                    lambda notice, deciders=deciders: (
                        not deciders or notice.partner_id not in deciders.partner_id
                    )
                )._withdraw()
            waiting = open_notices.filtered(lambda notice: notice.subject in QUESTIONS)
            if not waiting:
                continue
            asked = deal._questions()
            for subject in set(waiting.mapped("subject")):
                people = self.env["res.partner"].sudo()
                for party in asked.get(subject, people):
                    people |= deal._people_asked(subject, party)
                waiting.filtered(
                    lambda notice, subject=subject, people=people: (
                        notice.subject == subject
                        and notice.partner_id not in people
                        # One that waits to be written for many.
                        and (notice.partner_id or not people)
                    )
                )._withdraw()

    def _reminder_holds(self):
        """Return whether the date that both sides were reminded of is still to come."""
        deal = self.sudo()
        moment = deal.date_reminded_of
        return (
            deal.state == "accepted"
            and bool(moment)
            and moment > fields.Datetime.now()
            and moment in deal_calendar.dates(deal)
        )

    def _notify(self, parties, kind, message, subject=None, url=None):
        """Leave a notice with those who act for ``parties``.

        :param str subject: what is asked or reported; where left out, the question
            that the party is asked now, or else news of how the deal goes
        """
        for deal in self.sudo():
            deal._settle_answered()
            asked = deal._questions()
            people = {}
            for party in parties:
                about = subject or next(
                    (name for name in MAIN if party in asked.get(name, ())), "news"
                )
                if about in QUESTIONS:
                    actors = deal._people_asked(about, party)
                else:
                    actors = party._wezer_actor_partners("market")
                people[about] = people.get(about, actors) | actors
            for about, actors in people.items():
                deal._leave_notice(actors, kind, message, about, url)

    def _leave_notice(self, people, kind, message, subject, url=None):
        # sudo: members write nothing, the notice is for others.
        notices = self.env["wezer.notice"].sudo()
        url = url or self._url()
        notices._leave(people, kind, message, url, self.sudo(), subject)

    def _ask_each(self, subject, rows, kind, say):
        """Ask each person once, who may act for several of the parties that are asked.

        :param rows: a record for each party that is asked, ``[(party, record)]``
        :param say: called with the records of one person; returns the sentence
        """
        deal = self.sudo()
        asked = {}
        for party, record in rows:
            for person in deal._people_asked(subject, party):
                asked[person] = asked.get(person, record) | record
        for person, records in asked.items():
            deal._leave_notice(person, kind, say(records), subject)

    def _settle_for_outsiders(self, parties):
        """Settle the notices of those who acted for ``parties``, and see it no longer.

        Their links would lead nowhere.
        """
        deal, people = self.sudo(), self.env["res.partner"].sudo()
        for party in parties - deal._parties():
            people |= party._wezer_actor_partners("market")
        for party in deal._parties():
            people -= party._wezer_actor_partners("market")
        self.env["wezer.notice"]._settle(deal, people=people)

    def _notify_all(self, kind, message, but=None, subject=None):
        """Leave a notice with both sides and the co-workers, but not ``but``."""
        for deal in self.sudo():
            parties = deal._parties()
            deal._notify(parties - but if but else parties, kind, message, subject)

    def action_send_message(
        self, body: str, acting_partner_id: int | None = None
    ) -> bool:
        """Say something to the other side; as a moderator of its dispute, to both."""
        self.check_access("read")
        self.ensure_one()
        deal, person = self.sudo(), self.env.user.partner_id
        by_moderator = self._writes_as_moderator()
        if by_moderator and acting_partner_id in (None, False, person.id):
            speaker = person.sudo()
        else:
            speaker, by_moderator = self._speaker(acting_partner_id), False
        body = payload.text(self.env, body, self._answer_length)
        if not body:
            raise Refusal(self.env._("Write a message first."), rule="empty")
        key = f"message:{self._name}:{deal.id}:{speaker.id}:{self.env.uid}"
        if not self.env["wezer.idempotency.key"].sudo()._is_first_text(key, body):
            # The same words within seconds are one message: a second tap.
            return True
        self.env["wezer.deal.message"].sudo().create(
            {
                "deal_id": deal.id,
                "date": fields.Datetime.now(),
                "partner_id": speaker.id,
                "person_id": person.id,
                "body": body,
                "by_moderator": by_moderator,
            }
        )
        deal._notify_of_message(speaker, by_moderator)
        return True

    def _notify_of_message(self, speaker, by_moderator):
        """Notify those who read a message of ``speaker`` (sudo), but not its side."""
        name, title = speaker.name, self.title
        sentence = _lt("%(name)s wrote: %(title)s", name=name, title=title)
        if by_moderator:
            sentence = _lt(
                "%(name)s, who moderates the dispute, wrote: %(title)s",
                name=name,
                title=title,
            )
        self._notify_all("message", sentence, but=speaker, subject="message")
        if self.dispute_id:
            # Moderators who asked nothing read it when they decide.
            asking = self.dispute_id._asking_moderators() - speaker
            self._leave_notice(asking, "message", sentence, TO_MODERATORS)

    # === ANSWERS BY E-MAIL: SEE wezer.answer === #

    def _url(self) -> str:
        """Return the address of the page of this deal."""
        self.ensure_one()
        return f"/my/deals/{self.id}"

    def _may_answer(self):
        """Return whether the user can write here by answering a letter."""
        if self.env.user._acts_for(self._parties(), "market"):
            return True
        return self._writes_as_moderator()

    def _answer_note(self):
        """Return who reads what the user writes."""
        if self._writes_as_moderator():
            return self.env._(
                "Both sides read what you write. It does not decide the dispute."
            )
        return self.env._("The other side reads what you write.")

    def _answer(self, text, files):
        """Write what the user answered; return sentences about what was left out."""
        party, left = self._my_party().id or None, []
        by_moderator = self._writes_as_moderator()
        if text:
            self.action_send_message(text, acting_partner_id=party)
        if files and by_moderator:
            sentence = self.env._("Only the two sides of a deal can add files to it.")
            if not text:
                raise Refusal(sentence, rule="files")
            return [sentence]
        for file in files:
            try:
                with self.env.cr.savepoint():
                    adding = self._authorise("add_evidence", party)
                    self._add_evidence(adding, file.name, file.content, by_mail=True)
            except locks.Busy:
                raise
            except (NotAllowed, Refusal) as error:
                if not text and len(files) == 1:
                    raise
                name = self.env["wezer.deal.evidence"]._cleaned_name(file.name, None)
                left.append(
                    self.env._("“%(file)s”: %(reason)s", file=name, reason=error)
                )
        return left

    # === NEGOTIATION === #

    def action_counter(self, vals: dict, acting_partner_id: int | None = None) -> bool:
        """Answer with other terms; see :meth:`wezer.announcement.action_propose`."""
        party = self._authorise("counter", acting_partner_id)
        deal = self.sudo()
        terms = {
            **deal.terms_id._copied_vals(),
            **self.env["wezer.terms"]._checked_vals(vals),
        }
        deal.announcement_id._check_price_mode(terms["price_line_ids"])
        deal.terms_id._check_due(terms["date_due"], deal.terms_id.date_due)
        deal._add_round(self._side_of(party), party, terms)
        other = self._other(party)
        deal.write({"turn": self._side_of(other)})
        deal._log("counter", party, terms.get("message"))
        deal._notify(
            other,
            "terms",
            _lt(
                "%(name)s proposes other terms: %(title)s",
                name=party.name,
                title=deal.title,
            ),
        )
        return True

    def action_accept(
        self, acting_partner_id: int | None = None, round_number: int | None = None
    ) -> bool:
        """Accept the terms of this round: they are the contract.

        :param int round_number: the round that was shown: where the announcement
            changes, answers are asked again with other terms
        """
        party = self._authorise("accept", acting_partner_id)
        deal = self.sudo()
        if round_number is not None and deal.terms_id.round != round_number:
            raise Refusal(
                self.env._("This was changed in the meantime. Please read it again."),
                rule="version",
                value=str(round_number),
                limit=str(deal.terms_id.round),
            )
        deal.announcement_id._lock()
        deal._accept_terms(party)
        return True

    def _accept_terms(self, party):
        """Agree on the terms of now: check them, take the place, set money aside.

        The caller has locked the announcement: places are counted under the lock.
        """
        deal = self.sudo()
        deal._check_in_time()
        deal_waiting_list.take_place(deal)
        deal._check_acceptable()
        terms = deal.terms_id
        now = fields.Datetime.now()
        due = terms.milestone_ids[:1].date_due or terms.date_due
        deal._mark_conflict_of_interest(party)
        deal._set_state(
            "accepted",
            accepted_terms_id=terms.id,
            milestone=deal._first_step(terms),
            turn=False,
            hold_deadline=False,
            date_accepted=now,
            **deal._due_vals(due),
        )
        if terms.share_ids or deal.coworker_ids:
            deal._keep_agreed_coworkers()
        deal_money.reserve(deal)
        deal._log("accept", party)
        deal._assign_task()
        deal.announcement_id._after_change()
        deal._notify_all(
            "accepted",
            _lt("%(name)s agreed: %(title)s", name=party.name, title=deal.title),
            but=party,
        )
        deal._record_common_circles()

    def _due_vals(self, agreed, least=None):
        """Return by when the work is due, and whether that was agreed.

        Without a date, or with one that has passed, it is due in 30 days.

        :param agreed: the moment in the terms, or False
        :param least: a later moment by which the work was due before
        """
        now = fields.Datetime.now()
        if agreed and agreed >= now:
            return {"date_due": agreed, "due_source": "agreed"}
        due = now + timedelta(days=DUE_DAYS)
        return {"date_due": max(due, least or due), "due_source": "rule"}

    def _agreed_due(self):
        """Return by when the work is due where people said so, else False."""
        self.ensure_one()
        deal = self.sudo()
        return deal.date_due if deal.due_source != "rule" else False

    def _check_acceptable(self):
        """Refuse to agree without a place, or on an announcement that ended."""
        deal = self.sudo()
        announcement = deal.announcement_id
        is_held = deal_waiting_list.is_held(deal)
        if not is_held and not announcement._has_place(deal.replier_person_id):
            raise Refusal(
                self.env._("All places are taken."),
                rule="places",
                limit=str(announcement.places),
            )
        if announcement.state not in announcement._state_machine.sources("expire"):
            raise Refusal(
                self.env._("The announcement has ended."),
                rule="state",
                value=announcement.state,
            )
        if deal.replier_person_id:
            announcement._check_cap(deal.replier_person_id, but=deal)
        deal._check_coworkers_signed(deal.terms_id)

    def _check_in_time(self):
        """Refuse where the terms stand no longer, or the place is held no longer."""
        deal = self.sudo()
        deal.terms_id._check_not_expired()
        if deal.hold_deadline and not deal_waiting_list.is_held(deal):
            raise Refusal(
                self.env._("The time to take this place has passed."),
                rule="deadline",
                limit=fields.Datetime.to_string(deal.hold_deadline),
            )

    def action_decline(
        self, reason: str = "", acting_partner_id: int | None = None
    ) -> bool:
        """Decline the answer, for the author."""
        party = self._authorise("decline", acting_partner_id)
        self._end_answer(party, "decline", "declined", reason)
        return True

    def action_withdraw(
        self, reason: str = "", acting_partner_id: int | None = None
    ) -> bool:
        """Take the answer back, at any time before the agreement."""
        party = self._authorise("withdraw", acting_partner_id)
        self._end_answer(party, "withdraw", "withdrawn", reason)
        return True

    def _end_answer(self, party, action, end_reason, reason):
        deal = self.sudo()
        deal.announcement_id._lock()
        deal._log(action, party, reason)
        deal._finish(end_reason)
        deal._notify_all(
            action,
            _lt("Your answer was declined: %(title)s", title=deal.title)
            if action == "decline"
            else _lt("An answer was withdrawn: %(title)s", title=deal.title),
            but=party,
        )

    def _ask_again(self):
        """The announcement's terms changed: open answers are asked again."""
        for deal in self:
            deal._add_round(
                "author", deal.author_id, deal.announcement_id._announced_terms()
            )
            if deal.state != "open":
                continue
            deal.turn = "replier"
            deal._notify(
                deal.replier_id,
                "terms",
                _lt(
                    "The announcement has changed, please read it again: %(title)s",
                    title=deal.title,
                ),
            )

    def _add_round(self, side, partner, vals):
        """Add the next round of terms and make it the current one."""
        self.ensure_one()
        # A co-worker who had a share and would have none has to agree, too.
        left = self.accepted_terms_id.share_ids.filtered("points").partner_id
        if vals.get("share_ids") or left:
            vals = {**vals, "share_ids": self._checked_shares(partner, vals, left)}
        vals = {key: value for key, value in vals.items() if value is not None}
        terms = (
            self.env["wezer.terms"]
            .sudo()
            .create(
                {
                    **vals,
                    "deal_id": self.id,
                    "round": max(self.terms_ids.mapped("round"), default=0) + 1,
                    "side": side,
                    "partner_id": partner.id,
                    "person_id": self.env.user.partner_id.id,
                    "date": fields.Datetime.now(),
                }
            )
        )
        self.sudo().terms_id = terms
        self._mark_conflict_of_interest(partner)
        self._ask_coworkers(terms)
        return terms

    # === CO-WORKERS AND THEIR SHARES === #

    def _checked_shares(self, party, vals, left):
        """Return the shares of a round: those named, the worker's own left out."""
        points = {
            command[2]["partner_id"]: command[2]["points"]
            for command in vals.get("share_ids") or ()
        }
        if self.payee_id.id in points:
            own = points.pop(self.payee_id.id)
            self._check_share_sum(own + sum(points.values()), exactly=True)
        self._check_share_sum(sum(points.values()))
        before = self.terms_id.share_ids.filtered("points")
        asked = {share.partner_id.id: share.points for share in before}
        if points != asked:
            self._check_coworkers(party, points)
        for partner in left:
            points.setdefault(partner.id, 0)
        return [
            Command.create({"partner_id": partner_id, "points": share})
            for partner_id, share in points.items()
        ]

    def _check_share_sum(self, given, exactly=False):
        if (given != WHOLE) if exactly else (given >= WHOLE):
            raise Refusal(
                self.env._("All shares together must make 100 %, including yours."),
                rule="share_sum",
                value=f"{given / 100:g}",
                limit="100",
            )

    def _check_coworkers(self, party, points):
        if self.kind != "want":
            raise Refusal(
                self.env._("Only help wanted can be done together with co-workers."),
                rule="kind",
            )
        if party != self.payee_id:
            raise NotAllowed(
                self.env._(
                    "Only %s, who does the work, can choose the co-workers.",
                    self.payee_id.name,
                ),
                rule="share",
            )
        for partner_id, share in points.items():
            partner = self.env["res.partner"].sudo().browse(partner_id).exists()
            partner = partner._wezer_with_visible_name()
            profile = partner._wezer_profile() if partner else False
            if not share or not profile or profile.state != "active":
                raise Refusal(
                    self.env._("Enter the members and the share of each."), rule="share"
                )
            if partner in self.author_id | self.replier_id:
                raise Refusal(
                    self.env._(
                        "Both sides are already part of the deal. Choose other members."
                    ),
                    rule="share",
                )

    def _ask_coworkers(self, terms):
        """Let the co-workers of these terms see the deal, and ask them to agree."""
        if not (terms.share_ids or self.coworker_ids):
            return
        (self.terms_ids - terms)._withdraw_signing()
        if terms.share_ids:
            # As long as the round stands: it has no deadline of its own.
            terms._propose_signing(terms.share_ids.partner_id, None)
        agreed = self.accepted_terms_id.share_ids.filtered("points").partner_id
        self._set_coworkers(agreed | terms.share_ids.partner_id)
        self._settle_answered()
        self._ask_each(
            "share",
            [(share.partner_id, share) for share in terms.share_ids],
            "consent",
            lambda shares: _lt(
                "%(name)s asks you to join the team for %(part)s of the price:"
                " %(title)s",
                name=self.payee_id.name,
                part=shares.mapped("percent_text"),
                title=self.title,
            ),
        )

    def _set_coworkers(self, coworkers):
        former = self.coworker_ids - coworkers
        self.coworker_ids = coworkers
        if former:
            self._settle_for_outsiders(former)

    def action_agree_share(
        self, round_number: int | None = None, acting_partner_id: int | None = None
    ) -> bool:
        """Agree to a share of the price, for a co-worker.

        :param int round_number: the round that was shown
        """
        party = self._authorise("agree_share", acting_partner_id)
        deal = self.sudo()
        share = deal._share_to_sign(party)
        if share.terms_id.round != round_number:
            raise Refusal(
                self.env._("This was changed in the meantime. Please read it again."),
                rule="version",
                value=str(round_number),
                limit=str(share.terms_id.round),
            )
        share.terms_id._sign(party)
        # A co-worker cannot approve the work.
        deal.conflicted_ids |= self.env.user.partner_id
        deal._log("share", party, share.percent_text)
        deal._notify(
            deal.author_id | deal.replier_id,
            "consent",
            _lt(
                "%(name)s has joined the team: %(title)s",
                name=party.name,
                title=deal.title,
            ),
        )
        return True

    def _terms_to_sign(self):
        """Return the round that waits for signatures: an answer or a change."""
        deal = self.sudo()
        if deal.state == "open":
            return deal.terms_id
        return deal._proposal("amend").terms_id

    def _unsigned_coworkers(self):
        """Return the co-workers who have not agreed to their share yet."""
        terms = self._terms_to_sign()
        return terms._unsigned() if terms else self.env["res.partner"].sudo()

    def _share_to_sign(self, party):
        """Return the share that ``party`` has not agreed to yet, in those terms."""
        shares = self._terms_to_sign().share_ids
        if party not in self._unsigned_coworkers():
            return shares.browse()
        return shares.filtered(lambda share: share.partner_id == party)

    def _check_coworkers_signed(self, terms):
        """Refuse while a co-worker has not agreed to these terms."""
        waits = terms._unsigned_coworkers()
        if waits:
            raise Refusal(
                self.env._(
                    "These co-workers have not agreed yet: %(names)s.",
                    names=", ".join(waits.mapped("name")),
                ),
                rule="share_unsigned",
                value=str(len(waits)),
                limit="0",
            )

    def _keep_agreed_coworkers(self):
        """Let only those co-workers see the deal who have an agreed share."""
        terms = self.accepted_terms_id
        self._set_coworkers(terms.share_ids.filtered("points").partner_id)

    # === WAITING LIST AND PLACES: SEE tools/deal_waiting_list.py === #

    @api.model
    def _holds_place(self):
        """Return the domain of deals with a place: agreed, or held for them now."""
        held = Domain("hold_deadline", ">", fields.Datetime.now())
        is_open = Domain("state", "=", "open")
        return Domain("state", "in", HOLDING) | is_open & held

    def _offer_place(self):
        """Give a waiting answer the free place, held until its deadline."""
        self.ensure_one()
        deal_waiting_list.offer_place(self)

    def _lapse_place(self, _now):
        """Offer the place to the next on the waiting list: its time is over."""
        deal_waiting_list.lapse_place(self)

    # === WORK === #

    def action_deliver(
        self,
        note: str = "",
        quantity: str | float | None = None,
        acting_partner_id: int | None = None,
    ) -> bool:
        """Deliver the work; less than agreed is paid less."""
        party = self._authorise("deliver", acting_partner_id)
        deal = self.sudo()
        agreed = deal.accepted_terms_id.quantity
        real = agreed
        if quantity not in (None, ""):
            real = payload.number(self.env, quantity)
        if real < agreed and deal.milestone:
            raise Refusal(
                self.env._(
                    "A step has to be delivered as a whole. If you need"
                    " less, change what was agreed."
                ),
                rule="milestone",
                value=f"{real:g}",
                limit=f"{agreed:g}",
            )
        if real > agreed:
            raise Refusal(
                self.env._(
                    "This is more than was agreed. Ask the other side to"
                    " agree to it first."
                ),
                rule="quantity",
                value=f"{real:g}",
                limit=f"{agreed:g}",
            )
        deal._mark_conflict_of_interest(party)
        deal._set_state(
            "delivered",
            delivered_quantity=real,
            delivery_note=payload.text(self.env, note, 4000),
            date_delivered=fields.Datetime.now(),
        )
        deal._log("deliver", party, note)
        deal._move_task("delivered")
        deal._notify(
            deal.payer_id,
            "delivered",
            _lt(
                "%(name)s says it is done: %(title)s", name=party.name, title=deal.title
            ),
        )
        return True

    def action_release(
        self, reason: str = "", acting_partner_id: int | None = None
    ) -> bool:
        """Give the work back; the next of the waiting list has it.

        Shortly before it begins, the author's people are alerted.
        """
        party = self._authorise("release", acting_partner_id)
        deal = self.sudo()
        begins = deal._begins()
        deal.announcement_id._lock()
        deal._log("release", party, reason)
        deal._finish("released")
        # An alert says it to the author's people already.
        alerted = deal_waiting_list.alert_late_cancellation(deal, begins)
        deal._notify_all(
            "release",
            _lt(
                "%(name)s gave the work back: %(title)s",
                name=party.name,
                title=deal.title,
            ),
            but=party | deal.author_id if alerted else party,
        )
        return True

    def _begins(self):
        """Return when the work begins, or is due where that is not said."""
        terms = self.accepted_terms_id
        return (
            terms.date_start
            or self.announcement_id.date_start
            or terms.date_due
            or self._agreed_due()
        )

    # === EVIDENCE: SEE wezer.deal.evidence === #

    def action_add_evidence(
        self, name: str, content: bytes | str, acting_partner_id: int | None = None
    ) -> int:
        """Show a file to the other side: either side, until the deal is paid.

        :param str name: the file's name
        :param content: its bytes, or base64 text as RPC sends it; at most 5 MB
        :return: id of the evidence
        """
        party = self._authorise("add_evidence", acting_partner_id)
        return self._add_evidence(party, name, content).id

    def _add_evidence(self, party, name, content, by_mail=False):
        """Show a file for ``party``, checked; return the evidence (sudo)."""
        deal = self.sudo()
        deal._mark_conflict_of_interest(party)
        evidence = self.env["wezer.deal.evidence"]._add(
            deal, party, name, content, by_mail
        )
        deal._log("evidence", party, evidence.name)
        deal._notify_all(
            "evidence",
            _lt("%(name)s added a file: %(title)s", name=party.name, title=deal.title),
            but=party,
            subject="evidence",
        )
        return evidence

    def _evidence_of(self, party, evidence_id):
        """Return this file if it is ``party``'s, else none (sudo)."""
        return self.evidence_ids.filtered(
            lambda file: file.id == evidence_id and file.partner_id == party
        )

    def action_confirm_evidence(
        self, evidence_id: int, acting_partner_id: int | None = None
    ) -> bool:
        """Confirm a file that came by e-mail for one's own side.

        From then on it counts as evidence, as a file that was added on the page.
        """
        party = self._authorise("confirm_evidence", acting_partner_id)
        deal = self.sudo()
        evidence = deal._evidence_of(party, evidence_id)
        if not evidence:
            raise NotAllowed(
                self.env._("Only the side that a file came from can confirm it."),
                rule="evidence",
            )
        evidence._confirm()
        deal._log("evidence_confirmed", party, evidence.name)
        return True

    def action_remove_evidence(
        self, evidence_id: int, acting_partner_id: int | None = None
    ) -> bool:
        """Remove one's own file, while the work is not delivered yet."""
        party = self._authorise("remove_evidence", acting_partner_id)
        deal = self.sudo()
        evidence = deal._evidence_of(party, evidence_id)
        if not evidence:
            raise NotAllowed(
                self.env._("Only the person who added a file can delete it."),
                rule="evidence",
            )
        deal._log("evidence_back", party, evidence.name)
        evidence.unlink()
        if not deal.evidence_ids:
            self.env["wezer.notice"]._settle(deal, subjects=["evidence"])
        return True

    # === ATTENDANCE: SEE tools/deal_attendance.py === #

    def action_attendance(
        self, outcome: str, acting_partner_id: int | None = None
    ) -> bool:
        """Record whether the replier came: ``came``, ``late``, ``absent``, ``excused``.

        The author's side does, from the beginning on, for 14 days, and may correct it
        until then; each record stays in the history. Nobody records their own.
        """
        party = self._authorise("attendance", acting_partner_id)
        deal_attendance.record(self.sudo(), outcome, party)
        return True

    # === WHO APPROVES, FOR A PROJECT'S TEAM === #

    def _project_team(self):
        """Return the team of the deal's task where that team pays, else none."""
        deal = self.sudo()
        task = deal.task_id or deal.announcement_id.task_id
        return task.project_id.team_id.partner_id & deal.payer_id

    def _runs_project(self):
        """Return whether the caller runs the project of the task for its team."""
        team = self._project_team()
        return bool(team and self.env.user._acts_for(team, "project"))

    # === HOW MANY APPROVE: SEE tools/deal_approvals.py === #

    def _approvals_wanted(self):
        """Return how many persons have to approve: 1 where nothing else is decided."""
        return deal_approvals.rule(self)[0]

    def _approvals_missing(self):
        """Return how many approvals are wanting."""
        deal = self.sudo()
        # Delivered work has no approval yet.
        given = 0 if deal.state == "delivered" else len(deal.approver_ids)
        return max(0, deal._approvals_wanted() - given)

    def _approvals_text(self):
        """Return why several approvals are needed, and how many there are."""
        return deal_approvals.text(self)

    def _approvers_may_pay(self):
        """Return whether one of the approvers may pay for the payer, still."""
        deal = self.sudo()
        return any(
            user._acts_for(deal.payer_id, "wallet")
            for user in self.env.user | deal.approver_ids.user_ids
        )

    def _ask_next_approver(self):
        self._notify(
            self.payer_id,
            "to_pay",
            _lt("One more approval is needed: %(title)s", title=self.title),
        )

    # === APPROVING AND PAYING === #

    def action_send_back(
        self,
        note: str = "",
        due: str | datetime | None = None,
        acting_partner_id: int | None = None,
    ) -> bool:
        """Send the work back, with what is missing; the worker has a week at least."""
        self._withdraw_timeout_dispute(self.sudo().payer_id)
        party = self._authorise("send_back", acting_partner_id)
        note = payload.text(self.env, note, 2000)
        if not note:
            raise Refusal(self.env._("Say what is missing."), rule="note")
        deal = self.sudo()
        week = fields.Datetime.now() + timedelta(days=7)
        due = payload.moment(self.env, due, at_end=True) if due else week
        deal._set_state(
            "accepted",
            date_due=max(due, week),
            due_source="sent_back",
            delivered_quantity=0,
        )
        deal._log("send_back", party, note)
        deal._move_task("accepted")
        deal._notify(
            deal.payee_id,
            "send_back",
            _lt("Something is still missing: %(title)s", title=deal.title),
        )
        return True

    def action_approve(
        self,
        scores: dict | None = None,
        comment: str = "",
        acting_partner_id: int | None = None,
    ) -> bool:
        """Approve; pay, too, with the last approval, where one of the approvers may.

        :param dict scores: ``{criterion id: −2 … +2}``
        """
        self._withdraw_timeout_dispute(self.sudo().payer_id)
        party = self._authorise("approve", acting_partner_id)
        if not scores and str(comment or "").strip():
            raise Refusal(
                self.env._(
                    "Choose a mark for each criterion, or leave the comment empty."
                ),
                rule="complete",
                field="comment",
            )
        deal = self.sudo()
        own = self.env.user.partner_id in deal.conflicted_ids
        deal._set_state("approved")
        deal_approvals.record(deal, party)
        deal._log("self_approve" if own else "approve", party)
        if scores:
            self._assess(party, scores, comment, draft=True)
        deal._follow_approval(party)
        return True

    def _do_approve(self, party):
        """Let ``party`` itself approve what was delivered (sudo): state and data only.

        It counts as the approval of one person, whoever decided it.

        :raise Refusal: rules ``state``, ``approved_once``
        """
        deal = self
        deal._lock()
        deal._check_state("approve")
        if deal.state == "approved" and (
            party in deal.approver_ids or not deal._approvals_missing()
        ):
            raise Refusal(
                self.env._("%(name)s has already approved this.", name=party.name),
                rule="approved_once",
                value=deal.state,
            )
        deal._set_state("approved")
        deal_approvals.record(deal, party, party)
        deal._log("approve", party)
        deal._follow_approval(party)

    def _follow_approval(self, party):
        """Pay, or ask for what is still needed, after an approval (sudo)."""
        deal = self
        if deal._approvals_missing():
            deal._ask_next_approver()
        elif not deal.accepted_terms_id.price_line_ids:
            # Unpaid help: approved is done, no wallet is asked.
            deal._become_paid()
        elif deal._approvers_may_pay():
            deal_money.pay(deal, party)
        else:
            deal._move_task("approved")
            deal._notify(
                deal.payer_id,
                "to_pay",
                _lt("Approved, to be paid: %(title)s", title=deal.title),
            )

    def action_pay(self, acting_partner_id: int | None = None) -> bool:
        """Pay what was approved and is neither paid nor on its way."""
        self._withdraw_timeout_dispute(self.sudo().payer_id)
        party = self._authorise("pay", acting_partner_id)
        deal_money.pay(self.sudo(), party)
        return True

    def _become_paid(self):
        deal = self.sudo()
        if deal.refunding:
            deal.refunding = False
            if deal_money.all_given_back(deal):
                deal._become_refunded()
            else:
                deal._set_state("paid")
            return
        if deal._advance_milestone():
            return
        now = fields.Datetime.now()
        # A decision on a paid deal opens no new time to dispute.
        deal._set_state("paid", date_paid=deal.date_paid or now)
        deal._move_task("paid")
        self.env["wezer.assessment"]._activate(deal, now + timedelta(days=ASSESS_DAYS))
        deal.announcement_id._after_change()
        deal._notify_all("paid", _lt("Paid, thank you: %(title)s", title=deal.title))

    # === STEPS === #

    def _first_step(self, terms):
        """Return the number of the step that ``terms`` begin with, now."""
        return max(self.milestone, 1) if terms.milestone_ids else 0

    def _advance_milestone(self):
        """Go back to work where another step is to come.

        :return: whether there is one
        """
        if not self.milestone:
            return False
        steps = self.accepted_terms_id.milestone_ids
        if self.milestone >= len(steps):
            return False
        step = steps[self.milestone]
        due = step.date_due or self.accepted_terms_id.date_due
        self._set_state(
            "accepted",
            milestone=self.milestone + 1,
            **self._due_vals(due),
            date_delivered=False,
        )
        self._log("step", self.payer_id, step.name)
        self._move_task("accepted")
        self._notify_all(
            "paid",
            _lt(
                "A step was paid, the next is “%(step)s”: %(title)s",
                step=step.name,
                title=self.title,
            ),
        )
        return True

    def _check_same_steps(self, terms):
        """Refuse terms that change a step which was paid already."""
        paid = self.milestone - 1
        if paid < 1:
            return
        was = self.accepted_terms_id
        before = [
            [slices(line.total_minor, was.milestone_ids.mapped("points"))[:paid]]
            + [line.wezer_currency_id]
            for line in was.price_line_ids
        ]
        points = terms.milestone_ids.mapped("points")
        after = [
            [slices(line.total_minor, points)[:paid], line.wezer_currency_id]
            for line in terms.price_line_ids
        ]
        if before != after or len(points) <= paid:
            raise Refusal(
                self.env._(
                    "Paid steps cannot be changed. Steps that keep their price:"
                    " %(count)s.",
                    count=paid,
                ),
                rule="milestone",
                limit=str(paid),
            )

    # === OUTSIDE MONEY === #

    def action_confirm(self, acting_partner_id: int | None = None) -> bool:
        """Confirm the receipt of outside money."""
        self._withdraw_timeout_dispute(deal_money.pending(self.sudo()).payee_id)
        party = self._authorise("confirm", acting_partner_id)
        for transfer in deal_money.pending_to(self.sudo(), party):
            transfer._confirm()
        deal = self.sudo()
        deal._log("confirm", party)
        if deal.state == "confirming" and not deal_money.pending(deal):
            deal._become_paid()
        return True

    def action_deny(self, acting_partner_id: int | None = None) -> bool:
        """Deny the receipt of outside money: it is due again."""
        self._withdraw_timeout_dispute(deal_money.pending(self.sudo()).payee_id)
        party = self._authorise("deny", acting_partner_id)
        for transfer in deal_money.pending_to(self.sudo(), party):
            transfer._deny()
        deal = self.sudo()
        deal.attempt += 1
        deal._log("deny", party)
        if deal.refunding:
            deal.refunding = False
            deal._set_state("paid")
        else:
            deal._set_state("approved")
        deal._notify(
            deal.payee_id if party == deal.payer_id else deal.payer_id,
            "denied",
            _lt("The outside payment did not arrive: %(title)s", title=deal.title),
        )
        return True

    # === REFUND AND CANCELLATION BY CONSENT === #

    def action_refund(
        self, amounts: dict | None = None, acting_partner_id: int | None = None
    ) -> bool:
        """Give back payments received, all or ``{currency id: amount as text}``.

        Where a deal was cancelled between two steps, those of the earlier steps, too.
        """
        party = self._authorise("refund", acting_partner_id)
        deal = self.sudo()
        received = deal_money.paid_to(deal, party)
        minors = deal._parsed_amounts(amounts) if amounts else None
        if minors is not None and not any(minors.values()):
            raise Refusal(self.env._("Enter how much."), rule="amount", limit="0")
        all_given_back = deal_money.give_back(deal, minors, received)
        deal._log("refund", party)
        if deal_money.pending(deal):
            deal.refunding = True
            deal_money.follow(deal)
        elif all_given_back:
            deal._become_refunded()
        else:
            deal._notify(
                deal.payer_id,
                "refund",
                _lt("Part of the money was given back: %(title)s", title=deal.title),
            )
        return True

    def _parsed_amounts(self, amounts):
        """Return ``{currency id: minor}`` of what a person sent for this deal."""
        currencies = self.accepted_terms_id.price_line_ids.wezer_currency_id
        parsed = {}
        for key, text in payload.table(self.env, amounts).items():
            currency = currencies.filtered(
                lambda currency, key=key: str(currency.id) == str(key)
            )
            if not currency:
                raise Refusal(
                    self.env._("The deal is not priced in this currency."),
                    rule="currency",
                )
            parsed[currency.id] = currency._parse(text)
        return parsed

    def _become_refunded(self):
        deal = self.sudo()
        deal.refunding = False
        self.env["wezer.assessment"]._void(deal)
        deal._set_state("ended", end_reason="refunded")
        deal._free_task()
        deal._notify_all(
            "refunded",
            _lt("The money was given back: %(title)s", title=deal.title),
        )
        deal.announcement_id._after_change()

    def action_cancel(
        self, reason: str = "", acting_partner_id: int | None = None
    ) -> bool:
        """Agree to cancel; it is cancelled when all concerned have."""
        party = self._authorise("cancel", acting_partner_id)
        deal = self.sudo()
        signers, proposal = deal._cancellation_signers(), deal._proposal("cancel")
        if proposal:
            proposal._renew(signers)
        else:
            proposal = deal._new_proposal("cancel")
        proposal.reason = payload.text(self.env, reason, 2000)
        if not proposal._is_signing_open():
            done = proposal._propose(signers, party)
        else:
            done = party not in proposal._signed() and proposal._sign(party)
        if done:
            return True
        deal._log("consent", party, reason)
        deal._notify(
            proposal._unsigned(),
            "consent",
            _lt(
                "%(name)s would like to cancel: %(title)s",
                name=party.name,
                title=deal.title,
            ),
            subject="cancel",
        )
        return False

    def _cancellation_signers(self):
        """Return the parties that have to agree: both sides, and payees of payments."""
        deal = self.sudo()
        # Payments of the current step are given back: that money is committed.
        return (
            deal.author_id
            | deal.replier_id
            | deal_money.current_payments(deal, "done").payee_id
        )

    def _cancel(self):
        deal_money.release(self, "released")
        deal_money.give_back(self, among=deal_money.current_payments(self, "done"))
        self.env["wezer.assessment"]._void(self)
        if deal_money.pending(self):
            # Outside money is on its way back: its payee confirms it.
            self.refunding = True
            deal_money.follow(self)
            return
        self._finish("cancelled")

    # === PROPOSALS THAT ALL CONCERNED HAVE TO SIGN === #

    def _open_proposals(self):
        """Return the proposals (sudo) that still can be signed."""
        deal = self.sudo()
        if not deal.has_proposal:
            return self.env["wezer.deal.proposal"].sudo()
        return deal.proposal_ids.filtered(lambda proposal: proposal._is_signing_open())

    def _proposal(self, kind):
        """Return the open proposal (sudo) of ``kind``, or none."""
        return self._open_proposals().filtered(lambda proposal: proposal.kind == kind)

    def _new_proposal(self, kind):
        """Return the record (sudo) that the next proposal of ``kind`` is written to."""
        proposals = self.sudo().proposal_ids
        found = proposals.filtered(lambda proposal: proposal.kind == kind)
        return found or proposals.create({"deal_id": self.id, "kind": kind})

    def _update_has_proposal(self):
        """Note whether a proposal is open."""
        states = self.proposal_ids.mapped("signing_state")
        self.has_proposal = "open" in states

    def _withdraw_proposals(self):
        """Withdraw what is proposed: another action moves the deal."""
        for deal in self.filtered("has_proposal"):
            deal.proposal_ids._withdraw_signing()

    # === CHANGING WHAT WAS AGREED === #

    def action_amend(
        self,
        vals: dict | None = None,
        round_number: int | None = None,
        acting_partner_id: int | None = None,
    ) -> bool:
        """Propose to change what was agreed, or sign what the other side proposed.

        Where both have signed, the new terms hold: what was set aside is freed and the
        new price set aside in the same step, and what was delivered is open again.

        :param dict vals: see :meth:`wezer.announcement.action_propose`; None to sign
        :param int round_number: the round that was shown, to sign it
        :return: whether the new terms hold
        """
        if vals is not None:
            party = self._authorise("amend", acting_partner_id)
            self.sudo()._propose_amendment(party, vals)
            return False
        party = self._authorise("amend_sign", acting_partner_id)
        deal = self.sudo()
        change = deal._proposal("amend")
        terms = change.terms_id
        if terms.round != round_number:
            raise Refusal(
                self.env._("This was changed in the meantime. Please read it again."),
                rule="version",
                value=str(round_number),
                limit=str(terms.round),
            )
        return change._sign(party)

    def _propose_amendment(self, party, vals):
        agreed = self.accepted_terms_id
        terms = {
            **agreed._copied_vals(),
            **self.env["wezer.terms"]._checked_vals(vals),
        }
        self.announcement_id._check_price_mode(terms["price_line_ids"])
        agreed._check_due(terms["date_due"], agreed.date_due)
        proposed = self._add_round(self._side_of(party), party, terms)
        self._check_same_steps(proposed)
        # What was agreed stays the deal's terms until both have signed.
        self.terms_id = agreed
        change = self._new_proposal("amend")
        change.terms_id = proposed
        change._propose(self.author_id | self.replier_id, party)
        self._log("amend_propose", party, proposed.message)
        self._notify(
            self._other(party),
            "consent",
            _lt(
                "%(name)s proposes to change what was agreed: %(title)s",
                name=party.name,
                title=self.title,
            ),
        )
        self._settle_answered()

    # === HANDING OVER === #

    def action_hand_over(
        self,
        partner_id: int | None = None,
        acting_partner_id: int | None = None,
        version: int | None = None,
    ) -> bool:
        """Propose who stands in for the worker, or sign as the payer or the stand-in.

        Help wanted only. The old worker may still not approve; the price is freed and
        set aside for the new one in the same step.

        :param int partner_id: who would stand in; left out to sign
        :param int version: the version of the proposal that was shown, to sign it
        :return: whether the work is handed over
        """
        self.ensure_one()
        if partner_id is not None:
            return self._propose_hand_over(partner_id, acting_partner_id)
        party = self._authorise("hand_over_sign", acting_partner_id)
        deal = self.sudo()
        proposal = deal._proposal("hand_over")
        if party == proposal.stand_in_id:
            proposal._check_stand_in(party, self.env.user.partner_id)
            proposal.stand_in_person_id = self.env.user.partner_id
        if proposal._sign(party, version):
            return True
        deal._log("hand_over_sign", party)
        return False

    def _propose_hand_over(self, partner_id, acting_partner_id):
        party = self._authorise("hand_over", acting_partner_id)
        deal = self.sudo()
        stand_in = payload.record(self.env, "res.partner", partner_id).sudo().exists()
        # The page names them: nobody learns the name of a private group by its id.
        stand_in = stand_in._wezer_with_visible_name()
        proposal = deal._new_proposal("hand_over")
        proposal._check_stand_in(stand_in)
        deal._mark_conflict_of_interest(party)
        proposal.write({"stand_in_id": stand_in.id, "stand_in_person_id": False})
        proposal._propose(deal.payer_id | deal.payee_id | stand_in, party)
        deal._log("hand_over_propose", party, stand_in.name)
        for whom, url in (
            (deal.payer_id, f"/my/deals/{deal.id}"),
            (stand_in, f"/my/stand-in/{deal.id}"),
        ):
            deal._notify(
                whom,
                "consent",
                _lt(
                    "%(name)s would like %(other)s to stand in: %(title)s",
                    name=party.name,
                    other=stand_in.name,
                    title=deal.title,
                ),
                subject="hand_over",
                url=url,
            )
        return False

    @api.model
    def _asked_to_stand_in(self):
        """Return the deals (sudo) in which the caller is asked to stand in.

        They do not see the deal yet, only a page of its own for this.
        """
        mine = self.env.user._acting_ids("market")
        # sudo: the caller reads what the page of the request shows, no more.
        proposals = self.env["wezer.deal.proposal"].sudo()
        waiting = proposals.search(
            [
                ("kind", "=", "hand_over"),
                ("stand_in_id", "in", mine),
                ("signing_state", "=", "open"),
                ("signing_deadline", ">=", fields.Datetime.now()),
            ]
        )
        return waiting.filtered(
            lambda proposal: proposal.stand_in_id in proposal._unsigned()
        ).deal_id

    # === DISPUTE: SEE wezer.dispute === #

    def action_dispute(
        self, reason: str = "", acting_partner_id: int | None = None
    ) -> bool:
        """Call a moderator; everything stands still meanwhile.

        The moderators of the smallest circle that both sides are in decide.
        """
        party = self._authorise("dispute", acting_partner_id)
        deal = self.sudo()
        reason = payload.text(self.env, reason, 2000)
        if not reason:
            raise Refusal(self.env._("Say what is wrong."), rule="note")
        deal._call_moderator(party, reason)
        return True

    def _call_moderator(self, party, reason):
        self.ensure_one()
        dispute = self.env["wezer.dispute"]._call(self, party, reason)
        circle = dispute._next_circle()
        self._log("dispute", party or False, reason)
        dispute.took_part_ids = self.env["wezer.dispute"]._people_of(self)
        self._set_state("disputed", dispute_id=dispute.id)
        self.env["wezer.assessment"]._pause(self)
        self._notify_all(
            "dispute",
            _lt("A moderator was called: %(title)s", title=self.title),
            subject="dispute",
        )
        dispute._give_to(circle)

    def action_withdraw_dispute(self, acting_partner_id: int | None = None) -> bool:
        """Withdraw one's call; either side may withdraw a call by a deadline."""
        party = self._authorise("withdraw_dispute", acting_partner_id)
        deal = self.sudo()
        deal._log("withdraw_dispute", party)
        deal._resume_after_dispute()
        deal._notify_all(
            "dispute",
            _lt(
                "%(name)s withdrew the call for a moderator: %(title)s",
                name=party.name,
                title=deal.title,
            ),
            but=party,
        )
        return True

    def _resume_after_dispute(self):
        """Return to the state before the dispute; deadlines move by its duration."""
        before, now = self.state_before, fields.Datetime.now()
        stood = now - self.date_state
        extra = {"date_state": (self.dispute_id.state_before_since or now) + stood}
        if self.date_due:
            extra["date_due"] = self.date_due + stood
        if before == "paid":
            extra["dispute_seconds"] = self.dispute_seconds + int(stood.total_seconds())
        self._set_state(before, **extra)
        if before == "paid":
            self.env["wezer.assessment"]._activate(self, self.dispute_deadline)

    def _withdraw_timeout_dispute(self, parties):
        """End a dispute that only a deadline called, where this side acts itself now.

        :param parties: whose action it is; the action itself, called next, checks who,
            and a refusal takes this back too
        """
        self.check_access("read")
        self.ensure_one()
        deal = self.sudo()
        if deal.state != "disputed" or deal.disputed_by_id:
            return
        mine = self.env.user._acts_for(parties, "market")
        if not mine:
            return
        deal._lock()
        if deal.state == "disputed" and not deal.disputed_by_id:
            deal._log("withdraw_dispute", mine[:1])
            deal._resume_after_dispute()

    def action_resolve(
        self, outcome: str, reason: str = "", amounts: dict | None = None
    ) -> bool:
        """Decide a dispute: ``paid``, ``cancelled``, ``refunded`` or ``split``.

        The moderators who have it, never a party, nor acting for one, nor who took
        part.

        :param dict amounts: for ``split``: ``{currency id: text}`` that the
            worker receives; the rest is freed
        """
        self._authorise("resolve")
        self.sudo()._do_resolve(outcome, reason, amounts, self.env.user.partner_id)
        return True

    def _do_resolve(self, outcome, reason, amounts, decided_by):
        """Decide a dispute: state and data only (sudo); see :meth:`action_resolve`.

        :param decided_by: ``res.partner``: the moderator, or the circle that decided
        """
        deal = self
        deal._check_state("resolve")
        reason = payload.text(self.env, reason, 2000)
        if not reason:
            raise Refusal(self.env._("Give your reasons."), rule="note")
        if outcome not in OUTCOMES:
            raise Refusal(
                self.env._("Choose one of the possible decisions."), rule="outcome"
            )
        deal._log("resolve", decided_by, reason)
        deal.decided = True
        deal.dispute_id._decide(outcome, reason, amounts, decided_by)
        # The decision says what became of the money: its own news would be a second.
        self.env["wezer.notice"]._settle(deal, subjects=["news"])
        deal._notify_all(
            "dispute",
            _lt("There is a decision, please read it: %(title)s", title=deal.title),
            subject="decision",
        )

    def _record_common_circles(self):
        """Keep which circles both sides are in, as the terms are accepted."""
        for deal in self.sudo():
            circles = [party._wezer_circles_of() for party in deal._parties()]
            common = circles[0]
            for others in circles[1:]:
                common &= others
            # A circle that is a side itself judges nothing of its own.
            deal.common_circle_ids = common.filtered(
                lambda circle, deal=deal: circle.partner_id not in deal._parties()
            )

    def _pass_on(self, _now):
        """Pass an undecided dispute on to the next larger circle."""
        self.dispute_id._pass_on()

    # === ASSESSMENT === #

    def action_assess(
        self, scores: dict, comment: str = "", acting_partner_id: int | None = None
    ) -> bool:
        """Assess the other side; hidden until both have, or 14 days are over."""
        party = self._authorise("assess", acting_partner_id)
        self._assess(party, scores, comment, draft=False)
        return True

    def _assess(self, party, scores, comment, draft):
        deal = self.sudo()
        other = deal._other(party)
        self.env["wezer.assessment"]._give(
            deal,
            side="worker" if other == deal.payee_id else "payer",
            assessor=party,
            assessed=other,
            person=self.env.user.partner_id,
            scores=scores,
            comment=comment,
            value_hours=deal._value_hours(),
            category=deal.category_id,
            context_partner=deal.announcement_id.group_ids[:1].partner_id
            or other._wezer_partners_above()[:1],
            deadline=(deal.date_paid or fields.Datetime.now())
            + timedelta(days=ASSESS_DAYS),
            draft=draft,
            skills=deal.announcement_id.skill_ids,
            # The member who answered assesses the announcement, too.
            subject=deal.announcement_id if party == deal.replier_id else None,
            begun=deal.date_accepted or deal.create_date,
            # Co-workers are paid by the same deal: their word does not count.
            allies=deal.coworker_ids if other == deal.payee_id else None,
        )

    def _value_hours(self):
        """Return the deal's value: hours agreed, else price × the currency's hours."""
        self.ensure_one()
        if self.announcement_id.unit == "hour":
            return (self.accepted_terms_id or self.terms_id).quantity
        return self._price_hours() or 1.0

    def _hours_done(self):
        """Return the hours of a deal for statistics: those done, else its price's."""
        self.ensure_one()
        if self.announcement_id.unit != "hour":
            return self._price_hours()
        return self.delivered_quantity or self._value_hours()

    def _price_hours(self):
        """Return the price's value in hours, whatever time was agreed.

        What money may move without more people asks this: an hour may cost anything.
        """
        terms = self.accepted_terms_id or self.terms_id
        return sum(
            line.total_minor
            / line.wezer_currency_id.minor_per_unit
            * line.wezer_currency_id.hours_per_unit
            for line in terms.price_line_ids
        )

    # === TASK === #

    def action_name_task(
        self, task_id: int | bool, acting_partner_id: int | None = None
    ) -> bool:
        """Name the task that the offered help is for; with the deal the worker gets it.

        For the payer of an offer, and only a task that the caller may change: of the
        payer's team, or of a project that the caller runs.

        :param int task_id: False takes it back
        """
        party = self._authorise("name_task", acting_partner_id)
        deal = self.sudo()
        if not task_id:
            deal.named_task_id = False
            return True
        deal.named_task_id = deal._own_task(party, task_id)
        if deal.state == "accepted":
            deal._assign_task()
        return True

    def _own_task(self, party, task_id):
        """Return the task ``task_id`` of ``party``, which the caller may change."""
        number = task_id if type(task_id) is int and 0 < task_id < 2**31 else 0
        task = self.env["project.task"].with_user(self.env.user).browse(number)
        task = task.sudo(False)
        if not (task.has_access("write") and task.exists() and number):
            raise NotAllowed(self.env._("Choose one of your tasks."), rule="task")
        team = task.sudo().project_id.team_id.partner_id
        if team and team != party:
            # Only a person who runs its project accepts work for a team.
            self.env.user._check_acts_for(team, "project")
        task.sudo()._check_free()
        return task

    def _assign_task(self):
        """Give the worker the deal's task: the one named, else the announcement's.

        One of several workers gets a sub-task of their own.
        """
        # The deal's action has checked who: the task belongs to the coordinators.
        if self.kind == "offer" and self.named_task_id:
            task = self.named_task_id.sudo().with_context(**QUIET)
            task._check_free()
        else:
            task = caller_context.plain(self.announcement_id.task_id.sudo())
            task = task.with_context(**QUIET)
            if not task:
                return
            if self.announcement_id.places != 1:
                task = task.create(
                    {
                        "name": task.name,
                        "project_id": task.project_id.id,
                        "parent_id": task.id,
                        "description": task.description,
                        "date_deadline": self._agreed_due(),
                    }
                )
            task._check_no_worker()
        self.task_id = task
        task.write(
            {
                "assignee_partner_id": self.payee_id.id,
                "reviewer_partner_id": self.payer_id.id,
            }
        )
        task._follow_deal("accepted")

    def _move_task(self, deal_state):
        self.sudo().task_id._follow_deal(deal_state)

    def _free_task(self):
        """Free the task, as the deal ended."""
        for deal in self.sudo().filtered("task_id"):
            task = deal.task_id.with_context(wezer_deal_moves=DEAL_MOVES, **QUIET)
            source = deal.announcement_id.task_id
            own = bool(source) and task != source
            # A sub-task was made for this deal alone; the task itself waits on.
            vals = {
                "assignee_partner_id": False,
                "state": "1_canceled" if own else "01_in_progress",
            }
            if not own and task.stage_id.wezer_deal_state:
                vals["stage_id"] = task._waiting_stage().id
            task.write(vals)

    # === PAGES: SEE tools/deal_page.py === #

    def _turn_line(self):
        """Return whose turn it is, as the caller reads it, and until when."""
        return deal_page.turn_line(self)

    def _allowed_actions(self):
        """Return the buttons of what the caller can do now."""
        return deal_page.buttons(self)

    def _read_together(self):
        """Read at once what a list of these deals asks of each: its sides and terms."""
        deals = self.sudo()
        (deals.author_id | deals.replier_id)._wezer_read_together()
        # A deal has terms by two fields: each would read its own by itself.
        terms = deals.terms_id | deals.accepted_terms_id
        terms.price_line_ids.mapped("wezer_currency_id")
        terms.mapped("share_ids")

    @api.model
    def _own_deals_domain(self):
        """Return which deals are the caller's: what *My deals* lists.

        Those of both sides and of co-workers, what a coordinator approves for a
        project's team, and the disputes that a moderator is called to.
        """
        user = self.env.user
        market = user._acting_ids("market")
        sides = ("author_id", "replier_id", "coworker_ids")
        projects = user._acting_ids("project")
        return Domain.OR(
            [
                *(Domain(side, "in", market) for side in sides),
                Domain("payer_id", "in", projects),
                Domain("is_user_moderator", "=", True),
            ]
        )

    def _my_party(self):
        """Return the party the caller acts for here.

        Of several, a party that is asked something now; the caller before a group.
        """
        self.ensure_one()
        both = self._parties()
        mine = self.env.user._acts_for(both, "market")
        if not mine:
            mine = self.env.user._acts_for(both, "project")
        if len(mine) > 1:
            asked = mine.browse().union(*self._own_questions().values())
            mine = mine & asked or mine
        return mine & self.env.user.partner_id or mine[:1]

    # === BACK OFFICE: WINDOWS THAT ASK FOR MORE; THE ACTIONS CHECK === #

    def action_open_approve(self) -> dict:
        """Open the wizard that approves, pays and assesses at once."""
        return self._open_wizard(
            "wezer.deal.approve", self.env._("Approve and pay"), {}
        )

    def action_open_counter(self) -> dict:
        """Open a wizard that asks for other terms."""
        return self._open_reason("counter", self.env._("Propose other terms"))

    def action_open_send_back(self) -> dict:
        """Open a wizard that asks what is missing."""
        return self._open_reason("send_back", self.env._("Send back"))

    def action_open_decline(self) -> dict:
        """Open a wizard that asks for the reason."""
        return self._open_reason("decline", self.env._("Decline"))

    def action_open_cancel(self) -> dict:
        """Open a wizard that asks why the deal is cancelled."""
        return self._open_reason("cancel", self.env._("Agree to cancel"))

    def action_open_dispute(self) -> dict:
        """Open a wizard that asks what is wrong."""
        return self._open_reason("dispute", self.env._("Call a moderator"))

    def action_open_resolve(self) -> dict:
        """Open a wizard that asks for the decision."""
        return self._open_reason("resolve", self.env._("Decide"))

    def action_open_attendance(self) -> dict:
        """Open a wizard that asks for the attendance."""
        return self._open_reason("attendance", self.env._("Attendance"))

    def action_open_task(self) -> dict:
        """Open a wizard that asks for the task of offered help."""
        return self._open_wizard("wezer.deal.task", self.env._("Choose a task"), {})

    def action_open_page(self) -> dict:
        """Open the deal's own page."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": self._url(),
            "target": "new",
        }

    def _open_reason(self, action, title):
        return self._open_wizard(
            "wezer.deal.action.wizard", title, {"default_action": action}
        )

    def _open_wizard(self, model, title, context):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_deal_id": self.id, **context},
        }

    def action_open_approve_many(self) -> dict:
        """Open a wizard that shows what approving these would pay, and what is refused.

        Everything is tried and rolled back: the actions themselves give the answers.
        """
        self.check_access("read")
        rows = self._try_to_approve()
        wizard = self.env["wezer.deal.approve.many"].create(
            {"line_ids": [Command.create(row) for row in rows]}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Approve and pay"),
            "res_model": "wezer.deal.approve.many",
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def _try_to_approve(self):
        """Return a row for each deal: what is paid to whom, or why it is refused."""
        rows = [
            {"deal_id": deal.id, "text": deal_page.approve_label(deal), "reason": ""}
            for deal in self
        ]
        try:
            with self.env.cr.savepoint():
                for deal, row in zip(self, rows, strict=True):
                    try:
                        with self.env.cr.savepoint():
                            deal.action_approve()
                    except UserError as error:
                        row["reason"] = error.args[0]
                raise DryRun
        except DryRun:
            return rows

    def action_approve_many(self) -> dict:
        """Approve and pay what was delivered; each is done or refused by itself."""
        done, reasons = 0, []
        for deal in self:
            try:
                with self.env.cr.savepoint():
                    deal.action_approve()
                done += 1
            except UserError as error:
                reasons.append(f"{deal.display_name}: {error.args[0]}")
        message = self.env._("%(count)s approved.", count=done)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": " ".join([message, *reasons[:5]]),
                "type": "warning" if reasons else "success",
                "sticky": bool(reasons),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _notice_party(self, reader):
        """Return the party whose face a notice about this deal shows to ``reader``."""
        return self.author_id if reader == self.replier_id else self.replier_id

    def _notice_amount(self, reader):
        """Return in a sentence what ``reader`` pays or receives by the terms.

        It is empty for other sides, and where nothing is paid any more.
        """
        price = self.price_text
        if not price or self.state == "ended":
            return ""
        acts = reader.user_ids[:1]._acts_for(self.payer_id | self.payee_id, "market")
        pays, gets = self.payer_id in acts, self.payee_id in acts
        if pays == gets or (gets and self.coworker_ids):
            # Several people receive their shares of the price.
            return ""
        return (
            self.env._("In this deal you pay %(price)s.", price=price)
            if pays
            else self.env._("In this deal you receive %(price)s.", price=price)
        )

    def _wezer_notify_activity(self, partner, reads):
        title = self.sudo().title if reads else False
        partner._wezer_notify(
            "activity",
            _lt("You are asked to do something: %(title)s", title=title)
            if title
            else _lt("You are asked to do something. Look at your activities."),
            url=f"/odoo/wezer.deal/{self.id}",
            record=self.sudo(),
        )

    # === AUTOMATIC ACTIONS === #

    @api.model
    def _cron_timeouts(self):
        """Do what is due: lapse places, free late work, approve unanswered work."""
        now = fields.Datetime.now()
        for domain, method in self._timeouts(now):

            def act(deal, method=method):
                deal._lock()
                getattr(deal, method)(now)

            if not for_each_due(self, domain, act):
                return

    @api.model
    def _timeouts(self, now):
        """Return ``(domain, method)`` of each automatic action, in their order.

        This is the table of all that happens to deals because time passed. Proposals
        (``wezer.deal.proposal``) and assessments have their own deadlines.
        """
        unanswered = Domain("date_state", "<", now - timedelta(days=ASSESS_DAYS))
        is_open = Domain("state", "=", "open")
        accepted = Domain("state", "=", "accepted")
        delivered = Domain("state", "=", "delivered")
        to_confirm = Domain("state", "in", DEAL.sources("confirm"))
        confirming = Domain("state", "=", "confirming")
        decided = Domain("decided", "=", True)
        undecided = self.env["wezer.dispute"]._undecided_domain(now)
        return [
            # A place was held long enough: it goes to the next on the waiting list.
            (is_open & Domain("hold_deadline", "<=", now), "_lapse_place"),
            # A date that was agreed is a day away.
            (accepted & Domain("date_reminder", "<=", now), "_remind"),
            # The date that both sides were reminded of is over.
            (Domain("date_reminded_of", "<=", now), "_end_reminder"),
            # Work is late: a warning first, the end a week after it.
            (accepted & Domain("date_due", "<", now), "_free_late_work"),
            # 14 days without an answer to delivered work: approved, or a dispute.
            (delivered & unanswered, "_auto_approve"),
            # 14 days without payment or receipt: a moderator is called,
            (to_confirm & unanswered & ~decided, "_escalate_on_timeout"),
            # unless one has decided: the receipt is asked for again.
            (confirming & unanswered & decided, "_ask_receipt_again"),
            # 30 days without a decision: the dispute goes to the next larger circle.
            (undecided, "_pass_on"),
            # The terms were open for an answer until now.
            (is_open & Domain("terms_id.expiry", "<=", now), "_expire_terms"),
        ]

    def _escalate_on_timeout(self, now):
        self._call_moderator(
            self.env["res.partner"], self.env._("14 days without an answer")
        )

    def _remind(self, now):
        """Remind both sides and the co-workers of a date, once."""
        moment = self.date_reminder + deal_calendar.BEFORE
        self.date_reminder = deal_calendar.next_reminder(self)
        if moment <= now:
            # Nothing ran for a day.
            return
        self.date_reminded_of = moment
        values = {"moment": moment, "title": self.title}
        self._notify_all(
            "reminder",
            _lt("This begins on %(moment)s: %(title)s", **values)
            if moment == deal_calendar.begins(self)
            else _lt("This is to be done by %(moment)s: %(title)s", **values),
            subject=REMINDER,
        )

    def _end_reminder(self, _now):
        self.date_reminded_of = False
        self._settle_answered()

    def _free_late_work(self, now):
        """Warn once for each due date, a week after the warning free the work."""
        self.ensure_one()
        if not self.date_warned or self.date_warned < self.date_due:
            # A later due date (sent back, amended, disputed) is warned of anew.
            self.date_warned = now
            self._notify(
                self.payee_id,
                "late_warning",
                _lt("Is it done? It was due: %(title)s", title=self.title),
                subject="work",
            )
            return
        if now > self.date_warned + timedelta(days=LATE_DAYS):
            self._log("clock", self.payee_id)
            self._finish("expired")
            self._notify_all(
                "late",
                _lt("The deadline passed: %(title)s", title=self.title),
            )

    def _auto_approve(self, now):
        """Approve 14 days after delivery, never before an agreed date, or escalate."""
        self.ensure_one()
        due = self._agreed_due()
        if due and due > now:
            return
        if not self._is_auto_approvable():
            self._escalate_on_timeout(now)
            return
        self._log("clock", self.payer_id)
        self._set_state("approved")
        deal_money.pay(self, self.payer_id)

    def _ask_receipt_again(self, now):
        self.date_state = now
        deal_money.ask_receipts(self)

    def _expire_terms(self, now):
        """End the deal, as the terms were not answered in time."""
        self._log("clock", self.replier_id)
        self._finish("expired")
        self._notify_all(
            "withdraw",
            _lt("Nobody answered the terms in time: %(title)s", title=self.title),
        )
