from pathlib import Path

from psycopg2.errors import CheckViolation

from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.category_looks import PLAIN, Look
from .common import WezerCommon

MIGRATION = (
    Path(__file__).parent.parent
    / "migrations"
    / "19.0.2.2.0"
    / "post-category-pictures.py"
)


@tagged("post_install", "-at_install")
class TestCategoryLook(WezerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        categories = cls.env["wezer.category"]
        cls.garden = categories.create(
            {"name": "Zz Garden", "icon": "fa-leaf", "color": 1}
        )
        cls.trees = categories.create({"name": "Zz Trees", "parent_id": cls.garden.id})
        cls.apples = categories.create(
            {"name": "Zz Apples", "parent_id": cls.trees.id, "icon": "fa-lemon-o"}
        )

    def _look(self, category, user=None):
        words = self.env["wezer.category"].with_user(user or self.env.user)
        return words._look()[category.id]

    def test_a_category_without_a_look_has_that_of_the_branch_above(self):
        self.assertEqual(self._look(self.trees), Look("fa-leaf", 1))
        self.assertEqual(self._look(self.apples), Look("fa-lemon-o", 1))

    def test_a_change_above_shows_at_once_below(self):
        self._look(self.apples)
        self.garden.color = 5
        self.assertEqual(self._look(self.apples), Look("fa-lemon-o", 5))
        self.apples.parent_id = False
        self.assertNotEqual(self._look(self.apples).tint, 0)

    def test_whatever_has_no_look_still_has_a_picture_and_a_tint(self):
        bare = self.env["wezer.category"].create({"name": "Zz Bare"})
        look = self._look(bare)
        self.assertEqual(look.icon, PLAIN.icon)
        self.assertIn(look.tint, range(1, 9))
        self.assertEqual(self.env["wezer.category"]._look()[False], PLAIN)

    def test_a_visitor_gets_all_looks_of_a_page_by_one_query(self):
        visitor = self.env.ref("base.public_user")
        self.env.registry.clear_cache()
        self.env.flush_all()
        with self.assertQueryCount(1):
            self._look(self.apples, visitor)
            self._look(self.trees, visitor)

    def test_only_pictures_and_colours_of_the_list_are_kept(self):
        with self.assertRaises(ValueError):
            self.garden.icon = 'fa-leaf" onclick="alert(1)'
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            self.garden.color = 9
            self.env.flush_all()

    def test_typed_words_of_earlier_versions_become_pictures_of_the_list(self):
        self.env.flush_all()
        words = {self.garden: "leaf", self.trees: "Wrench", self.apples: "nonsense"}
        for category, word in words.items():
            self.env.cr.execute(
                "UPDATE wezer_category SET icon = %s WHERE id = %s", [word, category.id]
            )
        migration = load_script(str(MIGRATION), "migration")
        for _again in range(2):
            migration.migrate(self.env.cr, "19.0.2.1.0")
        self.env.invalidate_all()
        self.assertEqual(
            [category.icon for category in words], [False, "fa-wrench", False]
        )
