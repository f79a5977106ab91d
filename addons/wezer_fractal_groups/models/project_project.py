from odoo import fields, models


class ProjectProject(models.Model):
    _inherit = "project.project"

    team_id = fields.Many2one(
        "wezer.group",
        domain=[("kind", "=", "circle")],
        index="btree_not_null",
        ondelete="restrict",
        help="The circle whose project this is; its wallet pays.",
    )
