from odoo import fields, models


class WezerGovernanceEvent(models.Model):
    """What was decided about a circle, by whom, and when: written, never edited."""

    _name = "wezer.governance.event"
    _description = "Event of the governance of a circle"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"
    _rec_name = "id"

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, readonly=True, ondelete="restrict"
    )
    kind = fields.Char(required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)
    actor_id = fields.Many2one(
        "res.partner",
        readonly=True,
        ondelete="restrict",
        groups="wezer_base.group_member",
    )
    decision_id = fields.Many2one(
        "wezer.decision", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    data = fields.Json(readonly=True)
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )
