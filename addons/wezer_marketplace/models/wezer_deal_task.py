from odoo import fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .project_task import QUIET


class WezerDeal(models.Model):
    """Whoever answers an offer says for which task of his own the help is."""

    _inherit = "wezer.deal"

    named_task_id = fields.Many2one(
        "project.task",
        string="Help for the task",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        readonly=True,
    )

    def action_name_task(self, task_id, acting_partner_id=None):
        """Say for which task the offered help is; agreed, the task is the worker's.

        The payer's actor, offers only, and only a task that he may change himself, of
        the payer's team or one whose project he runs: nobody puts work into others'.

        :param int task_id: False takes it back
        """
        party = self._begin(("payer_id",), ("open", "accepted"), acting_partner_id)
        deal = self.sudo()
        if deal.kind != "offer":
            raise Refusal(
                self.env._("Help wanted has its task from who posted it."), rule="kind"
            )
        if deal.task_id:
            raise Refusal(self.env._("The task is at work already."), rule="task")
        if not task_id:
            deal.named_task_id = False
            return True
        deal.named_task_id = deal._own_task(party, task_id)
        if deal.state == "accepted":
            deal._assign_task()
        return True

    def action_open_task(self):
        """Ask for which task the offered help is."""
        return self._open_wizard("wezer.deal.task", self.env._("Name its task"), {})

    def _own_task(self, party, task_id):
        """Return the task ``task_id`` of ``party``, which the caller may change."""
        number = task_id if type(task_id) is int and 0 < task_id < 2**31 else 0
        task = self.env["project.task"].with_user(self.env.user).browse(number)
        task = task.sudo(False)
        if not (task.has_access("write") and task.exists() and number):
            raise NotAllowed(self.env._("Name a task of yours."), rule="task")
        team = task.sudo().project_id.team_id.partner_id
        if team and team != party:
            # Work for a team is accepted by who runs its project.
            self.env.user._check_acts_for(team, "project")
        task.sudo()._check_free()
        return task

    def _assign_task(self):
        if self.kind != "offer" or not self.named_task_id:
            return super()._assign_task()
        # The deal's arrow has checked who: the task is the coordinators' side.
        task = self.named_task_id.sudo().with_context(**QUIET)
        task._check_free()
        self.task_id = task
        task.write(
            {
                "assignee_partner_id": self.payee_id.id,
                "reviewer_partner_id": self.payer_id.id,
            }
        )
        task._follow_deal("accepted")


class ProjectTask(models.Model):
    _inherit = "project.task"

    def _check_free(self):
        """Refuse a task that somebody works on, or that is on the market."""
        self.ensure_one()
        self._check_no_worker()
        if self.wezer_announcement_id.state in ("open", "full", "paused"):
            raise Refusal(
                self.env._("“%(name)s” is on the marketplace already.", name=self.name),
                rule="posted",
            )
