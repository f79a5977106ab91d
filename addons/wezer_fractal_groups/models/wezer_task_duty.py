from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal

# The duty's word is the field of the task that it fills.
DUTIES = [
    ("assignee_partner_id", "Does it"),
    ("reviewer_partner_id", "Reviews it"),
]


class WezerTaskDuty(models.Model):
    """In this stage somebody else does or reviews: a line of a project or a task.

    Inherited from stage to project to task.
    """

    _name = "wezer.task.duty"
    _description = "Assignment in a stage"
    _inherit = ["wezer.record.mixin"]
    _order = "stage_id, duty, id"

    project_id = fields.Many2one(
        "project.project", index="btree_not_null", ondelete="cascade"
    )
    task_id = fields.Many2one(
        "project.task", index="btree_not_null", ondelete="cascade"
    )
    stage_id = fields.Many2one(
        "project.task.type", required=True, index=True, ondelete="cascade"
    )
    duty = fields.Selection(DUTIES, required=True, default=DUTIES[0][0])
    action = fields.Selection(
        [("add", "is given to"), ("remove", "is given to nobody")],
        required=True,
        default="add",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Person or role",
        index="btree_not_null",
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _one_level = models.Constraint(
        "CHECK ((project_id IS NULL) <> (task_id IS NULL))",
        "An assignment belongs either to a project or to a task.",
    )
    _project_uniq = models.UniqueIndex(
        "(project_id, stage_id, duty) WHERE project_id IS NOT NULL",
        "The project already has this assignment for this stage.",
    )
    _task_uniq = models.UniqueIndex(
        "(task_id, stage_id, duty) WHERE task_id IS NOT NULL",
        "The task already has this assignment for this stage.",
    )

    @api.constrains("action", "partner_id")
    def _check_partner(self):
        for line in self:
            if line.action == "add" and not line.partner_id:
                raise Refusal(
                    self.env._("Choose the person or role it is given to."), rule="duty"
                )

    # === CRUD: for people who may write the project or the task === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_may_write()
        return lines

    def write(self, vals):
        self._check_may_write()
        result = super().write(vals)
        self._check_may_write()
        return result

    def unlink(self):
        self._check_may_write()
        return super().unlink()

    def _check_may_write(self):
        self.project_id.check_access("write")
        self.task_id.check_access("write")

    def _line(self):
        """Return ``(key, action, partner)`` as ``tools.duties`` takes it."""
        self.ensure_one()
        return (self.stage_id.id, self.duty), self.action, self.partner_id
