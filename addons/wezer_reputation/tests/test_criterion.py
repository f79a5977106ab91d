from odoo import Command
from odoo.tests import tagged

from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestCriterion(ReputationCommon):
    """IT removes a criterion, ERP below it adds one, Odoo below that inherits both."""

    def setUp(self):
        super().setUp()
        criteria = self.env["wezer.criterion"]
        criteria.search([]).active = False
        categories = self.env["wezer.category"]
        self.it = categories.create({"name": "M3 IT"})
        self.erp = categories.create({"name": "M3 ERP", "parent_id": self.it.id})
        self.odoo = categories.create({"name": "M3 Odoo", "parent_id": self.erp.id})
        self.garden = categories.create({"name": "M3 Garden"})
        self.cordial, self.needs, self.on_time, self.quality = criteria.create(
            [
                {"name": "Cordial", "side": "both"},
                {"name": "Meets the needs", "side": "worker"},
                {
                    "name": "On time",
                    "side": "worker",
                    "removed_category_ids": [Command.set(self.it.ids)],
                },
                {
                    "name": "Code quality",
                    "side": "worker",
                    "category_ids": [Command.set(self.erp.ids)],
                },
            ]
        )

    def _for(self, category, side="worker"):
        return self.env["wezer.criterion"]._for(category, side)

    def test_criteria_are_inherited_with_additions_and_removals(self):
        self.assertEqual(self._for(self.odoo), self.cordial | self.needs | self.quality)
        self.assertEqual(self._for(self.it), self.cordial | self.needs)
        self.assertEqual(
            self._for(self.garden), self.cordial | self.needs | self.on_time
        )
        self.assertEqual(self._for(None), self.cordial | self.needs | self.on_time)

    def test_a_removed_criterion_can_be_added_again_further_down(self):
        self.on_time.category_ids = self.odoo
        # Asked in one category, it is asked everywhere no longer.
        self.assertNotIn(self.on_time, self._for(self.garden))
        self.assertIn(self.on_time, self._for(self.odoo))
        self.assertNotIn(self.on_time, self._for(self.erp))

    def test_each_side_has_its_own_criteria(self):
        self.assertEqual(self._for(self.odoo, "payer"), self.cordial)
