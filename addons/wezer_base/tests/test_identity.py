"""Who somebody is: only proven addresses say so, and nobody passes for another."""

import re
from base64 import b64encode
from io import BytesIO

from PIL import Image, ImageDraw

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ..exceptions import NotAllowed, Refusal
from ..models.wezer_address_change import DAILY
from .common import WezerCommon

VICTIM = "victim@else.example"


class IdentityCommon(WezerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.changes = cls.env["wezer.address.change"]
        cls.before = cls.luc.email

    def waiting(self, user=None):
        return self.changes._waiting((user or self.luc).partner_id)

    def letters(self, address):
        self.env["wezer.invitation"]._write_letters()
        return self.env["mail.mail"].search([("email_to", "=", address)], order="id")

    def token(self, address=VICTIM):
        body = str(self.letters(address)[-1:].body_html)
        return re.search(r"/my/email/confirm/([\w-]+)", body).group(1)

    def account_of(self, address, name="Vic Tim"):
        """Return the user who came through a letter to ``address``."""
        invitations = self.env["wezer.invitation"].sudo()
        invitations._request(address)
        body = str(self.letters(address)[-1:].body_html)
        token = re.search(r"/join/([\w-]+)", body).group(1)
        login = invitations._find_by_token(token)._accept(name, "vic-tim-secret")
        return self.env["res.users"].search([("login", "=", login)])

    def written_before(self):
        """Put an address on a contact as members could before: by themselves."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET email = %s, email_normalized = %s,"
            " wezer_vouched_email = NULL WHERE id = %s",
            [VICTIM, VICTIM, self.luc.partner_id.id],
        )
        self.env.invalidate_all()

    def assertStill(self, user=None):
        user = user or self.luc
        self.assertEqual(user.email, self.before)
        self.assertEqual(self.waiting(user).email, VICTIM)


@tagged("post_install", "-at_install")
class TestProvenAddress(IdentityCommon):
    def test_every_way_to_another_address_waits_for_its_link(self):
        ways = {
            "users": lambda: self.luc.with_user(self.luc).write({"email": VICTIM}),
            "mixed": lambda: self.luc.with_user(self.luc).write(
                {"email": VICTIM, "tz": "Europe/Paris"}
            ),
            "ask": lambda: self.changes.with_user(self.luc).action_ask(VICTIM),
            "contact": lambda: (
                self.luc.partner_id.with_user(self.luc)
                .sudo()
                .write({"email": f"Luc <{VICTIM}>"})
            ),
            "two": lambda: (
                (self.luc.partner_id + self.env["res.partner"].create({"name": "X"}))
                .with_user(self.luc)
                .sudo()
                .write({"email": VICTIM})
            ),
        }
        for name, way in ways.items():
            with self.subTest(name), self.env.cr.savepoint() as point:
                way()
                self.assertStill()
                self.assertIn(self.before, self.letters(self.before)[-1:].email_to)
                point.rollback()
                self.env.invalidate_all(flush=False)
        self.luc.with_user(self.luc).write({"email": VICTIM, "tz": "Europe/Paris"})
        self.assertEqual(self.luc.tz, "Europe/Paris")

    def test_a_confirmed_address_is_the_login_too(self):
        self.luc.with_user(self.luc).write({"email": VICTIM})
        self.changes.with_user(self.luc).action_confirm(self.token())
        self.assertEqual((self.luc.email, self.luc.login), (VICTIM, VICTIM))
        self.assertFalse(self.waiting())
        # Who signs up with it is told that there is an account: no second one.
        self.env["wezer.invitation"].sudo()._request(VICTIM)
        body = str(self.letters(VICTIM)[-1:].body_html)
        self.assertNotIn("/join/", body.replace("/block", ""))
        self.assertIn("/web/reset_password", body)

    def test_a_link_serves_only_whose_it_is_once_and_in_time(self):
        self.changes.with_user(self.luc).action_ask(VICTIM)
        token = self.token()
        for user, guess in ((self.anna, token), (self.luc, "x"), (self.luc, False)):
            with self.assertRaises(Refusal) as caught:
                self.changes.with_user(user).action_confirm(guess)
            self.assertEqual(caught.exception.rule, "link")
        with self.assertRaises(NotAllowed):
            self.changes.with_user(self.public).action_confirm(token)
        self.waiting().confirm_deadline = "2020-01-01 00:00:00"
        with self.assertRaises(Refusal):
            self.changes.with_user(self.luc).action_confirm(token)
        self.assertEqual(self.luc.email, self.before)

    def test_it_is_taken_back_and_asked_for_again(self):
        changes = self.changes.with_user(self.luc)
        changes.action_ask(VICTIM)
        first = self.token()
        changes.browse(self.waiting().id).action_withdraw()
        with self.assertRaises(Refusal):
            changes.action_confirm(first)
        changes.action_ask("other@else.example")
        self.assertEqual(self.waiting().email, "other@else.example")
        with self.assertRaises(AccessError):
            self.waiting().with_user(self.anna).action_withdraw()
        changes.action_ask(self.before)
        with self.assertRaises(Refusal) as caught:
            for number in range(DAILY + 1):
                changes.action_ask(f"n{number}@else.example")
        self.assertEqual(caught.exception.rule, "daily")
        with self.assertRaises(Refusal) as caught:
            changes.action_ask("no address")
        self.assertEqual(caught.exception.rule, "address")

    def test_the_answer_says_nothing_of_who_has_an_account(self):
        self.anna.login = self.anna.email = "anna@taken.example"
        answer = self.changes.with_user(self.luc).action_ask("anna@taken.example")
        self.assertEqual(self.waiting().id, answer)
        body = str(self.letters("anna@taken.example")[-1:].body_html)
        self.assertNotIn("confirm", body)
        self.assertIn("already", body)

    def test_the_first_to_sign_up_keeps_the_address(self):
        self.luc.with_user(self.luc).write({"email": VICTIM})
        token = self.token()
        victim = self.account_of(VICTIM)
        self.assertNotEqual(victim.partner_id, self.luc.partner_id)
        with self.assertRaises(Refusal) as caught:
            self.changes.with_user(self.luc).action_confirm(token)
        self.assertEqual(caught.exception.rule, "known")

    def test_an_unproven_address_inherits_nothing_of_a_former_member(self):
        self.luc.with_user(self.luc).write({"email": VICTIM})
        self.written_before()
        partner = self.luc.partner_id
        self.env["wezer.profile"].with_user(self.luc).leave("luc-base-secret")
        victim = self.account_of(VICTIM)
        self.assertNotEqual(victim.partner_id, partner)
        self.assertEqual(partner._wezer_profile().state, "left")

    def test_leaving_deletes_no_invitation_of_others(self):
        self.env["wezer.invitation"].with_user(self.anna).action_invite([VICTIM])
        invited = self.env["wezer.invitation"].search([("email", "=", VICTIM)])
        self.written_before()
        self.env["wezer.profile"].with_user(self.luc).leave("luc-base-secret")
        self.assertTrue(invited.exists())

    def test_a_contact_that_a_member_wrote_is_nobody_s_old_self(self):
        mine = self.env["res.partner"].create(
            {"name": "Mine", "email": VICTIM, "parent_id": self.luc.partner_id.id}
        )
        rows = [{"name": "Vic Tim", "email": VICTIM}]
        report = self.env["wezer.member.import"].with_user(self.ada)._import_rows(rows)
        profile = self.env["wezer.profile"].browse(report[0]["id"])
        self.assertNotEqual(profile.partner_id, mine)
        self.assertEqual(self.account_of(VICTIM).partner_id, profile.partner_id)

    def test_only_administrators_write_the_address_of_who_cannot_log_in(self):
        rows = [{"name": "Paula", "email": "paula@x.example"}]
        report = self.env["wezer.member.import"].with_user(self.ada)._import_rows(rows)
        paula = self.env["wezer.profile"].browse(report[0]["id"]).partner_id
        self.cora.group_ids |= self.env.ref("base.group_partner_manager")
        with self.assertRaises(NotAllowed):
            paula.with_user(self.cora).write({"email": VICTIM})
        self.luc.partner_id.with_user(self.cora).write({"email": VICTIM})
        self.assertStill()
        self.ada.group_ids |= self.env.ref("base.group_partner_manager")
        paula.with_user(self.ada).write({"email": "p@x.example"})
        self.assertEqual(paula.email, "p@x.example")
        contacts = self.env["res.partner"].with_user(self.ada)
        made = contacts.create({"name": "Nora", "email": "nora@x.example"}).sudo()
        self.assertEqual(made.wezer_vouched_email, "nora@x.example")

    def test_an_address_cannot_be_changed_for_another(self):
        for record in (self.anna, self.anna.partner_id):
            with self.assertRaises(AccessError):
                record.with_user(self.luc).write({"email": VICTIM})
        self.assertFalse(self.letters(VICTIM))
        self.assertFalse(self.waiting(self.anna))

    def test_the_check_finds_two_accounts_with_one_address(self):
        checks = self.env["wezer.invariant"]
        self.assertFalse(checks._check_addresses())
        self.assertFalse(checks._check_confirmed_addresses())
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET email_normalized = %s WHERE id = %s",
            [self.anna.login, self.luc.partner_id.id],
        )
        self.assertEqual(checks._check_addresses()[0][0], self.luc_profile.id)
        self.changes.with_user(self.luc).action_ask(VICTIM)
        self.changes.with_user(self.luc).action_confirm(self.token())
        self.env.flush_all()
        self.assertFalse(checks._check_confirmed_addresses())
        self.env.cr.execute(
            "UPDATE res_users SET login = 'x' WHERE id = %s", [self.luc.id]
        )
        self.assertEqual(checks._check_confirmed_addresses()[0][1], VICTIM)


@tagged("post_install", "-at_install")
class TestPassingForAnother(IdentityCommon):
    def told(self, user):
        return self.env["wezer.notice"].search_count(
            [("partner_id", "=", user.partner_id.id), ("kind", "=", "alike")]
        )

    def test_taking_the_name_of_another_is_noticed(self):
        self.anna.with_user(self.anna).write({"name": "Luс  Nоel"})
        for user in (self.mo, self.ada, self.luc):
            self.assertEqual(self.told(user), 1, user.name)
        self.assertFalse(self.told(self.anna))
        profile = self.anna.partner_id._wezer_profile()
        self.assertEqual(profile._alike(), self.luc_profile)
        self.assertTrue(profile._renamed())
        self.anna.with_user(self.anna).write({"name": "Anna Martin-Berger"})
        self.assertEqual(self.told(self.mo), 1)
        self.assertFalse(profile._alike())

    def test_joining_with_the_name_of_another_is_noticed(self):
        self.account_of(VICTIM, name="LUC NOËL\u200b")
        self.assertTrue(self.told(self.mo))

    def test_a_name_is_one_clean_line(self):
        self.anna.with_user(self.anna).write({"name": "An\u202ena\n" + "x" * 300})
        self.assertEqual(self.anna.name, "Anna " + "x" * 115)
        with self.assertRaises(Refusal):
            self.anna.with_user(self.anna).write({"name": "\u2800"})

    def test_taking_the_picture_of_another_is_noticed(self):
        def drawn(size, shift=0):
            picture = Image.new("RGB", (200, 200), "white")
            draw = ImageDraw.Draw(picture)
            draw.ellipse((40 + shift, 20, 150, 160), fill="brown")
            draw.rectangle((10, 150 - shift, 190, 190), fill="navy")
            draw.line((0, shift * 2, 200, 120), fill="black", width=9)
            out = BytesIO()
            picture.resize(size).save(out, "JPEG", quality=80)
            return b64encode(out.getvalue()).decode()

        profiles = self.env["wezer.profile"]
        profiles.with_user(self.luc).update_own({"image_1920": drawn((200, 200))})
        profiles.with_user(self.cora).update_own({"image_1920": drawn((200, 200), 60)})
        self.assertFalse(self.told(self.mo))
        profiles.with_user(self.anna).update_own({"image_1920": drawn((90, 90))})
        self.assertEqual(self.told(self.mo), 1)
        self.luc.with_user(self.luc).write({"image_1920": drawn((200, 200))})


@tagged("post_install", "-at_install")
class TestIdentityPages(IdentityCommon, HttpCase):
    def post(self, url, **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=form)

    def test_the_page_asks_shows_what_waits_and_confirms(self):
        self.authenticate("luc-base", "luc-base-secret")
        page = self.post("/my/email", email=VICTIM)
        self.assertIn(VICTIM, page.text)
        self.assertIn("when you open the link", page.text)
        self.post("/my/email/withdraw")
        self.assertNotIn("when you open the link", self.url_open("/my/profile").text)
        self.post("/my/email", email=VICTIM)
        url = f"/my/email/confirm/{self.token()}"
        # Mail programs open links: that alone changes nothing.
        self.assertIn(VICTIM, self.url_open(url).text)
        self.assertStill()
        page = self.post(url)
        self.assertIn(f"Your address is now {VICTIM}", page.text)
        self.assertEqual(self.luc.login, VICTIM)
        # Still logged in, and from now on with the new address.
        self.assertIn("/my/profile", self.url_open("/my/profile").url)
        self.authenticate(VICTIM, "luc-base-secret")

    def test_the_address_page_of_odoo_asks_too(self):
        self.luc.partner_id.write(
            {
                "street": "Main street 1",
                "city": "Town",
                "zip": "1000",
                "country_id": self.env.ref("base.ch").id,
                "phone": "0223456789",
            }
        )
        self.authenticate("luc-base", "luc-base-secret")
        answer = self.post(
            "/my/address/submit",
            partner_id=self.luc.partner_id.id,
            name="Luc Noël",
            email=VICTIM,
            phone="0223456789",
            street="Main street 2",
            city="Town",
            zip="1000",
            country_id=self.env.ref("base.ch").id,
            callback="/my/profile",
        )
        self.assertNotIn("invalid_fields", answer.text)
        self.assertStill()
        self.assertEqual(self.luc.partner_id.street, "Main street 2")
        self.assertIn("A link is on its way", self.url_open("/my/profile").text)

    def test_strange_numbers_in_an_address_are_refused(self):
        self.authenticate("luc-base", "luc-base-secret")
        for value in ("1.000", "9" * 5000, "-1", "²"):
            with self.subTest(value=value[:9]):
                answer = self.post("/my/address/submit", partner_id=value)
                self.assertEqual(answer.status_code, 403)
                for name in ("country_id", "state_id"):
                    answer = self.post("/my/address/submit", **{name: value})
                    self.assertEqual(answer.status_code, 200)
                    self.assertIn(name, answer.json()["invalid_fields"])

    def test_text_in_the_place_of_a_picture_is_no_picture(self):
        self.authenticate("luc-base", "luc-base-secret")
        for value in ("0", "1.000", "9" * 5000):
            answer = self.post("/my/profile", picture=value, city="Town")
            self.assertEqual(answer.status_code, 200)
        self.assertFalse(self.luc.partner_id.image_1920)

    def test_the_page_says_who_else_is_called_so(self):
        self.anna.with_user(self.anna).write({"name": "Luc Noel"})
        self.authenticate("cora-base", "cora-base-secret")
        slug = self.anna.partner_id._wezer_profile().slug
        page = self.url_open(f"/members/{slug}").text
        self.assertIn("o_wezer_renamed", page)
        self.assertIn("o_wezer_alike", page)
        self.assertIn(f"/members/{self.luc_profile.slug}", page)
