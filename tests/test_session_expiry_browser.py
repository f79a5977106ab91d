"""A session that ends while its user writes: a real server and a browser."""

import pytest

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from odoo.addons.wezer_base.tests.committed import CommittedCase

from .browser import Browser
from .server import Server

pytestmark = pytest.mark.slow

SECRET = "forms-in-browser-secret"
PHONE = 360


@tagged("post_install", "-at_install", "concurrency")
class TestFormsInBrowser(CommittedCase):
    def _make(self, env):
        writer, helper = self._members(env, "Former", 2, password=SECRET)
        self.users, self.login = (writer + helper).ids, writer.login
        money = {"name": f"Hours {self.mark}", "code": f"F{self.mark}"}
        money["unit_kind"] = "hour"
        self.currency = env["wezer.currency"].create(money).id
        market = env["wezer.announcement"].with_user(writer)
        self.want = market.action_create_own({"title": f"Ladder {self.mark}"})
        self.deal = market.browse(self.want).with_user(helper).action_claim()
        env["wezer.deal"].with_user(helper).browse(self.deal).action_deliver()

    def _archive(self, env):
        mine = [("author_id.user_ids", "in", self.users)]
        env["wezer.announcement"].search(mine)._end("closed")
        env["wezer.currency"].browse(self.currency).active = False
        env["res.users"].browse(self.users).active = False

    def setUp(self):
        super().setUp()
        self.server = Server(self.database)
        self.addCleanup(self.server.stop)
        self.server.wait()
        self.browser = Browser(self.server.url, width=PHONE)
        self.addCleanup(self.browser.close)
        self.browser.login(self.login, SECRET)

    def _focused(self):
        return self.browser.driver.switch_to.active_element

    def test_typed_text_survives_the_login(self):
        browser = self.browser
        title = f"Written for an hour {self.mark}"
        browser.open("/market/new")
        browser.fill("#title", title)
        browser.fill("#description", "First line.\nSecond line.")
        # The session ends elsewhere, while the page is open.
        browser.driver.delete_cookie("session_id")
        browser.click("form.o_wezer_where button.btn-lg")
        browser.wait("form.oe_login_form")
        browser.fill("input[name=login]", self.login)
        browser.fill("input[name=password]", SECRET)
        browser.click("form.oe_login_form button[type=submit]")
        alert = browser.wait(".o_wezer_refused[role=alert]")
        self.assertIn("logged out", alert.text)
        value = browser.wait("#title").get_attribute("value")
        self.assertEqual(value, title)
        text = browser.wait("#description").get_attribute("value")
        self.assertEqual(text, "First line.\nSecond line.")
        browser.click("form.o_wezer_where button.btn-lg")
        browser.wait("h1", title)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            posted = env["wezer.announcement"].search_count([("title", "=", title)])
        self.assertEqual(posted, 1)

    def test_a_refused_form_focuses_the_invalid_field(self):
        browser = self.browser
        browser.open("/market/new")
        browser.fill("#title", f"Wrong number {self.mark}")
        browser.unfold(".o_wezer_other_thanks summary")
        browser.click(".o_wezer_other_thanks input[name=thanks]")
        browser.fill("#quantity", "many")
        browser.click("form.o_wezer_where button.btn-lg")
        browser.wait(".o_wezer_refused[role=alert]")
        field = browser.wait("#quantity[aria-invalid=true]")
        self.assertEqual(self._focused(), field)
        wide = browser.driver.execute_script(
            "return document.documentElement.scrollWidth - window.innerWidth"
        )
        self.assertLessEqual(wide, 0, "the page is wider than a telephone")

    def test_approval_needs_no_assessment(self):
        browser = self.browser
        browser.open(f"/my/deals/{self.deal}")
        browser.wait("button.o_wezer_act_approve")
        marks = browser.driver.find_elements(
            "css selector", ".o_wezer_scores input:checked"
        )
        self.assertEqual(marks, [], "a mark is preset")
        browser.click("button.o_wezer_act_approve")
        browser.wait(".o_wezer_turn", "Done")
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            deal = env["wezer.deal"].browse(self.deal)
            self.assertEqual(deal.state, "paid")
            here = [("origin_model", "=", deal._name), ("origin_id", "=", deal.id)]
            self.assertFalse(env["wezer.assessment"].search(here))
