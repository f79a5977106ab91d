from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.models.res_partner import MANY
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition
from odoo.addons.wezer_fractal_groups.tools.membership_sql import member_counts

from ..tools import deal_money

_lt = LazyTranslate(__name__)

DISPUTE = StateMachine(
    states=("open", "withdrawn", "decided"),
    rules={
        "sides": "acts for the author or for the member who answered",
        "caller": "acts for the side that called the moderator; for either side where"
        " a deadline did",
        "moderator": "a moderator who has the dispute and took no part in the deal",
        "clock": "a deadline has passed",
    },
    transitions=(
        Transition(
            "call",
            (),
            ("open",),
            "sides",
            "wezer.deal.action_dispute",
            "a deadline calls, too",
        ),
        Transition(
            "pass_on",
            ("open",),
            (),
            "clock",
            "_pass_on",
            "after 30 days, or where nobody may decide any longer",
        ),
        Transition(
            "withdraw",
            ("open",),
            ("withdrawn",),
            "caller",
            "wezer.deal.action_withdraw_dispute",
        ),
        Transition(
            "decide", ("open",), ("decided",), "moderator", "wezer.deal.action_resolve"
        ),
    ),
)
# The deal's action that does an action of the dispute.
DEAL_ACTIONS = {
    "withdraw": "withdraw_dispute",
    "decide": "resolve",
    "pass_on": "pass_on",
}
# The moderators of a circle decide within so many days, else it passes on.
DECIDE_DAYS = 30
# A moderator who acts for a side with one of these rights cannot decide.
SIDE_RIGHTS = ("wallet", "market", "project")
# What moderators can decide.
OUTCOMES = ("paid", "cancelled", "refunded", "split")
# A moderator who does these takes no part in the deal by that.
JUDGING = ("resolve", "pass_on")


class WezerDispute(models.Model):
    """A side called a moderator to a deal, or a deadline did: everything waits.

    The moderators of the smallest circle to which all parties belonged as they agreed
    decide; where they do not within 30 days, those of the next larger circle, at last
    the moderators of the community. A deal has one open dispute at most
    (``wezer.deal.dispute_id``), and keeps those that ended. The deal's actions
    (``action_dispute``, ``action_withdraw_dispute``, ``action_resolve``) check and lock
    the deal, and call this record, always as superuser.
    """

    _name = "wezer.dispute"
    _description = "Dispute"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _state_machine = DISPUTE
    _order = "id desc"
    _rec_name = "deal_id"

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(
        [("open", "Open"), ("withdrawn", "Withdrawn"), ("decided", "Decided")],
        required=True,
        default="open",
    )
    company_id = fields.Many2one(
        related="deal_id.company_id", store=True, precompute=True
    )

    # === THE CALL === #

    caller_id = fields.Many2one(
        "res.partner",
        string="Called by",
        index="btree_not_null",
        ondelete="restrict",
        help="The side that called the moderator; empty if a deadline did.",
    )
    date = fields.Datetime(string="Called on", required=True)
    reason = fields.Text()
    state_before = fields.Char(
        string="State before the dispute",
        required=True,
        help="The state of the deal before the dispute.",
    )
    state_before_since = fields.Datetime(string="In this state since")
    took_part_ids = fields.Many2many(
        "res.partner",
        "wezer_dispute_took_part_rel",
        string="Participants",
        groups=fields.NO_ACCESS,
        help="They have acted in the deal, so they cannot decide.",
    )

    # === THE MODERATORS WHO HAVE IT === #

    circle_id = fields.Many2one(
        "wezer.group",
        string="Deciding circle",
        index="btree_not_null",
        ondelete="set null",
        help="The moderators of this circle decide the dispute. If it is empty,"
        " the moderators of the community decide.",
    )
    holder_since = fields.Datetime(string="With this circle since")

    # === THE DECISION === #

    outcome = fields.Selection(
        [
            ("paid", "Paid"),
            ("cancelled", "Nothing is paid"),
            ("refunded", "Refunded"),
            ("split", "Paid in part"),
        ]
    )
    decision_reason = fields.Text(string="Reasons for the decision")
    amounts = fields.Json(
        string="Amounts for the worker",
        help="For a part: what the worker receives, in minor units by currency.",
    )
    decided_by_id = fields.Many2one(
        "res.partner", string="Decided by", index="btree_not_null", ondelete="restrict"
    )
    date_end = fields.Datetime(string="Ended on")

    _open_uniq = models.UniqueIndex(
        "(deal_id) WHERE state = 'open'", "A deal can only have one open dispute."
    )

    # === PERMISSIONS === #

    def _why_not(self, action: str) -> Exception | None:
        """Return the error that ``action`` would raise for the user, or None.

        The deal knows the parties and the rights: it is asked.
        """
        refusal = super()._why_not(action)
        if refusal or action not in DEAL_ACTIONS:
            return refusal
        return self.deal_id._why_not(DEAL_ACTIONS[action])

    def _may_decide(self, user: Any, circle: Any = None) -> bool:
        """Return whether ``user`` may decide, as a moderator of ``circle``.

        :param circle: the circle that has the dispute by default; empty for the
            community
        """
        self.ensure_one()
        dispute = self.sudo()
        parties = dispute.deal_id._parties()
        circle = dispute.circle_id if circle is None else circle
        if circle:
            holds = circle in user._moderated_circles()
        else:
            holds = user._moderates(parties)
        if not holds or user.partner_id in dispute.took_part_ids:
            return False
        return not any(user._acts_for(parties, right) for right in SIDE_RIGHTS)

    def _deciders(self, circle: Any = None) -> Any:
        """Return the users who may decide, see :meth:`_may_decide`."""
        self.ensure_one()
        circle = self.sudo().circle_id if circle is None else circle
        if circle:
            users = circle._own_moderators().user_ids
        else:
            users = self.env["res.users"]._wezer_moderators()
        return users.filtered(lambda user: self._may_decide(user, circle))

    @api.model
    def _decided_by_user_domain(self) -> Domain:
        """Return which deals wait for the caller's decision: :meth:`_may_decide`.

        For record rules and the to-do list, in one search.
        """
        user = self.env.user
        held = Domain.FALSE
        if user._moderated_circles():
            held |= Domain(
                "dispute_circle_id", "in", SQL("(%s)", user._moderated_sql())
            )
        if user._moderates(user.partner_id.browse()):
            held |= Domain("dispute_circle_id", "=", False)
        if held.is_false():
            return Domain.FALSE
        # By their ids: PostgreSQL plans the SELECT of each right for longer than it
        # takes to find all of them.
        acting = {
            party
            for right in SIDE_RIGHTS
            for party in user._acting_ids(right, limit=MANY + 1)
        }
        mine = sorted(acting)
        if len(acting) > MANY:
            selects = (user._acting_sql(right) for right in SIDE_RIGHTS)
            mine = SQL(
                "(SELECT id FROM (%s) acting(id) WHERE id IS NOT NULL)",
                SQL(" UNION ALL ").join(selects),
            )
        side = Domain.OR(
            Domain(party, "any", [("id", "in", mine)])
            for party in ("author_id", "replier_id", "coworker_ids")
        )
        took_part = Domain("dispute_id.took_part_ids", "in", user.partner_id.ids)
        return Domain("state", "=", "disputed") & held & ~took_part & ~side

    # === CALLING A MODERATOR === #

    @api.model
    def _call(self, deal: Any, party: Any, reason: str) -> Any:
        """Return a new dispute (sudo) of ``deal``; nobody has it yet.

        :param party: the side that calls; empty where a deadline does
        """
        # An earlier one was closed before this one is made: one is open at most.
        deal.dispute_ids.flush_recordset(["state"])
        return self.sudo().create(
            {
                "deal_id": deal.id,
                "caller_id": party.id if party else False,
                "date": fields.Datetime.now(),
                "reason": reason,
                "state_before": deal.state,
                "state_before_since": deal.date_state,
                "took_part_ids": self._people_of(deal).ids,
            }
        )

    @api.model
    def _people_of(self, deal: Any) -> Any:
        """Return the persons who did anything in ``deal``, on either side."""
        deal = deal.sudo()
        acts = deal.event_ids.filtered(lambda event: event.action not in JUDGING)
        return (
            deal._parties()
            | deal.replier_person_id
            | deal.conflicted_ids
            | deal.announcement_id.person_id
            | deal.terms_ids.person_id
            | deal.message_line_ids.filtered(lambda one: not one.by_moderator).person_id
            | acts.person_id
            | acts.partner_id
        )

    # === WHICH CIRCLE HAS IT === #

    def _common_by_size(self):
        """Return the common circles, the smallest first: fewest people, deepest."""
        circles = self.deal_id.with_context(active_test=False).common_circle_ids
        people = member_counts(circles)
        return circles.sorted(
            lambda circle: (people.get(circle.id, 0), -circle.depth, circle.id)
        )

    def _next_circle(self) -> Any:
        """Return the circle that has the dispute next, empty for the community.

        Passed over is where nobody may decide, or nobody else than now.
        """
        dispute = self.sudo()
        circles, now = dispute._common_by_size(), self.env["res.users"]
        if dispute.holder_since:
            here = dispute.circle_id
            now = dispute._deciders(here)
            ids = circles.ids
            circles = circles.browse(
                ids[ids.index(here.id) + 1 :] if here.id in ids else []
            )
        for circle in circles.filtered("active"):
            deciders = dispute._deciders(circle)
            if deciders and deciders != now:
                return circle
        return circles.browse()

    def _asking_moderators(self) -> Any:
        """Return the moderators (partners) who wrote to the sides, and may decide."""
        dispute = self.sudo()
        written = dispute.deal_id.message_line_ids.filtered(
            lambda message: message.by_moderator and message.date >= dispute.date
        )
        # Asked last: who may decide is many questions.
        asking = written.person_id
        return asking & dispute._deciders().partner_id if asking else asking

    def _give_to(self, circle: Any) -> None:
        """Give the dispute to the moderators of ``circle``, and tell them."""
        dispute = self.sudo()
        dispute.write({"circle_id": circle.id, "holder_since": fields.Datetime.now()})
        deal = dispute.deal_id
        deal._notify(
            dispute._deciders(circle).partner_id,
            "dispute",
            _lt("A deal waits for your decision: %(title)s", title=deal.title),
            subject="decide",
        )

    def _pass_on(self) -> None:
        """Pass an undecided dispute on to the next larger circle."""
        self.ensure_one()
        circle, deal = self._next_circle(), self.deal_id
        deal._log("pass_on", False)
        deal._notify_all(
            "dispute",
            _lt("Other moderators now decide: %(title)s", title=deal.title),
            subject="dispute",
        )
        self._give_to(circle)

    @api.model
    def _undecided_domain(self, now: Any) -> Domain:
        """Return the deals whose dispute has to be passed on.

        It is long undecided, or nobody may decide it any longer.
        """
        held = Domain("state", "=", "open") & Domain("circle_id", "!=", False)
        left = self.search(held, order="id", limit=500).filtered(
            lambda dispute: not dispute._deciders()
        )
        old = now - timedelta(days=DECIDE_DAYS)
        due = Domain("holder_since", "<", old) | Domain("id", "in", left.ids)
        disputes = held & due
        return Domain("state", "=", "disputed") & Domain("dispute_id", "any", disputes)

    # === ITS END === #

    def _end(self) -> None:
        """Close what is still open: it was withdrawn."""
        for dispute in self.filtered(lambda dispute: dispute.state == "open"):
            dispute.write({"state": "withdrawn", "date_end": fields.Datetime.now()})

    def _decide(
        self, outcome: str, reason: str, amounts: dict | None, decided_by: Any
    ) -> None:
        """Keep what was decided, and do it with the deal's money.

        :param decided_by: ``res.partner``: the moderator, or the circle that decided
        :param dict amounts: for ``split``: ``{currency id: text}``
        """
        self.ensure_one()
        minors = None
        if outcome == "split":
            minors = self.deal_id._parsed_amounts(amounts or {})
        self.write(
            {
                "state": "decided",
                "outcome": outcome,
                "decision_reason": reason,
                "amounts": minors and {str(key): minors[key] for key in minors},
                "decided_by_id": decided_by.id,
                "date_end": fields.Datetime.now(),
            }
        )
        getattr(self, f"_decide_{outcome}")(minors)

    def _decide_cancelled(self, _minors):
        self.deal_id._cancel()

    def _decide_paid(self, _minors):
        deal = self.deal_id
        if self.state_before == "paid":
            deal._resume_after_dispute()
            return
        deal._set_state("approved")
        deal_money.pay(deal, self.decided_by_id)

    def _decide_refunded(self, _minors):
        """Give back all that was paid; the rest is never paid."""
        deal = self.deal_id
        if deal_money.all_given_back(deal):
            raise Refusal(
                self.env._("Nothing was paid, so nothing can be given back."),
                rule="outcome",
                value="refunded",
            )
        deal_money.release(deal, "released")
        deal_money.give_back(deal)
        if deal_money.pending(deal):
            # Outside money is on its way back: its payee confirms it.
            deal.refunding = True
            deal_money.follow(deal)
            return
        deal._become_refunded()

    def _decide_split(self, minors):
        deal = self.deal_id
        deal_money.split(deal, minors)
        # What was decided is the last step.
        deal.milestone = len(deal.accepted_terms_id.milestone_ids)
        # Outside money on its way back: the first payer confirms that it came.
        deal.refunding = "reversal" in deal_money.pending(deal).mapped("kind")
        deal_money.follow(deal)

    # === WHAT PEOPLE READ === #

    def _decide_by(self) -> Any:
        """Return the day on which an undecided dispute passes on, False at its end."""
        dispute = self.sudo()
        if not (dispute.holder_since and dispute.circle_id):
            return False
        return days.day_of(self.env, dispute.holder_since + timedelta(days=DECIDE_DAYS))

    def _holder_text(self) -> str:
        """Return in words who has the dispute; hidden circles are not told of."""
        circle = self.sudo().circle_id.sudo(False)._wezer_with_visible_name()
        if not circle:
            return self.env._(
                "A moderator was called: everything waits for the decision"
            )
        return self.env._(
            "A moderator of %(circle)s was called: everything waits for the decision",
            circle=circle.name,
        )

    def _anonymise(self, party_ids: Iterable[int]) -> None:
        """Delete what these partners wrote; the decision itself stays (sudo)."""
        ids = list(party_ids)
        self.search([("caller_id", "in", ids)]).reason = False
        self.search([("decided_by_id", "in", ids)]).decision_reason = False
