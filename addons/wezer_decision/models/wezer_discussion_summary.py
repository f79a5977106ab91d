from odoo import fields, models

from odoo.addons.wezer_base.models.wezer_written_mixin import Written


class WezerDiscussionSummary(models.Model):
    """What was said in a discussion so far; each version is kept."""

    _name = "wezer.discussion.summary"
    _description = "Summary of a discussion"
    _inherit = ["wezer.written.mixin", "wezer.record.mixin"]
    _order = "discussion_id, number desc"
    _rec_name = "number"
    _written = {"written_lang": Written(("text",), ("author_id",))}

    discussion_id = fields.Many2one(
        "wezer.discussion", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer(required=True, default=1, aggregator=None)
    text = fields.Text(required=True)
    author_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    date = fields.Datetime(required=True, default=lambda self: self.env.cr.now())
    company_id = fields.Many2one(
        related="discussion_id.company_id", store=True, precompute=True, index=True
    )

    _number_uniq = models.UniqueIndex(
        "(discussion_id, number)", "A discussion has each summary only once."
    )
