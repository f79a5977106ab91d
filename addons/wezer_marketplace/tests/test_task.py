from odoo.exceptions import AccessError, RedirectWarning
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .common import MarketCommon


class TaskCommon(MarketCommon):
    """Mark leads a circle whose project pays in hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mark = mail_new_test_user(
            cls.env,
            login="wm_mark",
            name="Mark",
            groups="base.group_user,wezer_base.group_coordinator,project.group_project_user",
        )
        cls.circle = cls.env["wezer.group"].create({"name": "Camptocamp"})
        role = cls.env["wezer.group"].create(
            {
                "name": "Lead",
                "kind": "role",
                "parent_id": cls.circle.id,
                "right_wallet": True,
                "right_market": True,
                "right_project": True,
            }
        )
        cls.env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": cls.mark.partner_id.id}
        )
        wallet = cls.circle.partner_id._wezer_wallet(cls.hours)
        wallet.with_user(cls.moderator).set_limits("100:00", "100:00")
        stages = cls.env["project.task.type"].create(
            [
                {"name": "New", "sequence": 1},
                {"name": "Doing", "sequence": 2, "wezer_deal_state": "accepted"},
                {"name": "To approve", "sequence": 3, "wezer_deal_state": "delivered"},
                {"name": "Paid", "sequence": 4, "wezer_deal_state": "paid"},
            ]
        )
        cls.new, cls.doing, cls.check, cls.done = stages
        cls.project = cls.env["project.project"].create(
            {
                "name": "Village green",
                "team_id": cls.circle.id,
                "type_ids": [(6, 0, stages.ids)],
                "wezer_currency_id": cls.hours.id,
                "wezer_rate_text": "1:00",
            }
        )
        cls.task = cls._task("Paint the fence")

    @classmethod
    def _task(cls, name, **vals):
        return (
            cls.env["project.task"]
            .create(
                {
                    "name": name,
                    "project_id": cls.project.id,
                    "stage_id": cls.new.id,
                    "allocated_hours": 2,
                    **vals,
                }
            )
            .with_user(cls.mark)
        )

    def _post(self, task):
        task.action_post_to_marketplace()
        return task.sudo().wezer_announcement_id


@tagged("post_install", "-at_install")
class TestTask(TaskCommon):
    """One click on a task, to the thanks."""

    def test_a_task_of_two_hours_from_posting_to_payment(self):
        mails = self.env["mail.mail"].sudo().search_count([])
        want = self._post(self.task)
        deal = self.claim(self.test2, want)
        task = self.task.sudo()
        self.assertEqual(deal.task_id, task)
        self.assertEqual(task.assignee_partner_id, self.test2.partner_id)
        self.assertEqual(task.reviewer_partner_id, self.circle.partner_id)
        self.assertEqual(task.stage_id, self.doing)
        deal.action_deliver("Both sides")
        self.assertEqual(task.stage_id, self.check)
        coordinator = self.as_(self.mark, deal)
        self.assertTrue(coordinator.may_approve)
        wizard = (
            self.env["wezer.deal.approve"]
            .with_user(self.mark)
            .with_context(default_deal_id=deal.id)
            .create({})
        )
        self.assertIn(self.hours._format(120), wizard.sentence)
        wizard.score_ids.score = "2"
        wizard.action_approve()
        self.assertEqual(deal.state, "paid")
        self.assertEqual((task.stage_id, task.state), (self.done, "1_done"))
        self.assertEqual(self.balance(self.test2, self.hours), "2:00")
        self.assertEqual(self.balance(self.circle.partner_id, self.hours), "-2:00")
        deal.action_assess(self.scores(1, "payer"))
        given = self.env["wezer.assessment"]._for_origin(deal)
        self.assertEqual(given.mapped("state"), ["revealed", "revealed"])
        self.assertEqual(self.env["mail.mail"].sudo().search_count([]), mails)
        self.assertNotIn(self.test2.partner_id, task.message_partner_ids)
        self.assertBooksHold()

    def test_the_form_of_a_task_lists_who_answered_with_what_may_be_done(self):
        task = self._task("Carry the bell")
        self.assertFalse(task.wezer_answer_ids)
        want = self._post(task)
        want.sudo().claim_mode = "choose"
        deals = self.claim(self.test2, want) | self.claim(self.test3, want)
        self.env.invalidate_all()
        answers = task.wezer_answer_ids
        self.assertEqual(answers, deals.with_user(self.mark))
        self.assertEqual(
            answers.replier_id, self.test2.partner_id | self.test3.partner_id
        )
        self.assertEqual(answers.mapped("may_accept"), [True, True])
        self.assertEqual(answers.mapped("candidate_score"), ["New here"] * 2)
        # Whoever does not act for the team sees the task, and no answers.
        staff = self.env.ref("project.group_project_user")
        self.stranger.write({"group_ids": [(6, 0, staff.ids)]})
        self.assertFalse(task.with_user(self.stranger).wezer_answer_ids)

    def test_several_helpers_have_a_sub_task_each(self):
        task = self._task("Carry stones", wezer_places=2)
        want = self._post(task)
        deals = [self.claim(user, want) for user in (self.test2, self.test3)]
        self.assertEqual(deals[0].task_id.parent_id, task)
        self.assertEqual(len(task.sudo().child_ids), 2)
        deals[0].action_release()
        self.assertEqual(deals[0].sudo().task_id.state, "1_canceled")

    def test_a_released_task_returns_to_the_first_stage(self):
        deal = self.claim(self.test2, self._post(self.task))
        deal.action_release("I am ill")
        task = self.task.sudo()
        self.assertEqual((task.stage_id, task.state), (self.new, "01_in_progress"))
        self.assertFalse(task.assignee_partner_id)
        again = self.claim(self.test3, task.wezer_announcement_id)
        self.assertEqual((again.state, task.stage_id), ("accepted", self.doing))

    def test_a_stage_never_moves_money(self):
        deal = self.claim(self.test2, self._post(self.task))
        deal.action_deliver()
        before = self.snapshot(deal)
        with self.assertRaises(RedirectWarning), self.cr.savepoint():
            self.task.write({"stage_id": self.done.id})
        with self.assertRaises(RedirectWarning), self.cr.savepoint():
            self.task.write({"state": "1_done"})
        with self.assertRaises(RedirectWarning), self.cr.savepoint():
            self.task.with_context(wezer_deal_moves=True).write(
                {"stage_id": self.done.id}
            )
        self.assertEqual(self.snapshot(deal), before)
        self.assertEqual(self.task.sudo().stage_id, self.check)

    def test_a_task_with_a_live_deal_is_neither_deleted_nor_archived(self):
        self.claim(self.test2, self._post(self.task))
        for step in (
            lambda: self.task.sudo().unlink(),
            lambda: self.task.action_archive(),
            lambda: self.task.write({"active": False}),
        ):
            with self.assertRefused("live_deal"):
                step()

    def test_a_post_is_withdrawn_while_nobody_has_answered(self):
        want = self._post(self.task)
        self.task.action_undo_post()
        self.assertEqual(want.state, "ended")
        self.assertFalse(self.task.sudo().wezer_announcement_id)
        again = self._post(self.task)
        self.claim(self.test2, again)
        with self.assertRefused():
            self.task.action_undo_post()

    def test_coordinators_plan_on_a_deal_without_followers_and_mails(self):
        deal = self.claim(self.test1, self._post(self.task))
        anna = mail_new_test_user(
            self.env, login="wm_anna", name="Anna", groups="base.group_user"
        )
        posted = [("model", "=", "wezer.deal")]
        mails = self.env["mail.mail"].search_count([])
        messages = self.env["mail.message"].search_count(posted)
        mine = deal.with_user(self.mark)
        planned = mine.activity_schedule(
            "mail.mail_activity_data_todo", summary="Call Luc", user_id=anna.id
        )
        self.assertEqual(mine.activity_ids, planned)
        notices = self.env["wezer.notice"].sudo()
        told = notices.search([("partner_id", "=", anna.partner_id.id)])
        self.assertEqual(told.kind, "activity")
        planned.with_user(self.mark).action_feedback("He comes tomorrow")
        self.assertFalse(mine.activity_ids)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertEqual(self.env["mail.message"].search_count(posted), messages)
        for user in (self.test1, self.stranger, anna, self.moderator):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                deal.with_user(user).activity_schedule(
                    "mail.mail_activity_data_todo", summary="Spam"
                )
        with self.assertRaises(AccessError):
            planned.with_user(self.test1).read(["summary"])

    def test_a_template_copies_price_and_process(self):
        template = self._task(
            "Water the beds",
            is_template=True,
            wezer_places=2,
            wezer_currency_id=self.hours.id,
            wezer_rate_text="0:30",
            wezer_steps="Fill the cans\nWater\nRoll up the hose",
            wezer_done_when="The soil is dark.",
        ).with_user(self.mark)
        with self.assertRefused("template"):
            template.action_post_to_marketplace()
        task = template.browse(
            template.action_create_from_template({"name": "Water, week 20"})
        )
        task.action_post_to_marketplace()
        want = task.wezer_announcement_id
        self.assertEqual((want.places, want.quantity), (2, template.allocated_hours))
        self.assertEqual(want.price_line_ids.unit_minor, 30)
        self.assertEqual(want.steps, template.wezer_steps)
        deal = self.claim(self.test1, want)
        self.assertEqual(deal.sudo().terms_id.steps, template.wezer_steps)
        self.assertEqual(deal.sudo().terms_id.done_when, "The soil is dark.")
        # Without a price of its own: the project's rate.
        plain = self._post(self._task("Weed"))
        self.assertEqual(plain.price_line_ids.unit_minor, 60)

    def test_without_a_team_the_settings_pay_or_it_is_refused(self):
        self.project.team_id = False
        self.env.company.wezer_task_payer_id = False
        with self.assertRefused("payer"):
            self.task.action_post_to_marketplace()
        self.env.company.wezer_task_payer_id = self.stranger.partner_id
        with self.assertRefused("acts_for"):
            self.task.action_post_to_marketplace()
        self.env.company.wezer_task_payer_id = self.mark.partner_id
        self.assertEqual(self._post(self.task).author_id, self.mark.partner_id)

    def test_a_project_manager_posts_and_approves_but_does_not_pay(self):
        runner = mail_new_test_user(
            self.env,
            login="wm_runner",
            groups="base.group_user,wezer_base.group_coordinator,project.group_project_user",
        )
        role = self.env["wezer.group"].create(
            {
                "name": "Runner",
                "kind": "role",
                "parent_id": self.circle.id,
                "right_project": True,
            }
        )
        self.env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": runner.partner_id.id}
        )
        want = self._post(self.task.with_user(runner))
        self.assertEqual(want.claim_mode, "choose")
        deal = self.claim(self.test2, want)
        with self.assertRefused("acts_for"):
            self.as_(runner, deal).action_accept()
        self.as_(self.mark, deal).action_accept()
        deal.action_deliver()
        self.as_(runner, deal).action_approve()
        self.assertEqual(deal.state, "approved")
        with self.assertRefused("acts_for"):
            self.as_(runner, deal).action_pay()

    def test_many_are_posted_at_once_and_refusals_reported(self):
        tasks = self.task | self._task("Two") | self._task("Three")
        self._post(tasks[1])
        answer = tasks.action_post_to_marketplace()
        self.assertIn("2", answer["params"]["message"])
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertTrue(all(task.sudo().wezer_announcement_id for task in tasks))

    def test_a_member_posts_no_task(self):
        with self.assertRaises(AccessError):
            self.task.with_user(self.test2).action_post_to_marketplace()

    def test_the_board_approves_many_and_reports_refusals(self):
        deals = self.env["wezer.deal"].with_user(self.test2)
        for name in ("One", "Two"):
            deal = self.claim(self.test2, self._post(self._task(name)))
            deals |= deal
        deals[:1].action_deliver()
        answer = deals.with_user(self.mark).action_approve_many()
        self.assertEqual(sorted(deals.mapped("state")), ["accepted", "paid"])
        self.assertEqual(answer["params"]["type"], "warning")

    def test_the_wizards_of_the_back_office_call_the_actions(self):
        deal = self.claim(self.test2, self._post(self.task))
        deal.action_deliver()
        sheet = self.env["wezer.deal.action.wizard"].with_user(self.mark)
        sheet = sheet.with_context(
            default_deal_id=deal.id, default_action="send_back"
        ).create({"reason": "A board is missing"})
        sheet.action_confirm()
        self.assertEqual(deal.state, "accepted")
        for name in ("approve", "send_back", "cancel", "dispute", "resolve", "decline"):
            self.assertTrue(getattr(deal, f"action_open_{name}")()["res_model"])

    def test_rows_are_imported_once(self):
        rows = [
            {"key": "1", "title": "Plant trees", "places": "9999", "category": "Green"},
            {
                "key": "2",
                "title": "Read aloud",
                "hours": "1.5",
                "latitude": "40.12345678",
                "longitude": "-73.5",
            },
            {"key": "3", "title": ""},
        ]
        tasks = self.env["project.task"]
        first = tasks._wezer_import(rows, "Imported")
        self.assertEqual(
            [row["state"] for row in first], ["created", "created", "refused"]
        )
        again = tasks._wezer_import(rows, "Imported")
        self.assertEqual([row["state"] for row in again], ["same", "same", "refused"])
        self.assertEqual(tasks.browse(first[0]["id"]).wezer_places, 0)
