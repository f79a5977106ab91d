from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ..exceptions import NotAllowed, Refusal
from .common import WezerCommon

OPEN = {"text": "Something waits.", "url": "/my/todo", "blocks": True}


@tagged("post_install", "-at_install")
class TestLeaving(WezerCommon):
    """Luc leaves: by his page, by Odoo's, by an administrator, by a moderator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profiles = cls.env["wezer.profile"]
        cls.leavings = cls.env["wezer.departure"]
        cls.partner = cls.luc.partner_id

    def block(self, rows=(OPEN,)):
        """Let something be open with everybody."""
        self.patch(
            type(self.env["res.partner"]),
            "_wezer_leave_obstacles",
            lambda partner: list(rows),
        )

    def leave(self, user=None, password="luc-base-secret"):
        user = user or self.luc
        return self.profiles.with_user(user).leave(password)

    def test_leaving_erases_profile_contact_login_and_keys(self):
        self.luc_profile.write({"presentation": "I bake", "image_1920": self.pixel()})
        mandates = self.env["wezer.mandate"]
        given = mandates.browse(
            mandates.with_user(self.luc).action_give(
                self.anna.partner_id._wezer_profile().id, ["market"]
            )
        )
        self.leave()
        self.assertEqual(self.partner.name, f"Former member {self.partner.id}")
        self.assertFalse(self.partner.email or self.partner.phone)
        profile = self.luc_profile
        self.assertEqual(profile.state, "left")
        self.assertFalse(profile.presentation or profile.image_1920 or profile.city)
        self.assertEqual(profile.slug, f"former-{profile.id}")
        self.assertFalse(self.luc.active or self.partner.active)
        self.assertNotIn("luc", self.luc.login)
        self.assertEqual(given.state, "revoked")
        self.assertFalse(self.luc._wezer_may_act())
        self.env.invalidate_all()
        seen = self.profiles.with_user(self.anna).search([("id", "=", profile.id)])
        self.assertFalse(seen)

    def pixel(self):
        return (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q"
            "DwADhgGAWjR9awAAAABJRU5ErkJggg=="
        )

    def test_his_password_is_asked_again(self):
        for wrong in ("", "anna-base-secret", None, ["x"], {"a": 1}, 7):
            with self.assertRaises(NotAllowed):
                self.leave(password=wrong)
        self.assertTrue(self.luc.active)

    def test_visitors_cannot_leave_and_nobody_leaves_for_another(self):
        with self.assertRaises(NotAllowed):
            self.leave(self.public)
        for user in (self.anna, self.cora, self.mo):
            with self.assertRaises(NotAllowed):
                self.luc_profile.with_user(user).action_forget()
        self.assertTrue(self.luc.active)

    def test_open_matters_come_first_by_every_way_out(self):
        self.block()
        with self.assertRaises(Refusal) as caught:
            self.leave()
        self.assertEqual(caught.exception.rule, "open")
        with self.assertRaises(Refusal):
            self.luc.sudo()._deactivate_portal_user()
        with self.assertRaises(Refusal):
            self.luc_profile.with_user(self.ada).action_forget()
        self.assertEqual(self.luc_profile.state, "active")

    def test_a_mere_mention_does_not_prevent_leaving(self):
        self.block([{**OPEN, "blocks": False}])
        self.assertTrue(self.leave())

    def test_internal_users_give_back_their_role_before_leaving(self):
        with self.assertRaises(Refusal) as caught:
            self.leave(self.cora, "cora-base-secret")
        self.assertEqual(caught.exception.rule, "open")
        with self.assertRaises(Refusal):
            self.cora.sudo()._deactivate_portal_user()

    def test_a_suspended_member_may_leave_and_is_suspended_when_he_returns(self):
        self.luc_profile.state = "suspended"
        self.leave()
        found = self.env["wezer.profile"]._find_left("LUC@secret.example")
        self.assertEqual(found, self.partner)
        self.assertEqual(found._wezer_return().state, "suspended")
        self.assertTrue(found.active)

    def test_an_address_he_only_wrote_leads_nobody_to_his_debts(self):
        self.luc.login = "luc@proved.example"
        self.partner.email = "victim@else.example"
        self.leave()
        self.assertFalse(self.env["wezer.profile"]._find_left("victim@else.example"))
        self.assertEqual(
            self.env["wezer.profile"]._find_left("luc@proved.example"), self.partner
        )

    def test_requests_to_leave_are_limited_per_day(self):
        self.block()
        for _number in range(3):
            asked = self.leavings.with_user(self.luc).ask("x")
            self.leavings.with_user(self.luc).browse(asked).action_withdraw()
        with self.assertRaises(Refusal) as caught:
            self.leavings.with_user(self.luc).ask("x")
        self.assertEqual(caught.exception.rule, "daily")

    def test_an_address_that_never_was_here_finds_nobody(self):
        self.leave()
        for address in ("", None, "anna@example.org", "%", "former"):
            self.assertFalse(self.env["wezer.profile"]._find_left(address))

    def test_an_administrator_lets_go_who_cannot_log_in(self):
        paper = self.env["res.partner"].create(
            {"name": "Paper Paula", "email": "p@x.org"}
        )
        profile = self.profiles._make_for(paper)
        profile.with_user(self.ada).action_forget()
        self.assertEqual((profile.state, paper.active), ("left", False))
        self.assertEqual(paper.name, f"Former member {paper.id}")
        with self.assertRaises(Refusal):
            profile.with_user(self.ada).action_forget()
        with self.assertRaises(NotAllowed):
            self.ada.partner_id._wezer_profile().with_user(self.ada).action_forget()

    def test_leaving_writes_no_mail(self):
        before = self.env["mail.mail"].search_count([])
        self.leave()
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_a_forged_context_keeps_no_security_mail_back(self):
        before = self.env["mail.mail"].search_count([])
        self.luc.with_context(wezer_farewell=True).sudo().write({"login": "luc.other"})
        self.assertEqual(self.env["mail.mail"].search_count([]), before + 1)

    def test_the_address_stays_only_in_the_list_of_those_never_written_to(self):
        self.luc.sudo()._deactivate_portal_user(request_blacklist="on")
        listed = self.env["mail.blacklist"].search([("email", "ilike", "secret")])
        self.assertEqual(listed.email, "luc@secret.example")

    def test_his_name_leaves_the_notices_of_others(self):
        name = self.partner.name
        self.anna.partner_id._wezer_notify("test", f"{name} came by, Lucas too.")
        self.leave()
        notice = self.env["wezer.notice"].search(
            [("partner_id", "=", self.anna.partner_id.id), ("kind", "=", "test")]
        )
        self.assertNotIn(name, notice.message)
        self.assertIn("Lucas too", notice.message)

    # === MODERATORS === #

    def test_he_asks_the_moderators_only_where_something_is_open(self):
        with self.assertRaises(Refusal):
            self.leavings.with_user(self.luc).ask("x")
        with self.assertRaises(NotAllowed):
            self.leavings.with_user(self.public).ask("x")
        self.block()
        first = self.leavings.with_user(self.luc).ask("I move")
        self.assertEqual(self.leavings.with_user(self.luc).ask("again"), first)
        todo = [row["text"] for row in self.mo._wezer_todo()]
        self.assertIn(
            f"{self.partner.name} would like to leave, and something is still open.",
            todo,
        )
        self.assertFalse(
            [row for row in self.cora._wezer_todo() if "leave" in str(row)]
        )

    def test_others_see_and_decide_nothing(self):
        self.block()
        asked = self.leavings.browse(self.leavings.with_user(self.luc).ask("I move"))
        self.env.invalidate_all()
        for user in (self.anna, self.cora):
            with self.assertRaises(AccessError):
                asked.with_user(user).read(["reason"])
            with self.assertRaises(AccessError):
                asked.with_user(user).action_let_go("why not")
        with self.assertRaises(NotAllowed):
            asked.with_user(self.luc).action_let_go("please")
        for user in (self.luc, self.mo):
            with self.assertRaises(AccessError):
                asked.with_user(user).write({"state": "done"})

    def test_a_moderator_decides_with_a_reason_and_never_about_himself(self):
        self.block()
        asked = self.leavings.browse(self.leavings.with_user(self.luc).ask("I move"))
        with self.assertRaises(Refusal) as caught:
            asked.with_user(self.mo).action_let_go(" ")
        self.assertEqual(caught.exception.rule, "note")
        with self.assertRaises(Refusal) as caught, self.env.cr.savepoint():
            asked.with_user(self.mo).action_let_go("He moves")
        self.assertEqual(caught.exception.rule, "open", "the rest is decided first")
        self.env.invalidate_all()
        self.block([])
        own = self.leavings.create({"partner_id": self.mo.partner_id.id})
        with self.assertRaises(NotAllowed):
            own.with_user(self.mo).action_let_go("me")
        asked.with_user(self.mo).action_let_go("He moves")
        self.assertEqual((asked.state, asked.reason), ("done", False))
        self.assertEqual(self.luc_profile.state, "left")

    def test_he_may_stay_after_all(self):
        self.block()
        asked = self.leavings.browse(self.leavings.with_user(self.luc).ask("I move"))
        asked.with_user(self.luc).action_withdraw()
        self.assertEqual(asked.state, "withdrawn")
        with self.assertRaises(Refusal):
            asked.with_user(self.mo).action_let_go("too late")


@tagged("post_install", "-at_install")
class TestLeavingPages(WezerCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.authenticate("luc-base", "luc-base-secret")

    def post(self, url, **data):
        data["csrf_token"] = self.csrf()
        return self.url_open(url, data=data, allow_redirects=True)

    def csrf(self):
        page = self.url_open("/my/profile").text
        return page.split('name="csrf_token" value="')[1].split('"')[0]

    def test_he_leaves_on_his_page_and_his_session_ends(self):
        page = self.url_open("/my/leave").text
        self.assertIn("Your data after you leave", page)
        wrong = self.post("/my/leave", password="no")
        self.assertIn("This is not your password.", wrong.text)
        self.assertEqual(self.luc_profile.state, "active")
        self.post("/my/leave", password="luc-base-secret")
        self.env.invalidate_all()
        self.assertEqual(self.luc_profile.state, "left")
        again = self.url_open("/my/profile")
        self.assertIn("/web/login", again.url)

    def test_odoos_own_page_takes_the_same_way(self):
        self.post(
            "/my/deactivate_account", validation="luc-base", password="luc-base-secret"
        )
        self.env.invalidate_all()
        self.assertEqual(self.luc_profile.state, "left")
        self.assertFalse(self.luc.partner_id.email)

    def test_odoos_own_page_says_what_is_open(self):
        self.patch(
            type(self.env["res.partner"]),
            "_wezer_leave_obstacles",
            lambda partner: [OPEN],
        )
        page = self.post(
            "/my/deactivate_account", validation="luc-base", password="luc-base-secret"
        )
        self.assertIn("Something waits.", page.text)
        self.assertEqual(self.luc_profile.state, "active")
        page = self.url_open("/my/leave").text
        self.assertIn("Something waits.", page)
        self.assertIn("Ask the moderators", page)
        self.assertNotIn("Leave and delete my data", page)
        page = self.post("/my/leave/ask", reason="I move").text
        self.assertIn("You have asked the moderators to let you go.", page)
        page = self.post("/my/leave/stay").text
        self.assertIn("Ask the moderators", page)

    def test_the_download_is_a_zip_of_his_own(self):
        self.assertIn("Download my data", self.url_open("/my/download").text)
        answer = self.url_open("/my/download/data.zip")
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertTrue(answer.content.startswith(b"PK"))
