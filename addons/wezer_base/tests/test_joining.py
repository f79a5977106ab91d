import re

from odoo import Command
from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import WezerCommon

ADDRESS = "new.neighbour@example.org"


class JoiningCommon(WezerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"wezer_terms": "<p>Be kind.</p>"})
        cls.terms = cls.env["wezer.terms.of.use"]._current()
        cls.invitations = cls.env["wezer.invitation"]

    def letters(self, address=ADDRESS):
        self.invitations._write_letters()
        return self.env["mail.mail"].search([("email_to", "=", address)])

    def token_of(self, mail):
        return re.search(r"/join/([\w-]+)", str(mail.body_html)).group(1)

    def asked(self, address=ADDRESS):
        """Return the invitation of who asked for an account, with its token."""
        self.invitations.sudo()._request(address)
        mail = self.letters(address)[:1]
        return self.invitations._find_by_token(self.token_of(mail))

    def joined(self, address=ADDRESS, name="Nina New", inviter=None):
        """Return the user who came through a letter."""
        if inviter:
            self.invitations.with_user(inviter).action_invite([address])
            invitation = self.invitations._find_by_token(
                self.token_of(self.letters(address)[:1])
            )
        else:
            invitation = self.asked(address)
        login = invitation._accept(name, "nina-secret-1")
        return self.env["res.users"].search([("login", "=", login)])

    def welcome(self, user, terms=None, **vals):
        terms = self.terms if terms is None else terms
        return (
            self.env["res.users"]
            .with_user(user)
            .action_finish_welcome({"name": user.name, **vals}, terms and terms.id)
        )


@tagged("post_install", "-at_install")
class TestJoining(JoiningCommon):
    # === THE WAY IN === #

    def test_a_request_sends_one_letter_and_the_answer_reveals_nothing(self):
        self.assertTrue(self.invitations._request(ADDRESS))
        self.assertTrue(self.invitations._request(ADDRESS))
        self.assertEqual(len(self.letters()), 1)
        self.assertTrue(self.invitations._request("anna@example.org"))
        mail = self.letters("anna@example.org")
        self.assertIn("You already have one", str(mail.body_html))
        self.assertNotIn("/join/", str(mail.body_html))

    def test_the_token_is_kept_as_a_hash_only(self):
        invitation = self.asked()
        self.assertFalse(invitation.link_token)
        self.assertEqual(len(invitation.token_hash), 64)
        self.assertFalse(self.invitations._find_by_token(invitation.token_hash))

    def test_a_newcomer_is_pending_until_welcomed_and_never_internal(self):
        user = self.joined()
        profile = user.partner_id._wezer_profile()
        self.assertTrue(user._is_portal())
        self.assertFalse(user._is_internal())
        self.assertEqual((profile.state, profile.welcomed), ("pending", False))
        self.assertFalse(user._acts_for(user.partner_id, "market"))
        self.assertFalse(self.env["wezer.profile"].with_user(user).search([]) - profile)
        self.assertEqual(self.welcome(user), "active")
        self.assertTrue(user._acts_for(user.partner_id, "market"))
        self.assertGreater(len(self.env["wezer.profile"].with_user(user).search([])), 2)

    def test_a_letter_lets_in_once(self):
        invitation = self.asked()
        invitation._accept("Nina", "nina-secret-1")
        with self.assertRaises(Refusal):
            invitation._accept("Nina", "nina-secret-1")

    def test_signing_up_takes_no_groups_from_the_form(self):
        internal = self.env.ref("base.group_user")
        self.env["res.users"].sudo().with_context(no_reset_password=True).signup(
            {
                "login": ADDRESS,
                "name": "Nina",
                "password": "nina-secret-1",
                "group_ids": [Command.set(internal.ids)],
            }
        )
        user = self.env["res.users"].search([("login", "=", ADDRESS)])
        self.assertFalse(user._is_internal())
        self.assertEqual(user.partner_id._wezer_profile().state, "pending")

    # === TERMS === #

    def test_without_agreeing_to_the_terms_nobody_joins(self):
        user = self.joined()
        with self.assertRaises(Refusal) as caught:
            self.welcome(user, terms=False)
        self.assertEqual(caught.exception.rule, "terms")
        self.welcome(user)
        acceptance = self.env["wezer.terms.acceptance"].with_user(user).search([])
        self.assertEqual(acceptance.terms_id.id, self.terms.id)
        self.assertTrue(acceptance.date)
        self.assertFalse(
            self.env["wezer.terms.acceptance"].with_user(self.anna).search([])
        )

    def test_changed_terms_are_a_new_version_and_asked_again(self):
        user = self.joined()
        self.welcome(user)
        self.assertFalse(
            [row for row in user._wezer_todo() if row["url"] == "/community/terms"]
        )
        self.env.company.wezer_terms = "<p>Be kind, and come in time.</p>"
        current = self.env["wezer.terms.of.use"]._current()
        self.assertEqual(current.version, self.terms.version + 1)
        self.assertIn("Be kind.", self.terms.body)
        self.assertTrue(
            [row for row in user._wezer_todo() if row["url"] == "/community/terms"]
        )
        with self.assertRaises(Refusal):
            self.terms.with_user(user).action_accept()
        current.with_user(user).action_accept()
        self.assertEqual(
            self.env["wezer.terms.acceptance"].search_count(
                [("partner_id", "=", user.partner_id.id)]
            ),
            2,
        )

    def test_saving_the_same_terms_makes_no_version(self):
        self.env.company.wezer_terms = self.env.company.wezer_terms
        self.assertEqual(self.env["wezer.terms.of.use"]._current(), self.terms)

    def test_versions_and_consents_stay(self):
        user = self.joined()
        self.welcome(user)
        with self.assertRaises(NotAllowed):
            self.terms.sudo().unlink()
        with self.assertRaises(NotAllowed):
            self.env["wezer.terms.acceptance"].sudo().search([]).write({"date": False})

    # === APPROVAL === #

    def test_with_approval_a_newcomer_waits_and_gets_a_notice(self):
        self.env.company.wezer_approval = "always"
        user = self.joined()
        self.assertEqual(self.welcome(user), "pending")
        profile = user.partner_id._wezer_profile()
        self.assertTrue(profile.applied_date)
        told = self.env["wezer.notice"].search([("kind", "=", "application")])
        self.assertIn(self.ada.partner_id, told.partner_id)
        with self.assertRaises(NotAllowed):
            profile.with_user(self.cora).sudo(False).action_approve()
        profile.with_user(self.ada).action_approve()
        self.assertEqual(profile.state, "active")
        self.assertTrue(all(told.mapped("settled")))
        self.assertTrue(
            self.env["wezer.notice"].search(
                [("kind", "=", "approved"), ("partner_id", "=", user.partner_id.id)]
            )
        )

    def test_invited_people_need_no_approval_where_the_setting_says_so(self):
        self.env.company.wezer_approval = "uninvited"
        user = self.joined(inviter=self.anna)
        self.assertEqual(self.welcome(user), "active")
        profile = user.partner_id._wezer_profile()
        self.assertEqual(profile.admitted_by_id, self.anna.partner_id)
        other = self.joined("stranger@example.org")
        self.assertEqual(self.welcome(other), "pending")

    def test_applicants_cannot_accept_themselves(self):
        self.env.company.wezer_approval = "always"
        user = self.joined()
        self.welcome(user)
        profile = user.partner_id._wezer_profile().with_user(user).sudo(False)
        with self.assertRaises(AccessError):
            profile.action_approve()
        with self.assertRaises(Refusal):
            self.welcome(user)

    # === INVITATIONS === #

    def test_too_many_waiting_or_a_day_are_refused_with_the_limit(self):
        self.env.company.write({"wezer_invite_pending": 3, "wezer_invite_daily": 2})
        mine = self.invitations.with_user(self.anna)
        mine.action_invite(["a@example.org", "b@example.org"])
        with self.assertRaises(Refusal) as caught:
            mine.action_invite(["c@example.org"])
        self.assertEqual((caught.exception.rule, caught.exception.limit), ("daily", 2))
        self.env.company.wezer_invite_daily = 9
        with self.assertRaises(Refusal) as caught:
            mine.action_invite(["c@example.org", "d@example.org"])
        self.assertEqual(caught.exception.rule, "pending")
        mine.search([], limit=1).action_withdraw()
        mine.action_invite(["c@example.org", "d@example.org"])

    def test_a_member_who_is_invited_gets_no_letter_and_the_inviter_learns_nothing(
        self,
    ):
        mine = self.invitations.with_user(self.anna)
        self.assertEqual(mine.action_invite(["luc@secret.example", ADDRESS]), 2)
        self.assertFalse(self.letters("luc@secret.example"))
        self.assertEqual(len(self.letters()), 1)
        both = mine.search([])
        self.assertEqual(both.mapped("state"), ["pending", "pending"])

    def test_the_addressee_can_block_the_inviter_or_everybody(self):
        mine = self.invitations.with_user(self.anna)
        mine.action_invite([ADDRESS])
        invitation = self.invitations._find_by_token(self.token_of(self.letters()))
        invitation._block()
        mine.action_invite([ADDRESS])
        self.assertEqual(len(self.letters()), 1)
        self.invitations.with_user(self.cora).action_invite([ADDRESS])
        self.assertEqual(len(self.letters()), 2)
        self.invitations._find_by_token(self.token_of(self.letters()[:1]))._block(True)
        self.invitations.with_user(self.ada).action_invite([ADDRESS])
        self.assertEqual(len(self.letters()), 2)

    def test_only_stewards_invite_where_the_setting_says_so(self):
        self.env.company.wezer_invitations = "stewards"
        with self.assertRaises(NotAllowed):
            self.invitations.with_user(self.anna).action_invite([ADDRESS])
        self.env.company.wezer_invite_user_ids = self.anna
        self.invitations.with_user(self.anna).action_invite([ADDRESS])

    def test_another_s_invitations_are_not_seen_and_no_token_ever(self):
        self.invitations.with_user(self.anna).action_invite([ADDRESS])
        self.assertFalse(self.invitations.with_user(self.luc).search([]))
        mine = self.invitations.with_user(self.anna).search([])
        self.assertEqual(mine.email, ADDRESS)
        with self.assertRaises(AccessError):
            mine.read(["token_hash"])
        with self.assertRaises(AccessError):
            mine.write({"email": "x@example.org"})

    def test_a_suspended_member_invites_nobody(self):
        self.anna.partner_id._wezer_profile().state = "suspended"
        with self.assertRaises(NotAllowed):
            self.invitations.with_user(self.anna).action_link()

    def test_an_invalid_address_is_refused(self):
        for text in ("", [], ["nobody"], ["a@b", "x y"], {"a": 1}):
            with self.assertRaises(Refusal):
                self.invitations.with_user(self.anna).action_invite(text)

    # === COMING BACK === #

    def test_a_member_without_a_login_is_found_by_the_address(self):
        rosa = self.env["res.partner"].create({"name": "Rosa", "email": ADDRESS})
        profile = self.env["wezer.profile"]._make_for(rosa)
        user = self.joined(name="Rosa")
        self.assertEqual(user.partner_id, rosa)
        self.assertEqual(profile.state, "active")
        self.assertEqual(user.partner_id._wezer_profile(), profile)

    def test_a_former_member_comes_back_as_the_same_partner(self):
        user = self.joined()
        self.welcome(user, presentation="I like bees.")
        partner = user.partner_id
        user.sudo()._deactivate_portal_user()
        again = self.joined(name="Nina Again")
        self.assertEqual(again.partner_id, partner)
        self.assertEqual(partner.name, "Nina Again")
        self.assertFalse(partner._wezer_profile().presentation)
        self.assertEqual(partner._wezer_profile().state, "active")

    def test_a_suspended_member_comes_back_suspended(self):
        user = self.joined()
        self.welcome(user)
        user.partner_id._wezer_profile().state = "suspended"
        user.sudo()._deactivate_portal_user()
        again = self.joined()
        self.assertEqual(again.partner_id._wezer_profile().state, "suspended")
        self.assertFalse(again._acts_for(again.partner_id, "wallet"))

    # === FIRST STEPS === #

    def test_the_first_steps_end_by_themselves(self):
        user = self.joined()
        self.welcome(user)
        steps = user._wezer_welcome_list()
        self.assertTrue(steps)
        self.assertFalse(any(step["done"] for step in steps[:1]))
        profile = user.partner_id._wezer_profile()
        profile.joined_date = "2020-01-01"
        self.assertFalse(user._wezer_welcome_list())


@tagged("post_install", "-at_install")
class TestJoiningPages(HttpCase, JoiningCommon):
    def _post(self, url, **data):
        data["csrf_token"] = Request.csrf_token(self)
        return self.url_open(url, data=data)

    def test_from_an_address_to_a_member(self):
        self.authenticate(None, None)
        page = self.url_open("/web/signup").text
        self.assertNotIn('type="password"', page)
        page = self._post("/web/signup", login=ADDRESS).text
        self.assertIn("Check your e-mail", page)
        token = self.token_of(self.letters())
        page = self.url_open(f"/join/{token}").text
        self.assertIn("What should we call you?", page)
        page = self._post(f"/join/{token}", name="Nina", password="short").text
        self.assertIn("A password needs at least 8 characters.", page)
        page = self._post(f"/join/{token}", name="Nina", password="nina-secret-1").text
        self.assertIn("Who are you?", page)
        self.assertIn("Be kind.", page)
        # Logging in has made a new session, and a new token with it.
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        fields = {"csrf_token": csrf, "terms_id": self.terms.id}
        page = self.url_open("/welcome", data={"name": "Nina", **fields}).text
        self.assertIn("Please read the terms of use and agree to them.", page)
        more = {"name": "Nina New", "agree": "1", "city": "Mill Street"}
        page = self.url_open("/welcome", data={**fields, **more}).text
        self.assertIn("Your first steps", page)
        user = self.env["res.users"].search([("login", "=", ADDRESS)])
        self.assertEqual(user.partner_id.name, "Nina New")
        self.assertEqual(user.partner_id._wezer_profile().state, "active")

    def test_pages_answer_alike_for_known_and_unknown_addresses(self):
        self.authenticate(None, None)

        def told(url, address):
            page = self._post(url, login=address).text
            return re.sub(r"csrf_token: \"[^\"]*\"", "", page).replace(address, "")

        def main(text):
            return text.split("<main")[1].split("</main")[0]

        for url in ("/web/signup", "/web/reset_password"):
            answers = {
                re.sub(r'value="[^"]*"', "", main(told(url, address)))
                for address in ("anna-base", "anna@example.org", "nobody@example.org")
                if url != "/web/signup" or "@" in address
            }
            self.assertEqual(len(answers), 1, url)
        for url in ("/web/signup", "/web/reset_password"):
            known = self.url_open(
                f"{url}?signup_email=anna@example.org", allow_redirects=False
            )
            self.assertEqual(known.status_code, 200)

    def test_a_link_leads_to_a_letter_and_the_letter_in(self):
        self.authenticate("anna-base", "anna-base-secret")
        page = self._post("/my/invite/link").text
        token = re.search(r"/join/([\w-]+)", page).group(1)
        self.authenticate(None, None)
        page = self.url_open(f"/join/{token}").text
        self.assertIn("Anna Martin invites you", page)
        self._post(f"/join/{token}", email=ADDRESS)
        letter = self.token_of(self.letters())
        self.assertNotEqual(letter, token)
        self._post(f"/join/{letter}", name="Nina", password="nina-secret-1")
        profile = self.env["wezer.profile"].search([("name", "=", "Nina")])
        self.assertEqual(profile.admitted_by_id, self.anna.partner_id)

    def test_a_blocking_link_works_without_an_account(self):
        self.invitations.with_user(self.anna).action_invite([ADDRESS])
        self.authenticate(None, None)
        token = self.token_of(self.letters())
        self.assertIn(
            "No more invitations from", self.url_open(f"/join/{token}/block").text
        )
        page = self._post(f"/join/{token}/block").text
        self.assertIn("You will get no more invitations.", page)
        self.assertFalse(self.invitations._find_by_token(token))

    def test_a_wrong_token_says_nothing(self):
        self.authenticate(None, None)
        page = self.url_open("/join/anything").text
        self.assertIn("is no longer valid", page)
