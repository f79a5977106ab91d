from odoo import fields, models

from odoo.addons.wezer_base.models.wezer_written_mixin import Written


class WezerDiscussionWord(models.Model):
    """What a person said in a discussion; a removed word leaves a trace."""

    _name = "wezer.discussion.word"
    _description = "Contribution to a discussion"
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
    text = fields.Text(required=True)
    date = fields.Datetime(required=True, default=lambda self: self.env.cr.now())
    kind = fields.Selection(
        [("say", "Says"), ("question", "Asks"), ("reaction", "Reacts")],
        required=True,
        default="say",
    )
    reply_to_id = fields.Many2one("wezer.discussion.word", ondelete="set null")
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
