"""A draft is changed by the form of a proposal: all of it, with its refusals."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tests.forms import FormCase

from ..tools import draft_form, propose_form
from .common import DecisionCommon

TREES = "Oak\nAsh\nElm"


@tagged("post_install", "-at_install")
class TestDraftForm(DecisionCommon, FormCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna.password = cls.anna.login

    def setUp(self):
        super().setUp()
        self.authenticate(self.anna.login, self.anna.login)

    def kept(self, **vals):
        """Return a draft of Anna, and the address of its form."""
        draft = self.draft(**vals)
        return draft, f"/decisions/{draft.id}/edit"

    def opened_form(self, address):
        return self.form(self.page(address), "/edit")

    def save(self, address, **typed):
        """Save the draft by its form, and return what is shown after it."""
        return self.send(self.opened_form(address), draft="1", **typed)

    def everything(self, draft):
        """Return all that a proposal can say of a draft (sudo)."""
        draft = draft.sudo()
        return {
            **draft.read(
                [
                    *("title", "method", "electorate", "secrecy", "members_only"),
                    *("settings", "review_date", "execute_date", "state"),
                ]
            )[0],
            "text": draft.version_id.body,
            "options": [(one.label, one.is_none) for one in draft.option_ids],
            "outcomes": [(one.kind, one.params) for one in draft.outcome_ids],
            "people": (draft.decider_id.id, draft.facilitator_id.id),
            "named": set(draft.named_ids.ids),
            "role": draft.electorate_role_id.id,
            "category": draft.category_id.id,
        }

    def test_saving_what_nobody_changed_changes_nothing(self):
        ben, cleo, dora = (
            user.partner_id.id for user in (self.ben, self.cleo, self.dora)
        )
        rows = [
            {},
            {"method": "majority", "share": "3/4", "base": "roll", "quorum": "1/2"},
            {"method": "score", "options": TREES.split(), "aggregate": "mean"},
            {"method": "schulze", "options": TREES.split(), "none_option": True},
            {"method": "dot", "options": TREES.split(), "points": 8, "hours": 240},
            {"method": "dates", "options": [{"start": "2999-05-01 10:00:30"}]},
            {"method": "advice", "decider_id": ben},
            {"electorate": "named", "named_ids": [ben, cleo, dora]},
            {"electorate": "role", "electorate_role_id": self.treasurer.id},
            {"secrecy": "secret", "members_only": True, "review_date": "2999-01-01"},
            {"method": "person", "role_id": self.treasurer.id},
            {"outcomes": [{"kind": "policy", "params": {"key": "quorum"}}]},
            {"outcomes": [{"kind": "member_out", "params": {"person": ben}}]},
            # What no form shows.
            {"hours": 75, "delay_hours": 30},
            {"method": "choose", "options": [{"label": "Oak", "description": "Old"}]},
            {
                "outcomes": [
                    {"kind": "member", "params": {"person": self.otto.partner_id.id}},
                    {"kind": "member_out", "params": {"person": ben}},
                ]
            },
        ]
        for vals in rows:
            with self.subTest(**vals):
                draft, address = self.kept(**vals)
                before = self.everything(draft)
                options = draft.sudo().option_ids
                answer = self.save(address)
                self.assertIn("The draft was saved.", answer.text)
                draft.invalidate_recordset()
                self.assertEqual(self.everything(draft), before)
                self.assertEqual(draft.sudo().option_ids, options)
                draft.action_withdraw()

    def test_all_that_the_form_offers_is_changed(self):
        draft, address = self.kept(
            method="majority", share="3/4", secrecy="secret", members_only=True
        )
        self.assertEqual(self.opened_form(address).fields["share"], "3/4")
        self.save(
            address,
            method="score",
            options=TREES,
            scale="7",
            aggregate="mean",
            days="9",
            tomorrow="1",
            secrecy="",
            electorate="role",
            electorate_role=str(self.treasurer.id),
            members_only=[],
            review_date="2999-02-03",
        )
        found = self.everything(draft)
        self.assertEqual(
            found["settings"],
            {"scale": 7, "aggregate": "mean", "hours": 216, "delay_hours": 24},
        )
        self.assertEqual([label for label, _none in found["options"]], TREES.split())
        self.assertEqual(
            (found["method"], found["secrecy"], found["members_only"]),
            ("score", "open", False),
        )
        self.assertEqual(
            (found["electorate"], found["role"]), ("role", self.treasurer.id)
        )
        # And back to what the circle decided.
        self.save(
            address,
            method="",
            options="",
            days="",
            tomorrow=[],
            electorate="",
            review_date="",
        )
        found = self.everything(draft)
        self.assertEqual((found["method"], found["settings"] or {}), ("consent", {}))
        self.assertEqual((found["electorate"], found["options"]), ("direct", []))
        self.assertFalse(found["review_date"])

    def test_an_effect_is_chosen_filled_in_changed_and_dropped(self):
        draft, address = self.kept()
        answer = self.send(self.opened_form(address), outcome="policy", step="effect")
        form = self.form(self.parsed(answer), "/edit")
        answer = self.send(form, outcome_key="quorum", step="effect")
        form = self.form(self.parsed(answer), "/edit")
        self.assertEqual(form.fields["title"], "A bench")
        self.send(form, outcome_value="1/2", draft="1")
        outcome = [("policy", {"key": "quorum", "value": "1/2"})]
        self.assertEqual(self.everything(draft)["outcomes"], outcome)
        form = self.opened_form(address)
        self.assertEqual(form.fields["outcome_value"], "1/2")
        self.send(form, outcome_value="2/3", draft="1")
        outcome = [("policy", {"key": "quorum", "value": "2/3"})]
        self.assertEqual(self.everything(draft)["outcomes"], outcome)
        answer = self.send(self.opened_form(address), outcome="", step="effect")
        form = self.form(self.parsed(answer), "/edit")
        self.assertNotIn("outcome_value", form.fields)
        self.send(form, draft="1")
        self.assertEqual(self.everything(draft)["outcomes"], [])

    def test_an_election_that_was_something_else_before_names_its_seat(self):
        draft, address = self.kept()
        elect = {"kind": "role", "params": {"role": self.treasurer.id}}
        draft.action_edit({"method": "person", "outcomes": [elect]})
        form = self.opened_form(address)
        self.assertEqual(form.fields["outcome"], propose_form.ELECT)
        self.assertEqual(form.fields["outcome_role"], str(self.treasurer.id))
        draft.action_edit({"method": "", "outcomes": []})
        self.assertFalse(draft.sudo().place_ids)

    def test_the_draft_is_put_to_the_circle_by_its_form(self):
        draft, address = self.kept()
        answer = self.send(self.opened_form(address), title="A long bench")
        self.assertIn("It was put to the circle.", answer.text)
        self.assertEqual((draft.title, draft.state), ("A long bench", "open"))
        answer = self.url_open(address)
        self.assertTrue(answer.url.endswith(f"/decisions/{draft.id}"), answer.url)

    def test_what_is_refused_in_a_new_proposal_is_refused_in_a_draft(self):
        self.set_policies(quorum="1/2")
        rows = [
            ({"quorum": "1/3"}, "quorum"),
            ({"share": "most", "method": "majority"}, "share"),
            ({"days": "soon"}, "days"),
            ({"method": "choose", "options": "Oak\n\nOak"}, "options"),
            ({"review_date": "2020-01-01"}, "review_date"),
            ({"facilitator_typed": "Xaver"}, "facilitator_typed"),
        ]
        draft, address = self.kept()
        before = self.everything(draft)
        for typed, wrong in rows:
            with self.subTest(**typed):
                answer = self.save(address, text="Of oak.", **typed)
                typed = {"text": "Of oak.", **typed}
                self.assert_given_back(answer, "/edit", typed, wrong=wrong)
                self.assertEqual(self.everything(draft), before)

    def test_only_its_proposer_changes_a_draft_and_only_before_it_is_announced(self):
        draft, _address = self.kept()
        with self.assertRaises(AccessError):
            draft.with_user(self.ben).action_edit({"title": "Mine"})
        self.assertEqual(draft.title, "A bench")
        for vals in (
            {"state": "done"},
            {"proposer_id": self.ben.partner_id.id},
            {"group_id": self.village.id},
            {"rules": {}},
        ):
            with self.assertRaises(Refusal):
                draft.action_edit(vals)
        draft.action_announce()
        for vals in ({"options": ["Oak"]}, {"method": "majority"}, {"share": "1/1"}):
            self.assert_refused("state", draft.action_edit, vals)

    def test_a_draft_for_the_circle_stays_about_its_role(self):
        draft, _address = self.kept(method="person", role_id=self.treasurer.id)
        draft.sudo().write(
            {"proposer_id": self.garden.partner_id.id, "is_shared_draft": True}
        )
        draft = draft.with_user(self.gina)
        out = [{"kind": "member_out", "params": {"person": self.ben.partner_id.id}}]
        self.assert_refused("election", draft.action_edit, {"outcomes": out})
        self.assert_refused("election", draft.action_edit, {"outcomes": []})
        self.assertTrue(draft.action_edit({"method": "schulze", "title": "Vote"}))

    def test_a_draft_that_cannot_be_put_to_the_circle_now_says_why(self):
        draft, address = self.kept()
        page = address.removesuffix("/edit")
        self.assertIn("everybody who may vote is asked", self.page(page).text_content())
        self.set_policies(decisions_person=1)
        self.opened(title="A pond")
        said = self.page(page).text_content()
        self.assertIn("Running now: “A pond”", said)
        self.assertNotIn("everybody who may vote is asked", said)
        self.assertNotIn("Put it to the circle", said)

    def test_the_form_of_a_draft_reads_the_rules_of_the_circle_once(self):
        draft, _address = self.kept(method="majority", share="3/4")
        typed = dict(draft_form.typed(draft))
        form = {**typed, "quorum": "1/2", "days": "9", "outcome": "policy"}
        form |= {"outcome_key": "quorum", "outcome_value": "1/2"}
        asked = []
        policies = type(self.env["wezer.group.policy"])
        known = policies._in_force

        def counted(model, group, keys):
            asked.append(set(keys))
            return known(model, group, keys)

        self.patch(policies, "_in_force", counted)
        propose_form.read(draft.group_id, form)
        copied = [keys for keys in asked if "decision_days" in keys]
        self.assertEqual(len(copied), 1)
