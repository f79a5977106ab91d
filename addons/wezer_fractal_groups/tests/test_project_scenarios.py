from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import NotAllowed

from .common import GroupsCommon

INTERNAL = "wezer_base.group_coordinator,project.group_project_user"


class ProjectScenarios(GroupsCommon):
    """A project with stages, and a circle whose two roles luc and joel fill."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin, cls.roger, cls.mark = (
            mail_new_test_user(cls.env, login=f"wzp_{name}", name=name, groups=INTERNAL)
            for name in ("admin", "roger", "mark")
        )
        names = ("analysis", "specification", "development", "design", "testing")
        cls.stages = {
            name: cls.env["project.task.type"].create({"name": name, "user_id": False})
            for name in names
        }
        cls.project = cls.env["project.project"].create(
            {"name": "Beds", "type_ids": [stage.id for stage in cls.stages.values()]}
        )
        cls.camp = cls._circle("Camptocamp", cls.village)
        cls.lead = cls._role("Lead", cls.camp)
        cls.pm = cls._role("Project Managers", cls.camp)

    def _task(self, **vals):
        vals = {"name": "Dig", "project_id": self.project.id, **vals}
        return self.env["project.task"].create({"stage_id": False, **vals})

    def _duty(self, record, stage, partner, duty="assignee_partner_id"):
        name = "task_id" if record._name == "project.task" else "project_id"
        return self.env["wezer.task.duty"].create(
            {
                name: record.id,
                "stage_id": self.stages[stage].id,
                "duty": duty,
                "action": "add" if partner else "remove",
                "partner_id": partner.id if partner else False,
            }
        )

    def _go(self, task, stage, user=None):
        if user:
            task = task.with_user(user)
        task.write({"stage_id": self.stages[stage].id})
        return task.assignee_partner_id

    def _team(self):
        """A project of Camptocamp, design → Lead, testing → Project Managers."""
        self.project.team_id = self.camp
        self._duty(self.project, "design", self.lead.partner_id)
        self._duty(self.project, "testing", self.pm.partner_id)

    def follows(self, user, *records):
        return [user.partner_id in record.message_partner_ids for record in records]

    def notices(self, user, record=None, settled=False):
        domain = [
            ("partner_id", "=", user.partner_id.id),
            ("kind", "in", ("group_project", "group_task")),
            ("settled", "=", settled),
        ]
        if record is not None:
            domain += [("res_model", "=", record._name), ("res_id", "=", record.id)]
        return self.env["wezer.notice"].search(domain).mapped("message")


@tagged("post_install", "-at_install")
class TestStageDuties(ProjectScenarios):
    def _p1(self):
        admin, demo = self.admin.partner_id, self.roger.partner_id
        self.stages["analysis"].assignee_partner_id = admin
        self.stages["specification"].assignee_partner_id = admin
        self.stages["development"].assignee_partner_id = demo
        self._duty(self.project, "analysis", None)
        self._duty(self.project, "specification", demo)
        task = self._task()
        self._duty(task, "development", admin)
        return task

    def test_the_worker_comes_from_stage_project_and_task(self):
        task = self._p1()
        self.assertEqual(self._go(task, "specification"), self.roger.partner_id)
        self.assertEqual(task.user_ids, self.roger)
        self.assertEqual(self._go(task, "development"), self.admin.partner_id)
        self.assertEqual(task.user_ids, self.admin)
        self.assertEqual(self._go(task, "analysis"), self.admin.partner_id)
        self.assertEqual(task.user_ids, self.admin)

    def test_what_a_project_takes_away_a_task_may_add_again(self):
        task = self._p1()
        self._duty(task, "analysis", self.roger.partner_id)
        self.assertEqual(self._go(task, "analysis"), self.roger.partner_id)

    def test_a_worker_named_in_the_same_write_stays(self):
        task = self._p1()
        task.write(
            {
                "stage_id": self.stages["specification"].id,
                "assignee_partner_id": self.luc.partner_id.id,
            }
        )
        self.assertEqual(task.assignee_partner_id, self.luc.partner_id)
        task.write(
            {"stage_id": self.stages["development"].id, "user_ids": self.roger.ids}
        )
        self.assertEqual(task.assignee_partner_id, self.roger.partner_id)

    def test_a_new_task_is_given_to_its_stages_person_unless_somebody_is_named(self):
        self._p1()
        stage = self.stages["specification"].id
        self.assertEqual(
            self._task(stage_id=stage).assignee_partner_id, self.roger.partner_id
        )
        luc = self.luc.partner_id
        task = self._task(stage_id=stage, assignee_partner_id=luc.id)
        self.assertEqual(task.assignee_partner_id, luc)
        task = self._task(stage_id=stage, user_ids=self.admin.ids)
        self.assertEqual(task.assignee_partner_id, self.admin.partner_id)

    def test_the_reviewer_is_inherited_by_itself(self):
        task = self._p1()
        self.stages["design"].reviewer_partner_id = self.admin.partner_id
        self._go(task, "specification")
        self.assertEqual(self._go(task, "design"), self.roger.partner_id)
        self.assertEqual(task.reviewer_partner_id, self.admin.partner_id)
        self._duty(self.project, "testing", self.mark.partner_id, "reviewer_partner_id")
        self._go(task, "testing")
        self.assertEqual(task.reviewer_partner_id, self.mark.partner_id)

    def test_a_copied_project_keeps_its_duties(self):
        self._p1()
        copied = self.project.copy()
        self.assertEqual(len(copied.duty_ids), 2)

    def test_only_people_who_may_write_a_project_set_its_duties(self):
        line = self._duty(self.project, "design", self.mark.partner_id)
        with self.assertRaises(AccessError):
            line.with_user(self.mark).write({"partner_id": self.roger.partner_id.id})
        with self.assertRaises(AccessError):
            line.with_user(self.mark).unlink()
        with self.assertRaises(AccessError):
            self.env["wezer.task.duty"].with_user(self.mark).create(
                {
                    "project_id": self.project.id,
                    "stage_id": self.stages["testing"].id,
                    "partner_id": self.mark.partner_id.id,
                }
            )
        with self.assertRaises(AccessError):
            line.with_user(self.luc).read(["partner_id"])

    def test_a_line_belongs_to_one_project_or_one_task_and_names_somebody(self):
        line = self._duty(self.project, "design", self.mark.partner_id)
        with self.assertRaises(UserError):
            line.partner_id = False
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            line.project_id = False
            line.flush_recordset()


@tagged("post_install", "-at_install")
class TestFollowing(ProjectScenarios):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insider = mail_new_test_user(
            cls.env, login="wzp_insider", name="Insider", groups=INTERNAL
        )
        # Each role has an internal filler and a portal one.
        cls._put(cls.roger, cls.lead)
        cls._put(cls.luc, cls.lead)
        cls._put(cls.insider, cls.pm)
        cls._put(cls.joel, cls.pm)

    def test_the_team_follows_the_project(self):
        self._team()
        self.assertEqual(self.follows(self.roger, self.project), [True])
        self.assertEqual(self.follows(self.insider, self.project), [True])
        for member in (self.luc, self.joel):
            self.assertEqual(self.follows(member, self.project), [False])
            self.assertEqual(
                self.notices(member, self.project),
                ["Camptocamp has a new project: Beds."],
            )
        self.assertFalse(self.notices(self.demo))

    def test_people_in_a_role_follow_its_task(self):
        self._team()
        task = self._task()
        self.assertEqual(self._go(task, "design", self.roger), self.lead.partner_id)
        self.assertFalse(task.user_ids)
        self.assertIn(self.roger.partner_id, task.message_partner_ids)
        self.assertEqual(self.notices(self.luc, task), ["Lead has a new task: Dig."])
        self.assertFalse(self.notices(self.joel, task))
        self.assertEqual(self._go(task, "testing", self.insider), self.pm.partner_id)
        self.assertFalse(task.user_ids)
        self.assertIn(self.insider.partner_id, task.message_partner_ids)
        self.assertEqual(
            self.notices(self.joel, task), ["Project Managers has a new task: Dig."]
        )
        # What was the other role's is settled.
        self.assertFalse(self.notices(self.luc, task))
        self.assertTrue(self.notices(self.luc, task, settled=True))

    def test_a_new_person_in_a_role_follows_its_project_and_task(self):
        self._team()
        task = self._task(stage_id=self.stages["testing"].id)
        self.assertEqual(
            self.follows(self.mark, self.project, task), [False, False], "not yet"
        )
        self._put(self.mark, self.pm)
        self.assertIn(self.mark.partner_id, self.pm._direct_members())
        self.assertEqual(self.follows(self.mark, self.project, task), [True, True])

    def test_a_portal_member_who_joins_is_notified_of_project_and_task(self):
        self._team()
        task = self._task(stage_id=self.stages["testing"].id)
        self._put(self.demo, self.pm)
        self.assertIn(self.demo.partner_id, self.pm._direct_members())
        self.assertEqual(self.follows(self.demo, self.project, task), [False, False])
        self.assertTrue(self.notices(self.demo, self.project))
        self.assertTrue(self.notices(self.demo, task))

    def test_leaving_a_role_ends_following(self):
        self._team()
        task = self._task(stage_id=self.stages["testing"].id)
        mark = self._put(self.mark, self.pm)
        demo = self._put(self.demo, self.pm)
        (mark | demo).write({"state": "left"})
        self.assertEqual(self.follows(self.mark, self.project, task), [False, False])
        self.assertFalse(self.notices(self.demo))
        self.assertTrue(self.notices(self.joel, task), "his goes on")
        self._put(self.mark, self.pm)
        self.assertEqual(self.follows(self.mark, self.project, task), [True, True])

    def test_deleting_a_place_ends_what_followed_from_it(self):
        self._team()
        self._put(self.mark, self.pm).unlink()
        self.assertEqual(self.follows(self.mark, self.project), [False])

    def test_members_for_another_reason_keep_following_the_project(self):
        self._team()
        task = self._task(stage_id=self.stages["testing"].id)
        self._put(self.mark, self.camp)
        self._put(self.mark, self.pm).write({"state": "left"})
        self.assertEqual(self.follows(self.mark, self.project), [True])
        self.assertFalse(
            self.env["wezer.group.follower.sync"].search_count(
                [
                    ("partner_id", "=", self.mark.partner_id.id),
                    ("res_model", "=", "project.task"),
                    ("res_id", "=", task.id),
                ]
            )
        )

    def test_a_task_of_ones_own_stays_followed_when_the_team_goes(self):
        self._team()
        task = self._task(reviewer_partner_id=self.roger.partner_id.id)
        other = self._task(name="Water")
        other.message_subscribe(self.roger.partner_id.ids)
        self.assertEqual(
            self.follows(self.roger, self.project, task, other), [True, True, True]
        )
        self.project.team_id = self.workshop
        self.assertEqual(
            self.follows(self.roger, self.project, task, other), [False, True, False]
        )

    def test_own_choices_to_follow_or_unfollow_are_kept(self):
        self._team()
        self.project.message_unsubscribe(self.roger.partner_id.ids)
        self.camp.membership_ids = [
            Command.create({"partner_id": self.roger.partner_id.id})
        ]
        self.assertEqual(self.follows(self.roger, self.project), [False])
        self.project.message_subscribe(self.mark.partner_id.ids)
        self._put(self.mark, self.pm).write({"state": "left"})
        self.assertEqual(self.follows(self.mark, self.project), [True])

    def test_members_of_circles_inside_belong_to_the_team(self):
        self.project.team_id = self.village
        self.assertEqual(self.follows(self.roger, self.project), [True])
        self.project.team_id = self.garden
        self.assertEqual(self.follows(self.roger, self.project), [False])

    def test_a_circle_that_moves_takes_its_members_to_other_projects(self):
        self.project.team_id = self.garden
        self.assertEqual(self.follows(self.roger, self.project), [False])
        self.camp.parent_id = self.garden
        self.assertEqual(self.follows(self.roger, self.project), [True])
        self.camp.parent_id = self.village
        self.assertEqual(self.follows(self.roger, self.project), [False])

    def test_nobody_is_notified_of_finished_work(self):
        self._team()
        task = self._task(stage_id=self.stages["testing"].id, state="1_done")
        self._put(self.mark, self.pm)
        self._put(self.demo, self.pm)
        self.assertEqual(self.follows(self.mark, task), [False])
        self.assertFalse(self.notices(self.demo, task))
        task.state = "01_in_progress"
        self.assertEqual(self.follows(self.mark, task), [True])
        self.assertTrue(self.notices(self.demo, task))

    def test_a_member_is_notified_of_their_own_task(self):
        task = self._task(assignee_partner_id=self.luc.partner_id.id)
        self.assertEqual(self.notices(self.luc, task), ["You have a new task: Dig."])
        task.reviewer_partner_id = self.joel.partner_id
        self.assertEqual(
            self.notices(self.joel, task), ["You have a task to review: Dig."]
        )
        self.assertFalse(task.message_partner_ids & self.luc.partner_id)
        task.unlink()
        self.assertFalse(
            self.env["wezer.group.follower.sync"].search_count(
                [("partner_id", "=", self.luc.partner_id.id)]
            )
        )

    def test_a_member_who_becomes_a_coordinator_follows_at_once(self):
        self._team()
        self.luc.group_ids = [
            (3, self.env.ref("base.group_portal").id),
            (4, self.env.ref("base.group_user").id),
        ]
        self.assertEqual(self.follows(self.luc, self.project), [True])
        self.luc.active = False
        self.assertEqual(self.follows(self.luc, self.project), [False])
        self.assertRightsHold()

    def test_followers_out_of_step_are_repaired_by_night(self):
        self._team()
        following = self.env["wezer.group.follower.sync"]
        self.env.cr.execute(
            """UPDATE wezer_group_membership SET state = 'left'
                WHERE partner_id = ANY(%s)""",
            [(self.roger | self.luc).partner_id.ids],
        )
        self.assertEqual(len(following._out_of_step()), 2)
        following._cron_keep_in_step()
        self.assertFalse(following._out_of_step())
        self.assertEqual(self.follows(self.roger, self.project), [False])
        self.assertFalse(self.notices(self.luc))

    def test_the_check_finds_missing_and_extra_followers(self):
        self._team()
        self.assertRightsHold()
        self.env.cr.execute(
            "DELETE FROM wezer_group_follower_sync WHERE partner_id = %s",
            [self.roger.partner_id.id],
        )
        following = self.env["wezer.group.follower.sync"]
        rows = [row[2:] for row in following._out_of_step()]
        self.assertIn((self.roger.partner_id.id, "is not told"), rows)
        self.env.cr.execute(
            """INSERT INTO wezer_group_follower_sync
                      (partner_id, res_model, res_id, how, company_id)
               VALUES (%s, 'project.project', %s, 'follows', %s)""",
            [self.mark.partner_id.id, self.project.id, self.env.company.id],
        )
        rows = [row[2:] for row in following._out_of_step()]
        self.assertIn((self.mark.partner_id.id, "is told no longer"), rows)

    def test_only_people_who_run_projects_set_up_a_circles_project(self):
        manager = mail_new_test_user(
            self.env,
            login="wzp_manager",
            groups="wezer_base.group_coordinator,project.group_project_manager",
        )
        project = self.project.with_user(manager)
        with self.assertRaises(NotAllowed):
            project.team_id = self.camp
        with self.assertRaises(NotAllowed):
            project.create({"name": "Ours", "team_id": self.camp.id})
        self._put(manager, self._role("Runner", self.camp, "project"))
        project.team_id = self.camp
        with self.assertRaises(NotAllowed):
            project.team_id = self.garden
        project.team_id = False


@tagged("post_install", "-at_install")
class TestMyTasks(ProjectScenarios):
    def test_my_tasks_are_mine_my_roles_and_my_circles(self):
        own = self._task(assignee_partner_id=self.mark.partner_id.id)
        role = self._task(assignee_partner_id=self.pm.partner_id.id)
        circle = self._task(assignee_partner_id=self.camp.partner_id.id)
        tasks = self.env["project.task"].with_user(self.mark)
        mine = [("is_mine", "=", True), ("project_id", "=", self.project.id)]
        self.assertEqual(tasks.search(mine), own)
        self._put(self.mark, self.pm)
        self.assertEqual(tasks.search(mine), own | role | circle)
        self.assertTrue(role.with_user(self.mark).is_mine)
        self.assertFalse(role.with_user(self.roger).is_mine)

    def test_my_reviews_are_mine_my_roles_and_those_of_circles_i_run(self):
        own = self._task(reviewer_partner_id=self.mark.partner_id.id)
        role = self._task(reviewer_partner_id=self.pm.partner_id.id)
        circle = self._task(reviewer_partner_id=self.camp.partner_id.id)
        tasks = self.env["project.task"].with_user(self.mark)
        mine = [("i_review", "=", True), ("project_id", "=", self.project.id)]
        self.assertEqual(tasks.search(mine), own)
        self._put(self.mark, self.pm)
        self.assertEqual(tasks.search(mine), own | role)
        self._put(self.mark, self._role("Runner", self.camp, "project"))
        self.assertEqual(tasks.search(mine), own | role | circle)

    def test_to_do_lists_tasks_of_my_roles_but_not_of_a_whole_circle(self):
        self._put(self.joel, self.pm)
        self._task(name="For the role", assignee_partner_id=self.pm.partner_id.id)
        self._task(name="For all", assignee_partner_id=self.camp.partner_id.id)
        done = self._task(name="Done", assignee_partner_id=self.joel.partner_id.id)
        done.state = "1_done"
        texts = [row["text"] for row in self.joel._wezer_todo()]
        self.assertIn("Beds: For the role", texts)
        self.assertNotIn("Beds: For all", texts)
        self.assertNotIn("Beds: Done", texts)
