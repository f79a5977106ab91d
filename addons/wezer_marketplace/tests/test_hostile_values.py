"""Values of wrong types, sent to every action, are refused with a message.

What RPC sends is JSON of any shape; error bodies show outsiders nothing of the code.
"""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MarketCommon

NO_TEXT = (1, True, ["a"], {"a": 1}, 10**30)
NO_NUMBER = ("much", [1], {"a": 1}, -1, 0, "nan", "inf", "-inf", 10**30, "1e400")
NO_DATE = ("some day", 5, True, [1], {"a": 1}, "2026-13-45", "0000-00-00", "9" * 40)
NO_DICT = ("x", 1, [1], [["a"]], True, ["ab"], "ab")
NO_ID = ("x", "1", [1], {"a": 1}, True, -1, 0, 10**30, 1.5)


@tagged("post_install", "-at_install")
class TestHostileValues(MarketCommon):
    def _hostile(self, record, action, **kwargs):
        """Call ``action`` and take it back: it is done, or refused in words.

        :return: whether it was refused
        """
        self.env.flush_all()
        savepoint = self.env.cr.savepoint(flush=False)
        with self.subTest(action=action, **kwargs):
            refused = False
            try:
                getattr(record, f"action_{action}")(**kwargs)
                self.env.flush_all()
            except UserError as error:
                refused = True
                self.assertTrue(error.args[0])
                self.assertNotIn("Traceback", str(error))
            finally:
                savepoint.close(rollback=True)
                self.env.transaction.clear()
            return refused

    def _all_refused(self, record, action, name, values, **kwargs):
        for value in values:
            with self.subTest(action=action, **{name: value}):
                self.assertTrue(
                    self._hostile(record, action, **{name: value}, **kwargs)
                )

    def _terms(self):
        """Yield values of terms that are none."""
        for name, values in (
            ("quantity", NO_NUMBER),
            ("date_due", NO_DATE),
            ("date_start", NO_DATE),
            ("expiry", NO_DATE),
            ("prices", NO_DICT),
            ("milestones", NO_DICT[:2] + (True, {"a": 1})),
            ("shares", NO_DICT[:2] + (True, {"a": 1})),
        ):
            for value in values:
                yield {name: value}
        for minor in NO_NUMBER[:4] + ("1.001", "-5", " ", "1" * 40)[:2]:
            yield {"prices": {self.com.id: minor}}
        for key in ("x", -1, 10**30, self.com.id + 10**6, True):
            yield {"prices": {key: "1"}}
        for row in ({"name": ["x"], "percent": "y"}, {"name": "x", "percent": [1]}):
            yield {"milestones": [row]}
        for row in ({"partner_id": "x", "percent": 5}, {"partner_id": 1}):
            yield {"shares": [row]}

    def test_terms_that_are_none(self):
        want = self.announce(self.test1, claim_mode="choose", title="answer")
        answered = self.claim(self.test2, want)
        agreed = self.make_deal(title="agreed", replier=self.test3)
        entries = (
            (answered, "counter", self.test1),
            (want, "propose", self.stranger),
            (agreed, "amend", self.test1),
        )
        for number, vals in enumerate(self._terms()):
            # All three read terms by the same method: each value at one of them.
            record, action, user = entries[number % 3]
            with self.subTest(action=action, vals=vals):
                self.assertTrue(
                    self._hostile(record.with_user(user), action, vals=vals)
                )
        for record, action, user in entries:
            self._all_refused(record.with_user(user), action, "vals", NO_DICT)

    def test_announcements_that_are_none(self):
        market = self.env["wezer.announcement"].with_user(self.test1)
        want = self.announce(self.test1)
        wrong = [
            *({"title": value} for value in (None, "", " ", [], {})),
            *({"quantity": value} for value in NO_NUMBER),
            *({"places": value} for value in ("x", -1, [1], {"a": 1}, 10**30)),
            *({"prices": value} for value in NO_DICT),
            *({"date_start": value} for value in NO_DATE),
            *({"expiry": value} for value in NO_DATE),
            *({"kind": value} for value in ("x", 1, [1], {"a": 1}, None)),
            *({"claim_mode": value} for value in ("x", 1, [1], None)),
            *({"category_id": value} for value in NO_ID if value),
            *({"skill_ids": value} for value in ("x", {"a": 1}, [["a"]], [[6, 0]])),
            *({"latitude": value, "longitude": 5} for value in ("x", [1], 99, "nan")),
        ]
        for vals in wrong:
            with self.subTest(vals=vals):
                given = {"title": "A thing", **vals}
                self.assertTrue(self._hostile(market, "create_own", vals=given))
                self.assertTrue(self._hostile(want, "edit", vals=vals))
        for vals in NO_DICT:
            with self.subTest(vals=vals):
                self.assertTrue(self._hostile(market, "create_own", vals=vals))
                self.assertTrue(self._hostile(want, "edit", vals=vals))

    def test_words_that_are_none(self):
        """A text may be anything that can be said; nothing else breaks the action."""
        for state, action, name, user in (
            ("accepted", "deliver", "note", self.test2),
            ("accepted", "release", "reason", self.test2),
            ("accepted", "cancel", "reason", self.test2),
            ("accepted", "dispute", "reason", self.test2),
            ("accepted", "send_message", "body", self.test2),
            ("delivered", "send_back", "note", self.test1),
            ("delivered", "approve", "comment", self.test1),
        ):
            deal = self.make_deal(state, title=action)
            for value in NO_TEXT:
                self._hostile(self.as_(user, deal), action, **{name: value})
            if state == "accepted":
                deal.action_release()
        want = self.announce(self.test1, claim_mode="choose")
        for value in NO_TEXT:
            self._hostile(self.as_(self.test3, want), "claim", message=value)
        deal = self.claim(self.test3, want)
        for value in NO_TEXT:
            self._hostile(self.as_(self.test1, deal), "decline", reason=value)
            self._hostile(deal, "withdraw", reason=value)

    def test_numbers_and_ids_that_are_none(self):
        want = self.announce(self.test1)
        other = self.as_(self.test3, want)
        for value in ("x", [1], {"a": 1}, -1, 10**30):
            with self.subTest(version=value):
                self.assertTrue(self._hostile(other, "claim", version=value))
        deal = self.make_deal(title="agreed")
        payer = self.as_(self.test1, deal)
        self._all_refused(deal, "deliver", "quantity", NO_NUMBER)
        self._all_refused(deal, "hand_over", "partner_id", NO_ID)
        self._all_refused(payer, "amend", "round_number", NO_ID)
        self._all_refused(deal, "agree_share", "round_number", NO_ID)
        self._all_refused(deal, "remove_evidence", "evidence_id", NO_ID)
        self._all_refused(deal, "confirm_evidence", "evidence_id", NO_ID)
        for content in (1, True, [1], {"a": 1}, None, "no base64!"):
            self.assertTrue(
                self._hostile(deal, "add_evidence", name="x", content=content)
            )
        for name in NO_TEXT:
            self._hostile(deal, "add_evidence", name=name, content=b"x")
        self._all_refused(deal, "deliver", "acting_partner_id", NO_ID[:4] + (-1,))
        deal.action_deliver()
        for due in NO_DATE:
            with self.subTest(due=due):
                self.assertTrue(self._hostile(payer, "send_back", note="more", due=due))
        for scores in ("x", 1, [1], [["a"]], True, {"x": 1}, {1: "x"}, {10**30: 1}):
            self._all_refused(payer, "approve", "scores", [scores])
        for value in (3, -3, "9", None, [1], 1.5, True):
            given = dict.fromkeys(self.scores(), value)
            self._all_refused(payer, "approve", "scores", [given])
        payer.action_approve()
        for amounts in ("x", 1, [1], True, {"x": "1"}, {self.com.id: "x"}):
            self._all_refused(deal, "refund", "amounts", [amounts])
        for value in NO_NUMBER[:5]:
            self._all_refused(deal, "refund", "amounts", [{self.com.id: value}])
        payer.action_dispute("It broke")
        decide = self.as_(self.moderator, deal)
        self._all_refused(
            decide, "resolve", "outcome", (None, 1, [1], {"a": 1}), reason="so"
        )
        for amounts in ("x", 1, [1], True, {"x": "1"}, {self.com.id: [1]}):
            self._all_refused(
                decide, "resolve", "amounts", [amounts], outcome="split", reason="so"
            )
