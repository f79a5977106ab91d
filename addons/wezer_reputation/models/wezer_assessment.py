from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.tools import SQL, LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.models.wezer_written_mixin import Written
from odoo.addons.wezer_base.tools.cron import for_each_due
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.rights import OWN_RIGHTS
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

_lt = LazyTranslate(__name__)

ASSESSMENT = StateMachine(
    states=("draft", "blind", "revealed", "dropped"),
    rules={
        "origin": "the deal itself, which has checked who acts",
        "clock": "both sides have assessed, or the deadline has passed",
        "assessed": "acts for the assessed party",
        "moderator": "a community moderator who is not involved",
        "side": "acts for the party that assessed, or for the assessed party",
    },
    transitions=(
        Transition("give", (), ("draft", "blind"), "origin", "_give"),
        Transition("change", ("draft",), ("draft", "blind"), "origin", "_give"),
        Transition("change", ("blind",), ("blind",), "origin", "_give"),
        Transition(
            "activate",
            ("draft", "blind"),
            ("blind",),
            "origin",
            "_activate",
            "the deal is paid, or its dispute is over",
        ),
        Transition(
            "pause",
            ("blind",),
            ("blind",),
            "origin",
            "_pause",
            "the deadline is removed while the deal is disputed",
        ),
        Transition(
            "drop", ("draft",), ("dropped",), "origin", "_drop", "the deal ended unpaid"
        ),
        *(
            Transition(
                "void",
                (state,),
                (state,),
                "origin",
                "_void",
                "everything was refunded; the weight becomes zero",
            )
            for state in ("draft", "blind", "revealed")
        ),
        Transition("reveal", ("blind",), ("revealed",), "clock", "_reveal"),
        Transition(
            "reply", ("revealed",), ("revealed",), "assessed", "action_reply", "once"
        ),
        Transition(
            "share",
            ("revealed",),
            ("revealed",),
            "side",
            "action_share",
            "visitors read it on the thank-you wall while both sides agree",
        ),
        Transition(
            "hide",
            ("revealed",),
            ("revealed",),
            "moderator",
            "action_hide",
            "the words are visible",
        ),
        Transition(
            "show",
            ("revealed",),
            ("revealed",),
            "moderator",
            "action_show",
            "the words are hidden",
        ),
    ),
)
# All that exist for people; a dropped one leaves its side free.
LIVE = ASSESSMENT.without("dropped")
# What a side has submitted.
SUBMITTED = ASSESSMENT.without("draft", "dropped")

SCORES = range(-2, 3)
# Every way of writing a score that is accepted.
SCORE_TEXTS = {str(score): score for score in SCORES} | {"+1": 1, "+2": 2}
# How long the other side has, where the deal sets no deadline.
DAYS = 14
# A party and a person who acted for it this long before or after a deal count as one.
TIE_DAYS = 90
COMMENT_LENGTH = 2000
REPLY_LENGTH = 1000
REASON_LENGTH = 250
REASON_LETTERS = 10
# Revealed assessments refuse changes of every other field.
WRITABLE_AFTER_REVEAL = {
    "no_weight",
    "void_date",
    "reply",
    "reply_person_id",
    "reply_date",
    "hidden",
    "hidden_by_id",
    "hidden_date",
    "hidden_reason",
    "hidden_words",
    "shared_by_assessor",
    "shared_by_assessed",
}
# The most that a thank-you wall shows.
WALL_MOST = 12


class WezerAssessment(models.Model):
    """How one side of a deal assesses the other. Blind until both have assessed.

    Only the assessment points at the deal; nothing points back, is related to it,
    counts it or tracks it, so that nothing can be inferred before it is revealed.
    Once revealed, scores and words stay as they are: the assessed party may reply
    once, and a moderator may hide the words, which leaves a trace for both sides.
    """

    _name = "wezer.assessment"
    _inherit = ["wezer.state.mixin", "wezer.written.mixin", "wezer.record.mixin"]
    _description = "Assessment"
    _order = "date desc, id desc"
    _rec_name = "id"
    _state_machine = ASSESSMENT
    _written = {
        "written_lang": Written(("comment",), ("person_id",)),
        "reply_lang": Written(("reply",), ("reply_person_id",)),
    }

    assessor_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    person_id = fields.Many2one(
        "res.partner", string="Given by", required=True, ondelete="restrict"
    )
    assessed_id = fields.Many2one(
        "res.partner",
        string="Person assessed",
        required=True,
        index=True,
        ondelete="restrict",
    )
    side = fields.Selection(
        [("worker", "The worker"), ("payer", "The payer")],
        required=True,
    )
    category_id = fields.Many2one("wezer.category", ondelete="set null")
    context_partner_id = fields.Many2one(
        "res.partner", string="Context contact", ondelete="set null"
    )
    origin_model = fields.Char(required=True)
    origin_id = fields.Many2oneReference(model_field="origin_model", required=True)
    # What was assessed together with the party: an announcement.
    subject_model = fields.Char()
    subject_id = fields.Many2oneReference(model_field="subject_model")
    comment = fields.Text()
    line_ids = fields.One2many(
        "wezer.assessment.line",
        "assessment_id",
        string="Lines",
    )
    value_hours = fields.Float(string="Value in hours")
    state = fields.Selection(
        [
            ("draft", "Waiting for the payment"),
            ("blind", "Waiting for the other side"),
            ("revealed", "Revealed"),
            ("dropped", "Dropped"),
        ],
        required=True,
        default="draft",
        index=True,
    )
    no_weight = fields.Boolean(
        string="Does not count",
        help="Shown but not counted, because the deal was refunded or one side"
        " acted for the other at that time.",
    )
    deal_date = fields.Datetime(
        help="The start of the deal. It tells who acted for whom at that time."
    )
    void_date = fields.Datetime(help="The date from which it no longer counts.")
    skill_ids = fields.Many2many(
        "wezer.skill", "wezer_assessment_skill_rel", "assessment_id", "skill_id"
    )
    date = fields.Datetime(required=True)
    deadline = fields.Datetime()
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    reply = fields.Text(string="Answer", readonly=True)
    reply_lang = fields.Char(string="Language of the answer", readonly=True)
    reply_person_id = fields.Many2one(
        "res.partner", string="Answered by", readonly=True, ondelete="restrict"
    )
    reply_date = fields.Datetime(string="Answered", readonly=True)
    hidden = fields.Boolean(string="Text hidden", readonly=True)
    hidden_by_id = fields.Many2one(
        "res.partner", string="Hidden by", readonly=True, ondelete="restrict"
    )
    hidden_date = fields.Datetime(string="Hidden on", readonly=True)
    hidden_reason = fields.Char(string="Reason for hiding", readonly=True)
    # The words themselves, for the moderators who may have to decide again.
    hidden_words = fields.Json(
        readonly=True,
        groups="wezer_base.group_moderator,wezer_base.group_administrator",
    )
    # Each side decides for itself; visitors read what both have agreed to.
    shared_by_assessor = fields.Boolean(
        string="The assessor agrees to the thank-you wall", readonly=True
    )
    shared_by_assessed = fields.Boolean(
        string="The assessed party agrees to the thank-you wall", readonly=True
    )
    may_hide = fields.Boolean(compute="_compute_permissions")
    may_show = fields.Boolean(compute="_compute_permissions")

    _side_uniq = models.UniqueIndex(
        "(origin_model, origin_id, side) WHERE state <> 'dropped'",
        "Each side can assess only once.",
    )
    _subject_idx = models.Index("(subject_model, subject_id) WHERE state = 'revealed'")
    _wall_idx = models.Index("(date) WHERE shared_by_assessor AND shared_by_assessed")
    _other_party = models.Constraint(
        "CHECK (assessor_id <> assessed_id)", "You cannot assess yourself."
    )

    # === PERMISSIONS === #

    def _permissions(self) -> dict:
        """Extend the mixin: ask once for all these records whom the user acts for."""
        records, user = self.sudo().exists(), self.env.user
        answering = user._acts_for(records.assessed_id | records.assessor_id, "market")
        parties = records.assessor_id | records.assessed_id | records.person_id
        moderates_all = bool(parties) and user._moderates(parties)
        answers = {}
        for record in self:
            known = records & record.sudo()
            parties = known.assessor_id | known.assessed_id | known.person_id
            is_assessed = bool(known) and known.assessed_id in answering
            is_side = is_assessed or (bool(known) and known.assessor_id in answering)
            is_moderator = bool(known) and (moderates_all or user._moderates(parties))
            answers[record] = {
                action: known._refusal(action, is_assessed, is_moderator, is_side)
                for action in self._state_machine.actions
            }
        return answers

    def _why_not(self, action: str) -> Exception | None:
        self.ensure_one()
        return self._permissions()[self][action]

    def _refusal(self, action, is_assessed, is_moderator, is_side):
        """Return the error of ``action``, or None; an empty record does not exist.

        Blind assessments are treated like missing ones: the same sentence for both.
        """
        who = self._state_machine.who(action)
        sources = self._state_machine.sources(action)
        possible = bool(self) and (not sources or self.state in sources)
        if who == "assessed":
            if not possible:
                return NotAllowed(self.env._("There is nothing to answer here."))
            if not is_assessed:
                return NotAllowed(
                    self.env._(
                        "You are not authorised to act for the party that was assessed."
                    )
                )
        elif who == "side":
            if not (possible and is_side):
                return NotAllowed(
                    self.env._("Only the two sides of an assessment share it."),
                    rule="share",
                )
        elif who == "moderator":
            if not is_moderator:
                return NotAllowed(
                    self.env._(
                        "Only moderators of the community who are not a"
                        " party can do this."
                    ),
                    rule="moderate",
                )
            if not possible:
                return NotAllowed(self.env._("There is nothing to decide here."))
        else:
            return NotAllowed(self.env._("This happens only through the deal."))
        return self._data_refusal(action)

    def _data_refusal(self, action):
        if action == "reply" and self.reply_date:
            return Refusal(
                self.env._("This has already been answered."), rule="replied"
            )
        # A reply to hidden words would be lost when they are restored.
        if action == "reply" and self.hidden:
            return Refusal(
                self.env._("A hidden text cannot be answered."), rule="state"
            )
        if action == "show" and not self.hidden:
            return Refusal(self.env._("This text is not hidden."), rule="state")
        if action == "hide" and self.hidden:
            return Refusal(self.env._("This text is already hidden."), rule="state")
        return None

    @api.depends_context("lang")
    def _compute_display_name(self):
        """Number it: a reference shows the name to people who may not read it."""
        for assessment in self:
            assessment.display_name = self.env._(
                "Assessment %(number)s", number=assessment.id or ""
            )

    @api.depends("state", "hidden")
    @api.depends_context("uid")
    def _compute_permissions(self):
        permissions = self._permissions()
        for assessment in self:
            assessment.may_hide = permissions[assessment]["hide"] is None
            assessment.may_show = permissions[assessment]["show"] is None

    # === ACTIONS === #

    def action_reply(self, text: str, acting_partner_id: int | None = None) -> bool:
        """Reply to an assessment of the party that the user acts for; only once.

        :param text: everybody reads it below the assessment
        :param acting_partner_id: the assessed party
        :raise NotAllowed: where it is not revealed, or the user does not act for it
        :raise Refusal: rule ``replied`` or ``text``
        """
        self.ensure_one()
        assessment = self.sudo().exists()
        if assessment.state not in ASSESSMENT.sources("reply"):
            raise self._why_not("reply")
        # Names the permission that is missing, and logs for whom this was done.
        self.env.user._resolve_acting(
            acting_partner_id,
            assessment.assessed_id,
            "market",
            what="assessment_reply",
            record=assessment,
        )
        error = self._why_not("reply")
        if error:
            raise error
        text = str(text or "").strip()[:REPLY_LENGTH]
        if not text:
            raise Refusal(self.env._("Write your answer first."), rule="text")
        assessment.write(
            {
                "reply": text,
                "reply_person_id": self.env.user.partner_id.id,
                "reply_date": fields.Datetime.now(),
            }
        )
        who = assessment.assessed_id.name
        assessment.assessor_id._wezer_notify(
            "assessment_reply",
            _lt("%(name)s answered your assessment.", name=who),
            url=assessment._url(),
            record=assessment,
        )
        return True

    def action_share(self, shared: bool, acting_partner_id: int | None = None) -> bool:
        """Agree that visitors read this on the thank-you wall, or no longer.

        It is shown while both sides agree; each decides for itself, at any time.

        :param shared: False takes the consent back
        :param acting_partner_id: the side, where the user acts for both
        :raise NotAllowed: where it is not revealed, or the user acts for no side
        :raise Refusal: rule ``acting`` where both sides would fit
        """
        self.ensure_one()
        error = self._why_not("share")
        if error:
            raise error
        assessment = self.sudo()
        party = self.env.user._resolve_acting(
            acting_partner_id,
            assessment.assessor_id | assessment.assessed_id,
            "market",
            what="assessment_share",
            record=assessment,
        )
        if party == assessment.assessor_id:
            assessment.shared_by_assessor = bool(shared)
        else:
            assessment.shared_by_assessed = bool(shared)
        return True

    def action_hide(self, reason: str, with_scores: bool = False) -> bool:
        """Hide the words of a revealed assessment, as a moderator.

        :param reason: one sentence, which both sides read
        :param with_scores: the scores lose their weight too; they stay visible
        :raise NotAllowed: where the user is no moderator or is involved
        :raise Refusal: rule ``state`` or ``reason``
        """
        assessment, reason = self._check_moderation("hide", reason)
        now = fields.Datetime.now()
        assessment._write_words(
            {
                "comment": False,
                "reply": False,
                "hidden": True,
                "hidden_by_id": self.env.user.partner_id.id,
                "hidden_date": now,
                "hidden_reason": reason,
                "hidden_words": {
                    "comment": assessment.comment or "",
                    "reply": assessment.reply or "",
                },
            }
        )
        if with_scores and not assessment.no_weight:
            assessment.write({"no_weight": True, "void_date": now})
            self.env["wezer.reputation"].sudo()._update_now(assessment.assessed_id)
        assessment._notify_both_sides(
            _lt(
                "A moderator hid the text of an assessment: %(reason)s",
                reason=reason,
            )
        )
        return True

    def action_show(self, reason: str) -> bool:
        """Restore hidden words; scores that lost their weight do not regain it.

        :param reason: one sentence, which both sides read
        :raise NotAllowed: where the user is no moderator or is involved
        :raise Refusal: rule ``state`` or ``reason``
        """
        assessment, reason = self._check_moderation("show", reason)
        words = assessment.hidden_words or {}
        assessment._write_words(
            {
                "comment": words.get("comment"),
                "reply": words.get("reply"),
                "hidden": False,
                "hidden_by_id": self.env.user.partner_id.id,
                "hidden_date": fields.Datetime.now(),
                "hidden_reason": reason,
                "hidden_words": False,
            }
        )
        assessment._notify_both_sides(
            _lt(
                "A moderator showed the text of an assessment again: %(reason)s",
                reason=reason,
            )
        )
        return True

    def _check_moderation(self, action, reason):
        """Return this assessment (sudo) and the reason, cleaned, to a moderator."""
        self.ensure_one()
        error = self._why_not(action)
        if isinstance(error, NotAllowed):
            raise error
        reason = " ".join(str(reason or "").split())[:REASON_LENGTH]
        if len(reason) < REASON_LETTERS:
            raise Refusal(self.env._("Give the reason in a sentence."), rule="reason")
        if error:
            raise error
        return self.sudo(), reason

    def _notify_both_sides(self, message):
        for partner in self.assessor_id | self.assessed_id:
            partner._wezer_notify(
                "assessment_moderated",
                message,
                url=self._url(),
                record=self,
                subject="moderated",
            )

    def _url(self):
        """Return the address of the page on which this is read."""
        self.ensure_one()
        slug = self.sudo().assessed_id._wezer_profile().slug
        return f"/members/{slug}" if slug else "/my/reputation"

    # === METHODS FOR THE DEAL: not callable by RPC; the deal has checked who acts === #

    @api.model
    def _give(
        self,
        origin,
        side,
        assessor,
        assessed,
        person,
        scores,
        comment="",
        value_hours=1.0,
        category=None,
        context_partner=None,
        deadline=None,
        draft=False,
        skills=None,
        subject=None,
        begun=None,
        allies=None,
    ):
        """Record how ``assessor`` assesses ``assessed``; editable until revealed.

        An assessment given by the assessed person in a group's name, or where one
        side acts for the other or did within ``TIE_DAYS`` around the deal, is shown
        and not counted: a person's own groups and mandates are no other people. That
        is checked again when it is revealed and whenever scores are computed.

        :param str side: the side that is assessed, ``worker`` or ``payer``
        :param dict scores: ``{criterion id: −2 … +2}``; under ``again`` the answer to
            the private question: true, false, or nothing; under ``shared`` whether
            the words may be shown on the thank-you wall
        :param bool draft: the deal is not paid yet
        :param skills: what the deal took
        :param subject: what is assessed together with the party: an announcement
        :param datetime begun: when the deal began
        :param allies: partners who earn together with the one assessed: co-workers
        """
        shared = isinstance(scores, dict) and bool(scores.get("shared"))
        scores, would_repeat = self._split_scores(scores)
        criteria = self.env["wezer.criterion"]._for(category, side)
        lines = self._checked_lines(criteria, scores)
        given = self._for_origin(origin)
        assessment = given.filtered(lambda assessment: assessment.side == side)
        if assessment and assessment.assessor_id != assessor:
            raise NotAllowed(
                self.env._(
                    "Another party has already given the assessment of this side."
                ),
                rule="side",
            )
        # Once one is revealed, the other side may have read it.
        if set(given.mapped("state")) - set(ASSESSMENT.sources("change")):
            raise Refusal(
                self.env._("An assessment that is revealed cannot be changed."),
                rule="revealed",
            )
        draft = draft and assessment.state != "blind"
        now = fields.Datetime.now()
        vals = {
            "assessor_id": assessor.id,
            "person_id": person.id,
            "assessed_id": assessed.id,
            "side": side,
            "category_id": category.id if category else False,
            "context_partner_id": context_partner.id if context_partner else False,
            "origin_model": origin._name,
            "origin_id": origin.id,
            "comment": (comment or "").strip()[:COMMENT_LENGTH],
            "shared_by_assessor": shared,
            "value_hours": value_hours,
            "state": "draft" if draft else "blind",
            "date": now,
            "deadline": deadline or now + timedelta(days=DAYS),
            "no_weight": self._is_self_assessment(person, assessor, assessed, allies),
            "deal_date": begun or now,
            "skill_ids": [Command.set(skills.ids if skills else [])],
            "subject_model": subject._name if subject else False,
            "subject_id": subject.id if subject else False,
            "line_ids": [Command.clear(), *(Command.create(line) for line in lines)],
        }
        if assessment:
            assessment.write(vals)
        else:
            assessment = self.sudo().create(vals)
        assessment._void_if_tied()
        self.env["wezer.assessment.repeat"]._answer(assessment, would_repeat)
        if not draft:
            (given | assessment)._reveal_if_both()
        return assessment

    @api.model
    def _activate(self, origin, deadline):
        """Let assessments count: the deal is paid, or its dispute is over.

        Drafts become blind; both are revealed when both are in, else at ``deadline``.
        """
        given = self._for_origin(origin)
        given._in_states("activate").write({"state": "blind", "deadline": deadline})
        given._reveal_if_both()

    @api.model
    def _pause(self, origin):
        """Reveal nothing while the deal is disputed, until :meth:`_activate`."""
        self._for_origin(origin)._in_states("pause").write({"deadline": False})

    @api.model
    def _drop(self, origin):
        """Drop the drafts of a deal that ended unpaid."""
        self._for_origin(origin)._in_states("drop").write({"state": "dropped"})

    @api.model
    def _void(self, origin):
        """Take the weight of all assessments of a deal that was refunded entirely."""
        given = self._for_origin(origin)._in_states("void")
        given = given.filtered(lambda assessment: not assessment.no_weight)
        given.write({"no_weight": True, "void_date": fields.Datetime.now()})
        self.env["wezer.reputation"]._update_now(given.assessed_id)

    @api.model
    def _answered(self, origin):
        """Return the partners who have assessed: a flag for the deal's page only.

        Nothing more: for the other side the assessment stays blind.
        """
        return self._for_origin(origin).assessor_id

    @api.model
    def _for_origin(self, origin):
        """Return the live assessments of ``origin`` (sudo)."""
        return self.sudo().search(
            [
                ("origin_model", "=", origin._name),
                ("origin_id", "in", origin.ids),
                ("state", "in", LIVE),
            ]
        )

    def _in_states(self, action):
        """Return those of these whose state allows ``action``."""
        sources = self._state_machine.sources(action)
        return self.filtered(lambda assessment: assessment.state in sources)

    @api.model
    def _about(self, subject):
        """Return what is revealed about ``subject``, as the caller may see it."""
        return self.search(
            [
                ("subject_model", "=", subject._name),
                ("subject_id", "in", subject.ids),
                ("state", "=", "revealed"),
            ]
        )

    @api.model
    def _on_wall(self, limit):
        """Return the newest assessments (sudo) that both sides show to everybody.

        Only words that stand: hidden ones, those of refunded deals and those of or
        about people who have left or are suspended are not shown.

        :param int limit: at most ``WALL_MOST`` are returned
        """
        # Visitors read no assessments: these are the ones that both sides show.
        return self.sudo().search(
            [
                ("shared_by_assessor", "=", True),
                ("shared_by_assessed", "=", True),
                ("state", "=", "revealed"),
                ("hidden", "=", False),
                ("no_weight", "=", False),
                ("comment", "not in", (False, "")),
                ("company_id", "=", self.env.company.id),
                ("assessor_id.wezer_profile_ids.state", "=", "active"),
                ("assessed_id.wezer_profile_ids.state", "=", "active"),
            ],
            limit=max(1, min(limit, WALL_MOST)),
        )

    @api.model
    def _split_scores(self, scores):
        """Return the scores, and the answer to the private question."""
        if not isinstance(scores, dict):
            return scores, None
        answer = self.env["wezer.assessment.repeat"]._parsed(scores.get("again"))
        besides = ("again", "shared")
        marks = {key: value for key, value in scores.items() if key not in besides}
        return marks, answer

    @api.model
    def _checked_lines(self, criteria, scores):
        """Return the values of one line for each of ``criteria``, or refuse."""
        if not isinstance(scores or {}, dict):
            scores = {0: None}
        scores = {record_id(key): value for key, value in (scores or {}).items()}
        foreign = scores.keys() - set(criteria.ids)
        if foreign:
            raise Refusal(
                self.env._("This criterion does not apply here."), rule="criterion"
            )
        lines = []
        for criterion in criteria:
            if criterion.id not in scores:
                raise Refusal(
                    self.env._("Give a score for “%(name)s” too.", name=criterion.name),
                    rule="complete",
                )
            text = str(scores[criterion.id])[:10].strip()
            score = SCORE_TEXTS.get(text)
            if score is None:
                raise Refusal(
                    self.env._("A score must be between −2 and +2."),
                    rule="score",
                    value=text,
                    limit="-2…2",
                )
            lines.append({"criterion_id": criterion.id, "score": score})
        return lines

    # === REVEALING === #

    def _reveal_if_both(self):
        """Reveal the assessments of one origin where both sides have given theirs."""
        if len(self.filtered(lambda record: record.state in SUBMITTED)) >= 2:
            self._reveal()

    def _reveal(self):
        blind = self._in_states("reveal")
        blind.write({"state": "revealed", "date": fields.Datetime.now()})
        blind._void_if_tied()
        # The score follows at once; everybody else's each night.
        self.env["wezer.reputation"].sudo()._update_now(blind.assessed_id)

    @api.model
    def _cron_reveal(self):
        """Reveal the assessments whose deadline has passed, each committed."""
        due = [
            ("state", "in", ASSESSMENT.sources("reveal")),
            ("deadline", "<", fields.Datetime.now()),
        ]
        for_each_due(self.sudo(), due, lambda assessment: assessment._reveal())

    # === PEOPLE WHO ACT FOR EACH OTHER COUNT AS ONE === #

    @api.model
    def _is_self_assessment(self, person, assessor, assessed, allies=None):
        """Return whether one side is, acts for, or earns with the other.

        :param allies: partners who earn together with the one assessed
        """
        side = assessed | (allies or assessed.browse())
        if person in side or assessor in side:
            return True
        return self._acts_for_any(person, side) or self._acts_for_any(
            assessed, person | assessor
        )

    @api.model
    def _acts_for_any(self, person, parties):
        """Return whether ``person`` may act for one of ``parties`` now."""
        users = person.sudo().user_ids.filtered("active")
        return any(
            user._acts_for(parties, right) for user in users for right in OWN_RIGHTS
        )

    @api.model
    def _tied_sql(self, where):
        """Return a SELECT of assessments between people of whom one acts for another.

        Columns ``id``, ``assessed_id`` and ``recorded``: the moment from which the
        tie was known.

        :param SQL where: a condition on ``a`` (assessments)
        """
        ties = SQL(" UNION ALL ").join(self.env["res.partner"]._wezer_tie_selects())
        return SQL(
            """WITH ties(person, party, since, until, recorded) AS MATERIALIZED (
                   %(ties)s
               ), both_ways AS (
                   SELECT person AS one, party AS other, since, until, recorded
                     FROM ties
                   UNION ALL SELECT party, person, since, until, recorded FROM ties
               ), sides AS (
                   SELECT a.id, a.assessed_id, a.person_id AS giver, a.date,
                          coalesce(a.deal_date, a.create_date, a.date) AS begun
                     FROM wezer_assessment a WHERE %(where)s
                   UNION SELECT a.id, a.assessed_id, a.assessor_id, a.date,
                          coalesce(a.deal_date, a.create_date, a.date)
                     FROM wezer_assessment a WHERE %(where)s
               )
               SELECT s.id, s.assessed_id, min(t.recorded) AS recorded
                 FROM sides s JOIN both_ways t
                   ON t.one = s.assessed_id AND t.other = s.giver
                WHERE t.since <= s.date + %(days)s * interval '1 day'
                  AND t.until >= least(s.begun, s.date) - %(days)s * interval '1 day'
                GROUP BY s.id, s.assessed_id""",
            ties=ties,
            where=where,
            days=TIE_DAYS,
        )

    @api.model
    def _void_tied(self, where=None):
        """Take the weight of assessments between parties tied around the deal.

        :param SQL where: a condition on ``a`` (assessments)
        :return: the partners whose scores change
        """
        self.env.flush_all()
        counted = SQL(
            "a.state <> 'dropped' AND NOT coalesce(a.no_weight, false) AND %s",
            where or SQL("TRUE"),
        )
        # In SQL: revealed assessments refuse ``write``, and there may be many.
        rows = self.env.execute_query(
            SQL(
                """UPDATE wezer_assessment w SET no_weight = TRUE, void_date = %s
                     FROM (%s) tied WHERE tied.id = w.id
                   RETURNING w.assessed_id""",
                fields.Datetime.now(),
                self._tied_sql(counted),
            )
        )
        if rows:
            self.invalidate_model(["no_weight", "void_date"], flush=False)
        return self.env["res.partner"].browse({row[0] for row in rows})

    def _void_if_tied(self):
        """Take the weight of these where one side acts for the other."""
        if self:
            self._void_tied(SQL("a.id = ANY(%s)", self.ids))

    # === IMMUTABLE ONCE REVEALED === #

    def write(self, vals):
        if vals.keys() - WRITABLE_AFTER_REVEAL and "revealed" in self.sudo().mapped(
            "state"
        ):
            raise NotAllowed(
                self.env._("An assessment that is revealed cannot be changed."),
                rule="immutable",
            )
        return super().write(vals)

    def _write_words(self, vals):
        """Hide or restore words, past this model's own guard (not past Odoo's)."""
        return super().write(vals)  # pylint: disable=super-method-mismatch

    def unlink(self):
        raise NotAllowed(self.env._("Assessments cannot be deleted."), rule="immutable")

    # === PERSONAL DATA === #

    @api.model
    def _personal_data(self, partners):
        """Return what ``partners`` said of others, and others of them once revealed.

        :return: ``{"assessments_given": rows, "assessments_received": rows}``
        """
        given = self.sudo().search(
            [
                "|",
                ("assessor_id", "in", partners.ids),
                ("person_id", "in", partners.ids),
            ],
            order="id",
        )
        received = self.sudo().search(
            [("assessed_id", "in", partners.ids), ("state", "=", "revealed")],
            order="id",
        )
        return {
            "assessments_given": [row._personal_row() for row in given],
            "assessments_received": [row._personal_row() for row in received],
        }

    def _personal_row(self):
        scores = {line.criterion_id.name: line.score for line in self.line_ids}
        return {
            "date": self.date.isoformat(),
            "from": self.assessor_id.name,
            "about": self.assessed_id.name,
            "side": self.side,
            "scores": [f"{name}: {score}" for name, score in scores.items()],
            "comment": self.comment or "",
            "answer": self.reply or "",
            "taken_away": self.hidden_reason or "",
            "state": self.state,
            "thank_you_wall": [
                side
                for side, agrees in (
                    ("from", self.shared_by_assessor),
                    ("about", self.shared_by_assessed),
                )
                if agrees
            ],
        }

    @api.model
    def _anonymise_words(self, partner):
        """Erase all words from, about and by order of ``partner``; scores stay.

        In SQL: revealed assessments refuse ``write``; no score changes.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE wezer_assessment SET comment = NULL, reply = NULL,"
                " hidden_words = NULL"
                " WHERE coalesce(comment, reply, hidden_words::text) IS NOT NULL"
                " AND (assessor_id = %(who)s OR person_id = %(who)s"
                " OR assessed_id = %(who)s)",
                who=partner.id,
            )
        )
        self.invalidate_model(["comment", "reply", "hidden_words"], flush=False)

    @api.model
    def _void_self_given(self, partner):
        """Take the weight of what ``partner`` said of itself in a group's name."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE wezer_assessment SET no_weight = TRUE"
            " WHERE person_id = assessed_id AND assessed_id = %s",
            [partner.id],
        )
        self.invalidate_model(["no_weight"], flush=False)
