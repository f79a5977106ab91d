from fractions import Fraction

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools import roll
from ..tools.rules import SHARE

COLLEGES_LEAST = 3
WEIGHT_LEAST, WEIGHT_MOST = Fraction(1, 10), Fraction(1, 2)


class WezerDecisionCollege(models.Model):
    """A college of a circle: a group of voters whose share of yes has a weight.

    A college never changes. A circle replaces all its colleges at once, and those that
    it had stay as they were: decisions that were announced before go on with them.
    """

    _name = "wezer.decision.college"
    _description = "College"
    _inherit = ["wezer.record.mixin"]
    _order = "group_id, sequence, id"
    _wezer_titles = ("name",)

    group_id = fields.Many2one(
        "wezer.group", string="Circle", required=True, index=True, ondelete="cascade"
    )
    active = fields.Boolean(
        default=True, help="Off for colleges that the circle has replaced."
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

    _once = models.UniqueIndex(
        "(group_id, name) WHERE active", "Each college has a name of its own."
    )

    @api.model
    def _of_circle(self, group):
        """Return the colleges (sudo) that ``group`` has now."""
        return self.sudo().search([("group_id", "=", group.id)])

    @api.model
    def _has_voters(self, group):
        """Return whether anybody could vote in the colleges of ``group`` (sudo)."""
        if not self._of_circle(group):
            return False
        asked = {"group_id": group.id, "electorate": "colleges"}
        draft = self.env["wezer.decision"].sudo().new(asked)
        return roll.has_voices(draft)

    def _exact(self):
        """Return the weight as an exact fraction; 0 where it is none."""
        found = SHARE.fullmatch(self.weight or "")
        return Fraction(*map(int, found.groups())) if found and int(found[2]) else 0

    def _why_not_whole(self):
        """Return why these colleges cannot vote together, or None."""
        if len(self) < COLLEGES_LEAST:
            return Refusal(
                self.env._(
                    "The circle needs at least %s colleges for this.", COLLEGES_LEAST
                ),
                rule="colleges",
                value=str(len(self)),
                limit=str(COLLEGES_LEAST),
                field="electorate",
            )
        weights = [college._exact() for college in self]
        if sum(weights) == 1 and all(
            WEIGHT_LEAST <= weight <= WEIGHT_MOST for weight in weights
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
