from odoo import fields, models


class WezerDiscussionWord(models.Model):
    """A breach of an agreement is told in its discussion."""

    _inherit = "wezer.discussion.word"

    kind = fields.Selection(
        selection_add=[("breach", "The agreement was not kept")],
        ondelete={"breach": lambda words: words.write({"kind": "say"})},
    )
