from odoo import fields, models

from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

OBJECTION = StateMachine(
    states=("raised", "tested", "withdrawn", "answered", "set_aside", "lapsed"),
    rules={
        "voter": "a person on the roll",
        "objector": "the person who objects",
        "facilitator": "facilitates the decision; where nobody does, the voters",
        "proposer": "proposed the decision",
        "clock": "the scheduled action",
    },
    transitions=(
        Transition("object", (), ("raised",), "voter", "wezer.decision.action_object"),
        Transition("ask_test", ("raised",), ("tested",), "voter", "action_test"),
        Transition("reply_test", ("tested",), ("tested",), "objector", "action_reply"),
        Transition("uphold", ("tested",), ("raised",), "facilitator", "action_uphold"),
        Transition(
            "set_aside",
            ("tested",),
            ("set_aside",),
            "facilitator",
            "action_set_aside",
            "only for want of an answer to a question",
        ),
        Transition(
            "withdraw",
            ("raised", "tested"),
            ("withdrawn",),
            "objector",
            "action_withdraw",
        ),
        Transition(
            "confirm", ("raised", "tested"), ("answered",), "objector", "action_confirm"
        ),
        Transition(
            "lapse",
            ("raised", "tested"),
            ("lapsed", "answered"),
            "clock",
            "_lapse",
        ),
    ),
)
LIVE = OBJECTION.unfinished


class WezerObjection(models.Model):
    """A reason why adopting a proposal would harm the circle."""

    _name = "wezer.objection"
    _description = "Objection"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _order = "id"
    _rec_name = "id"
    _state_machine = OBJECTION

    decision_id = fields.Many2one(
        "wezer.decision", required=True, index=True, ondelete="cascade"
    )
    version_id = fields.Many2one("wezer.decision.version", ondelete="restrict")
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    reason = fields.Text(required=True)
    concerns = fields.Char(help="The purpose or accountability that would be harmed.")
    suggestion = fields.Text()
    state = fields.Selection(
        [
            ("raised", "Raised"),
            ("tested", "Being tested"),
            ("withdrawn", "Became a concern"),
            ("answered", "Answered by a new version"),
            ("set_aside", "Set aside"),
            ("lapsed", "Lapsed"),
        ],
        required=True,
        default="raised",
    )
    answers = fields.Json(help="What the person answered to the four questions.")
    answered_by_id = fields.Many2one("wezer.decision.version", ondelete="set null")
    asked_at = fields.Datetime(readonly=True)
    notices_sent = fields.Integer(readonly=True, default=0)
    end_reason = fields.Char(readonly=True)
    company_id = fields.Many2one(
        related="decision_id.company_id", store=True, precompute=True, index=True
    )
