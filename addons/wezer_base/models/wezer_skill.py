from odoo import Command, api, fields, models
from odoo.tools import SQL


class WezerSkill(models.Model):
    """What somebody can do; it may serve in many categories."""

    _name = "wezer.skill"
    _description = "Skill"
    _suggested_as = "skill"
    _inherit = ["wezer.word.mixin", "wezer.record.mixin"]
    _order = "name, id"
    _sorted_by_language = frozenset({"name"})

    category_id = fields.Many2one(
        "wezer.category",
        string="Main category",
        index=True,
        ondelete="set null",
        help="Shown beside the skill and used to group it in lists.",
    )
    category_ids = fields.Many2many(
        "wezer.category",
        "wezer_category_skill_rel",
        "skill_id",
        "category_id",
        string="Useful in",
        help="All categories this skill is useful in, including the main one."
        " People with this skill are suggested there.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        skills = super().create(vals_list)
        skills._add_main_category()
        return skills

    def write(self, vals):
        result = super().write(vals)
        if "category_id" in vals or "category_ids" in vals:
            self._add_main_category()
        return result

    def _add_main_category(self):
        """Keep the main category among those the skill serves in."""
        for skill in self:
            if skill.category_id and skill.category_id not in skill.category_ids:
                skill.category_ids = [Command.link(skill.category_id.id)]

    def _rank_near(self, category):
        """Skills of ``category`` and the branches below it first."""
        if not category:
            return SQL("NULL::int")
        return SQL(
            "CASE WHEN EXISTS (SELECT FROM wezer_category_skill_rel r"
            " JOIN wezer_category c ON c.id = r.category_id"
            " WHERE r.skill_id = %s AND c.parent_path LIKE %s) THEN 0 ELSE 1 END",
            SQL.identifier(self._table, "id"),
            f"{category.sudo().parent_path}%",
        )

    def _suggestion_place(self):
        return self.category_id.name
