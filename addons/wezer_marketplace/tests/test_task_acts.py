from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .test_task import TaskCommon


class TaskActsCommon(TaskCommon):
    """A project with two posted tasks, one that is being done, and two that are not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.posted = cls._task("Sweep", wezer_rate_text="2:00", wezer_steps="A broom")
        cls.other = cls._task("Rake", wezer_done_when="No leaf is left")
        cls.idle = cls._task("Plan")
        cls.tasks = cls.posted | cls.other | cls.idle | cls.task
        for task in (cls.posted, cls.other, cls.task):
            task.action_post_to_marketplace()
        announcement = cls.task.wezer_announcement_id
        deal = announcement.with_user(cls.test2).action_claim()
        cls.deal = cls.env["wezer.deal"].with_user(cls.test2).browse(deal)

    def assertUnposted(self, copies):
        """Assert that these copies are nobody's, and nowhere on the market."""
        for task in copies:
            self.assertFalse(task.wezer_announcement_ids, task.name)
            self.assertFalse(task.wezer_posted, task.name)
            self.assertFalse(task.wezer_deal_ids, task.name)
            self.assertNotEqual(task.assignee_partner_id, self.test2.partner_id)
            self.assertFalse(task.stage_id.wezer_deal_state, task.name)
            self.assertEqual(task.state, "01_in_progress")

    def assertAsBefore(self):
        """Assert that the originals are still posted, and one is being done."""
        for task in (self.posted, self.other):
            self.assertEqual(task.wezer_announcement_id.state, "open", task.name)
        self.assertEqual(self.deal.state, "accepted")
        self.assertEqual(self.task.assignee_partner_id, self.test2.partner_id)

    def by_name(self, tasks, name):
        return tasks.filtered(lambda task: task.name == name)


@tagged("post_install", "-at_install")
class TestCopies(TaskActsCommon):
    def test_several_tasks_at_once_are_copied_unposted_with_their_price(self):
        copies = self.tasks.copy()
        self.assertEqual(len(copies), 4)
        self.assertUnposted(copies)
        self.assertEqual(copies[0]._rate(), (self.hours, 120))
        self.assertEqual(copies[0].wezer_steps, "A broom")
        self.assertEqual(copies[1].wezer_done_when, "No leaf is left")
        self.assertAsBefore()
        self._post(copies[0])
        self.assertTrue(copies[0].wezer_posted)

    def test_a_project_is_duplicated_with_its_tasks(self):
        for user in (self.env.user, self.mark):
            project = self.project.with_user(user).sudo(user == self.mark).copy()
            self.assertEqual(len(project.task_ids), len(self.project.task_ids))
            self.assertUnposted(project.task_ids)
            self.assertEqual(project.wezer_currency_id, self.hours)
            self.assertEqual(project._rate(), self.project._rate())
            sweep = self.by_name(project.task_ids, "Sweep")
            self.assertEqual(sweep._rate(), (self.hours, 120))
        self.assertAsBefore()

    def test_a_project_becomes_a_template_and_a_project_again(self):
        action = self.project.action_create_template_from_project()
        template = self.project.browse(action["params"]["project_id"])
        self.assertTrue(template.is_template)
        self.assertTrue(self.project.active)
        self.assertUnposted(template.with_context(active_test=False).task_ids)
        action = template.action_create_from_template({"name": "Autumn"})
        project = self.project.search([("name", "=", "Autumn")])
        self.assertUnposted(project.task_ids)
        self.assertEqual(len(project.task_ids), len(self.project.task_ids))
        self.assertEqual(self.by_name(project.task_ids, "Sweep").wezer_steps, "A broom")
        self.assertAsBefore()

    def test_a_task_becomes_a_template_only_while_it_is_not_posted(self):
        for task in (self.posted, self.task):
            with self.assertRefused("posted" if task == self.posted else "live_deal"):
                task.action_convert_to_template()
        self.idle.action_convert_to_template()
        made = self.idle.browse(
            self.idle.action_create_from_template({"name": "Plan again"})
        )
        self.assertUnposted(made)
        self._post(made)
        self.assertTrue(made.wezer_posted)

    def test_own_subtasks_are_copied_but_not_those_of_helpers(self):
        many = self._task("Harvest", wezer_places=0)
        own = self._task("Fetch the crates", parent_id=many.id)
        self._post(many)
        self.claim(self.test3, many.wezer_announcement_id)
        self.assertEqual(len(many.child_ids), 2)
        copy = many.copy()
        self.assertEqual(len(copy.child_ids), 1)
        self.assertIn(own.name, copy.child_ids.name)
        self.assertUnposted(copy | copy.child_ids)

    def test_a_recurring_task_restarts_when_its_deal_is_paid(self):
        weekly = self._task(
            "Water",
            recurring_task=True,
            repeat_interval=1,
            repeat_unit="week",
            repeat_type="forever",
            date_deadline=fields.Datetime.now() + timedelta(days=2),
        )
        self._post(weekly)
        deal = self.claim(self.test3, weekly.wezer_announcement_id)
        deal.action_deliver("Watered")
        deal.with_user(self.mark).action_approve()
        self.assertEqual(weekly.state, "1_done")
        again = self.by_name(self.project.task_ids, "Water") - weekly
        self.assertEqual(len(again), 1)
        self.assertUnposted(again)
        self.assertEqual(again.date_deadline, weekly.date_deadline + timedelta(days=7))


@tagged("post_install", "-at_install")
class TestActsOnPostedTasks(TaskActsCommon):
    def test_closing_a_task_closes_a_post_that_nobody_answered(self):
        for task, state in ((self.posted, "1_done"), (self.other, "1_canceled")):
            task.with_user(self.mark).state = state
            self.assertEqual(task.state, state)
            self.assertEqual(task.wezer_announcement_id.state, "ended")
            self.assertFalse(task.wezer_posted)
        with self.assertRefused("task"):
            self.posted.wezer_announcement_id.with_user(self.mark).action_reopen()
        self.posted.state = "01_in_progress"
        self._post(self.posted)
        self.assertTrue(self.posted.wezer_posted)

    def test_many_tasks_are_closed_together_or_not_at_all(self):
        with self.assertRaises(RedirectWarning), self.env.cr.savepoint():
            self.tasks.with_user(self.mark).write({"state": "1_done"})
        self.env.invalidate_all()
        self.assertAsBefore()
        (self.posted | self.other | self.idle).with_user(self.mark).write(
            {"state": "1_done"}
        )
        self.assertFalse(
            (self.posted | self.other).filtered(lambda task: task.wezer_posted)
        )

    def test_a_task_with_a_waiting_answer_cannot_be_closed(self):
        self.posted.sudo().wezer_announcement_id.claim_mode = "choose"
        deal = self.claim(self.test3, self.posted.wezer_announcement_id)
        with self.assertRaises(RedirectWarning) as caught, self.env.cr.savepoint():
            self.posted.with_user(self.mark).state = "1_canceled"
        _message, action, _button = caught.exception.args[:3]
        self.assertEqual(action["res_id"], deal.id)
        self.env.invalidate_all()
        self.assertEqual(self.posted.wezer_announcement_id.state, "open")
        deal.with_user(self.mark).action_decline("Decline")
        self.posted.with_user(self.mark).state = "1_canceled"
        self.assertEqual(self.posted.wezer_announcement_id.state, "ended")

    def test_only_a_project_manager_closes_the_announcement(self):
        helper = self._coordinator_without_right()
        self.project.message_subscribe(helper.partner_id.ids)
        with self.assertRefused("posted"):
            self.posted.with_user(helper).state = "1_done"

    def _coordinator_without_right(self):
        return mail_new_test_user(
            self.env,
            login="wm_helper",
            name="Helper",
            groups="base.group_user,project.group_project_user",
        )

    def test_a_task_on_the_market_is_not_archived_or_deleted(self):
        for task, rule in ((self.posted, "posted"), (self.task, "live_deal")):
            for act in (task.action_archive, task.unlink):
                with self.assertRefused(rule):
                    act()
        for act in (self.project.action_archive, self.project.unlink):
            with self.assertRefused():
                act()
        self.idle.action_archive()
        self.idle.action_unarchive()
        self.assertTrue(self.idle.active)
        self.idle.unlink()
        self.assertAsBefore()

    def test_a_stage_change_leaves_a_post_and_opens_the_deal(self):
        (self.posted | self.other).write({"stage_id": self.doing.id})
        self.assertEqual(self.posted.stage_id, self.doing)
        with self.assertRaises(RedirectWarning), self.env.cr.savepoint():
            self.tasks.write({"stage_id": self.done.id})
        self.env.invalidate_all()
        self.assertAsBefore()

    def test_a_posted_task_moves_only_to_a_project_with_the_same_payer(self):
        groups = self.env["wezer.group"]
        strangers = groups.create({"name": "Strangers"})
        vals = {"type_ids": [Command.set(self.project.type_ids.ids)]}
        projects = self.project.create(
            [
                {"name": "Ours too", "team_id": self.circle.id, **vals},
                {"name": "Theirs", "team_id": strangers.id, **vals},
            ]
        )
        for task in (self.posted, self.task):
            task.project_id = projects[0]
            with self.assertRefused():
                task.project_id = projects[1]
            with self.assertRefused():
                task.project_id = False
        self.idle.project_id = projects[1]
        self.assertAsBefore()

    def test_an_import_changes_and_adds_several_tasks(self):
        external = {task: self._external_id(task) for task in self.tasks}
        result = self.env["project.task"].load(
            ["id", "name", "project_id/.id", "wezer_steps"],
            [
                [external[self.posted], "Sweep well", str(self.project.id), "One"],
                [external[self.idle], "Plan well", str(self.project.id), "Two"],
                ["__import__.new_task", "New", str(self.project.id), "Three"],
                ["__import__.newer_task", "Newer", str(self.project.id), "Four"],
            ],
        )
        self.assertFalse(result["messages"])
        self.assertEqual(self.posted.name, "Sweep well")
        made = self.env["project.task"].browse(result["ids"][2:])
        self.assertUnposted(made)
        self.assertEqual(made.mapped("wezer_steps"), ["Three", "Four"])
        self.assertAsBefore()

    def _external_id(self, task):
        name = f"task_{task.id}"
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": name,
                "model": "project.task",
                "res_id": task.id,
            }
        )
        return f"__import__.{name}"

    def test_a_posted_task_becomes_a_subtask_and_stays_posted(self):
        self.posted.parent_id = self.idle
        self.assertTrue(self.posted.wezer_posted)
        with self.assertRefused():
            self.idle.unlink()
        self.assertAsBefore()

    def test_a_guest_of_the_project_is_led_to_the_page_of_the_deal(self):
        self.project.privacy_visibility = "portal"
        self.project.write(
            {
                "collaborator_ids": [
                    Command.create({"partner_id": self.test3.partner_id.id})
                ]
            }
        )
        self.project.message_subscribe(self.test3.partner_id.ids)
        with self.assertRaises(RedirectWarning) as caught, self.env.cr.savepoint():
            self.task.with_user(self.test3).state = "1_done"
        self.assertEqual(caught.exception.args[1]["url"], f"/my/deals/{self.deal.id}")
        with self.assertRefused("posted"):
            self.posted.with_user(self.test3).state = "1_done"


@tagged("post_install", "-at_install")
class TestUpdatingThePost(TaskActsCommon):
    def test_changes_of_the_task_are_offered_to_the_announcement(self):
        post = self.posted.wezer_announcement_id
        self.assertFalse(self.posted.wezer_post_differs)
        # Found by the place, which the task names.
        post.sudo().write({"latitude": 46.5, "longitude": 6.6})
        self.env.invalidate_all()
        self.assertFalse(self.posted.wezer_post_differs)
        day = fields.Datetime.now().replace(microsecond=0) + timedelta(days=9)
        self.posted.with_user(self.mark).write(
            {
                "name": "Sweep the yard",
                "date_deadline": day,
                "description": "<p>With a <b>broom</b></p>",
                "wezer_rate_text": "3:00",
                "allocated_hours": 3,
            }
        )
        self.assertEqual(post.title, "Sweep")
        differs = self.posted.wezer_post_differs
        for name in ("name", "description", "allocated_hours", "date_deadline"):
            label = self.posted.fields_get([name], ["string"])[name]["string"]
            self.assertIn(label, differs)
        self.posted.with_user(self.mark).action_update_post()
        self.env.invalidate_all()
        self.assertEqual(post.title, "Sweep the yard")
        self.assertEqual(post.date_end, day)
        self.assertIn("broom", post.description)
        self.assertEqual(post.quantity, 3)
        self.assertEqual(post.price_line_ids.unit_minor, 180)
        self.assertFalse(self.posted.wezer_post_differs)

    def test_the_hint_names_the_price_and_no_more(self):
        self.posted.wezer_rate_text = "3:00"
        label = self.posted.fields_get(["wezer_rate_text"], ["string"])
        self.assertEqual(
            self.posted.wezer_post_differs, label["wezer_rate_text"]["string"]
        )

    def test_a_rate_without_a_currency_is_the_projects_or_refused(self):
        self.assertEqual(self.posted._rate(), (self.hours, 120))
        project = self.project.create({"name": "Unpaid"})
        with self.assertRefused("currency"):
            self._task("Sing", project_id=project.id, wezer_rate_text="1:00")

    def test_answers_are_asked_again_when_the_price_changes(self):
        post = self.posted.sudo().wezer_announcement_id
        post.claim_mode = "choose"
        deal = self.claim(self.test3, post)
        self.posted.wezer_rate_text = "1:30"
        self.posted.with_user(self.mark).action_update_post()
        self.assertEqual(deal.turn, "replier")
        self.assertEqual(deal.sudo().terms_id.price_line_ids.total_minor, 180)
        # Nobody accepts another price than the page showed.
        with self.assertRefused("version"):
            deal.with_user(self.test3).action_accept(round_number=1)

    def test_only_a_project_manager_updates_the_announcement(self):
        self.posted.name = "Another name"
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.posted.with_user(self.moderator).action_update_post()
