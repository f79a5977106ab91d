"""Where the back office begins for each role, and the price on tasks."""

from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestBackOfficeHome(TransactionCase):
    def _page(self, group):
        user = new_test_user(self.env, login=group, groups=f"wezer_base.{group}")
        number = user._wezer_home_action()
        data = self.env["ir.model.data"].search(
            [("model", "like", "ir.actions.%"), ("res_id", "=", number)], limit=1
        )
        return user, data.complete_name

    def test_coordinators_begin_on_the_board_of_deals(self):
        self.assertEqual(
            self._page("group_coordinator")[1], "wezer_marketplace.wezer_deal_action"
        )

    def test_moderators_begin_with_what_there_is_to_decide(self):
        self.assertIn(
            self._page("group_moderator")[1],
            (
                "wezer_marketplace.wezer_dispute_action",
                "wezer_base.wezer_departure_action",
            ),
        )

    def test_administrators_begin_on_first_steps_until_these_are_done(self):
        user, page = self._page("group_administrator")
        self.assertEqual(page, "wezer_base.wezer_onboarding_action")
        steps = type(self.env["wezer.onboarding"])
        self.patch(steps, "_steps", lambda self: [{"done": True}])
        self.assertEqual(
            user._wezer_home_action(),
            self.env.ref("wezer_marketplace.wezer_dashboard_action").id,
        )

    def test_people_without_a_role_keep_the_usual_page(self):
        user = new_test_user(self.env, login="no_role", groups="base.group_user")
        self.assertFalse(user._wezer_home_action())

    def test_a_task_shows_the_price_that_its_announcement_will_have(self):
        hours = self.env["wezer.currency"].create(
            {"name": "Hours", "code": "h", "unit_kind": "hour"}
        )
        project = self.env["project.project"].create({"name": "Priced"})
        project.write({"wezer_currency_id": hours.id, "wezer_rate_minor": 60})
        task = self.env["project.task"].create(
            {"name": "Rake leaves", "project_id": project.id, "allocated_hours": 2}
        )
        self.assertEqual(task.wezer_price_text, "2 h")
        project.wezer_rate_minor = 0
        self.assertEqual(task.wezer_price_text, "unpaid help")
