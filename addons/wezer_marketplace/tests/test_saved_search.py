from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import MarketCommon
from .test_website_market import WebsiteCommon


@tagged("post_install", "-at_install")
class TestSavedSearch(MarketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["wezer.announcement"].search([]).searches_notified = True
        cls.searches = cls.env["wezer.saved.search"]

    def keep(self, user=None, **filters):
        mine = self.searches.with_user(user or self.test2)
        return mine.browse(mine.keep(filters))

    def told(self, user=None):
        self.searches._cron_notify()
        notices = self.env["wezer.notice"].search(
            [
                ("partner_id", "=", (user or self.test2).partner_id.id),
                ("kind", "=", "match"),
                ("settled", "=", False),
            ]
        )
        return notices.mapped("message")

    def test_a_saved_search_notifies_once_of_what_is_new(self):
        self.announce(self.test1, title="Zq zebra before")
        self.searches._cron_notify()
        self.keep(words="zebra", kind="want")
        self.assertEqual(self.told(), [], "what was there he has seen")
        self.announce(self.test1, title="Feed the zebras")
        self.announce(self.test1, title="A zebra to lend", kind="offer")
        self.announce(self.test2, title="My own zebra")
        (message,) = self.told()
        self.assertIn("Feed the zebras", message)
        self.assertEqual(len(self.told()), 1, "told once")

    def test_the_notice_is_withdrawn_when_the_announcement_is_full(self):
        self.keep(words="zebra")
        want = self.announce(self.test1, title="Feed the zebras")
        self.assertEqual(len(self.told()), 1)
        deal = self.claim(self.test3, want)
        self.assertEqual(want.state, "full")
        self.assertEqual(self.told(), [])
        deal.action_release()
        self.assertEqual(self.told(), [], "nor is it told again")

    def test_the_notice_is_withdrawn_when_one_answers_or_it_ends(self):
        self.keep(words="zebra")
        want = self.announce(self.test1, title="Feed the zebras", places=3)
        other = self.announce(self.test1, title="Groom the zebras")
        self.assertEqual(len(self.told()), 2)
        self.claim(self.test2, want)
        self.assertEqual(len(self.told()), 1)
        other.action_close()
        self.assertEqual(self.told(), [])

    def test_what_is_full_before_the_schedule_runs_gives_no_notice(self):
        self.keep(words="zebra")
        self.claim(self.test3, self.announce(self.test1, title="Feed the zebras"))
        self.assertEqual(self.told(), [])

    def test_nobody_is_notified_of_what_they_may_not_see(self):
        group = self.env["wezer.group"].create({"name": "Zq inner"})
        self.env["wezer.group.membership"].create(
            {"group_id": group.id, "partner_id": self.test1.partner_id.id}
        )
        for user in (self.test1, self.test2):
            self.keep(user, words="zebra")
        hidden = {"visibility": "groups", "group_ids": group.ids}
        self.announce(self.test3, title="Public zebra")
        want = self.announce(self.test1, title="Secret zebra", **hidden)
        self.announce(self.test1, title="Draft zebra", publish=False)
        self.assertEqual([m[-12:] for m in self.told()], ["Public zebra"])
        self.assertEqual([m[-12:] for m in self.told(self.test1)], ["Public zebra"])
        shown = self.announce(self.test1, title="Zebra for all")
        self.assertEqual(len(self.told()), 2)
        shown.action_edit({"visibility": "groups", "group_ids": group.ids})
        self.assertEqual(len(self.told()), 1, "withdrawn where it became a group's")
        self.assertEqual(want.visibility, "groups")

    def test_many_at_once_give_a_few_notices(self):
        self.keep(words="zebra")
        for number in range(9):
            self.announce(self.test1, title=f"Zebra {number}")
        messages = self.told()
        self.assertEqual(len(messages), 6)
        self.assertTrue(any(message.startswith("4 more") for message in messages))

    def test_a_former_member_gets_no_notice(self):
        self.keep(words="zebra")
        self.test2.partner_id._wezer_profile().state = "left"
        self.announce(self.test1, title="Feed the zebras")
        self.assertEqual(self.told(), [])

    def test_a_search_is_kept_once_and_only_so_many(self):
        first = self.keep(words="zebra")
        self.assertEqual(self.keep(words="zebra", sort="title"), first)
        for number in range(19):
            self.keep(words=f"zebra {number}")
        with self.assertRefused("kept"):
            self.keep(words="one more")
        with self.assertRefused("empty"):
            self.keep(sort="new")
        first.stop()
        self.keep(words="one more")

    def test_a_search_is_its_owners_alone(self):
        search = self.keep(words="zebra")
        for user in (self.test1, self.moderator):
            self.assertFalse(
                self.searches.with_user(user).search([("id", "=", search.id)])
            )
            with self.assertRefused():
                search.with_user(user).stop()
        with self.assertRefused():
            self.keep(self.env.ref("base.public_user"), words="zebra")
        for evil in ("x", [1], {"words": {"a": 1}}, {"category": "1 OR 1"}, None):
            with (
                self.assertRefused()
                if evil != {"words": {"a": 1}}
                else self.env.cr.savepoint()
            ):
                call_kw(self.searches.with_user(self.test2), "keep", [evil], {})
        with self.assertRefused():
            search.with_user(self.test2).write({"partner_id": self.test1.partner_id.id})

    def test_searches_are_deleted_when_their_owner_leaves(self):
        self.keep(words="zebra")
        data = self.test2.partner_id._wezer_personal_data()
        self.assertEqual(data["saved_searches"][0]["filters"], {"words": "zebra"})
        self.test2.partner_id._wezer_anonymise()
        self.assertFalse(self.searches.search([("name", "=", "zebra")]))


@tagged("post_install", "-at_install")
class TestSavedSearchPages(WebsiteCommon):
    def test_a_search_is_kept_and_stopped_on_the_page(self):
        self.login(self.test2)
        self.assertNotIn("o_wezer_tell_me", self.get("/market"))
        self.assertIn("o_wezer_tell_me", self.get("/market?words=zebra"))
        page = self.post("/market/searches", words="zebra", km="5")
        self.assertIn("when something matches", page.text)
        self.assertIn("words=zebra", page.url)
        mine = self.env["wezer.saved.search"].search([("name", "ilike", "zebra")])
        page = self.get("/market/searches")
        self.assertIn("zebra", page)
        self.login(self.test1)
        self.assertNotIn("zebra", self.get("/market/searches"))
        self.post(f"/market/searches/{mine.id}/stop", 404)
        self.login(self.test2)
        self.post(f"/market/searches/{mine.id}/stop")
        self.assertFalse(mine.exists())
        self.login(None)
        self.assertNotIn("o_wezer_tell_me", self.get("/market?words=zebra"))
