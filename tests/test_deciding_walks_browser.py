"""Ways through decisions, each from where a member starts: on a phone, by keyboard."""

import pytest
from selenium.webdriver.support.ui import Select

from odoo.tests import tagged

from odoo.addons.wezer_decision.tests.common import DecisionCommon

from .browser import answering
from .phone import PhoneCase

pytestmark = pytest.mark.slow
WHY = "The books are three months behind, and nobody answers."
YES = ".o_wezer_decide button[value=yes]"


@tagged("post_install", "-at_install")
class TestDecidingWalks(DecisionCommon, PhoneCase):
    """One phone is passed on from member to member."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._speak_french(*cls.members, cls.luc, cls.joel)
        cls.address = f"/groups/{cls.garden.slug}"
        cls.phone = cls._phone()
        cls.addClassCleanup(cls.phone.close)

    def setUp(self):
        super().setUp()
        self.enterContext(answering(self))

    def take(self, user, path):
        """Let ``user`` have the phone, and open a page that leads on."""
        session = self.authenticate(user.login, user.login)
        cookie = {"name": "session_id", "value": session.sid, "url": self.base_url()}
        self.phone.driver.execute_cdp_cmd("Network.setCookie", cookie)
        self.phone.open(path)

    def go(self, css, shows, text=None):
        """Press what ``css`` finds; wait for what the next page shows."""
        self.press(self.phone, css)
        return self.shown(self.phone, shows, text)

    def answer(self, choice, shows=".o_wezer_flash"):
        return self.go(f".o_wezer_decide button[value={choice}]", shows)

    def ended(self, decision):
        """Let the time for answers, and for challenges, pass."""
        self.rest(self.phone)
        self.close(decision)
        self.assertEqual(decision.state, "adopted", decision.result)
        return self.carry_out(decision)

    def test_a_voice_for_a_category_is_given_counted_and_seen(self):
        self.set_policies(delegation="once")
        beds = self.env["wezer.category"].create({"name": "Beds"})
        decision = self.opened(by=self.cleo, method="majority", category_id=beds.id)
        self.take(self.ben, "/decisions")
        self.go("a[href$='/my/delegations']", "#delegation_category")
        Select(self.phone.wait("#delegation_category")).select_by_visible_text("Beds")
        self.phone.fill("input[name=member_typed]", "Anna")
        self.go("form[action$='/give'] button.btn-primary", "#delegations_given")
        self.shown(self.phone, ".o_wezer_row", "Beds")
        self.take(self.anna, "/my/todo")
        self.go(f"a[href*='/decisions/{decision.id}']", YES)
        self.answer("yes")
        self.rest(self.phone)
        decision = self.close(decision)
        self.assertEqual(decision.result["ballots"], 2)
        self.take(self.ben, "/decisions")
        self.go(f"a[href$='/decisions/{decision.id}']", "#result")
        self.go("#carried summary", "#carried li", "Anna")
        self.shown(self.phone, "#carried li", "Ben")
        self.rest(self.phone)

    def test_a_proxy_is_found_on_the_page_of_a_secret_vote_and_casts_its_ballot(self):
        self.set_policies(procurations="yes")
        decision = self.opened(by=self.cleo, method="majority", secrecy="secret")
        ben, anna = (
            decision.sudo().voter_ids.filtered(
                lambda voice, user=user: voice.person_id == user.partner_id
            )
            for user in (self.ben, self.anna)
        )
        self.take(self.ben, "/my/todo")
        self.go(f"a[href*='/decisions/{decision.id}']", "#delegate summary")
        self.go("#delegate summary", "#delegate input[name=member_typed]")
        self.phone.fill("#delegate input[name=member_typed]", "Anna")
        self.go("#delegate button[type=submit]", ".o_wezer_turn", "Anna")
        self.take(self.anna, "/my/todo")
        self.go(f"a[href*='/decisions/{decision.id}']", YES)
        codes = set()
        for voice, choice in ((anna, "no"), (ben, "yes")):
            form = f"form:has([name=voice][value='{voice.id}'])"
            code = self.go(f"{form} button[value={choice}]", "#code")
            codes.add(code.get_attribute("value"))
            self.go(f"a.btn[href$='/decisions/{decision.id}']", ".o_wezer_turn")
        self.assertEqual(len(codes), 2)
        self.rest(self.phone)
        urn = self.env["wezer.urn"].sudo().search([("decision_id", "=", decision.id)])
        self.assertCountEqual(urn.mapped("choice"), ["no", "yes"])
        self.assertEqual({ben.state, anna.state}, {"voted"})

    def test_who_was_put_out_appeals_from_the_notice_and_is_invited_again(self):
        ben, above = self.ben.partner_id, (self.anna, self.cleo, self.luc)
        decision = self.put_out(self.ben, *above, members_only=True)
        self.ended(decision.sudo())
        notice = self.env["wezer.notice"].search(
            [("partner_id", "=", ben.id), ("subject", "=", "appeal")]
        )
        self.take(self.ben, "/my/notices")
        opens = f"[action$='/notices/{notice.id}/open'] button, "
        opens += f"a[href$='/notices/{notice.id}/open']"
        form = "form[action$='/appeal']"
        self.go(opens, f"{form} textarea")
        self.phone.fill(f"{form} textarea", WHY)
        self.go(f"{form} button[type=submit]", ".o_wezer_flash")
        self.rest(self.phone)
        above = self.decisions.sudo().search([("passed_from_id", "=", decision.id)])
        self.assertEqual((above.group_id, above.state), (self.village, "open"))
        self.take(self.luc, "/my/todo")
        self.go(f"a[href*='/decisions/{above.id}']", "#proposal", WHY)
        self.answer("yes")
        self.vote(above, anna="yes", cleo="yes")
        self.ended(above)
        self.assertEqual(self.garden._membership_of(ben).state, "invited")
        self.take(self.ben, "/my/todo")
        self.shown(self.phone, "main", self.garden.name)
        self.rest(self.phone)

    def test_a_policy_is_proposed_from_our_policies_and_holds(self):
        self.set_policies(decides_policy="majority")
        self.take(self.gina, self.address)
        self.go("a[href$='/manage']", "summary", "Our policies")
        field = "[name=key][value=decision_days]"
        self.phone.unfold(f"details:has(> details {field}) > summary")
        self.phone.unfold(f"details:has(> form > {field}) > summary")
        form = f"form:has({field})"
        self.phone.fill(f"{form} [name=value]", "9")
        self.go(f"{form} button[type=submit]", "a[href*='outcome=policy']")
        self.go("a[href*='outcome=policy']", "#outcome_value")
        shown = self.phone.wait("#outcome_value").get_attribute("value")
        self.assertEqual(shown, "9")
        self.phone.fill("#title", "Nine days for each decision")
        self.phone.fill("#text", "A week is too short in summer.")
        self.go("form[action$='/propose'] button.btn-primary", YES)
        decision = self.decision_of(self.phone)
        self.take(self.anna, self.address)
        self.go(".o_wezer_to_decide button[value=yes]", ".o_wezer_flash")
        self.ended(decision)
        self.assertEqual(decision.state, "done")
        self.assertEqual(self.garden._policy("decision_days")[0], 9)
        self.take(self.gina, f"{self.address}/log")
        self.shown(self.phone, ".o_wezer_rows", "Nine days")
        self.rest(self.phone)

    def test_a_saved_policy_is_confirmed_where_it_stands(self):
        self.take(self.gina, f"{self.address}/manage")
        field = "[name=key][value=decision_days]"
        self.phone.unfold(f"details:has(> details {field}) > summary")
        self.phone.unfold(f"details:has(> form > {field}) > summary")
        form = f"form:has({field})"
        self.phone.fill(f"{form} [name=value]", "9")
        self.go(f"{form} button[type=submit]", f"{form} .o_wezer_saved")
        shown = "return arguments[0].getBoundingClientRect()"
        for css in (f"{form} .o_wezer_saved", f"{form} [name=value]"):
            box = self.phone.driver.execute_script(shown, self.phone.wait(css))
            height = self.phone.driver.execute_script("return innerHeight")
            self.assertTrue(0 <= box["top"] < height, (css, box, height))
        self.rest(self.phone)

    def test_a_kept_draft_is_changed_by_the_form_of_a_proposal(self):
        self.take(self.anna, f"{self.address}/propose")
        self.phone.fill("#title", "A bench")
        self.phone.fill("#text", "Of oak.")
        self.go("button[name=draft]", "a[href$='/edit']")
        self.go("a[href$='/edit']", "#title")
        self.assertIn("7", self.said_times())
        method = Select(self.phone.wait("#method"))
        method.select_by_value("check")
        self.assertIn("3", self.said_times())
        method.select_by_value("dates")
        self.phone.fill("#days", "8")
        # What was typed takes the place of all that methods usually have.
        own = self.said_times()
        self.assertNotIn("3", own)
        # The form goes on to more dates, and keeps what was typed.
        self.go("button[name=step][value=dates]", "[name=date_6]")
        self.assertEqual(self.phone.wait("#days").get_attribute("value"), "8")
        self.assertEqual(self.said_times(), own)
        Select(self.phone.wait("#method")).select_by_value("majority")
        self.phone.fill("#share", "3/4")
        Select(self.phone.wait("#secrecy")).select_by_value("secret")
        self.go("button[name=draft]", ".o_wezer_flash")
        decision = self.decision_of(self.phone)
        self.assertEqual(
            (decision.method, decision.secrecy, decision.settings),
            ("majority", "secret", {"share": "3/4", "hours": 192}),
        )

    def said_times(self):
        """Return what the form says of how long answers are taken."""
        found = [
            span.text
            for span in self.phone.driver.find_elements("css selector", "p > span")
            if "o_wezer_times" in span.get_attribute("class") and span.is_displayed()
        ]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_a_council_of_three_is_elected_and_its_rounds_are_read(self):
        council = self._role("Council", self.garden)
        decision = self.draft(method="stv", role_id=council.id, options=[], seats=3)
        decision.action_announce()
        standing = (self.anna, self.ben, self.cleo, self.dora)
        for user in standing[1:]:
            decision.with_user(user).action_stand()
        self.take(self.anna, self.address)
        self.go(f"a[href$='/decisions/{decision.id}']", "#stand_text")
        self.phone.fill("#stand_text", "I would meet each week.")
        self.go("form[action$='/stand'] button[type=submit]", ".o_wezer_flash")
        self.rest(self.phone)
        self.wait(decision, hours=80)
        self.take(self.anna, "/my/todo")
        self.go(f"a[href*='/decisions/{decision.id}']", "[name=secret_rank_4]")
        for number in range(1, 5):
            self.phone.fill(f"[name=secret_rank_{number}]", str(5 - number))
        self.go(".o_wezer_decide button.btn-primary", "#code")
        self.rest(self.phone)
        ranks = {"ben": "1-2-3-4", "cleo": "1-3-2-4", "dora": "2-1-3-4"}
        self.vote(decision, **ranks, fred="3-1-2-4", gina="4-1-2-3")
        decision = self.ended(decision.sudo())
        self.assertEqual((decision.method, decision.state), ("stv", "done"))
        elected = decision.result["elected"]
        self.assertEqual(len(elected), 3)
        self.take(self.dora, "/decisions")
        self.go(f"a[href$='/decisions/{decision.id}']", "#result", elected[0])
        result = self.shown(self.phone, "#result").text
        for name in elected:
            self.assertIn(name, result)
        # Wider than the phone, the table scrolls by itself.
        self.shown(self.phone, ".o_wezer_stv_rounds")
        self.rest(self.phone)
        people = {one.partner_id.name for one in council.sudo().membership_ids}
        self.assertEqual(people, set(elected))

    def test_a_recall_is_signed_voted_and_carried_out(self):
        self._put(self.dora, self.treasurer)
        self.take(self.anna, self.address)
        form = f"form[action$='/{self.treasurer.slug}/recall']"
        self.go(f"details:has(> {form}) > summary", f"{form} textarea")
        self.phone.fill(f"{form} textarea", WHY)
        self.go(f"{form} button[type=submit]", ".o_wezer_turn")
        decision = self.decision_of(self.phone)
        self.take(self.ben, "/decisions")
        self.go(f"a[href$='/decisions/{decision.id}']", "#proposal", WHY)
        self.go("form[action$='/sign'] button", ".o_wezer_flash")
        self.rest(self.phone)
        self.assertEqual((decision.state, decision.secrecy), ("announced", "secret"))
        self.wait(decision, days=8)
        self.take(self.ben, "/my/todo")
        self.go(f"a[href*='/decisions/{decision.id}']", YES)
        self.answer("yes", "#code")
        self.rest(self.phone)
        self.vote(decision, gina="no", fred="yes", anna="yes", cleo="yes")
        self.ended(decision)
        place = self.treasurer._membership_of(self.dora.partner_id)
        self.assertFalse(place.is_live)
        self.take(self.dora, "/my/notices")
        self.shown(self.phone, "main", self.treasurer.name)
        self.rest(self.phone)
