"""A file in the place of a text is an empty text, whatever the form is."""

import re
from base64 import b64decode

from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_marketplace.tests.common import MarketCommon
from odoo.addons.wezer_marketplace.tests.test_pictures import colour_of, picture

FILE = ("a.txt", b"A file")


@tagged("post_install", "-at_install")
class TestFilesInForms(MarketCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.test1.password = "wm_test1"
        cls.garden = cls.env["wezer.group"].create(
            {"name": "Garden", "visibility": "public"}
        )

    def _send(self, page, path, **texts):
        """Send the form of ``page`` with files in the place of all other texts."""
        shown = self.url_open(page)
        self.assertEqual(shown.status_code, 200, page)
        token = re.search(r'csrf_token: "([^"]+)"', shown.text)[1]
        named = {name: text for name, text in texts.items() if text is not None}
        files = {name: FILE for name, text in texts.items() if text is None}
        return self.url_open(path, {"csrf_token": token, **named}, files=files)

    def test_forms_take_a_file_for_an_empty_text(self):
        self.authenticate("wm_test1", "wm_test1")
        profile = self.test1.partner_id._wezer_profile()
        for page, path, texts in (
            ("/my/profile", "/my/profile", {"name": None, "presentation": None}),
            ("/my/profile", "/my/email", {"email": None}),
            ("/my/pay", "/my/pay", {"payee": None, "amount": None, "memo": None}),
            ("/my/pay/several", "/my/pay/several", {"to_1": None, "amount_1": None}),
            ("/market/new", "/market/new", {"title": None, "kind": None}),
            ("/groups", f"/groups/{self.garden.slug}/send", {"text": None}),
            ("/contactus", "/contact", {"text": None}),
        ):
            with self.subTest(path=path):
                self.assertEqual(self._send(page, path, **texts).status_code, 200)
        self.assertEqual(profile.name, "Test1")
        for model in ("wezer.announcement", "wezer.transfer", "wezer.notice"):
            self.assertFalse(
                self.env[model].search([("create_uid", "=", self.test1.id)]), model
            )

    def test_a_form_that_takes_a_picture_still_gets_it(self):
        self.authenticate("wm_test1", "wm_test1")
        profile = self.test1.partner_id._wezer_profile()
        token = re.search(r'csrf_token: "([^"]+)"', self.url_open("/my/profile").text)
        self.url_open(
            "/my/profile",
            {"csrf_token": token[1], "name": "Test1"},
            files={"picture": ("red.png", b64decode(picture("#ff0000")))},
        )
        self.assertEqual(colour_of(profile.image_1920), (255, 0, 0))
