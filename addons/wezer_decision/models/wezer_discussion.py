from bisect import bisect_right
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.models.wezer_written_mixin import Written
from odoo.addons.wezer_base.tools import locks, payload
from odoo.addons.wezer_base.tools.cron import for_each_due
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.rate_limit import why_not_more
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH, search_words

from ..tools import appeals, discussion_page
from .wezer_discussion_word import REMOVED_TEXT, TEXT_LENGTH

_lt = LazyTranslate(__name__)

BODY_LENGTH = 8000
# Discussions that a person begins in a day, and what they say in one in an hour.
DAILY, HOURLY = 10, 60
# With more open pages than that, the others ask by themselves.
NOTIFIED_AT_ONCE = 300
# Open discussions that the page of a circle shows.
SHOWN = 3
# States in which people talk about a decision that is not made yet.
UNDECIDED = ("announced", "open", "counting")

DISCUSSION = StateMachine(
    states=("open", "closed"),
    rules={
        "member": "counts in the circle, is its guest, or manages it; or speaks for"
        " their own appeal",
        "author": "began the discussion, or manages the circle",
        "editor": "began the discussion, facilitates a decision of it, or manages the"
        " circle",
    },
    transitions=(
        Transition("begin", (), ("open",), "member", "begin"),
        Transition("say", ("open",), ("open",), "member", "say"),
        Transition("summarise", ("open",), ("open",), "editor", "action_summarise"),
        Transition("summarise", ("closed",), ("closed",), "editor", "action_summarise"),
        Transition(
            "close",
            ("open",),
            ("closed",),
            "author",
            "action_close",
            "not while a decision of it is announced or open",
        ),
        Transition("reopen", ("closed",), ("open",), "author", "action_reopen"),
    ),
)


class WezerDiscussion(models.Model):
    """A matter that the members of a circle talk about before, and while, they decide.

    Read by those who count in the circle, by its guests, and by those who manage it;
    that of an appeal also by the person who appeals, until it is over. Administrators
    have no other access. Without followers, so that nothing becomes a
    mail.
    """

    _name = "wezer.discussion"
    _description = "Discussion"
    _inherit = ["wezer.state.mixin", "wezer.written.mixin", "wezer.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "title"
    _wezer_titles = ("title",)
    _state_machine = DISCUSSION
    _written = {"written_lang": Written(("title", "body"), ("author_id",))}

    group_id = fields.Many2one(
        "wezer.group", string="Circle", required=True, index=True, ondelete="cascade"
    )
    title = fields.Char(required=True, size=TITLE_LENGTH)
    body = fields.Text()
    author_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    date = fields.Datetime(required=True, default=lambda self: self.env.cr.now())
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")], required=True, default="open"
    )
    summary_ids = fields.One2many("wezer.discussion.summary", "discussion_id")
    word_ids = fields.One2many("wezer.discussion.word", "discussion_id")
    decision_ids = fields.One2many("wezer.decision", "discussion_id")
    is_user_heard = fields.Boolean(
        compute="_compute_is_user_heard",
        search="_search_is_user_heard",
        compute_sudo=True,
        help="An appeal of yours is under way here.",
    )
    # A scheduled action tells the members: circles can be large.
    to_tell = fields.Boolean(groups=fields.NO_ACCESS)
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _to_tell_idx = models.Index("(id) WHERE to_tell")

    @api.depends("decision_ids.state", "decision_ids.proposer_id")
    @api.depends_context("uid")
    def _compute_is_user_heard(self):
        domain = appeals.heard(self.env)
        for discussion in self:
            decisions = discussion.decision_ids
            discussion.is_user_heard = bool(decisions.filtered_domain(domain))

    def _search_is_user_heard(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("decision_ids", "any", appeals.heard(self.env))

    # === FINDING === #

    @api.model
    def _of_group(self, group, search="", limit=None, offset=0):
        """Return the discussions of ``group`` with these words, and their number.

        Open ones come first, the newest first.

        :param str search: words in the title, the text or what was said
        """
        domain = self._words_domain(group, search)
        found = self.search(
            domain, limit=limit, offset=offset, order="state desc, date desc, id desc"
        )
        return found, self.search_count(domain)

    @api.model
    def _words_domain(self, group, search):
        domain = Domain("group_id", "=", group.id)
        for word in search_words(search):
            said = self.env["wezer.discussion.word"]._search(
                Domain("discussion_id.group_id", "=", group.id)
                & Domain("text", "ilike", word)
            )
            domain &= (
                Domain("title", "ilike", word)
                | Domain("body", "ilike", word)
                | Domain("word_ids", "in", said)
            )
        return domain

    @api.model
    def _latest_open(self, group):
        """Return the newest open discussions of ``group`` that its page shows."""
        return self.search(
            [("group_id", "=", group.id), ("state", "=", "open")], limit=SHOWN
        )

    def _url(self) -> str:
        """Return the address of the page of this discussion."""
        self.ensure_one()
        return f"/discussions/{self.id}"

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user, or None."""
        self.ensure_one()
        group = self.env["wezer.group"].browse(self.sudo().group_id.id)
        return (
            self._why_not_speak(action, group)
            or self._why_not_who(action)
            or self._state_refusal(action)
            or self._why_not_data(action)
        )

    @api.model
    def _why_not_begin(self, group):
        """Return why the user begins no discussion in ``group``, or None."""
        error = self._why_not_take_part(group)
        if not error and group.sudo().kind != "circle":
            error = Refusal(
                self.env._("Circles have discussions, roles do not."), rule="circle"
            )
        return error or why_not_more(
            self.sudo(),
            [("author_id", "=", self.env.user.partner_id.id)],
            timedelta(days=1),
            DAILY,
            self.env._(
                "You can begin up to %(count)s discussions a day. Try again tomorrow.",
                count=DAILY,
            ),
            "daily",
        )

    @api.model
    def _why_not_take_part(self, group):
        """Return why the user does not take part in what ``group`` talks about."""
        error = group._why_not_take_part()
        if error or group.is_user_member or self._manages(group):
            return error
        return NotAllowed(
            self.env._("Only members and guests of the circle can write here."),
            rule="member",
        )

    def _why_not_speak(self, action, group):
        """Return why the user does not take part here; a person who appeals speaks."""
        if action != "say" or not self.is_user_heard:
            return self._why_not_take_part(group)
        try:
            self.env.user._wezer_check_standing()
        except AccessError as error:
            return error
        if not group.sudo().active:
            return Refusal(self.env._("This group is closed."), rule="state")
        return None

    @api.model
    def _manages(self, group):
        partner = group.sudo().partner_id
        return not self.env.user._why_not_acting(partner, "manage")

    def _why_not_who(self, action):
        who, person = self._state_machine.who(action), self.env.user.partner_id
        record = self.sudo()
        allowed = record.author_id
        if who == "editor":
            allowed |= record.decision_ids.facilitator_id
        if who == "member" or person in allowed or self._manages(record.group_id):
            return None
        return NotAllowed(
            self.env._(
                "Only the person who began the discussion, and people who manage the"
                " circle, can do this."
            ),
            rule="author",
        )

    def _why_not_data(self, action):
        """Return the refusal of ``action`` for what has been said, or None."""
        if action == "say":
            return why_not_more(
                # Those that others do not read count, too.
                self.env["wezer.discussion.word"].sudo(),
                [
                    ("discussion_id", "=", self.id),
                    ("person_id", "=", self.env.user.partner_id.id),
                ],
                timedelta(hours=1),
                HOURLY,
                self.env._(
                    "You have written %(count)s messages here in an hour. Try again"
                    " later.",
                    count=HOURLY,
                ),
                "hourly",
            )
        undecided = self.sudo().decision_ids.filtered(
            lambda decision: decision.state in UNDECIDED
        )
        if action == "close" and undecided:
            return Refusal(
                self.env._(
                    "“%(title)s” is being decided. You can close the discussion"
                    " afterwards.",
                    title=undecided[:1].title,
                ),
                rule="decision",
                value=undecided[:1].state,
            )
        return None

    def _state_message(self, action):
        if action == "say":
            return self.env._("This discussion is closed.")
        return super()._state_message(action)

    # === ACTIONS === #

    @api.model
    def begin(self, group_id: int, title: str, body: str = "") -> int:
        """Begin a discussion in a circle.

        :param int group_id: a circle in which the caller takes part
        :return: the id of the discussion
        :raise NotAllowed: rules ``login``, ``standing``, ``member``
        :raise Refusal: rules ``circle``, ``daily``, ``title``
        """
        self.env.user._wezer_check_standing()
        group = self.env["wezer.group"].search([("id", "=", record_id(group_id))])
        if not group:
            raise Refusal(self.env._("This circle does not exist."), rule="circle")
        # Counting comes before writing.
        locks.hold(self.env, "discussions", self.env.user.partner_id.id)
        if error := self._why_not_begin(group):
            raise error
        title = payload.line(self.env, title, TITLE_LENGTH, "title")
        if not title:
            raise Refusal(
                self.env._("Write a title first."), rule="title", field="title"
            )
        # Members write nothing by themselves.
        discussion = self.sudo().create(
            {
                "group_id": group.id,
                "title": title,
                "body": payload.text(self.env, body, BODY_LENGTH, "body"),
                "author_id": self.env.user.partner_id.id,
                "to_tell": True,
            }
        )
        discussion._wake_telling()
        return discussion.id

    def say(
        self,
        text: str,
        kind: str = "say",
        reply_to_id: int | None = None,
        decision_id: int | None = None,
        to_facilitator: bool = False,
    ) -> int:
        """Say something in the discussion.

        The same text within seconds is one message: a second tap.

        :param str kind: ``say`` or ``question``
        :param int reply_to_id: the message that it answers
        :param int decision_id: the decision of this discussion that it is about
        :param bool to_facilitator: only the facilitator of that decision reads it
        :return: the id of the message
        :raise Refusal: rules ``text``, ``choice``, ``reply``, ``decision``,
            ``facilitator``, ``state``, ``hourly``
        """
        self.ensure_one()
        self.check_access("read")
        locks.hold(self.env, "discussion", self.id, self.env.user.partner_id.id)
        self._check_may("say")
        words = self.env["wezer.discussion.word"]
        return words._say(self, text, kind, reply_to_id, decision_id, to_facilitator).id

    def action_summarise(self, text: str) -> bool:
        """Write what was said so far; earlier summaries are kept.

        :raise Refusal: rule ``text`` where it is empty
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may("summarise")
        text = payload.text(self.env, text, BODY_LENGTH, "summary").strip()
        if not text:
            raise Refusal(
                self.env._("Write the summary first."), rule="text", field="summary"
            )
        # Of two at once, each gets a number of its own.
        locks.hold(self.env, "discussion_summary", self.id)
        # The person may, checked above.
        summaries = self.env["wezer.discussion.summary"].sudo()
        last = summaries.search([("discussion_id", "=", self.id)], limit=1)
        if last.text != text:
            summaries.create(
                {
                    "discussion_id": self.id,
                    "number": last.number + 1,
                    "text": text,
                    "author_id": self.env.user.partner_id.id,
                }
            )
        return True

    def action_close(self) -> bool:
        """Let nobody say more here; everything can still be read."""
        return self._set_state("close", "closed")

    def action_reopen(self) -> bool:
        """Let people say more here again."""
        return self._set_state("reopen", "open")

    def _set_state(self, action, state):
        self.ensure_one()
        self.check_access("read")
        self._check_may(action)
        # The person may, checked above.
        self.sudo().state = state
        self.sudo()._refresh_pages()
        return True

    # === TELLING (by the suite's own methods) === #

    def _wake_telling(self):
        self.env.ref("wezer_decision.ir_cron_tell_discussions").sudo()._trigger()

    def _refresh_pages(self, people=None):
        """Let open pages ask what is new (sudo).

        :param people: only of these; of those with a place in the circle where None
        """
        if people is None:
            places = self.env["wezer.group.membership"].search(
                [("group_id", "=", self.group_id.id), ("state", "=", "active")],
                limit=NOTIFIED_AT_ONCE,
            )
            people = places.partner_id
        for person in people:
            person._bus_send("wezer.live", {"discussion": self.id})

    @api.model
    def _cron_tell(self):
        """Tell the members what is new in discussions; each person once."""
        for_each_due(self.sudo(), [("to_tell", "=", True)], lambda one: one._tell())

    def _tell(self):
        """Leave a notice with each member, or say in the unread one how much is new.

        It has no text of what was said (sudo). Who was sent an unread one is not told
        again before they open the page.
        """
        self.ensure_one()
        self.to_tell = False
        if not self.group_id.active:
            return
        people, unread = self._people_to_tell()
        seen = self.env["wezer.discussion.reader"]._seen_of(self)
        words, own = self._words_told()
        by_count = {}
        for person in people - unread.filtered("date_mailed").partner_id:
            last = seen.get(person.id) or 0
            count = len(words) - bisect_right(words, last)
            mine = own.get(person.id, [])
            count -= len(mine) - bisect_right(mine, last)
            is_new = person.id not in seen and person != self.author_id
            if count or (is_new and person not in unread.partner_id):
                by_count.setdefault((is_new, count), []).append(person.id)
        for (is_new, count), ids in by_count.items():
            self._leave_notice(self.env["res.partner"].browse(ids), is_new, count)

    def _people_to_tell(self):
        """Return who is told, and their unread notices (sudo)."""
        places = self.group_id.membership_ids.filtered(
            lambda place: place.is_live and not place.muted
        )
        # People of circles inside, and who manages this one, where they spoke.
        spoke = self.word_ids.person_id - self.group_id.membership_ids.partner_id
        spoke = spoke.filtered(
            lambda person: (
                person.user_ids
                and self.with_user(person.user_ids[:1]).has_access("read")
            )
        )
        # A person who appeals may answer.
        heard = self.decision_ids.filtered_domain(appeals.running()).proposer_id
        people = places.partner_id | spoke | heard
        unread = self.env["wezer.notice"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("subject", "=", "words"),
                ("is_read", "=", False),
                ("settled", "=", False),
            ]
        )
        return people, unread

    def _words_told(self):
        """Return the ids of what all were told, in order, and those of each person."""
        rows = self.env["wezer.discussion.word"].search_fetch(
            [
                ("discussion_id", "=", self.id),
                ("kind", "!=", "reaction"),
                ("to_facilitator", "=", False),
                ("removed_by_id", "=", False),
            ],
            ["person_id"],
            order="id",
        )
        own = {}
        for row in rows:
            own.setdefault(row.person_id.id, []).append(row.id)
        return rows.ids, own

    def _leave_notice(self, people, is_new, count):
        if is_new and not count:
            sentence = _lt(
                "New discussion in %(group)s: “%(title)s”.",
                group=self.group_id.name,
                title=self.title,
            )
        elif count == 1:
            sentence = _lt("1 new message in “%(title)s”.", title=self.title)
        else:
            sentence = _lt(
                "%(count)s new messages in “%(title)s”.", count=count, title=self.title
            )
        self.env["wezer.notice"]._leave(
            people, "discussion", sentence, self._url(), self, "words", later=False
        )

    def _notice_party(self, _reader):
        """Return the party whose face a notice shows: the circle."""
        return self.sudo().group_id.partner_id

    def _seen_by_user(self):
        """Note that the user looks at the discussion; their notices are read."""
        self.ensure_one()
        self.env["wezer.discussion.reader"]._note_seen(self)
        self.env["wezer.notice"]._read_matter(self)

    def _talk_values(self, decision) -> dict:
        """Return the latest of what is said, for the page of a decision."""
        self.ensure_one()
        return discussion_page.talk_values(self, beside=decision)

    # === MEMBERS WHO LEAVE === #

    @api.model
    def _of_person(self, people):
        """Return the discussions (sudo) that ``people`` began, oldest first."""
        return self.sudo().search([("author_id", "in", people.ids)], order="id")

    def _erase(self):
        """Erase the texts (sudo); the title, under which others answered, stays."""
        self.filtered("body").write({"body": REMOVED_TEXT})

    @api.model
    def _limits(self) -> dict[str, int]:
        """Return the most characters of each text, for the forms."""
        return {"title": TITLE_LENGTH, "body": BODY_LENGTH, "text": TEXT_LENGTH}
