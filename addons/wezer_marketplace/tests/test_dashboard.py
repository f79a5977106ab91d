"""The dashboard's figures are those of known data, and for administrators only."""

from datetime import datetime

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from odoo.addons.wezer_base.exceptions import NotAllowed
from odoo.addons.wezer_currency.tests.common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestDashboard(CurrencyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ada = new_test_user(
            cls.env, login="dash_ada", groups="wezer_base.group_administrator"
        )
        cls.env.company.wezer_tz = "Europe/Paris"

    def _figures(self):
        figures = self.env["wezer.dashboard"].with_user(self.ada).figures()
        return {chart["key"]: chart for chart in figures["charts"]}

    def test_the_figures_are_for_administrators_only(self):
        for user in (self.anna, self.moderator, self.env.ref("base.public_user")):
            with self.assertRaises(NotAllowed):
                self.env["wezer.dashboard"].with_user(user).figures()

    def test_hours_and_people_are_counted_in_the_month_of_the_community(self):
        with freeze_time("2030-06-15 12:00:00"):
            before = self._figures()
            self.assertEqual(len(before["hours"]["values"]), 12)
            self.assertEqual(before["hours"]["labels"][-1], "2030-06-01")
            self.pay(self.anna, self.anna, self.luc, "1:30", self.hours)
            transfer = self.env["wezer.transfer"].search([], order="id desc", limit=1)
            after = self._figures()
            self.assertEqual(
                after["hours"]["values"][-1], before["hours"]["values"][-1] + 1.5
            )
            self.assertEqual(after["active"]["values"][-1], 2)
            # Half past eleven at night in London is the next month in Paris.
            self.env.cr.execute(
                "UPDATE wezer_transfer SET date = %s WHERE id = %s",
                [datetime(2030, 4, 30, 23, 30), transfer.id],
            )
            self.env.invalidate_all()
            moved = self._figures()["hours"]
            self.assertEqual(moved["values"][moved["labels"].index("2030-05-01")], 1.5)
            self.assertEqual(moved["values"][moved["labels"].index("2030-04-01")], 0)
