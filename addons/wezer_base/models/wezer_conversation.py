from datetime import timedelta
from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from ..exceptions import NotAllowed, Refusal
from ..tools import locks, payload
from ..tools.cron import for_each_due
from ..tools.message_text import has_link, text_key
from ..tools.numbers import record_id
from ..tools.rate_limit import why_not_more
from ..tools.state_machine import StateMachine, Transition
from ..tools.text import search_words

_lt = LazyTranslate(__name__)

TEXT_MAX = 2000
# First messages of one person to strangers in a day: of newcomers, and of others.
DAILY_NEWCOMER, DAILY_KNOWN = 5, 20
# Messages that wait for a first answer in one conversation.
WAITING_MAX = 3
# The same text, sent to more conversations than these within some days, is held.
ALIKE_MAX, ALIKE_DAYS = 3, 7
# Days without a first answer after which a conversation ends.
UNANSWERED_DAYS = 30
# Days after both have left until a conversation is deleted.
KEPT_DAYS = 90
# A page shows so many messages, the newest, and so many conversations.
MESSAGES_SHOWN, SHOWN = 100, 40
# Letters of its last message that the list shows of a conversation.
PREVIEW = 120
BLOCKED_SHOWN = 100
# Messages of one person in one conversation in an hour.
HOURLY = 60
# Open pages of more people ask by themselves.
REFRESHED_AT_ONCE = 50

CONVERSATION = StateMachine(
    states=("new", "asked", "open", "ended"),
    rules={
        "writer": "a person who writes for one of the two parties, within what the"
        " other party allows",
        "party": "a person who writes for one of the two parties",
        "suite": "the nightly job",
    },
    transitions=(
        Transition(
            "write",
            ("new", "ended"),
            ("asked",),
            "writer",
            "action_write",
            "a first message",
        ),
        Transition("write", ("asked",), ("asked", "open"), "writer", "action_write"),
        Transition("write", ("open",), ("open",), "writer", "action_write"),
        Transition(
            "block",
            ("new",),
            ("new",),
            "party",
            "action_block",
            "known to the party that blocks only",
        ),
        *(
            Transition(action, (state,), (state,), "party", method)
            for action, method in (
                ("block", "action_block"),
                ("report", "wezer.conversation.message.action_report"),
            )
            for state in ("asked", "open", "ended")
        ),
        Transition("leave", ("asked", "open"), ("ended",), "party", "action_leave"),
        Transition(
            "expire",
            ("asked",),
            ("ended",),
            "suite",
            "_cron_end",
            f"no answer for {UNANSWERED_DAYS} days",
        ),
    ),
)


class WezerConversation(models.Model):
    """Messages between two parties: persons, or groups for which people write.

    There is one for each pair of parties, and for each matter that it is about. Read
    by those who write for one of the two, and by nobody else; administrators and
    moderators have no other access. Without followers, so that nothing becomes a
    letter and no address is revealed.
    """

    _name = "wezer.conversation"
    _description = "Conversation"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _state_machine = CONVERSATION
    _order = "id desc"
    _rec_name = "id"
    _answer_length = TEXT_MAX

    starter_id = fields.Many2one(
        "res.partner",
        string="Started by",
        required=True,
        index=True,
        ondelete="cascade",
        help="The party that wrote the first message.",
    )
    other_id = fields.Many2one(
        "res.partner",
        string="Written to",
        required=True,
        index=True,
        ondelete="cascade",
        help="The party to which the first message was written.",
    )
    state = fields.Selection(
        [
            ("new", "New"),
            ("asked", "Waiting for a first answer"),
            ("open", "Open"),
            ("ended", "Ended"),
        ],
        required=True,
        default="new",
        index=True,
    )
    date_asked = fields.Datetime(
        string="Date of the first message",
        help="A conversation without an answer ends some time after this.",
    )
    subject = fields.Char(help="The title of the record that it is about.")
    res_model = fields.Char(string="Model of the record")
    res_id = fields.Many2oneReference(string="Record", model_field="res_model")
    message_ids = fields.One2many(
        "wezer.conversation.message", "conversation_id", string="Messages"
    )
    # Read by the rules: kept in memory for one user, it would be another's answer, too.
    party_ids = fields.One2many(
        "wezer.conversation.party",
        "conversation_id",
        string="Parties",
        groups=fields.NO_ACCESS,
    )
    report_ids = fields.One2many(
        "wezer.conversation.report",
        "conversation_id",
        string="Reports",
        groups=fields.NO_ACCESS,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _pair_uniq = models.UniqueIndex(
        "(LEAST(starter_id, other_id), GREATEST(starter_id, other_id),"
        " COALESCE(res_model, ''), COALESCE(res_id, 0))",
        "There already is a conversation between these two.",
    )
    _two_parties = models.Constraint(
        "CHECK (starter_id <> other_id)", "A conversation has two parties."
    )

    # === FINDING === #

    @api.model
    def _pair_domain(self, parties):
        """Return the domain of the conversations between two parties."""
        return Domain("starter_id", "in", parties.ids) & Domain(
            "other_id", "in", parties.ids
        )

    @api.model
    def _with(self, parties: Any, about: Any = None) -> Any:
        """Return the conversation of two parties (sudo), made where there is none.

        :param parties: two partners, the one who writes first
        :param about: a record that it is about; without one, it is about nothing in
            particular
        """
        # Of two that are made at once, the second finds the first.
        low, high = sorted(parties.ids)
        locks.hold(self.env, "conversation", f"{low}-{high}")
        conversations = self.sudo()
        model, number = (about._name, about.id) if about else (False, False)
        found = conversations.search(
            self._pair_domain(parties)
            & Domain("res_model", "=", model)
            & Domain("res_id", "=", number)
        )
        if found:
            return found
        blocked = self._blocked_parties(parties)
        return conversations.create(
            {
                "starter_id": parties[0].id,
                "other_id": parties[1].id,
                "res_model": model,
                "res_id": number,
                "subject": about.sudo().display_name if about else False,
                "party_ids": [
                    fields.Command.create(
                        {"partner_id": party.id, "blocked": party in blocked}
                    )
                    for party in parties
                ],
            }
        )

    @api.model
    def _between(self, own, other):
        """Return the conversation of two parties that is about no record, if any."""
        return self.search(
            self._pair_domain(own | other) & Domain("res_model", "=", False)
        )

    @api.model
    def _blocked_parties(self, parties):
        """Return those of two parties (sudo) that have blocked the other."""
        rows = self.env["wezer.conversation.party"].sudo()
        return rows.search(
            [
                ("conversation_id", "any", self._pair_domain(parties)),
                ("blocked", "=", True),
            ]
        ).partner_id

    def _my_parties(self):
        """Return those of the two parties (sudo) for which the user writes."""
        self.ensure_one()
        record = self.sudo()
        return self.env.user._corresponds_for(record.starter_id | record.other_id)

    def _my_party(self):
        """Return the party (sudo) for which the user writes here, or none.

        Who writes for both writes for their own, else for the one that was asked.
        """
        mine = self._my_parties()
        return (
            mine & self.env.user.partner_id.sudo()
            or mine & self.sudo().other_id
            or mine[:1]
        )

    def _other(self, own):
        """Return the other party (sudo) than ``own``."""
        record = self.sudo()
        return (record.starter_id | record.other_id) - own.sudo()

    def _party_row(self, partner):
        """Return what ``partner`` decided about this conversation (sudo)."""
        return self.sudo().party_ids.filtered(lambda row: row.partner_id == partner)

    # === PERMISSIONS === #

    def _why_not(self, action: str, own: Any = None) -> Exception | None:
        """Return the error that ``action`` would raise for the user now, or None.

        :param own: the party for which the user acts; by default :meth:`_my_party`
        """
        self.ensure_one()
        if self._state_machine.who(action) == "suite":
            return NotAllowed(
                self.env._("This happens by itself, after some time."), rule="suite"
            )
        own = self._my_party() if own is None else own
        if not own:
            return NotAllowed(
                self.env._("Only the two parties take part in a conversation."),
                rule="party",
            )
        try:
            # People who may not write can still block, report and leave.
            self.env.user._wezer_check_standing(
                self._standing_to_write(own)
                if action == "write"
                else ("active", "suspended", "pending", "declined")
            )
        except NotAllowed as error:
            return error
        return self._state_refusal(action) or (
            self._why_not_write(own) if action == "write" else None
        )

    def _standing_to_write(self, own):
        """Return the states of a membership in which a person may write here."""
        if self.sudo().state == "open":
            return ("active", "pending")
        return self._standing_to_begin(self._other(own))

    @api.model
    def _standing_to_begin(self, other):
        """Return the states of membership in which people may write to ``other``."""
        everyone = other._wezer_profile().messages_from == "everyone"
        return ("active", "pending") if everyone else ("active",)

    def _state_message(self, action):
        if action == "leave":
            return self.env._("This conversation has already ended.")
        return super()._state_message(action)

    def _why_not_write(self, own):
        """Return the refusal of one more message for ``own``, or None."""
        other, record = self._other(own), self.sudo()
        if self._party_row(own).blocked:
            return Refusal(
                self.env._(
                    "You have blocked %(name)s. Unblock them before you write.",
                    name=other.display_name,
                ),
                rule="blocked",
            )
        if not self._is_reachable(other):
            return Refusal(
                self.env._("%(name)s cannot be reached here.", name=other.display_name),
                rule="unreachable",
            )
        if record.state == "open" or (
            record.state == "asked" and own == record.other_id
        ):
            return self._why_not_so_many()
        return self._why_not_allowed(own, other) or self._why_not_more(own, other)

    def _why_not_so_many(self):
        """Return the refusal of more messages of the user in this hour, or None."""
        return why_not_more(
            # Also those that were withheld from the other party.
            self.env["wezer.conversation.message"].sudo(),
            [
                ("conversation_id", "=", self.id),
                ("person_id", "=", self.env.user.partner_id.id),
            ],
            timedelta(hours=1),
            HOURLY,
            self.env._(
                "You have written %(count)s messages here in an hour. Try again later.",
                count=HOURLY,
            ),
            "hourly",
        )

    def _is_reachable(self, other):
        """Return whether messages to ``other`` have a reader."""
        if not other._wezer_is_party() and other != self.env.company.partner_id.sudo():
            return False
        people = other._wezer_correspondents()
        return bool(self.env["wezer.notice"]._readers(people))

    @api.model
    def _why_not_allowed(self, own, other):
        """Return the refusal where ``other`` takes no first message from ``own``."""
        level = other._wezer_profile().messages_from or "members"
        if level == "nobody":
            text = self.env._(
                "%(name)s does not take messages.", name=other.display_name
            )
        elif level == "dealt" and not self._has_dealt(own, other):
            text = self.env._(
                "%(name)s takes messages only from people with whom they had a deal.",
                name=other.display_name,
            )
        else:
            return None
        return Refusal(text, rule="recipient", value=level)

    @api.model
    def _has_dealt(self, own, other):
        """Return whether ``other`` had a deal with ``own`` or with the user."""
        return other._wezer_dealt_with(own | self.env.user.partner_id.sudo())

    def _why_not_more(self, own, other):
        """Return why one more message before an answer is too many, or None."""
        messages = self.env["wezer.conversation.message"].sudo()
        person = self.env.user.partner_id
        if self.sudo().state == "asked":
            waiting = messages.search_count(
                [
                    ("conversation_id", "=", self.id),
                    ("date", ">=", self.sudo().date_asked),
                ],
                limit=WAITING_MAX,
            )
            if waiting < WAITING_MAX:
                return None
            return Refusal(
                self.env._(
                    "You have written %(count)s messages. Wait for an answer before"
                    " you write again.",
                    count=WAITING_MAX,
                ),
                rule="waiting",
                value=str(waiting),
                limit=str(WAITING_MAX),
            )
        if self.sudo().state == "ended" and (error := self._why_not_so_many()):
            return error
        if self._has_dealt(own, other):
            return None
        most = DAILY_NEWCOMER if person._wezer_is_newcomer() else DAILY_KNOWN
        return why_not_more(
            messages,
            [("person_id", "=", person.id), ("to_stranger", "=", True)],
            timedelta(days=1),
            most,
            self.env._(
                "You can write to up to %(count)s people a day with whom you had no"
                " deal. Try again tomorrow.",
                count=most,
            ),
            "daily",
        )

    # === ACTIONS === #

    @api.model
    def action_start(
        self, profile_id: int, text: str, acting_partner_id: int | None = None
    ) -> int:
        """Write to a member or a group.

        :param int profile_id: the profile of the party written to
        :param int acting_partner_id: the party for which the user writes
        :return: the id of the conversation
        :raise NotAllowed: rules ``login``, ``standing``, ``acts_for``
        :raise Refusal: rules ``profile``, ``self``, ``empty``, ``link``,
            ``recipient``, ``unreachable``, ``blocked``, ``waiting``, ``daily``,
            ``hourly``
        """
        if self.env.user._is_public():
            self.env.user._wezer_check_standing()
        # As the user sees members and groups: who hides from them cannot be asked for.
        number = record_id(profile_id) or 0
        profile = self.env["wezer.profile"].search([("id", "=", number)])
        if not profile:
            raise Refusal(
                self.env._("This member or group does not exist."),
                rule="profile",
                field="profile_id",
            )
        other = profile.sudo().partner_id
        return self._begin(other, text, acting_partner_id).id

    @api.model
    def _begin(self, other, text, acting_partner_id=None, about=None):
        """Write to ``other`` (sudo) for the user, or for the party they act for.

        :param about: the record that the conversation is about, if any
        :return: the conversation
        """
        own = self._writing_party(acting_partner_id)
        if own == other:
            raise Refusal(
                self.env._("You cannot write to yourself."),
                rule="self",
                field="profile_id",
            )
        # Counting comes before writing, for all conversations of this person.
        locks.hold(self.env, "first_messages", self.env.user.partner_id.id)
        conversation = self._with(own | other, about).with_env(self.env(su=False))
        conversation._write_for(own, text)
        return conversation

    @api.model
    def _writing_party(self, acting_partner_id=None):
        """Return the party (sudo) for which the user writes, checked."""
        user = self.env.user
        if user._is_public():
            user._wezer_check_standing()
        number = record_id(acting_partner_id) or user.partner_id.id
        party = self.env["res.partner"].sudo().browse(number)
        if not user._corresponds_for(party):
            raise user._acting_refusal("market")
        return party

    def action_write(self, text: str, acting_partner_id: int | None = None) -> int:
        """Write one more message.

        :return: the id of the message
        :raise Refusal: as :meth:`action_start` does
        """
        self.ensure_one()
        self.check_access("read")
        own = self._writing_party(acting_partner_id or self._my_party().id)
        if own not in self._my_parties():
            raise NotAllowed(
                self.env._("Only the two parties take part in a conversation."),
                rule="party",
            )
        if self.sudo().state != "open":
            locks.hold(self.env, "first_messages", self.env.user.partner_id.id)
        return self._write_for(own, text).id

    def action_block(self, blocked: bool = True) -> bool:
        """Take no more messages from the other party, or take them again.

        The other party is not told: what they write is shown to nobody else.
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may("block")
        own = self._my_party()
        self._set_blocked(own, self._other(own), blocked)
        self._settle_for(own)
        return True

    @api.model
    def _set_blocked(self, own, other, blocked):
        """Let ``own`` (sudo) take no messages and questions from ``other``, or again.

        Where the two have no conversation yet, there is one that only ``own`` knows.
        """
        conversations = self.sudo()
        if blocked and not conversations.search_count(
            self._pair_domain(own | other), limit=1
        ):
            self._with(own | other)
        rows = (
            self.env["wezer.conversation.party"]
            .sudo()
            .search(
                Domain("conversation_id", "any", self._pair_domain(own | other))
                & Domain("partner_id", "=", own.id)
            )
        )
        rows.blocked = bool(blocked)

    @api.model
    def _blocked_rows(self) -> list[dict]:
        """Return the parties that the user's parties have blocked, for the inbox.

        :return: dicts ``conversation``, ``name`` and ``party`` (the name of the group
            that blocked them, or empty), each pair once
        """
        rows = self.env["wezer.conversation.party"].search(
            [("blocked", "=", True)], order="id desc", limit=BLOCKED_SHOWN
        )
        pairs = {}
        for row in rows:
            own = row.sudo().partner_id
            other = row.conversation_id._other(own)
            mine = own == self.env.user.partner_id
            pairs[own, other] = {
                "conversation": row.conversation_id,
                "name": other.display_name,
                "party": "" if mine else own.display_name,
            }
        return list(pairs.values())

    def action_leave(self) -> bool:
        """End the conversation and take it from one's own list."""
        self.ensure_one()
        self.check_access("read")
        self._check_may("leave")
        own = self._my_party()
        self.sudo().state = "ended"
        self._party_row(own).left_date = fields.Datetime.now()
        self._settle_for(own)
        return True

    # === WRITING (by the suite's own methods) === #

    def _write_for(self, own, text):
        """Write ``text`` for the party ``own``; return the message (sudo)."""
        text = payload.text(self.env, text, TEXT_MAX, "text").strip()
        if not text:
            raise Refusal(
                self.env._("Write at least one word."), rule="empty", field="text"
            )
        error = self._why_not("write", own)
        if error:
            raise error
        # Members write nothing by themselves.
        record, person = self.sudo(), self.env.user.partner_id.sudo()
        other, now = record._other(own), fields.Datetime.now()
        opening = record.state != "open" and not (
            record.state == "asked" and own == record.other_id
        )
        if opening and person._wezer_is_newcomer() and has_link(text):
            raise Refusal(
                self.env._(
                    "A first message cannot contain links or e-mail addresses until"
                    " you have been a member for some time."
                ),
                rule="link",
                field="text",
            )
        withheld = record._withheld(own, other, text, opening)
        message = record.message_ids.create(
            {
                "conversation_id": record.id,
                "author_id": own.id,
                "person_id": person.id,
                "text": text,
                "date": now,
                "withheld": withheld,
                "text_key": text_key(text) if opening else False,
                "to_stranger": record.state in ("new", "ended")
                and not record._has_dealt(own, other),
            }
        )
        record._follow_message(own, other, now)
        record._party_row(own).write({"date_last": now, "left_date": False})
        self.env.user._wezer_log_acting(own, "market", "write_message", record)
        record._settle_for(own)
        record._refresh_pages(own)
        if withheld == "alike":
            self.env["wezer.conversation.report"]._hold(message)
        elif withheld == "no":
            message._deliver()
        return message

    def _follow_message(self, own, other, now):
        """Set the state after a message of ``own`` (sudo)."""
        if self.state in ("new", "ended"):
            self.write(
                {
                    "state": "asked",
                    "date_asked": now,
                    "starter_id": own.id,
                    "other_id": other.id,
                }
            )
        elif self.state == "asked" and own == self.other_id:
            self.state = "open"

    def _withheld(self, own, other, text, opening):
        """Return why the other party does not get a message (sudo), or ``no``."""
        person = self.env.user.partner_id.sudo()
        if self._is_blocked(own | person, other):
            return "blocked"
        if not opening:
            return "no"
        alike = self.message_ids._read_group(
            [
                ("person_id", "=", person.id),
                ("text_key", "=", text_key(text)),
                ("conversation_id", "!=", self.id),
                ("date", ">", fields.Datetime.now() - timedelta(days=ALIKE_DAYS)),
            ],
            ["conversation_id"],
        )
        return "alike" if len(alike) >= ALIKE_MAX else "no"

    @api.model
    def _is_blocked(self, parties, other):
        """Return whether ``other`` has blocked one of ``parties`` (sudo).

        They are a party and the person who writes for it.
        """
        return any(
            other in self._blocked_parties(party | other) for party in parties - other
        )

    def _notify_of(self, message):
        """Leave one notice with each reader who has none about this conversation.

        The notice has no text of the message (sudo).
        """
        other = self._other(message.author_id)
        people = other._wezer_correspondents() - message.person_id
        notices = self.env["wezer.notice"].sudo()
        told = notices.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("kind", "=", "conversation"),
                ("is_read", "=", False),
                ("settled", "=", False),
            ]
        ).partner_id
        name = message.author_id.name
        sentence = _lt("%(name)s wrote to you.", name=name)
        if other not in people:
            to = other.name
            sentence = _lt("%(name)s wrote to %(party)s.", name=name, party=to)
        notices._leave(
            people - told,
            "conversation",
            sentence,
            self._url(),
            self,
            "message",
        )

    def _settle_for(self, party):
        """Withdraw the notices of those who write for ``party``: one has acted."""
        people = party._wezer_correspondents() | self.env.user.partner_id
        notices = self.env["wezer.notice"].sudo()
        notices._settle(self.sudo(), kinds=["conversation"], people=people)

    def _refresh_pages(self, party):
        """Let open pages of those who write for ``party`` ask what is new."""
        for person in party._wezer_correspondents()[:REFRESHED_AT_ONCE]:
            person._bus_send("wezer.live", {"conversation": self.id})

    # === ANSWERS BY E-MAIL: SEE wezer.answer === #

    def _may_answer(self):
        """Return whether the user can write here by answering a letter."""
        return self._why_not("write") is None

    def _answer_note(self):
        """Return who reads what the user writes."""
        return self.env._("The other side reads what you write.")

    def _answer(self, text, files):
        """Write what the user answered; return sentences about what was left out."""
        if text or not files:
            self.action_write(text)
        if not files:
            return []
        sentence = self.env._("Messages have no files. Files can be added to deals.")
        if not text:
            raise Refusal(sentence, rule="files")
        return [sentence]

    # === WHAT PAGES SHOW === #

    def _url(self) -> str:
        """Return the address of the page of this conversation."""
        self.ensure_one()
        return f"/my/messages/{self.id}"

    def _about_url(self) -> str:
        """Return the address of the record that it is about; addons answer."""
        return ""

    def _notice_party(self, reader):
        """Return the other party than the reader's, whose face a notice shows."""
        self.ensure_one()
        record = self.sudo()
        own = reader & record.other_id or reader & record.starter_id
        return record._other(own) if own else record.starter_id

    @api.model
    def _inbox_rows(self, words: str, limit: int) -> list[dict]:
        """Return the newest conversations of the user; addons add what is alike.

        :param words: only those with these words in a message or a name
        :return: dicts ``url``, ``name``, ``profile`` (sudo, or empty), ``about`` (a
            title, or empty), ``party`` (the name of the group they are written to, or
            empty), ``text``, ``lang``, ``own`` (whether the user's side wrote it),
            ``date`` and ``unread``
        """
        domain = Domain("left_date", "=", False) & Domain("date_last", "!=", False)
        if words:
            domain &= Domain("conversation_id", "in", self._ids_with(words))
        rows = self.env["wezer.conversation.party"].search(
            domain, limit=limit, order="date_last desc, id desc"
        )
        messages = self.env["wezer.conversation.message"]
        last = dict(
            messages._read_group(
                [("conversation_id", "in", rows.conversation_id.ids)],
                ["conversation_id"],
                ["id:max"],
            )
        )
        newest = {one.id: one for one in messages.browse(last.values())}
        unread = self._unread_ids(self._name)
        found = []
        for row in rows:
            conversation = row.conversation_id
            other = conversation._other(row.sudo().partner_id)
            message = newest.get(last.get(conversation), messages)
            own = row.sudo().partner_id
            found.append(
                {
                    "url": conversation._url(),
                    "name": other.display_name,
                    "profile": other._wezer_profile(),
                    "about": conversation.subject or "",
                    "party": ""
                    if own == self.env.user.partner_id
                    else own.display_name,
                    "text": message._shown_text() if message else "",
                    "own": bool(message) and message.sudo().author_id == own,
                    "lang": message._written_in("text") if message else None,
                    "date": row.date_last,
                    "unread": conversation.id in unread,
                }
            )
        return found

    @api.model
    def _inbox_models(self) -> list[str]:
        """Return the models whose unread notices count as messages; extended."""
        return [self._name]

    @api.model
    def _inbox(self, words: str = "", page: int = 1) -> tuple[list[dict], bool]:
        """Return the rows of one page of the inbox, and whether more follow."""
        last = page * SHOWN
        rows = self._inbox_rows(words, last + 1)
        rows.sort(key=lambda row: row["date"], reverse=True)
        shown = rows[last - SHOWN : last]
        for row in shown:
            row["text"] = payload.shortened(row["text"], PREVIEW)
        return shown, len(rows) > last

    @api.model
    def _unread_ids(self, model: str) -> set[int]:
        """Return the ids of records of ``model`` with unread notices of the user.

        Nothing is asked where the bell knows of none.
        """
        notices = self.env["wezer.notice"]
        if model not in notices._waiting_by_model():
            return set()
        domain = Domain("partner_id", "=", self.env.user.partner_id.id)
        unread = notices.search(
            domain & notices._unread_domain() & Domain("res_model", "=", model)
        )
        return set(unread.mapped("res_id"))

    @api.model
    def _ids_with(self, words):
        """Return the ids of the user's conversations with all of ``words``."""
        found = None
        for word in search_words(words):
            profiles = self.env["wezer.profile"].sudo()
            named = profiles.search(Domain("name_text", "like", word)).partner_id
            domain = (
                Domain("message_ids", "any", [("text", "ilike", word)])
                | Domain("subject", "ilike", word)
                | Domain("starter_id", "in", named.ids)
                | Domain("other_id", "in", named.ids)
            )
            ids = set(self.search(domain).ids)
            found = ids if found is None else found & ids
        return sorted(found or ())

    def _entries(self) -> dict:
        """Return the messages that the user reads here, the newest, oldest first.

        :return: ``earlier`` (whether there are more) and ``messages``: dicts
            ``message``, ``name``, ``party`` (the group written for, or empty), ``own``
        """
        self.ensure_one()
        found = self.env["wezer.conversation.message"].search(
            [("conversation_id", "=", self.id)],
            order="id desc",
            limit=MESSAGES_SHOWN + 1,
        )
        mine = self._my_parties()
        return {
            "earlier": len(found) > MESSAGES_SHOWN,
            "messages": [
                {
                    "message": message,
                    "name": message.sudo().person_id.name,
                    "party": ""
                    if message.sudo().author_id == message.sudo().person_id
                    else message.sudo().author_id.display_name,
                    "own": message.sudo().author_id in mine,
                }
                for message in found[:MESSAGES_SHOWN].sorted("id")
            ],
        }

    # === ENDING === #

    @api.model
    def _cron_end(self):
        """End what nobody answered, and delete what both have left long ago."""
        now = fields.Datetime.now()
        conversations = self.sudo()
        unanswered = now - timedelta(days=UNANSWERED_DAYS)
        for_each_due(
            conversations,
            [("state", "=", "asked"), ("date_asked", "<", unanswered)],
            lambda conversation: conversation._expire(),
        )
        kept = now - timedelta(days=KEPT_DAYS)
        for_each_due(
            conversations,
            Domain("state", "=", "ended")
            & Domain("party_ids", "any", [("left_date", "<", kept)])
            & Domain(
                "party_ids",
                "not any",
                Domain("left_date", "=", False) | Domain("left_date", ">=", kept),
            )
            & Domain("report_ids", "not any", [("state", "=", "waiting")]),
            lambda conversation: conversation.unlink(),
        )

    def _expire(self):
        """End what nobody answered (sudo): no notice asks for an answer any more."""
        self.state = "ended"
        self.env["wezer.notice"]._settle(self, kinds=["conversation"])

    # === PERSONAL DATA === #

    @api.model
    def _personal_data(self, partner):
        """Return the messages that a person wrote, for the download (sudo)."""
        messages = self.env["wezer.conversation.message"].sudo()
        return [
            {
                "date": message.date,
                "to": message.conversation_id._other(message.author_id).display_name,
                "for": message.author_id.display_name,
                "text": message.text,
            }
            for message in messages.search(
                [("person_id", "in", partner.ids)], order="id"
            )
        ]

    @api.model
    def _anonymise(self, partner):
        """Remove the messages of a member who leaves; the others keep theirs."""
        messages = self.env["wezer.conversation.message"].sudo()
        written = messages.search(
            [("person_id", "in", partner.ids)] + [("removed", "=", False)]
        )
        unseen = written.filtered(lambda message: message.withheld != "no")
        reports = self.env["wezer.conversation.report"].sudo()
        reports.search([("message_id", "in", unseen.ids)])._drop()
        unseen.unlink()
        written.exists()._remove()
        reports.search([("reporter_id", "in", partner.ids)]).reason = False
        conversations = self.sudo().search(
            Domain("starter_id", "in", partner.ids)
            | Domain("other_id", "in", partner.ids)
        )
        conversations.state = "ended"
        rows = conversations.party_ids
        rows.filtered(
            lambda row: row.partner_id in partner
        ).left_date = fields.Datetime.now()
        self.env["wezer.notice"].sudo()._settle(conversations, people=partner)

    @api.model
    def _merge(self, source, target):
        """Put the messages of two accounts of a person together, before rows move.

        What the two accounts wrote to each other is deleted.
        """
        own = Domain("starter_id", "=", source.id) | Domain("other_id", "=", source.id)
        for conversation in self.sudo().search(own):
            other = conversation._other(source)
            twin = self.sudo().search(
                self._pair_domain(target | other)
                & Domain("res_model", "=", conversation.res_model)
                & Domain("res_id", "=", conversation.res_id)
            )
            if other != target and not twin:
                continue
            if other != target:
                if twin.state == "new":
                    twin._take_over(conversation, source, target)
                conversation.message_ids.conversation_id = twin
                for party, before in ((target, source), (other, other)):
                    row, old = twin._party_row(party), conversation._party_row(before)
                    row.blocked = row.blocked or old.blocked
                    dates = [day for day in (row.date_last, old.date_last) if day]
                    row.date_last = max(dates, default=False)
            conversation.invalidate_recordset()
            conversation.report_ids._drop()
            conversation.unlink()

    def _take_over(self, conversation, source, target):
        """Continue as ``conversation`` did, with ``target`` for ``source`` (sudo)."""
        sides = {source: target}
        starter, other = conversation.starter_id, conversation.other_id
        self.write(
            {
                "state": conversation.state,
                "date_asked": conversation.date_asked,
                "starter_id": sides.get(starter, starter).id,
                "other_id": sides.get(other, other).id,
            }
        )
