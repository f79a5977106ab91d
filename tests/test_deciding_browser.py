"""The story of a circle that decides together: on a phone, in French, by keyboard."""

from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_decision_currency.tests.common import SpendingCommon

from .browser import answering
from .phone import PhoneCase

pytestmark = pytest.mark.slow
RULES = "The treasurer pays up to ten hours. Larger amounts are decided together."
RULES_AGAIN = f"{RULES} Each payment is told to the circle within a week."
HARM = "Nobody would know what was paid until the end of the year."


@tagged("post_install", "-at_install")
class TestDecidingInABrowser(SpendingCommon, PhoneCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._speak_french(*cls.members)
        # Asked before the browser runs: it works on the same cursor.
        cls.address = f"/groups/{cls.garden.slug}"
        cls.otto_slug = cls.otto.partner_id._wezer_profile().slug

    def person(self, user):
        """Return a phone on which ``user`` is logged in."""
        browser = self._phone()
        self.addCleanup(browser.close)
        browser.login(user.login, user.login)
        return browser

    def all_answer(self, decision, choice, *but):
        """Let everybody answer who has not."""
        for voice in decision.voter_ids.filtered(lambda one: one.state == "may"):
            user = voice.person_id.user_ids
            if user not in but:
                decision.with_user(user).action_vote(choice)

    def test_a_circle_talks_elects_agrees_pays_and_reviews(self):
        with answering(self):
            anna = self.person(self.anna)
            self.elect_a_treasurer(anna)
            agreement = self.agree(anna)
            self.pay_what_was_decided()
            self.review(anna, agreement)
        broken = [
            check for check in self.env["wezer.invariant"].sudo().run() if check["rows"]
        ]
        self.assertEqual(broken, [])

    # === THE ACTS === #

    def elect_a_treasurer(self, anna):
        """A discussion leads to an election without candidates."""
        anna.open(f"{self.address}/discussions/new")
        anna.fill("#title", "Who looks after our purse?")
        anna.fill("#body", "We need a person whom all of us trust.")
        self.press(anna, "form[action$='/discussions/new'] button.btn-primary")
        self.press(anna, "a[href*='/propose?discussion=']")
        anna.unfold("details > summary", None)
        script = "document.querySelector('#outcome').value = 'elect'"
        anna.driver.execute_script(script)
        self.press(anna, "button[name=step][value=effect]")
        self.shown(anna, "select[name=outcome_role]")
        until = fields.Date.today() + timedelta(days=365)
        anna.driver.execute_script(
            "document.querySelector('[name=outcome_role]').value = arguments[0];"
            "document.querySelector('[name=outcome_until]').value = arguments[1];",
            str(self.treasurer.id),
            until.isoformat(),
        )
        self.press(anna, "form[action$='/propose'] button.btn-primary")
        self.shown(anna, ".o_wezer_decision form[action$='/nominate']")
        decision = self.decision_of(anna)
        self.assertEqual((decision.method, decision.phase), ("person", "naming"))
        anna.open(f"/decisions/{decision.id}")
        anna.fill("input[name=member_typed]", "Ben")
        anna.fill("form[action$='/nominate'] textarea[name=reason]", "Ben counts well.")
        self.press(anna, "form[action$='/nominate'] button[type=submit]")
        anna.wait(".o_wezer_turn", "Ben")
        self.rest(anna)
        for user in self.members:
            if user != self.anna:
                named = decision.with_user(user)
                named.action_nominate(self.ben.partner_id.id, "Ben answers letters.")
        self.clock()
        while decision.phase == "sharing":
            self.wait(decision, hours=12)
        self.assertEqual(decision.phase, "proposing")
        facilitated = decision.with_user(decision.facilitator_id.user_ids)
        facilitated.action_propose_person(
            self.ben.partner_id.id, "Everybody named Ben, and nobody objected."
        )
        decision.with_user(self.ben).action_accept()
        self.assertEqual(decision.phase, "consent")
        decision.with_user(self.cleo).action_object(
            "Ben is away in August, and then nobody would pay."
        )
        anna.open(f"/decisions/{decision.id}")
        self.shown(anna, "#objections", "August")
        self.press(anna, ".o_wezer_decide button[value=live]")
        anna.wait(".o_wezer_flash")
        self.rest(anna)
        decision.objection_ids.with_user(self.cleo).action_withdraw()
        self.all_answer(decision, "live")
        self.close(decision)
        self.assertEqual(decision.state, "adopted")
        self.carry_out(decision)
        self.assertEqual(decision.state, "done")
        place = self.treasurer._membership_of(self.ben.partner_id)
        self.assertEqual((place.state, place.date_to), ("active", until))
        anna.open(f"/decisions/{decision.id}")
        self.shown(anna, "#result", "Ben")
        self.rest(anna)

    def agree(self, anna):
        """An agreement by consent: an objection, a new version, and it is in force."""
        anna.open(f"{self.address}/agreements/new")
        anna.fill("#title", "Our purse")
        anna.fill("#body", RULES)
        self.press(anna, "form[action$='/agreements/new'] button.btn-primary")
        self.press(anna, "a[href*='outcome=agreement'][href*='act=adopt']")
        anna.fill("#title", "An agreement about our purse")
        anna.fill("#text", RULES)
        self.press(anna, "form[action$='/propose'] button.btn-primary")
        self.shown(anna, ".o_wezer_decision .o_wezer_big_row")
        decision = self.decision_of(anna)
        self.assertEqual(decision.method, "consent")
        cleo = self.person(self.cleo)
        cleo.open("/my/todo")
        self.press(cleo, f"a[href*='/decisions/{decision.id}']")
        cleo.unfold(".o_wezer_object summary")
        cleo.fill(".o_wezer_object textarea[name=reason]", HARM)
        self.press(cleo, ".o_wezer_object button[type=submit]")
        self.shown(cleo, "#objections", HARM)
        anna.open(f"/decisions/{decision.id}")
        anna.unfold("#proposal details > summary.btn")
        anna.fill("#body", RULES_AGAIN)
        anna.fill("#change", "Each payment is told")
        self.press(anna, "form[action$='/new_version'] button[type=submit]")
        anna.wait("#proposal", "within a week")
        cleo.open(f"/decisions/{decision.id}")
        self.press(cleo, "form[action$='/confirm'] button")
        cleo.wait(".o_wezer_flash")
        self.rest(anna, cleo)
        cleo.close()
        self.assertEqual(decision.objection_ids.state, "answered")
        self.all_answer(decision, "live")
        self.close(decision)
        self.carry_out(decision)
        agreement = self.env["wezer.agreement"].search([("title", "=", "Our purse")])
        self.assertEqual((decision.state, agreement.state), ("done", "in_force"))
        return agreement.sudo()

    def pay_what_was_decided(self):
        """The treasurer may not pay so much alone, proposes it, and it is paid."""
        ben = self.person(self.ben)
        acting = self.garden.partner_id.id
        ben.open(
            f"/my/pay?to={self.otto_slug}&currency={self.hours.id}&acting={acting}"
        )
        ben.fill("#amount", "12:00")
        ben.fill("#purpose", "Compost")
        self.press(ben, ".o_wezer_money_button")
        self.press(ben, "a[href*='outcome=pay']")
        self.shown(ben, ".o_wezer_outcome")
        shown = ben.wait("[name=outcome_purpose]").get_attribute("value")
        self.assertEqual(shown, "Compost")
        ben.fill("#title", "Twelve hours for the compost")
        ben.fill("#text", "Otto brought it, and turned it all winter.")
        self.press(ben, "form[action$='/propose'] button.btn-primary")
        self.shown(ben, ".o_wezer_decision .o_wezer_big_row")
        decision = self.decision_of(ben)
        self.assertEqual(decision.method, "majority")
        ben.open(f"/decisions/{decision.id}")
        self.press(ben, ".o_wezer_decide button[value=yes]")
        ben.wait(".o_wezer_flash")
        self.rest(ben)
        self.all_answer(decision, "yes")
        before = self.otto.partner_id._wezer_wallet(self.hours).balance
        self.close(decision)
        self.carry_out(decision)
        self.assertEqual(decision.state, "done", decision.outcome_ids.mapped("error"))
        after = self.otto.partner_id._wezer_wallet(self.hours).balance
        self.assertEqual(after - before, 12 * 60)
        ben.open(f"{self.address}/log")
        self.shown(ben, ".o_wezer_rows", "Twelve hours for the compost")
        self.rest(ben)
        ben.close()

    def review(self, anna, agreement):
        """On its date, the agreement comes up for review, and the members are asked."""
        months = agreement.review_months
        self.assertEqual(
            agreement.review_date, fields.Date.today() + relativedelta(months=months)
        )
        # The months pass.
        agreement.review_date = fields.Date.today()
        agreement.responsible_id = self.anna.partner_id
        agreement._cron_review()
        self.rest()
        # Read before the page is open: its requests share the cursor.
        slug = agreement.slug
        anna.open("/my/todo")
        self.press(anna, f"a[href$='/agreements/{slug}']")
        self.press(anna, "form[action$='/begin'] button")
        anna.wait(".o_wezer_flash")
        self.press(anna, "form[action$='/review'] button[type=submit]")
        anna.wait(".o_wezer_flash")
        self.rest(anna)
        answers = self.env["wezer.agreement.answer"].sudo()
        answer = answers.search([("agreement_id", "=", agreement.id)])
        self.assertEqual(answer.person_id, self.anna.partner_id)
        self.rest(anna)
