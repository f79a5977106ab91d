from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.models.wezer_written_mixin import Written
from odoo.addons.wezer_base.tools import payload
from odoo.addons.wezer_base.tools.numbers import record_id

_lt = LazyTranslate(__name__)

TEXT_LENGTH = 2000
REMOVED_TEXT = "…"
# So many messages stand on a page.
PAGE = 50
# Kinds that a person chooses for a message.
CHOSEN_KINDS = ("say", "question")


class WezerDiscussionWord(models.Model):
    """What a person said in a discussion; a removed message leaves a trace."""

    _name = "wezer.discussion.word"
    _description = "Message in a discussion"
    _inherit = ["wezer.written.mixin", "wezer.record.mixin"]
    _order = "id"
    _rec_name = "id"
    _written = {"written_lang": Written(("text",), ("person_id",))}

    discussion_id = fields.Many2one(
        "wezer.discussion", required=True, index=True, ondelete="cascade"
    )
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    text = fields.Text()
    date = fields.Datetime(required=True, default=lambda self: self.env.cr.now())
    kind = fields.Selection(
        [("say", "Message"), ("question", "Question"), ("reaction", "Reaction")],
        required=True,
        default="say",
    )
    reaction = fields.Selection(
        [
            ("thanks", "Thank you"),
            ("point", "Good point"),
            ("unsure", "I am not sure"),
        ]
    )
    reply_to_id = fields.Many2one(
        "wezer.discussion.word", index="btree_not_null", ondelete="set null"
    )
    decision_id = fields.Many2one(
        "wezer.decision", index="btree_not_null", ondelete="set null"
    )
    version_id = fields.Many2one("wezer.decision.version", ondelete="set null")
    to_facilitator = fields.Boolean(
        help="Read by the person who wrote it and by the facilitator only."
    )
    removed_by_id = fields.Many2one("res.partner", ondelete="restrict")
    company_id = fields.Many2one(
        related="discussion_id.company_id", store=True, precompute=True, index=True
    )

    _has_content = models.Constraint(
        "CHECK ((kind = 'reaction') = (reaction IS NOT NULL)"
        " AND (kind = 'reaction' OR text IS NOT NULL))",
        "A message has a text, a reaction has none.",
    )
    _reaction_uniq = models.UniqueIndex(
        "(reply_to_id, person_id, reaction) WHERE kind = 'reaction'",
        "You have reacted like this already.",
    )
    _page_idx = models.Index("(discussion_id, id) WHERE kind <> 'reaction'")

    # === SAYING (checked by the discussion) === #

    @api.model
    def _say(self, discussion, text, kind, reply_to_id, decision_id, to_facilitator):
        """Keep what the user says in ``discussion``; return the message."""
        text = payload.text(self.env, text, TEXT_LENGTH, "text").strip()
        if not text:
            raise Refusal(
                self.env._("Write a message first."), rule="text", field="text"
            )
        self._check_kind(kind)
        answered = self._answered(discussion, reply_to_id)
        decision = self._decision_meant(discussion, decision_id)
        if answered.to_facilitator:
            # An answer to what one person read is read by these two.
            to_facilitator, decision = True, answered.sudo().decision_id
        elif to_facilitator:
            self._check_facilitated(decision)
        person = self.env.user.partner_id
        key = f"message:{discussion._name}:{discussion.id}:{person.id}"
        if not self.env["wezer.idempotency.key"].sudo()._is_first_text(key, text):
            same = [("discussion_id", "=", discussion.id), ("text", "=", text)]
            domain = Domain(same) & Domain("person_id", "=", person.id)
            if found := self.search(domain, limit=1, order="id desc"):
                return found
        # Members write nothing by themselves.
        word = self.sudo().create(
            {
                "discussion_id": discussion.id,
                "person_id": person.id,
                "text": text,
                "kind": kind,
                "reply_to_id": answered.id,
                "decision_id": decision.id,
                "version_id": decision.sudo().version_id.id,
                "to_facilitator": bool(to_facilitator),
            }
        )
        if word.to_facilitator:
            word._tell_reader()
        else:
            discussion.sudo().to_tell = True
            discussion._wake_telling()
            discussion.sudo()._refresh_pages()
        return word.sudo(False)

    @api.model
    def _check_kind(self, kind):
        """Refuse a kind that nobody chooses."""
        if kind not in CHOSEN_KINDS:
            raise Refusal(
                self.env._("This is not one of the choices: %s", str(kind)[:40]),
                rule="choice",
                value=str(kind)[:40],
                limit=", ".join(CHOSEN_KINDS),
            )

    @api.model
    def _answered(self, discussion, reply_to_id):
        """Return the message of ``discussion`` with this id, none where it is None."""
        if not reply_to_id:
            return self.browse()
        found = self.search(
            [
                ("id", "=", record_id(reply_to_id)),
                ("discussion_id", "=", discussion.id),
                ("kind", "!=", "reaction"),
            ]
        )
        if not found:
            raise Refusal(
                self.env._("The message that you answer is no longer there."),
                rule="reply",
            )
        return found

    @api.model
    def _decision_meant(self, discussion, decision_id):
        """Return the decision of ``discussion`` with this id, none where it is None."""
        decisions = self.env["wezer.decision"]
        if not decision_id:
            return decisions
        found = decisions.search(
            [
                ("id", "=", record_id(decision_id)),
                ("discussion_id", "=", discussion.id),
            ]
        )
        if not found:
            raise Refusal(
                self.env._("This decision is not part of the discussion."),
                rule="decision",
            )
        return found

    @api.model
    def _check_facilitated(self, decision):
        facilitator = decision.sudo().facilitator_id
        if not facilitator or facilitator == self.env.user.partner_id:
            raise Refusal(
                self.env._("Nobody else facilitates this decision."),
                rule="facilitator",
            )

    def _tell_reader(self):
        """Tell the one person who reads a private message (sudo)."""
        answered = self.reply_to_id.person_id
        reader = self.decision_id.facilitator_id
        if self.person_id == reader:
            reader = answered
        self.discussion_id._refresh_pages(reader | self.person_id)
        self.env["wezer.notice"]._leave(
            reader - self.person_id,
            "discussion",
            _lt(
                "%(name)s wrote something for you alone in “%(title)s”.",
                name=self.person_id.name,
                title=self.discussion_id.title,
            ),
            self.discussion_id._url(),
            self.discussion_id,
            f"word-{self.id}",
        )

    # === ACTIONS === #

    def action_react(self, reaction: str, on: bool = True) -> bool:
        """React to a message, or take the reaction back.

        :param str reaction: ``thanks``, ``point`` or ``unsure``
        :raise Refusal: rules ``choice``, ``removed``, ``state``, ``hourly``
        """
        self.ensure_one()
        self.check_access("read")
        payload.choice(self.env, self._name, "reaction", reaction)
        discussion = self.discussion_id
        person = self.env.user.partner_id
        # Of two taps at once, the second sees the first.
        discussion.env.user._wezer_check_standing()
        own = self.sudo().search(
            [
                ("kind", "=", "reaction"),
                ("reply_to_id", "=", self.id),
                ("person_id", "=", person.id),
                ("reaction", "=", reaction),
            ]
        )
        if on == bool(own):
            return True
        discussion._check_may("say")
        record = self.sudo()
        if record.kind == "reaction" or record.removed_by_id:
            raise Refusal(
                self.env._("This message was deleted."), rule="removed", field="word"
            )
        if own:
            # Their own row, checked above.
            own.unlink()
        else:
            self.sudo().create(
                {
                    "discussion_id": discussion.id,
                    "person_id": person.id,
                    "kind": "reaction",
                    "reaction": reaction,
                    "reply_to_id": self.id,
                    # Readers of the message read what it got.
                    "to_facilitator": record.to_facilitator,
                    "decision_id": record.decision_id.id,
                }
            )
        discussion.sudo()._refresh_pages()
        return True

    def action_remove(self) -> bool:
        """Take a message back: one's own, or as somebody who manages the circle.

        That something was said stays to be seen.
        """
        self.ensure_one()
        self.check_access("read")
        error = self._why_not_remove()
        if error:
            raise error
        # Their own, or by the right to manage, checked above.
        self.sudo()._remove(self.env.user.partner_id)
        self.discussion_id.sudo()._refresh_pages()
        return True

    def _why_not_remove(self):
        """Return why the user takes this message not back, or None."""
        record, user = self.sudo(), self.env.user
        try:
            user._wezer_check_standing()
        except NotAllowed as error:
            return error
        if record.person_id != user.partner_id:
            partner = record.discussion_id.group_id.partner_id
            if error := user._why_not_acting(partner, "manage"):
                return error
        if record.removed_by_id or record.kind == "reaction":
            return NotAllowed(
                self.env._("This message does not exist or has already been deleted.")
            )
        return None

    def _remove(self, person):
        """Erase the texts (sudo); that something was said stays."""
        self.search(
            [("kind", "=", "reaction"), ("reply_to_id", "in", self.ids)]
        ).unlink()
        self.write({"text": REMOVED_TEXT, "removed_by_id": person.id})
        self.env["wezer.notice"]._settle(
            self.discussion_id, subjects=[f"word-{word.id}" for word in self]
        )

    # === WHAT PAGES SHOW === #

    @api.model
    def _page(self, discussion, page=1, size=PAGE):
        """Return the messages of a page, oldest first, and whether there are earlier.

        :param page: 1 has the latest
        :param size: so many messages are a page
        """
        words = self.search(
            [("discussion_id", "=", discussion.id), ("kind", "!=", "reaction")],
            limit=size + 1,
            offset=(page - 1) * size,
            order="id desc",
        )
        return words[:size].sorted("id"), len(words) > size

    def _reactions(self):
        """Return ``{id: {reaction: (how many, whether the user's is among them)}}``."""
        found = {}
        for row in self.search_fetch(
            [("reply_to_id", "in", self.ids), ("kind", "=", "reaction")],
            ["reply_to_id", "reaction", "person_id"],
        ):
            mine = row.sudo().person_id == self.env.user.partner_id
            of_word = found.setdefault(row.reply_to_id.id, {})
            count, own = of_word.get(row.reaction, (0, False))
            of_word[row.reaction] = (count + 1, own or mine)
        return found

    # === MEMBERS WHO LEAVE === #

    @api.model
    def _of_person(self, people):
        """Return what ``people`` said (sudo), without reactions, oldest first."""
        return self.sudo().search(
            [("person_id", "in", people.ids), ("kind", "!=", "reaction")], order="id"
        )
