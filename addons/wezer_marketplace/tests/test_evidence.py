import base64

from odoo import http
from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_base.tools.answer_mail import SentFile

from .common import MarketCommon

PICTURE = b"<svg onload='alert(1)'/>"


@tagged("post_install", "-at_install")
class TestEvidence(MarketCommon):
    """A file shows what was done: to the two sides, and to a called moderator."""

    def _shown(self, deal, data=PICTURE):
        file_id = deal.action_add_evidence("C:\\temp\\door.svg", data)
        return self.env["wezer.deal.evidence"].browse(file_id)

    def test_both_sides_see_a_file_and_nobody_else_until_a_moderator_is_called(self):
        deal = self.make_deal()
        file = self._shown(deal)
        self.assertEqual((file.name, file.size), ("door.svg", len(PICTURE)))

        def sees(user):
            return bool(file.with_user(user).search([("id", "=", file.id)]))

        self.assertTrue(sees(self.test1) and sees(self.test2))
        self.assertFalse(sees(self.stranger) or sees(self.moderator))
        for user in (self.stranger, self.moderator):
            with self.assertRefused():
                file.with_user(user)._bytes()
        self.assertEqual(file.with_user(self.test1)._bytes(), PICTURE)
        deal.action_dispute("Look")
        self.assertTrue(sees(self.moderator))
        self.assertFalse(sees(self.stranger))

    def test_the_content_cannot_be_read_by_orm(self):
        file = self._shown(self.make_deal())
        self.assertFalse(
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", file._name), ("res_id", "=", file.id)])
        )
        with self.assertRefused():
            file.with_user(self.test1).read(["content"])
        with self.assertRefused("immutable"):
            file.sudo().write({"name": "other"})

    def test_invalid_files_are_refused_with_a_sentence(self):
        deal = self.make_deal()
        for data in (b"", "", "no base64!", None, 7):
            with self.assertRefused("empty"):
                deal.action_add_evidence("x", data)
        with self.assertRefused("size"):
            deal.action_add_evidence("x", b"x" * (5 * 1024 * 1024 + 1))
        for _index in range(10):
            deal.action_add_evidence("x", base64.b64encode(b"x").decode())
        with self.assertRefused("files"):
            deal.action_add_evidence("x", b"x")

    def test_strangers_add_no_file_and_a_paid_deal_takes_none(self):
        deal = self.make_deal("paid")
        with self.assertRefused("state"):
            deal.action_add_evidence("x", b"x")
        other = self.make_deal(title="other")
        for user in (self.stranger, self.moderator):
            with self.assertRefused():
                self.as_(user, other).action_add_evidence("x", b"x")

    def test_an_own_file_can_be_removed_until_delivery(self):
        deal = self.make_deal()
        file = self._shown(deal)
        with self.assertRefused("evidence"):
            self.as_(self.test1, deal).action_remove_evidence(file.id)
        second = self._shown(deal)
        deal.action_remove_evidence(file.id)
        self.assertEqual(deal.evidence_ids, second.with_user(self.test2))
        deal.action_deliver()
        with self.assertRefused("state"):
            deal.action_remove_evidence(second.id)

    def test_only_the_side_of_a_mailed_file_confirms_it_and_once(self):
        deal = self.make_deal()
        own = self._shown(deal)
        deal._answer("", [SentFile("door.txt", b"door")])
        file = deal.evidence_ids - own
        self.assertTrue(file._is_unconfirmed())
        self.assertFalse(own._is_unconfirmed())
        for user in (self.test1, self.stranger, self.moderator):
            with self.assertRefused():
                self.as_(user, deal).action_confirm_evidence(file.id)
        with self.assertRefused("confirmed"):
            deal.action_confirm_evidence(own.id)
        foreign = self.make_deal(title="other")
        with self.assertRefused("evidence"):
            foreign.action_confirm_evidence(file.id)
        deal.action_deliver()
        self.assertTrue(deal.action_confirm_evidence(file.id))
        self.assertFalse(file._is_unconfirmed())
        self.assertEqual(deal.event_ids[-1].action, "evidence_confirmed")
        with self.assertRefused("confirmed"):
            deal.action_confirm_evidence(file.id)
        with self.assertRefused("immutable"):
            file.sudo().write({"date_confirmed": False})
        self.as_(self.test1, deal).action_approve()
        with self.assertRefused("state"):
            deal.action_confirm_evidence(file.id)


@tagged("post_install", "-at_install")
class TestEvidencePage(HttpCase, MarketCommon):
    def test_a_file_is_served_as_a_download_only(self):
        deal = self.make_deal()
        file_id = deal.action_add_evidence("door.svg", PICTURE)
        url = f"/my/deals/{deal.id}/evidence/{file_id}"
        self.authenticate("wm_test1", "wm_test1")
        answer = self.url_open(url)
        self.assertEqual(answer.content, PICTURE)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("door.svg", self.url_open(f"/my/deals/{deal.id}").text)
        self.assertEqual(
            self.url_open(f"/my/deals/{deal.id + 1}/evidence/{file_id}").status_code,
            404,
        )
        self.authenticate("wm_stranger", "wm_stranger")
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_a_mailed_file_is_confirmed_on_the_page_by_the_side_it_came_from(self):
        deal = self.make_deal()
        deal._answer("", [SentFile("door.txt", b"door")])
        file, url = deal.sudo().evidence_ids, f"/my/deals/{deal.id}"
        button = "Confirm this file as evidence"
        self.authenticate("wm_test1", "wm_test1")
        page = self.url_open(url).text
        self.assertIn("is not confirmed yet", page)
        self.assertNotIn(button, page)
        form = {"csrf_token": http.Request.csrf_token(self), "evidence": str(file.id)}
        page = self.url_open(f"{url}/confirm_evidence", data=form).text
        self.assertIn("Only the side that a file came from can confirm it.", page)
        self.assertFalse(file.date_confirmed)
        self.authenticate("wm_test2", "wm_test2")
        self.assertIn(button, self.url_open(url).text)
        form["csrf_token"] = http.Request.csrf_token(self)
        page = self.url_open(f"{url}/confirm_evidence", data=form).text
        self.assertTrue(file.date_confirmed)
        self.assertNotIn(button, page)
        self.authenticate("wm_test1", "wm_test1")
        page = self.url_open(url).text
        self.assertIn("Test2 confirmed it as evidence", page)
        self.assertNotIn("is not confirmed yet", page)

    def test_the_page_removes_an_own_file(self):
        deal = self.make_deal()
        file_id = deal.action_add_evidence("door.svg", PICTURE)
        url = f"/my/deals/{deal.id}"
        self.authenticate("wm_test1", "wm_test1")
        self.assertNotIn("remove_evidence", self.url_open(url).text)
        self.authenticate("wm_test2", "wm_test2")
        self.assertIn("remove_evidence", self.url_open(url).text)
        token = http.Request.csrf_token(self)
        data = {"csrf_token": token, "evidence": str(file_id)}
        page = self.url_open(f"{url}/remove_evidence", data=data)
        self.assertNotIn(f"/evidence/{file_id}", page.text)
        self.assertFalse(deal.sudo().evidence_ids)
