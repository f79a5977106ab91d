from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ..models.wezer_notice import FRESH_DAYS


@tagged("post_install", "-at_install")
class TestHome(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.member = new_test_user(
            cls.env, "home@example.com", "base.group_portal", password="a home 1 pw"
        )
        cls.partner = cls.member.partner_id

    def _page(self, path="/my"):
        self.authenticate("home@example.com", "a home 1 pw")
        return html.fromstring(self.url_open(path).text)

    def _notice(self, kind, days=0, **values):
        return self.env["wezer.notice"].create(
            {
                "partner_id": self.partner.id,
                "kind": kind,
                "message": "Something happened",
                "date": fields.Datetime.now() - timedelta(days=days),
                **values,
            }
        )

    def _waiting(self):
        self.env.invalidate_all()
        return self.env["wezer.notice"].with_user(self.member)._waiting_count()

    def test_the_home_is_counted_on_the_server_and_by_no_script(self):
        page = self._page()
        self.assertEqual(len(page.xpath("//h1")), 1)
        # What Odoo's script looks for.
        self.assertFalse(page.find_class("o_portal_my_home"))
        self.assertFalse(page.xpath("//*[@data-placeholder_count]"))
        self.assertFalse(page.find_class("o_portal_doc_spinner"))

    def test_cards_of_odoo_are_shown_to_those_who_have_some(self):
        links = self._page().xpath("//a[contains(@class, 'o_wezer_entry')]/@href")
        self.assertIn("/my/todo", links)
        self.assertIn("/my/account", links)
        for path in ("/my/addresses", "/my/invoices", "/my/projects", "/my/tasks"):
            self.assertFalse([link for link in links if link.startswith(path)], path)
        self.partner.child_ids = [
            fields.Command.create({"name": "Workshop", "type": "delivery"})
        ]
        links = self._page().xpath("//a[contains(@class, 'o_wezer_entry')]/@href")
        self.assertIn("/my/addresses", links)

    def test_whoever_waits_is_greeted_by_what_comes_next(self):
        self.partner._wezer_profile().state = "pending"
        page = self._page()
        (heading,) = page.xpath("//h1")
        self.assertIn("let in soon", heading.text_content())

    def test_what_is_for_information_stops_counting_after_some_time(self):
        self._notice("approved", days=FRESH_DAYS + 1)
        self.assertEqual(self._waiting(), 0)
        self._notice("approved", days=FRESH_DAYS - 1)
        self.assertEqual(self._waiting(), 1)
        # It asks for something: it counts until that is done.
        asking = self._notice("invited", days=FRESH_DAYS + 1)
        self.assertEqual(self._waiting(), 2)
        asking.settled = True
        self.assertEqual(self._waiting(), 1)

    def test_notices_that_need_the_reader_come_first_with_face_and_kind(self):
        self._notice("approved")
        other = new_test_user(self.env, "other@example.com", "base.group_portal")
        profile = other.partner_id._wezer_profile()
        self._notice("invited", days=3, res_model="wezer.profile", res_id=profile.id)
        page = self._page("/my/notices")
        headings = [one.text_content() for one in page.xpath("//h2")]
        self.assertEqual(headings[0], "Needs you")
        first = page.find_class("o_wezer_notice")[0]
        self.assertEqual(len(first.xpath(".//img")), 1)
        self.assertTrue(first.find_class("fa-user-plus"))

    def test_choices_stand_in_a_few_groups_and_every_kind_in_one(self):
        page = self._page("/my/notices/choices")
        groups = page.find_class("o_wezer_notice_group")
        self.assertLessEqual(len(groups), 7)
        told = [one.text for group in groups for one in group.xpath(".//details//li")]
        notices = self.env["wezer.notice"].with_user(self.member)
        looks = notices._looks()
        wanted = [
            str(label)
            for kind, (label, sent) in notices._kinds().items()
            # Running the community does not concern this member.
            if sent and looks[kind].group != "care"
        ]
        self.assertEqual(sorted(told), sorted(wanted))

    def test_every_kind_of_notice_has_a_look(self):
        self.member.group_ids = self.env.ref("base.group_user")
        notices = self.env["wezer.notice"]
        self.assertLessEqual(notices._kinds().keys(), notices._looks().keys())
        used = {look.group for look in notices._looks().values()}
        self.assertEqual(used, set(notices._groups()) & used)
