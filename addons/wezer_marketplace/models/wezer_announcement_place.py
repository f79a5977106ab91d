from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import payload

# So many different demands one announcement makes.
ROWS_MAX = 5
# Fewer places than this are kept for one of them.
COUNT_END = 1000


class WezerAnnouncementPlace(models.Model):
    """Some of an announcement's places, kept for people with a role or a skill."""

    _name = "wezer.announcement.place"
    _description = "Places kept for a role or a skill"
    _inherit = ["wezer.record.mixin"]
    _order = "id"
    _rec_name = "count"

    announcement_id = fields.Many2one(
        "wezer.announcement", required=True, index=True, ondelete="cascade"
    )
    count = fields.Integer(required=True, default=1)
    group_id = fields.Many2one(
        "wezer.group", string="For members of", ondelete="restrict"
    )
    skill_id = fields.Many2one(
        "wezer.skill", string="For people with the skill", ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="announcement_id.company_id", store=True, precompute=True
    )

    _count_positive = models.Constraint(
        "CHECK (count > 0)", "The number of kept places must be above zero."
    )
    _asks_something = models.Constraint(
        "CHECK (group_id IS NOT NULL OR skill_id IS NOT NULL)",
        "A kept place needs a role or a skill.",
    )

    def _fits(self, person):
        """Return whether ``person`` has the role and the skill that is asked for."""
        self.ensure_one()
        place = self.sudo()
        if place.group_id and person not in place.group_id.effective_members():
            return False
        if place.skill_id and place.skill_id not in person._wezer_profile().skill_ids:
            return False
        return True

    def _plain(self) -> list[dict]:
        """Return these places as plain values."""
        return [
            {
                "count": place.count,
                "group_id": place.group_id.id,
                "skill_id": place.skill_id.id,
            }
            for place in self
        ]

    def _format(self) -> str:
        """Return what this place asks for; hidden groups are not told of."""
        self.ensure_one()
        known = self.sudo()
        group = known.group_id.sudo(False)._wezer_with_visible_name()
        others = known.group_id and not group and self.env._("some members")
        return ", ".join(filter(None, (known.skill_id.name, group.name, others)))

    @api.model
    def _parse(self, kept) -> list[dict]:
        """Return kept places as plain values, of roles and skills the user sees.

        :param list kept: dicts ``count``, and ``group_id`` or ``skill_id`` (or
            ``skill``, its name) or both
        """
        return [self._parse_line(row) for row in payload.rows(self.env, kept, ROWS_MAX)]

    @api.model
    def _parse_line(self, row):
        known = {"count", "group_id", "skill_id", "skill"}
        if not isinstance(row, dict) or row.keys() - known:
            raise payload.foreign(self.env)
        row = dict(row)
        if name := row.pop("skill", None):
            market = self.env["wezer.announcement"]
            row["skill_id"] = market._skills_called(name, "kept_skill_0")[:1].id
        line = {"count": row.get("count", 1)}
        for name in ("group_id", "skill_id"):
            number = row.get(name) or False
            if number and type(number) is not int:
                raise payload.foreign(self.env)
            model = self.env[self._fields[name].comodel_name]
            line[name] = model.search([("id", "=", number)]).id
        if type(line["count"]) is not int or not 0 < line["count"] < COUNT_END:
            raise Refusal(
                self.env._("Enter the number of kept places as a number."),
                rule="places",
            )
        if not (line["group_id"] or line["skill_id"]):
            raise Refusal(
                self.env._("Choose who the places are kept for: a role or a skill."),
                rule="places",
            )
        return line
