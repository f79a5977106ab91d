import json
import os
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from freezegun import freeze_time

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import mute_logger, tagged

from ..models import wezer_conversation
from ..tools.message_text import has_link, text_key
from .committed import CommittedCase
from .common import WezerCommon
from .forms import FormCase
from .rpc_surfaces import LOUD, Refused, RpcSurfaces

MODELS = ("wezer.conversation", "wezer.conversation.message")
SECRET = "The key lies below the mat"
# With the small counts, each person tries one way in, and three open the pages.
ALL = os.environ.get("WEZER_COUNTS") == "all"


@tagged("post_install", "-at_install")
class TestConversation(RpcSurfaces, FormCase, WezerCommon):
    """Members write to each other; nobody else reads it, and no address is shown."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hana = cls._user("Hana", "base.group_portal")
        cls.gus = cls._user("Gus", "base.group_portal")
        cls.env.company.wezer_market_user_ids = [Command.set(cls.gus.ids)]
        cls.community = cls.env.company.partner_id
        hana = cls.hana.partner_id._wezer_profile()
        # People who may publish for a member do not read their messages.
        cls.env["wezer.mandate"].with_user(cls.anna).action_give(hana.id, ["market"])
        cls.conversations = cls.env["wezer.conversation"]
        cls.messages = cls.env["wezer.conversation.message"]

    # === HELPERS === #

    def _profile(self, user):
        return user.partner_id._wezer_profile()

    def _start(self, user, other, text="Hello", **more):
        """Write from ``user`` to the partner or user ``other``."""
        partner = other.partner_id if other._name == "res.users" else other
        profile = partner._wezer_profile()
        number = self.conversations.with_user(user).action_start(
            profile.id, text, **more
        )
        return self.conversations.browse(number)

    def _open(self):
        """Return a conversation in which both have written."""
        conversation = self._start(self.anna, self.luc, SECRET)
        conversation.with_user(self.luc).action_write("Thank you")
        return conversation

    def _texts(self, user, conversation):
        self.env.invalidate_all()
        found = self.messages.with_user(user).search(
            [("conversation_id", "=", conversation.id)]
        )
        return found.mapped("text")

    def _notices(self, user, kind="conversation"):
        return self.env["wezer.notice"].search(
            [
                ("partner_id", "=", user.partner_id.id),
                ("kind", "=", kind),
                ("settled", "=", False),
            ]
        )

    def assertRule(self, rule, function, *args, **kwargs):
        with self.assertRaises(UserError) as refused:
            function(*args, **kwargs)
        self.assertEqual(refused.exception.rule, rule)
        return refused.exception

    def _old_member(self, user):
        """Let ``user`` be no newcomer, whatever other addons ask of that."""
        old = user.partner_id
        people = self.env.registry["res.partner"]
        self.patch(people, "_wezer_is_newcomer", lambda partner: partner != old)

    # === TEXTS === #

    def test_links_are_recognised_and_sentences_are_not(self):
        for text in (
            "https://x.test",
            "WWW.x.test",
            "see example.org",
            "ab.cd/e",
            "luc@mail.example.com",
            "ｗｗｗ.example.test",
        ):
            self.assertTrue(has_link(text), text)
        for text in (
            "Hello. I can come.",
            "On 3.12. at 10.30",
            "e.g. bread",
            "and/or.It",
        ):
            self.assertFalse(has_link(text), text)
        self.assertEqual(text_key("Bonjour  À tous"), text_key("bonjour a tous"))

    # === WRITING AND READING === #

    def test_two_members_write_and_each_is_told_once_until_they_read(self):
        conversation = self._start(self.anna, self.luc, SECRET)
        self.assertEqual(conversation.state, "asked")
        conversation.with_user(self.anna).action_write("And the door is blue")
        notice = self._notices(self.luc)
        self.assertEqual(len(notice), 1)
        self.assertEqual(notice.url, f"/my/messages/{conversation.id}")
        self.assertNotIn(SECRET, notice.message)
        self.assertFalse(self._notices(self.anna))
        counts = self.luc.with_user(self.luc)._wezer_notice_counts()
        self.assertEqual(counts["messages"], 1)

        conversation.with_user(self.luc).action_write("Thank you")
        self.assertEqual(conversation.state, "open")
        # Who answered has read it; the other is told.
        self.assertFalse(self._notices(self.luc))
        self.assertEqual(len(self._notices(self.anna)), 1)
        self.assertEqual(len(self._texts(self.anna, conversation)), 3)
        self.assertEqual(len(self._texts(self.luc, conversation)), 3)

    def test_the_same_two_have_one_conversation_for_each_matter(self):
        first = self._start(self.anna, self.luc)
        self.assertEqual(self._start(self.luc, self.anna), first)
        self.assertEqual(first.state, "open")
        parties = self.luc.partner_id | self.anna.partner_id
        category = self.env["wezer.category"].create({"name": "Zz matter"})
        about = self.conversations._with(parties, about=category)
        self.assertNotEqual(about, first)
        self.assertEqual(about.subject, "Zz matter")
        self.assertEqual(self.conversations._with(parties, about=category), about)

    def test_a_text_is_needed_and_has_a_length(self):
        self.assertRule("empty", self._start, self.anna, self.luc, "  \n ")
        self.assertRule("text", self._start, self.anna, self.luc, {"a": 1})
        conversation = self._start(self.anna, self.luc, "x" * 5000)
        text = conversation.message_ids.text
        self.assertEqual(len(text), wezer_conversation.TEXT_MAX)

    def test_nobody_writes_to_themselves_or_to_nobody(self):
        self.assertRule("self", self._start, self.anna, self.anna)
        start = self.conversations.with_user(self.anna).action_start
        for number in (0, -1, 10**12, "x", None, [1]):
            self.assertRule("profile", start, number, "Hello")
        left = self._user("Lea", "base.group_portal")
        self._profile(left).state = "left"
        self.assertRule("profile", start, self._profile(left).id, "Hello")

    def test_people_without_standing_write_nothing(self):
        start = self.conversations.with_user(self.public).action_start
        with self.assertRaises(AccessError):
            start(self.luc_profile.id, "Hello")
        # Who is not a member yet sees members where visitors do.
        self.env.company.wezer_visitors_see_members = True
        for state in ("pending", "suspended", "declined"):
            self._profile(self.anna).state = state
            self.assertRule("standing", self._start, self.anna, self.luc)
        self._profile(self.anna).state = "pending"
        self.luc_profile.messages_from = "everyone"
        self.assertTrue(self._start(self.anna, self.luc))

    # === GROUPS === #

    def test_those_who_act_for_a_group_read_and_write_for_it(self):
        conversation = self.conversations.with_user(self.anna)._begin(
            self.community.sudo(), "Is the hall free?"
        )
        self.assertEqual(len(self._notices(self.gus)), 1)
        self.assertEqual(self._texts(self.gus, conversation), ["Is the hall free?"])
        conversation.with_user(self.gus).action_write("It is")
        answer = conversation.message_ids[-1].sudo()
        self.assertEqual(answer.author_id, self.community)
        self.assertEqual(answer.person_id, self.gus.partner_id)
        entry = conversation.with_user(self.anna)._entries()["messages"][-1]
        self.assertEqual(entry["name"], self.gus.name)
        self.assertEqual(entry["party"], self.community.display_name)
        # A role that ended reads nothing any more.
        self.env.company.wezer_market_user_ids = [Command.clear()]
        self.assertFalse(self._texts(self.gus, conversation))
        self.assertRule(
            "acts_for",
            self._start,
            self.gus,
            self.luc,
            acting_partner_id=self.community.id,
        )

    def test_those_who_act_for_a_member_without_a_login_read_for_them(self):
        paper = self.env["res.partner"].create({"name": "Paula"})
        self.env["wezer.profile"].sudo()._make_for(paper)
        profile = paper._wezer_profile()
        profile.state = "active"
        self.assertTrue(profile.on_paper)
        self.assertRule("unreachable", self._start, self.anna, paper)
        mandates = self.env["wezer.mandate"].with_user(self.ada)
        luc = self.luc_profile.id
        mandates.action_give(luc, ["market"], giver_profile_id=profile.id)
        conversation = self._start(self.anna, paper, SECRET)
        self.assertEqual(self._texts(self.luc, conversation), [SECRET])
        self.assertEqual(len(self._notices(self.luc)), 1)
        self.assertFalse(self._texts(self.ada, conversation))

    # === LIMITS === #

    def test_the_recipient_says_who_may_write(self):
        for level, rule in (("nobody", "recipient"), ("dealt", "recipient")):
            profiles = self.env["wezer.profile"].with_user(self.luc)
            profiles.update_own({"messages_from": level})
            error = self.assertRule(rule, self._start, self.anna, self.luc)
            self.assertEqual(error.value, level)
        self.assertRule(
            "choice",
            self.env["wezer.profile"].with_user(self.luc).update_own,
            {"messages_from": "friends"},
        )
        # Who was answered goes on; who asked goes on being answered.
        self.luc_profile.messages_from = "members"
        conversation = self._open()
        self.luc_profile.messages_from = "nobody"
        self.assertTrue(conversation.with_user(self.anna).action_write("Still here"))

    def test_newcomers_write_to_few_strangers_a_day(self):
        people = [self._user(f"P{one}", "base.group_portal") for one in range(6)]
        for place, person in enumerate(people[:5]):
            self._start(self.anna, person, f"Hello {place}")
        error = self.assertRule("daily", self._start, self.anna, people[5])
        self.assertEqual((error.value, error.limit), ("5", "5"))
        # More messages in one conversation are not first ones.
        again = self._start(self.anna, people[0], "One more")
        self.assertEqual(len(again.message_ids), 2)
        # Those who have been here for long have more.
        self._old_member(self.anna)
        self.assertTrue(self._start(self.anna, people[5]))

    def test_messages_before_an_answer_are_few(self):
        conversation = self._start(self.anna, self.luc, "One")
        write = conversation.with_user(self.anna).action_write
        write("Two")
        write("Three")
        self.assertRule("waiting", write, "Four")
        conversation.with_user(self.luc).action_write("Yes?")
        self.assertTrue(write("Four"))

    def test_messages_in_an_hour_are_limited(self):
        self.patch(wezer_conversation, "HOURLY", 3)
        conversation = self._open()
        write = conversation.with_user(self.anna).action_write
        write("Two")
        write("Three")
        error = self.assertRule("hourly", write, "Four")
        self.assertEqual((error.value, error.limit), ("3", "3"))
        # Each for themselves, and no longer than an hour.
        self.assertTrue(conversation.with_user(self.luc).action_write("Slowly"))
        hour = timedelta(hours=1, minutes=1)
        conversation.message_ids.date = fields.Datetime.now() - hour
        self.assertTrue(write("Four"))

    def test_leaving_and_beginning_again_is_no_way_around_the_limits(self):
        self.patch(wezer_conversation, "HOURLY", 3)
        people = self.env.registry["res.partner"]
        self.patch(people, "_wezer_dealt_with", lambda _one, _others: True)
        conversation = self._start(self.anna, self.luc).with_user(self.anna)
        for _again in range(2):
            conversation.action_leave()
            conversation.action_write("Again")
        conversation.action_leave()
        self.assertRule("hourly", conversation.action_write, "Once more")

    def test_a_first_message_of_a_newcomer_has_no_link(self):
        error = self.assertRule(
            "link", self._start, self.anna, self.luc, "Look: shop.example.com"
        )
        self.assertEqual(error.field, "text")
        conversation = self._open()
        conversation.with_user(self.anna).action_write("https://example.org")
        self._old_member(self.hana)
        self.assertTrue(self._start(self.hana, self.luc, "https://example.org"))

    @mute_logger(*LOUD)
    def test_the_same_text_to_many_waits_for_a_moderator(self):
        people = [self._user(f"Q{one}", "base.group_portal") for one in range(4)]
        started = [
            self._start(self.anna, one, f"Buy  THIS{' ' * place}")
            for place, one in enumerate(people)
        ]
        held = started[-1]
        self.assertEqual(self._texts(people[2], started[2]), ["Buy  THIS"])
        self.assertFalse(self._texts(people[3], held))
        self.assertFalse(self._notices(people[3]))
        self.assertTrue(held.message_ids.with_user(self.anna).is_held)
        report = held.report_ids
        self.assertEqual(report.kind, "alike")
        self.assertEqual(len(self._notices(self.mo, "reported")), 1)
        report.with_user(self.mo).action_dismiss()
        self.assertEqual(self._texts(people[3], held), ["Buy  THIS"])
        self.assertEqual(len(self._notices(people[3])), 1)
        self.assertFalse(self._notices(self.mo, "reported"))
        # A person who blocked the writer meanwhile does not get it even then.
        late = self._start(self.anna, self.hana, "Buy this")
        self.assertTrue(late.message_ids.with_user(self.anna).is_held)
        late._set_blocked(self.hana.partner_id, self.anna.partner_id, True)
        late.report_ids.with_user(self.mo).action_dismiss()
        self.assertFalse(self._texts(self.hana, late))
        self.assertFalse(self._notices(self.hana))

    # === BLOCKING, LEAVING === #

    def test_a_blocked_person_notices_nothing(self):
        conversation = self._open()
        seen = self._seen_by(self.anna, conversation)
        conversation.with_user(self.luc).action_block()
        self.assertEqual(self._seen_by(self.anna, conversation), seen)
        number = conversation.with_user(self.anna).action_write("Are you there?")
        self.assertIn("Are you there?", self._texts(self.anna, conversation))
        self.assertNotIn("Are you there?", self._texts(self.luc, conversation))
        self.assertFalse(self._notices(self.luc))
        message = self.messages.browse(number)
        self.assertFalse(message.with_user(self.anna).is_held)
        with self.assertRaises(AccessError):
            message.with_user(self.anna).read(["withheld"])
        self.assertFalse(
            self.env["wezer.conversation.party"]
            .with_user(self.anna)
            .search([("partner_id", "=", self.luc.partner_id.id)])
        )
        # Nor about another matter, or for a group.
        category = self.env["wezer.category"].create({"name": "Zz matter"})
        about = self.conversations.with_user(self.anna)._begin(
            self.luc.partner_id.sudo(), "And this?", about=category
        )
        self.assertFalse(self._texts(self.luc, about))
        self.env.company.wezer_market_user_ids = [Command.set(self.anna.ids)]
        group = self._start(
            self.anna, self.luc, "For us", acting_partner_id=self.community.id
        )
        self.assertFalse(self._texts(self.luc, group))
        # Who blocks writes nothing, until they end it.
        write = conversation.with_user(self.luc).action_write
        self.assertRule("blocked", write, "Hm")
        conversation.with_user(self.luc).action_block(False)
        self.assertTrue(write("Here I am"))
        self.assertNotIn("Are you there?", self._texts(self.luc, conversation))

    def test_those_who_are_blocked_stand_in_a_list_to_unblock_them(self):
        conversation = self._open()
        conversation.with_user(self.luc).action_block()
        conversation.with_user(self.luc).action_leave()
        for user in (self.anna, self.ada):
            self.assertFalse(self.conversations.with_user(user)._blocked_rows())
        self._enter(self.luc)
        unblock = f"{conversation._url()}/unblock"
        self.send(self.form(self.page("/my/messages"), unblock))
        self.env.invalidate_all()
        self.assertFalse(self.conversations.with_user(self.luc)._blocked_rows())
        # Blocked before anything was written: known to the one who blocks, only.
        parties = (self.hana.partner_id, self.gus.partner_id)
        self.conversations._set_blocked(*parties, True)
        unwritten = self.conversations._with(parties[0] | parties[1])
        for user, found in ((self.hana, 1), (self.gus, 0), (self.ada, 0)):
            for model in ("wezer.conversation", "wezer.conversation.party"):
                count = self.env[model].with_user(user).search_count([])
                self.assertEqual(count, found, (user.login, model))
        self._enter(self.hana)
        self.send(self.form(self.page("/my/messages"), "/unblock"))
        self.env.invalidate_all()
        self.assertFalse(unwritten.with_user(self.hana).search([]))
        self.assertEqual(self._start(self.gus, self.hana), unwritten)
        self.assertEqual(self._texts(self.hana, unwritten), ["Hello"])

    def _seen_by(self, user, conversation):
        """Return all that ``user`` can read of a conversation."""
        self.env.flush_all()
        self.env.invalidate_all()
        own = conversation.with_user(user)
        parties = self.env["wezer.conversation.party"].with_user(user)
        rows = parties.search_read([("conversation_id", "=", conversation.id)])
        return own.read(), own.message_ids.read(), rows

    def test_a_conversation_that_was_left_ends_and_can_begin_again(self):
        conversation = self._open()
        conversation.with_user(self.luc).action_leave()
        self.assertEqual(conversation.state, "ended")
        rows, _more = self.conversations.with_user(self.luc)._inbox()
        self.assertFalse(rows)
        rows, _more = self.conversations.with_user(self.anna)._inbox()
        self.assertEqual([row["url"] for row in rows], [conversation._url()])
        # Luc wrote last.
        self.assertEqual([row["own"] for row in rows], [False])
        self.assertRule("state", conversation.with_user(self.anna).action_leave)
        conversation.with_user(self.anna).action_write("One more thing")
        self.assertEqual(conversation.state, "asked")
        rows, _more = self.conversations.with_user(self.luc)._inbox()
        self.assertTrue(rows[0]["unread"])
        rows, _more = self.conversations.with_user(self.anna)._inbox()
        self.assertTrue(rows[0]["own"])

    def test_time_ends_what_nobody_answers_and_deletes_what_both_left(self):
        now = fields.Datetime.now()
        waiting, open_one = self._start(self.anna, self.hana), self._open()
        waiting.date_asked = open_one.date_asked = now - timedelta(days=31)
        self.conversations._cron_end()
        self.assertEqual((waiting.state, open_one.state), ("ended", "open"))
        waiting.party_ids.left_date = now - timedelta(days=91)
        open_one.state = "ended"
        open_one.party_ids[0].left_date = now - timedelta(days=91)
        self.conversations._cron_end()
        self.assertFalse(waiting.exists())
        self.assertTrue(open_one.exists())

    # === REPORTS === #

    def test_moderators_read_the_reported_message_and_little_around_it(self):
        conversation = self._open()
        for text in ("Two", "Three"):
            conversation.with_user(self.luc).action_write(text)
        wrong = self.messages.browse(
            conversation.with_user(self.luc).action_write("You fool")
        )
        conversation.with_user(self.luc).action_write("After it")
        own = conversation.message_ids[0]
        self.assertRule("own", own.with_user(self.anna).action_report)
        number = wrong.with_user(self.anna).action_report("Rude")
        self.assertEqual(wrong.with_user(self.anna).action_report("Again"), number)
        report = self.env["wezer.conversation.report"].browse(number)
        self.assertEqual(len(self._notices(self.mo, "reported")), 1)
        todo = [row["url"] for row in self.mo.with_user(self.mo)._wezer_todo()]
        self.assertIn(report._url(), todo)

        shown = report.with_user(self.mo).action_open()
        texts = [one["text"] for one in shown]
        self.assertEqual(texts, ["Two", "Three", "You fool"])
        self.assertEqual([one["reported"] for one in shown], [False, False, True])
        self.assertEqual(report.reader_ids, self.mo.partner_id)
        self.assertFalse(self._texts(self.mo, conversation))

        report.with_user(self.mo).action_remove()
        self.assertEqual(wrong.text, "…")
        self.assertEqual(len(self._notices(self.luc, "report_decided")), 1)
        self.assertEqual(len(self._notices(self.anna, "report_decided")), 1)
        self.assertRule("state", report.with_user(self.mo).action_open)
        self.assertFalse(self._notices(self.mo, "reported"))

    def test_two_who_report_each_other_fill_neither_mailbox_nor_list(self):
        conversation = self._open()
        reports = self.env["wezer.conversation.report"]

        def report(writer, reader):
            message = conversation.with_user(writer).action_write("You fool")
            number = self.messages.browse(message).with_user(reader).action_report()
            return reports.browse(number)

        made = [report(self.luc, self.anna) for _again in range(5)]
        self.assertEqual(len(self._notices(self.mo, "reported")), 3)
        report(self.anna, self.luc)
        self.assertEqual(len(self._notices(self.mo, "reported")), 4)

        def rows():
            rows = self.mo.with_user(self.mo)._wezer_todo()
            return {row["url"]: row["text"] for row in rows if "reports/" in row["url"]}

        self.assertEqual(len(rows()), 2)
        self.assertEqual(rows()[made[0]._url()], "5 messages were reported.")
        for one in made[:4]:
            one.with_user(self.mo).action_dismiss()
        self.assertEqual(rows()[made[4]._url()], "A message was reported.")
        self.assertEqual(len(self._notices(self.mo, "reported")), 1)
        report(self.luc, self.anna)
        self.assertEqual(len(self._notices(self.mo, "reported")), 1, "the same day")
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)):
            report(self.luc, self.anna)
        self.assertEqual(len(self._notices(self.mo, "reported")), 2)

    def test_a_moderator_who_takes_part_does_not_decide(self):
        conversation = self._start(self.mo, self.anna, "I am a moderator")
        number = conversation.message_ids.with_user(self.anna).action_report()
        report = self.env["wezer.conversation.report"].browse(number)
        self.assertFalse(self._notices(self.mo, "reported"))
        self.assertFalse(report.with_user(self.mo).search([("id", "=", number)]))
        with self.assertRaises(AccessError):
            report.with_user(self.mo).action_open()
        self.assertTrue(report.with_user(self.ada).action_open())

    # === PERSONAL DATA === #

    def test_the_download_has_own_messages_and_forgetting_removes_them(self):
        conversation = self._open()
        data = self.env["wezer.personal.data"].with_user(self.anna).own()
        self.assertEqual([row["text"] for row in data["conversations"]], [SECRET])
        self.assertEqual(data["conversations"][0]["to"], self.luc.name)
        self._profile(self.anna).with_user(self.ada).action_forget()
        self.env.invalidate_all()
        self.assertEqual(self._texts(self.luc, conversation), ["…", "Thank you"])
        self.assertEqual(conversation.state, "ended")
        self.assertRule(
            "unreachable", conversation.with_user(self.luc).action_write, "Anna?"
        )

    def test_two_accounts_of_one_person_have_their_conversations_together(self):
        first, second = self._open(), self._start(self.hana, self.luc, "Me again")
        between = self._start(self.hana, self.anna, "A note to myself")
        self.hana.partner_id._wezer_merge_into(self.anna.partner_id)
        self.env.invalidate_all()
        self.assertFalse((second | between).exists())
        texts = self._texts(self.luc, first)
        self.assertEqual(texts, [SECRET, "Thank you", "Me again"])
        self.assertEqual(self._texts(self.anna, first), texts)

    # === WHO READS === #

    @mute_logger(*LOUD)
    def test_every_surface_is_closed_to_all_but_the_two(self):
        conversation = self._open()
        conversation.with_user(self.luc).action_block()
        blocked = conversation.with_user(self.anna).action_write("Unseen")
        wrong = conversation.message_ids[1]
        wrong.with_user(self.anna).action_report("Rude")
        self.env.flush_all()
        strangers = (self.hana, self.gus, self.cora, self.mo, self.ada)
        self._prepare_surfaces(*strangers, self.luc)
        before = conversation.message_ids.read()
        for place, user in enumerate(strangers):
            for surface in self._tried(user, place):
                with self.subTest(who=user.login, by=surface.__name__):
                    self._assert_closed(user, surface, conversation)
        for surface in self._surfaces(self.luc):
            found = surface(
                self.luc,
                "wezer.conversation.message",
                "search_read",
                None,
                domain=[("conversation_id", "=", conversation.id)],
                fields=["text"],
            )
            self.assertEqual([row["text"] for row in found], [SECRET, "Thank you"])
            with self.assertRaises(Refused):
                surface(
                    self.luc,
                    "wezer.conversation.message",
                    "read",
                    [blocked],
                    fields=["text"],
                )
        self.env.invalidate_all()
        self.assertEqual(conversation.message_ids.read(), before)

    @mute_logger(*LOUD)
    def test_no_way_in_takes_the_state_of_a_conversation_from_a_context(self):
        self.luc_profile.messages_from = "nobody"
        self._prepare_surfaces(self.anna)
        for surface in list(self._surfaces(self.anna))[1:]:
            with self.subTest(surface.__name__), self.assertRaises(Refused) as refused:
                surface(
                    self.anna,
                    "wezer.conversation",
                    "action_start",
                    None,
                    profile_id=self.luc_profile.id,
                    text="Hello",
                    context={"default_state": "open"},
                )
            self.assertIn("does not take messages", str(refused.exception))

    def _tried(self, user, place):
        """Return the ways in for ``user``; without ``--all`` one, in turn.

        All lead to the ORM, which the test of detours tries as each person.
        """
        orm, *others = self._surfaces(user)
        return [orm, *others] if ALL else [others[place % len(others)]]

    def _assert_closed(self, user, surface, conversation):
        ids = {
            "wezer.conversation": conversation.ids,
            "wezer.conversation.message": conversation.message_ids.ids,
        }
        for model in MODELS:
            found = surface(user, model, "search_count", None, domain=[])
            self.assertEqual(int(found), 0)
            with self.assertRaises(Refused):
                surface(user, model, "read", ids[model], fields=["id"])
        found = surface(
            user,
            "wezer.conversation.message",
            "search_count",
            None,
            domain=[("text", "ilike", "key lies")],
        )
        self.assertEqual(int(found), 0)
        groups = surface(
            user,
            "wezer.conversation.message",
            "formatted_read_group",
            None,
            domain=[],
            groupby=["person_id"],
            aggregates=["__count"],
        )
        self.assertFalse(groups)
        for method, kwargs in (
            ("action_write", {"text": "Me too"}),
            ("action_block", {}),
            ("action_leave", {}),
        ):
            with self.assertRaises(Refused):
                surface(user, "wezer.conversation", method, conversation.ids, **kwargs)
        with self.assertRaises(Refused):
            surface(
                user,
                "wezer.conversation.message",
                "action_report",
                conversation.message_ids[:1].ids,
            )

    @mute_logger(*LOUD)
    def test_no_detour_leads_to_the_messages_of_others(self):
        conversation = self._open()
        conversation.message_ids[1].with_user(self.anna).action_report("Rude")
        conversation.with_user(self.luc).action_block()
        unseen = self.messages.browse(
            conversation.with_user(self.anna).action_write("Unseen")
        )
        admin = self.env.ref("base.user_admin")
        for user in (self.hana, self.gus, self.cora, self.mo, self.ada, admin):
            with self.subTest(who=user.login):
                self._assert_no_detour(user, conversation, conversation.message_ids)
        with self.subTest(who="blocking"):
            self._assert_no_detour(self.luc, conversation.browse(), unseen)

    def _assert_no_detour(self, user, conversation, messages):
        """Try what Odoo offers to everybody on records that ``user`` does not read."""
        self.env.flush_all()
        self.env.invalidate_all()
        hidden = [one.with_user(user) for one in (conversation, messages) if one]
        for records in hidden:
            found = [("id", "in", records.ids)]
            self.assertFalse(records.search(found))
            self.assertFalse(records.name_search("", domain=found))
            self.assertFalse(records.formatted_read_group(found, ["company_id"]))
            self.assertFalse(records.search_read(found, ["id"]))
            with self.assertRaises(AccessError):
                records.onchange({}, [], {"company_id": {}})
            with self.assertRaises(UserError):
                records.export_data(["company_id"])
            for method, args in (("create", [{}]), ("copy", []), ("unlink", [])):
                with self.assertRaises(AccessError):
                    getattr(records[0], method)(*args)
            with self.assertRaises(AccessError):
                self.env["ir.attachment"].with_user(user).create(
                    {"name": "x", "res_model": records._name, "res_id": records[0].id}
                )
        env = self.env(user=user)
        # By what points at them, and in the order of what is closed.
        for model, domain in (
            ("wezer.conversation.report", [("message_id.text", "ilike", "key")]),
            (
                "wezer.conversation.report",
                [("conversation_id.message_ids.text", "ilike", "key")],
            ),
            ("wezer.conversation.message", [("withheld", "=", "blocked")]),
            ("wezer.conversation.message", [("text_key", "!=", False)]),
            ("wezer.conversation", [("report_ids", "!=", False)]),
        ):
            with self.assertRaises(AccessError, msg=str(domain)):
                env[model].search(domain)
        for order in ("withheld", "text_key", "to_stranger"):
            with self.assertRaises(AccessError, msg=order):
                env["wezer.conversation.message"].search([], order=order)
        texts = env["wezer.conversation"].search([("message_ids.text", "ilike", "uns")])
        self.assertFalse(texts)
        for model, name in (("mail.message", "model"), ("ir.attachment", "res_model")):
            self.assertFalse(
                env[model].search([(name, "=like", "wezer.conversation%")])
            )
        # The channel of another person cannot be asked for.
        partner = self.anna.partner_id.id
        names = [f"res.partner_{partner}", f"['{self.env.cr.dbname}', 'res.partner']"]
        asking = SimpleNamespace(session=SimpleNamespace(uid=user.id))
        with patch("odoo.addons.bus.models.ir_websocket.request", asking):
            channels = env["ir.websocket"]._build_bus_channel_list(names)
        people = [one for one in channels if getattr(one, "_name", "") == "res.partner"]
        self.assertLessEqual({one.id for one in people}, {user.partner_id.id})

    def test_open_pages_of_the_two_are_told_and_learn_no_text(self):
        bus = self.env["bus.bus"].sudo()
        self.env.cr.precommit.run()
        before = bus.search([], order="id desc", limit=1).id
        conversation = self._open()
        self.env.cr.precommit.run()
        sent = bus.search([("id", ">", before)])
        payloads = " ".join(sent.mapped("message"))
        self.assertIn("wezer.live", payloads)
        self.assertNotIn(SECRET, payloads)
        told = {
            tuple(json.loads(row.channel)[1:])
            for row in sent
            if "wezer.live" in row.message
        }
        people = {("res.partner", user.partner_id.id) for user in (self.anna, self.luc)}
        self.assertEqual(told, people)
        self.assertFalse(
            self.env["mail.message"].search(
                [("model", "=", conversation._name)], limit=1
            )
        )

    # === PAGES === #

    def _enter(self, user):
        self.authenticate(user.login, f"{user.login}-secret")

    def test_members_write_by_the_pages_without_a_script(self):
        self._enter(self.anna)
        page = self.page(f"/members/{self.luc_profile.slug}")
        address = f"/my/messages/new/{self.luc_profile.slug}"
        self.assertTrue(page.xpath(f"//a[@href='{address}']"))
        form = self.form(self.page(address), address)
        given_back = self.send(form, text="Buy at shop.example.com")
        self.assert_given_back(
            given_back, address, {"text": "Buy at shop.example.com"}, wrong="text"
        )
        answer = self.send(self.form(self.page(address), address), text=SECRET)
        conversation = self.conversations.search(
            [("starter_id", "=", self.anna.partner_id.id)]
        )
        self.assertTrue(answer.url.endswith(conversation._url()))
        self.assertIn(SECRET, answer.text)

        self._enter(self.luc)
        listed = self.page("/my/messages")
        (row,) = listed.xpath("//li[contains(@class, 'o_wezer_is_unread')]")
        self.assertIn(self.anna.name, row.text_content())
        page = self.page(conversation._url())
        self.assertFalse(self._notices(self.luc).filtered(lambda one: not one.is_read))
        write = self.form(page, f"{conversation._url()}/write")
        self.assertIn("Fine", self.send(write, text="Fine").text)
        self.assertTrue(self.page("/my/messages?search=mat").find_class("o_wezer_row"))
        empty = self.page("/my/messages?search=nothing")
        self.assertFalse(empty.find_class("o_wezer_row"))
        report = self.form(self.page(conversation._url()), "/report")
        self.send(report, reason="Rude")
        self.send(self.form(self.page(conversation._url()), "/block"))
        self.send(self.form(self.page(conversation._url()), "/unblock"))
        self.send(self.form(self.page(conversation._url()), "/leave"))
        self.assertEqual(conversation.state, "ended")

        self._enter(self.mo)
        url = conversation.report_ids._url()
        self.assertIn(SECRET, self.page(url).text_content())
        self.send(self.form(self.page(url), "/remove"))
        self.assertEqual(conversation.report_ids.state, "removed")

    @mute_logger(*LOUD)
    def test_no_page_shows_an_address_or_the_messages_of_others(self):
        conversation = self._open()
        message = conversation.message_ids[1]
        report = self.env["wezer.conversation.report"].browse(
            message.with_user(self.anna).action_report("Rude")
        )
        urls = (
            "/my/messages",
            "/my/messages/live",
            conversation._url(),
            f"{conversation._url()}/live",
            f"/my/messages/new/{self.luc_profile.slug}",
            "/my/notices",
            "/my/todo",
            report._url(),
        )
        everybody = (self.anna, self.luc, self.hana, self.gus, self.mo, self.ada)
        people = {user: user.partner_id.email for user in everybody}
        self.authenticate(None, None)
        for url in urls:
            answer = self.url_open(url)
            self.assertIn("/web/login", answer.url)
            self.assertNotIn(SECRET, answer.text)
        # What the rules close is closed to others alike.
        for user in everybody if ALL else (self.anna, self.hana, self.mo):
            self._enter(user)
            for url in urls:
                answer = self.url_open(url)
                with self.subTest(who=user.login, url=url):
                    for other, address in people.items():
                        if other != user:
                            self.assertNotIn(address, answer.text)
                            self.assertNotIn(address, str(answer.headers))
                    if user not in (self.anna, self.luc):
                        reads = user in (self.mo, self.ada) and url == report._url()
                        self.assertEqual(SECRET in answer.text, reads)
                    if url.startswith(conversation._url()):
                        wanted = 200 if user in (self.anna, self.luc) else 404
                        self.assertEqual(answer.status_code, wanted)


@tagged("post_install", "-at_install")
class TestConversationsAtOnce(CommittedCase):
    """What two do at the same moment."""

    def _make(self, env):
        self.users = self._members(env, "Pen", 2).ids

    def _archive(self, env):
        people = env["res.users"].browse(self.users).partner_id
        conversations = env["wezer.conversation"].search(
            [("starter_id", "in", people.ids)]
        )
        self.assertTrue(conversations)
        conversations.unlink()
        env["res.users"].browse(self.users).active = False

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_first_messages_at_once_make_one_conversation(self):
        self._retry_at_once()
        first, second = self.users

        def start(other):
            def call(env):
                profile = env["res.users"].sudo().browse(other)
                profile = profile.partner_id._wezer_profile().id
                return env["wezer.conversation"].action_start(profile, "Hello")

            return call

        results = self._all_at_once([(first, start(second)), (second, start(first))])
        self.assertEqual(len(set(results)), 1, results)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            conversation = env["wezer.conversation"].browse(results[0])
            self.assertEqual(len(conversation.message_ids), 2)
            self.assertEqual(conversation.state, "open")
