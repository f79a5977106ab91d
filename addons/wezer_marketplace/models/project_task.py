from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days

# Only our own code holds this object: RPC cannot send it in a context.
DEAL_MOVES = object()
STATES = {
    "accepted": "01_in_progress",
    "delivered": "01_in_progress",
    "approved": "03_approved",
    "paid": "1_done",
}
# States of a task that say that its deal is over, or as good as.
CLOSING_STATES = ("03_approved", "1_done", "1_canceled")
QUIET = {
    # A volunteer is no follower, and no assignment is mailed.
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
}
LIVE = ("accepted", "delivered", "approved", "confirming", "disputed")


class ProjectTask(models.Model):
    _inherit = "project.task"

    wezer_announcement_ids = fields.One2many("wezer.announcement", "task_id")
    wezer_announcement_id = fields.Many2one(
        "wezer.announcement",
        string="On the marketplace",
        compute="_compute_wezer_announcement_id",
        compute_sudo=True,
    )
    wezer_deal_ids = fields.One2many("wezer.proposition", "task_id")
    wezer_deal_id = fields.Many2one(
        "wezer.proposition",
        string="Deal",
        compute="_compute_wezer_deal_id",
        compute_sudo=True,
    )
    wezer_deal_state = fields.Selection(
        lambda self: self.env["wezer.proposition"]._fields["state"].selection,
        string="Deal is",
        compute="_compute_wezer_deal_id",
        compute_sudo=True,
    )
    wezer_places = fields.Integer(
        string="Helpers wanted", default=1, help="Several: a sub-task for each."
    )
    wezer_category_id = fields.Many2one("wezer.category", string="Category")
    wezer_city = fields.Char(string="Place")
    wezer_latitude = fields.Float(digits=(9, 6))
    wezer_longitude = fields.Float(digits=(9, 6))
    wezer_date_start = fields.Datetime(string="Begins")

    @api.depends("wezer_announcement_ids.state")
    def _compute_wezer_announcement_id(self):
        for task in self:
            task.wezer_announcement_id = task.wezer_announcement_ids.sorted("id")[-1:]

    @api.depends("wezer_deal_ids.state")
    def _compute_wezer_deal_id(self):
        for task in self:
            deals = task.wezer_deal_ids.filtered(lambda deal: deal.state != "ended")
            task.wezer_deal_id = deals.sorted("id")[-1:]
            task.wezer_deal_state = task.wezer_deal_id.state

    # === POST TO MARKETPLACE === #

    def action_post_to_marketplace(self):
        """Publish these tasks as help wanted, in one click."""
        self.check_access("write")
        if len(self) > 1:
            return self._post_many()
        self.ensure_one()
        self._post()
        return self._notification(
            self.env._("Posted: %(title)s is on the marketplace.", title=self.name)
        )

    def _post_many(self):
        """Post all at once: what is refused is told, and stops no other."""
        vals_list, reasons, may_pay = [], [], {}
        for task in self:
            try:
                vals_list.append(task._posted_vals(may_pay))
            except UserError as error:
                reasons.append(f"{task.name}: {error.args[0]}")
        self._announce(vals_list)
        message = self.env._(
            "%(count)s tasks are on the marketplace.", count=len(vals_list)
        )
        return self._notification(
            " ".join([message, *reasons[:5]]), "warning" if reasons else "success"
        )

    def _notification(self, message, kind="success"):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _post(self):
        return self._announce([self._posted_vals({})])

    def _announce(self, vals_list):
        """Put announcements on the market: who may is checked, they are the payers'."""
        vals = {"state": "open", "date_publish": fields.Datetime.now()}
        return (
            self.env["wezer.announcement"]
            .sudo()
            .create([{**one, **vals} for one in vals_list])
        )

    def _posted_vals(self, may_pay):
        """Return the values of this task's announcement; Refusal where it may not be.

        :param dict may_pay: ``{payer: whether the caller may pay for it}``, asked once
        """
        self.ensure_one()
        if self.sudo().has_template_ancestor:
            raise Refusal(
                self.env._(
                    "“%(name)s” is a template: make a task of it.", name=self.name
                ),
                rule="template",
            )
        if self.wezer_announcement_id.state in ("draft", "open", "full", "paused"):
            raise Refusal(
                self.env._("“%(name)s” is on the marketplace already.", name=self.name),
                rule="posted",
            )
        self._check_no_worker()
        days.check_order(self.env, self.wezer_date_start, self.date_deadline)
        last = self.date_deadline or self.wezer_date_start
        days.check_not_past(self.env, days.day_of(self.env, last), "deadline")
        payer = self._payer()
        if payer not in may_pay:
            user = self.env.user
            right = "market" if user._acts_for(payer, "market") else "project"
            user._check_acts_for(payer, right)
            may_pay[payer] = bool(user._acts_for(payer, "wallet"))
        # A want that who comes first has at once commits the payer's money.
        priced = self._rate()[1]
        mode = "choose" if priced and not may_pay[payer] else "first_come"
        return {**self._prepare_announcement_vals(payer), "claim_mode": mode}

    def _payer(self):
        payer = (
            self.project_id.sudo().team_id.partner_id
            or self.env.company.sudo().wezer_task_payer_id
        )
        if not payer:
            raise Refusal(
                self.env._("Say who pays: give the project a team."), rule="payer"
            )
        return payer

    def _prepare_announcement_vals(self, payer):
        """Return the values of the announcement, all from task and project."""
        project = self.project_id.sudo()
        skills = self.env["wezer.skill"].sudo()
        for tag in self.tag_ids:
            skills |= skills._find(tag.name)[:1]
        typed = self.env["wezer.typed"]
        hours = typed._number(self.allocated_hours or 1.0)
        currency, rate = self._rate()
        prices = []
        if rate:
            line = {"wezer_currency_id": currency.id, "unit_minor": rate}
            prices = [(0, 0, line)]
        return {
            "title": self.name,
            "kind": "want",
            "description": self.description,
            "category_id": self.wezer_category_id.id,
            "skill_ids": [(6, 0, skills.ids)],
            "author_id": payer.id,
            "person_id": self.env.user.partner_id.id,
            "places": typed._places(self.wezer_places),
            "quantity": hours,
            "unit": "hour",
            "price_line_ids": prices,
            "steps": self.wezer_steps,
            "done_when": self.wezer_done_when,
            "task_id": self.id,
            "date_start": self.wezer_date_start,
            "date_end": self.date_deadline,
            "city": self.wezer_city,
            "latitude": self.wezer_latitude,
            "longitude": self.wezer_longitude,
            "group_ids": [(6, 0, project.team_id.ids)],
            "company_id": self.env.company.id,
        }

    def action_undo_post(self):
        """Take the post back, while nobody answered."""
        self.check_access("write")
        self.ensure_one()
        return self.wezer_announcement_id.with_env(self.env).action_undo_post()

    def action_open_deal(self):
        """Open the deal of this task."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "wezer.proposition",
            "res_id": self.wezer_deal_id.id,
            "view_mode": "form",
        }

    # === STAGES: a stage never moves money === #

    def write(self, vals):
        if self.env.context.get("wezer_deal_moves") is not DEAL_MOVES:
            if vals.get("stage_id"):
                stage = self.env["project.task.type"].browse(vals["stage_id"])
                for task in self:
                    task._check_stage(stage)
            if vals.get("state") in CLOSING_STATES:
                for task in self.filtered(lambda task: task.state != vals["state"]):
                    task._check_deal_first()
            if "active" in vals and not vals["active"]:
                self._check_no_live_deal()
        return super().write(vals)

    def _has_own_worker(self):
        """A live deal says who works and who reviews, whatever the stage says."""
        return self.sudo().wezer_deal_id.state in LIVE or super()._has_own_worker()

    def _check_stage(self, stage):
        if stage.sudo().wezer_deal_state not in ("approved", "paid"):
            return
        if stage != self.stage_id:
            self._check_deal_first()

    def _check_deal_first(self):
        """Send who closes a task with a live deal to the deal."""
        deal = self.sudo().wezer_deal_id
        if deal.state not in LIVE:
            return
        # The name of a window: coordinators may not read actions themselves.
        action = self.env.ref("wezer_marketplace.wezer_proposition_action").sudo()
        raise RedirectWarning(
            self.env._(
                "A stage moves no money: approve and pay the deal “%(title)s”.",
                title=deal.title,
            ),
            {
                "type": "ir.actions.act_window",
                "res_model": "wezer.proposition",
                "res_id": deal.id,
                "views": [
                    (
                        self.env.ref(
                            "wezer_marketplace.wezer_proposition_view_form"
                        ).id,
                        "form",
                    )
                ],
                "name": action.name,
            },
            self.env._("Approve and pay"),
        )

    def _follow_deal(self, deal_state):
        """Move the task with its deal (sudo: the deal's arrow has checked)."""
        for task in self:
            vals = {"state": STATES[deal_state]}
            stages = task.project_id.type_ids.filtered(
                lambda stage: stage.wezer_deal_state == deal_state
            )
            if stages:
                vals["stage_id"] = stages[:1].id
            task.with_context(wezer_deal_moves=DEAL_MOVES, **QUIET).write(vals)

    def _check_no_worker(self):
        """Two do not work on the same task, whichever announcement they answered."""
        deal = self.sudo().wezer_deal_ids.filtered(lambda one: one.state in LIVE)[:1]
        if deal:
            raise Refusal(
                self.env._(
                    "%(name)s is working on “%(title)s” already.",
                    name=deal.payee_id.name,
                    title=self.sudo().name,
                ),
                rule="worker",
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_live_deal(self):
        self._check_no_live_deal()

    def _check_no_live_deal(self):
        tasks = self.sudo()
        deals = tasks.wezer_deal_ids | tasks.wezer_announcement_ids.proposition_ids
        if deals.filtered(lambda deal: deal.state in (*LIVE, "open", "waiting")):
            raise NotAllowed(
                self.env._("Somebody is working on this: the deal comes first."),
                rule="live_deal",
            )
        if tasks.wezer_announcement_ids.filtered(
            lambda one: one.state in ("open", "full", "paused")
        ):
            raise NotAllowed(
                self.env._("It is on the marketplace: take the post back first."),
                rule="posted",
            )


class WezerProposition(models.Model):
    _inherit = "wezer.proposition"

    def _assign_task(self):
        """Give the task to the worker; one of several gets a sub-task of his own."""
        # The deal's arrow has checked who: the task is the coordinators' side.
        task = self.announcement_id.task_id.sudo().with_context(**QUIET)
        if not task:
            return
        if self.announcement_id.places != 1:
            task = task.create(
                {
                    "name": task.name,
                    "project_id": task.project_id.id,
                    "parent_id": task.id,
                    "description": task.description,
                    "date_deadline": self.date_due,
                }
            )
        task._check_no_worker()
        self.task_id = task
        task.write(
            {
                "assignee_partner_id": self.payee_id.id,
                "reviewer_partner_id": self.payer_id.id,
            }
        )
        task._follow_deal("accepted")

    def _move_task(self, deal_state):
        self.sudo().task_id._follow_deal(deal_state)

    def _free_task(self):
        """The deal ended: the task is nobody's again."""
        for deal in self.sudo().filtered("task_id"):
            task = deal.task_id.with_context(wezer_deal_moves=DEAL_MOVES, **QUIET)
            source = deal.announcement_id.task_id
            own = bool(source) and task != source
            # A sub-task was made for this deal alone; the task itself waits on.
            vals = {
                "assignee_partner_id": False,
                "state": "1_canceled" if own else "01_in_progress",
            }
            if not own and task.stage_id.wezer_deal_state:
                stages = task.project_id.type_ids.filtered(
                    lambda stage: not (stage.wezer_deal_state or stage.fold)
                )
                if stages:
                    vals["stage_id"] = stages[:1].id
            task.write(vals)
