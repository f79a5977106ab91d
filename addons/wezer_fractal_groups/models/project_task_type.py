from odoo import fields, models


class ProjectTaskType(models.Model):
    _inherit = "project.task.type"

    assignee_partner_id = fields.Many2one(
        "res.partner",
        string="Assigned to in this stage",
        index="btree_not_null",
        ondelete="set null",
        help="A task that enters this stage is given to this person or role. If"
        " this is empty, the person or role stays the same.",
    )
    reviewer_partner_id = fields.Many2one(
        "res.partner",
        string="Reviewer in this stage",
        index="btree_not_null",
        ondelete="set null",
        help="This person or role reviews a task that enters this stage. If this"
        " is empty, nothing changes.",
    )
