"""Posting tasks by clicks: from a card, a list and a template, and withdrawing."""

import pytest

from odoo.tests import HttpCase, new_test_user, tagged

from .browser import Browser, answering

pytestmark = pytest.mark.slow


@tagged("post_install", "-at_install")
class TestPosting(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        cls.carole = new_test_user(
            env,
            login="posting_carole",
            password="posting_carole",
            name="Carole Posting",
            groups="wezer_base.group_coordinator,project.group_project_manager",
        )
        cls.circle = env["wezer.group"].create({"name": "Posting garden"})
        role = env["wezer.group"].create(
            {
                "name": "Posting coordinator",
                "kind": "role",
                "parent_id": cls.circle.id,
                "right_wallet": True,
                "right_market": True,
            }
        )
        env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": cls.carole.partner_id.id}
        )
        stage = env["project.task.type"].create({"name": "To do"})
        cls.project = env["project.project"].create(
            {
                "name": "Posting greenhouse",
                "team_id": cls.circle.id,
                "type_ids": [(6, 0, stage.ids)],
            }
        )
        cls.tasks = env["project.task"].create(
            [
                {"name": name, "project_id": cls.project.id, "stage_id": stage.id}
                for name in ("Sow the beans", "Turn the soil", "Mend the hose")
            ]
        )

    def announced(self):
        self.env.invalidate_all()
        return [
            task.wezer_announcement_id.state or "no"
            for task in self.tasks.sorted("name")
        ]

    def browser(self):
        browser = Browser(self.base_url())
        self.addCleanup(browser.close)
        browser.login("posting_carole", "posting_carole")
        return browser

    def test_a_task_is_posted_and_withdrawn_by_one_click_each(self):
        with answering(self):
            carole = self.browser()
            carole.open(f"/odoo/project/{self.project.id}/tasks")
            card = ".o_kanban_record:nth-of-type(1) "
            carole.click(f"{card}button[name=action_post_to_marketplace]")
            carole.wait(".o_notification", "is on the marketplace")
            carole.click(f"{card}button[name=action_undo_post]")
            carole.wait(f"{card}button[name=action_post_to_marketplace]")
            carole.check_page()
        self.assertEqual(carole.clicks, 2)
        self.assertEqual(self.announced(), ["no", "no", "no"])
        ended = self.env["wezer.announcement"].search(
            [("author_id", "=", self.circle.partner_id.id)]
        )
        self.assertEqual(ended.mapped("state"), ["ended"])

    def test_many_tasks_are_posted_from_the_list(self):
        with answering(self):
            carole = self.browser()
            carole.open(f"/odoo/project/{self.project.id}/tasks?view_type=list")
            carole.click("thead .o_list_record_selector input")
            carole.click(".o_cp_action_menus button", "Actions")
            carole.click(".o-dropdown-item, .dropdown-item", "Post to marketplace")
            carole.wait(".o_notification", "Tasks now on the market: 3")
            carole.check_page()
        self.assertEqual(self.announced(), ["open", "open", "open"])
