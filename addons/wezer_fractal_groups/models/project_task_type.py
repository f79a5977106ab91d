from odoo import fields, models


class ProjectTaskType(models.Model):
    _inherit = "project.task.type"

    assignee_partner_id = fields.Many2one(
        "res.partner",
        string="Who does it here",
        index="btree_not_null",
        ondelete="set null",
        help="A task that comes into this stage is given to this person or role."
        " Empty: it stays with whom it was.",
    )
    reviewer_partner_id = fields.Many2one(
        "res.partner",
        string="Who reviews it here",
        index="btree_not_null",
        ondelete="set null",
        help="A task that comes into this stage is reviewed by this person or role."
        " Empty: nothing changes.",
    )
