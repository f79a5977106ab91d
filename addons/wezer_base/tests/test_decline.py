from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .test_joining import JoiningCommon

REASON = "We only accept neighbours of the valley."


@tagged("post_install", "-at_install")
class TestDecline(JoiningCommon):
    """An administrator declines a person, who reads why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.wezer_approval = "always"

    def setUp(self):
        super().setUp()
        self.nina = self.joined()
        self.welcome(self.nina)
        self.profile = self.nina.partner_id._wezer_profile()
        self.assertEqual(self.profile.state, "pending")

    def _decline(self, user, reason=REASON):
        self.profile.with_user(user).sudo(False).action_decline(reason)

    def test_the_person_receives_the_reason_by_mail_and_by_notice(self):
        before = self.letters()
        self._decline(self.ada)
        self.assertEqual(self.profile.state, "declined")
        letter = self.letters() - before
        self.assertEqual(len(letter), 1)
        self.assertIn(REASON, str(letter.body_html))
        notice = self.env["wezer.notice"].search(
            [("partner_id", "=", self.nina.partner_id.id), ("kind", "=", "declined")]
        )
        self.assertEqual(len(notice), 1)
        waiting = self.env["wezer.notice"].search(
            [("kind", "=", "application"), ("settled", "=", False)]
        )
        self.assertNotIn(self.profile.id, waiting.mapped("res_id"))

    def test_only_administrators_decline_and_only_with_a_reason(self):
        for user in (self.anna, self.cora, self.mo, self.nina):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._decline(user)
        for reason in ("", "  ", None, False):
            with self.assertRaises(Refusal) as refused:
                self._decline(self.ada, reason)
            self.assertEqual(refused.exception.rule, "note")
        self.assertEqual(self.profile.state, "pending")

    def test_only_who_waits_is_declined(self):
        self.profile = self.luc_profile
        with self.assertRaises(Refusal) as refused:
            self._decline(self.ada)
        self.assertEqual(refused.exception.rule, "state")

    def test_the_form_of_the_back_office_declines(self):
        form = self.env["wezer.member.decline"].with_user(self.ada)
        form = form.with_context(active_id=self.profile.id).create({"reason": REASON})
        form.action_decline()
        self.assertEqual(self.profile.decline_reason, REASON)

    def test_a_declined_person_is_no_member_and_may_be_accepted_later(self):
        self._decline(self.ada)
        self.assertFalse(self.nina._wezer_may_act())
        self.assertFalse(self.nina._wezer_is_member())
        with self.assertRaises(NotAllowed) as refused:
            self.env["wezer.profile"].with_user(self.nina).update_own({"city": "X"})
        self.assertEqual(refused.exception.rule, "standing")
        self.assertIn("declined", str(refused.exception))
        self.profile.with_user(self.ada).sudo(False).action_approve()
        self.assertEqual(self.profile.state, "active")
        self.assertFalse(self.profile.decline_reason)
        self.assertTrue(self.nina._wezer_may_act())

    def test_a_declined_person_who_left_comes_back_declined(self):
        self._decline(self.ada)
        self.nina.partner_id._wezer_let_go()
        self.assertEqual(self.profile.left_from, "declined")

    def test_a_refusal_says_what_is_missing_in_each_standing(self):
        saved = {
            "pending": "An administrator is looking at your request",
            "suspended": "suspended",
            "declined": "declined",
        }
        invitations = self.env["wezer.invitation"].with_user(self.nina)
        for state, text in saved.items():
            self.profile.state = state
            with self.assertRaises(NotAllowed) as refused:
                invitations.action_link()
            self.assertEqual(refused.exception.rule, "standing")
            self.assertIn(text, str(refused.exception))

    def test_the_address_of_who_waits_cannot_be_guessed(self):
        """Another person of the same name learns nothing from their own address."""
        self.assertNotEqual(self.profile.slug, "nina-new")
        twin = self._user("Nina New", "base.group_portal")
        self.assertEqual(twin.partner_id._wezer_profile().slug, "nina-new")
        self.profile.with_user(self.ada).sudo(False).action_approve()
        self.assertEqual(self.profile.slug, "nina-new-2")


@tagged("post_install", "-at_install")
class TestStandingPages(HttpCase, JoiningCommon):
    """Whoever is no member yet reads what they may do, and no error."""

    def _texts(self, *addresses):
        for address in addresses:
            answer = self.url_open(address)
            self.assertLess(answer.status_code, 400, address)
            yield address, answer.text

    def test_each_standing_is_explained_on_every_page(self):
        self.authenticate("luc-base", "luc-base-secret")
        for state, home, banner in (
            ("pending", "You will be let in soon", "You are not a member yet"),
            ("declined", "was declined", "Your request to join was declined"),
            ("suspended", "is suspended", "Your membership is suspended"),
        ):
            self.luc_profile.write({"state": state, "decline_reason": REASON})
            for address, text in self._texts("/my", "/members", "/my/profile"):
                with self.subTest(state=state, address=address):
                    self.assertIn(home if address == "/my" else banner, text)
                    self.assertEqual(
                        REASON in text, state == "declined" and address == "/my"
                    )
        self.luc_profile.state = "active"
        for _address, text in self._texts("/my", "/members"):
            self.assertNotIn("See what you can do</a>", text)

    def test_the_form_of_the_profile_says_what_the_back_office_sees(self):
        self.authenticate("luc-base", "luc-base-secret")
        page = " ".join(self.url_open("/my/profile").text.split())
        self.assertIn("see your name, e-mail address and phone number", page)
        cora = self.luc.partner_id.with_user(self.cora)
        self.assertEqual(cora.email, "luc@secret.example")
