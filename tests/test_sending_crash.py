"""Letters and messages to devices that are refused, or whose sender is killed.

With a real mail server and a real push service on this machine, which count. `kill -9`
between sending and marking: at most the letter that was under way arrives twice.
"""

import signal
from collections import Counter
from datetime import timedelta
from unittest.mock import patch

import pytest
from freezegun import freeze_time

from odoo import fields
from odoo.tests import mute_logger, tagged

from odoo.addons.wezer_base.models.mail_mail import PAUSES
from odoo.addons.wezer_base.tests.common import WezerCommon
from odoo.addons.wezer_base.tests.test_notice_push import PushService, encoded
from odoo.addons.wezer_base.tools import web_push

from .fork_server import ForkedCase
from .letter_box import LetterBox

QUIET = "odoo.addons.mail.models.mail_mail"
LETTERS = 6
# Killed after so many, with a transaction that has not been committed.
KILLED_AT = 3
# The service is on this machine, without a certificate.
HERE = """
from odoo.addons.wezer_base.tools import web_push
web_push.is_endpoint = lambda text: True
web_push.is_public = lambda host: True
web_push.is_service = lambda text, services: True
"""
RUN = """
env.ref("wezer_base.ir_cron_letters").method_direct_trigger()
env.ref("mail.ir_cron_mail_scheduler_action").method_direct_trigger()
"""


def killed_in(module, owner, name):
    """Return a script that kills its process when a function has done its work.

    :param str owner: the class that the function is of, or empty for the module itself
    :param str name: the function; it is killed after the third call
    """
    holder = f"module.{owner}" if owner else "module"
    return f"""
import os, signal
import {module} as module
holder = {holder}
works, done = holder.{name}, []
def work(*args, **kwargs):
    answer = works(*args, **kwargs)
    done.append(answer)
    if len(done) == {KILLED_AT}:
        env.flush_all()
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
holder.{name} = work
"""


BASE = "odoo.addons.wezer_base"
WRITING = killed_in(
    f"{BASE}.models.wezer_notice_letter", "WezerNoticeLetter", "_write_letter"
)
SENDING = killed_in(
    "odoo.addons.base.models.ir_mail_server", "IrMail_Server", "send_email"
)
PUSHING = HERE + killed_in(f"{BASE}.tools.web_push", "", "send")
PORTIONS = (
    killed_in(f"{BASE}.models.wezer_notice", "WezerNotice", "_write_next")
    + "module.PORTION = 1\n"
)


class Kills:
    """Scripts that are killed, and letters whose time has come."""

    def _killed(self, script):
        self.assertEqual(self.forks.run(script + RUN), -signal.SIGKILL)

    def _is_due(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "UPDATE wezer_notice SET letter_due = now() at time zone 'UTC'"
                " - interval '1 hour' WHERE letter_due IS NOT NULL"
            )


@pytest.mark.slow
@tagged("post_install", "-at_install", "concurrency")
class TestSendingCrash(Kills, ForkedCase):
    def _make(self, env):
        self.box = LetterBox(env)
        self.addCleanup(self.box.close)
        self.service = PushService()
        self.addCleanup(self.service.close)
        # What earlier tests left is not sent by this one.
        env["wezer.notice"].search([]).settled = True
        env["mail.mail"].search([]).unlink()
        users = self._members(env, "Told", LETTERS, tz="UTC")
        self.users = users.ids
        pushes = env["wezer.notice.push"]
        pushes._public_key()
        for user in users:
            user.email = f"{user.login}@crash.example"
            with patch.multiple(
                web_push,
                is_endpoint=lambda _text: True,
                is_service=lambda _text, _services: True,
            ):
                pushes.with_user(user)._add_device(
                    f"{self.service.url}/{user.login}",
                    encoded(self.service.public),
                    encoded(self.service.secret),
                    "phone",
                )
        self.addresses = users.mapped("email")
        self.paths = [f"/{user.login}" for user in users]
        # Waiting in one row until they are written.
        with patch(f"{BASE}.models.wezer_notice.WRITTEN_AT_ONCE", 0):
            env["wezer.notice"]._leave(
                users.partner_id, "mandate", "Look.", "/my", users[0].partner_id, "one"
            )

    def _archive(self, env):
        env["res.users"].browse(self.users).active = False
        env["ir.mail_server"].browse(self.box.server.id).unlink()
        env["mail.mail"].search([]).unlink()

    def test_a_kill_repeats_at_most_the_letter_and_the_message_under_way(self):
        self._killed(PORTIONS)
        self._killed(PUSHING)
        sent = Counter(path for path, _head, _body in self.service.requests)
        self.assertEqual(sum(sent.values()), KILLED_AT)
        self._is_due()
        self._killed(HERE + WRITING)
        self.assertFalse(self.box.letters, "written only")
        self._killed(HERE + SENDING)
        self.assertEqual(len(self.box.letters), KILLED_AT)
        for _again in range(2):
            self.assertEqual(self.forks.run(HERE + RUN), 0)
        sent = Counter(path for path, _head, _body in self.service.requests)
        self.assertEqual(set(sent), set(self.paths))
        self.assertEqual(sorted(sent.values()), [1] * (LETTERS - 1) + [2])
        letters = Counter(str(letter["To"]) for letter in self.box.letters)
        self.assertEqual(set(letters), set(self.addresses))
        self.assertEqual(sorted(letters.values()), [1] * (LETTERS - 1) + [2])
        same = Counter(str(letter["Message-Id"]) for letter in self.box.letters)
        self.assertEqual(len(same), LETTERS, "programs see that it is the same letter")


@tagged("post_install", "-at_install")
class TestSendingRefused(WezerCommon):
    def test_a_letter_is_tried_again_until_the_server_refuses_it_for_good(self):
        box = LetterBox(self.env)
        self.addCleanup(box.close)
        self.env["wezer.notice"].search([]).unlink()
        partner = self.luc.partner_id
        partner.email = "luc@refused.example"
        box.refused.add(partner.email)
        box.refusal = "451 4.7.1 Greylisted, try again later"
        start = fields.Datetime.now()
        partner._wezer_notify("mandate", "Look.", "/my", self.luc_profile)
        letters = self.env["wezer.notice.letter"]

        def run(minutes):
            with (
                freeze_time(start + timedelta(minutes=minutes)),
                box.sending(),
                mute_logger(QUIET),
            ):
                letters._cron_send()
                self.env["mail.mail"].process_email_queue()
                letters._cron_send()
                self.env.invalidate_all()

        run(6)
        mail = self.env["mail.mail"].search([("wezer_notice_ids", "!=", False)])
        self.assertEqual((mail.state, mail.wezer_failure), ("exception", "address"))
        self.assertEqual(mail.wezer_next_try, start + timedelta(minutes=6) + PAUSES[0])
        run(12)
        self.assertEqual((mail.state, mail.wezer_tries), ("exception", 1))
        self.assertEqual(mail.wezer_next_try, start + timedelta(minutes=12) + PAUSES[1])
        box.refusal = "550 5.1.1 No such mailbox"
        run(30)
        self.assertEqual((mail.state, mail.wezer_tries), ("exception", 2))
        self.assertFalse(mail.wezer_next_try)
        self.assertEqual(mail.wezer_notice_ids.mapped("date_mailed"), [False])
        run(10000)
        self.assertEqual(mail.wezer_tries, 2)
        self.assertFalse(box.letters)

    def test_an_address_that_is_refused_gets_one_email_in_days_that_become_more(self):
        box = LetterBox(self.env)
        self.addCleanup(box.close)
        self.env["wezer.notice"].search([]).unlink()
        mails, digests = self.env["mail.mail"], self.env["wezer.digest"]
        partner = self.luc.partner_id
        partner.email = "Luc@Refused.example"
        address = partner.email_normalized
        box.refused.update((address, partner.email))
        digests.with_user(self.luc).choose({"people": "at_once"})
        letters, start = self.env["wezer.notice.letter"], fields.Datetime.now()
        before = mails.search([]).ids

        def run(days):
            """Let something happen, send what is due; return how many were tried."""
            with freeze_time(start + timedelta(days=days)) as clock:
                tried = mails.search_count([("id", "not in", before)])
                partner._wezer_notify(
                    "mandate", f"Of day {days}.", "/my", self.luc_profile
                )
                clock.tick(timedelta(hours=2))
                with box.sending(), mute_logger(QUIET):
                    letters._cron_send()
                    digests._send_to(partner)
                    mails.process_email_queue()
                    letters._cron_send()
                self.env.invalidate_all()
                return mails.search_count([("id", "not in", before)]) - tried

        def todo():
            rows = self.luc.with_user(self.luc)._wezer_todo()
            return [row for row in rows if row["url"] == "/my/profile#email"]

        self.assertFalse(todo())
        sent = {day: run(day) for day in (0, 0.2, 0.5, 2, 3, 4, 6, 7, 12)}
        # A day, then three, then seven.
        wanted = {0: 1, 0.2: 0, 0.5: 0, 2: 1, 3: 0, 4: 0, 6: 1, 7: 0, 12: 0}
        self.assertEqual({day: bool(number) for day, number in sent.items()}, wanted)
        self.assertLessEqual(max(sent.values()), 2, "a letter and a digest")
        self.assertFalse(mails._wezer_trouble(), "others get their e-mails")
        with freeze_time(start + timedelta(days=12, hours=3)):
            self.assertIn(address, todo()[0]["text"])
            self.assertFalse(
                self.anna.with_user(self.anna).env["wezer.digest"]._refused()
            )
            digests.with_user(self.luc).action_write_again()
        box.refused.clear()
        run(12.5)
        told = "".join(
            letter.get_body(("plain",)).get_content() for letter in box.letters
        )
        for day in (7, 12, 12.5):
            self.assertIn(f"Of day {day}.", told)
        self.assertFalse(todo(), "an e-mail was taken")
        self.assertFalse(digests._for_partner(partner).refused_times)
        digests._note_refused({address})
        self.assertTrue(todo())
        partner.email = "luc@another.example"
        self.assertFalse(todo(), "another address")
