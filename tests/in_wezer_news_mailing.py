"""News where Email Marketing is installed: what is translated, a sender that is killed.

Run by `tests/test_standalone_addons.py`, in the database of the addon.
"""

from collections import Counter
from unittest.mock import patch

import polib
import pytest

from odoo.tests import TransactionCase, tagged

from . import test_translations
from .fork_server import ForkedCase
from .letter_box import LetterBox
from .test_sending_crash import KILLED_AT, PORTIONS, RUN, SENDING, WRITING, Kills

MEMBERS = 6


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    def test_every_term_of_the_bridge_is_translated(self):
        tool, addon = test_translations.tool(), "wezer_news_mailing"
        terms = {entry.msgid for entry in tool.terms(self.env, addon)}
        folder = test_translations.ROOT / "addons" / addon / "i18n"
        kept = {entry.msgid for entry in polib.pofile(str(folder / f"{addon}.pot"))}
        self.assertEqual(kept ^ terms, set(), test_translations.REMEDY)
        for language in tool.LANGUAGES:
            entries = polib.pofile(str(folder / f"{language}.po"))
            known = {entry.msgid: entry.msgstr for entry in entries}
            missing = sorted(term for term in terms if not known.get(term))
            self.assertEqual(missing, [], f"{language}: {test_translations.REMEDY}")
            for entry in entries:
                with self.subTest(term=entry.msgid[:60]):
                    wanted = sorted(test_translations.PLACE.findall(entry.msgid))
                    found = sorted(test_translations.PLACE.findall(entry.msgstr))
                    self.assertEqual(wanted, found)
                    if language == "fr":
                        french = test_translations.PLAIN_SPACE
                        self.assertNotRegex(entry.msgstr, french)


@pytest.mark.slow
@tagged("post_install", "-at_install", "concurrency")
class TestNewsMailingCrash(Kills, ForkedCase):
    def _make(self, env):
        self.box = LetterBox(env)
        self.addCleanup(self.box.close)
        env["wezer.notice"].search([]).settled = True
        env["mail.mail"].search([]).unlink()
        users = self._members(env, "Reader", MEMBERS, tz="UTC")
        self.users = users.ids
        for user in users:
            user.email = f"{user.login}@crash.example"
        self.addresses = users[1:].mapped("email")
        circle = env["wezer.group"].create({"name": "Killed circle"})
        host = env["wezer.group"].create(
            {
                "name": "Host",
                "kind": "role",
                "parent_id": circle.id,
                "right_invite": True,
            }
        )
        places = [(host, users[0]), *((circle, user) for user in users[1:])]
        env["wezer.group.membership"].create(
            [
                {"group_id": group.id, "partner_id": user.partner_id.id}
                for group, user in places
            ]
        )
        self.circle = circle.id
        vals = {"title": "Market", "text": "Bring tables.", "send_letter": True}
        news = env["wezer.news"].with_user(users[0])
        news = news.browse(news.action_create_own(circle.id, vals))
        news.action_publish()
        with patch("odoo.addons.wezer_base.models.wezer_notice.WRITTEN_AT_ONCE", 0):
            env["wezer.news"]._cron_tell()
        self.mailing = env["mailing.mailing"].search([("wezer_news_id", "=", news.id)])
        self.mailing = self.mailing.id

    def _archive(self, env):
        env["wezer.group"].browse(self.circle).active = False
        env["res.users"].browse(self.users).active = False
        env["ir.mail_server"].browse(self.box.server.id).unlink()
        env["mail.mail"].search([]).unlink()

    def _look(self):
        """Return the state of the mailing, and how many e-mails are in which."""
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT state FROM mailing_mailing WHERE id = %s", [self.mailing]
            )
            (state,) = cr.fetchone()
            cr.execute(
                "SELECT trace_status, count(*) FROM mailing_trace"
                " WHERE mass_mailing_id = %s GROUP BY 1",
                [self.mailing],
            )
            return state, dict(cr.fetchall())

    def test_a_kill_repeats_at_most_the_email_under_way_and_counts_each_once(self):
        count = MEMBERS - 1
        self._killed(PORTIONS)
        self.assertEqual(self.forks.run(RUN), 0)
        self._is_due()
        self._killed(WRITING)
        written = self._look()[1].get("outgoing", 0)
        self.assertLess(written, count, "what was not committed is not there")
        self._killed(SENDING)
        self.assertEqual(len(self.box.letters), KILLED_AT)
        state, traces = self._look()
        self.assertEqual(state, "sending")
        self.assertEqual(traces, {"outgoing": count - 2, "sent": KILLED_AT - 1})
        for _again in range(2):
            self.assertEqual(self.forks.run(RUN), 0)
        self.assertEqual(self._look(), ("done", {"sent": count}))
        letters = Counter(str(letter["To"]) for letter in self.box.letters)
        self.assertEqual(set(letters), set(self.addresses))
        self.assertEqual(sorted(letters.values()), [1] * (count - 1) + [2])
        same = Counter(str(letter["Message-Id"]) for letter in self.box.letters)
        self.assertEqual(len(same), count, "programs see that it is the same e-mail")
