from base64 import b64encode
from io import BytesIO

from PIL import Image

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import WezerCommon

RAW = ("presentation", "skill_ids", "language_ids", "image_1920", "image_128", "city")


def picture():
    buffer = BytesIO()
    Image.new("RGB", (300, 300), "#2f6f4e").save(buffer, "PNG")
    return b64encode(buffer.getvalue())


class SharingCommon(WezerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.wezer_visitors_see_members = True
        cls.weaving = cls.env["wezer.skill"].create({"name": "Weaving"})
        cls.language = cls.env["res.lang"].search([], limit=1)
        cls.luc_profile.write(
            {
                "presentation": "I like quiet evenings.",
                "skill_ids": [Command.set(cls.weaving.ids)],
                "language_ids": [Command.set(cls.language.ids)],
                "image_1920": picture(),
            }
        )

    def share(self, level):
        self.luc_profile.write(
            {
                name: level
                for name in self.luc_profile._fields
                if name.startswith("share_")
            }
        )

    def seen(self, user):
        return self.luc_profile.with_user(user).sudo(False)

    def found(self, user, **filters):
        profiles = self.env["wezer.profile"].with_user(user)
        return self.luc_profile in profiles._search_directory(**filters)[0]


@tagged("post_install", "-at_install")
class TestSharing(SharingCommon):
    def test_fields_shared_with_nobody_are_seen_by_their_owner_only(self):
        self.share("nobody")
        for user in (self.anna, self.cora, self.mo, self.public):
            self.assertEqual(self.seen(user).shared(), {})
            self.assertFalse(self.seen(user)._shared_picture())
        own = self.seen(self.luc).shared()
        self.assertEqual(own["skills"], ["Weaving"])
        self.assertEqual(set(own) - {"languages"}, set(own) & {
            "presentation", "skills", "place", "email", "phone",
        })  # fmt: skip

    def test_fields_shared_with_members_are_not_seen_by_visitors(self):
        self.share("members")
        self.assertEqual(self.seen(self.public).shared(), {})
        self.assertEqual(self.seen(self.anna).shared()["skills"], ["Weaving"])
        self.assertTrue(self.seen(self.anna)._shared_picture())
        self.assertFalse(self.seen(self.public)._shared_picture())

    def test_fields_shared_with_everyone_are_seen_by_visitors(self):
        self.share("everyone")
        self.assertEqual(self.seen(self.public).shared()["place"], "Hidden Hamlet")

    def test_applicants_see_what_visitors_see(self):
        self.share("members")
        self.anna.partner_id._wezer_profile().state = "pending"
        self.env.invalidate_all()
        self.assertEqual(self.seen(self.anna).shared(), {})

    def test_the_raw_fields_are_read_searched_sorted_and_grouped_by_nobody(self):
        self.share("everyone")
        for user in (self.anna, self.cora, self.mo, self.public):
            profiles = self.env["wezer.profile"].with_user(user)
            for name in RAW:
                with self.subTest(user=user.name, field=name):
                    with self.assertRaises(AccessError):
                        self.seen(user).read([name])
                    with self.assertRaises(AccessError):
                        profiles.search([(name, "!=", False)])
                    if not name.endswith("_ids"):  # rows are not in such an order
                        with self.assertRaises(AccessError):
                            profiles.search([], order=name)
                    with self.assertRaises(AccessError):
                        profiles.formatted_read_group([], [name], ["__count"])
                    with self.assertRaises(UserError):
                        self.seen(user).export_data([name])

    def test_the_directory_finds_only_what_is_shared_with_the_reader(self):
        filters = (
            {"words": "weaving"},
            {"words": "hidden hamlet"},
            {"skill": self.weaving.id},
            {"language": self.language.id},
        )
        for level, members, visitors in (
            ("nobody", False, False),
            ("members", True, False),
            ("everyone", True, True),
        ):
            self.share(level)
            self.env.flush_all()
            for one in filters:
                with self.subTest(level=level, filters=one):
                    self.assertEqual(self.found(self.anna, **one), members)
                    self.assertEqual(self.found(self.public, **one), visitors)

    def test_a_name_is_found_whatever_is_shared(self):
        self.share("nobody")
        self.assertTrue(self.found(self.anna, words="noel"))

    def test_visitors_do_not_read_the_members_copies(self):
        self.share("members")
        for name in ("members_text", "members_skill_ids", "members_language_ids"):
            with self.assertRaises(AccessError):
                self.seen(self.public).read([name])
            with self.assertRaises(AccessError):
                self.env["wezer.profile"].with_user(self.public).search(
                    [(name, "!=", False)]
                )

    def test_a_skill_s_other_words_find_its_people(self):
        self.weaving.synonyms = "loom work, tissage"
        self.env.flush_all()
        self.assertTrue(self.found(self.anna, words="loom"))
        self.assertTrue(self.found(self.anna, words="tissage"))

    def test_an_unknown_level_is_refused(self):
        profiles = self.env["wezer.profile"].with_user(self.luc)
        with self.assertRaises(Exception) as caught:
            profiles.update_own({"share_skills": "friends"})
        self.assertEqual(caught.exception.rule, "choice")
        profiles.update_own({"share_skills": "nobody"})
        self.assertEqual(self.luc_profile.share_skills, "nobody")


@tagged("post_install", "-at_install")
class TestSharingPages(HttpCase, SharingCommon):
    def test_the_picture_s_address_keeps_the_level(self):
        url = f"/wezer/face/{self.luc_profile.id}"
        self.share("members")
        self.authenticate(None, None)
        self.assertIn(b"<svg", self.url_open(url).content)
        self.authenticate("anna-base", "anna-base-secret")
        shown = self.url_open(url)
        self.assertNotIn(b"<svg", shown.content)
        # Written as a photo: a drawing as PNG weighs three times as much.
        self.assertEqual(shown.headers["Content-Type"], "image/jpeg")
        for field in ("image_1920", "image_128"):
            page = self.url_open(
                f"/web/image/wezer.profile/{self.luc_profile.id}/{field}"
            )
            self.assertNotEqual(page.content[:4], b"\\x89PNG"[:4])

    def test_the_pages_show_what_is_shared(self):
        self.share("members")
        slug = self.luc_profile.slug
        self.authenticate("anna-base", "anna-base-secret")
        for url in (f"/members/{slug}", "/members?search=luc"):
            self.assertIn("Weaving", self.url_open(url).text)
        self.authenticate(None, None)
        for url in (f"/members/{slug}", "/members?search=luc"):
            page = self.url_open(url).text
            self.assertIn("Luc Noël", page)
            self.assertNotIn(">Weaving<", page)
            self.assertNotIn("Hidden Hamlet", page)

    def test_a_member_sets_who_sees_what(self):
        self.authenticate("luc-base", "luc-base-secret")
        page = self.url_open("/my/profile").text
        csrf = page.split('name="csrf_token" value="')[1].split('"')[0]
        self.url_open(
            "/my/profile",
            data={
                "csrf_token": csrf,
                "skill_ids": self.weaving.id,
                "share_skills": "nobody",
                "share_picture": "everyone",
                "presentation": "Still here.",
            },
        )
        self.luc_profile.invalidate_recordset()
        self.assertEqual(self.luc_profile.share_skills, "nobody")
        self.assertEqual(self.luc_profile.share_picture, "everyone")
        self.assertEqual(self.luc_profile.skill_ids, self.weaving)
