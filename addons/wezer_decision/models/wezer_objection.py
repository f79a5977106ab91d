from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import locks, payload
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

from ..tools import clocks
from ..tools.integration import QUESTIONS

_lt = LazyTranslate(__name__)

ANSWER_LENGTH = 2000

OBJECTION = StateMachine(
    states=("raised", "tested", "withdrawn", "answered", "set_aside", "lapsed"),
    rules={
        "voter": "a person on the roll",
        "objector": "the person who objects",
        "facilitator": "facilitates the decision; where nobody does, the voters",
        "proposer": "proposed the decision",
        "clock": "the scheduled action",
    },
    transitions=(
        Transition("object", (), ("raised",), "voter", "wezer.decision.action_object"),
        Transition("ask_test", ("raised",), ("tested",), "voter", "action_test"),
        Transition("reply_test", ("tested",), ("tested",), "objector", "action_reply"),
        Transition(
            "uphold", ("tested",), ("raised", "tested"), "facilitator", "action_uphold"
        ),
        Transition(
            "set_aside",
            ("tested",),
            ("set_aside", "tested"),
            "facilitator",
            "action_set_aside",
            "only for want of an answer to a question",
        ),
        Transition(
            "withdraw",
            ("raised", "tested"),
            ("withdrawn",),
            "objector",
            "action_withdraw",
            "it becomes a concern",
        ),
        Transition(
            "confirm", ("raised", "tested"), ("answered",), "objector", "action_confirm"
        ),
        Transition(
            "lapse",
            ("raised", "tested"),
            ("lapsed", "answered"),
            "clock",
            "_lapse",
        ),
    ),
)
LIVE = OBJECTION.unfinished


class WezerObjection(models.Model):
    """A reason why adopting a proposal would harm the circle."""

    _name = "wezer.objection"
    _description = "Objection"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _order = "id"
    _rec_name = "id"
    _state_machine = OBJECTION

    decision_id = fields.Many2one(
        "wezer.decision", required=True, index=True, ondelete="cascade"
    )
    version_id = fields.Many2one("wezer.decision.version", ondelete="restrict")
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    reason = fields.Text(required=True)
    concerns = fields.Char(help="The purpose or accountability that would be harmed.")
    suggestion = fields.Text()
    state = fields.Selection(
        [
            ("raised", "Raised"),
            ("tested", "Being tested"),
            ("withdrawn", "Became a concern"),
            ("answered", "Answered by a new version"),
            ("set_aside", "Set aside"),
            ("lapsed", "Lapsed"),
        ],
        required=True,
        default="raised",
    )
    answers = fields.Json(help="The person's answers to the four questions.")
    answered_by_id = fields.Many2one("wezer.decision.version", ondelete="set null")
    tested_version_id = fields.Many2one(
        "wezer.decision.version",
        readonly=True,
        ondelete="set null",
        help="The version at which the objection was tested last.",
    )
    asked_at = fields.Datetime(readonly=True)
    notices_sent = fields.Integer(readonly=True, default=0)
    stances = fields.Json(
        groups=fields.NO_ACCESS,
        copy=False,
        help="Where nobody facilitates: what each voter says about the test.",
    )
    end_reason = fields.Selection(
        [
            ("own", "By the person who objected"),
            ("again", "Replaced by an objection to a newer version"),
            ("silent", "Nothing was said against it in time"),
            ("left", "The person left the circle"),
            ("facilitator", "By the facilitator"),
            ("voters", "By two thirds of the voters who answered"),
            ("dropped", "The person is not proposed any more"),
        ],
        readonly=True,
    )
    company_id = fields.Many2one(
        related="decision_id.company_id", store=True, precompute=True, index=True
    )

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user, or None."""
        self.ensure_one()
        try:
            self.check_access("read")
            self.env.user._wezer_check_standing()
        except AccessError as error:
            return error
        objection = self.sudo()
        who = OBJECTION.who(action)
        if who == "clock" or not getattr(objection, f"_is_{who}")():
            return objection._not_theirs(who)
        if objection.decision_id.state != "open":
            return Refusal(
                self.env._("The decision is over, so the objection is too."),
                rule="state",
                value=objection.decision_id.state,
                limit="open",
            )
        return (
            objection._state_refusal(action)
            or getattr(objection, f"_why_not_{action}", lambda: None)()
        )

    def _not_theirs(self, who):
        sentences = {
            "objector": self.env._("Only the person who objects can do this."),
            "facilitator": self.env._("Only the person who facilitates can do this."),
            "voter": self.env._("You are not among the people who decide this."),
        }
        message = sentences.get(who) or self.env._("This happens on its date.")
        return NotAllowed(message, rule=who)

    def _is_voter(self):
        return self.decision_id._is_voter()

    def _is_objector(self):
        return self.person_id == self.env.user.partner_id

    def _is_proposer(self):
        return self.decision_id._is_proposer()

    def _is_facilitator(self):
        """Return whether the user judges the test: never the objector or the proposer.

        Where the circle has nobody who facilitates, all voters but these.
        """
        person = self.env.user.partner_id
        if person in self.person_id | self.decision_id.proposer_id:
            return False
        if self._without_facilitator():
            return self._is_voter()
        return person in self._facilitators()

    def _without_facilitator(self):
        """Return whether the circle has nobody who facilitates."""
        return not self.decision_id.group_id._facilitators()

    def _facilitators(self):
        """Return who can judge the test: the facilitator; another where concerned."""
        decision = self.decision_id
        others = self.person_id | decision.proposer_id
        people = decision.group_id._facilitators() - others
        return (people & decision.facilitator_id) or people[:1]

    def _why_not_ask_test(self):
        """Refuse a second test at one version: nobody is asked into silence."""
        if not self.tested_version_id:
            return None
        if self.tested_version_id != self.decision_id.version_id:
            return None
        return Refusal(
            self.env._(
                "This objection was tested already. A new version can answer it."
            ),
            rule="once",
            value=str(self.tested_version_id.number),
        )

    def _why_not_set_aside(self):
        if not self.answers:
            return Refusal(
                self.env._(
                    "Wait for the answers to the four questions. If there are none,"
                    " the objection ends after seven days."
                ),
                rule="answers",
            )
        if self._unanswered():
            return None
        return Refusal(
            self.env._(
                "All four questions have an answer. How much it weighs is not judged."
            ),
            rule="weight",
        )

    def _unanswered(self):
        """Return the questions without an answer, once there was an answer to any."""
        answers = self.answers or {}
        return [one for one in QUESTIONS if answers and not answers.get(one)]

    def _why_not_confirm(self):
        if self.answered_by_id:
            return None
        return Refusal(
            self.env._("No new version says that it answers this objection."),
            rule="version",
        )

    def _lock(self, action):
        """Return the objection (sudo), ``action`` checked, locked with its decision."""
        self._check_may(action)
        objection = self.sudo()
        locks.execute_locking(
            self.env,
            "SELECT id FROM wezer_decision WHERE id = %s FOR NO KEY UPDATE",
            [objection.decision_id.id],
        )
        return objection

    # === ACTIONS === #

    def action_test(self) -> bool:
        """Ask the person who objects to answer the four questions of the test."""
        objection = self._lock("ask_test")
        objection.write(
            {
                "state": "tested",
                "tested_version_id": objection.decision_id.version_id.id,
                "asked_at": objection.decision_id._now(),
                "answers": False,
                "stances": False,
            }
        )
        objection._tell_asked()
        clocks.set_due(objection.decision_id)
        return True

    def action_reply(self, answers: list) -> bool:
        """Answer the four questions.

        :param list answers: of what gets worse for the purpose of the circle; whether
            because of this proposal only; whether for what the person looks after; why
            it cannot wait for the review
        """
        objection = self._lock("reply_test")
        given = answers
        if isinstance(answers, dict):
            given = [answers.get(name) for name in QUESTIONS]
        given = payload.rows(self.env, given, len(QUESTIONS))
        texts = [payload.text(self.env, text, ANSWER_LENGTH) for text in given]
        if not any(text.strip() for text in texts):
            raise Refusal(
                self.env._("Answer at least one of the questions."), rule="answers"
            )
        objection.answers = dict(zip(QUESTIONS, texts, strict=False))
        self.env["wezer.notice"]._settle(objection, subjects=["asked"])
        objection._tell_replied()
        clocks.set_due(objection.decision_id)
        return True

    def action_uphold(self) -> bool:
        """Find that the objection passes the test.

        Where nobody facilitates, this is one voice: two thirds set it aside.
        """
        objection = self._lock("uphold")
        if objection._without_facilitator():
            objection._say("uphold")
        else:
            objection.write({"state": "raised", "asked_at": False})
            self.env["wezer.notice"]._settle(objection, subjects=["replied"])
        clocks.set_due(objection.decision_id)
        return True

    def action_set_aside(self, reason: str | None = None) -> bool:
        """Set the objection aside, as a question has no answer.

        Where nobody facilitates, this is one voice: two thirds set it aside.
        """
        objection = self._lock("set_aside")
        if objection._without_facilitator():
            objection._say("set_aside")
        else:
            objection._finish("set_aside", "facilitator")
        clocks.set_due(objection.decision_id)
        return True

    def _say(self, stance):
        """Keep what the user says about the test (sudo)."""
        person = self.env.user.partner_id
        self.stances = {**(self.stances or {}), str(person.id): stance}

    def action_withdraw(self) -> bool:
        """Withdraw one's objection: it stays as a concern."""
        objection = self._lock("withdraw")
        objection._finish("withdrawn", "own")
        clocks.set_due(objection.decision_id)
        return True

    def action_confirm(self) -> bool:
        """Confirm that the new version answers one's objection."""
        objection = self._lock("confirm")
        objection._finish("answered", "own")
        clocks.set_due(objection.decision_id)
        return True

    # === ENDING (sudo) === #

    def _lapse(self):
        """End objections that have become due; see :mod:`..tools.integration`."""
        for objection in self:
            objection._finish("lapsed", "silent")

    def _finish(self, state, why):
        """End the objection; an answer to this version becomes a concern."""
        self.write({"state": state, "end_reason": why})
        decision = self.decision_id
        ballot = self.env["wezer.ballot"].search(
            [("decision_id", "=", decision.id), ("person_id", "=", self.person_id.id)]
        )
        if state == "withdrawn" and why == "own":
            ballot.filtered(lambda one: one.choice == "object").choice = "concern"
        decision._log("objection_ended", {"objection": self.id, "state": state})
        self.env["wezer.notice"]._settle(self)
        if state == "set_aside" or (state == "lapsed" and why == "silent"):
            self._tell_ended()

    # === TELLING (sudo) === #

    def _tell(self, people, message, subject):
        self.env["wezer.notice"]._leave(
            people, "objection", message, self.decision_id._url(), self, subject
        )

    def _words(self):
        return {"title": self.decision_id.title, "name": self.person_id.name}

    def _tell_raised(self):
        decision = self.decision_id
        self._tell(
            decision.proposer_id | decision.facilitator_id,
            _lt("%(name)s objects to “%(title)s”.", **self._words()),
            "raised",
        )

    def _tell_asked(self):
        self._tell(
            self.person_id,
            _lt(
                "Answer four questions about your objection to “%(title)s”.",
                title=self.decision_id.title,
            ),
            "asked",
        )

    def _tell_replied(self):
        self._tell(
            self._facilitators(),
            _lt(
                "%(name)s answered about the objection to “%(title)s”.", **self._words()
            ),
            "replied",
        )

    def _tell_ended(self):
        self._tell(
            self.person_id,
            _lt(
                "Your objection to “%(title)s” does not stand any more: a question of"
                " the test has no answer.",
                title=self.decision_id.title,
            ),
            "ended",
        )

    def _tell_answered(self):
        self._tell(
            self.person_id,
            _lt(
                "A new version of “%(title)s” answers your objection. Do you agree?"
                " Silence counts as yes.",
                title=self.decision_id.title,
            ),
            "answered",
        )

    def _notice_party(self, reader):
        """Return the party whose face a notice about this objection shows."""
        own = reader == self.person_id
        return self.decision_id.group_id.partner_id if own else self.person_id
