from odoo import Command, api, fields, models


class ProjectTask(models.Model):
    _inherit = "project.task"

    # Odoo's assignees are internal users; a volunteer is a portal member, a
    # role is nobody's user: who works and who reviews are partners, as in 2015.
    assignee_partner_id = fields.Many2one(
        "res.partner", string="Who does it", index="btree_not_null", tracking=False
    )
    reviewer_partner_id = fields.Many2one(
        "res.partner", string="Who reviews it", index="btree_not_null", tracking=False
    )
    is_mine = fields.Boolean(compute="_compute_is_mine", search="_search_is_mine")

    @api.depends_context("uid")
    @api.depends("assignee_partner_id")
    def _compute_is_mine(self):
        mine = self.env.user._acting_ids("market")
        for task in self:
            task.is_mine = task.assignee_partner_id.id in mine

    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("assignee_partner_id", "in", self.env.user._acting_ids("market"))]

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            self._prepare_users_in_step(vals)
        tasks = super().create(vals_list)
        tasks._keep_assignee_in_step()
        return tasks

    def write(self, vals):
        vals = dict(vals)
        self._prepare_users_in_step(vals)
        result = super().write(vals)
        if "user_ids" in vals and "assignee_partner_id" not in vals:
            self._keep_assignee_in_step()
        return result

    def _prepare_users_in_step(self, vals):
        """Follow the partner with Odoo's assignee where he is an internal user."""
        if "assignee_partner_id" not in vals or "user_ids" in vals:
            return
        partner = self.env["res.partner"].sudo().browse(vals["assignee_partner_id"])
        users = partner.user_ids.filtered(lambda user: user.active and not user.share)
        vals["user_ids"] = [Command.set(users[:1].ids)]

    def _keep_assignee_in_step(self):
        """Follow Odoo's assignee with the partner; a volunteer or a role stays."""
        for task in self.sudo():
            partner, users = task.assignee_partner_id, task.user_ids
            if partner in users.partner_id:
                continue
            internal = partner.user_ids.filtered(lambda user: not user.share)
            if users:
                task.assignee_partner_id = users[0].partner_id
            elif internal:
                task.assignee_partner_id = False
