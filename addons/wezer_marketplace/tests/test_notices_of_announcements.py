from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_base.tests.outcomes import Outcome, OutcomeCase

from ..models.wezer_announcement import ANNOUNCEMENT
from .test_task import TaskCommon

ROWS = (
    Outcome("create", "test1"),
    Outcome(
        "create",
        "clara",
        notified={"mark": "to_publish"},
        todo={"mark"},
        case="create_a_draft_for_a_circle",
    ),
    Outcome("publish", "mark", settled={"mark": "to_publish"}),
    Outcome("edit", "test1", notified={"test2": "terms"}, settled={"test1": "terms"}),
    Outcome("pause", "test1"),
    Outcome("renew", "test1", settled={"test1": "expiring"}),
    Outcome(
        "close",
        "test1",
        notified={"test2": "over"},
        settled={"test1": ("expiring", "question", "terms"), "test3": "favourite"},
    ),
    Outcome("undo_post", "test1", settled={"test1": "question"}),
    Outcome("reopen", "test1"),
    Outcome("claim", "test2", notified={"test1": "accepted"}),
    Outcome("propose", "test2", notified={"test1": "terms"}),
    Outcome("fill", "test2", notified={"test1": "accepted"}),
    Outcome(
        "free",
        "test2",
        notified={"test1": "release", "test3": "favourite"},
        settled={"test1": "accepted"},
    ),
    Outcome(
        "free",
        "test2",
        notified={"test1": "cancelled_late", "test3": "favourite"},
        settled={"test1": "accepted"},
        todo={"test1"},
        case="free_at_short_notice",
    ),
    Outcome(
        "settle", "test1", notified={"test2": "paid"}, settled={"test1": "delivered"}
    ),
    Outcome("+ask", "test2", notified={"test1": "question"}, todo={"test1"}),
    Outcome(
        "+answer",
        "test1",
        notified={"test2": "question_answered"},
        settled={"test1": "question"},
    ),
    Outcome(
        "+take_back",
        "test2",
        settled={"test1": "question"},
        case="take_a_question_back",
    ),
    Outcome(
        "+take_back",
        "test2",
        settled={"test2": "question_answered"},
        case="take_an_answered_question_back",
    ),
    Outcome("+publish_an_answer", "test1"),
    Outcome(
        "+report_a_question",
        "test1",
        notified={"Administrator": "reported", "Moderator": "reported"},
    ),
    Outcome(
        "expire",
        notified={"test2": "over"},
        settled={"test1": ("expiring", "terms"), "test3": "favourite"},
    ),
    Outcome(
        "expire",
        notified={"test1": "expiring", "test3": "favourite"},
        todo={"test1"},
        case="remind",
    ),
    Outcome("run_short", notified={"test1": "short_of_money"}),
    Outcome("recover", settled={"test1": "short_of_money"}),
    Outcome("+match", notified={"test3": "match"}),
)


@tagged("post_install", "-at_install")
class TestNoticesOfAnnouncements(OutcomeCase, TaskCommon):
    """Mark publishes for the circle, Luc only pays for it, Clara only posts.

    Test1 posts, test2 answers; test3 keeps favourites and a search.
    """

    people = ("test1", "test2", "test3", "stranger", "mark", "luc", "clara")
    tables = ((ANNOUNCEMENT, ROWS),)
    making = ("+ask",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.wezer_claims_cap = 50
        cls.luc, cls.clara = cls._member("luc"), cls._member("clara")
        for name, user, rights in (
            ("Purse", cls.luc, ("wallet",)),
            ("Writer", cls.clara, ("market",)),
        ):
            role = cls.env["wezer.group"].create(
                {
                    "name": name,
                    "kind": "role",
                    "parent_id": cls.circle.id,
                    **{f"right_{right}": True for right in rights},
                }
            )
            cls.env["wezer.group.membership"].create(
                {"group_id": role.id, "partner_id": user.partner_id.id}
            )
        cls.env["wezer.notice"].search([]).settled = True

    def setUp(self):
        super().setUp()
        self.want = self.announce(self.test1, places=2)
        self.keep(self.want)

    def urls_of(self, record):
        slug = record.sudo().slug
        number = record.sudo().question_ids[:1].id
        return {f"/market/{slug}", f"/market/{slug}#question-{number}"}

    def keep(self, want):
        self.env["wezer.favourite"].with_user(self.test3).keep(want.id)
        # It was found before.
        want.sudo().searches_notified = True

    def asked(self):
        questions = self.env["wezer.announcement.question"].with_user(self.test2)
        return questions.browse(questions.action_ask(self.want.id, "A ladder?"))

    def draft(self):
        """Return the draft of a circle's writer, which Mark may publish."""
        return self.announce(self.clara, acting=self.circle.partner_id.id)

    def closing(self, days=0):
        """Let the day come on which it closes."""
        self.want.sudo().expiry = fields.Date.today() + timedelta(days=days)

    def reminded(self):
        self.closing(days=1)
        self.env["wezer.announcement"]._cron_expire()

    # === POSTING === #

    def do_create(self):
        return self.want, lambda: self.announce(self.test1)

    def do_create_a_draft_for_a_circle(self):
        draft = self.draft()
        return draft, lambda: self.announce(
            self.clara, acting=self.circle.partner_id.id
        )

    def do_publish(self):
        draft = self.draft().with_user(self.mark)
        return draft, draft.action_publish

    def do_edit(self):
        self.propose(self.test2, self.want)
        return self.want, lambda: self.want.action_edit({"prices": {self.com.id: "60"}})

    def do_pause(self):
        return self.want, self.want.action_pause

    def do_renew(self):
        self.reminded()
        return self.want, self.want.action_renew

    def do_close(self):
        self.propose(self.test2, self.want)
        self.asked()
        self.reminded()
        return self.want, self.want.action_close

    def do_undo_post(self):
        self.asked()
        return self.want, self.want.action_undo_post

    def do_reopen(self):
        self.want.action_close()
        return self.want, self.want.action_reopen

    # === ANSWERS AND QUESTIONS === #

    def do_claim(self):
        return self.want, lambda: self.claim(self.test2, self.want)

    def do_propose(self):
        return self.want, lambda: self.propose(self.test2, self.want)

    def do_fill(self):
        self.claim(self.stranger, self.want)
        return self.want, lambda: self.claim(self.test2, self.want)

    def do_free(self):
        self.claim(self.stranger, self.want)
        deal = self.claim(self.test2, self.want)
        return self.want, deal.action_release

    def do_free_at_short_notice(self):
        self.want.sudo().date_start = fields.Datetime.now() + timedelta(hours=2)
        self.claim(self.stranger, self.want)
        deal = self.claim(self.test2, self.want)
        return self.want, deal.action_release

    def do_settle(self):
        """The last of its deals is paid."""
        deals = [self.claim(user, self.want) for user in (self.stranger, self.test2)]
        for deal in deals:
            deal.action_deliver()
        deals[0].with_user(self.test1).action_approve()
        last = deals[1].with_user(self.test1)
        return self.want, last.action_approve

    def do_ask(self):
        return self.want, self.asked

    def do_answer(self):
        question = self.asked().with_user(self.test1)
        return self.want, lambda: question.action_answer("In the shed")

    def do_take_a_question_back(self):
        question = self.asked()
        return self.want, question.action_withdraw

    def answered(self):
        question = self.asked()
        question.with_user(self.test1).action_answer("In the shed")
        return question

    def do_take_an_answered_question_back(self):
        question = self.answered()
        return self.want, question.action_withdraw

    def do_report_a_question(self):
        question = self.asked().with_user(self.test1)
        return self.want, lambda: question.action_report("Rude")

    def do_publish_an_answer(self):
        question = self.answered().with_user(self.test1)
        return self.want, question.action_publish

    # === CLOCKS === #

    def do_expire(self):
        self.propose(self.test2, self.want)
        self.reminded()
        self.closing(days=-1)
        return self.want, self.env["wezer.announcement"]._cron_expire

    def do_remind(self):
        self.closing(days=1)
        return self.want, self.env["wezer.announcement"]._cron_expire

    def short(self):
        """Let its author not have what one answer costs."""
        self.announce_and_pay("480")

    def announce_and_pay(self, amount):
        transfers = self.env["wezer.transfer"].with_user(self.test1)
        partners = self.test1.partner_id.id, self.stranger.partner_id.id
        transfers.pay(*partners, self.com.id, amount, "Everything")

    def do_run_short(self):
        self.short()
        return self.want, self.env["wezer.announcement"]._cron_money

    def do_recover(self):
        self.short()
        self.env["wezer.announcement"]._cron_money()
        transfers = self.env["wezer.transfer"].with_user(self.stranger)
        partners = self.stranger.partner_id.id, self.test1.partner_id.id
        transfers.pay(*partners, self.com.id, "480", "And back")
        return self.want, self.env["wezer.announcement"]._cron_money

    def do_match(self):
        """Two searches find it: it is told once."""
        searches = self.env["wezer.saved.search"].with_user(self.test3)
        searches.keep({"words": "thing"})
        searches.keep({"kind": "want"})
        self.want.sudo().searches_notified = False
        return self.want, self.env["wezer.saved.search"]._cron_notify

    def test_each_action_notifies_those_it_concerns_once(self):
        self.check_tables()
