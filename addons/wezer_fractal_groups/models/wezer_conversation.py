from odoo import api, models
from odoo.fields import Domain

from odoo.addons.wezer_base.tools.text import search_words


class WezerConversation(models.Model):
    """The conversations of circles stand in the inbox of their members."""

    _inherit = "wezer.conversation"

    @api.model
    def _inbox_models(self):
        return [*super()._inbox_models(), "wezer.group.message"]

    @api.model
    def _inbox_rows(self, words, limit):
        return super()._inbox_rows(words, limit) + self._circle_rows(words, limit)

    @api.model
    def _circle_rows(self, words, limit):
        """Return the circles in which the user has a place, with their last message."""
        places = self.env["wezer.group.membership"].sudo()
        own = places.search(
            [
                ("partner_id", "=", self.env.user.partner_id.id),
                ("state", "=", "active"),
                ("group_id.kind", "=", "circle"),
            ]
        ).filtered("is_live")
        domain = Domain("group_id", "in", own.group_id.ids)
        for word in search_words(words):
            domain &= Domain("text", "ilike", word) | Domain(
                "group_id.name", "ilike", word
            )
        messages = self.env["wezer.group.message"]
        last = messages._read_group(
            domain, ["group_id"], ["id:max"], order="id:max desc", limit=limit
        )
        unread = messages.browse(self._unread_ids(messages._name)).sudo().group_id
        return [
            {
                "url": f"/groups/{group.slug}/talk",
                "name": group.name,
                "profile": group.sudo().partner_id._wezer_profile(),
                "about": "",
                "party": "",
                "text": message.text,
                "own": message.sudo().person_id == self.env.user.partner_id,
                "lang": message._written_in("text"),
                "date": message.date,
                "unread": group in unread,
            }
            for group, message in (
                (group, messages.browse(number)) for group, number in last
            )
        ]
