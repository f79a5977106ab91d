from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_fractal_groups.tests.common import GroupPages


@tagged("post_install", "-at_install")
class TestDiscussions(GroupPages):
    """Members of a circle talk; what they say reaches nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.luc, cls.joel, cls.demo):
            cls._put(user, cls.garden)
        cls.guest = cls._member("guest")
        cls._put(cls.guest, cls.garden, is_guest=True)
        cls._put(cls.stranger, cls.village)
        cls.discussions = cls.env["wezer.discussion"]
        cls.discussion = cls._begin(cls.luc, "A new shed", "Where could it stand?")

    @classmethod
    def _begin(cls, user, title, body="", group=None):
        discussions = cls.discussions.with_user(user)
        number = discussions.begin((group or cls.garden).id, title, body)
        return cls.discussions.browse(number)

    def _say(self, user, text, **more):
        number = self.discussion.with_user(user).say(text, **more)
        return self.env["wezer.discussion.word"].browse(number)

    def _texts(self, user):
        self.env.invalidate_all()
        words = self.env["wezer.discussion.word"].with_user(user)
        found = words.search([("discussion_id", "=", self.discussion.id)])
        return found.filtered("text").mapped("text")

    def _told(self, user):
        notices = self.env["wezer.notice"].search(
            [
                ("partner_id", "=", user.partner_id.id),
                ("kind", "=", "discussion"),
                ("settled", "=", False),
            ]
        )
        return notices.mapped("message")

    def _decided(self, facilitator):
        return self.env["wezer.decision"].create(
            {
                "group_id": self.garden.id,
                "discussion_id": self.discussion.id,
                "title": "Build the shed",
                "proposer_id": self.luc.partner_id.id,
                "facilitator_id": facilitator.partner_id.id,
                "state": "open",
            }
        )

    def test_people_of_the_circle_talk_and_nobody_else_reads_it(self):
        self._say(self.joel, "Beside the gate")
        self._say(self.guest, "In the shade")
        for user in (self.luc, self.demo, self.guest):
            self.assertEqual(self._texts(user), ["Beside the gate", "In the shade"])
        self._put(self.joel, self.president)
        # Who manages from above reads it; administrators do not.
        for user in (self.stranger, self.env.ref("base.user_admin")):
            self.assertFalse(self._texts(user))
            with self.assertRaises(AccessError):
                self.discussion.with_user(user).say("Me, too")
            with self.assertRaises(UserError):
                self.discussions.with_user(user).begin(self.garden.id, "Mine")
        self.assertEqual(self.discussions.with_user(self.stranger).search_count([]), 0)

    def test_what_is_written_to_the_facilitator_stays_between_two(self):
        decision = self._decided(self.demo)
        private = {"decision_id": decision.id, "to_facilitator": True}
        with self.assertRaises(Refusal) as refused:
            self._say(self.joel, "I am worried", to_facilitator=True)
        self.assertEqual(refused.exception.rule, "facilitator")
        asked = self._say(self.joel, "I am worried", **private)
        answer = self._say(self.demo, "Tell me more", reply_to_id=asked.id)
        self.assertTrue(answer.to_facilitator)
        self._say(self.joel, "Not here", reply_to_id=answer.id)
        for user, count in ((self.joel, 3), (self.demo, 3), (self.luc, 0)):
            self.assertEqual(len(self._texts(user)), count)
        with self.assertRaises(Refusal) as refused:
            self._say(self.luc, "What is it?", reply_to_id=asked.id)
        self.assertEqual(refused.exception.rule, "reply")
        asked.with_user(self.demo).action_react("thanks")
        reactions = self.env["wezer.discussion.word"].with_user(self.luc)
        self.assertFalse(reactions.search([("kind", "=", "reaction")]))
        self.discussions._cron_tell()
        self.assertIn("for you alone", " ".join(self._told(self.demo)))
        self.assertEqual(len(self._told(self.luc)), 0)
        with self.assertRaises(Refusal) as refused:
            self.discussion.with_user(self.luc).action_close()
        self.assertEqual(refused.exception.rule, "decision")

    def test_members_are_told_once_how_much_is_new(self):
        self.discussions._cron_tell()
        self.assertEqual(
            self._told(self.joel), ["New discussion in Test garden: “A new shed”."]
        )
        self.assertFalse(self._told(self.luc))
        self.discussion.with_user(self.joel)._seen_by_user()
        # In the digest: at once only for those who chose it.
        notices = self.env["wezer.notice"]
        group = notices._looks()["discussion"].group
        self.assertNotIn(group, notices._groups_at_once())
        for text in ("Beside the gate", "No, too wet", "In the shade"):
            self._say(self.luc, text)
            self.discussions._cron_tell()
        # Beside the one that was read: how much is new, and only that.
        unread = self._told(self.joel)[:1]
        self.assertEqual(unread, ["3 new messages in “A new shed”."])
        self.env["wezer.notice"].search(
            [("partner_id", "=", self.joel.partner_id.id), ("is_read", "=", False)]
        ).date_mailed = fields.Datetime.now()
        self._say(self.demo, "Done")
        self.discussions._cron_tell()
        self.assertEqual(self._told(self.joel)[:1], unread)
        self.assertEqual(self._told(self.luc), ["1 new message in “A new shed”."])
        with self.assertRaises(AccessError):
            self.env["wezer.discussion.reader"].with_user(self.joel).create({})

    def test_texts_have_limits_of_length_and_rate(self):
        first = self._say(self.luc, "x" * 3000)
        self.assertEqual(len(first.text), 2000)
        self.assertEqual(self._say(self.luc, "x" * 3000), first)
        for wrong, rule in ((" ", "text"), (["x"], "text")):
            with self.assertRaises(Refusal) as refused:
                self._say(self.luc, wrong)
            self.assertEqual(refused.exception.rule, rule)
        with self.assertRaises(Refusal) as refused:
            self._say(self.luc, "Agree", kind="reaction")
        self.assertEqual(refused.exception.rule, "choice")
        now = fields.Datetime.now()
        words = self.env["wezer.discussion.word"]
        rows = [
            {
                "discussion_id": self.discussion.id,
                "person_id": self.luc.partner_id.id,
                "text": f"Row {number}",
                "date": now - timedelta(minutes=number % 50),
            }
            for number in range(59)
        ]
        words.create(rows)
        with self.assertRaises(Refusal) as refused:
            self._say(self.luc, "Once more")
        self.assertEqual(refused.exception.rule, "hourly")
        self._say(self.joel, "Somebody else may")
        for number in range(9):
            self._begin(self.luc, f"Matter {number}")
        with self.assertRaises(Refusal) as refused:
            self._begin(self.luc, "One more")
        self.assertEqual(refused.exception.rule, "daily")
        with self.assertRaises(Refusal) as refused:
            self._begin(self.joel, "")
        self.assertEqual(refused.exception.rule, "title")

    def test_reactions_and_deleted_messages_leave_what_they_should(self):
        word = self._say(self.joel, "Beside the gate")
        mine = word.with_user(self.luc)
        for _twice in range(2):
            mine.action_react("thanks")
        word.with_user(self.demo).action_react("thanks")
        self.assertEqual(mine._reactions(), {word.id: {"thanks": (2, True)}})
        mine.action_react("thanks", False)
        self.assertEqual(mine._reactions(), {word.id: {"thanks": (1, False)}})
        with self.assertRaises(Refusal):
            mine.action_react("+1")
        with self.assertRaises(NotAllowed):
            mine.action_remove()
        answer = self._say(self.luc, "Too wet", reply_to_id=word.id)
        self._put(self.luc, self._role("Gardener", self.garden, "manage"))
        mine.action_remove()
        self.assertEqual(word.text, "…")
        self.assertEqual(word.removed_by_id, self.luc.partner_id)
        self.assertEqual(answer.reply_to_id, word)
        self.assertFalse(mine._reactions())
        with self.assertRaises(Refusal):
            word.with_user(self.demo).action_react("point")

    def test_a_summary_is_kept_in_every_version(self):
        discussion = self.discussion.with_user(self.luc)
        for text in ("Two places", "Two places", "The shade it is"):
            discussion.action_summarise(text)
        self.assertEqual(
            discussion.summary_ids.sorted("number").mapped("text"),
            ["Two places", "The shade it is"],
        )
        with self.assertRaises(NotAllowed):
            self.discussion.with_user(self.joel).action_summarise("Mine")
        self._decided(self.joel)
        self.discussion.with_user(self.joel).action_summarise("Mine")
        self.assertEqual(self.discussion.summary_ids[0].number, 3)

    def test_a_closed_discussion_is_only_read(self):
        with self.assertRaises(NotAllowed):
            self.discussion.with_user(self.joel).action_close()
        self.discussion.with_user(self.luc).action_close()
        with self.assertRaises(Refusal) as refused:
            self._say(self.joel, "Late")
        self.assertEqual(refused.exception.rule, "state")
        self.discussion.with_user(self.luc).action_reopen()
        self._say(self.joel, "In time")
        (self.garden | self.director | self.compost | self.treasurer).active = False
        with self.assertRaises(UserError):
            self._say(self.joel, "After the end")

    def test_who_leaves_or_merges_takes_their_words_along(self):
        word = self._say(self.joel, "My telephone is 123")
        own = self._say(self.demo, "Mine")
        for user in (self.joel, self.demo):
            word.with_user(user).action_react("thanks")
            self.discussion.with_user(user)._seen_by_user()
        data = self.joel.partner_id._wezer_personal_data()
        self.assertEqual(data["discussion_messages"][0]["text"], "My telephone is 123")
        self.joel.partner_id._wezer_merge_into(self.demo.partner_id)
        self.assertEqual(word.person_id, self.demo.partner_id)
        self.assertEqual(word._reactions()[word.id]["thanks"][0], 1)
        self.demo.partner_id._wezer_anonymise()
        self.assertEqual((word | own).mapped("text"), ["…", "…"])
        self.assertFalse(word._reactions())

    def test_the_pages_are_read_answered_and_searched(self):
        self._let_in(self.joel, self.stranger)
        word = self._say(self.luc, "Beside the gate")
        words = self.env["wezer.discussion.word"]
        words.create(
            [
                {
                    "discussion_id": self.discussion.id,
                    "person_id": self.demo.partner_id.id,
                    "text": f"Row {number}",
                }
                for number in range(50)
            ]
        )
        self._login(self.joel)
        url = f"/groups/{self.garden.slug}/discussions"
        circle = self.url_open(f"/groups/{self.garden.slug}").text
        self.assertIn(f'href="{url}"', circle)
        self.assertIn(f'href="/discussions/{self.discussion.id}"', circle)
        page = self.url_open(url).text
        self.assertIn("A new shed", page)
        self.assertIn("51 messages", page)
        self.assertIn("A new shed", self.url_open(f"{url}?search=gate").text)
        self.assertIn("No discussion has", self.url_open(f"{url}?search=xyz").text)
        page = self.url_open(f"/discussions/{self.discussion.id}").text
        self.assertIn("Row 49", page)
        self.assertNotIn("Beside the gate", page)
        earlier = self.url_open(f"/discussions/{self.discussion.id}/page/2").text
        self.assertIn("Beside the gate", earlier)
        self.assertNotIn(">New<", self.url_open(url).text)
        part = self.url_open(
            f"/discussions/{self.discussion.id}",
            headers={"X-Requested-With": "XMLHttpRequest"},
        ).text
        self.assertNotIn("<html", part)
        self.assertIn(f"propose?discussion={self.discussion.id}", page)
        # Beside a decision the latest are enough; the rest is on the discussion's page.
        decisions = self.env["wezer.decision"].with_user(self.luc)
        vals = {"title": "A shed", "text": "Build it.", "method": "check"}
        vals["discussion_id"] = self.discussion.id
        decision = decisions.browse(decisions.propose(self.garden.id, vals))
        decision.action_announce()
        beside = self.url_open(
            f"/discussions/{self.discussion.id}?decision={decision.id}",
            headers={"X-Requested-With": "XMLHttpRequest"},
        ).text
        for shown in (self.url_open(decision._url()).text, beside):
            self.assertEqual(shown.count('data-entry="'), 20)
            self.assertIn(f'<a href="/discussions/{self.discussion.id}">Earlier', shown)
        self._login(self.stranger)
        for path in (url, f"/discussions/{self.discussion.id}", f"{url}/new"):
            self.assertEqual(self.url_open(path).status_code, 404)
        self.assertTrue(word)
