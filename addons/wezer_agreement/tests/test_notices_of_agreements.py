from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_base.tests.outcomes import Outcome, OutcomeCase
from odoo.addons.wezer_base.tools import days

from ..models.wezer_agreement import AGREEMENT
from .test_agreements import AgreementCommon

OTHERS = ("fred", "anna", "ben", "cleo", "dora")
ALL = ("gina", *OTHERS)
AGREEMENT_ROWS = (
    Outcome("draft", "anna"),
    Outcome("edit", "anna"),
    Outcome("new_version", "ben"),
    Outcome("discard", "anna"),
    Outcome("name_responsible", "gina"),
    Outcome("note", "gina", notified=dict.fromkeys(OTHERS, "agreement_in_force")),
    Outcome(
        "note",
        "gina",
        notified=dict.fromkeys(OTHERS, "agreement_assent"),
        todo=set(ALL),
        case="note_what_all_are_asked_to_agree_to",
    ),
    Outcome("adopt", notified=dict.fromkeys(ALL, "agreement_in_force")),
    Outcome(
        "begin_review",
        "fred",
        notified=dict.fromkeys(set(ALL) - {"fred"}, "agreement_review"),
        settled={"fred": "agreement_review"},
        todo=set(ALL),
    ),
    Outcome(
        "review",
        "ben",
        settled={"ben": "agreement_review"},
        todo=set(ALL) - {"ben"},
    ),
    Outcome(
        "close_review",
        settled=dict.fromkeys(set(ALL) - {"fred", "ben"}, "agreement_review"),
    ),
    Outcome(
        "close_review",
        notified={"fred": "agreement_review"},
        settled=dict.fromkeys(set(ALL) - {"fred", "ben"}, "agreement_review"),
        todo={"fred"},
        case="close_review_where_a_change_is_wanted",
    ),
    Outcome(
        "keep",
        settled={"fred": "agreement_review"},
    ),
    Outcome("remind", notified={"fred": "agreement_review"}, todo={"fred"}),
    Outcome("report_breach", "ben", notified={"fred": "agreement_breach"}),
    Outcome(
        "assent",
        "ben",
        settled={"ben": "agreement_assent"},
        todo=set(ALL) - {"ben"},
    ),
    Outcome("end", "gina", settled=dict.fromkeys(OTHERS, "agreement_in_force")),
    Outcome("drop", settled=dict.fromkeys(OTHERS, "agreement_in_force")),
    Outcome("hand_over"),
    Outcome("end_with_circle", settled=dict.fromkeys(OTHERS, "agreement_in_force")),
)


@tagged("post_install", "-at_install")
class TestNoticesOfAgreements(OutcomeCase, AgreementCommon):
    """Gina manages the garden, Fred is responsible, Anna drafts."""

    people = ALL
    tables = ((AGREEMENT, AGREEMENT_ROWS),)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["wezer.notice"].search([]).settled = True

    def urls_of(self, record):
        return {record._url()} if record else set()

    def in_force(self, quiet=True, **vals):
        """Return an agreement in force (sudo); ``quiet``: all have read of it."""
        agreement = self.noted(responsible_id=self.fred.partner_id.id, **vals)
        if quiet:
            self.env["wezer.notice"].search([]).settled = True
        return agreement

    def decided(self):
        vals = {"title": "Tools", "proposer_id": self.anna.partner_id.id}
        return self.decisions.create({**vals, "group_id": self.garden.id})

    def do_draft(self):
        return self.agreements, self.drafted

    def do_edit(self):
        draft = self.drafted()
        return draft, lambda: draft.action_edit({"body": "Clean them."})

    def do_new_version(self):
        agreement = self.in_force().with_user(self.ben)
        return agreement, agreement.action_new_version

    def do_discard(self):
        draft = self.drafted()
        return draft, draft.action_discard

    def do_name_responsible(self):
        agreement = self.in_force().with_user(self.gina)
        number = self.ben.partner_id.id
        return agreement, lambda: agreement.action_name_responsible(number)

    def do_note(self):
        draft = self.drafted().with_user(self.gina)
        return draft, draft.action_note

    def do_note_what_all_are_asked_to_agree_to(self):
        draft = self.drafted(must_assent="all").with_user(self.gina)
        return draft, draft.action_note

    def do_adopt(self):
        draft, decision = self.drafted().sudo(), self.decided()
        root = draft.with_user(self.env.ref("base.user_root"))
        return draft, lambda: root._adopt(decision, root.draft_id)

    def due(self):
        agreement = self.in_force()
        agreement.review_date = days.today(self.env)
        return agreement

    def do_remind(self):
        return self.due(), self.agreements._cron_review

    def do_begin_review(self):
        agreement = self.due()
        self.agreements._cron_review()
        return agreement, agreement.with_user(self.fred).action_begin_review

    def begun(self, answer=None, reason=""):
        agreement = self.in_force()
        agreement.with_user(self.fred).action_begin_review()
        if answer:
            agreement.with_user(self.ben).action_review(answer, reason)
            agreement.review_closes = fields.Datetime.now() - timedelta(seconds=1)
        return agreement

    def do_review(self):
        agreement = self.begun()
        return agreement, lambda: agreement.with_user(self.ben).action_review("keep")

    def do_close_review(self):
        return self.begun("keep"), self.agreements._cron_review

    def do_close_review_where_a_change_is_wanted(self):
        return self.begun("change", "Too long"), self.agreements._cron_review

    def do_keep(self):
        agreement, decision = self.due(), self.decided()
        self.agreements._cron_review()
        return agreement, lambda: agreement._keep(decision)

    def do_report_breach(self):
        agreement = self.in_force().with_user(self.ben)
        return agreement, lambda: agreement.action_report_breach("In the rain")

    def do_assent(self):
        agreement = self.in_force(quiet=False, must_assent="all")
        return agreement, agreement.with_user(self.ben).action_assent

    def do_end(self):
        agreement = self.in_force(quiet=False).with_user(self.gina)
        return agreement, agreement.action_end

    def do_drop(self):
        agreement, decision = self.in_force(quiet=False), self.decided()
        return agreement, lambda: agreement._drop(decision)

    def do_hand_over(self):
        agreement = self.in_force(quiet=False)
        return agreement, lambda: agreement._hand_over(self.garden, self.workshop)

    def do_end_with_circle(self):
        agreement = self.in_force(quiet=False)
        return agreement, lambda: agreement._end_with_circles(self.garden)

    def test_whom_each_action_notifies(self):
        self.check_tables()
