from odoo import fields, models


class WezerDecisionCollege(models.Model):
    """A college of a circle: a group of voters whose share of yes has a weight."""

    _name = "wezer.decision.college"
    _description = "College"
    _inherit = ["wezer.record.mixin"]
    _order = "group_id, sequence, id"
    _wezer_titles = ("name",)

    group_id = fields.Many2one(
        "wezer.group", string="Circle", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(required=True, default=1)
    name = fields.Char(required=True)
    weight = fields.Char(required=True, help="An exact share, for example 3/10.")
    source_id = fields.Many2one(
        "wezer.group",
        string="Its people",
        required=True,
        ondelete="restrict",
        help="The role or circle whose people are this college.",
    )
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )
