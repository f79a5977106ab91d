from odoo import Command, api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import float_compare, html2plaintext

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days, payload
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH, clean_line

from ..tools import price_chips, task_import
from ..tools.task_context import DEAL_MOVES, QUIET
from .wezer_announcement import PUBLISHED, UNENDED
from .wezer_deal import AGREED, LIVE

# The state of a task whose deal has the state.
STATES = {
    "accepted": "01_in_progress",
    "delivered": "01_in_progress",
    "approved": "03_approved",
    "paid": "1_done",
}
# States of a task that say that its deal is over, or as good as.
CLOSED = ("1_done", "1_canceled")
CLOSING_STATES = ("03_approved", *CLOSED)
# What a post takes from its task: fields of the announcement and of the task.
FROM_TASK = {
    "title": "name",
    "description": "description",
    "category_id": "wezer_category_id",
    "places": "wezer_places",
    "quantity": "allocated_hours",
    "price_line_ids": "wezer_rate_text",
    "steps": "wezer_steps",
    "done_when": "wezer_done_when",
    "date_start": "wezer_date_start",
    "date_end": "date_deadline",
    "city": "wezer_city",
    "latitude": "wezer_latitude",
    "longitude": "wezer_longitude",
}
POINT = ("latitude", "longitude")


def _words_of(html):
    """Return what people read in ``html``, without pictures and addresses."""
    return html2plaintext(html or "", include_references=False).split()


class ProjectTask(models.Model):
    """A task that can be posted to the marketplace, with the deal that does it.

    A post takes its price and process from the task, which Odoo's task templates carry,
    and the task follows its deal. A stage never moves money.
    """

    _name = "project.task"
    _inherit = ["project.task", "wezer.rate.mixin"]

    wezer_announcement_ids = fields.One2many("wezer.announcement", "task_id")
    wezer_announcement_id = fields.Many2one(
        "wezer.announcement",
        string="On the marketplace",
        compute="_compute_wezer_announcement_id",
        compute_sudo=True,
    )
    wezer_posted = fields.Boolean(
        string="Is on the marketplace",
        compute="_compute_wezer_announcement_id",
        compute_sudo=True,
    )
    wezer_post_state = fields.Selection(
        lambda self: self.env["wezer.announcement"]._fields["state"].selection,
        string="State of the announcement",
        compute="_compute_wezer_announcement_id",
        compute_sudo=True,
    )
    wezer_price_text = fields.Char(
        string="Price on the marketplace",
        compute="_compute_wezer_price_text",
        compute_sudo=True,
        help="The price that a helper receives for this task.",
    )
    wezer_post_differs = fields.Char(
        string="Differences in the announcement",
        compute="_compute_wezer_post_differs",
        compute_sudo=True,
    )
    wezer_deal_ids = fields.One2many("wezer.deal", "task_id")
    wezer_deal_id = fields.Many2one(
        "wezer.deal",
        string="Deal",
        compute="_compute_wezer_deal_id",
        compute_sudo=True,
    )
    wezer_deal_state = fields.Selection(
        lambda self: self.env["wezer.deal"]._fields["state"].selection,
        string="State of the deal",
        compute="_compute_wezer_deal_id",
        compute_sudo=True,
    )
    wezer_answer_ids = fields.Many2many(
        "wezer.deal",
        string="Answers",
        compute="_compute_wezer_answer_ids",
        help="The people who answered the announcement of this task.",
    )
    wezer_places = fields.Integer(
        string="Helpers wanted",
        default=1,
        help="If there are several, each of them gets a sub-task.",
    )
    wezer_category_id = fields.Many2one("wezer.category", string="Category")
    wezer_city = fields.Char(string="Place")
    wezer_latitude = fields.Float(string="Latitude", digits=(9, 6))
    wezer_longitude = fields.Float(string="Longitude", digits=(9, 6))
    wezer_date_start = fields.Datetime(string="Begins")
    wezer_currency_id = fields.Many2one(
        string="Currency of the price",
        help="If this is empty, the currency of the project is used.",
    )
    wezer_steps = fields.Text(string="Steps, one per line")
    wezer_done_when = fields.Char(string="Done when")
    wezer_import_key = fields.Char(index="btree_not_null", copy=False, readonly=True)

    _import_key_uniq = models.UniqueIndex(
        "(project_id, wezer_import_key) WHERE wezer_import_key IS NOT NULL",
        "This row has already been imported.",
    )

    @api.depends("wezer_announcement_ids.state")
    def _compute_wezer_announcement_id(self):
        for task in self:
            task.wezer_announcement_id = task.wezer_announcement_ids.sorted("id")[-1:]
            task.wezer_post_state = task.wezer_announcement_id.state
            task.wezer_posted = task.wezer_announcement_id.state in UNENDED

    @api.depends_context("lang")
    @api.depends(
        *("allocated_hours", "wezer_currency_id", "wezer_rate_minor"),
        *("project_id.wezer_currency_id", "project_id.wezer_rate_minor"),
        *("wezer_announcement_ids.state", "wezer_announcement_ids.price_text"),
    )
    def _compute_wezer_price_text(self):
        """Show the price of the announcement, or the one that it would have."""
        for task in self:
            if task.wezer_posted:
                task.wezer_price_text = task.wezer_announcement_id._price_chip().text
                continue
            currency, rate = task._rate()
            prices = []
            if rate:
                hours = payload.number(task.env, task.allocated_hours or 1.0)
                line = task.env["wezer.announcement.price"].new(
                    {"wezer_currency_id": currency.id, "unit_minor": rate}
                )
                prices = [(currency, line._total(hours))]
            task.wezer_price_text = price_chips.chip(task.env, prices).text

    @api.depends(
        *("name", "description", "wezer_category_id", "wezer_places"),
        *("allocated_hours", "wezer_currency_id", "wezer_rate_minor"),
        *("wezer_steps", "wezer_done_when", "wezer_date_start", "date_deadline"),
        *("wezer_city", "wezer_latitude", "wezer_longitude"),
        *("project_id.wezer_currency_id", "project_id.wezer_rate_minor"),
        *(f"wezer_announcement_ids.{name}" for name in ("state", *FROM_TASK)),
    )
    def _compute_wezer_post_differs(self):
        """Name what was changed here since the task was posted."""
        for task in self:
            changes = task._post_changes() if task.wezer_posted else {}
            names = dict.fromkeys(FROM_TASK[name] for name in changes)
            labels = task.fields_get(list(names), ["string"])
            task.wezer_post_differs = ", ".join(
                labels[name]["string"] for name in names if name in labels
            )

    @api.depends("wezer_deal_ids.state")
    def _compute_wezer_deal_id(self):
        for task in self:
            deals = task.wezer_deal_ids.filtered(lambda deal: deal.state != "ended")
            task.wezer_deal_id = deals.sorted("id")[-1:]
            task.wezer_deal_state = task.wezer_deal_id.state

    @api.depends("wezer_announcement_ids.deal_ids.state")
    @api.depends_context("uid")
    def _compute_wezer_answer_ids(self):
        """Show the answers that the user may read: those of this task's parties."""
        deals = self.env["wezer.deal"]
        found = deals._read_group(
            [("announcement_id.task_id", "in", self.ids)],
            ["announcement_id"],
            ["id:recordset"],
        )
        answers = dict.fromkeys(self.ids, deals)
        for post, replies in found:
            answers[post.sudo().task_id.id] |= replies
        for task in self:
            task.wezer_answer_ids = answers.get(task._origin.id, deals)

    # === POST TO MARKETPLACE === #

    def action_post_to_marketplace(self) -> dict:
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
        """Post all at once; what is refused is reported, and stops no other."""
        vals_list, reasons, may_pay = [], [], {}
        for task in self:
            try:
                vals_list.append(task._posted_vals(may_pay))
            except UserError as error:
                reasons.append(f"{task.name}: {error.args[0]}")
        self._announce(vals_list)
        message = self.env._(
            "Tasks now on the market: %(count)s.", count=len(vals_list)
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
        """Put announcements on the market (sudo: who may post has been checked)."""
        vals = {"state": "open", "date_publish": fields.Datetime.now()}
        return (
            self.env["wezer.announcement"]
            .sudo()
            .create([{**posted, **vals} for posted in vals_list])
        )

    def _posted_vals(self, may_pay):
        """Return the values of this task's announcement; Refusal where it may not be.

        :param dict may_pay: ``{payer: whether the caller may pay for it}``, asked once
        """
        self.ensure_one()
        if self.sudo().has_template_ancestor:
            raise Refusal(
                self.env._(
                    "“%(name)s” is a template. Create a task from it first.",
                    name=self.name,
                ),
                rule="template",
            )
        if self.wezer_posted:
            raise Refusal(
                self.env._("“%(name)s” is already on the marketplace.", name=self.name),
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
        # First come, first served commits the payer's money.
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
                self.env._(
                    "Give the project a team first. The team is the one that pays."
                ),
                rule="payer",
            )
        return payer

    def _prepare_announcement_vals(self, payer):
        """Return the values of the announcement, all from task and project."""
        project = self.project_id.sudo()
        skills = self.env["wezer.skill"].sudo()
        for tag in self.tag_ids:
            skills |= skills._find(tag.name)[:1]
        market = self.env["wezer.announcement"]
        hours = payload.number(self.env, self.allocated_hours or 1.0)
        currency, rate = self._rate()
        prices = []
        if rate:
            line = {"wezer_currency_id": currency.id, "unit_minor": rate}
            prices = [Command.create(line)]
        return {
            "title": self.name,
            "kind": "want",
            "description": self.description,
            "category_id": self.wezer_category_id.id,
            "skill_ids": [Command.set(skills.ids)],
            "author_id": payer.id,
            "person_id": self.env.user.partner_id.id,
            "places": market._typed_places(self.wezer_places),
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
            "group_ids": [Command.set(project.team_id.ids)],
            "company_id": self.env.company.id,
        }

    # === THE ANNOUNCEMENT FOLLOWS ON REQUEST === #

    def _post_changes(self):
        """Return the values of the task that its announcement has otherwise."""
        self.ensure_one()
        post = self.sudo().wezer_announcement_id
        wanted = self.sudo()._prepare_announcement_vals(post.author_id)
        changes = {}
        # Where the task has no point, the announcement found its own by the place.
        found = (self.wezer_city or "") == (post.city or "") and not (
            self.wezer_latitude or self.wezer_longitude
        )
        for name in FROM_TASK:
            if name not in wanted or (found and name in POINT):
                continue
            field, new = post._fields[name], wanted[name]
            if name == "title":
                # As announcements keep it.
                new = clean_line(new or "", TITLE_LENGTH)
            if name == "price_line_ids":
                differs = post._changes_terms({name: new})
            elif field.type == "html":
                # Each is cleaned in its own way: what people read counts.
                differs = _words_of(new) != _words_of(post[name])
            elif field.type == "float":
                differs = float_compare(new or 0, post[name] or 0, precision_digits=6)
            else:
                new = field.convert_to_cache(new, post, validate=False) or False
                now = field.convert_to_cache(post[name], post, validate=False) or False
                differs = new != now
            if differs:
                changes[name] = wanted[name]
        return changes

    def action_update_post(self) -> dict:
        """Take over into the announcement what was changed here since it was posted.

        Whoever answered already is asked again where the terms change.
        """
        self.check_access("write")
        self.ensure_one()
        changes = self._post_changes() if self.wezer_posted else {}
        if "price_line_ids" in changes:
            currency, rate = self._rate()
            changes.pop("price_line_ids")
            changes["prices"] = {currency.id: currency._decimal(rate)} if rate else {}
        if changes:
            self.wezer_announcement_id.with_env(self.env).action_edit(changes)
        return self._notification(
            self.env._("The announcement matches the task: %(title)s", title=self.name)
        )

    def action_see_post(self) -> dict:
        """Open the announcement on the website."""
        self.ensure_one()
        self.check_access("read")
        # As the user: the page answers only those who may read it.
        slug = self.sudo().wezer_announcement_id.slug
        if not slug:
            raise Refusal(
                self.env._("“%(name)s” is not on the marketplace.", name=self.name),
                rule="posted",
            )
        return {"type": "ir.actions.act_url", "url": f"/market/{slug}", "target": "new"}

    def action_undo_post(self) -> bool:
        """Take the post back, while nobody answered."""
        self.check_access("write")
        self.ensure_one()
        return self.wezer_announcement_id.with_env(self.env).action_undo_post()

    def action_open_deal(self) -> dict:
        """Open the deal of this task."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "wezer.deal",
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
            if vals.get("state") in CLOSED:
                self._close_posts()
            if ("active" in vals and not vals["active"]) or vals.get("is_template"):
                self._check_no_live_deal()
            if "project_id" in vals:
                self._check_same_payer(vals["project_id"])
        return super().write(vals)

    def _close_posts(self):
        """Close the announcements of tasks that are being closed.

        Where somebody answered, the answers come first.
        """
        # sudo: whoever may change the task may know that it is on the market.
        for task in self.sudo().filtered("wezer_posted").sudo(self.env.su):
            post = task.sudo().wezer_announcement_id
            task._check_no_answers(post)
            if self.env.su:
                post._end("closed")
                continue
            user, right = self.env.user, post.sudo(False)._right_for("close")
            if not user._acts_for(post.author_id, right):
                raise NotAllowed(
                    self.env._(
                        "“%(title)s” is on the marketplace. Ask someone who runs"
                        " the projects of %(team)s to withdraw the announcement"
                        " first.",
                        title=task.name,
                        team=post.author_id.name,
                    ),
                    rule="posted",
                )
            post.sudo(False).action_close()

    def _check_no_answers(self, post):
        """Refuse to close a task while answers wait, and lead to them."""
        answers = post.deal_ids.filtered(lambda deal: deal.state in LIVE)
        if answers:
            self._redirect_to_deals(
                self.env._(
                    "“%(title)s” is on the marketplace, and someone has answered."
                    " Accept or decline the answers and finish the deals, or close"
                    " the announcement first.",
                    title=self.name,
                ),
                answers,
                self.env._("Show the answers"),
            )

    def _check_same_payer(self, project_id):
        """Refuse to move a task on the market to where somebody else would pay."""
        project = self.env["project.project"].sudo().browse(project_id or 0)
        payer = project.team_id.partner_id
        payer = payer or self.env.company.sudo().wezer_task_payer_id

        def changes_payer(task):
            post, deal = task.wezer_announcement_id, task.wezer_deal_id
            return (
                not project
                or (task.wezer_posted and post.author_id != payer)
                or (deal.state in AGREED and deal.payer_id != payer)
            )

        moved = self.sudo().filtered(lambda task: task.project_id != project)
        tasks = moved.filtered(changes_payer)
        tasks._check_no_live_deal()

    def _has_own_worker(self):
        """Return whether a live deal decides who works and reviews, not the stage."""
        return self.sudo().wezer_deal_id.state in AGREED or super()._has_own_worker()

    def _check_stage(self, stage):
        if stage.sudo().wezer_deal_state not in ("approved", "paid"):
            return
        if stage != self.stage_id:
            self._check_deal_first()

    def _check_deal_first(self):
        """Lead whoever closes a task with a live deal to the deal."""
        deal = self.sudo().wezer_deal_id
        if deal.state not in AGREED:
            return
        self._redirect_to_deals(
            self.env._(
                "Changing the stage does not pay anyone. Approve and pay the deal"
                " “%(title)s” instead.",
                title=deal.title,
            ),
            deal,
            self.env._("Approve and pay"),
        )

    def _redirect_to_deals(self, message, deals, button):
        """Raise a warning with a button that leads to ``deals``."""
        # The name of a window: coordinators may not read actions themselves.
        action = self.env.ref("wezer_marketplace.wezer_deal_action").sudo()
        window = {
            "type": "ir.actions.act_window",
            "res_model": "wezer.deal",
            "name": action.name,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", deals.ids)],
        }
        if len(deals) == 1:
            form = self.env.ref("wezer_marketplace.wezer_deal_view_form")
            window.update(res_id=deals.id, views=[(form.id, "form")], domain=[])
        if self.env.user.share:
            # Guests of a shared project have no window for deals, but a page.
            window = {
                "type": "ir.actions.act_url",
                "url": f"/my/deals/{deals.id}" if len(deals) == 1 else "/my/deals",
                "target": "self",
            }
        raise RedirectWarning(message, window, button)

    def _follow_deal(self, deal_state):
        """Move the task with its deal (sudo: the deal's action has checked)."""
        for task in self:
            vals = {"state": STATES[deal_state]}
            stages = task.project_id.type_ids.filtered(
                lambda stage: stage.wezer_deal_state == deal_state
            )
            if stages:
                vals["stage_id"] = stages[:1].id
            task.with_context(wezer_deal_moves=DEAL_MOVES, **QUIET).write(vals)

    def _check_no_worker(self):
        """Refuse a second worker on one task, by whichever announcement they came."""
        deal = self.sudo().wezer_deal_ids.filtered(lambda deal: deal.state in AGREED)[
            :1
        ]
        if deal:
            raise Refusal(
                self.env._(
                    "%(name)s is already working on “%(title)s”.",
                    name=deal.payee_id.name,
                    title=self.sudo().name,
                ),
                rule="worker",
            )

    def _check_free(self):
        """Refuse a task that somebody works on, or that is on the market."""
        self.ensure_one()
        self._check_no_worker()
        if self.wezer_announcement_id.state in PUBLISHED:
            raise Refusal(
                self.env._("“%(name)s” is already on the marketplace.", name=self.name),
                rule="posted",
            )

    # === PRICE === #

    def _usual_currency(self):
        return self.project_id.sudo().wezer_currency_id

    def _rate(self):
        """Return the task's own rate, else its project's."""
        own = super()._rate()
        return own if own[1] else self.project_id.sudo()._rate()

    # === IMPORT === #

    @api.model
    def _wezer_import(self, rows, project_name, dry_run=False, progress=None):
        """Import tasks from rows of a CSV file; see ``tools/task_import.py``."""
        return task_import.import_tasks(self, rows, project_name, dry_run, progress)

    # === COPIES ARE NOT POSTED === #

    def copy_data(self, default=None):
        """Leave out what a deal put into the task; price and process are copied."""
        vals_list = super().copy_data(default)
        for task, vals in zip(self, vals_list, strict=True):
            task._leave_deal_out(vals, default or {})
        return vals_list

    def _leave_deal_out(self, vals, default):
        """Remove from the values of a copy the worker of a deal, and its stage."""
        children = self.child_ids
        if self.env.context.get("copy_from_template"):
            children = self.with_context(active_test=True).child_ids
        if vals.get("child_ids") and len(vals["child_ids"]) == len(children):
            vals["child_ids"] = [
                command
                for child, command in zip(children, vals["child_ids"], strict=True)
                if not child._is_made_for_deal()
            ]
        if not self.sudo().wezer_deal_ids:
            return
        for name in ("assignee_partner_id", "reviewer_partner_id", "user_ids"):
            if name not in default:
                vals.pop(name, None)
        if self.stage_id.wezer_deal_state and "stage_id" not in default:
            vals["stage_id"] = self._waiting_stage().id

    def _waiting_stage(self):
        """Return the stage of tasks that nobody works on yet, else the present one."""
        stages = self.sudo().project_id.type_ids.filtered(
            lambda stage: not (stage.wezer_deal_state or stage.fold)
        )
        return stages[:1] or self.stage_id

    def _is_made_for_deal(self):
        """Return whether this is the sub-task of one of several helpers."""
        self.ensure_one()
        sources = self.sudo().wezer_deal_ids.announcement_id.task_id
        return bool(sources & self.sudo().parent_id)

    def _create_task_mapping(self, copied_tasks):
        tasks = self
        if len(tasks) > len(copied_tasks):
            # Not copied: the sub-tasks of helpers.
            tasks = self.filtered(lambda task: not task._is_made_for_deal())
        return super(ProjectTask, tasks)._create_task_mapping(copied_tasks)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_live_deal(self):
        self._check_no_live_deal()

    def _on_market(self):
        """Return those of these tasks (sudo) that are posted, or have a live deal."""
        return self.sudo().filtered(
            lambda task: task.wezer_posted or task._live_deals()
        )

    def _live_deals(self):
        """Return the deals and answers of these tasks that are not over (sudo)."""
        tasks = self.sudo()
        deals = tasks.wezer_deal_ids | tasks.wezer_announcement_ids.deal_ids
        return deals.filtered(lambda deal: deal.state in LIVE)

    def _check_no_live_deal(self):
        tasks = self.sudo()
        if tasks._live_deals():
            raise NotAllowed(
                self.env._("Someone is working on this. Finish the deal first."),
                rule="live_deal",
            )
        if tasks.wezer_announcement_ids.filtered(lambda post: post.state in PUBLISHED):
            raise NotAllowed(
                self.env._(
                    "This task is on the marketplace. Withdraw the announcement first."
                ),
                rule="posted",
            )
