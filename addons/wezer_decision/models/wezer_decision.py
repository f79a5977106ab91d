from odoo import fields, models

from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH

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
# A decision of these methods is about persons.
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
        "moderator": "a moderator of the community who is no party",
        "judge": "a moderator of the smallest circle around that is no party",
        "manager": "holds “manage” in the circle, or facilitates it",
        "clock": "the scheduled action",
    },
    transitions=(
        Transition("propose", (), ("draft",), "member", "propose"),
        Transition(
            "announce",
            ("draft",),
            ("announced", "open"),
            "proposer",
            "action_announce",
            "outcomes are checked as if they were executed",
        ),
        Transition("open", ("announced",), ("open",), "clock", "_open"),
        Transition("vote", ("open",), ("open",), "voter", "action_vote"),
        Transition("take_back", ("open",), ("open",), "voter", "action_take_back"),
        Transition("object", ("open",), ("open",), "voter", "action_object"),
        Transition("nominate", ("open",), ("open",), "voter", "action_nominate"),
        Transition("stand", ("announced",), ("announced",), "voter", "action_stand"),
        Transition(
            "propose_person",
            ("open",),
            ("open",),
            "facilitator",
            "action_propose_person",
        ),
        Transition(
            "new_version", ("open",), ("open",), "proposer", "action_new_version"
        ),
        Transition("extend", ("open",), ("open",), "guide", "action_extend"),
        Transition("extend", ("no_quorum",), ("open",), "guide", "action_extend"),
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
            ("adopted", "rejected", "no_quorum", "tied", "done", "ended"),
            "clock",
            "_count",
        ),
        Transition("lot", ("tied",), ("adopted",), "clock", "_draw_lot"),
        Transition(
            "challenge", ("adopted",), ("challenged",), "voter", "action_challenge"
        ),
        Transition(
            "judge", ("challenged",), ("adopted", "ended"), "judge", "action_judge"
        ),
        Transition("let_stand", ("challenged",), ("adopted",), "clock", "_let_stand"),
        Transition("execute", ("adopted",), ("done", "stuck"), "clock", "_execute"),
        Transition("retry", ("stuck",), ("done", "stuck"), "manager", "action_retry"),
        Transition("give_up", ("stuck",), ("ended",), "manager", "action_give_up"),
    ),
)
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
    named_ids = fields.Many2many(
        "res.partner", "wezer_decision_named", "decision_id", "partner_id"
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
        ],
        readonly=True,
    )
    void_reason = fields.Char(readonly=True)
    version_ids = fields.One2many("wezer.decision.version", "decision_id")
    version_id = fields.Many2one(
        "wezer.decision.version", string="Current version", ondelete="set null"
    )
    option_ids = fields.One2many("wezer.decision.option", "decision_id")
    voter_ids = fields.One2many("wezer.decision.voter", "decision_id")
    objection_ids = fields.One2many("wezer.objection", "decision_id")
    outcome_ids = fields.One2many("wezer.outcome", "decision_id")
    announced_at = fields.Datetime(readonly=True)
    opens = fields.Datetime(readonly=True)
    closes = fields.Datetime(readonly=True)
    phase_closes = fields.Datetime(readonly=True)
    closed_at = fields.Datetime(readonly=True)
    executes_at = fields.Datetime(readonly=True)
    is_extended = fields.Boolean(readonly=True)
    result = fields.Json(readonly=True, help="Filled at closing, never before.")
    roll_shown = fields.Boolean(
        readonly=True, help="Members may see who took part: set at closing."
    )
    seal = fields.Char(readonly=True, copy=False)
    review_date = fields.Date()
    challenged_by_id = fields.Many2one(
        "res.partner", readonly=True, ondelete="restrict"
    )
    challenge_reason = fields.Char(readonly=True)
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

    _due_idx = models.Index("(state, closes)")
