from odoo import api, models
from odoo.fields import Domain

from odoo.addons.wezer_base.tools.text import search_words


class WezerConversation(models.Model):
    """Questions about announcements stand in the same inbox, on pages of their own."""

    _inherit = "wezer.conversation"

    @api.model
    def _inbox_models(self):
        return [*super()._inbox_models(), "wezer.announcement.question"]

    @api.model
    def _inbox_rows(self, words, limit):
        return super()._inbox_rows(words, limit) + self._question_rows(words, limit)

    @api.model
    def _question_rows(self, words, limit):
        """Return the questions that the user asked, or that they may answer."""
        user = self.env.user
        # Who asked is closed to readers; these are the user's own sides.
        questions = self.env["wezer.announcement.question"].sudo()
        sides = user._acting_ids("market")
        domain = Domain("asker_id", "=", user.partner_id.id) | Domain(
            "announcement_id.author_id", "in", sides
        )
        for word in search_words(words):
            domain &= (
                Domain("body", "ilike", word)
                | Domain("answer", "ilike", word)
                | Domain("announcement_id.title", "ilike", word)
            )
        found = questions.search(domain, limit=limit, order="date desc, id desc")
        answered = Domain("answer_date", "!=", False)
        found |= questions.search(
            domain & answered, limit=limit, order="answer_date desc, id desc"
        )
        found = found.with_env(self.env)._filtered_access("read").sudo()
        unread = self._unread_ids(found._name)
        return [self._question_row(question, unread) for question in found]

    def _question_row(self, question, unread):
        own = question.asker_id == self.env.user.partner_id
        author = question.announcement_id.author_id
        other = author if own else question.asker_id
        mine = own or author == self.env.user.partner_id
        return {
            "url": question._url(),
            "name": other.display_name,
            "profile": other._wezer_profile(),
            "about": question.announcement_id.title,
            "party": "" if mine else author.display_name,
            "text": question.answer or question.body,
            "own": own != bool(question.answer),
            "lang": question._written_in("answer" if question.answer else "body"),
            "date": question.answer_date or question.date,
            "unread": question.id in unread,
        }
