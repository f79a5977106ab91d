from datetime import timedelta
from typing import Any

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.models.wezer_conversation_message import REASON_MAX
from odoo.addons.wezer_base.models.wezer_conversation_report import WAITING
from odoo.addons.wezer_base.models.wezer_written_mixin import Written
from odoo.addons.wezer_base.tools import locks, payload
from odoo.addons.wezer_base.tools.written_language import guess

from .wezer_announcement import PUBLISHED

_lt = LazyTranslate(__name__)

TEXT_MAX = 1000
# Questions of one person that wait for an answer at one announcement.
OPEN_MAX = 3
# Questions that one person asks in a day, and that wait at one announcement.
DAILY_MAX = 20
WAITING_MAX = 50
# A page shows so many, the newest.
SHOWN_MAX = 200


class WezerAnnouncementQuestion(models.Model):
    """A question about an announcement, asked before answering it.

    The author's side sees who asked, and answers; both may be published for everybody
    who sees the announcement, without the name of the person who asked.
    """

    _name = "wezer.announcement.question"
    _description = "Question about an announcement"
    _inherit = ["wezer.written.mixin", "wezer.record.mixin"]
    _order = "id"
    _rec_name = "body"
    # Characters of a question or an answer by e-mail: nothing is cut off there.
    _answer_length = TEXT_MAX
    # Not of the question: its writer's language would tell who asked.
    _written = {"answer_lang": Written(("answer",), ("answerer_id",))}

    announcement_id = fields.Many2one(
        "wezer.announcement", required=True, index=True, ondelete="cascade"
    )
    # Published questions are read by all; who asked is not.
    asker_id = fields.Many2one(
        "res.partner",
        string="Asked by",
        required=True,
        index=True,
        ondelete="cascade",
        groups=fields.NO_ACCESS,
    )
    date = fields.Datetime(required=True)
    body = fields.Text(string="Question", required=True)
    # Never filled.
    written_lang = fields.Char(groups=fields.NO_ACCESS)
    answer_lang = fields.Char(groups=fields.NO_ACCESS)
    answer = fields.Text()
    answer_date = fields.Datetime(string="Answered on")
    answerer_id = fields.Many2one(
        "res.partner",
        string="Answered by",
        ondelete="set null",
        groups=fields.NO_ACCESS,
    )
    published = fields.Boolean(default=False)
    # Read by the person who asked only, who is not told.
    withheld = fields.Boolean(
        groups=fields.NO_ACCESS, help="The author has blocked the person who asked."
    )
    company_id = fields.Many2one(
        related="announcement_id.company_id", store=True, precompute=True
    )

    def _written_in(self, name: str) -> str | None:
        """Say of a question what its own words say, not what its writer speaks."""
        if name == "body" and len(self) == 1:
            return guess(self.sudo().body, None)
        return super()._written_in(name)

    # === PERMISSIONS === #

    @api.model
    def _why_not_ask(self, announcement: Any) -> Exception | None:
        """Return why the user cannot ask about ``announcement`` now, or None."""
        user, known = self.env.user, announcement.sudo()
        conversations = self.env["wezer.conversation"]
        me, author = user.partner_id.sudo(), known.author_id
        try:
            user._wezer_check_standing(conversations._standing_to_begin(author))
        except (NotAllowed, Refusal) as error:
            return error
        if user._acts_for(author, "market"):
            return NotAllowed(
                self.env._("This is your own announcement."), rule="author"
            )
        if known.state not in PUBLISHED:
            return Refusal(
                self.env._("This announcement has ended, so it takes no questions."),
                rule="state",
                value=known.state,
            )
        return conversations._why_not_allowed(me, author) or self._too_many(known)

    def _too_many(self, announcement):
        """Return why one more question (sudo) is too many, or None."""
        me, now = self.env.user.partner_id, fields.Datetime.now()
        questions = self.sudo()
        waiting = [("announcement_id", "=", announcement.id), ("answer", "=", False)]
        seen = [*waiting, ("withheld", "=", False)]
        for rule, domain, limit, text in (
            (
                "waiting",
                [*waiting, ("asker_id", "=", me.id)],
                OPEN_MAX,
                self.env._(
                    "%(count)s of your questions are waiting for an answer here. Wait"
                    " for it before you ask again.",
                    count=OPEN_MAX,
                ),
            ),
            (
                "daily",
                [("asker_id", "=", me.id), ("date", ">", now - timedelta(days=1))],
                DAILY_MAX,
                self.env._(
                    "You can ask up to %(count)s questions a day. Try again tomorrow.",
                    count=DAILY_MAX,
                ),
            ),
            (
                "all_waiting",
                seen,
                WAITING_MAX,
                self.env._(
                    "Many questions are waiting for an answer here. Try again later."
                ),
            ),
        ):
            count = questions.search_count(domain, limit=limit)
            if count >= limit:
                return Refusal(text, rule=rule, value=str(count), limit=str(limit))
        return None

    def _why_not(self, action: str) -> Exception | None:
        """Return the error that ``action`` would raise for the user now, or None."""
        self.ensure_one()
        question, user = self.sudo(), self.env.user
        if action == "withdraw":
            if question.asker_id != user.partner_id:
                return NotAllowed(
                    self.env._("Only the person who asked can withdraw a question."),
                    rule="own",
                )
            return None
        author = question.announcement_id.author_id
        if action == "report" and question.asker_id == user.partner_id:
            if question.answer:
                return None
            return NotAllowed(
                self.env._("Only a message of the other party can be reported."),
                rule="own",
            )
        try:
            user._check_acts_for(author, "market")
        except (NotAllowed, Refusal) as error:
            return error
        if action == "publish" and not question.answer:
            return Refusal(
                self.env._("Answer the question first, then publish both."),
                rule="unanswered",
            )
        return None

    def _check_may(self, action):
        self.ensure_one()
        self.check_access("read")
        if error := self._why_not(action):
            raise error

    def _may(self, action: str) -> bool:
        """Return whether the user may do ``action`` now."""
        return self._why_not(action) is None

    # === ACTIONS === #

    @api.model
    def action_ask(self, announcement_id: int, text: str) -> int:
        """Ask the author of an announcement.

        :return: the id of the question
        :raise NotAllowed: rules ``login``, ``standing``, ``author``
        :raise Refusal: rules ``empty``, ``state``, ``recipient``, ``waiting``,
            ``daily``
        """
        announcement = payload.record(self.env, "wezer.announcement", announcement_id)
        announcement.check_access("read")
        announcement.ensure_one()
        body = self._checked_text(text, "question")
        me = self.env.user.partner_id
        locks.hold(self.env, "questions", me.id)
        if error := self._why_not_ask(announcement):
            raise error
        author = announcement.sudo().author_id
        conversations = self.env["wezer.conversation"]
        blocked = author in conversations._blocked_parties(me.sudo() | author)
        # Members write nothing by themselves.
        question = self.sudo().create(
            {
                "announcement_id": announcement.id,
                "asker_id": me.id,
                "date": fields.Datetime.now(),
                "body": body,
                "withheld": blocked,
            }
        )
        if not blocked:
            question._notify_author(me)
        return question.id

    def _notify_author(self, asker):
        """Notify the author's side of a question (sudo).

        Without its text: notices become letters, which others can read on their way.
        """
        title, name = self.announcement_id.title, asker.sudo().name
        self.announcement_id.author_id._wezer_notify(
            "question",
            _lt("%(name)s asks about “%(title)s”", name=name, title=title),
            url=self._url(),
            record=self,
            right="market",
        )

    def action_answer(self, text: str, publish: bool = False) -> bool:
        """Answer a question, for the person who asked or for all who read.

        :param bool publish: whether everybody who sees the announcement reads both
        """
        self._check_may("answer")
        answer = self._checked_text(text, "answer")
        question = self.sudo()
        question.write(
            {
                "answer": answer,
                "answer_date": fields.Datetime.now(),
                "answerer_id": self.env.user.partner_id.id,
                "published": bool(publish),
            }
        )
        self.env["wezer.notice"].sudo()._settle(question, ["question"])
        title = question.announcement_id.title
        question.asker_id._wezer_notify(
            "question_answered",
            _lt("Your question about “%(title)s” was answered.", title=title),
            url=question._url(),
            record=question,
            subject="answer",
        )
        return True

    def action_publish(self, published: bool = True) -> bool:
        """Show question and answer to all who see the announcement, or no longer."""
        self._check_may("publish")
        self.sudo().published = bool(published)
        return True

    def action_withdraw(self) -> bool:
        """Delete a question of one's own, with its answer."""
        self._check_may("withdraw")
        self.sudo().unlink()
        return True

    def action_block(self) -> bool:
        """Take no more questions and messages from the person who asked.

        The person who asked is not told. Both are taken again under Messages.
        """
        self._check_may("block")
        question = self.sudo()
        author, asker = question.announcement_id.author_id, question.asker_id
        self.env["wezer.conversation"]._set_blocked(author, asker, True)
        question.withheld = not question.answer
        self.env["wezer.notice"].sudo()._settle(question, ["question"])
        return True

    def action_report(self, reason: str = "") -> int:
        """Show the question and its answer to the moderators.

        :param str reason: what is wrong with it
        :return: the id of the report; of the earlier one where there is one
        """
        self._check_may("report")
        reason = payload.text(self.env, reason, REASON_MAX, "reason").strip()
        person = self.env.user.partner_id
        reports = self.env["wezer.conversation.report"]
        return reports._report("question_id", self, person, reason).id

    def unlink(self):
        """Delete questions with their notices, and reports that wait."""
        reports = self.env["wezer.conversation.report"].sudo()
        waiting = [("question_id", "in", self.ids), ("state", "in", WAITING)]
        reports.search(waiting)._drop()
        self.env["wezer.notice"].sudo()._settle(self)
        return super().unlink()

    # === ANSWERS BY E-MAIL: SEE wezer.answer === #

    def _may_answer(self):
        """Return whether the user can write here by answering a letter."""
        return self._why_not_answer_by_mail() is None

    def _why_not_answer_by_mail(self):
        """Return why the user cannot answer a letter about this question, or None.

        The author's side answers the question; the person who asked asks again.
        """
        self.ensure_one()
        if not self.has_access("read"):
            return NotAllowed(
                self.env._("You do not see this question any more."), rule="gone"
            )
        question = self.sudo()
        if question.asker_id == self.env.user.partner_id:
            return self._why_not_ask(question.announcement_id)
        if error := self._why_not("answer"):
            return error
        if question.answer:
            return Refusal(
                self.env._("This question was answered already."), rule="answered"
            )
        return None

    def _answer_note(self):
        """Return who reads what the user writes."""
        if self.sudo().asker_id == self.env.user.partner_id:
            return self.env._("Your answer is sent to the author as a new question.")
        return self.env._(
            "The person who asked reads what you write. You can show question and"
            " answer to everybody on the page."
        )

    def _answer(self, text, files):
        """Write what the user answered; return sentences about what was left out."""
        sentence = self.env._("Questions have no files. Files can be added to deals.")
        if files and not text:
            raise Refusal(sentence, rule="files")
        if error := self._why_not_answer_by_mail():
            raise error
        question = self.sudo()
        if question.asker_id == self.env.user.partner_id:
            self.action_ask(question.announcement_id.id, text)
        else:
            self.action_answer(text)
        return [sentence] if files else []

    # === REPORTED (sudo) === #

    def _report_parties(self):
        """Return the parties and persons who do not moderate this question."""
        return self.announcement_id.author_id | self.asker_id | self.answerer_id

    def _report_shown(self, _before: int) -> list[dict]:
        """Return the question and its answer, as moderators read them.

        :return: dicts ``date`` (text, UTC), ``name``, ``text`` and ``reported``
        """
        rows = [(self.date, self.asker_id, self.body)]
        if self.answer:
            rows.append((self.answer_date, self.answerer_id, self.answer))
        return [
            {
                "date": fields.Datetime.to_string(date),
                "name": person.name,
                "text": text,
                "reported": True,
            }
            for date, person, text in rows
        ]

    def _report_writer(self, reporter):
        """Return who wrote what ``reporter`` reported."""
        return self.answerer_id if reporter == self.asker_id else self.asker_id

    def _report_url(self) -> str:
        """Return the page of the announcement, where others remain."""
        return f"/market/{self.announcement_id.slug}"

    def _report_remove(self) -> None:
        """Delete the question with its answer, for a moderator."""
        self.unlink()

    @api.model
    def _checked_text(self, text, field):
        text = payload.text(self.env, text, TEXT_MAX, field).strip()
        if not text:
            raise Refusal(
                self.env._("Write at least one word."), rule="empty", field=field
            )
        return text

    # === WHAT PAGES SHOW === #

    def _url(self) -> str:
        """Return the address of the question on the page of its announcement."""
        self.ensure_one()
        return f"/market/{self.sudo().announcement_id.slug}#question-{self.id}"

    @api.model
    def _shown_on(self, announcement: Any) -> list[dict]:
        """Return the questions about ``announcement`` that the user reads.

        :return: dicts ``question``, ``profile`` of the person who asked (empty where
            the user is not told), ``own``, ``may_answer``, ``may_report``
        """
        found = self.search_fetch(
            [("announcement_id", "=", announcement.id)],
            order="id desc",
            limit=SHOWN_MAX,
        ).sorted("id")
        if not found:
            return []
        user = self.env.user
        author = announcement.sudo().author_id
        answers = not user._is_public() and bool(user._acts_for(author, "market"))
        askers = found.sudo().asker_id if answers else author.browse()
        profiles = {
            profile.sudo().partner_id.id: profile
            for profile in askers._wezer_profile()
            .with_env(self.env)
            ._filtered_access("read")
        }
        nobody = self.env["wezer.profile"]
        return [
            {
                "question": question,
                "profile": profiles.get(question.sudo().asker_id.id, nobody),
                "own": question.sudo().asker_id == user.partner_id,
                "may_answer": answers,
                "may_report": answers
                or bool(question.answer)
                and question.sudo().asker_id == user.partner_id,
            }
            for question in found
        ]
