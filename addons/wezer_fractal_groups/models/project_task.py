from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.tools import LazyTranslate

from ..tools.duties import in_force
from .wezer_task_duty import DUTIES

_lt = LazyTranslate(__name__)

# Only our own code holds this object: RPC cannot send it in a context.
AT_ONCE = object()
DUTY_FIELDS = [name for name, _words in DUTIES]


class ProjectTask(models.Model):
    _name = "project.task"
    _inherit = ["project.task", "wezer.record.mixin"]
    _wezer_texts = ("name", "description")

    # Odoo's assignees are internal users; a volunteer is a portal member, a role is
    # nobody's user: worker and reviewer are partners.
    assignee_partner_id = fields.Many2one(
        "res.partner", string="Assigned to", index="btree_not_null", tracking=False
    )
    reviewer_partner_id = fields.Many2one(
        "res.partner", string="Reviewer", index="btree_not_null", tracking=False
    )
    duty_ids = fields.One2many(
        "wezer.task.duty",
        "task_id",
        string="Assignments by stage",
        copy=True,
        help="The settings of the project and the stage apply unless you set"
        " something else here.",
    )
    is_mine = fields.Boolean(compute="_compute_is_mine", search="_search_is_mine")
    i_review = fields.Boolean(compute="_compute_i_review", search="_search_i_review")

    # === MY TASKS: the user's, and those of their roles and circles === #

    @api.depends_context("uid")
    @api.depends("assignee_partner_id")
    def _compute_is_mine(self):
        mine = self.env.user._wezer_duty_ids()
        for task in self:
            task.is_mine = task.assignee_partner_id.id in mine

    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("assignee_partner_id", "in", self.env.user._wezer_duty_ids())]

    @api.depends_context("uid")
    @api.depends("reviewer_partner_id")
    def _compute_i_review(self):
        mine = self.env.user._wezer_review_ids()
        for task in self:
            task.i_review = task.reviewer_partner_id.id in mine

    def _search_i_review(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("reviewer_partner_id", "in", self.env.user._wezer_review_ids())]

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        # Access first: what follows looks up what the values name.
        self.check_access("create")
        vals_list = [dict(vals) for vals in vals_list]
        named = [self._named_in(vals) for vals in vals_list]
        for vals in vals_list:
            self._prepare_users_in_step(vals)
        tasks = super().create(vals_list)
        if self.env.context.get("wezer_subscribe") is AT_ONCE:
            tasks._subscribe_at_once()
        tasks._keep_assignee_in_step()
        # Odoo gives a task by default to its author: the stage knows better.
        for task, given in zip(tasks.sudo(), named, strict=True):
            task._take_duties(given)
        self.env["wezer.group.follower.sync"]._keep_in_step(tasks)
        return tasks

    def write(self, vals):
        vals = dict(vals)
        self._prepare_users_in_step(vals)
        stages = {}
        if {"stage_id", "project_id"} & vals.keys():
            stages = {task: task.stage_id for task in self.sudo()}
        result = super().write(vals)
        if "user_ids" in vals and "assignee_partner_id" not in vals:
            self._keep_assignee_in_step()
        given = vals.keys() & {*DUTY_FIELDS, "user_ids"}
        for task, stage in stages.items():
            if task.stage_id != stage:
                task._take_duties(given)
        if {*DUTY_FIELDS, "user_ids", "active", "state", "stage_id"} & vals.keys():
            self.env["wezer.group.follower.sync"]._keep_in_step(self)
        return result

    def unlink(self):
        self.env["wezer.group.follower.sync"]._purge_records(self)
        return super().unlink()

    # === MANY AT ONCE === #

    @api.model
    def _wezer_create_quietly(self, vals_list):
        """Create many tasks, without a message to anybody.

        Everything else is as after the creation of a single one.
        """
        quiet = self.with_context(
            tracking_disable=True, mail_create_nolog=True, wezer_subscribe=AT_ONCE
        )
        return quiet.create(vals_list).with_env(self.env)

    def _subscribe_at_once(self):
        """Add the followers that Odoo adds to each new task, for all of these."""
        followers = self.env["mail.followers"].sudo()
        creator = self.env.user.partner_id
        followers._insert_followers(self._name, self.ids, creator.ids, customer_ids=[])
        by_source = defaultdict(self.browse)
        for task in self.sudo():
            by_source[task.project_id.id, tuple(task.user_ids.ids)] |= task
        for (project_id, user_ids), tasks in by_source.items():
            tasks.with_context(
                mail_auto_subscribe_no_notify=True
            )._message_auto_subscribe(
                {"project_id": project_id, "user_ids": [Command.set(user_ids)]},
                followers_existing_policy="update",
            )
        self.invalidate_recordset(["message_follower_ids", "message_partner_ids"])

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Extend Odoo's: who creates many tasks is added by ``_subscribe_at_once``."""
        creator = self.env.user.partner_id.ids
        at_once = self.env.context.get("wezer_subscribe") is AT_ONCE
        if at_once and partner_ids == creator and not subtype_ids:
            return True
        return super().message_subscribe(partner_ids, subtype_ids)

    # === DUTIES: stage, project, task === #

    def _duties_in_force(self):
        """Return ``{(stage id, duty): partner}``: stage, then project, then task."""
        self.ensure_one()
        project = self.project_id
        stages = project.type_ids | self.stage_id
        defaults = {
            (stage.id, name): stage[name] for stage in stages for name in DUTY_FIELDS
        }
        return in_force(
            defaults,
            [line._line() for line in project.duty_ids],
            [line._line() for line in self.duty_ids],
        )

    def _take_duties(self, given):
        """Give the task to whom its stage is given; where nobody is, it stays.

        :param given: names of fields that the same write set: those stay
        """
        self.ensure_one()
        if self._has_own_worker():
            return
        found = self._duties_in_force()
        vals = {}
        for name in DUTY_FIELDS:
            if name in given or ("user_ids" in given and name == DUTY_FIELDS[0]):
                continue
            partner = found.get((self.stage_id.id, name))
            if partner and partner != self[name]:
                vals[name] = partner.id
        if vals:
            # Configured by people who run the project; the card may be moved by a
            # portal collaborator, who may not write the assignee.
            self.sudo().write(vals)

    @api.model
    def _named_in(self, vals):
        """Return the fields in which a new task's values name somebody."""
        named = {name for name in DUTY_FIELDS if vals.get(name)}
        # A new task has no users yet, whichever tasks create() is called on: copying
        # several calls it on all of them.
        users = self._fields["user_ids"].convert_to_cache(
            vals.get("user_ids") or [], self.browse(), validate=False
        )
        return named | ({"user_ids"} if users else set())

    def _has_own_worker(self):
        """Return whether something else decides who works; addons extend it."""
        self.ensure_one()
        return False

    # === IN STEP WITH ODOO'S ASSIGNEES === #

    def _prepare_users_in_step(self, vals):
        """Keep Odoo's assignee in step with a partner that is an internal user."""
        if "assignee_partner_id" not in vals or vals.get("user_ids"):
            return
        partner = self.env["res.partner"].sudo().browse(vals["assignee_partner_id"])
        users = partner.user_ids.filtered(lambda user: user.active and not user.share)
        vals["user_ids"] = [Command.set(users[:1].ids)]

    def _keep_assignee_in_step(self):
        """Follow Odoo's assignee with the partner; a volunteer or a role stays."""
        tasks = self.sudo()
        by_partner = defaultdict(tasks.browse)
        for task in tasks:
            partner, users = task.assignee_partner_id, task.user_ids
            if partner in users.partner_id:
                continue
            internal = partner.user_ids.filtered(lambda user: not user.share)
            if users or internal:
                by_partner[users[:1].partner_id.id] |= task
        # Many tasks that are created together mostly have the same assignee.
        for partner_id, same in by_partner.items():
            same.assignee_partner_id = partner_id

    # === NOTICES === #

    def _wezer_page(self, user):
        """Return where ``user`` sees this task: members, at its circle's page."""
        self.ensure_one()
        if not user.share:
            return f"/odoo/all-tasks/{self.id}"
        team = self.project_id.team_id
        return f"/groups/{team.slug}" if team else "/my/todo"

    def _wezer_notify_following(self, people):
        """Leave members (portal) a notice of a task that is theirs, or a role's."""
        self.ensure_one()
        if self.env.context.get("mail_auto_subscribe_no_notify"):
            # The actions of a deal notify their people themselves.
            return
        people -= self.env.user.partner_id
        groups = self.env["wezer.group"]
        for name in DUTY_FIELDS:
            partner = self[name]
            group = groups._of_partner(partner) if partner else groups
            mine = people & partner
            if group:
                ids = group._effective_member_ids()
                mine = people.filtered(lambda person, ids=ids: person.id in ids)
            people -= mine
            self._wezer_notify_duty(mine, name, group)

    def _wezer_notify_duty(self, people, name, group):
        reviews = name == DUTY_FIELDS[1]
        words = {"group": group.name, "task": self.name}
        if group and reviews:
            message = _lt("%(group)s has a task to review: %(task)s.", **words)
        elif group:
            message = _lt("%(group)s has a new task: %(task)s.", **words)
        elif reviews:
            message = _lt("You have a task to review: %(task)s.", task=self.name)
        else:
            message = _lt("You have a new task: %(task)s.", task=self.name)
        self.env["wezer.notice"].sudo()._leave(
            people,
            "group_task",
            message,
            url=f"/groups/{group.slug}" if group else "/my/todo",
            record=self,
        )
