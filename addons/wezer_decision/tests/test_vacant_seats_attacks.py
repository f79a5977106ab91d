"""What people try with the elections that the clock drafted, and do not get."""

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .test_vacant_seats import VacantSeatsCase

PARTS = (
    "title",
    "state",
    "method",
    "secrecy",
    "settings",
    "execute_date",
    "proposer_id",
)


@tagged("post_install", "-at_install")
class TestVacantSeatsAttacks(VacantSeatsCase):
    def said(self, draft):
        """Return all that a draft says, to be compared."""
        self.env.invalidate_all()
        return (
            [draft[name] for name in PARTS],
            draft.place_ids.ids,
            draft.version_id.body,
            [(one.kind, one.params) for one in draft.outcome_ids],
        )

    def test_only_people_who_facilitate_or_manage_touch_a_draft_of_the_clock(self):
        self.set_policies(roles_by="person")
        self.vacated(self.cleo, 200)
        draft = self.drafted()
        before = self.said(draft)
        root = mail_new_test_user(
            self.env,
            "wzd_root",
            groups="wezer_base.group_administrator,base.group_system",
        )
        clerk = mail_new_test_user(self.env, "wzd_clerk", groups="base.group_user")
        self._put(root, self.village)
        for user in (self.anna, self.cleo, self.otto, clerk, root):
            decisions = self.decisions.with_user(user)
            for method, args in (
                ("action_announce", []),
                ("action_withdraw", []),
                ("action_edit", [{"title": "Mine"}]),
                ("action_void", ["It is not needed any more."]),
                ("write", [{"title": "Mine"}]),
                ("unlink", []),
                ("copy", []),
            ):
                with self.subTest(user.login, method=method):
                    with self.assertRaises(UserError):
                        with self.cr.savepoint():
                            call_kw(decisions, method, [draft.ids, *args], {})
                    self.assertEqual(self.said(draft), before)

    def test_a_draft_in_the_name_of_the_circle_elects_this_role_and_nothing_else(self):
        self.set_policies(roles_by="person")
        self.vacated(self.cleo, 200)
        draft = self.drafted()
        before = self.said(draft)
        own = {"role": self.council.id}
        other = {"role": self.lead.id}
        closing = {"kind": "close", "params": {"group": self.garden.id}}
        role = {"kind": "role", "params": own}
        for vals in (
            {"outcomes": [{"kind": "role", "params": other}]},
            {"outcomes": [role, closing]},
            {"outcomes": []},
            {"role_id": self.lead.id},
            {"outcomes": [{"kind": "role", "params": {**own, "untils": [None]}}]},
            {"outcomes": [{"kind": "role", "params": {**own, "until": "x" * 10**6}}]},
            {
                "outcomes": [
                    {"kind": "role", "params": {**own, "until": ["2999-01-01"]}}
                ]
            },
            {"place_ids": []},
            {"is_shared_draft": False},
            {"proposer_id": self.fred.partner_id.id},
            {"seats": 10**9},
            {"seats": "two"},
        ):
            with self.subTest(str(vals)[:100]):
                with self.assertRaises(UserError), self.cr.savepoint():
                    draft.with_user(self.fred).action_edit(vals)
                self.assertEqual(self.said(draft), before)

    def test_an_election_that_a_program_makes_of_a_draft_is_secret_as_by_the_form(self):
        for vals in (
            {"role_id": self.council.id},
            {"outcomes": [{"kind": "role", "params": {"role": self.council.id}}]},
        ):
            with self.subTest(vals):
                draft = self.draft(method="schulze", options=["One", "Two"])
                self.assertEqual(draft.secrecy, "open")
                draft.action_edit({**vals, "options": []})
                self.assertEqual(draft.secrecy, "secret")
