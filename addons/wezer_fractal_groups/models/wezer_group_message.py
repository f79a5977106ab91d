from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.models.wezer_written_mixin import Written
from odoo.addons.wezer_base.tools.cron import for_each_due

_lt = LazyTranslate(__name__)

TEXT_LENGTH = 2000
# With more open pages than that, the others ask by themselves.
NOTIFIED_AT_ONCE = 300
REMOVED_TEXT = "…"


class WezerGroupMessage(models.Model):
    """A message of a member to the others on their circle's page.

    Read by those who count in the circle and by its guests, written by those with a
    place in it; without followers, so that nothing becomes a mail.
    """

    _name = "wezer.group.message"
    _description = "Message in a circle"
    _inherit = ["wezer.written.mixin", "wezer.record.mixin"]
    _order = "id desc"
    _rec_name = "id"
    _written = {"written_lang": Written(("text",), ("person_id",))}

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, ondelete="cascade"
    )
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    text = fields.Text(required=True)
    date = fields.Datetime(required=True)
    removed_by_id = fields.Many2one("res.partner", ondelete="restrict")
    # A job tells the members: circles can be large.
    to_tell = fields.Boolean(groups=fields.NO_ACCESS)
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _to_tell_idx = models.Index("(id) WHERE to_tell")

    @api.model
    def _post(self, group, text):
        """Post ``text`` for the user; ``group`` checked that they may.

        The same text within seconds is one message: a second tap.

        :return: the message
        :raise Refusal: rule ``text`` where it is empty
        """
        person = self.env.user.partner_id
        text = str(text or "").strip()[:TEXT_LENGTH]
        if not text:
            raise Refusal(self.env._("Write a message first."), rule="text")
        key = f"message:{group._name}:{group.id}:{person.id}"
        if not self.env["wezer.idempotency.key"].sudo()._is_first_text(key, text):
            return self.search(
                [
                    ("group_id", "=", group.id),
                    ("person_id", "=", person.id),
                    ("text", "=", text),
                ],
                limit=1,
            )
        message = self.sudo().create(
            {
                "group_id": group.id,
                "person_id": person.id,
                "text": text,
                "date": fields.Datetime.now(),
                "to_tell": True,
            }
        )
        message._notify_pages()
        self.env.ref("wezer_fractal_groups.ir_cron_tell")._trigger()
        return message

    def action_remove(self) -> bool:
        """Take a message back: one's own, or as somebody who manages the circle."""
        self.ensure_one()
        message = self.sudo().exists()
        user = self.env.user
        if not message or message.removed_by_id:
            raise NotAllowed(
                self.env._("This message does not exist or has already been deleted.")
            )
        if message.person_id != user.partner_id or not user._wezer_may_act():
            user._check_acts_for(message.group_id.partner_id, "manage")
        message._remove(user.partner_id)
        message._notify_pages()
        return True

    def _remove(self, person):
        """Erase the texts (sudo); that something was written stays."""
        self.write({"text": REMOVED_TEXT, "removed_by_id": person.id})

    def _notify_pages(self):
        """Let open pages of this circle's people ask what is new (sudo)."""
        people = self.group_id.membership_ids.filtered("is_live").partner_id
        for person in people[:NOTIFIED_AT_ONCE]:
            person._bus_send("wezer.live", {"group": self.group_id.id})

    # === NOTICES === #

    @api.model
    def _cron_tell(self):
        """Tell the members of new messages; each message once."""
        for_each_due(self.sudo(), [("to_tell", "=", True)], lambda one: one._tell())

    def _tell(self):
        """Leave a notice with members who have no unread one about this circle (sudo).

        Not with those who muted it. It has no text of the message.
        """
        self.ensure_one()
        self.to_tell = False
        group = self.group_id
        if self.removed_by_id or not group.active:
            return
        places = group.membership_ids.filtered(
            lambda place: place.is_live and not place.muted
        )
        people = places.partner_id - self.person_id
        told = self._notices_of(group, people)
        self.env["wezer.notice"].sudo()._leave(
            people - told.partner_id,
            "group_message",
            _lt("New messages in %(group)s.", group=group.name),
            group._talk_url(),
            self,
            self._subject_of(group),
            later=False,
        )

    @api.model
    def _subject_of(self, group):
        # Not its address, which follows its name.
        return f"group-{group.id}"

    @api.model
    def _notices_of(self, group, people):
        """Return the unread notices (sudo) of ``people`` about this circle's messages.

        Withdrawn ones are not among them.
        """
        notices = self.env["wezer.notice"].sudo()
        return notices.search(
            [
                ("partner_id", "in", people.ids),
                ("kind", "=", "group_message"),
                ("subject", "=", self._subject_of(group)),
                ("is_read", "=", False),
                ("settled", "=", False),
            ]
        )

    @api.model
    def _read_by_user(self, group):
        """Mark what the user was told of this circle's messages as read."""
        unread = self._notices_of(group, self.env.user.partner_id)
        if unread:
            self.env["wezer.notice"].mark_read(unread.ids)

    @api.model
    def _of_person(self, people):
        """Return the messages (sudo) of ``people``, oldest first."""
        return self.sudo().search([("person_id", "in", people.ids)], order="id")
