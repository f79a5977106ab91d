"""Real tasks: imported without loss, repeatable, posted and found."""

import random
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

from odoo.addons.wezer_base.tools.text import normalise
from odoo.addons.wezer_marketplace.tools import task_import

from launcher import importing

ROOT = Path(__file__).resolve().parent.parent
FILE = (
    ROOT.parent
    / "shared"
    / "data"
    / "nyc-volunteer"
    / "nyc-service-volunteer-opportunities.csv"
)
PROJECT = "Imported tasks"


def row(number, **vals):
    return {"row": number, "key": f"t-{number}", "title": f"Task {number}", **vals}


def states(report):
    return [one["state"] for one in report]


class Importing:
    def setUp(self):
        super().setUp()
        self.coordinator = new_test_user(
            self.env,
            login="importing_coordinator",
            groups="wezer_base.group_coordinator,project.group_project_manager",
        )
        circle = self.env["wezer.group"].create({"name": "Importers", "kind": "circle"})
        role = self.env["wezer.group"].create(
            {
                "name": "Importing",
                "kind": "role",
                "parent_id": circle.id,
                "right_market": True,
                "right_project": True,
            }
        )
        self.env["wezer.group.membership"].create(
            {
                "group_id": role.id,
                "partner_id": self.coordinator.partner_id.id,
                "state": "active",
            }
        )
        self.payer = circle.partner_id
        self.project = self.env["project.project"].create(
            {"name": PROJECT, "team_id": circle.id}
        )

    def take(self, rows, **options):
        tasks = self.env["project.task"].with_user(self.coordinator)
        return tasks._wezer_import(rows, PROJECT, **options)

    def tasks(self):
        return self.env["project.task"].search([("project_id", "=", self.project.id)])

    def post_all(self, tasks):
        """Choose all in the list and take the action of the menu."""
        action = self.env.ref("wezer_marketplace.action_post_tasks")
        return (
            action.with_user(self.coordinator)
            .with_context(
                active_model="project.task",
                active_ids=tasks.ids,
                active_id=tasks[:1].id,
            )
            .run()
        )


@tagged("post_install", "-at_install")
class TestImportTasks(Importing, TransactionCase):
    def test_a_row_without_category_or_place_is_kept(self):
        report = self.take([row(1), row(2, category="", city="")])
        self.assertEqual(states(report), ["created", "created"])
        self.assertFalse(self.tasks().wezer_category_id)

    def test_a_row_without_title_is_refused_with_one_line_and_stops_no_other(self):
        report = self.take([row(1), row(2, title="  "), row(3)])
        self.assertEqual(states(report), ["created", "refused", "created"])
        self.assertEqual(
            [(one["row"], bool(one["reason"])) for one in report if one["reason"]],
            [(2, True)],
        )

    def test_a_second_import_creates_no_duplicates_and_reports_changes(self):
        place = {"latitude": 40.712345678, "longitude": -73.987654321}
        rows = [row(1, **place, hours=2.5), row(2, category="Parks")]
        self.take(rows)
        self.assertEqual(states(self.take(rows)), ["same", "same"])
        rows[1]["title"] = "Task two"
        self.assertEqual(states(self.take(rows)), ["same", "updated"])
        self.assertEqual(sorted(self.tasks().mapped("name")), ["Task 1", "Task two"])

    def test_a_key_that_comes_twice_in_one_file_makes_one_task(self):
        report = self.take([row(1), row(1)])
        self.assertEqual(states(report), ["created", "same"])
        self.assertEqual(len(self.tasks()), 1)

    def test_a_dry_run_of_a_key_that_comes_twice_says_what_the_import_says(self):
        rows = [row(1), row(1), row(2), row(2, title="Another")]
        dry = states(self.take(rows, dry_run=True))
        self.assertEqual(dry, ["created", "same", "created", "updated"])
        self.assertEqual(states(self.take(rows)), dry)

    def test_a_key_with_blanks_that_are_not_kept_is_found_again(self):
        rows = [row(1, key="a\tb\u202e"), row(2, key=" c ")]
        self.assertEqual(states(self.take(rows)), ["created", "created"])
        self.assertEqual(states(self.take(rows)), ["same", "same"])

    def test_many_rows_are_reported_in_the_order_of_the_file(self):
        rows = [row(n) for n in (1, 2, 3, 2, 4, 5, 1)]
        rows.insert(3, row(9, title=""))
        told = []
        with patch.object(task_import, "BATCH", 3):
            report = self.take(rows, progress=lambda *count: told.append(count))
        self.assertEqual([one["row"] for one in report], [1, 2, 3, 9, 2, 4, 5, 1])
        self.assertEqual(
            states(report),
            ["created"] * 3 + ["refused", "same", "created", "created", "same"],
        )
        self.assertEqual(told, [(3, 8), (6, 8), (8, 8)])
        self.assertEqual(report[0]["id"], report[7]["id"])

    def test_a_task_that_is_refused_takes_no_other_of_its_batch_along(self):
        create = type(self.env["project.task"]).create

        def picky(tasks, vals_list):
            if any(vals.get("name") == "Task 4" for vals in vals_list):
                raise UserError("Not this one")
            return create(tasks, vals_list)

        with patch.object(type(self.env["project.task"]), "create", picky):
            report = self.take([row(n, category=f"Pond {n}") for n in range(1, 8)])
        self.assertEqual(
            states(report), ["created"] * 3 + ["refused"] + ["created"] * 3
        )
        self.assertEqual(report[3]["reason"], "Not this one")
        self.assertEqual(len(self.tasks()), 6)
        made = self.env["wezer.category"].search([("name", "like", "Pond %")])
        self.assertEqual(len(made), 6)
        self.assertEqual(
            self.tasks().sorted("id").mapped("wezer_category_id.name"),
            [f"Pond {n}" for n in (1, 2, 3, 5, 6, 7)],
        )

    def test_an_import_writes_to_nobody_and_followers_are_as_of_one_task(self):
        follower = new_test_user(
            self.env, login="follows_the_project", groups="project.group_project_user"
        )
        self.project.message_subscribe(follower.partner_id.ids)
        single = (
            self.env["project.task"]
            .with_user(self.coordinator)
            .create({"name": "By hand", "project_id": self.project.id})
        )
        before = self.env["mail.message"].search_count([])
        mails = self.env["mail.mail"].search_count([])
        self.take([row(n) for n in range(1, 4)])
        self.assertEqual(self.env["mail.message"].search_count([]), before)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        for task in self.tasks() - single:
            self.assertEqual(task.message_partner_ids, single.message_partner_ids)
            self.assertEqual(task.user_ids, single.user_ids)
            self.assertEqual(task.assignee_partner_id, single.assignee_partner_id)
            self.assertEqual(
                task.message_follower_ids.subtype_ids,
                single.message_follower_ids.subtype_ids,
            )

    def test_a_further_row_costs_few_queries(self):
        def queries(first, last):
            begin = self.env.cr.sql_log_count
            self.take([row(n) for n in range(first, last)])
            return self.env.cr.sql_log_count - begin

        queries(1, 3)
        few, many = queries(10, 30), queries(100, 160)
        self.assertLess((many - few) / 40, 4)

    def test_a_category_is_created_once(self):
        self.take([row(1, category="Ducks"), row(2, category="Ducks")])
        self.assertEqual(
            self.env["wezer.category"].search_count([("name", "=", "Ducks")]), 1
        )

    def test_9999_places_mean_unlimited_and_are_reported(self):
        report = self.take([row(1, places=9999), row(2, places=12)])
        self.assertIn("9999", report[0]["reason"])
        self.assertEqual(self.tasks().sorted("id").mapped("wezer_places"), [0, 12])
        self.assertEqual(states(self.take([row(1, places=9999)])), ["same"])

    def test_a_dry_run_saves_nothing(self):
        self.assertEqual(
            states(self.take([row(1, category="Swans")], dry_run=True)), ["created"]
        )
        self.assertFalse(self.tasks())
        self.assertFalse(self.env["wezer.category"].search([("name", "=", "Swans")]))

    def test_a_description_is_text_and_never_runs(self):
        self.take([row(1, description="<script>alert(1)</script> & <b>dig</b>")])
        self.assertNotIn("<script", self.tasks().description)

    def test_members_cannot_import(self):
        member = new_test_user(
            self.env, login="importing_member", groups="base.group_portal"
        )
        tasks = self.env["project.task"].with_user(member)
        with self.assertRaises(AccessError):
            tasks._wezer_import([row(1)], PROJECT)

    def test_what_is_not_understood_is_refused_with_its_value(self):
        bad = {
            "two": {"hours": "two"},
            "1.000": {"hours": "1.000"},
            "0,30": {"hours": "0,30"},
            "-2": {"hours": "-2"},
            "many": {"places": "many"},
            "2,5": {"places": "2,5"},
            "soon": {"date_end": "soon"},
            "03/04/2026": {"date_start": "03/04/2026"},
            "north": {"latitude": "north", "longitude": "6"},
            "95, 6": {"latitude": "95", "longitude": "6"},
            "46, None": {"latitude": "46"},
            "Zo\ufffd": {"problem": ["lost", "Zo\ufffd"]},
            "1 May, 23:59": {"date_start": "2026-05-02", "date_end": "2026-05-01"},
        }
        rows = [row(number, **vals) for number, vals in enumerate(bad.values(), 1)]
        report = self.take([*rows, row(99, title="Good", hours="2,5")])
        self.assertEqual(states(report), ["refused"] * len(bad) + ["created"])
        for value, answer in zip(bad, report, strict=False):
            self.assertIn(value, answer["reason"])
        self.assertEqual(self.tasks().mapped("name"), ["Good"])

    def test_hours_are_read_as_people_write_them(self):
        expected = {
            "2,5": 2.5,
            "2.5": 2.5,
            "1:30": 1.5,
            "1h30": 1.5,
            "90 min": 1.5,
            "": 0,
            "3": 3,
        }
        rows = [row(number, hours=text) for number, text in enumerate(expected, 1)]
        report = self.take(rows)
        self.assertEqual(states(report), ["created"] * len(expected))
        hours = [self.tasks().browse(one["id"]).allocated_hours for one in report]
        self.assertEqual(hours, list(expected.values()))

    def test_one_action_posts_all_tasks_and_repeating_it_posts_none(self):
        self.take([row(number) for number in range(1, 6)])
        self.post_all(self.tasks())
        self.assertEqual(
            self.tasks().wezer_announcement_id.mapped("state"), ["open"] * 5
        )
        answer = self.post_all(self.tasks())
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertEqual(len(self.tasks().wezer_announcement_ids), 5)


@tagged("post_install", "-at_install")
@pytest.mark.skipif(not FILE.exists(), reason="shared data are absent")
class TestImportOpportunities(Importing, HttpCase):
    def test_665_real_tasks_are_imported_posted_listed_searched_and_filtered(self):
        rows = importing.read(FILE, importing.map_for(FILE))
        report = self.take(rows)
        self.assertEqual(states(report), ["created"] * 665)
        # The only rows with something to say ask for thousands; two for 9,999.
        with_reason = [one["row"] for one in report if one["reason"]]
        self.assertEqual(
            with_reason, [one["row"] for one in rows if int(one["places"]) > 999]
        )
        self.assertEqual(sum("9999" in one["reason"] for one in report), 2)
        tasks = self.tasks()
        self.assertEqual(len(tasks), 665)
        self.assertTrue(tasks.filtered(lambda task: not task.wezer_city))
        self.assertEqual(
            len(tasks.filtered(lambda task: not task.wezer_category_id)), 48
        )
        self.assertEqual(set(states(self.take(rows))), {"same"})
        # On the day on which the first of them ended: what is over is not posted.
        ends = [datetime.strptime(row["date_end"], "%B %d %Y") for row in rows]
        with freeze_time(min(ends)):
            self.post_all(tasks)
        self.assertEqual(set(tasks.wezer_announcement_id.mapped("state")), {"open"})
        self.see_them(tasks)
        self.find_them_mistyped(tasks)

    def see_them(self, tasks):
        """As a visitor, on the pages of the website."""
        visitor = self.env.ref("base.public_user")
        market = self.env["wezer.announcement"].with_user(visitor)
        mine = {"author": self.payer.id}
        self.assertEqual(market._search_public(mine)[1], 665)
        category = tasks.wezer_category_id[0]
        expected = len(tasks.filtered(lambda task: task.wezer_category_id == category))
        self.assertEqual(
            market._search_public({**mine, "category": category.id})[1], expected
        )
        task = tasks.sorted("name")[0]
        words = task.name.split()[0]
        found, count = market._search_public({**mine, "words": words}, 0, 700)
        self.assertIn(task.wezer_announcement_id.id, found.ids)
        self.assertLess(count, 665)
        page = self.url_open("/market")
        self.assertEqual(page.status_code, 200)
        self.assertIn("o_wezer_announcement", page.text)
        page = self.url_open(f"/market/page/2?category={category.id}")
        self.assertEqual(page.status_code, 200)
        page = self.url_open(f"/market/{task.wezer_announcement_id.slug}")
        self.assertEqual(page.status_code, 200)
        self.assertIn(task.wezer_announcement_id.slug, page.url)

    def find_them_mistyped(self, tasks):
        """Each of 50 titles, a letter wrong, is within the first ten of its search."""
        market = self.env["wezer.announcement"].with_user(
            self.env.ref("base.public_user")
        )
        dice = random.Random(50)
        missed = []
        for task in dice.sample(list(tasks), 50):
            typed = mistyped(task.name, dice)
            found, _count = market._search_public({"words": typed}, 0, 10)
            if task.name not in found.mapped("title"):
                missed.append((task.name, typed))
        self.assertEqual(missed, [])


def mistyped(title, dice):
    """Return ``title`` with one letter of one word wrong, and no accents."""
    places = [at for at, letter in enumerate(title) if letter.isalpha()]
    at = dice.choice(places)
    other = dice.choice(
        [one for one in "abcdefghijklmnopqrstuvwxyz" if one != title[at].lower()]
    )
    return normalise(title[:at] + other + title[at + 1 :])
