"""The whole story of a task, by clicks in a browser."""

from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By

from odoo.tests import HttpCase, new_test_user, tagged

from .browser import Browser, answering

pytestmark = pytest.mark.slow


@tagged("post_install", "-at_install")
class TestStory(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        cls.hours = env["wezer.currency"].create(
            {
                "name": "Story hours",
                "code": "sh",
                "kind": "mutual_credit",
                "unit_kind": "hour",
                "has_lower": True,
                "lower_limit": -20 * 60,
            }
        )
        cls.coordinator = new_test_user(
            env,
            login="story_carole",
            password="story_carole",
            name="Carole Story",
            groups="wezer_base.group_coordinator,project.group_project_manager",
        )
        cls.volunteer = new_test_user(
            env,
            login="story_luc",
            password="story_luc",
            name="Luc Story",
            groups="base.group_portal",
        )
        cls.circle = env["wezer.group"].create(
            {"name": "Story garden", "kind": "circle"}
        )
        role = env["wezer.group"].create(
            {
                "name": "Story coordinator",
                "kind": "role",
                "parent_id": cls.circle.id,
                "right_wallet": True,
                "right_market": True,
                "right_project": True,
            }
        )
        env["wezer.group.membership"].create(
            {
                "group_id": role.id,
                "partner_id": cls.coordinator.partner_id.id,
                "state": "active",
            }
        )
        cls.garden_wallet = cls.circle.partner_id._wezer_wallet(cls.hours)
        cls.garden_wallet.write(
            {"own_limits": True, "has_lower": True, "lower_limit": -600}
        )
        stages = env["project.task.type"].create(
            [
                {"name": "To do", "sequence": 1},
                {"name": "To approve", "sequence": 2, "wezer_deal_state": "delivered"},
                {"name": "Paid", "sequence": 3, "wezer_deal_state": "paid"},
            ]
        )
        project = env["project.project"].create(
            {
                "name": "Story greenhouse",
                "team_id": cls.circle.id,
                "wezer_currency_id": cls.hours.id,
                "wezer_rate_minor": 60,
                "type_ids": [(6, 0, stages.ids)],
            }
        )
        cls.task = env["project.task"].create(
            {
                "name": "Repair the story door",
                "project_id": project.id,
                "stage_id": stages[0].id,
                "allocated_hours": 2,
            }
        )
        cls.mails = env["mail.mail"].search_count([])

    def browser(self, width=1280):
        browser = Browser(self.base_url(), width)
        self.addCleanup(browser.close)
        return browser

    def test_a_task_is_posted_claimed_delivered_paid_and_assessed(self):
        with answering(self):
            carole, luc = self.browser(), self.browser(width=420)
            self.post(carole)
            self.claim_and_deliver(luc)
            self.approve_and_pay(carole)
            self.assess_back(luc)
            self.see_it_in_the_wallets(luc)
            self.see_the_groups_statement(carole)
        self.everything_agrees()
        # Three acts for each: post, approve, pay; claim, deliver, thank; and a thank
        # back. Filling fields and choosing marks is not counted.
        self.assertEqual(carole.clicks, 4)
        self.assertEqual(luc.clicks, 3)

    # === THE ACTS === #

    def post(self, carole):
        carole.login("story_carole", "story_carole")
        carole.open(f"/odoo/project.task/{self.task.id}")
        carole.click("button[name=action_post_to_marketplace]")
        carole.wait("button[name=action_undo_post]")
        carole.check_page()

    def claim_and_deliver(self, luc):
        luc.login("story_luc", "story_luc")
        luc.open("/market?words=story")
        luc.click("a.o_wezer_announcement", "Repair the story door", counts=False)
        box = luc.wait(".o_wezer_box").text
        self.assertIn("You receive", box)
        self.assertIn("2:00 sh", box)
        luc.click("button.o_wezer_claim", "I'll do it")
        luc.wait(".o_wezer_turn", "Your turn")
        self.deal_address = luc.driver.current_url
        luc.check_page()
        luc.fill("textarea[name=note]", "The hinge is new and it closes.")
        luc.click("button.o_wezer_act_deliver")
        luc.wait(".o_wezer_turn", "Waiting for")
        luc.check_page()

    def approve_and_pay(self, carole):
        carole.open(f"/odoo/project.task/{self.task.id}")
        carole.click("button[name=action_open_deal]", counts=False)
        carole.click("button[name=action_open_approve]")
        carole.wait(".modal")
        carole.click(".modal button[name=action_approve]")
        carole.wait(".o_statusbar_status button.o_arrow_button_current", "Paid")
        carole.check_page()
        # No mark is preset there either: the circle's are given on the website.
        self.assess(carole, "Well done.")

    def assess_back(self, luc):
        self.assess(luc, "Clear and kind.")
        self.assertIn("Clear and kind.", luc.text())

    def assess(self, browser, comment):
        browser.open(urlsplit(self.deal_address).path)
        # No mark is preset, and a line without marks is refused.
        best = browser.driver.find_elements(
            By.CSS_SELECTOR, "label[for^=score_assess_][for$='_4']"
        )
        for mark in [label.get_attribute("for") for label in best]:
            browser.click(f"label[for={mark}]", counts=False)
        browser.fill("input[name=comment]", comment)
        browser.click("button.o_wezer_act_assess")
        browser.wait(".alert", "Thank you")
        browser.check_page()

    def see_it_in_the_wallets(self, luc):
        wallet = self.volunteer.partner_id._wezer_wallet(self.hours)
        luc.open("/my/wallets")
        self.assertIn("2:00", luc.text())
        luc.open(f"/my/wallets/{wallet.id}")
        self.assertIn("Repair the story door", luc.text())
        luc.open("/my/todo")

    def see_the_groups_statement(self, carole):
        carole.open(f"/my/wallets/{self.garden_wallet.id}")
        self.assertIn("Repair the story door", carole.text())
        self.assertIn("2:00", carole.text())

    # === WHAT IS TRUE AFTERWARDS === #

    def everything_agrees(self):
        self.env.invalidate_all()
        deal = self.task.wezer_deal_ids
        self.assertEqual(deal.state, "paid")
        self.assertEqual(deal.payee_id, self.volunteer.partner_id)
        volunteers = self.volunteer.partner_id._wezer_wallet(self.hours)
        self.assertEqual(volunteers.balance, 120)
        self.assertEqual(
            (self.garden_wallet.balance, self.garden_wallet.reserved), (-120, 0)
        )
        self.assertEqual(self.task.stage_id.wezer_deal_state, "paid")
        self.assertEqual(self.task.state, "1_done")
        given = self.env["wezer.assessment"].sudo()._for_origin(deal)
        self.assertEqual(set(given.mapped("state")), {"revealed"})
        self.assertEqual(
            given.assessor_id, self.volunteer.partner_id | self.circle.partner_id
        )
        self.assertEqual(self.env["mail.mail"].search_count([]), self.mails)
        seals = self.env["wezer.ledger.seal"]._seal_now()
        seal = seals.filtered(lambda one: one.wezer_currency_id == self.hours)
        line = seal.move_ids.line_ids.filtered(
            lambda one: one.partner_id == self.volunteer.partner_id
        )
        self.assertEqual((seal.move_ids.state, line.amount_currency), ("posted", -2.0))
        broken = [
            check for check in self.env["wezer.invariant"].sudo().run() if check["rows"]
        ]
        self.assertEqual(broken, [])
