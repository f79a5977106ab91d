from odoo import fields, models

from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

DELEGATION = StateMachine(
    states=("active", "ended"),
    rules={
        "giver": "gives their own voice; for a member who cannot log in an"
        " administrator, with the paper",
        "holder": "carries the voice",
        "clock": "its date is over, or one of both left the circle",
    },
    transitions=(
        Transition("give", (), ("active",), "giver", "action_give"),
        Transition("take_back", ("active",), ("ended",), "giver", "action_take_back"),
        Transition("resign", ("active",), ("ended",), "holder", "action_resign"),
        Transition("lapse", ("active",), ("ended",), "clock", "_lapse"),
    ),
)


class WezerVoteDelegation(models.Model):
    """One person lets another one vote for them, for a time and a matter."""

    _name = "wezer.vote.delegation"
    _description = "Delegation of a voice"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _order = "id desc"
    _rec_name = "id"
    _state_machine = DELEGATION

    giver_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    holder_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    scope = fields.Selection(
        [
            ("decision", "One decision"),
            ("category", "Decisions of a category in a circle"),
            ("circle", "Decisions of a circle"),
        ],
        required=True,
        default="circle",
    )
    decision_id = fields.Many2one(
        "wezer.decision", index="btree_not_null", ondelete="cascade"
    )
    group_id = fields.Many2one(
        "wezer.group", string="Circle", index=True, ondelete="cascade"
    )
    category_id = fields.Many2one("wezer.category", ondelete="cascade")
    inside = fields.Boolean(string="Circles inside too")
    date_from = fields.Datetime(required=True, default=lambda self: self.env.cr.now())
    date_until = fields.Date(required=True)
    state = fields.Selection(
        [("active", "Active"), ("ended", "Ended")], required=True, default="active"
    )
    ended_why = fields.Selection(
        [
            ("taken_back", "Taken back"),
            ("resigned", "The holder resigned"),
            ("expired", "Its date is over"),
            ("left", "One of both left the circle"),
        ],
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
