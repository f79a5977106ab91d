from fractions import Fraction

from odoo import fields, models

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools.rules import SHARE


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

    def _exact(self):
        """Return the weight as an exact fraction; 0 where it is none."""
        found = SHARE.fullmatch(self.weight or "")
        return Fraction(*map(int, found.groups())) if found and int(found[2]) else 0

    def _why_not_whole(self):
        """Return why these colleges cannot vote together, or None."""
        weights = [college._exact() for college in self]
        if sum(weights) == 1 and all(
            Fraction(1, 10) <= weight <= Fraction(1, 2) for weight in weights
        ):
            return None
        return Refusal(
            self.env._(
                "The weights of the colleges have to be 1 together, each between 1/10"
                " and 1/2."
            ),
            rule="weights",
            value=str(sum(weights)),
            limit="1",
            field="electorate",
        )
