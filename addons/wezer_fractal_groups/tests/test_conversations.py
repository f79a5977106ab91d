from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed

from .common import GroupPages


@tagged("post_install", "-at_install")
class TestGroupConversations(GroupPages):
    """People write to circles and roles; circles stand in their members' inbox."""

    def _write(self, user, group, text="Hello", **more):
        profile = group.partner_id._wezer_profile()
        conversations = self.env["wezer.conversation"].with_user(user)
        return conversations.browse(
            conversations.action_start(profile.id, text, **more)
        ).sudo(False)

    def _texts(self, user, conversation):
        self.env.invalidate_all()
        messages = self.env["wezer.conversation.message"].with_user(user)
        found = messages.search([("conversation_id", "=", conversation.id)])
        return found.mapped("text")

    def _told(self, user, kind):
        notices = self.env["wezer.notice"].search(
            [("partner_id", "=", user.partner_id.id), ("kind", "=", kind)]
        )
        return notices.filtered(lambda one: not one.settled and not one.is_read)

    def _inbox(self, user):
        self.env.invalidate_all()
        rows, _more = self.env["wezer.conversation"].with_user(user)._inbox()
        return rows

    def test_a_message_to_a_role_reaches_those_who_fill_it_and_nobody_else(self):
        director = self._put(self.luc, self.director)
        self._put(self.joel, self.president)
        # The role has no right to publish; its holder reads all the same.
        self.assertFalse(self.acts(self.luc, self.director, "market"))
        conversation = self._write(self.demo, self.director, "Where is the key?")
        self.assertEqual(self._texts(self.luc, conversation), ["Where is the key?"])
        self.assertEqual(len(self._told(self.luc, "conversation")), 1)
        for other in (self.joel, self.stranger, self.env.ref("base.user_admin")):
            self.assertFalse(self._texts(other, conversation))
        conversation.with_user(self.luc).action_write("Below the mat")
        answer = conversation.message_ids[-1]
        self.assertEqual(answer.author_id, self.director.partner_id)
        self.assertEqual(answer.person_id, self.luc.partner_id)
        rows = self._inbox(self.luc)
        self.assertEqual(rows[0]["party"], self.director.partner_id.display_name)
        # The next who fills it goes on; who did reads nothing any more.
        director.with_user(self.env.ref("base.user_admin")).sudo().state = "left"
        self.env["wezer.group.membership"]._invalidate_access()
        self._put(self.joel, self.director)
        self.assertFalse(self._texts(self.luc, conversation))
        self.assertEqual(len(self._texts(self.joel, conversation)), 2)

    def test_a_message_to_a_circle_reaches_those_who_publish_for_it(self):
        self._put(self.luc, self.treasurer)
        self._put(self.joel, self.garden)
        conversation = self._write(self.demo, self.garden)
        self.assertEqual(self._texts(self.luc, conversation), ["Hello"])
        self.assertFalse(self._texts(self.joel, conversation))
        with self.assertRaises(NotAllowed):
            self._write(
                self.joel,
                self.workshop,
                acting_partner_id=self.garden.partner_id.id,
            )
        with self.assertRaises(AccessError):
            conversation.with_user(self.joel).action_write("I, too")

    def test_a_hidden_circle_cannot_be_written_to_by_those_outside(self):
        self._put(self.luc, self.treasurer)
        self.garden.visibility = "members"
        with self.assertRaises(Exception) as refused:
            self._write(self.stranger, self.garden)
        self.assertEqual(refused.exception.rule, "profile")

    def test_members_are_told_of_a_circles_messages_once_and_can_mute_it(self):
        for user in (self.luc, self.joel, self.demo):
            self._put(user, self.garden)
        self.garden.with_user(self.demo).action_mute()
        say = self.garden.with_user(self.luc).action_send_message
        say("The soup is ready")
        self.env["wezer.group.message"]._cron_tell()
        say("Bring a bowl")
        self.env["wezer.group.message"]._cron_tell()
        notice = self._told(self.joel, "group_message")
        self.assertEqual(len(notice), 1)
        self.assertNotIn("soup", notice.message)
        self.assertFalse(self._told(self.luc, "group_message"))
        self.assertFalse(self._told(self.demo, "group_message"))
        for user, unread in ((self.joel, True), (self.demo, False), (self.luc, False)):
            (row,) = self._inbox(user)
            self.assertEqual(row["text"], "Bring a bowl")
            self.assertEqual(row["unread"], unread)
            self.assertEqual(row["own"], user == self.luc)
        counts = self.joel.with_user(self.joel)._wezer_notice_counts()
        self.assertEqual(counts["messages"], 1)
        self.assertFalse(self._inbox(self.stranger))
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.stranger).action_mute()

    def test_the_pages_lead_to_the_messages_of_groups(self):
        self._put(self.luc, self.director)
        self._put(self.demo, self.garden)
        self._put(self.joel, self.garden)
        self.garden.with_user(self.joel).action_send_message("The soup is ready")
        self.env["wezer.group.message"]._cron_tell()
        self._let_in(self.demo)
        self._login(self.demo)
        page = self.url_open(f"/groups/{self.director.slug}").text
        slug = self.director.partner_id._wezer_profile().slug
        self.assertIn(f'href="/my/messages/new/{slug}"', page)
        self.assertIn("Write to Director of Test compost", " ".join(page.split()))
        talk = f"/groups/{self.garden.slug}/talk"
        self.assertIn(f'href="{talk}"', self.url_open("/my/messages").text)
        self.assertTrue(self._told(self.demo, "group_message"))
        # Its address follows its name; what was left before is read all the same.
        self.garden.name = "Kitchen garden"
        talk = f"/groups/{self.garden.slug}/talk"
        self.assertIn("The soup is ready", self.url_open(talk).text)
        self.assertFalse(self._told(self.demo, "group_message"))
