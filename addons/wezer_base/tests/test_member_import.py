from odoo.tests import tagged

from ..exceptions import NotAllowed
from .common import WezerCommon


@tagged("post_install", "-at_install")
class TestMemberImport(WezerCommon):
    """An administrator brings a list of members; nobody is there twice."""

    def take(self, *rows, user=None, **options):
        members = self.env["wezer.member.import"].with_user(user or self.ada)
        return members._import_rows(list(rows), **options)

    def states(self, report):
        return [row["state"] for row in report]

    def profile(self, report, number=0):
        return self.env["wezer.profile"].browse(report[number]["id"])

    def test_a_member_comes_with_what_the_file_says_and_without_a_login(self):
        report = self.take(
            {
                "name": "Nina Neu",
                "email": "Nina@New.example ",
                "phone": "0777",
                "skills": ["Juggling", "juggling", "Cooking"],
                "languages": ["English", "en", "Klingon"],
                "place": "Lausanne",
            }
        )
        self.assertEqual(self.states(report), ["created"])
        self.assertIn("Klingon", report[0]["reason"])
        profile = self.profile(report)
        self.assertEqual((profile.name, profile.city), ("Nina Neu", "Lausanne"))
        self.assertEqual(profile.partner_id.email_normalized, "nina@new.example")
        self.assertEqual(profile.partner_id.phone, "0777")
        self.assertEqual(len(profile.skill_ids), 2)
        self.assertEqual(profile.language_ids.mapped("iso_code"), ["en"])
        self.assertFalse(profile.partner_id.user_ids)
        self.assertEqual(profile.state, "active")

    def test_the_same_file_twice_changes_nothing(self):
        rows = (
            {"name": "Nina", "email": "nina@new.example", "skills": ["Juggling"]},
            {"name": "Paper Paul"},
        )
        self.assertEqual(self.states(self.take(*rows)), ["created", "created"])
        count = self.env["res.partner"].search_count([])
        self.assertEqual(self.states(self.take(*rows)), ["same", "same"])
        self.assertEqual(self.env["res.partner"].search_count([]), count)

    def test_an_existing_member_is_found_by_address_and_keeps_their_texts(self):
        self.luc_profile.presentation = "My own words"
        row = {
            "name": "Lucas",
            "email": "LUC@secret.example",
            "presentation": "Others' words",
            "place": "Elsewhere",
            "skills": ["Juggling"],
        }
        report = self.take(row)
        self.assertEqual(self.states(report), ["updated"])
        self.assertEqual(self.profile(report), self.luc_profile)
        self.assertEqual(self.luc.name, "Luc Noël")
        self.assertEqual(self.luc_profile.presentation, "My own words")
        self.assertEqual(self.luc_profile.city, "Hidden Hamlet")
        self.assertEqual(self.luc_profile.skill_ids.mapped("name"), ["Juggling"])
        login = self.take({"name": "Anna", "email": "anna-base@x.example"})
        self.assertEqual(self.states(login), ["created"])

    def test_a_dry_run_says_the_same_and_keeps_nothing(self):
        rows = (
            {"name": "Nina", "email": "nina@new.example", "skills": ["Juggling"]},
            {"name": "", "email": "x@new.example"},
        )
        before = self.env["res.partner"].search_count([])
        tried = self.take(*rows, dry_run=True, mail=True)
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        self.assertFalse(self.env["wezer.skill"]._find("Juggling"))
        self.assertFalse(tried[0]["id"])
        done = self.take(*rows)
        self.assertEqual(self.states(tried), self.states(done))
        self.assertEqual(self.states(done), ["created", "refused"])

    def test_a_row_that_cannot_be_taken_says_why_and_stops_no_other(self):
        shop = self.env["res.partner"].create(
            {"name": "Shop", "email": "shop@x.example", "is_company": True}
        )
        left = self.luc.partner_id
        self.luc.sudo()._deactivate_portal_user()
        report = self.take(
            {"name": " ", "email": "a@x.example"},
            {"name": "Bad", "email": "no address"},
            {"name": "Nina", "email": "nina@new.example"},
            {"name": "Nina again", "email": "NINA@new.example"},
            {"name": "Shop", "email": shop.email},
            {"name": "Luc", "email": "luc@secret.example"},
            {"name": "Zoe", "email": "zoe@new.example"},
        )
        self.assertEqual(
            self.states(report),
            ["refused", "refused", "created", "refused", "refused", "refused"]
            + ["created"],
        )
        self.assertIn("is the e-mail address of row 3 (Nina)", report[3]["reason"])
        self.assertEqual(report[5]["reason"], "this member has left the community")
        self.assertFalse(left.email)

    def test_letters_are_written_only_where_asked_and_to_who_has_no_login(self):
        rows = (
            {"name": "Nina", "email": "nina@new.example"},
            {"name": "Anna", "email": "anna@example.org"},
            {"name": "Paper Paul"},
        )
        mails = self.env["mail.mail"].search_count([])
        before = self.env["wezer.invitation"].search([])
        self.take(*rows)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.take(*rows, mail=True)
        letter = ("kind", "=", "letter")
        invitations = self.env["wezer.invitation"].search([letter]) - before
        self.assertEqual(invitations.mapped("email"), ["nina@new.example"])

    def test_accepting_the_invitation_leads_to_the_imported_profile(self):
        report = self.take({"name": "Nina", "email": "nina@new.example"}, mail=True)
        invitation = self.env["wezer.invitation"].search(
            [("kind", "=", "letter"), ("email", "=", "nina@new.example")]
        )
        invitation.sudo()._accept("Nina Neu", "a-long-secret-1")
        user = self.env["res.users"].search([("login", "=", "nina@new.example")])
        self.assertEqual(user.partner_id._wezer_profile(), self.profile(report))
        self.assertTrue(user.share)

    def test_only_administrators_import(self):
        for user in (self.luc, self.cora, self.mo, self.public):
            with self.assertRaises(NotAllowed):
                self.take({"name": "Nina"}, user=user)

    def test_markup_does_no_harm(self):
        report = self.take(
            {
                "name": "<script>alert(1)</script> Nina",
                "email": "markup@new.example",
                "skills": ["sweeping", "", "  "],
                "languages": [None, ""],
            }
        )
        profile = self.profile(report)
        self.assertEqual(profile.name, "<script>alert(1)</script> Nina")
        self.assertEqual(profile.skill_ids.mapped("name"), ["sweeping"])

    def test_a_value_that_is_too_long_is_refused_and_shown(self):
        for vals in (
            {"name": "x" * 121},
            {"place": "x" * 121},
            {"presentation": "x" * 4001},
            {"phone": "x" * 41},
            {"skills": ["x" * 81]},
        ):
            row = {"name": "Nina", "email": "long@new.example", **vals}
            answer = self.take(row)[0]
            self.assertEqual(answer["state"], "refused", vals.keys())
            self.assertIn("xxx", answer["reason"])
