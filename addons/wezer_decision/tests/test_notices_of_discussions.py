from odoo.tests import tagged

from odoo.addons.wezer_base.tests.outcomes import Outcome, OutcomeCase

from ..models.wezer_discussion import DISCUSSION
from .common import DecisionCommon

DISCUSSION_ROWS = (
    Outcome(
        "begin",
        "anna",
        notified=dict.fromkeys(("gina", "fred", "ben", "cleo", "dora"), "discussion"),
    ),
    Outcome(
        "say",
        "ben",
        notified=dict.fromkeys(("gina", "fred", "anna", "cleo", "dora"), "discussion"),
    ),
    Outcome(
        "say",
        "ben",
        notified=dict.fromkeys(("anna", "gina", "fred", "cleo", "dora"), "discussion"),
        settled=dict.fromkeys(("gina", "fred", "cleo", "dora"), "discussion"),
        case="say_before_the_others_looked",
    ),
    Outcome("summarise", "anna"),
    Outcome("close", "anna"),
    Outcome("reopen", "gina"),
)


@tagged("post_install", "-at_install")
class TestNoticesOfDiscussions(OutcomeCase, DecisionCommon):
    """Gina manages the garden; all of them are members."""

    people = DecisionCommon.names
    tables = ((DISCUSSION, DISCUSSION_ROWS),)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.discussions = cls.env["wezer.discussion"]
        cls.env["wezer.notice"].search([]).settled = True

    def urls_of(self, record):
        return {record._url()} if record else set()

    def begun(self):
        discussions = self.discussions.with_user(self.anna)
        return discussions.browse(discussions.begin(self.garden.id, "A bench"))

    def told(self, act):
        def act_and_tell():
            act()
            self.discussions._cron_tell()

        return act_and_tell

    def do_begin(self):
        return self.discussions, self.told(self.begun)

    def do_say(self):
        discussion = self.begun()
        self.discussions._cron_tell()
        for user in self.members:
            discussion.with_user(user)._seen_by_user()
        self.env["wezer.notice"].search([]).settled = True
        return discussion, self.told(lambda: discussion.with_user(self.ben).say("Yes"))

    def do_say_before_the_others_looked(self):
        discussion = self.begun()
        self.discussions._cron_tell()
        discussion.with_user(self.ben)._seen_by_user()
        return discussion, self.told(lambda: discussion.with_user(self.ben).say("Yes"))

    def do_summarise(self):
        discussion = self.begun()
        return discussion, lambda: discussion.action_summarise("A bench")

    def do_close(self):
        discussion = self.begun()
        return discussion, discussion.action_close

    def do_reopen(self):
        discussion = self.begun()
        discussion.action_close()
        return discussion, discussion.with_user(self.gina).action_reopen

    def test_whom_each_action_notifies(self):
        self.check_tables()
