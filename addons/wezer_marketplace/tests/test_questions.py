from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.wezer_announcement_question import DAILY_MAX, OPEN_MAX
from .common import MarketCommon
from .test_website_market import WebsiteCommon


class QuestionCommon(MarketCommon):
    def ask(self, user, announcement, text="Is there a ladder?"):
        questions = self.env["wezer.announcement.question"].with_user(user)
        return questions.browse(questions.action_ask(announcement.id, text))

    def seen(self, user, question):
        found = question.with_user(user).search([("id", "=", question.id)])
        return bool(found)


@tagged("post_install", "-at_install")
class TestQuestions(QuestionCommon):
    def notices(self, user, kind):
        return self.env["wezer.notice"].search(
            [("partner_id", "=", user.partner_id.id), ("kind", "=", kind)]
            + [("settled", "=", False)]
        )

    def test_a_question_reaches_the_author_and_the_answer_the_person_who_asked(self):
        want = self.announce(self.test1)
        question = self.ask(self.test2, want)
        notice = self.notices(self.test1, "question")
        self.assertIn(want.title, notice.text)
        # Notices become letters: a text is read on the page only.
        self.assertNotIn("ladder", notice.text)
        self.assertIn(f"#question-{question.id}", notice.url)
        question.with_user(self.test1).action_answer("Yes, in the shed.")
        self.assertFalse(self.notices(self.test1, "question"))
        notice = self.notices(self.test2, "question_answered")
        self.assertIn("was answered", notice.text)
        self.assertNotIn("in the shed", notice.text)

    def test_others_read_only_what_is_published_and_never_who_asked(self):
        want = self.announce(self.test1)
        question = self.ask(self.test2, want)
        public = self.env.ref("base.public_user")
        for user in (self.stranger, public, self.moderator):
            self.assertFalse(self.seen(user, question))
        question.with_user(self.test1).action_answer("Yes.", publish=True)
        for user in (self.stranger, public):
            self.assertTrue(self.seen(user, question))
            for name in ("asker_id", "answerer_id", "create_uid"):
                with self.assertRaises(AccessError):
                    question.with_user(user).read([name])
                with self.assertRaises(AccessError):
                    question.with_user(user).search([(name, "=", 1)])
        question.with_user(self.test1).action_publish(False)
        self.assertFalse(self.seen(self.stranger, question))
        self.assertTrue(self.seen(self.test2, question))

    def test_only_the_author_answers_and_only_the_person_who_asked_withdraws(
        self,
    ):
        want = self.announce(self.test1)
        question = self.ask(self.test2, want)
        with self.assertRefused():
            question.with_user(self.test2).action_answer("I answer myself.")
        with self.assertRefused():
            question.with_user(self.stranger).action_answer("I answer, too.")
        with self.assertRefused("unanswered"):
            question.with_user(self.test1).action_publish()
        with self.assertRefused("own"):
            question.with_user(self.test1).action_withdraw()
        question.action_withdraw()
        self.assertFalse(question.exists())
        self.assertFalse(self.notices(self.test1, "question"))

    def test_questions_are_capped(self):
        want = self.announce(self.test1)
        for number in range(OPEN_MAX):
            self.ask(self.test2, want, f"Question {number}?")
        with self.assertRefused("waiting"):
            self.ask(self.test2, want)
        self.ask(self.test3, want)
        for _number in range(DAILY_MAX - OPEN_MAX):
            self.ask(self.test2, self.announce(self.test1))
        with self.assertRefused("daily"):
            self.ask(self.test2, self.announce(self.test1))

    def test_what_is_no_question_is_refused(self):
        want = self.announce(self.test1)
        for text in ("", "  \n", None, False):
            with self.assertRefused("empty"):
                self.ask(self.test2, want, text)
        with self.assertRefused("text"):
            self.ask(self.test2, want, ["x"])
        with self.assertRefused("author"):
            self.ask(self.test1, want)
        with self.assertRefused():
            self.ask(self.test2, self.announce(self.test1, publish=False))
        want.action_close()
        with self.assertRefused("state"):
            self.ask(self.test2, want)
        with self.assertRefused():
            self.ask(self.env.ref("base.public_user"), self.announce(self.test1))
        long = self.ask(self.test2, self.announce(self.test1), "a" * 5000)
        self.assertEqual(len(long.body), 1000)

    def test_who_waits_to_be_accepted_cannot_ask(self):
        want = self.announce(self.test1)
        self.test2.partner_id._wezer_profile().state = "pending"
        with self.assertRefused("standing"):
            self.ask(self.test2, want)

    def test_questions_stand_in_the_inbox_of_both_sides_and_of_nobody_else(self):
        want = self.announce(self.test1, title="Mend the zebra fence")
        self.ask(self.test2, want)
        for user, name, unread in (
            (self.test1, self.test2.name, True),
            (self.test2, self.test1.name, False),
        ):
            (row,) = self.inbox(user)
            self.assertEqual((row["name"], row["unread"]), (name, unread))
            self.assertEqual(row["own"], user == self.test2)
            self.assertEqual(row["about"], "Mend the zebra fence")
            self.assertEqual(row["text"], "Is there a ladder?")
            self.assertEqual(len(self.inbox(user, "zebra ladder")), 1)
            self.assertFalse(self.inbox(user, "soup"))
        counts = self.test1.with_user(self.test1)._wezer_notice_counts()
        self.assertEqual(counts["messages"], 1)
        question = want.sudo().question_ids
        question.with_user(self.test1).action_answer("In the shed", publish=True)
        self.assertEqual(self.inbox(self.test2)[0]["text"], "In the shed")
        self.assertTrue(self.inbox(self.test2)[0]["unread"])
        self.assertFalse(self.inbox(self.test2)[0]["own"])
        # Published: everybody reads it at the announcement, not in their messages.
        for user in (self.stranger, self.moderator):
            self.assertFalse(self.inbox(user))

    def inbox(self, user, words=""):
        self.env.invalidate_all()
        rows, _more = self.env["wezer.conversation"].with_user(user)._inbox(words)
        return rows

    def test_members_after_a_deal_write_to_each_other_without_the_limits(self):
        test1, test2 = self.test1.partner_id, self.test2.partner_id
        test1._wezer_profile().messages_from = "dealt"
        conversations = self.env["wezer.conversation"].with_user(self.test2)
        profile = test1._wezer_profile().id
        with self.assertRefused("recipient"):
            conversations.action_start(profile, "Hello")
        deal = self.claim(self.test2, self.announce(self.test1))
        self.assertTrue(deal.date_accepted)
        self.assertTrue(test1._wezer_dealt_with(test2))
        self.assertFalse(test1._wezer_dealt_with(self.stranger.partner_id))
        number = conversations.action_start(profile, "Hello")
        message = conversations.browse(number).sudo().message_ids
        self.assertFalse(message.to_stranger)
        # Time alone is not enough.
        test2._wezer_profile().joined_date = "2020-01-01"
        self.assertTrue(test2._wezer_is_newcomer())

    def test_an_author_is_asked_only_by_people_whose_messages_they_take(self):
        want = self.announce(self.test1)
        profile = self.test1.partner_id._wezer_profile()
        for level in ("nobody", "dealt"):
            profile.messages_from = level
            with self.assertRefused("recipient"):
                self.ask(self.test2, want)
        self.claim(self.test2, self.announce(self.test1))
        self.assertTrue(self.ask(self.test2, want))
        waiting = self.test3.partner_id._wezer_profile()
        waiting.state = "pending"
        want.sudo().visibility = "everyone"
        profile.messages_from = "members"
        with self.assertRefused("standing"):
            self.ask(self.test3, want)
        profile.messages_from = "everyone"
        self.assertTrue(self.ask(self.test3, want))

    def test_the_author_blocks_who_asked_and_they_notice_nothing(self):
        want = self.announce(self.test1)
        question = self.ask(self.test2, want)
        conversations = self.env["wezer.conversation"]
        with self.assertRefused():
            question.with_user(self.test2).action_block()
        question.with_user(self.test1).action_block()
        self.assertFalse(self.notices(self.test1, "question"))
        again = self.ask(self.test2, want, "And a rope?")
        self.assertFalse(self.notices(self.test1, "question"))
        self.env.invalidate_all()
        for one in (question, again):
            self.assertTrue(self.seen(self.test2, one))
            self.assertFalse(self.seen(self.test1, one))
            self.assertFalse(self.seen(self.stranger, one))
        # No conversation shows it, on either side, but to undo it.
        self.assertFalse(conversations.with_user(self.test2).search([]))
        parties = self.env["wezer.conversation.party"].with_user(self.test2)
        self.assertFalse(parties.search([]))
        with self.assertRaises(AccessError):
            again.with_user(self.test2).read(["withheld"])
        self.assertFalse(self.inbox(self.test1))
        (row,) = conversations.with_user(self.test1)._blocked_rows()
        self.assertEqual(row["name"], self.test2.name)
        self.assertEqual(row["conversation"].state, "new")
        row["conversation"].action_block(False)
        self.assertFalse(conversations.with_user(self.test1)._blocked_rows())
        third = self.ask(self.test2, want, "Or a nail?")
        self.assertTrue(self.seen(self.test1, third))

    def test_moderators_read_a_reported_question_and_delete_it(self):
        want = self.announce(self.test1)
        question = self.ask(self.test2, want, "Are you a zebra?")
        other = self.ask(self.test2, want, "Or a horse?")
        with self.assertRefused("own"):
            question.with_user(self.test2).action_report()
        with self.assertRaises(AccessError):
            question.with_user(self.stranger).action_report()
        number = question.with_user(self.test1).action_report("Rude")
        self.assertEqual(question.with_user(self.test1).action_report(), number)
        report = self.env["wezer.conversation.report"].browse(number)
        mine = report.with_user(self.moderator)
        self.assertTrue(self.notices(self.moderator, "reported"))
        self.assertEqual(
            [row["text"] for row in mine.action_open()], ["Are you a zebra?"]
        )
        for user in (self.test1, self.test2, self.stranger):
            with self.assertRaises(AccessError):
                report.with_user(user).action_open()
        for one in (question, other):
            self.assertFalse(self.seen(self.moderator, one))
        with self.assertRaises(AccessError):
            mine.search([("question_id.body", "ilike", "zebra")])
        mine.action_remove()
        self.assertFalse(question.exists())
        self.assertTrue(other.exists())
        self.assertEqual(report.state, "removed")
        for user in (self.test1, self.test2):
            self.assertTrue(self.notices(user, "report_decided"))
        self.assertFalse(self.notices(self.moderator, "reported"))
        # What is withdrawn needs no decision any more.
        other.with_user(self.test1).action_answer("A fool asks")
        other.with_user(self.test2).action_report()
        other.action_withdraw()
        self.assertFalse(self.notices(self.moderator, "reported"))

    def test_a_moderator_who_takes_part_decides_no_question(self):
        want = self.announce(self.test1)
        question = self.ask(self.moderator, want)
        number = question.with_user(self.test1).action_report()
        self.assertFalse(self.notices(self.moderator, "reported"))
        reports = self.env["wezer.conversation.report"].with_user(self.moderator)
        self.assertFalse(reports.search([("id", "=", number)]))
        with self.assertRaises(AccessError):
            reports.browse(number).action_open()

    def test_what_a_member_asked_goes_with_them(self):
        want = self.announce(self.test1)
        question = self.ask(self.test2, want)
        data = self.test2.partner_id._wezer_personal_data()
        self.assertIn("Is there a ladder?", str(data))
        self.test2.partner_id._wezer_anonymise()
        self.assertFalse(question.exists())


@tagged("post_install", "-at_install")
class TestQuestionPages(WebsiteCommon, QuestionCommon):
    def test_ask_answer_and_publish_on_the_page(self):
        want = self.announce(self.test1, title="Mend the zebra fence")
        url = f"/market/{want.slug}"
        self.assertIn("Members can ask the author", self.get(url))
        self.login(self.test2)
        self.assertIn("Ask a question", self.get(url))
        page = self.post(f"{url}/ask", question="Is there a ladder?")
        self.assertIn("Waiting for an answer", page.text)
        self.login(self.stranger)
        self.assertNotIn("ladder", self.get(url))
        self.login(self.test1)
        page = self.get("/my/announcements")
        self.assertIn("1 question to answer", page)
        page = self.get(url)
        self.assertIn("Balthazar Answerer", page)
        number = want.sudo().question_ids.id
        self.post(f"/my/questions/{number}/answer", answer="In the shed", publish="1")
        self.login(None)
        page = self.get(url)
        self.assertIn("In the shed", page)
        self.assertNotIn("Balthazar", page)
        self.login(self.stranger)
        self.assertNotIn("Balthazar", self.get(url))
        self.post(f"/my/questions/{number}/withdraw")
        self.assertTrue(want.sudo().question_ids)


@tagged("post_install", "-at_install")
class TestOwnAnnouncements(WebsiteCommon):
    def test_each_announcement_says_what_it_waits_for_and_what_can_be_done(self):
        draft = self.announce(self.test1, publish=False, title="Zebra draft")
        past = self.announce(
            self.test1,
            title="Zebra past",
            date_start="2020-01-01 10:00:00",
            expiry="2099-01-01",
        )
        asked = self.announce(self.test1, title="Zebra asked", claim_mode="choose")
        self.claim(self.test2, asked)
        foreign = self.announce(self.test2, title="Zebra foreign")
        self.login(self.test1)
        page = self.get("/my/announcements")
        for text in (
            "Zebra draft",
            "Not posted yet",
            "The date has passed",
            "1 answer to look at",
            f'action="/market/{past.slug}/pause"',
            f'action="/market/{draft.slug}/publish"',
            f"/market/new?copy={asked.slug}",
        ):
            self.assertIn(text, page)
        self.assertNotIn("Zebra foreign", page)
        self.post(f"/market/{past.slug}/pause")
        self.assertEqual(past.sudo().state, "paused")
        self.assertIn("Resume", self.get("/my/announcements"))
        self.post(f"/market/{past.slug}/publish")
        self.assertEqual(past.sudo().state, "open")
        self.post(f"/market/{past.slug}/close")
        self.assertEqual(past.sudo().state, "ended")
        self.post(f"/market/{foreign.slug}/pause")
        self.assertEqual(foreign.sudo().state, "open")
        self.get(f"/market/new?copy={foreign.slug}", 404)
        page = self.get(f"/market/new?copy={asked.slug}")
        self.assertIn("Zebra asked", page)
        self.assertIn("My announcements", self.get("/my"))

    def test_an_announcement_can_be_kept_as_a_draft(self):
        self.login(self.test1)
        self.post("/market/new", title="Zebra later", draft="1")
        want = self.env["wezer.announcement"].search([("title", "=", "Zebra later")])
        self.assertEqual(want.state, "draft")

    def test_an_ended_announcement_leads_on(self):
        want = self.announce(self.test1)
        want.action_close()
        for user in (None, self.stranger):
            self.login(user)
            page = self.get(f"/market/{want.slug}")
            self.assertIn(f"/market?category={self.category.id}", page)
            self.assertIn("takes no more answers", page)
            self.assertNotIn("Join and help", page)

    def test_thanks_are_hours_for_hours_nothing_or_a_price(self):
        self.login(self.test1)
        market = self.env["wezer.announcement"]
        hours = self.hours
        for typed, quantity in (("1:30", 1.5), ("2", 2), ("0:20", 1 / 3)):
            title = f"Zebra {typed}"
            self.post("/market/new", title=title, thanks="hours", hours=typed)
            want = market.search([("title", "=", title)])
            self.assertAlmostEqual(want.quantity, quantity, 4)
            line = want.sudo().price_line_ids
            self.assertTrue(line.wezer_currency_id._is_hours())
            self.assertEqual(line._total(want.quantity), hours._parse(typed))
            page = self.get(f"/market/{want.slug}/edit")
            self.assertRegex(page, rf'id="hours"[^>]*value="{typed}"')
        self.post("/market/new", title="Zebra free", thanks="none")
        self.assertFalse(market.search([("title", "=", "Zebra free")]).price_line_ids)
        form = {"title": "Zebra both", "thanks": "hours", "hours": "1"}
        page = self.post("/market/new", **form, **{f"price_{self.com.id}": "5"})
        self.assertIn("typed another price as well", page.text)
        self.assertFalse(market.search([("title", "=", "Zebra both")]))
        page = self.post("/market/new", title="Zebra odd", thanks="hours", hours="x")
        self.assertIn("alert", page.text)

    def test_words_that_are_no_skill_are_refused_by_the_model(self):
        with self.assertRefused("vocabulary"):
            self.announce(self.test1, skill_words="zqnothing")
        skill = self.env["wezer.skill"].create({"name": "Zebra riding"})
        want = self.announce(self.test1, skill_words="zebra riding")
        self.assertEqual(want.skill_ids, skill)
        with self.assertRefused("vocabulary"):
            self.announce(
                self.test1, places=2, kept_places=[{"count": 1, "skill": "zqnothing"}]
            )
        with self.assertRefused("group"):
            self.announce(self.test1, group_words="zqnothing")
