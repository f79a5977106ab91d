from odoo import fields, models


class WezerSkill(models.Model):
    _name = "wezer.skill"
    _description = "Skill"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    category_id = fields.Many2one("wezer.category", index=True, ondelete="set null")
    synonyms = fields.Char(help="Other words people use, separated by commas.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )
