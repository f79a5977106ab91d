"""What happens to a roll costs as many statements with few voices as with many."""

from unittest.mock import patch

from odoo.tests import tagged

from ..tools import roll, secrecy
from .common import DecisionCommon


@tagged("post_install", "-at_install")
class TestLargeRolls(DecisionCommon):
    """A circle of six, and one of sixty."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.crowd = cls._circle("Crowd")
        people = cls.env["res.partner"].create(
            [{"name": f"Voter {number}"} for number in range(54)]
        )
        cls.env["wezer.profile"].create(
            [{"partner_id": person.id, "state": "active"} for person in people]
        )
        people |= cls.env["res.users"].union(*cls.members).partner_id
        cls.env["wezer.group.membership"].create(
            [{"group_id": cls.crowd.id, "partner_id": person.id} for person in people]
        )
        cls.people = people

    def statements(self, call):
        """Return how many statements ``call`` sends to the database."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_opening_and_counting_ask_once_for_all(self):
        self.set_policies(decisions_person=20, decisions_circle=20)
        steps = {
            "open": lambda decision: decision.action_announce(),
            "refresh": lambda decision: roll.refresh(decision.sudo()),
            "page": lambda decision: decision._progress(),
            "count": lambda decision: decision.sudo()._count(),
        }
        found = {}
        # The first fills the caches.
        for group in (self.garden, self.garden, self.crowd):
            decision = self.draft(group=group, method="majority", title=group.name)
            counts = []
            for name, step in steps.items():
                if name == "count":
                    decision.sudo().write(
                        {"state": "counting", "closed_at": decision._now()}
                    )
                counts.append(self.statements(lambda: step(decision)))  # noqa: B023
            found[group] = dict(zip(steps, counts, strict=True))
        self.assertEqual(roll.counts(decision.sudo()), (len(self.people), 0))
        few, many = found[self.garden], found[self.crowd]
        for name in ("refresh", "page"):
            self.assertEqual(few[name], many[name], name)
        for name in ("open", "count"):
            # Many are told in one row, few each by a notice of their own.
            self.assertLessEqual(many[name], few[name], name)

    def test_those_who_left_or_were_suspended_lose_their_voice(self):
        decision = self.opened(method="majority", group=self.crowd).sudo()
        left, suspended, voted = self.people[:3]
        places = self.env["wezer.group.membership"].sudo()
        places.search(
            [("group_id", "=", self.crowd.id), ("partner_id", "=", left.id)]
        ).state = "left"
        suspended._wezer_profile().state = "suspended"
        row = decision.voter_ids.filtered(lambda one: one.person_id == voted)
        row.state = "voted"
        roll.refresh(decision)
        off = decision.voter_ids.filtered(lambda one: one.state == "off")
        self.assertEqual(
            {one.person_id: one.off_reason for one in off},
            {left: "left", suspended: "suspended_later"},
        )
        self.assertEqual(row.state, "voted")
        people = self.env["res.partner"]
        self.assertEqual(
            people.browse(roll.people_in(decision, "may", "voted")),
            (self.people - left - suspended).sorted("id"),
        )
        among = people.browse(roll.people_in(decision, "may", among=left | voted))
        self.assertFalse(among)

    def test_no_more_is_counted_than_is_asked_for(self):
        draft = self.draft(group=self.crowd, method="majority").sudo()
        self.assertEqual(roll.would_be(draft), len(self.people))
        self.assertEqual(roll.would_be(draft, self.people[:2]), 2)
        self.assertTrue(roll.can_be_secret(draft))
        for places in (1, 2, 20):
            # Some of the six count by the circle and by a role.
            few = self.draft(electorate="all").sudo()
            with patch.object(roll, "FEW_PLACES", places):
                self.assertEqual(roll.at_most(few, 9), 6)
                self.assertTrue(roll.can_be_secret(few))
        for number in range(7):
            digest = secrecy.code_hash(draft.id, secrecy.new_code())
            secrecy.insert(self.env, draft.id, f"{number % 2}", digest)
        self.assertEqual(secrecy.voted(self.env, draft.id), 7)
        self.assertEqual(secrecy.voted(self.env, draft.id, 5), 5)
