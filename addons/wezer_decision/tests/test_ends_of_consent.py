"""What pages say where a consent was not reached: a majority, or the circle above."""

import re

from odoo.tests import tagged

from odoo.addons.wezer_base.tests.forms import FormCase

from ..tools import result_view
from .common import DecisionCommon

HARM = "Nobody could reach the beds from the path any more."


@tagged("post_install", "-at_install")
class TestEndsOfConsent(DecisionCommon, FormCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.ben, cls.cleo):
            user.password = user.login

    def text(self, user, decision):
        """Return what a person reads on the page of a decision."""
        self.authenticate(user.login, user.login)
        main = self.page(f"/decisions/{decision.id}").xpath("//div[@id='wrap']")[0]
        return re.sub(r"\s+", " ", main.text_content())

    def test_the_result_says_that_a_majority_decided_over_an_objection(self):
        self.set_policies(consent_rounds=1, consent_fallback="majority")
        decision = self.opened()
        decision.with_user(self.ben).action_object(HARM)
        names = ("anna", "cleo", "dora", "fred", "gina")
        self.vote(decision, **dict.fromkeys(names, "live"))
        self.close(decision)
        self.assertEqual(decision.state, "adopted")
        said = self.text(self.ben, decision)
        self.assertIn("so a majority decided, as the circle had chosen: 5/6", said)

    def test_the_result_of_a_consent_says_nothing_of_a_majority(self):
        decision = self.opened()
        self.vote(decision, anna="live", ben="live")
        self.close(decision)
        self.assertNotIn("a majority decided", self.text(self.ben, decision))

    def test_what_was_passed_on_leads_to_where_it_came_from_and_back(self):
        decision = self.opened()
        for user in (self.anna, self.ben, self.cleo, self.luc):
            self._put(user, self.village)
        asking = ("anna", "ben", "cleo", "dora")
        self.vote(decision, **dict.fromkeys(asking, "live"))
        for name in asking:
            decision.with_user(getattr(self, name)).action_ask_up()
        above = decision.with_user(self.fred).action_pass_up()
        above = self.decisions.browse(above)
        self.assertIn("passed this on to the circle", self.text(self.cleo, above))
        page = self.page(f"/decisions/{decision.id}")
        self.assertTrue(page.xpath(f"//a[@href='/decisions/{above.id}']"))
        # Who does not see the first one reads nothing of it.
        self._put(self.eve, self.village)
        decision.sudo().members_only = True
        self.eve.password = self.eve.login
        self.assertNotIn("passed this on", self.text(self.eve, above))

    def test_strongest_paths_leave_out_what_dropped_out(self):
        table = {a: {b: 1 for b in "ABC" if b != a} for a in "ABC"}
        result = {"matrix": table, "paths": table, "dropped": ["C"], "order": []}
        shown = result_view.matrix(result, "paths", but=result["dropped"])
        self.assertEqual(shown["names"], ["A", "B"])
        self.assertEqual(len(result_view.matrix(result)["names"]), 3)
