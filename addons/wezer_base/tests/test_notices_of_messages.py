from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..models.wezer_conversation import CONVERSATION
from ..models.wezer_conversation_report import REPORT
from .common import WezerCommon
from .outcomes import Outcome, OutcomeCase

CALLED = {"Administrator": "reported", "ada": "reported", "mo": "reported"}
CONVERSATION_ROWS = (
    Outcome("write", "anna", notified={"luc": "conversation"}),
    Outcome("write", "anna", case="write_before_an_answer"),
    Outcome(
        "write",
        "luc",
        notified={"anna": "conversation"},
        settled={"luc": "conversation"},
        case="write_an_answer",
    ),
    Outcome(
        "write", "anna", notified={"gus": "conversation"}, case="write_to_the_community"
    ),
    Outcome(
        "write",
        "gus",
        notified={"anna": "conversation"},
        settled={"gus": "conversation"},
        case="write_for_the_community",
    ),
    Outcome(
        "write",
        "anna",
        notified=CALLED,
        todo={"ada", "mo"},
        case="write_the_same_to_many",
    ),
    Outcome("write", "anna", case="write_to_who_blocked_me"),
    Outcome("block", "luc", settled={"luc": "conversation"}),
    Outcome("report", "luc", notified=CALLED, todo={"ada", "mo"}),
    Outcome(
        "report",
        "luc",
        notified={"Administrator": "reported", "ada": "reported"},
        todo={"ada"},
        case="report_a_moderator",
    ),
    Outcome("leave", "luc", settled={"luc": "conversation"}),
    Outcome("expire", settled={"luc": "conversation"}),
)
REPORT_ROWS = (
    Outcome("open", "mo", todo={"mo"}),
    Outcome(
        "dismiss",
        "mo",
        notified={"luc": "report_decided"},
        settled=CALLED,
    ),
    Outcome(
        "dismiss",
        "mo",
        notified={"luc": "conversation"},
        settled=CALLED,
        case="dismiss_and_deliver",
    ),
    Outcome(
        "remove",
        "mo",
        notified={"anna": "report_decided", "luc": "report_decided"},
        settled=CALLED,
    ),
)


@tagged("post_install", "-at_install")
class TestNoticesOfMessages(OutcomeCase, WezerCommon):
    """Anna writes to Luc; Gus writes for the community; Mo moderates."""

    people = ("anna", "luc", "gus", "mo", "ada", "cora")
    tables = ((CONVERSATION, CONVERSATION_ROWS), (REPORT, REPORT_ROWS))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gus = cls._user("Gus", "base.group_portal")
        cls.env.company.wezer_market_user_ids = [Command.set(cls.gus.ids)]
        cls.community = cls.env.company.partner_id
        cls.others = [
            cls._user(f"Other{number}", "base.group_portal").partner_id
            for number in range(3)
        ]
        cls.env["wezer.notice"].search([]).settled = True

    def urls_of(self, record):
        if record._name == "wezer.conversation":
            return {one._url() for one in (record, *record.sudo().report_ids)}
        return {record._url()}

    def assert_lists(self, user, notice):
        """Assert that a message is found in *Messages* by its reader."""
        if notice.kind == "conversation":
            rows, _more = user.env["wezer.conversation"]._inbox()
            self.assertIn(notice.url, [row["url"] for row in rows])

    # === HELPERS === #

    def start(self, user, partner, text="Hello"):
        conversations = self.env["wezer.conversation"].with_user(user)
        return conversations._begin(partner.sudo(), text)

    def written(self, user=None):
        """Return a conversation in which Luc has a message to answer, as Luc's."""
        started = self.start(user or self.anna, self.luc.partner_id)
        return started.with_user(self.luc)

    def conversation(self, partner=None):
        """Return an empty conversation, to which the first message will be written."""
        parties = self.anna.partner_id | (partner or self.luc.partner_id)
        return self.env["wezer.conversation"]._with(parties).with_user(self.anna)

    def reported(self, user=None):
        message = self.written(user).message_ids
        report = message.sudo(False).with_user(self.luc).action_report("Rude")
        return self.env["wezer.conversation.report"].browse(report).with_user(self.mo)

    def same_to_many(self):
        """Let Anna write the same to several; return the next conversation."""
        for partner in self.others:
            self.start(self.anna, partner, "Buy this")
        return self.conversation()

    # === CONVERSATIONS === #

    def do_write(self):
        conversation = self.conversation()
        return conversation, lambda: self.start(self.anna, self.luc.partner_id)

    def do_write_before_an_answer(self):
        conversation = self.written().with_user(self.anna)
        return conversation, lambda: conversation.action_write("And tomorrow?")

    def do_write_an_answer(self):
        conversation = self.written()
        return conversation, lambda: conversation.action_write("Yes")

    def do_write_to_the_community(self):
        conversation = self.conversation(self.community)
        return conversation, lambda: self.start(self.anna, self.community)

    def do_write_for_the_community(self):
        conversation = self.start(self.anna, self.community).with_user(self.gus)
        return conversation, lambda: conversation.action_write("Yes")

    def do_write_the_same_to_many(self):
        conversation = self.same_to_many()
        partner = self.luc.partner_id
        return conversation, lambda: self.start(self.anna, partner, "Buy this")

    def do_write_to_who_blocked_me(self):
        conversation = self.written()
        conversation.action_block()
        conversation = conversation.with_user(self.anna)
        return conversation, lambda: conversation.action_write("Are you there?")

    def do_block(self):
        conversation = self.written()
        return conversation, conversation.action_block

    def do_report(self):
        conversation = self.written()
        message = conversation.message_ids
        # It has been read: what is left is to report it.
        self.env["wezer.notice"].search([]).settled = True
        return conversation, lambda: message.action_report("Rude")

    def do_report_a_moderator(self):
        conversation = self.written(self.mo)
        message = conversation.message_ids
        self.env["wezer.notice"].search([]).settled = True
        return conversation, lambda: message.action_report("Rude")

    def do_leave(self):
        conversation = self.written()
        return conversation, conversation.action_leave

    def do_expire(self):
        conversation = self.written()
        conversation.sudo().date_asked = fields.Datetime.now() - timedelta(days=40)
        return conversation, self.env["wezer.conversation"]._cron_end

    # === REPORTS === #

    def do_open(self):
        report = self.reported()
        return report, report.action_open

    def do_dismiss(self):
        report = self.reported()
        return report, report.action_dismiss

    def do_dismiss_and_deliver(self):
        self.same_to_many()
        self.start(self.anna, self.luc.partner_id, "Buy this")
        reports = self.env["wezer.conversation.report"].with_user(self.mo)
        report = reports.search([("kind", "=", "alike")])
        self.assertEqual(len(report), 1)
        return report, report.action_dismiss

    def do_remove(self):
        report = self.reported()
        return report, report.action_remove

    def test_each_action_notifies_those_it_concerns_once(self):
        self.check_tables()
