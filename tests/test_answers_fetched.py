"""Answers by e-mail that Odoo fetches from a real IMAP server, by two processes."""

from datetime import datetime, timezone
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tests import tagged

from .fork_server import ForkedCase
from .mail_inbox import SEEN, MailInbox

# Of a conflict, Odoo tries again after up to two seconds.
FETCH = """
import random
random.uniform = lambda _low, _high: 0.01
env["fetchmail.server"].browse(%s).fetch_mail()
"""


@pytest.mark.slow
@tagged("post_install", "-at_install", "concurrency")
class TestAnswersFetched(ForkedCase):
    def _make(self, env):
        self.mailbox = MailInbox()
        self.addCleanup(self.mailbox.close)
        anna, luc = self._members(env, "Answers", 2)
        luc.email = f"{luc.login}@fetched.example"
        announcements = env["wezer.announcement"].with_user(anna)
        number = announcements.action_create_own({"title": f"Fence {self.mark}"})
        deal = announcements.browse(number).with_user(luc).action_claim()
        self.users, self.deal, self.sender = (anna | luc).ids, deal, luc.email
        answers = env["wezer.answer"]
        self.to = answers._address_with(
            "answers@fetched.example", "d", luc.partner_id, deal
        )
        # The same mailbox twice, as where it was set up by two people.
        self.servers = (
            env["fetchmail.server"]
            .create(
                [
                    {
                        "name": f"Answers {place}",
                        "server_type": "imap",
                        "server": "127.0.0.1",
                        "port": self.mailbox.port,
                        "user": self.mailbox.user,
                        "password": password,
                    }
                    for place, password in enumerate((self.mailbox.password, "wrong"))
                ]
            )
            .ids
        )

    def _archive(self, env):
        env["fetchmail.server"].browse(self.servers).unlink()
        env["wezer.deal"].browse(self.deal)._finish("cancelled")
        env["res.users"].browse(self.users).active = False

    def _answer(self, text, number):
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, self.to
        mail["Message-ID"] = f"<{number}-{self.mark}@fetched.example>"
        mail["Date"] = format_datetime(datetime.now(timezone.utc))
        mail["Subject"] = "Re: Someone wrote"
        mail.set_content(f"{text}\n\nOn 5 Jan 2026, Anna wrote:\n> When?\n")
        mail.add_attachment(b"plan", maintype="text", subtype="plain", filename="a.txt")
        return mail.as_bytes()

    def _written(self):
        """Return what is in the deal, and how often Anna was told of it."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            deal = env["wezer.deal"].browse(self.deal)
            refused = [("email_to", "=", self.sender), ("subject", "ilike", "answer")]
            self.assertFalse(env["mail.mail"].search(refused))
            self.assertFalse(
                any(env["fetchmail.server"].browse(self.servers).mapped("error_date"))
            )
            return deal.message_line_ids.mapped("body"), len(deal.evidence_ids)

    def test_two_processes_that_fetch_an_answer_at_once_write_it_once(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            first, second = env["fetchmail.server"].browse(self.servers)
            first.button_confirm_login()
            with self.assertRaises(UserError):
                second.button_confirm_login()
            self.assertEqual(second.state, "draft")
            second.password = self.mailbox.password
            second.button_confirm_login()
        fetching = [FETCH % number for number in self.servers]
        # Handed out when both ask: neither has marked it as seen by then.
        self.mailbox.receive(self._answer("On Saturday.", 1), held_for=2)
        self.assertEqual(self.forks.run_together(fetching), [0, 0])
        self.assertEqual(self._written(), (["On Saturday."], 1))
        self.assertEqual(self.mailbox.flags(), [[SEEN]])
        # One after the other: the first has marked it as seen.
        self.mailbox.receive(self._answer("At ten.", 2))
        for script in fetching:
            self.assertEqual(self.forks.run(script), 0)
        self.assertEqual(self._written(), (["On Saturday.", "At ten."], 2))
        self.mailbox.forget_seen()
        self.assertEqual(self.forks.run(fetching[0]), 0)
        self.assertEqual(self._written(), (["On Saturday.", "At ten."], 2))
        self.assertEqual(self.mailbox.flags(), [[SEEN], [SEEN]])
