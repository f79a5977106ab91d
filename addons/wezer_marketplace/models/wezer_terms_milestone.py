from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools.parts import format_points


class WezerTermsMilestone(models.Model):
    """A step of a deal that is delivered, approved and paid by itself."""

    _name = "wezer.terms.milestone"
    _description = "Step with its own payment"
    _inherit = ["wezer.record.mixin"]
    _order = "terms_id, number"
    _wezer_titles = ("name",)

    terms_id = fields.Many2one(
        "wezer.terms", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer(required=True)
    name = fields.Char(required=True)
    points = fields.Integer(
        required=True, help="Part of the price, in hundredths of a percent."
    )
    percent_text = fields.Char(
        string="Part of the price", compute="_compute_percent_text"
    )
    date_due = fields.Datetime()
    company_id = fields.Many2one(
        related="terms_id.company_id", store=True, precompute=True
    )

    _points_in_range = models.Constraint(
        "CHECK (points > 0 AND points <= 10000)",
        "A step must be a part of the price, above zero.",
    )
    _number_uniq = models.UniqueIndex(
        "(terms_id, number)", "Each step can be listed only once."
    )

    @api.depends("points")
    def _compute_percent_text(self):
        for milestone in self:
            milestone.percent_text = format_points(milestone.points)

    def _format(self):
        return f"{self.name} {format_points(self.points)}"

    def write(self, vals):
        raise Refusal(
            self.env._(
                "Terms cannot be changed once they are proposed."
                " Propose other terms instead."
            ),
            rule="immutable",
        )
