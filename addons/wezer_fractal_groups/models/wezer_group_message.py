from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.models.wezer_written_mixin import Written

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
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

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
            }
        )
        message._notify_pages()
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

    @api.model
    def _of_person(self, people):
        """Return the messages (sudo) of ``people``, oldest first."""
        return self.sudo().search([("person_id", "in", people.ids)], order="id")
