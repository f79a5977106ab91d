from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days, locks, payload
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH

from ..tools import (
    appeals,
    clocks,
    closing,
    delegations,
    elections,
    integration,
    no_voice,
    proposing,
    published_ballots,
    recall,
    reminders,
    roll,
    rules,
    seats,
    secrecy,
    suspensions,
    terms,
    voting,
)

_lt = LazyTranslate(__name__)

# Methods, in the order in which forms offer them.
METHODS = [
    ("consent", "Consent: nobody sees harm in it"),
    ("majority", "Majority: yes or no"),
    ("advice", "Advice: one person decides after asking"),
    ("check", "Check: how do we feel about it?"),
    ("choose", "Choose among options"),
    ("dot", "Points to give out"),
    ("score", "Score each option"),
    ("schulze", "Ranking: the option preferred to each other"),
    ("stv", "Ranking: several seats in proportion"),
    ("dates", "Find a date"),
    ("person", "Election without candidates"),
    ("draw", "Draw by lot"),
]
DECISION = StateMachine(
    states=(
        "draft",
        "announced",
        "open",
        "counting",
        "tied",
        "adopted",
        "challenged",
        "stuck",
        "done",
        "rejected",
        "no_quorum",
        "ended",
    ),
    rules={
        "member": "counts in the circle as the electorate says, or holds “manage”",
        "proposer": "proposed it",
        "facilitator": "facilitates it",
        "guide": "facilitates it, or proposed it",
        "voter": "a person on the roll who may vote",
        "answering": "a person on the roll who may vote, or who has a mandate to vote"
        " for such a person",
        "on_roll": "a person on the roll who may vote, or whom a suspension kept from"
        " it",
        "moderator": "a moderator of the community who is no party",
        "judge": "a moderator of the smallest circle around that is no party",
        "manager": "holds “manage” in the circle, or facilitates it",
        "decider": "decides after having been advised",
        "nominee": "is proposed for the role, or was elected",
        "put_out": "is no longer a member because of it",
        "clock": "the scheduled action",
    },
    transitions=(
        Transition("propose", (), ("draft",), "member", "propose"),
        Transition("edit", ("draft",), ("draft",), "proposer", "action_edit"),
        Transition("recall", (), ("draft",), "member", "propose_recall"),
        Transition(
            "sign",
            ("draft",),
            ("draft", "announced", "open"),
            "member",
            "action_sign",
            "a recall: a third of the roll within 14 days announces it",
        ),
        Transition(
            "announce",
            ("draft",),
            ("announced", "open"),
            "proposer",
            "action_announce",
            "outcomes are checked as if they were executed",
        ),
        Transition("open", ("announced",), ("open",), "clock", "_open"),
        Transition("vote", ("open",), ("open",), "answering", "action_vote"),
        Transition("take_back", ("open",), ("open",), "voter", "action_take_back"),
        Transition("object", ("open",), ("open",), "voter", "action_object"),
        Transition("nominate", ("open",), ("open",), "voter", "action_nominate"),
        Transition(
            "stand",
            ("announced", "open"),
            ("announced", "open"),
            "voter",
            "action_stand",
            "before the vote opens; for a draw, while it is open",
        ),
        Transition(
            "stand_down",
            ("announced",),
            ("announced",),
            "nominee",
            "action_stand_down",
        ),
        Transition(
            "propose_person",
            ("open",),
            ("open",),
            "facilitator",
            "action_propose_person",
        ),
        Transition("accept", ("open",), ("open",), "nominee", "action_accept"),
        Transition(
            "decline", ("open",), ("open", "rejected"), "nominee", "action_decline"
        ),
        Transition(
            "decline",
            ("adopted",),
            ("adopted", "rejected"),
            "nominee",
            "action_decline",
            "the same ballots say who follows",
        ),
        Transition(
            "drop", ("open",), ("open", "rejected"), "facilitator", "action_drop"
        ),
        Transition(
            "new_version", ("open",), ("open",), "proposer", "action_new_version"
        ),
        Transition(
            "decide",
            ("open",),
            ("adopted", "rejected"),
            "decider",
            "action_decide",
            "advice: once all who were asked have answered, or its time is over",
        ),
        Transition("extend", ("open",), ("open",), "guide", "action_extend"),
        Transition(
            "extend",
            ("no_quorum",),
            ("open",),
            "guide",
            "action_extend",
            "only who proposed it; once, however often it was extended before",
        ),
        Transition("ask_up", ("open",), ("open",), "voter", "action_ask_up"),
        Transition("pass_up", ("open",), ("ended",), "facilitator", "action_pass_up"),
        Transition(
            "withdraw",
            ("draft", "announced", "open"),
            ("ended",),
            "proposer",
            "action_withdraw",
        ),
        Transition(
            "void", ("announced", "open"), ("ended",), "moderator", "action_void"
        ),
        Transition("close", ("open",), ("counting", "ended"), "clock", "_close"),
        Transition(
            "count",
            ("counting",),
            ("open", "adopted", "rejected", "no_quorum", "tied", "done", "ended"),
            "clock",
            "_count",
            "open where it waits for objections to be answered",
        ),
        Transition("lot", ("tied",), ("adopted",), "clock", "_draw_lot"),
        Transition(
            "challenge", ("adopted",), ("challenged",), "on_roll", "action_challenge"
        ),
        Transition(
            "judge", ("challenged",), ("adopted", "ended"), "judge", "action_judge"
        ),
        Transition("let_stand", ("challenged",), ("adopted",), "clock", "_let_stand"),
        Transition("execute", ("adopted",), ("done", "stuck"), "clock", "_execute"),
        Transition("retry", ("stuck",), ("done", "stuck"), "manager", "action_retry"),
        Transition("give_up", ("stuck",), ("ended",), "manager", "action_give_up"),
        Transition(
            "appeal",
            ("done",),
            ("done",),
            "put_out",
            "action_appeal",
            "the circle above decides; once, within 30 days",
        ),
        *(
            Transition(
                "reopen",
                (state,),
                (state,),
                "voter",
                "action_reopen",
                "makes a draft with the same content",
            )
            for state in ("adopted", "done", "rejected", "no_quorum")
        ),
    ),
)
# What people do who may not read the decision, because it is its circle's own.
FROM_OUTSIDE = ("void", "judge", "appeal")
# Of so many challenges, the most urgent ones, is asked who judges them.
CHALLENGES_LOOKED_AT = 200
# Notices to those who have not answered yet.
ASKING = ("decision_asked", "decision_half", "decision_soon")
REASON_LENGTH = 1000
REASON_LEAST = 20
# What is over, for results and rules of secrecy.
CLOSED = DECISION.without("draft", "announced", "open", "counting")


class WezerDecision(models.Model):
    """A matter that the members of a circle decide together."""

    _name = "wezer.decision"
    _description = "Decision"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _order = "id desc"
    _rec_name = "title"
    _wezer_titles = ("title",)
    _state_machine = DECISION

    group_id = fields.Many2one(
        "wezer.group", string="Circle", required=True, index=True, ondelete="cascade"
    )
    discussion_id = fields.Many2one("wezer.discussion", index=True, ondelete="restrict")
    category_id = fields.Many2one("wezer.category", ondelete="set null")
    title = fields.Char(required=True, size=TITLE_LENGTH)
    proposer_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    facilitator_id = fields.Many2one(
        "res.partner", index="btree_not_null", ondelete="restrict"
    )
    decider_id = fields.Many2one(
        "res.partner",
        ondelete="restrict",
        help="The person who decides after having been advised.",
    )
    method = fields.Selection(METHODS, required=True, default="consent")
    rules = fields.Json(
        readonly=True, help="The rules in force, copied when it was opened."
    )
    settings = fields.Json(
        readonly=True,
        help="The wishes of the proposer, beyond the policies of the circle.",
    )
    electorate = fields.Selection(
        [
            ("direct", "The members of the circle"),
            ("all", "Members of circles inside it too"),
            ("representatives", "One representative of each circle inside it"),
            ("role", "The people in a role"),
            ("named", "People named beforehand"),
            ("colleges", "Colleges"),
        ],
        required=True,
        default="direct",
    )
    electorate_role_id = fields.Many2one("wezer.group", ondelete="restrict")
    # Who votes, signs or asks is read on the roll, by those who may.
    named_ids = fields.Many2many(
        "res.partner",
        "wezer_decision_named",
        "decision_id",
        "partner_id",
        groups=fields.NO_ACCESS,
    )
    college_ids = fields.Many2many(
        "wezer.decision.college",
        "wezer_decision_by_college",
        "decision_id",
        "college_id",
        string="Colleges",
        readonly=True,
        copy=False,
        context={"active_test": False},
        groups=fields.NO_ACCESS,
        help="The colleges of the circle when it was announced.",
    )
    secrecy = fields.Selection(
        [
            ("open", "Open: names and reasons are shown after closing"),
            ("secret", "Secret: only the result is shown"),
            ("receipt", "Secret, and each ballot is published beside its receipt"),
        ],
        required=True,
        default="open",
    )
    members_only = fields.Boolean(
        help="Only members of the circle see that this is decided."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("announced", "Announced"),
            ("open", "Open"),
            ("counting", "Being counted"),
            ("tied", "Tied"),
            ("adopted", "Adopted"),
            ("challenged", "Challenged"),
            ("stuck", "Adopted, could not be carried out"),
            ("done", "Done"),
            ("rejected", "Not adopted"),
            ("no_quorum", "Too few answers"),
            ("ended", "Ended without a decision"),
        ],
        required=True,
        default="draft",
    )
    is_shared_draft = fields.Boolean(
        readonly=True,
        copy=False,
        help="Members of the circle see the draft: elections that the clock has"
        " drafted, and proposals to recall a person, which others sign.",
    )
    is_recall = fields.Boolean(readonly=True, copy=False)
    signer_ids = fields.Many2many(
        "res.partner",
        "wezer_decision_signer",
        "decision_id",
        "partner_id",
        string="Signed by",
        readonly=True,
        groups=fields.NO_ACCESS,
        copy=False,
    )
    nominee_id = fields.Many2one(
        "res.partner",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups=fields.NO_ACCESS,
        help="The person who is put to everybody, in an election without candidates.",
    )
    asked_id = fields.Many2one(
        "res.partner",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups=fields.NO_ACCESS,
        help="The person who is asked before anybody else hears of it.",
    )
    asked_reason = fields.Text(readonly=True, copy=False, groups=fields.NO_ACCESS)
    phase = fields.Selection(
        [
            ("naming", "Naming"),
            ("sharing", "Sharing"),
            ("proposing", "Proposing"),
            ("consent", "Consent"),
        ],
        readonly=True,
        help="The step of an election without candidates.",
    )
    ended_why = fields.Selection(
        [
            ("withdrawn", "Withdrawn"),
            ("void", "Declared void"),
            ("passed_up", "Passed to the circle above"),
            ("given_up", "Given up"),
            ("closed_circle", "The circle was closed"),
            ("no_options", "No option was left"),
            ("too_few", "Too few people voted in secret"),
            ("small_roll", "Too few people could vote"),
        ],
        string="Reason",
        readonly=True,
    )
    void_reason = fields.Char(string="Reason for declaring it void", readonly=True)
    version_ids = fields.One2many("wezer.decision.version", "decision_id")
    version_id = fields.Many2one(
        "wezer.decision.version", string="Current version", ondelete="set null"
    )
    option_ids = fields.One2many("wezer.decision.option", "decision_id")
    voter_ids = fields.One2many("wezer.decision.voter", "decision_id")
    objection_ids = fields.One2many("wezer.objection", "decision_id")
    outcome_ids = fields.One2many("wezer.outcome", "decision_id")
    place_ids = fields.Many2many(
        "wezer.group.membership",
        "wezer_decision_place",
        "decision_id",
        "place_id",
        string="Places whose successors are elected",
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="Of an election: the places in the role whose terms end, or that fell"
        " vacant.",
    )
    announced_at = fields.Datetime(string="Announced on", readonly=True)
    opens = fields.Datetime(readonly=True)
    closes = fields.Datetime(readonly=True)
    phase_closes = fields.Datetime(readonly=True)
    closed_at = fields.Datetime(string="Closed on", readonly=True)
    executes_at = fields.Datetime(string="Carried out on", readonly=True)
    execute_date = fields.Date(
        readonly=True, help="The day from which it is carried out, if adopted."
    )
    waits_until = fields.Datetime(
        string="Waits until",
        readonly=True,
        help="After its closing time it waits until then: for answers to objections,"
        " or for the person who decides after advice.",
    )
    due_at = fields.Datetime(
        readonly=True, help="When the scheduled action looks at it next."
    )
    reminded = fields.Selection(
        [
            ("half", "Half of the time is over"),
            ("cap", "Two days are left"),
            ("last", "One day is left"),
        ],
        readonly=True,
    )
    is_extended = fields.Boolean(
        readonly=True, copy=False, help="It got more time while it was open."
    )
    is_quorum_extended = fields.Boolean(
        string="Extended for want of answers",
        readonly=True,
        copy=False,
        help="It got more time after too few people had answered.",
    )
    up_ids = fields.Many2many(
        "res.partner",
        "wezer_decision_up",
        "decision_id",
        "partner_id",
        string="Ask the circle above to decide",
        readonly=True,
        groups=fields.NO_ACCESS,
    )
    reopen_ids = fields.Many2many(
        "res.partner",
        "wezer_decision_reopen",
        "decision_id",
        "partner_id",
        string="Ask for the proposal again",
        readonly=True,
        groups=fields.NO_ACCESS,
    )
    result = fields.Json(readonly=True, help="Filled at closing, never before.")
    roll_shown = fields.Boolean(
        readonly=True, help="Members may see who took part: set at closing."
    )
    seal = fields.Char(readonly=True, copy=False)
    review_date = fields.Date()
    # Words of a member, as those of objections: for the circle, and for the judges.
    challenged_by_id = fields.Many2one(
        "res.partner", readonly=True, ondelete="restrict", groups=fields.NO_ACCESS
    )
    challenge_reason = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    challenge_until = fields.Datetime(readonly=True)
    judge_reason = fields.Char(readonly=True)
    passed_from_id = fields.Many2one(
        "wezer.decision", readonly=True, ondelete="set null"
    )
    reopened_from_id = fields.Many2one(
        "wezer.decision", readonly=True, index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _closes_idx = models.Index("(state, closes)")
    _due_idx = models.Index("(due_at) WHERE due_at IS NOT NULL")

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user, or None.

        In this order: who, state, data. Nobody acts for anybody else here.
        """
        self.ensure_one()
        try:
            if not self._is_moderated(action):
                self.check_access("read")
            self.env.user._wezer_check_standing()
        except AccessError as error:
            return error
        decision = self.sudo()
        who = DECISION.who(action)
        if who == "clock" or not getattr(decision, f"_is_{who}")():
            return decision._not_theirs(who)
        return (
            decision._state_refusal(action)
            or decision._why_not_alive(action)
            or getattr(decision, f"_why_not_{action}", lambda: None)()
        )

    def _is_moderated(self, action):
        """Return whether the user moderates this by ``action`` now, read or not.

        A moderator outside of the circle judges what only its members read; a person
        whom it put out appeals against it. Nothing else is shown to them: they find it
        by a notice, their list of what is to do, or an address that a member gave them.
        """
        decision = self.sudo().exists()
        return (
            action in FROM_OUTSIDE
            and decision.company_id in self.env.user.company_ids
            and decision.state in DECISION.sources(action)
            and getattr(decision, f"_is_{DECISION.who(action)}")()
        )

    def _moderating(self):
        """Return what the user does from outside now: void, judge or appeal."""
        return {
            action
            for action in FROM_OUTSIDE
            if self._is_moderated(action) and self._may(action)
        }

    def _check(self, action):
        """Return the decision (sudo) after :meth:`_why_not` allowed ``action``."""
        self._check_may(action)
        return self.sudo()

    def _lock(self, action):
        """Return the decision (sudo), ``action`` checked, locked for a change of it.

        Votes that are being cast are waited for.
        """
        decision = self._check(action)
        locks.execute_locking(
            self.env,
            "SELECT id FROM wezer_decision WHERE id = %s FOR NO KEY UPDATE",
            [decision.id],
        )
        return decision

    def _not_theirs(self, who):
        sentences = {
            "member": self.env._("Only members of the circle can do this."),
            "proposer": self.env._("Only the person who proposed it can do this."),
            "facilitator": self.env._("Only the person who facilitates can do this."),
            "guide": self.env._(
                "Only the person who proposed it, or who facilitates, can do this."
            ),
            "voter": self.env._("You are not among the people who decide this."),
            "moderator": self.env._(
                "Only a moderator of the community who is not concerned can do this."
            ),
            "judge": self.env._(
                "Only a moderator who is not concerned can decide this."
            ),
            "manager": self.env._(
                "Only someone who manages the circle, or facilitates, can do this."
            ),
            "decider": self.env._("Only the person who decides can do this."),
            "nominee": self.env._("Only the person who is elected can do this."),
            "put_out": self.env._("Only the person who was put out can do this."),
        }
        if who == "answering" and self.env.user.partner_id in roll.decides(self):
            return NotAllowed(no_voice.of_reason(self.env, "decides"), rule="decider")
        who = "voter" if who in ("answering", "on_roll") else who
        message = sentences.get(who) or self.env._("This happens on its date.")
        return NotAllowed(message, rule=who)

    def _is_member(self):
        return roll.is_among(self, self.env.user.partner_id)

    def _is_proposer(self):
        """Return whether the user proposed it; who facilitates follows who left."""
        if self.proposer_id == self.env.user.partner_id:
            return True
        if self.proposer_id == self.group_id.partner_id:
            # An election that the clock has drafted.
            return self._is_manager()
        return self._is_facilitator() and self._is_left_alone()

    def _is_left_alone(self):
        """Return whether the person who proposed it left, and manages nothing here."""
        person, circle = self.proposer_id, self.group_id
        if person._wezer_profile().state != "active":
            return True
        if appeals.is_appeal(self):
            return False
        counted = self.new({"group_id": circle.id, "electorate": "all"})
        return not roll.is_among(counted, person) and (
            person not in circle.partner_id._wezer_actor_partners("manage")
        )

    def _is_facilitator(self):
        person = self.env.user.partner_id
        # The next in the role, where somebody does not hold it any more.
        return person == self._next_facilitator(self.facilitator_id)

    def _is_guide(self):
        return self._is_proposer() or self._is_facilitator()

    def _is_decider(self):
        return self.decider_id == self.env.user.partner_id

    def _is_manager(self):
        user = self.env.user
        return self._is_facilitator() or not user._why_not_acting(
            self.group_id.partner_id, "manage"
        )

    def _is_nominee(self):
        person = self.env.user.partner_id
        if self.state == "announced":
            return person in self.option_ids.person_id
        return person in self.nominee_id | self.asked_id | elections.elected(self)

    def _is_put_out(self):
        return self.env.user.partner_id in appeals.put_out(self)

    def _is_voter(self):
        return bool(self._voices())

    def _is_on_roll(self):
        return self._is_voter() or suspensions.has_row(self, self.env.user.partner_id)

    def _is_answering(self):
        return bool(self._voices() or self._voices_of_others())

    def _is_moderator(self):
        return self.env.user._moderates(self._parties())

    def _is_judge(self):
        return self.env.user.partner_id in self._judges()

    def _voices(self, person=None):
        """Return the rows (sudo) of the roll that a person, or the user, may cast."""
        person = person or self.env.user.partner_id
        return (
            self.env["wezer.decision.voter"]
            .sudo()
            .search(
                [
                    ("decision_id", "=", self.id),
                    ("person_id", "=", person.id),
                    ("state", "!=", "off"),
                ]
            )
        )

    def _voice(self, voice_id=None):
        """Return the row (sudo) that the user casts: the one asked for, or the own.

        :raise NotAllowed: rule ``voter``
        """
        voices = self._voices() | self._voices_of_others()
        if voice_id:
            voices = voices.filtered(lambda voice: voice.id == voice_id)
        person = self.env.user.partner_id
        voice = (
            voices.filtered(lambda one: one.party_id == one.person_id == person)
            or voices.filtered(lambda one: one.person_id == person)
            or voices
        )
        if not voice:
            raise self._not_theirs("voter")
        return voice[0]

    def _voices_of_others(self):
        """Return the rows (sudo) that the user casts for others.

        By a mandate to vote, or as their proxy in a secret vote.
        """
        person = self.env.user.partner_id
        voices = self.env["wezer.mandate"]._voices(self, person)
        return voices | delegations.proxy_voices(self, person)

    def _parties(self):
        """Return the parties (sudo) to the decision: their moderators do not judge."""
        return (
            self.proposer_id
            | self.facilitator_id
            | self.challenged_by_id
            | roll.concerned(self)
            | suspensions.suspenders(self)
        )

    def _judges(self):
        """Return who judges a challenge (sudo): the nearest moderators, no party."""
        parties, group = self._parties(), self.group_id
        while group:
            people = group.partner_id._wezer_actor_partners("moderate") - parties
            if people:
                return people
            group = group.parent_id
        moderators = self.env["res.users"]._wezer_moderators()
        return moderators.partner_id.filtered(
            lambda person: (
                person not in parties and person._wezer_profile().state == "active"
            )
        )

    @api.model
    def _to_judge(self, limit):
        """Return the challenged decisions that wait for the user's judgement (sudo).

        Members who moderate nothing cost no query.
        """
        user, decisions = self.env.user, self.sudo().browse()
        everywhere = user._moderates(user.partner_id.browse())
        if not everywhere and not user._acting_ids("moderate", limit=1):
            return decisions
        domain = Domain("state", "=", "challenged")
        domain &= Domain("company_id", "in", user.company_ids.ids)
        if not everywhere:
            # Theirs, and those of circles inside whose own moderators are parties.
            circles = user._moderated_circles()
            domain &= Domain("group_id.ancestor_ids", "in", circles.ids)
        found = decisions.search(
            domain, order="challenge_until, id", limit=CHALLENGES_LOOKED_AT
        )
        mine = found.browse()
        for decision in found:
            if len(mine) == limit:
                break
            if decision._is_judge():
                mine |= decision
        return mine

    def _challenge_words(self):
        """Return the reason of a challenge, where the user may read it."""
        if self.sudo().state != "challenged" or self.env.user._is_public():
            return ""
        if self.sudo().group_id.sudo(False).is_user_member or self._is_moderated(
            "judge"
        ):
            return self.sudo().challenge_reason or ""
        return ""

    def _state_refusal(self, action):
        """Add to the state the time: after closing, answers are late."""
        refusal = super()._state_refusal(action)
        if refusal or self.state != "open" or self.closes > self._now():
            return refusal
        timed = ("vote", "take_back", "object", "extend", "ask_up", "nominate", "stand")
        if action not in timed:
            return None
        return Refusal(
            self.env._(
                "This closed on %(moment)s and is being counted.",
                moment=days.format_moment(self.env, self.closes),
            ),
            rule="closed",
            value=str(self._now()),
            limit=str(self.closes),
        )

    def _state_label(self):
        if self.state == "draft" and self.is_recall:
            return self.env._("Signatures are collected")
        # What was only asked is done, too; what binds was adopted first.
        if self.state != "done" or self.method == "check":
            return super()._state_label()
        if all(outcome.kind == "words" for outcome in self.sudo().outcome_ids):
            return self.env._("Adopted")
        return self.env._("Adopted, carried out")

    def _state_message(self, action):
        if self.state in CLOSED:
            return self.env._(
                "This is over: %(state)s.", state=self._state_label().lower()
            )
        return super()._state_message(action)

    def _why_not_alive(self, action):
        """Return why nothing more is done in a closed circle."""
        if self.group_id.active or action in ("withdraw", "void"):
            return None
        return Refusal(self.env._("This circle was closed."), rule="circle")

    def _why_not_announce(self):
        return self._why_not_propose(self.group_id) or proposing.why_not_announce(self)

    def _why_not_vote(self):
        if self.method == "person" and self.phase != "consent":
            return Refusal(
                self.env._("In this step people are named; answers come later."),
                rule="phase",
                value=str(self.phase),
                limit="consent",
            )
        if self.method == "draw":
            return Refusal(
                self.env._("Nobody votes in a draw. Say that you stand instead."),
                rule="method",
                value=self.method,
            )
        return None

    def _why_not_among(self, person=None, party=None):
        """Return why a person who left since has no voice any more.

        :param party: whose voice it is, where a person can have several
        """
        if roll.is_among(self, person or self.env.user.partner_id, party):
            return None
        return NotAllowed(
            self.env._("You left the circle, so you have no voice in this any more."),
            rule="left",
        )

    def _why_not_take_back(self):
        if (
            self.method == "person"
            and self.phase != "consent"
            or not any(voice.state == "voted" for voice in self._voices())
        ):
            return Refusal(self.env._("You have not voted yet."), rule="voted")
        return None

    def _why_not_object(self):
        if self.method not in ("consent", "person") or (
            self.method == "person" and self.phase != "consent"
        ):
            return Refusal(
                self.env._("Objections are possible in decisions by consent only."),
                rule="method",
                value=self.method,
                limit="consent",
            )
        own = self.env.user.partner_id
        if self.objection_ids.filtered(
            lambda one: one.person_id == own and one.version_id == self.version_id
        ):
            return Refusal(
                self.env._("You have objected to this version already."),
                rule="once",
            )
        return self._why_not_among()

    def _why_not_new_version(self):
        if self.method in ("consent", "check", "advice"):
            return self._why_not_another_version()
        return Refusal(
            self.env._("The text of a vote stays as it was announced."),
            rule="method",
            value=self.method,
            limit="consent, check, advice",
        )

    def _why_not_another_version(self):
        """Refuse more versions than the circle wants to read of one proposal."""
        most = (self.rules or {}).get("consent_rounds") or rules.CONSENT_ROUNDS
        if len(self.version_ids) < most:
            return None
        return Refusal(
            self.env._(
                "This is version %(most)s, the last one that the circle allows.",
                most=most,
            ),
            rule="rounds",
            value=str(len(self.version_ids)),
            limit=str(most),
        )

    def _why_not_decide(self):
        voices, answered = roll.counts(self)
        waits = self._now() < self.closes and self._voting_people("may")
        if self.method != "advice" or waits:
            return Refusal(
                self.env._(
                    "Wait until everybody has answered, or until the closing time."
                ),
                rule="advice",
                value=str(answered),
                limit=str(voices),
            )
        return None

    def _why_not_extend(self):
        if self.method == "person" and self.phase != "consent":
            return self._wrong_step("consent")
        missed = self.state == "no_quorum"
        if missed and not self._is_proposer():
            return self._not_theirs("proposer")
        if self.is_quorum_extended if missed else self.is_extended:
            return Refusal(
                self.env._("This was extended already. That is possible once."),
                rule="extended",
            )
        if missed and self.secrecy != "open":
            return Refusal(
                self.env._("A secret vote is not opened again."), rule="secret"
            )
        return seats.why_not_seat(self) if missed else self._why_not_late()

    def _why_not_late(self):
        """Refuse in the last 24 hours."""
        if self._now() < self.closes - timedelta(hours=24):
            return None
        return Refusal(
            self.env._("This is not possible in the last 24 hours."),
            rule="last_day",
            limit=str(self.closes - timedelta(hours=24)),
        )

    def _why_not_ask_up(self):
        return self._why_not_passed() or self._why_not_among()

    def _why_not_pass_up(self):
        error = self._why_not_passed()
        if error:
            return error
        _voices, answered = roll.counts(self)
        # Who asks without having answered does not count.
        asked = len(self._voting_people("voted", among=self.up_ids))
        if answered and 2 * asked >= answered:
            return None
        return Refusal(
            self.env._(
                "At least half of those who answered have to ask for it: so far"
                " %(asked)s of %(answered)s.",
                asked=asked,
                answered=answered,
            ),
            rule="half",
            value=str(asked),
            limit=str(answered),
        )

    def _why_not_passed(self):
        """Refuse where no circle above can be asked, or this came from below."""
        if not self.passed_from_id and self._upper_circle():
            return None
        return Refusal(
            self.env._("No circle above can be asked to decide this."), rule="above"
        )

    def _why_not_withdraw(self):
        if self.state != "open":
            return None
        if elections.is_of_persons(self):
            return Refusal(
                self.env._("An election that has begun goes on to its end."),
                rule="election",
            )
        return self._why_not_late()

    def _why_not_reopen(self):
        return proposing.why_not_draft(self)

    def _why_not_appeal(self):
        return appeals.why_not(self)

    def _why_not_challenge(self):
        if self.challenge_until and self._now() < self.challenge_until:
            return None
        return Refusal(
            self.env._("The time in which this could be challenged is over."),
            rule="challenge",
            limit=str(self.challenge_until or ""),
        )

    # === PROPOSING === #

    @api.model
    def _why_not_propose(self, group):
        """Return why the user may not propose anything in ``group``, or None."""
        try:
            self.env.user._wezer_check_standing()
        except AccessError as error:
            return error
        draft = self.sudo().new({"group_id": group.id, "electorate": "all"})
        return proposing.why_not_propose(group, draft)

    @api.model
    def _rules_for(self, group, method):
        """Return the rules (sudo) that a decision by ``method`` would have here."""
        draft = self.sudo().new({"group_id": group.id, "method": method})
        return rules.of(draft)

    @api.model
    def propose(self, group_id: int, vals: dict) -> int:
        """Propose something to a circle; it is a draft until it is announced.

        :param int group_id: a circle in which the caller counts, or that they manage
        :param dict vals: ``title``, ``text``, and some of ``method``, ``options`` (a
            list of labels, or of dicts ``label``, ``description``, ``person_id``,
            ``start``, ``end``, ``tz``), ``outcomes`` (a list of dicts ``kind`` and
            ``params``), ``role_id``, ``electorate``, ``electorate_role_id``,
            ``named_ids``, ``secrecy``, ``members_only``, ``decider_id``,
            ``facilitator_id``, ``discussion_id``, ``review_date``, ``execute_date``,
            and the settings of :mod:`..tools.rules`; what is left out is as the circle
            decided
        :return: the id of the decision
        """
        self.env.user._wezer_check_standing()
        group = payload.record(self.env, "wezer.group", group_id)
        group = group.search([("id", "in", group.ids), ("kind", "=", "circle")])
        if not group:
            raise Refusal(self.env._("Choose a circle that you can see."), rule="group")
        error = self._why_not_propose(group) or proposing.why_not_draft(self.sudo())
        if error:
            raise error
        vals = payload.table(self.env, vals)
        clean = proposing.clean(self, group.sudo(), vals)
        # Who and what were checked: members write nothing themselves.
        decision = self.sudo().create(
            {
                **clean,
                "group_id": group.id,
                "proposer_id": self.env.user.partner_id.id,
            }
        )
        proposing.keep_parts(decision, vals)
        proposing.choose_secrecy(decision, vals)
        return decision.id

    def action_edit(self, vals: dict) -> bool:
        """Change a draft; what is named replaces what it had.

        :param dict vals: as :meth:`propose`; what is named and empty is as the circle
            decided
        """
        decision = self._lock("edit")
        vals = payload.table(self.env, vals)
        role = elections.role_of(decision)
        clean = proposing.clean(self, decision.group_id, vals)
        given = set(vals) | ({"settings"} if set(vals) & set(rules.SETTINGS) else set())
        settings = (decision.settings or {}).items()
        kept = {name: value for name, value in settings if name not in vals}
        clean["settings"] = {**kept, **clean["settings"]}
        decision.write({name: value for name, value in clean.items() if name in given})
        proposing.keep_parts(decision, vals)
        if {"secrecy", "outcomes", "role_id"} & set(vals):
            proposing.choose_secrecy(decision, vals)
        if error := proposing.why_not_other(decision, role):
            raise error
        return True

    def action_announce(self) -> str:
        """Put a draft to the circle: everybody who is asked gets a notice.

        What would follow is tried out, and taken back. It opens at once unless a
        delay was asked for, or a person has to be heard first.

        :return: the state
        """
        # Others who announce at the same time wait, and count this one.
        locks.hold(self.env, "decisions", self._check("announce").group_id.id)
        self._lock("announce")._announce()
        return self.sudo().state

    def _announce(self):
        """Announce a draft (sudo, locked and checked): from now on it is fixed."""
        if not self.place_ids:
            # Terms that did not end soon when it was written can do so by now.
            elections.name_seats(self)
        for outcome in self.outcome_ids:
            outcome._check(self, dry_run=True)
        now = self._now()
        delay = (self.settings or {}).get("delay_hours") or 0
        if any(outcome.kind in rules.HEARD for outcome in self.outcome_ids):
            delay = max(delay, rules.HEARD_HOURS)
        delay = max(delay, elections.delay_hours(self))
        self.write(
            {
                "state": "announced",
                "announced_at": now,
                "opens": self._full_hour(now + timedelta(hours=delay))
                if delay
                else now,
                "facilitator_id": self._next_facilitator(self.facilitator_id).id,
            }
        )
        roll.write(self)
        self._begin_discussion()
        self._log("announced")
        elections.tell_candidates(self)
        self._tell(
            roll.heard(self),
            "decision_changed",
            _lt(
                "%(circle)s decides about you: “%(title)s”. Say what you think of it"
                " before %(moment)s.",
                circle=self.group_id.name,
                title=self.title,
                moment=self.opens,
            ),
            "heard",
        )
        if delay:
            self._tell_voters(
                "decision_asked",
                _lt(
                    "%(circle)s will decide: %(title)s. Answers from %(moment)s on.",
                    circle=self.group_id.name,
                    title=self.title,
                    moment=self.opens,
                ),
                "asked",
            )
            clocks.set_due(self)
        else:
            self._open()

    def _begin_discussion(self):
        """Give the circle a place to talk about this (sudo), where it has none."""
        if self.discussion_id:
            return
        # The notice of the decision tells of it.
        self.discussion_id = self.env["wezer.discussion"].create(
            {
                "group_id": self.group_id.id,
                "title": self.title,
                "author_id": self.proposer_id.id,
            }
        )

    def _open(self):
        """Open the voting (sudo, locked): rules are copied, the roll stays."""
        if self.opens > self.announced_at:
            roll.refresh(self)
        suspensions.log(self)
        elections.settle_candidates(self)
        voices, _answered = roll.counts(self)
        options = self._ballot_options().filtered(lambda one: not one.is_withdrawn)
        if self.method in rules.WITH_OPTIONS and not options.filtered(
            lambda one: not one.is_none
        ):
            closing.end(self, "no_options")
            return
        if not voices or roll.why_not_size(self, voices, roll.by_college):
            closing.end(self, "small_roll")
            return
        try:
            # Meanwhile the circle, or what it concerns, may have changed.
            for outcome in self.outcome_ids:
                outcome._check(self)
        except UserError as error:
            closing.end(self, "void", str(error.args[0]))
            return
        asked = self.method
        real = options.filtered(lambda one: not one.is_none)
        if self.method in rules.WITH_OPTIONS and len(real) == 1:
            # One option is left: yes or no.
            self.method = "majority"
        found = {**rules.of(self), "asked_method": asked}
        opens = max(self.opens, self._now())
        self.write(
            {
                "state": "open",
                "rules": found,
                "opens": opens,
                "closes": self._full_hour(opens + timedelta(hours=found["hours"])),
            }
        )
        self._log("opened", {"voices": voices, "method": self.method})
        self._begin_phases()
        self._tell_asked(self._voting_people("may", "voted"))
        self._tell(
            roll.decides(self),
            "decision_changed",
            _lt(
                "You decide “%(title)s” after the advice of the others: once all have"
                " answered, or after %(moment)s.",
                title=self.title,
                moment=self.closes,
            ),
            "decide",
        )
        clocks.set_due(self)

    def _begin_phases(self):
        """Begin the first step of a method that has several (sudo)."""
        elections.begin(self)

    def _end_phase(self):
        """End a step whose time is over, and begin the next (sudo, locked)."""
        elections.end_phase(self)

    def _ballot_options(self):
        """Return the options in the order of their numbers on a ballot."""
        return self.option_ids.sorted(lambda one: (one.sequence, one.id))

    def _planned_execution(self):
        """Return when the outcomes are carried out at the earliest."""
        if not self.execute_date:
            return datetime.min
        return days.begin(self.env, self.execute_date, self.company_id)

    def _next_facilitator(self, wanted=None):
        """Return who facilitates (sudo): a role of the circle says so; else nobody.

        Never the proposer, and nobody whom an outcome is about.
        """
        people = self.group_id._facilitators()
        people -= self.proposer_id | roll.concerned(self)
        return (people & wanted if wanted else people)[:1] or people[:1]

    def _colleges(self):
        """Return the colleges (sudo) that vote: as they were when it was announced."""
        if self.electorate != "colleges":
            return self.env["wezer.decision.college"].sudo()
        return self.sudo().college_ids or self.env["wezer.decision.college"]._of_circle(
            self.group_id
        )

    def _upper_circle(self):
        """Return the circle above (sudo) that can decide, or none."""
        above = self.group_id.parent_id
        return above if above.active else above.browse()

    # === ANSWERING === #

    def action_vote(
        self,
        choice: str,
        voice_id: int | None = None,
        reason: str | None = None,
        code: str | None = None,
    ) -> str | bool:
        """Vote, or change one's vote; an empty choice is a blank vote.

        :param str choice: the answer as canonical text: ``yes``, ``live``, ``2-1-``;
            see :mod:`..tools.ballots`
        :param int voice_id: the row of the roll, where the caller has several voices
        :param str reason: why, for open votes
        :param str code: of a secret vote, to change it
        :return: of a secret vote the code by which it can be found, else True
        """
        if voting.is_objection(self.sudo(), choice):
            return self.action_object(reason)
        decision = self._check("vote")
        decision._share()
        voter = decision._voice(voice_id)
        decision._check_voice(voter, choice)
        answer = voting.cast(decision, choice, voter, reason, code)
        if decision.secrecy == "open":
            # A mandate may be used: the person whose voice it is has answered.
            self._settle_own(decision, voter.person_id)
        return answer

    def action_take_back(
        self, code: str | None = None, voice_id: int | None = None
    ) -> bool:
        """Take one's vote back before closing: the voice can be used again.

        :param str code: of a secret vote
        :param int voice_id: the row of the roll, where the caller has several voices
        """
        decision = self._check("take_back")
        decision._share()
        voices = decision._voices().filtered(lambda one: one.state == "voted")
        if voice_id:
            voices = voices.filtered(lambda one: one.id == voice_id)
        if not voices:
            raise decision._not_theirs("voter")
        own = voices.filtered(lambda one: one.party_id == one.person_id)
        voice = (own or voices)[0]
        error = decision._why_not_among(voice.person_id, voice.party_id)
        if error:
            raise error
        voting.take_back(decision, voice, code)
        return True

    def action_object(
        self,
        reason: str,
        concerns: str | None = None,
        suggestion: str | None = None,
    ) -> int:
        """Object to a proposal: it is not adopted while the objection stands.

        :param str reason: what it would harm, in at least twenty characters
        :param str concerns: the purpose or accountability that would be harmed
        :param str suggestion: what would help
        :return: the id of the objection
        """
        decision = self._check("object")
        vals = {
            "reason": self._reason(reason, integration.REASON_LEAST),
            "concerns": payload.line(self.env, concerns, 200),
            "suggestion": payload.text(self.env, suggestion, 4000),
        }
        decision._share()
        voter = decision._voice()
        objection = integration.object_to(decision, voter, vals)
        self._settle_own(decision)
        return objection.id

    # === RECALLING === #

    def _why_not_sign(self):
        person = self.env.user.partner_id
        if not self.is_recall or self._now() > recall.recall_until(self):
            return Refusal(
                self.env._("Nothing can be signed here now."),
                rule="recall",
                limit=str(recall.recall_until(self)),
            )
        if person in self.signer_ids:
            return Refusal(self.env._("You have signed already."), rule="once")
        if person in roll.concerned(self):
            return NotAllowed(
                self.env._("You cannot sign: this is about you."), rule="concerned"
            )
        return None

    def _why_not_edit(self):
        if self.is_recall:
            return Refusal(
                self.env._("A text that others sign is not changed."), rule="recall"
            )
        return None

    @api.model
    def propose_recall(self, role_id: int, person_id: int, reason: str) -> int:
        """Propose that a person no longer has a role; it needs signatures first.

        Once a third of those who would vote have signed, within 14 days, all decide
        in secret: two thirds of those who vote, and half of the roll has to vote.

        :param str reason: for everybody
        :return: the id of the decision
        """
        self.env.user._wezer_check_standing()
        role = payload.record(self.env, "wezer.group", role_id)
        role = role.search([("id", "in", role.ids), ("kind", "=", "role")])
        circle = role.sudo()._circle() if role else role
        error = (
            self._why_not_propose(circle)
            if circle
            else Refusal(self.env._("Choose a role that you can see."), rule="role")
        )
        if error:
            raise error
        person = payload.record(self.env, "res.partner", person_id).sudo()
        if person not in elections.fillers_of(role):
            raise Refusal(
                self.env._("This person does not have the role."),
                rule="person",
                field="person_id",
            )
        decision = recall.draft_recall(
            self.sudo(), role.sudo(), person, self._reason(reason)
        )
        return decision.id

    def action_sign(self) -> str:
        """Sign a recall; with enough signatures it is announced.

        :return: the state
        """
        decision = self._lock("sign")
        recall.sign(decision, self.env.user.partner_id)
        return decision.state

    # === ELECTING === #

    def _own_voice(self):
        """Return the row (sudo) of the user as a person: nobody is named by mandate."""
        person = self.env.user.partner_id
        return self._voices().filtered(lambda one: one.party_id == person)[:1]

    def _why_not_nominate(self):
        if self.method != "person" or self.phase not in ("naming", "sharing"):
            return self._wrong_step("naming, sharing")
        error = self._why_not_among()
        voter = self._own_voice()
        if error or not voter:
            return error or self._not_theirs("voter")
        if self.phase == "naming":
            return None
        own = self.env["wezer.nomination"].search([("voter_id", "=", voter.id)])
        if own and not own.changed_to_id:
            return None
        return Refusal(
            self.env._(
                "You can change your name once, now that all are shown, if you named"
                " somebody."
            ),
            rule="once",
        )

    def _wrong_step(self, steps):
        return Refusal(
            self.env._("This is not possible in this step of an election."),
            rule="phase",
            value=str(self.phase or ""),
            limit=steps,
        )

    def _why_not_propose_person(self):
        if self.method != "person" or self.phase != "proposing" or self.asked_id:
            return self._wrong_step("proposing")
        return None

    def _why_not_accept(self):
        person = self.env.user.partner_id
        if self.asked_id != person:
            return self._wrong_step("proposing")
        return elections.why_not_person(self, person)

    def _why_not_drop(self):
        if self.method != "person" or self.phase != "consent":
            return self._wrong_step("consent")
        return None

    def _why_not_stand(self):
        if self.method == "draw":
            if self.state != "open":
                return self._wrong_step("open")
        elif not elections.has_candidates(self) or self.state != "announced":
            return self._wrong_step("announced")
        person = self.env.user.partner_id
        if not self._own_voice():
            return self._not_theirs("voter")
        return elections.why_not_person(self, person)

    def action_nominate(self, person_id: int, reason: str) -> bool:
        """Name a person for the role, oneself perhaps; nobody sees it before all do.

        It can be changed; once all names are shown, it can be changed once.

        :param str reason: why this person
        """
        decision = self._lock("nominate")
        person = decision._person_to_elect(person_id)
        text = self._reason(reason, 1)
        elections.nominate(decision, decision._own_voice(), person, text)
        self.env["wezer.notice"]._settle(
            decision, subjects=["asked", "soon"], people=self.env.user.partner_id
        )
        return True

    def _person_to_elect(self, person_id):
        """Return the person (sudo) of an id, who can be elected.

        :raise Refusal: rules ``person``, ``terms``
        """
        person = payload.record(self.env, "res.partner", person_id).sudo()
        error = elections.why_not_person(self, person)
        if error:
            raise error
        return person

    def action_propose_person(self, person_id: int, reason: str) -> bool:
        """Propose one of the people who were named; that person is asked first.

        :param str reason: for everybody
        """
        decision = self._lock("propose_person")
        person = decision._person_to_elect(person_id)
        if person not in elections.named(decision):
            raise Refusal(
                self.env._("Propose one of the people who were named."),
                rule="named",
                field="person_id",
            )
        if person == self.env.user.partner_id:
            raise Refusal(
                self.env._("You cannot propose yourself: others decide about that."),
                rule="self",
                field="person_id",
            )
        elections.ask(decision, person, self._reason(reason))
        return True

    def action_accept(self) -> bool:
        """Agree to be elected: everybody is asked for consent."""
        elections.accept(self._lock("accept"))
        return True

    def action_decline(self) -> bool:
        """Decline to be elected, or to take the role after the election."""
        decision = self._lock("decline")
        person = self.env.user.partner_id
        if decision.state == "open":
            elections.drop(decision, person)
        else:
            elections.replace(decision, person)
        clocks.set_due(decision)
        return True

    def action_drop(self, reason: str) -> bool:
        """Take back that a person is proposed; somebody else can be proposed then.

        :param str reason: for everybody
        """
        decision = self._lock("drop")
        # Said where it can be erased: nothing is ever erased from the log.
        words = self.env["wezer.discussion.word"]
        text = self._reason(reason)
        words._say(decision.discussion_id, text, "say", None, decision.id, False)
        decision._log("person_dropped")
        elections.drop(decision, decision.nominee_id)
        clocks.set_due(decision)
        return True

    def action_stand(self, number: str | None = None, text: str | None = None) -> int:
        """Stand for election; in a draw, with a number that stays hidden until the end.

        :param str number: for a draw, up to 40 digits; left out, it is made up
        :param str text: for the other methods: who one is, and what one would do
        :return: the id of the option; 0 in a draw
        """
        decision = self._check("stand")
        if decision.method == "draw":
            decision._share()
            given = payload.line(self.env, number, 40) or elections.hidden_number()
            voting.cast(decision, given, decision._own_voice())
            self._settle_own(decision)
            return 0
        words = payload.text(self.env, text, proposing.TEXT_LENGTH, "text")
        return elections.stand(self._lock("stand"), words).id

    def action_stand_down(self) -> bool:
        """Do not stand any more, before the vote opens."""
        decision = self._lock("stand_down")
        person = self.env.user.partner_id
        options = decision.option_ids.filtered(lambda one: one.person_id == person)
        options.write({"is_withdrawn": True, "consents_to_stand": False})
        return True

    def _check_voice(self, voter, choice):
        """Refuse a voice whose person left, or which is cast for another without right.

        :raise NotAllowed: rule ``left``
        """
        error = self._why_not_among(voter.person_id, voter.party_id)
        person = self.env.user.partner_id
        if not error and voter.person_id != person:
            error = self.env["wezer.mandate"]._why_not_voice(voter, person, choice)
        if error:
            raise error

    def _share(self):
        """Hold the decision together with others who vote: the clock waits for all.

        Where it was closed since this transaction began, this one is done anew.
        """
        locks.execute_locking(
            self.env,
            "SELECT id FROM wezer_decision WHERE id = %s FOR SHARE",
            [self.id],
        )

    def _settle_own(self, decision, person=None):
        """Withdraw what asked a person to answer, once all their voices are used.

        :param person: whose voice was used; the user where left out
        """
        person = person or self.env.user.partner_id
        if not any(voice.state == "may" for voice in decision._voices(person)):
            self.env["wezer.notice"]._settle(
                decision, subjects=["asked", "soon", "beyond_cap"], people=person
            )

    def _reason(self, text, least=REASON_LEAST):
        """Return a reason that people can understand.

        :raise Refusal: rule ``reason``
        """
        clean = payload.text(self.env, text, REASON_LENGTH, "reason")
        if len(clean.strip()) < least:
            raise Refusal(
                self.env._("Say why, in at least %(least)s characters.", least=least),
                rule="reason",
                value=str(len(clean.strip())),
                limit=str(least),
                field="reason",
            )
        return clean

    # === GUIDING === #

    def action_new_version(
        self, body: str, change: str | None = None, answers: list | None = None
    ) -> int:
        """Put a new text to all who were asked: they are asked again.

        :param str change: what changed, and why
        :param list answers: ids of the objections that the new text answers
        :return: the id of the version
        """
        decision = self._lock("new_version")
        text = payload.text(self.env, body, proposing.BODY_LENGTH, "body")
        if not text.strip() or text == decision.version_id.body:
            raise Refusal(
                self.env._("Change the text."), rule="unchanged", field="body"
            )
        ids = payload.ids(self.env, answers or [])
        answered = decision.objection_ids.filtered(lambda one: one.id in ids)
        version = integration.new_version(
            decision, text, payload.text(self.env, change, 4000), answered
        )
        clocks.set_due(decision)
        return version.id

    def action_decide(self, adopt: bool, text: str) -> bool:
        """Decide after the advice, and say what became of each advice."""
        decision = self._lock("decide")
        adopt = payload.switch(self.env, adopt, "adopt")
        closing.decide(decision, adopt, self._reason(text))
        clocks.set_due(decision)
        return True

    def action_extend(self) -> bool:
        """Give as much time again; everybody is told.

        Once while it is open, and once more where too few people answered: then only
        who proposed it.
        """
        decision = self._lock("extend")
        once = "is_quorum_extended" if decision.state == "no_quorum" else "is_extended"
        again = timedelta(hours=decision.rules["hours"])
        start = max(decision.closes, decision._now())
        decision.write(
            {
                "state": "open",
                "closes": decision._full_hour(
                    start + min(again, decision.closes - decision.opens)
                ),
                "closed_at": False,
                "result": False,
                "seal": False,
                once: True,
            }
        )
        reminders.begin_again(decision)
        decision._log("extended")
        decision._tell_voters(
            "decision_changed",
            _lt(
                "There is more time for “%(title)s”: until %(moment)s.",
                title=decision.title,
                moment=decision.closes,
            ),
            "changed",
        )
        clocks.set_due(decision)
        return True

    def action_ask_up(self) -> bool:
        """Ask that the circle above decides; who facilitates passes it up then."""
        decision = self._lock("ask_up")
        decision.up_ids |= self.env.user.partner_id
        return True

    def action_pass_up(self) -> int:
        """Pass the decision to the circle above, as half of those who answered ask.

        :return: the id of the decision there
        """
        return self._lock("pass_up")._pass_up().id

    def _pass_up(self):
        """Announce the same in the circle above, and end it here (sudo, locked)."""
        above = self._upper_circle()
        new = proposing.copy_of(
            self,
            group_id=above.id,
            proposer_id=self.proposer_id.id,
            discussion_id=False,
            electorate="direct",
            electorate_role_id=False,
            passed_from_id=self.id,
        )
        closing.end(self, "passed_up")
        error = proposing.why_not_announce(new)
        if error:
            raise error
        new._announce()
        clocks.set_due(self)
        return new

    def action_withdraw(self) -> bool:
        """Withdraw a proposal; what was answered is never shown."""
        decision = self._lock("withdraw")
        if decision.state == "draft":
            closing.withdraw_draft(decision)
        else:
            closing.end(decision, "withdrawn")
        clocks.set_due(decision)
        return True

    def action_void(self, reason: str) -> bool:
        """Declare a decision void, with a reason for everybody.

        Nothing is counted or carried out.
        """
        decision = self._lock("void")
        closing.end(decision, "void", self._reason(reason))
        clocks.set_due(decision)
        return True

    # === AFTER CLOSING === #

    def action_challenge(self, reason: str) -> bool:
        """Say that roll, clock or count were wrong; a moderator decides.

        Within 48 hours of the result. Nothing is carried out meanwhile.
        """
        decision = self._lock("challenge")
        decision.write(
            {
                "state": "challenged",
                "challenged_by_id": self.env.user.partner_id.id,
                "challenge_reason": self._reason(reason),
                "challenge_until": decision._now() + timedelta(days=closing.JUDGE_DAYS),
            }
        )
        decision._log("challenged")
        decision._tell(
            decision._judges(),
            "decision_changed",
            _lt(
                "“%(title)s” was challenged. Decide whether its form was right.",
                title=decision.title,
            ),
            "challenge",
        )
        clocks.set_due(decision)
        return True

    def action_judge(self, uphold: bool, reason: str) -> bool:
        """Decide about a challenge: upheld, the decision is void.

        :param str reason: for everybody
        """
        decision = self._lock("judge")
        uphold = payload.switch(self.env, uphold, "uphold")
        text = self._reason(reason)
        if uphold:
            decision.judge_reason = text
            decision._log("challenge_upheld")
            closing.end(decision, "void", text)
        else:
            closing.stand(decision, text)
        clocks.set_due(decision)
        return True

    def action_retry(self) -> str:
        """Try again what could not be carried out.

        :return: the state
        """
        decision = self._lock("retry")
        decision._execute()
        clocks.set_due(decision)
        return decision.state

    def action_give_up(self) -> bool:
        """Give up what could not be carried out."""
        decision = self._lock("give_up")
        closing.end(decision, "given_up")
        clocks.set_due(decision)
        return True

    def action_appeal(self, reason: str) -> int:
        """Ask the circle above to become a member again, after being put out.

        :param str reason: for the members of the circle above
        :return: the id of the decision there
        """
        decision = self._lock("appeal")
        person = self.env.user.partner_id
        return appeals.appeal(decision, person, self._reason(reason)).id

    def action_reopen(self) -> int:
        """Ask for the same again: a new draft with the same content.

        What was rejected comes back unchanged after 30 days, or where a fifth of the
        voters ask for it.

        :return: the id of the draft
        """
        decision = self._lock("reopen")
        person = self.env.user.partner_id
        decision.reopen_ids |= person
        return proposing.copy_of(
            decision, proposer_id=person.id, reopened_from_id=decision.id
        ).id

    # === BY THE CLOCK (sudo, locked) === #

    @api.model
    def _cron_clocks(self):
        """Do what is due, the oldest first; each in a transaction of its own."""
        clocks.run(self.sudo())
        self.env["wezer.vote.delegation"].sudo()._clock()

    @api.model
    def _cron_elections(self):
        """Draft the elections of roles whose terms end soon."""
        terms.propose_due(self.sudo())

    def _close(self):
        closing.close(self)

    def _count(self):
        closing.count(self)

    def _close_and_count(self, moment):
        """Close at ``moment``, whatever the clock says, and count (sudo, locked)."""
        self.closes = moment
        closing.close(self)
        if self.state == "counting":
            closing.count(self)
        clocks.set_due(self)

    def _draw_lot(self):
        closing.draw_lot(self)

    def _let_stand(self):
        closing.let_stand(self)

    def _execute(self):
        closing.execute(self)

    def _tallies(self):
        """Return how often each choice was made (sudo), once counted where secret."""
        if self.secrecy != "open":
            return self.env["wezer.urn"]._recount(self)
        return voting.tallies(self)[0]

    def _tallies_by_college(self):
        """Return how often each choice was made in each college (sudo).

        Of a secret vote once it is counted.
        """
        if self.secrecy != "open":
            return self.env["wezer.urn"]._recount_by_college(self)
        return voting.tallies(self)[1]

    # === WHAT IS PUBLISHED OF THE VOTES === #

    def _secrecy_limits(self) -> list[str]:
        """Return what people must know before they vote in secret, as sentences."""
        decision = self.sudo()
        if decision.secrecy == "open":
            return []
        colleges = decision.electorate == "colleges"
        mine = colleges and self._voices()[:1].college_id.name
        return secrecy.limits(self.env, decision.secrecy, colleges, mine or "")

    def _ballot_file(self) -> tuple[str, str]:
        """Return the name and the text of the file of all ballots, once counted.

        :raise Refusal: rules ``state``, ``few``
        """
        self.check_access("read")
        return published_ballots.ballot_file(self.sudo())

    def _why_no_ballot_file(self):
        """Return why the ballots are not published, or None."""
        return published_ballots.why_no_list(self.sudo())

    def _receipts(self, limit: int | None = None) -> list[str]:
        """Return the hashes of all receipts of a secret vote, once counted, sorted.

        :param limit: so many at most
        :raise Refusal: rule ``state``
        """
        self.check_access("read")
        return published_ballots.receipts(self.sudo(), limit)

    def _receipt_file(self) -> tuple[str, str]:
        """Return the name and the text of the file of receipts, once counted.

        :raise Refusal: rule ``state``
        """
        self.check_access("read")
        return published_ballots.receipt_file(self.sudo())

    def _why_no_receipts(self):
        """Return why the receipts are not published, or None."""
        return published_ballots.why_not_counted(self.sudo())

    def _find_receipt(self, code) -> dict:
        """Return the hash of a code, whether it is published, and beside which ballot.

        :raise Refusal: rule ``state``
        """
        self.check_access("read")
        return published_ballots.find_receipt(self.sudo(), code)

    def _rules_now(self):
        """Return the rules that would hold if it opened now (sudo)."""
        return rules.of(self.sudo())

    def _end_objections(self):
        """Withdraw all notices about a decision that is over (sudo)."""
        notices, objections = self.env["wezer.notice"], self.objection_ids
        notices._settle_all(
            [
                notices._about(self._name, self.ids),
                notices._about(objections._name, objections.ids),
            ]
        )

    def _now(self):
        return fields.Datetime.now()

    def _open_title(self):
        """Return the title where others than members of the circle may read it."""
        return "" if self.members_only else self.title

    def _full_hour(self, moment):
        return clocks.full_hour(self, moment)

    def _progress(self):
        """Return how many have a voice, and how many of them have answered."""
        decision = self.sudo()
        if decision.phase in ("naming", "sharing"):
            return elections.progress(decision)
        hidden = decision.state == "open" and decision.secrecy != "open"
        return roll.counts(decision, lost=hidden)

    # === TELLING === #

    def _log(self, kind, data=None):
        """Write what happened into the log of the circle (sudo)."""
        self.env["wezer.governance.event"]._log(
            kind, self.group_id, decision=self, data=data
        )

    def _url(self):
        """Return the address of the page of this decision."""
        self.ensure_one()
        return f"/decisions/{self.id}"

    def _tell(self, people, kind, message, subject):
        """Leave a notice with ``people`` (sudo)."""
        self.env["wezer.notice"]._leave(
            people, kind, message, self._url(), self, subject
        )

    def _voting_people(self, *states, among=None):
        """Return the people (sudo) whose voices are in one of ``states``.

        :param among: only these people
        """
        return self.env["res.partner"].browse(
            roll.people_in(self, *states, among=among)
        )

    def _tell_voters(self, kind, message, subject):
        self._tell(self._voting_people("may", "voted"), kind, message, subject)

    def _tell_asked(self, people):
        """Ask ``people`` to answer an open decision (sudo)."""
        self._tell(
            people,
            "decision_asked",
            _lt(
                "%(circle)s decides: %(title)s. Answer until %(moment)s.",
                circle=self.group_id.name,
                title=self.title,
                moment=self.closes,
            ),
            "asked",
        )

    def _unanswered(self):
        """Return the people (sudo) who have not answered, or named anybody, yet."""
        if self.phase == "naming":
            return elections.unanswered(self)
        return self._voting_people("may")

    def _remind_half(self):
        """Remind those who have not answered (sudo), in their next digest only."""
        self._tell(
            self._unanswered(),
            "decision_half",
            _lt(
                "Half of the time for “%(title)s” is over. You have not answered yet."
                " It closes on %(moment)s.",
                title=self.title,
                moment=self.closes,
            ),
            "soon",
        )

    def _remind_last(self):
        """Remind those who have not answered (sudo) on the last day."""
        self._tell(
            self._unanswered(),
            "decision_soon",
            _lt(
                "“%(title)s” closes on %(moment)s. You have not answered yet.",
                title=self.title,
                moment=self.closes,
            ),
            "soon",
        )

    def _tell_version(self, version):
        self._tell_voters(
            "decision_changed",
            _lt(
                "“%(title)s” has a new text. Please answer again until %(moment)s.",
                title=self.title,
                moment=self.closes,
            ),
            "asked",
        )
        for objection in version.answered_ids:
            objection._tell_answered()

    def _tell_waits(self):
        self._tell(
            self.proposer_id | self.facilitator_id,
            "decision_changed",
            _lt(
                "There are objections to “%(title)s”. Answer them by a new text until"
                " %(moment)s; otherwise it is not adopted.",
                title=self.title,
                moment=self.waits_until,
            ),
            "waits",
        )

    def _tell_result(self):
        """Tell the roll, and the people whom it is about, how it ended (sudo)."""
        people = self._voting_people("may", "voted") | roll.heard(self)
        people |= roll.decides(self)
        if appeals.is_appeal(self):
            people |= self.proposer_id
        self._tell(
            people,
            "decision_result",
            _lt(
                "“%(title)s”: %(state)s",
                title=self.title,
                state=self._state_sentence(),
            ),
            "result",
        )

    def _state_sentence(self):
        if self.state in ("adopted", "rejected") and elections.is_of_persons(self):
            # Who gets this notice reads these names in the result, too.
            people = elections.elected(self)
            if people:
                return _lt("elected: %(names)s", names=[one.name for one in people])
            if self.method not in ("person", "majority"):
                return _lt("nobody was elected")
        sentences = {
            "done": _lt("everybody was asked, here are the answers"),
            "adopted": _lt("adopted"),
            "rejected": _lt("not adopted"),
            "no_quorum": _lt("too few answers"),
            "ended": _lt("ended without a decision"),
        }
        return sentences.get(self.state) or _lt("closed")

    def _tell_judged(self):
        self._tell(
            self.challenged_by_id | self.proposer_id,
            "decision_result",
            _lt("The challenge of “%(title)s” was dismissed.", title=self.title),
            "challenge",
        )

    def _tell_stuck(self):
        people = self.group_id.partner_id._wezer_actor_partners("manage")
        self._tell(
            people | self.facilitator_id,
            "decision_result",
            _lt(
                "“%(title)s” was adopted, but could not be carried out. Try again, or"
                " give it up.",
                title=self.title,
            ),
            "stuck",
        )

    def _follow_representatives(self):
        """Let those who represent a circle now use its voice (sudo), and tell them."""
        people = self.env["res.partner"]
        for decision in self:
            passed = roll.follow(decision)
            before = people.browse({before for before, _now in passed})
            now = people.browse({now for _before, now in passed})
            if decision.state != "open" or not passed:
                continue
            self.env["wezer.notice"]._settle(
                decision, subjects=["asked", "soon"], people=before - now
            )
            decision._tell_asked(now)

    def _notice_readers(self, kind, people):
        """Leave out those who have answered meanwhile, and those who left."""
        if kind not in ASKING:
            return people
        if self.state not in ("announced", "open"):
            return people.browse()
        return self.sudo()._voting_people("may", among=people)

    @api.model
    def _notices_concerning(self, notices):
        """Return those of the notices (sudo) of one reader that a digest still tells.

        A secret vote withdraws no notice: the time would stand beside the voter. The
        rolls are asked once for all.
        """
        asking = notices.filtered(lambda notice: notice.kind in ASKING)
        decisions = self.browse(set(asking.mapped("res_id"))).exists()
        running = decisions.filtered(lambda one: one.state in ("announced", "open"))
        voices = self.env["wezer.decision.voter"]
        if running:
            voices = voices.search(
                [
                    ("decision_id", "in", running.ids),
                    ("person_id", "=", asking.partner_id.id),
                    ("state", "=", "may"),
                ]
            )
        answered = decisions - voices.decision_id
        return notices - asking.filtered(lambda notice: notice.res_id in answered.ids)

    def _notice_party(self, _reader):
        """Return the party whose face a notice shows: that of the circle."""
        return self.group_id.partner_id
