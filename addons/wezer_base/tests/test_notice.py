from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import WezerCommon


@tagged("post_install", "-at_install")
class TestNotice(WezerCommon):
    def _waiting(self, user):
        return self.env["wezer.notice"].with_user(user)._waiting_count()

    def test_a_notice_reaches_its_reader_and_nobody_else(self):
        mails = self.env["mail.mail"].search_count([])
        notices = self.luc.partner_id.with_user(self.anna)._wezer_notify(
            "test", "Anna waved.", url="/members"
        )
        self.assertEqual(len(notices), 1)
        self.assertEqual(self._waiting(self.luc), 1)
        for user in (self.anna, self.cora, self.mo, self.ada, self.public):
            self.assertEqual(self._waiting(user), 0)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            notices.with_user(self.anna).read(["message"])
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_the_live_message_says_nothing_and_goes_to_a_record(self):
        self.env["bus.bus"].search([]).unlink()
        self.luc.partner_id._wezer_notify("test", "A secret sentence.")
        self.env.cr.precommit.run()
        message = self.env["bus.bus"].search([], order="id desc", limit=1)
        self.assertIn("wezer.notice", message.message)
        self.assertNotIn("secret", message.message)
        self.assertIn(f'"res.partner",{self.luc.partner_id.id}', message.channel)

    def test_notices_for_the_community_reach_who_acts_for_it(self):
        self.env.company.wezer_market_user_ids = self.cora
        self.env.company.partner_id._wezer_notify("test", "Something for all.")
        self.assertEqual(self._waiting(self.cora), 1)
        self.assertEqual(self._waiting(self.ada), 0)

    def test_people_without_a_login_get_no_notice(self):
        nobody = self.env["res.partner"].create({"name": "Nobody"})
        self.assertFalse(nobody._wezer_notify("test", "Lost."))

    def test_reading_marks_only_ones_own(self):
        (self.luc | self.anna).partner_id._wezer_notify("test", "For both.")
        self.env["wezer.notice"].with_user(self.luc).mark_read()
        self.assertEqual(self._waiting(self.luc), 0)
        self.assertEqual(self._waiting(self.anna), 1)

    def test_a_settled_matter_leaves_the_list(self):
        partner = self.luc.partner_id
        partner._wezer_notify("test", "Please look.", record=self.luc_profile)
        self.env["wezer.notice"]._settle(self.luc_profile)
        self.assertEqual(self._waiting(self.luc), 0)
