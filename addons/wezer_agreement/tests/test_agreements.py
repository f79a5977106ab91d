import hashlib
import json
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import RaiseException

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_decision.tests.common import DecisionCommon


class AgreementCommon(DecisionCommon):
    """Gina manages the garden; Anna, Ben, Cleo, Dora and Fred are members."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreements = cls.env["wezer.agreement"]

    @classmethod
    def drafted(cls, by=None, group=None, **vals):
        """Return a draft, as its author."""
        vals = {"title": "Tools", "body": "Clean them.\nPut them back.", **vals}
        agreements = cls.agreements.with_user(by or cls.anna)
        return agreements.browse(
            agreements.action_draft((group or cls.garden).id, vals)
        )

    @classmethod
    def noted(cls, group=None, by=None, **vals):
        """Return an agreement in force (sudo), noted by who manages the circle."""
        agreement = cls.drafted(by, group, **vals)
        agreement.with_user(cls.gina).action_note()
        return agreement.sudo()

    def told(self, user):
        notices = self.env["wezer.notice"].search(
            [("partner_id", "=", user.partner_id.id), ("settled", "=", False)]
        )
        return [kind for kind in notices.mapped("kind") if "agreement" in kind]

    def todo(self, user):
        rows = user.with_user(user)._wezer_todo()
        return [row["text"] for row in rows if "/agreements/" in row["url"]]

    def assertRefused(self, rule, act, *args, **kwargs):
        with self.assertRaises(UserError) as refused:
            act(*args, **kwargs)
        self.assertEqual(refused.exception.rule, rule)


@tagged("post_install", "-at_install")
class TestAgreements(AgreementCommon, HttpCase):
    def test_a_member_drafts_and_whoever_manages_notes_it(self):
        draft = self.drafted(why="Rust", review_months=6)
        self.assertFalse(draft.with_user(self.otto).search([("id", "=", draft.id)]))
        self.assertTrue(draft.with_user(self.ben).search([("id", "=", draft.id)]))
        self.assertRefused("author", draft.with_user(self.ben).action_edit, {})
        self.assertRefused("manager", draft.action_note)
        self.assertRefused("member", self.drafted, self.otto)
        version = draft.edit_version()
        draft.action_edit({"body": "Clean them."}, version)
        self.assertRefused("changed", draft.action_edit, {"body": "Other"}, version)
        draft.with_user(self.gina).action_note()
        agreement, text = draft.sudo(), draft.sudo().version_id
        self.assertEqual(agreement.state, "in_force")
        self.assertEqual(text.noted_by_id, self.gina.partner_id)
        self.assertFalse(text.decision_id)
        today = days.today(self.env)
        self.assertEqual((agreement.review_date - today).days // 30, 6)
        plain = json.dumps(
            [agreement.key, 1, "Tools", "Clean them.", ""],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        self.assertEqual(text.hash, hashlib.sha256(plain.encode()).hexdigest())
        self.assertTrue(agreement.with_user(self.otto).search([("id", "=", draft.id)]))

    def test_wrong_values_are_refused_with_their_rule(self):
        for vals, rule in (
            ({"title": ""}, "title"),
            ({"body": " "}, "body"),
            ({"body": ["x"]}, "text"),
            ({"category": "none"}, "choice"),
            ({"review_months": 99}, "number"),
            ({"responsible_id": self.otto.partner_id.id}, "responsible"),
            ({"state": "in_force"}, "field"),
            ({"members_only": True, "must_assent": "new"}, "assent_hidden"),
            ({"replaces": 1}, "replaces"),
        ):
            with self.subTest(rule=rule):
                self.assertRefused(rule, self.drafted, **vals)
        role = self.drafted(responsible_id=self.facilitation.partner_id.id)
        self.assertTrue(role.with_user(self.fred).is_user_responsible)
        self.assertFalse(role.with_user(self.ben).is_user_responsible)
        found = role.with_user(self.fred).search([("is_user_responsible", "=", True)])
        self.assertEqual(found, role.with_user(self.fred))

    def test_a_text_in_force_never_changes(self):
        agreement = self.noted(must_assent="all")
        version = agreement.version_id
        agreement.with_user(self.ben).action_assent()
        assent = self.env["wezer.agreement.assent"].search([])
        self.assertRefused("immutable", version.write, {"body": "Other"})
        self.assertRefused("immutable", assent.write, {"hash": "x"})
        self.env.flush_all()
        for statement in (
            "UPDATE wezer_agreement_version SET body = 'x'",
            "DELETE FROM wezer_agreement_assent",
            "UPDATE wezer_agreement_assent SET hash = 'x'",
        ):
            with (
                self.assertRaises(RaiseException),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.cr.execute(statement)
        with self.assertRaises(AccessError):
            agreement.with_user(self.gina).write({"title": "Other"})
        self.assertRightsHold()

    def test_a_new_version_follows_the_one_in_force(self):
        agreement = self.noted()
        first = agreement.version_id
        by_ben = agreement.with_user(self.ben)
        self.assertEqual(by_ben.action_new_version({"body": "Clean them well."}), 2)
        self.assertRefused("draft", by_ben.action_new_version)
        self.assertEqual(agreement.version_id, first)
        by_ben.action_discard()
        by_ben.action_new_version({"body": "Clean them well.", "title": "All tools"})
        agreement.with_user(self.gina).action_note()
        second = agreement.version_id
        self.assertEqual((second.number, second.title), (2, "All tools"))
        self.assertEqual(agreement.title, "All tools")
        self.assertEqual(first.date_to, second.date_from)
        self.assertEqual(first.body, "Clean them.\nPut them back.")
        self.assertTrue(agreement.slug.startswith("all-tools"))
        agreement.with_user(self.gina).action_end()
        self.assertEqual(agreement.state, "ended")
        self.assertTrue(second.date_to)
        self.assertRightsHold()

    def test_a_circle_inside_has_its_own_in_place_of_one_around(self):
        agreement = self.noted(title="Keys")
        inside = self.compost
        self._put(self.anna, inside)
        holding = self.agreements.with_user(self.anna)._holding_for
        self.assertEqual(holding(inside).ids, agreement.ids)
        own = self.drafted(group=inside, title="Our keys", replaces=agreement.id)
        self.assertEqual(own.sudo().key, agreement.key)
        self.assertEqual(holding(inside).ids, agreement.ids)
        own.with_user(self.gina).action_note()
        self.assertEqual(holding(inside).ids, own.ids)
        self.assertEqual(holding(self.garden).ids, agreement.ids)
        own.with_user(self.gina).action_end()
        self.assertEqual(holding(inside).ids, agreement.ids)

    def test_who_joins_agrees_first_and_a_new_version_asks_again(self):
        agreement = self.noted(must_assent="new")
        self.garden.join_policy = "open"
        otto = agreement.with_user(self.otto)
        group = self.garden.with_user(self.otto)
        with self.assertRaises(Refusal) as refused:
            group.action_join()
        self.assertEqual(refused.exception.rule, "assent")
        self.assertEqual(refused.exception.link[0], f"/groups/{group.slug}/assent")
        otto.action_assent()
        otto.action_assent()
        group.action_join()
        assents = self.env["wezer.agreement.assent"].search([])
        self.assertEqual(assents.person_id, self.otto.partner_id)
        self.assertEqual(len(assents), 1)
        self.assertEqual(assents.hash, agreement.version_id.hash)
        # Others see how many; the names are for the person and those responsible.
        for user, count in ((self.otto, 1), (self.gina, 1), (self.ben, 0)):
            rows = assents.with_user(user).search([])
            self.assertEqual(len(rows), count)
        self.assertEqual(agreement.with_user(self.ben)._assent_count(), 1)
        self.assertFalse(self.todo(self.otto))
        agreement.with_user(self.ben).action_new_version({"body": "Once more."})
        agreement.with_user(self.gina).action_note()
        self.assertIn("agreement_assent", self.told(self.otto))
        self.assertEqual(self.todo(self.otto), ["Do you agree to “Tools”?"])
        self.assertFalse(self.todo(self.ben))
        otto.action_assent()
        self.assertFalse(self.todo(self.otto))
        self.assertNotIn("agreement_assent", self.told(self.otto))
        self.assertRefused(
            "assent", self.noted(title="B").with_user(self.ben).action_assent
        )

    def test_a_hidden_agreement_asks_nobody(self):
        hidden = self.noted(members_only=True)
        self.assertFalse(hidden.with_user(self.otto).search([("id", "=", hidden.id)]))
        self.assertRefused(
            "assent_hidden",
            hidden.with_user(self.ben).action_new_version,
            {"must_assent": "all"},
        )

    def test_a_review_keeps_it_or_asks_for_a_change(self):
        agreement = self.noted(responsible_id=self.fred.partner_id.id)
        agreement.review_date = days.today(self.env)
        self.agreements._cron_review()
        self.assertEqual(
            self.told(self.fred), ["agreement_in_force", "agreement_review"][::-1]
        )
        self.assertEqual(self.todo(self.fred), ["“Tools” is to be reviewed."])
        self.assertRefused(
            "review", agreement.with_user(self.ben).action_review, "keep"
        )
        self.assertRefused(
            "responsible", agreement.with_user(self.ben).action_begin_review
        )
        agreement.with_user(self.fred).action_begin_review()
        self.assertEqual(self.todo(self.ben), ["Has “Tools” helped?"])
        agreement.with_user(self.ben).action_review("keep")
        self.assertFalse(self.todo(self.ben))
        self.assertRefused(
            "reason", agreement.with_user(self.cleo).action_review, "drop"
        )
        self.assertRefused("choice", agreement.with_user(self.cleo).action_review, "x")
        self.assertRefused(
            "member", agreement.with_user(self.otto).action_review, "keep"
        )
        answers = self.env["wezer.agreement.answer"]
        self.assertFalse(answers.with_user(self.cleo).search([]))
        agreement.with_user(self.cleo).action_review("keep", "It helps")
        before = agreement.review_date
        self._end_round(agreement)
        self.assertEqual(agreement.review_result, "kept")
        self.assertGreater(agreement.review_date, before)
        self.assertEqual(len(answers.with_user(self.dora).search([])), 2)
        agreement.with_user(self.fred).action_begin_review()
        agreement.with_user(self.cleo).action_review("change", "Too strict for guests")
        self.assertEqual(len(answers.with_user(self.dora).search([])), 2)
        self._end_round(agreement)
        self.assertEqual(agreement.review_result, "wanted")
        self.assertEqual(agreement.state, "in_force")
        self.assertIn("agreement_review", self.told(self.fred))
        agreement.with_user(self.fred).action_begin_review()
        self._end_round(agreement)
        self.assertEqual(agreement.review_result, "unanswered")
        agreement.review_date = days.today(self.env) - timedelta(days=31)
        self.assertTrue(agreement.is_overdue)
        self.assertEqual(agreement.state, "in_force")

    def _end_round(self, agreement):
        agreement.review_closes = fields.Datetime.now() - timedelta(seconds=1)
        self.agreements._cron_review()

    def test_a_breach_is_told_in_the_discussion(self):
        agreement = self.noted()
        number = agreement.with_user(self.ben).action_report_breach("Left in the rain")
        word = self.env["wezer.discussion.word"].browse(number)
        self.assertEqual(word.kind, "breach")
        self.assertEqual(word.discussion_id, agreement.discussion_id)
        self.assertIn("agreement_breach", self.told(self.gina))
        self.assertRefused(
            "choice", agreement.discussion_id.with_user(self.ben).say, "x", "breach"
        )
        self.assertRefused(
            "member", agreement.with_user(self.otto).action_report_breach, "x"
        )

    def test_closing_ends_and_merging_hands_over(self):
        kept, twin = self.noted(title="Keys"), self.noted(title="Rules")
        draft = self.drafted(title="Later").sudo()
        self._put(self.gina, self._role("Lead", self.workshop, "manage"))
        own = self.drafted(self.gina, self.workshop, title="Rules")
        own.with_user(self.gina).action_note()
        self.garden._merge_into(self.workshop)
        self.assertEqual(kept.group_id, self.workshop)
        self.assertEqual(kept.moved_from_id, self.garden)
        self.assertEqual(kept.state, "in_force")
        self.assertEqual((twin.ended_why, draft.ended_why), ("replaced", "replaced"))
        self.workshop._end_memberships()
        (self.workshop | self.workshop.child_ids).write({"active": False})
        self.assertEqual(kept.ended_why, "closed_circle")
        self.assertRightsHold()

    def test_a_reserved_register_changes_by_decisions_only(self):
        agreement = self.drafted()
        self.set_policies(decides_agreement="consent")
        with self.assertRaises(Refusal) as refused:
            agreement.with_user(self.gina).action_note()
        self.assertEqual(refused.exception.rule, "decision")
        self.assertIn("outcome=agreement", refused.exception.link[0])
        names = [row["name"] for row in self._form_fields()]
        self.assertEqual(names, ["agreement", "act"])
        params = {"agreement": agreement.id, "version": agreement.sudo().draft_id.id}
        outcome = {"kind": "agreement", "params": params}
        review = days.today(self.env) + timedelta(days=100)
        decision = self.opened(outcomes=[outcome], review_date=str(review))
        # The text that is decided is one click away.
        shown = decision.outcome_ids.with_user(self.anna)
        self.assertEqual(shown._url(), f"/agreements/{agreement.slug}?version=1")
        self.assertRefused("decision", agreement.action_edit, {"body": "Other"})
        names = ("anna", "cleo", "dora", "fred", "gina")
        self.vote(decision, **dict.fromkeys(names, "live"))
        decision.with_user(self.ben).action_vote("concern", reason="What about guests?")
        decision = self.carry_out(self.close(decision))
        self.assertEqual(decision.state, "done", decision.outcome_ids.mapped("error"))
        record = agreement.sudo()
        self.assertEqual(record.state, "in_force")
        self.assertEqual(record.version_id.decision_id, decision)
        self.assertEqual(record.review_date, review)
        concern = record.version_id.concern_ids
        self.assertEqual(concern.person_id, self.ben.partner_id)
        self.assertEqual(concern.text, "What about guests?")
        self.assertFalse(concern.with_user(self.otto).search([]))
        self.assertRefused("decision", record.with_user(self.gina).action_end)
        for act, state in (("keep", "in_force"), ("end", "ended")):
            outcome["params"] = {"agreement": agreement.id, "act": act}
            decision = self.opened(title=f"To {act}", outcomes=[outcome])
            self.vote(decision, **dict.fromkeys((*names, "ben"), "live"))
            decision = self.carry_out(self.close(decision))
            self.assertEqual(
                decision.state, "done", decision.outcome_ids.mapped("error")
            )
            self.assertEqual(record.state, state)

    def test_the_text_that_was_announced_comes_into_force_and_no_other(self):
        agreement = self.drafted()
        self.set_policies(decides_agreement="majority", quorum="1/1")
        outcome = {"kind": "agreement", "params": {"agreement": agreement.id}}
        decision = self.opened(method="majority", outcomes=[outcome])
        for user in self.members[:-1]:
            decision.with_user(user).action_vote("yes")
        self.assertEqual(self.close(decision).state, "no_quorum")
        # It is not under way, so the draft can be written on; then it is extended.
        agreement.action_edit({"body": "All tools are mine."})
        decision.action_extend()
        decision.with_user(self.members[-1]).action_vote("yes")
        done = self.carry_out(self.close(decision))
        self.assertEqual(done.state, "stuck")
        self.assertIn("no longer there", done.outcome_ids.error)
        self.assertEqual(agreement.sudo().state, "draft")

    def test_nobody_agrees_to_a_version_that_came_after_the_one_they_read(self):
        agreement = self.noted(must_assent="all")
        read = agreement.sudo().version_id.number
        agreement.action_new_version({"body": "All tools are mine."})
        agreement.with_user(self.gina).action_note()
        as_ben = agreement.with_user(self.ben)
        self.assertRefused("version", as_ben.action_assent, read)
        self.assertFalse(
            self.env["wezer.agreement"]._assented_by(as_ben, self.ben.partner_id)
        )
        as_ben.action_assent(read + 1)

    def _form_fields(self):
        outcomes = self.env["wezer.outcome"].with_user(self.anna)
        return outcomes._form_fields("agreement", self.garden)

    def test_who_leaves_or_merges_takes_their_answers_along(self):
        agreement = self.noted(must_assent="all", responsible_id=self.ben.partner_id.id)
        agreement.with_user(self.ben).action_begin_review()
        for user in (self.ben, self.cleo):
            agreement.with_user(user).action_assent()
            agreement.with_user(user).action_review("change", "My street is loud")
        data = self.ben.partner_id._wezer_personal_data()
        self.assertEqual(data["agreements"][0]["agreement"], "Tools")
        self.ben.partner_id._wezer_merge_into(self.cleo.partner_id)
        answers = self.env["wezer.agreement.answer"].search([])
        self.assertEqual(answers.person_id, self.cleo.partner_id)
        self.assertEqual(len(answers), 1)
        self.cleo.partner_id._wezer_anonymise()
        self.assertEqual(answers.reason, "…")
        self.assertFalse(agreement.responsible_id)
        self.assertEqual(agreement._assent_count(), 2)

    def test_the_pages_lead_from_the_circle_to_the_book(self):
        agreement = self.noted(must_assent="new", why="Rust")
        agreement.with_user(self.ben).action_new_version(
            {"body": "Clean them.\nDry them."}
        )
        agreement.with_user(self.gina).action_note()
        self.garden.join_policy = "open"
        url, page = f"/groups/{self.garden.slug}", f"/agreements/{agreement.slug}"
        for user in (self.anna, self.otto):
            user.password = user.login
        self.authenticate(self.anna.login, self.anna.login)
        self.assertIn(f'href="{page}"', self.url_open(url).text)
        self.assertIn(f'href="{page}"', self.url_open(f"{url}/agreements").text)
        text = self.url_open(page).text
        self.assertIn("Noted, not decided", text)
        self.assertRegex(text, r"(?s)<del>.{0,99}Put")
        self.assertRegex(text, r"(?s)<ins>.{0,99}Dry")
        self.assertIn("Put them back", self.url_open(f"{page}?version=1").text)
        book = self.url_open(f"{url}/agreements/book").text
        self.assertIn(agreement.version_id.hash, book)
        self.assertEqual(self.url_open(f"{page}/version").status_code, 200)
        self.assertEqual(self.url_open(f"{url}/agreements/new").status_code, 200)
        reports = type(self.env["ir.actions.report"])
        with (
            patch.object(reports, "get_wkhtmltopdf_state", lambda _self: "ok"),
            patch.object(
                reports,
                "_run_wkhtmltopdf",
                lambda _self, bodies: str(bodies[0]).encode(),
            ),
        ):
            answer = self.url_open(f"{url}/agreements/book.pdf")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertIn("Clean them", answer.text)
        with patch.object(reports, "get_wkhtmltopdf_state", lambda _self: "install"):
            self.assertEqual(
                self.url_open(f"{url}/agreements/book.pdf").status_code, 404
            )
        self.authenticate(self.otto.login, self.otto.login)
        self.assertIn(f'href="{url}/assent"', self.url_open(url).text)
        self.assertIn("Dry them", self.url_open(f"{url}/assent").text)
        self.assertNotIn("Write a new version", self.url_open(page).text)
