from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Domain
from odoo.tests import tagged

from odoo.addons.wezer_base.tests.outcomes import Outcome, OutcomeCase
from odoo.addons.wezer_base.tools.answer_mail import SentFile

from ..models.wezer_deal import DEAL
from ..models.wezer_dispute import DEAL_ACTIONS, DISPUTE
from .test_dispute import DisputeCommon
from .test_shares import SharesCommon

ROWS = (
    Outcome("claim", "test2", notified={"test1": "accepted"}, todo={"test2"}),
    Outcome(
        "claim",
        "test2",
        notified={"test1": "claim"},
        todo={"test1"},
        case="claim_to_be_chosen",
    ),
    Outcome("claim", "test2", todo={"stranger"}, case="claim_to_wait"),
    Outcome(
        "propose",
        "test2",
        notified={"test1": "terms", "test3": "consent"},
        todo={"test3"},
    ),
    Outcome(
        "propose",
        "test2",
        notified={"ann": "consent", "test1": "terms", "test3": "consent"},
        todo={"ann", "test3"},
        case="propose_with_two_co_workers",
    ),
    Outcome(
        "offer_place",
        "stranger",
        notified={"test1": "release", "test2": "place"},
        settled={"test1": "accepted"},
        todo={"test2"},
    ),
    Outcome(
        "counter",
        "test1",
        notified={"test2": "terms"},
        settled={"test1": "claim"},
        todo={"test2"},
    ),
    Outcome(
        "accept",
        "test1",
        notified={"test2": "accepted", "test3": "accepted"},
        settled={"test1": "consent"},
        todo={"test2"},
    ),
    Outcome(
        "decline",
        "test1",
        notified={"test2": "decline", "test3": "decline"},
        settled={"test1": "terms", "test3": "consent"},
    ),
    Outcome(
        "withdraw",
        "test2",
        notified={"test1": "withdraw", "test3": "withdraw"},
        settled={"test1": "terms", "test3": "consent"},
    ),
    Outcome(
        "close",
        "test1",
        notified={"test2": "over", "test3": "over"},
        settled={"test1": "terms", "test3": "consent"},
    ),
    Outcome("lapse", notified={"test2": "place_over"}, settled={"test2": "place"}),
    Outcome(
        "expire",
        notified={"test1": "withdraw", "test2": "withdraw"},
        settled={"test1": "claim"},
    ),
    Outcome("name_task", "test2", todo={"helper", "test1"}),
    Outcome(
        "agree_share",
        "test3",
        notified={"test1": "consent", "test2": "consent"},
        settled={"test3": "consent"},
        todo={"test1"},
    ),
    Outcome(
        "deliver",
        "test2",
        notified={"test1": "delivered"},
        settled={"test2": "accepted"},
        todo={"helper", "test1"},
    ),
    Outcome(
        "release",
        "test2",
        notified={"test1": "release", "test3": "release"},
        settled={
            "test1": "terms",
            "test2": ("accepted", "consent"),
            "test3": "accepted",
        },
    ),
    Outcome(
        "free_late_work",
        notified={"test1": "late", "test2": "late", "test3": "late"},
        settled={
            "test1": "terms",
            "test2": ("consent", "late_warning"),
            "test3": "accepted",
        },
    ),
    Outcome(
        "free_late_work",
        notified={"test2": "late_warning"},
        settled={"test2": "accepted"},
        todo={"test2"},
        case="warn_of_late_work",
    ),
    Outcome(
        "remind",
        notified={"test1": "reminder", "test2": "reminder", "test3": "reminder"},
        todo={"test2"},
    ),
    Outcome(
        "deliver",
        "test2",
        notified={"test1": "delivered"},
        settled={
            "test1": "reminder",
            "test2": ("accepted", "reminder"),
            "test3": "reminder",
        },
        todo={"helper", "test1"},
        case="deliver_after_the_reminder",
    ),
    Outcome(
        "+message",
        "test2",
        notified={"test1": "message", "test3": "message"},
        todo={"test2"},
    ),
    Outcome(
        "+message",
        "test2",
        notified={"test1": "message", "test3": "message"},
        todo={"test3"},
        case="message_before_a_share_is_agreed",
    ),
    Outcome(
        "+message",
        "test2",
        notified={"test1": "message", "test3": "message"},
        todo={"gina"},
        case="message_in_a_dispute",
    ),
    Outcome(
        "+message",
        "gina",
        notified={"test1": "message", "test2": "message", "test3": "message"},
        todo={"gina"},
        case="message_of_a_moderator",
    ),
    Outcome(
        "+message",
        "test2",
        notified={"gina": "message", "test1": "message", "test3": "message"},
        settled={"test1": "message", "test3": "message"},
        todo={"gina"},
        case="message_to_a_moderator_who_asked",
    ),
    Outcome(
        "add_evidence",
        "test3",
        notified={"test1": "evidence", "test2": "evidence"},
        todo={"test2"},
    ),
    # The other side was told when the file came.
    Outcome("confirm_evidence", "test2", todo={"test2"}),
    Outcome(
        "remove_evidence",
        "test2",
        settled={"test1": "evidence", "test3": "evidence"},
        todo={"test2"},
    ),
    Outcome("attendance", "test1", notified={"test2": "attendance"}, todo={"test2"}),
    Outcome(
        "amend",
        "test2",
        notified={"test1": "consent", "test3": "consent"},
        settled={"test1": "terms"},
        todo={"test1", "test2", "test3"},
    ),
    Outcome(
        "amend_sign",
        "test1",
        notified={"test2": "accepted"},
        settled={"test1": "consent"},
        todo={"test2"},
    ),
    Outcome(
        "hand_over",
        "test2",
        notified={"ann": "consent", "test1": "consent"},
        todo={"ann", "test1", "test2"},
    ),
    Outcome(
        "hand_over_sign",
        "ann",
        notified={"test1": "accepted", "test2": "accepted"},
        settled={"ann": "consent", "test1": "accepted", "test2": "message"},
        todo={"ann"},
    ),
    Outcome("cancel", "test2", notified={"test1": "consent"}, todo={"test1", "test2"}),
    Outcome(
        "cancel",
        "test1",
        notified={"test2": "over", "test3": "over"},
        settled={
            "test1": ("consent", "terms"),
            "test2": ("accepted", "consent"),
            "test3": "accepted",
        },
        case="cancel_sign",
    ),
    Outcome(
        "cancel",
        notified={"test2": "over"},
        settled={"test1": "consent"},
        todo={"test2"},
        case="cancel_lapses",
    ),
    Outcome(
        "approve",
        "test1",
        notified={"test2": "paid", "test3": "paid"},
        settled={"test1": "delivered", "test2": "consent", "test3": "accepted"},
        todo={"helper", "test1", "test2"},
    ),
    Outcome(
        "approve",
        "helper",
        notified={"test1": ("acted_for", "to_pay")},
        settled={"test1": "delivered"},
        todo={"test1"},
        case="approve_without_paying",
    ),
    Outcome(
        "auto_approve",
        notified={"test1": "paid", "test2": "paid", "test3": "paid"},
        settled={
            "test1": ("delivered", "terms"),
            "test2": "consent",
            "test3": "accepted",
        },
        todo={"helper", "test1", "test2"},
    ),
    Outcome(
        "send_back",
        "test1",
        notified={"test2": "send_back"},
        settled={"test1": "delivered"},
        todo={"test2"},
    ),
    Outcome(
        "pay",
        "test1",
        notified={"test2": "paid", "test3": "paid"},
        settled={"test1": "to_pay", "test2": "consent", "test3": "accepted"},
        todo={"helper", "test1", "test2"},
    ),
    Outcome(
        "approve",
        "test1",
        notified={"test2": "receipt", "test3": "receipt"},
        settled={"test1": "delivered"},
        todo={"test2", "test3"},
        case="pay_outside",
    ),
    Outcome("confirm", "test2", settled={"test2": "receipt"}, todo={"test3"}),
    Outcome(
        "confirm",
        "test3",
        notified={"test1": "paid", "test2": "paid"},
        settled={"test1": "terms", "test2": "consent", "test3": "receipt"},
        todo={"helper", "test1", "test2"},
        case="confirm_last",
    ),
    Outcome(
        "deny",
        "test3",
        notified={"test1": "denied"},
        settled={"test3": "receipt"},
        todo={"test1", "test2"},
    ),
    Outcome("assess", "test2", todo={"helper", "test1"}),
    Outcome(
        "refund",
        "test2",
        notified={"test1": "refund"},
        settled={"test1": "terms"},
        todo={"helper", "test1", "test2"},
    ),
    Outcome(
        "refund",
        "test2",
        notified={"test1": "refund"},
        settled={"test1": "terms"},
        todo={"helper", "test1", "test2"},
        case="refund_a_part",
    ),
    Outcome(
        "dispute",
        "test2",
        notified={"gina": "dispute", "test1": "dispute", "test3": "dispute"},
        settled={"test1": "delivered"},
        todo={"gina"},
    ),
    Outcome(
        "escalate",
        notified={
            "gina": "dispute",
            "test1": "dispute",
            "test2": "dispute",
            "test3": "dispute",
        },
        settled={"test1": "to_pay"},
        todo={"gina"},
    ),
    Outcome(
        "withdraw_dispute",
        "test2",
        notified={"test1": "dispute", "test3": "dispute"},
        settled={
            "gina": "dispute",
            "test1": "dispute",
            "test3": ("accepted", "dispute"),
        },
        todo={"helper", "test1"},
    ),
    Outcome(
        "resolve",
        "gina",
        notified={"test1": "dispute", "test2": "dispute", "test3": "dispute"},
        settled={
            "gina": "dispute",
            "test1": ("dispute", "terms"),
            "test2": "consent",
            "test3": ("accepted", "dispute"),
        },
        todo={"helper", "test1", "test2"},
    ),
    Outcome(
        "pass_on",
        notified={
            "test1": "dispute",
            "test2": "dispute",
            "test3": "dispute",
            "vera": "dispute",
        },
        settled={"gina": "dispute", "test1": "dispute", "test3": "dispute"},
        todo={"vera"},
    ),
)
PAGES = ("deals", "stand-in")
DISPUTE_ACTIONS = {**DEAL_ACTIONS, "call": "dispute"}


@tagged("post_install", "-at_install")
class TestNoticesOfDeals(OutcomeCase, DisputeCommon, SharesCommon):
    """Test1 pays; helper acts for test1; test2 and test3 work; gina and vera moderate.

    Test2 and test3 are in the garden, which gina moderates; vera moderates the village.
    """

    people = (
        "test1",
        "helper",
        "test2",
        "test3",
        "ann",
        "gina",
        "vera",
        "moderator",
        "stranger",
    )
    tables = ((DEAL, ROWS),)
    within = ((DISPUTE, DISPUTE_ACTIONS),)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.wezer_claims_cap = 50
        cls.helper = cls._member("helper")
        cls._join(cls.garden, cls.test3)
        profile = cls.helper.partner_id._wezer_profile()
        mandates = cls.env["wezer.mandate"].with_user(cls.test1)
        mandates.action_give(profile.id, ["market"])
        for user in (cls.test1, cls.test2, cls.test3, cls.helper, cls.ann):
            user.partner_id._wezer_profile().presentation = "<p>Hello</p>"
        cls.env["wezer.notice"].search([]).settled = True

    def setUp(self):
        super().setUp()
        self.answered = self.claim(
            self.test2, self.announce(self.test1, claim_mode="choose")
        )
        self.asked = self.ask(self.named(test3="30"))
        self.team = self.agree(self.named(test3="30"))

    # === WHERE A DEAL IS FOUND === #

    def urls_of(self, record):
        deals = record if record._name == "wezer.deal" else record.sudo().deal_ids
        return {f"/my/{page}/{deal.id}" for page in PAGES for deal in deals}

    def assert_lists(self, user, notice):
        """Assert that a deal is in *My deals* of each who is told of it."""
        # To those whose work was handed over the announcement alone is shown.
        if notice.url in self.urls_of(self.env["wezer.deal"].browse(notice.res_id)):
            deals = self.env["wezer.deal"].with_user(user)
            listed = deals.search(deals._own_deals_domain())
            listed |= deals._asked_to_stand_in()
            self.assertIn(notice.res_id, listed.ids, user.name)

    # === STATES === #

    def as_author(self, deal):
        return deal.with_user(self.test1)

    def strike(self, deal, **later):
        """Let time pass for one deal alone, and do what is due then."""
        now = fields.Datetime.now() + timedelta(**later)
        with patch.object(fields.Datetime, "now", lambda: now):
            deals = self.env["wezer.deal"]
            for domain, method in deals._timeouts(now):
                for due in deals.search(domain & Domain("id", "=", deal.id)):
                    due._lock()
                    getattr(due, method)(now)

    def delivered(self):
        self.team.action_deliver("Done")
        return self.team

    def approved(self):
        """Approved by the helper, who may not pay."""
        deal = self.delivered()
        deal.with_user(self.helper).action_approve()
        return deal

    def sent(self):
        """Paid outside, to be confirmed by both workers."""
        deal = self.agree(self.named(test3="30"), prices={self.dummy.id: "12"})
        deal.action_deliver("Done")
        self.as_author(deal).action_approve()
        return deal

    def paid(self):
        deal = self.delivered()
        self.as_author(deal).action_approve()
        return deal

    def disputed(self):
        deal = self.delivered()
        deal.action_dispute("It was refused")
        return deal

    def waiting(self):
        want = self.announce(self.test1, waiting_list=True)
        having = self.claim(self.stranger, want)
        return having, self.claim(self.test2, want)

    # === ANSWERING === #

    def do_claim(self):
        want = self.announce(self.test1)
        return want, lambda: self.claim(self.test2, want)

    def do_claim_to_be_chosen(self):
        want = self.announce(self.test1, claim_mode="choose")
        return want, lambda: self.claim(self.test2, want)

    def do_claim_to_wait(self):
        want = self.announce(self.test1, waiting_list=True)
        self.claim(self.stranger, want)
        return want, lambda: self.claim(self.test2, want)

    def do_propose(self):
        want = self.announce(self.test1)
        shares = self.named(test3="30")
        return want, lambda: self.propose(self.test2, want, shares=shares)

    def do_propose_with_two_co_workers(self):
        want = self.announce(self.test1)
        shares = self.named(test3="20", ann="10")
        return want, lambda: self.propose(self.test2, want, shares=shares)

    def do_offer_place(self):
        having, deal = self.waiting()
        return deal, having.action_release

    def do_counter(self):
        deal = self.as_author(self.answered)
        return deal, lambda: deal.action_counter({"message": "On Monday?"})

    def do_accept(self):
        self.sign(self.test3, self.asked)
        deal = self.as_author(self.asked)
        return deal, deal.action_accept

    def do_decline(self):
        deal = self.as_author(self.asked)
        return deal, deal.action_decline

    def do_withdraw(self):
        return self.asked, self.asked.action_withdraw

    def do_close(self):
        want = self.asked.announcement_id.with_user(self.test1)
        return self.asked, want.action_close

    def do_lapse(self):
        having, deal = self.waiting()
        having.action_release()
        return deal, lambda: self.strike(deal, days=10)

    def do_expire(self):
        deal = self.answered.sudo()
        deal.terms_id.flush_recordset()
        self.env.cr.execute(
            "UPDATE wezer_terms SET expiry = %s WHERE id = %s",
            [fields.Datetime.now() + timedelta(days=1), deal.terms_id.id],
        )
        deal.terms_id.invalidate_recordset()
        return deal, lambda: self.strike(deal, days=2)

    def do_name_task(self):
        offer = self.announce(self.test1, kind="offer")
        deal = self.claim(self.test2, offer)
        return deal, lambda: deal.action_name_task(False)

    # === WORKING === #

    def do_agree_share(self):
        number = self.asked.sudo().terms_id.round
        deal = self.asked.with_user(self.test3)
        return deal, lambda: deal.action_agree_share(number)

    def do_deliver(self):
        return self.team, lambda: self.team.action_deliver("Done")

    def do_release(self):
        return self.team, self.team.action_release

    def do_free_late_work(self):
        """The end, a week after the warning."""
        self.do_warn_of_late_work()[1]()
        return self.team, lambda: self.strike(self.team, days=50)

    def do_warn_of_late_work(self):
        return self.team, lambda: self.strike(self.team, days=31)

    def do_remind(self):
        begins = fields.Datetime.now() + timedelta(days=3)
        deal = self.agree(self.named(test3="30"), date_start=begins)
        self.env.flush_all()
        return deal, lambda: self.strike(deal, days=2, minutes=1)

    def do_deliver_after_the_reminder(self):
        deal, remind = self.do_remind()
        remind()
        return deal, lambda: deal.action_deliver("Done")

    def do_message(self):
        deal = self.team
        return deal, lambda: deal.action_send_message("I begin tomorrow")

    def do_message_before_a_share_is_agreed(self):
        return self.asked, lambda: self.asked.action_send_message("Hello")

    def do_message_in_a_dispute(self):
        deal = self.disputed()
        return deal, lambda: deal.action_send_message("Please look")

    def do_message_of_a_moderator(self):
        deal = self.disputed().with_user(self.gina)
        return deal, lambda: deal.action_send_message("Which door?")

    def do_message_to_a_moderator_who_asked(self):
        deal = self.disputed()
        deal.with_user(self.gina).action_send_message("Which door?")
        return deal, lambda: deal.action_send_message("The red one")

    def do_confirm_evidence(self):
        deal = self.team
        deal._answer("", [SentFile("a.txt", b"Done")])
        number = deal.sudo().evidence_ids.id
        return deal, lambda: deal.action_confirm_evidence(number)

    def do_add_evidence(self):
        deal = self.team.with_user(self.test3)
        return deal, lambda: deal.action_add_evidence("a.txt", b"Done")

    def do_remove_evidence(self):
        number = self.team.action_add_evidence("a.txt", b"Done")
        return self.team, lambda: self.team.action_remove_evidence(number)

    def do_attendance(self):
        terms = self.team.sudo().accepted_terms_id
        terms.flush_recordset()
        self.env.cr.execute(
            "UPDATE wezer_terms SET date_start = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(hours=1), terms.id],
        )
        terms.invalidate_recordset()
        deal = self.as_author(self.team)
        return deal, lambda: deal.action_attendance("came")

    # === CHANGING WHAT WAS AGREED === #

    def do_amend(self):
        deal = self.team
        return deal, lambda: deal.action_amend({"message": "Tomorrow?"})

    def do_amend_sign(self):
        deal = self.agree_alone()
        deal.action_amend({"message": "Tomorrow?"})
        number = deal.sudo()._proposal("amend").terms_id.round
        deal = self.as_author(deal)
        return deal, lambda: deal.action_amend(None, number)

    def agree_alone(self):
        return self.claim(self.test2, self.announce(self.test1))

    def do_hand_over(self):
        deal = self.agree_alone()
        return deal, lambda: deal.action_hand_over(self.ann.partner_id.id)

    def do_hand_over_sign(self):
        deal = self.agree_alone()
        deal.action_send_message("I may be ill")
        self.as_author(deal).action_send_message("Then find somebody")
        deal.action_hand_over(self.ann.partner_id.id)
        self.as_author(deal).action_hand_over()
        deal = deal.with_user(self.ann)
        return deal, deal.action_hand_over

    def do_cancel(self):
        """Proposed by one side."""
        return self.team, lambda: self.team.action_cancel("I am ill")

    def do_cancel_sign(self):
        self.team.action_cancel("I am ill")
        deal = self.as_author(self.team)
        return deal, deal.action_cancel

    def do_cancel_lapses(self):
        self.team.action_cancel("I am ill")
        proposal = self.team.sudo()._proposal("cancel")
        proposal.signing_deadline -= timedelta(days=8)
        return self.team, self.env["wezer.signature"]._cron_lapse

    # === APPROVING AND PAYING === #

    def do_approve(self):
        deal = self.as_author(self.delivered())
        return deal, deal.action_approve

    def do_approve_without_paying(self):
        deal = self.delivered().with_user(self.helper)
        return deal, deal.action_approve

    def do_auto_approve(self):
        deal = self.delivered()
        return deal, lambda: self.strike(deal, days=31)

    def do_send_back(self):
        deal = self.as_author(self.delivered())
        return deal, lambda: deal.action_send_back("The door")

    def do_pay(self):
        deal = self.as_author(self.approved())
        return deal, deal.action_pay

    def do_pay_outside(self):
        deal = self.agree(self.named(test3="30"), prices={self.dummy.id: "12"})
        deal.action_deliver("Done")
        deal = self.as_author(deal)
        return deal, deal.action_approve

    def do_confirm(self):
        deal = self.sent()
        return deal, deal.action_confirm

    def do_confirm_last(self):
        deal = self.sent()
        deal.action_confirm()
        deal = deal.with_user(self.test3)
        return deal, deal.action_confirm

    def do_deny(self):
        deal = self.sent().with_user(self.test3)
        return deal, deal.action_deny

    def do_assess(self):
        deal = self.paid()
        return deal, lambda: deal.action_assess(self.scores(1, "payer"))

    def do_refund(self):
        deal = self.paid()
        return deal, deal.action_refund

    def do_refund_a_part(self):
        deal = self.paid()
        return deal, lambda: deal.action_refund({self.com.id: "5"})

    # === DISPUTES === #

    def do_dispute(self):
        deal = self.delivered()
        return deal, lambda: deal.action_dispute("It was refused")

    def do_escalate(self):
        deal = self.approved()
        return deal, lambda: self.strike(deal, days=15)

    def do_withdraw_dispute(self):
        deal = self.disputed()
        return deal, deal.action_withdraw_dispute

    def do_resolve(self):
        deal = self.disputed().with_user(self.gina)
        return deal, lambda: deal.action_resolve("paid", "It was done")

    def do_pass_on(self):
        deal = self.disputed()
        return deal, lambda: self.strike(deal, days=31)

    def test_each_action_notifies_those_it_concerns_once(self):
        self.assertEqual(set(DISPUTE.actions), set(DISPUTE_ACTIONS))
        self.assertLessEqual(set(DISPUTE_ACTIONS.values()), set(DEAL.actions))
        self.check_tables()
