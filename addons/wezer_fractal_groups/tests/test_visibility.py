from odoo.tests import new_test_user, tagged

from .common import GroupsCommon


@tagged("post_install", "-at_install")
class TestVisibility(GroupsCommon):
    """The directory's quick query shows what the rules show, no more and no less."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        levels = ("public", "network", "parents", "members")
        for level in levels:
            top = cls._circle(f"Top {level}", visibility=level)
            for below in levels:
                inside = cls._circle(f"In {level} {below}", top, visibility=below)
                cls._circle(f"Deep {level} {below}", inside, visibility="parents")
                cls._role(f"Role {level} {below}", inside, "manage")
        cls.everyone = {
            "visitor": cls.env.ref("base.public_user"),
            "administrator": cls.env.ref("base.user_admin"),
            "coordinator": new_test_user(
                cls.env, login="wzs_co", groups="wezer_base.group_coordinator"
            ),
            "luc": cls.luc,
            "joel": cls.joel,
            "demo": cls.demo,
            "pending": cls.stranger,
        }
        cls._put(cls.luc, cls._group("In members parents"))
        cls._put(cls.joel, cls._group("Role members members"))
        cls._put(cls.demo, cls._group("Top parents"), state="invited")
        cls._put(cls.demo, cls._group("Deep members network"))
        cls.stranger.partner_id._wezer_profile().state = "pending"
        cls.env.flush_all()

    @classmethod
    def _group(cls, name):
        return cls.groups.search([("name", "=", name)])

    def test_the_directory_is_what_the_rules_let_each_see(self):
        counts = {}
        for who, user in self.everyone.items():
            groups = self.groups.with_user(user)
            for words in ("", "in", "parents"):
                with self.subTest(who=who, words=words):
                    found, count = groups._search_public(words, limit=900)
                    domain = [("kind", "=", "circle"), ("name", "ilike", words)]
                    wanted = groups.search(domain)
                    self.assertEqual(found.ids, wanted.ids)
                    self.assertEqual(count, len(wanted))
                    counts[who] = len(wanted)
        self.assertLess(counts["visitor"], counts["luc"])
        self.assertLess(counts["luc"], counts["administrator"])

    def test_pages_follow_each_other_without_a_gap(self):
        groups = self.groups.with_user(self.luc)
        whole, count = groups._search_public(limit=900)
        pages = [
            groups._search_public(limit=7, offset=n)[0] for n in range(0, count, 7)
        ]
        self.assertEqual([number for page in pages for number in page.ids], whole.ids)

    def test_asking_one_by_one_agrees_with_the_search(self):
        for user in self.everyone.values():
            groups = self.groups.with_user(user)
            found = groups.sudo().search([("is_visible_to_user", "=", True)])
            self.assertEqual(
                found, groups.sudo().search([]).filtered("is_visible_to_user")
            )

    def test_mine_lists_the_circles_where_i_count(self):
        groups = self.groups.with_user(self.luc)
        found, _count = groups._search_public(mine=True)
        wanted = {"In members parents", "Top members"}
        self.assertEqual(set(found.mapped("name")), wanted)

    def test_members_of_many_circles_are_counted_by_night(self):
        self.assertEqual(self._group("Top members").member_count, 3)
        many = self.groups.create(
            [{"name": f"Small {n}", "parent_id": self.compost.id} for n in range(310)]
        )
        self._put(self.luc, many[5])
        self.assertEqual(self.village.member_count, 0)
        self.groups._cron_count()
        self.assertEqual(self.village.member_count, 1)
        self.assertEqual(many[5].member_count, 1)
