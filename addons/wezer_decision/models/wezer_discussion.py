from odoo import fields, models

from odoo.addons.wezer_base.models.wezer_written_mixin import Written
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH

DISCUSSION = StateMachine(
    states=("open", "closed"),
    rules={
        "member": "counts in the circle",
        "author": "began the discussion, or manages the circle",
    },
    transitions=(
        Transition("begin", (), ("open",), "member", "begin"),
        Transition("close", ("open",), ("closed",), "author", "action_close"),
        Transition("reopen", ("closed",), ("open",), "author", "action_reopen"),
    ),
)


class WezerDiscussion(models.Model):
    """What the members of a circle talk about before, and while, they decide."""

    _name = "wezer.discussion"
    _description = "Discussion"
    _inherit = ["wezer.state.mixin", "wezer.written.mixin", "wezer.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "title"
    _wezer_titles = ("title",)
    _state_machine = DISCUSSION
    _written = {"written_lang": Written(("title", "body"), ("author_id",))}

    group_id = fields.Many2one(
        "wezer.group", string="Circle", required=True, index=True, ondelete="cascade"
    )
    title = fields.Char(required=True, size=TITLE_LENGTH)
    body = fields.Text()
    author_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    date = fields.Datetime(required=True, default=lambda self: self.env.cr.now())
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")], required=True, default="open"
    )
    summary = fields.Text(help="What was said so far, by the author or facilitator.")
    word_ids = fields.One2many("wezer.discussion.word", "discussion_id")
    decision_ids = fields.One2many("wezer.decision", "discussion_id")
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )
