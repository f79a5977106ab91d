"""The life of a decision: each row of its table, and the edge cases."""

from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import DecisionCommon


@tagged("post_install", "-at_install")
class TestDecisions(DecisionCommon):
    def assert_refused(self, rule, act, *args, **kwargs):
        with self.assertRaises((NotAllowed, Refusal)) as caught, self.cr.savepoint():
            act(*args, **kwargs)
        self.env.invalidate_all()
        self.assertEqual(caught.exception.rule, rule)
        return caught.exception

    def test_a_majority_is_proposed_voted_on_and_adopted(self):
        decision = self.opened(method="majority")
        self.assertEqual(decision.state, "open")
        self.assertEqual(decision._progress(), (6, 0))
        self.assertEqual(decision.closes.minute, 0)
        self.vote(decision, anna="yes", ben="yes", cleo="no", dora="abstain")
        self.vote(decision, cleo="yes")
        self.assertFalse(decision.result)
        self.assertEqual(decision._progress(), (6, 4))
        closed = self.close(decision)
        self.assertEqual(closed.state, "adopted")
        self.assertEqual((closed.result["yes"], closed.result["no"]), (3, 0))
        self.assertEqual(closed.result["answered"], 4)
        self.assertTrue(closed.seal)
        self.assertEqual(self.carry_out(decision).state, "done")
