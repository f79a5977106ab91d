from odoo import api, fields, models

from ..exceptions import NotAllowed, Refusal
from ..tools import payload
from .wezer_written_mixin import Written

REASON_MAX = 1000
REMOVED_TEXT = "…"


class WezerConversationMessage(models.Model):
    """A message in a conversation, which nobody changes."""

    _name = "wezer.conversation.message"
    _description = "Message in a conversation"
    _inherit = ["wezer.written.mixin", "wezer.record.mixin"]
    _order = "id"
    _rec_name = "id"
    _written = {"written_lang": Written(("text",), ("person_id",))}

    conversation_id = fields.Many2one(
        "wezer.conversation", required=True, index=True, ondelete="cascade"
    )
    author_id = fields.Many2one(
        "res.partner",
        string="Party",
        required=True,
        index=True,
        ondelete="cascade",
        help="The person or the group for which it was written.",
    )
    person_id = fields.Many2one(
        "res.partner",
        string="Written by",
        required=True,
        index=True,
        ondelete="restrict",
    )
    date = fields.Datetime(required=True)
    text = fields.Text(string="Message", required=True)
    removed = fields.Boolean(help="A moderator or its writer removed the text.")
    is_held = fields.Boolean(
        string="Held",
        compute="_compute_is_held",
        compute_sudo=True,
        help="Moderators look at it before the other party reads it.",
    )
    # Read by the writer's side only. That a message was blocked is known to nobody.
    withheld = fields.Selection(
        [
            ("no", "Delivered"),
            ("blocked", "Blocked by the other party"),
            ("alike", "Held: the same text went to many"),
        ],
        required=True,
        default="no",
        groups=fields.NO_ACCESS,
    )
    to_stranger = fields.Boolean(groups=fields.NO_ACCESS)
    text_key = fields.Char(groups=fields.NO_ACCESS)
    company_id = fields.Many2one(
        related="conversation_id.company_id", store=True, precompute=True
    )

    _alike_idx = models.Index("(person_id, text_key) WHERE text_key IS NOT NULL")
    _strangers_idx = models.Index("(person_id, date) WHERE to_stranger")

    @api.depends("withheld")
    def _compute_is_held(self):
        for message in self:
            message.is_held = message.withheld == "alike"

    def _shown_text(self) -> str:
        """Return the text for pages; of a removed message, that it was removed."""
        self.ensure_one()
        return self.env._("Removed") if self.removed else self.text

    # === PERMISSIONS === #

    def _why_not_report(self):
        """Return the error that :meth:`action_report` would raise now, or None."""
        self.ensure_one()
        conversation = self.conversation_id
        error = conversation._why_not("report")
        if error:
            return error
        if self.sudo().author_id in conversation._my_parties():
            return NotAllowed(
                self.env._("Only a message of the other party can be reported."),
                rule="own",
            )
        if self.removed:
            return Refusal(
                self.env._("This message has already been removed."), rule="removed"
            )
        return None

    # === ACTIONS === #

    def action_report(self, reason: str = "") -> int:
        """Show a message of the other party to the moderators.

        They read this message and the two before it, and nothing else.

        :param str reason: what is wrong with it
        :return: the id of the report; of the earlier one where there is one
        """
        self.ensure_one()
        self.check_access("read")
        error = self._why_not_report()
        if error:
            raise error
        reason = payload.text(self.env, reason, REASON_MAX, "reason").strip()
        reports = self.env["wezer.conversation.report"]
        person = self.env.user.partner_id
        return reports._report("message_id", self, person, reason).id

    # === REPORTED (sudo) === #

    def _report_parties(self):
        """Return the parties and persons who do not moderate this message."""
        conversation = self.conversation_id
        return conversation.starter_id | conversation.other_id | self.person_id

    def _report_shown(self, before: int) -> list[dict]:
        """Return this message and so many ``before`` it, as moderators read them.

        :return: dicts ``date`` (text, UTC), ``name``, ``text`` and ``reported``
        """
        shown = self
        if before:
            earlier = self.search(
                [
                    ("conversation_id", "=", self.conversation_id.id),
                    ("id", "<", self.id),
                    ("withheld", "=", "no"),
                ],
                order="id desc",
                limit=before,
            )
            shown = earlier.sorted("id") | self
        return [
            {
                "date": fields.Datetime.to_string(one.date),
                "name": one.person_id.name,
                "text": one._shown_text(),
                "reported": one == self,
            }
            for one in shown
        ]

    def _report_writer(self, _reporter):
        """Return who wrote what was reported."""
        return self.person_id

    def _report_url(self) -> str:
        """Return the page on which the two parties read it."""
        return self.conversation_id._url()

    def _report_remove(self) -> None:
        """Remove what was reported, for a moderator."""
        self._remove()

    # === BY THE SUITE'S OWN METHODS (sudo) === #

    def _release(self):
        """Deliver a message that was held, unless its writer was blocked since."""
        self.ensure_one()
        conversation = self.conversation_id
        other = conversation._other(self.author_id)
        if conversation._is_blocked(self.author_id | self.person_id, other):
            self.withheld = "blocked"
        else:
            self._deliver()

    def _deliver(self):
        """Show the message to the other party and notify its people."""
        self.ensure_one()
        conversation = self.conversation_id
        other = conversation._other(self.author_id)
        self.withheld = "no"
        row = conversation._party_row(other)
        row.write({"date_last": self.date, "left_date": False})
        conversation._notify_of(self)
        conversation._refresh_pages(other)

    def _remove(self):
        """Erase the texts; that something was written stays."""
        if self:
            self.write({"text": REMOVED_TEXT, "removed": True, "text_key": False})
