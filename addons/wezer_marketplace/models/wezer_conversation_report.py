from odoo import api, fields, models


class WezerConversationReport(models.Model):
    """Questions about announcements are reported as messages are."""

    _inherit = "wezer.conversation.report"

    question_id = fields.Many2one(
        "wezer.announcement.question",
        index="btree_not_null",
        ondelete="set null",
        groups=fields.NO_ACCESS,
    )

    _waiting_question_uniq = models.UniqueIndex(
        "(question_id) WHERE state = 'waiting'", "This question is already reported."
    )

    @api.model
    def _reported_fields(self):
        return [*super()._reported_fields(), "question_id"]
