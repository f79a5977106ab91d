from odoo import fields, models


class WezerDecisionOption(models.Model):
    """What can be chosen: words, a person, or a date."""

    _name = "wezer.decision.option"
    _description = "Option of a decision"
    _inherit = ["wezer.record.mixin"]
    _order = "decision_id, sequence, id"
    _rec_name = "label"
    _wezer_titles = ("label",)

    decision_id = fields.Many2one(
        "wezer.decision", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(required=True, default=1)
    label = fields.Char(required=True)
    description = fields.Text()
    person_id = fields.Many2one(
        "res.partner", index="btree_not_null", ondelete="restrict"
    )
    start = fields.Datetime()
    end = fields.Datetime()
    tz = fields.Char(string="Time zone")
    consents_to_stand = fields.Boolean()
    is_none = fields.Boolean(string="None of these")
    is_withdrawn = fields.Boolean()
    company_id = fields.Many2one(
        related="decision_id.company_id", store=True, precompute=True, index=True
    )
