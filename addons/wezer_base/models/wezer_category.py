from odoo import api, fields, models

from ..tools.text import normalise


class WezerCategory(models.Model):
    _name = "wezer.category"
    _description = "Category"
    _order = "complete_name"
    _rec_name = "complete_name"
    _parent_store = True

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", store=True, recursive=True
    )
    parent_id = fields.Many2one("wezer.category", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("wezer.category", "parent_id")
    synonyms = fields.Char(help="Other words people use, separated by commas.")
    icon = fields.Char(
        default="leaf", help="Name of the line drawing shown where there is no picture."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for category in self:
            parent = category.parent_id.complete_name
            category.complete_name = (
                f"{parent} / {category.name}" if parent else category.name
            )

    @api.model
    def _find_or_create(self, name):
        """Return the category called ``name``, accents and case aside; make it."""
        wanted = normalise(name)
        for category in self.search([]):
            words = [category.name, *(category.synonyms or "").split(",")]
            if wanted in map(normalise, words):
                return category
        return self.create({"name": name.strip()})
