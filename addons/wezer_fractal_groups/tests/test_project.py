from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .common import GroupsCommon


@tagged("post_install", "-at_install")
class TestProject(GroupsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.internal = mail_new_test_user(
            cls.env, login="wzg_internal", groups="project.group_project_user"
        )
        cls.project = cls.env["project.project"].create(
            {"name": "Beds", "team_id": cls.garden.id}
        )

    def _task(self, **vals):
        return self.env["project.task"].create(
            {"name": "Dig", "project_id": self.project.id, **vals}
        )

    def test_the_assignee_is_kept_in_step_with_odoos_where_internal(self):
        task = self._task(assignee_partner_id=self.internal.partner_id.id)
        self.assertEqual(task.user_ids, self.internal)
        task.assignee_partner_id = self.luc.partner_id
        self.assertFalse(task.user_ids)
        task.user_ids = self.internal
        self.assertEqual(task.assignee_partner_id, self.internal.partner_id)
        task.user_ids = False
        self.assertFalse(task.assignee_partner_id)

    def test_taking_odoos_assignee_away_keeps_a_volunteer(self):
        task = self._task(assignee_partner_id=self.luc.partner_id.id)
        task.user_ids = False
        self.assertEqual(task.assignee_partner_id, self.luc.partner_id)

    def test_tasks_of_my_roles_are_mine(self):
        self._put(self.internal, self.treasurer)
        task = self._task(assignee_partner_id=self.treasurer.partner_id.id)
        mine = self.env["project.task"].with_user(self.internal)
        self.assertIn(task, mine.search([("is_mine", "=", True)]))

    def test_projects_run_by_my_teams(self):
        self._put(self.internal, self._role("Runner", self.garden, "project"))
        domain = [("team_id.partner_id.acts_project", "=", True)]
        projects = self.env["project.project"]
        self.assertEqual(projects.with_user(self.internal).search(domain), self.project)
        other = mail_new_test_user(
            self.env, login="wzg_other", groups="project.group_project_user"
        )
        self.assertFalse(projects.with_user(other).search(domain))
