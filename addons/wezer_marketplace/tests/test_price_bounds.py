from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.wezer_currency.tools.amounts import PRICE_MAX_MINOR

from .test_task import TaskCommon

HUGE = 9 * 10**18


@tagged("post_install", "-at_install")
class TestPriceBounds(TaskCommon):
    """No price is higher than a price can be, wherever its numbers come from."""

    def test_a_rate_out_of_bounds_is_refused_where_it_is_typed(self):
        for record in (self.project, self.task):
            own = record
            record.wezer_currency_id = self.hours
            for value in (HUGE, -60, PRICE_MAX_MINOR + 1, 10**37):
                with self.subTest(record=record._name, value=value):
                    with self.assertRefused("price"):
                        own.write({"wezer_rate_minor": value})
            with self.assertRefused("price"):
                own.wezer_rate_text = "9" * 17
        self.project.wezer_rate_minor = PRICE_MAX_MINOR

    def test_a_stored_rate_out_of_bounds_is_not_posted(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE project_project SET wezer_rate_minor = %s WHERE id = %s",
            [HUGE, self.project.id],
        )
        self.env.invalidate_all(flush=False)
        with self.assertRefused("price"):
            self.task.with_user(self.mark).action_post_to_marketplace()
        self.assertFalse(self.task.wezer_announcement_id)

    def test_hours_and_places_of_a_task_are_bounded(self):
        for vals, rule in (
            ({"allocated_hours": 1e300}, "quantity"),
            ({"allocated_hours": -5.0}, "quantity"),
            ({"allocated_hours": float("nan")}, "quantity"),
            ({"wezer_places": -1}, "places"),
            ({"wezer_places": 2 * 10**9}, "places"),
        ):
            with self.subTest(vals=vals):
                task = self._task("Zq bounds")
                task.write(vals)
                with self.assertRefused(rule):
                    task.with_user(self.mark).action_post_to_marketplace()
        # The rate and the hours are possible, their product is not.
        self.project.wezer_rate_minor = PRICE_MAX_MINOR
        self.task.allocated_hours = 10
        with self.assertRefused("price"):
            self.task.with_user(self.mark).action_post_to_marketplace()

    def test_a_price_of_an_announcement_or_of_terms_is_bounded(self):
        for amount in ("9" * 18, str(PRICE_MAX_MINOR)):
            with self.assertRefused("price"):
                self.announce(self.test1, prices={self.com.id: amount})
        with self.assertRefused("price"):
            self.announce(
                self.test1,
                prices={self.com.id: "9000000000000"},
                quantity=999999,
            )
        announcement = self.announce(self.test1, claim_mode="choose")
        with self.assertRefused("price"):
            self.propose(self.test2, announcement, prices={self.com.id: "9" * 17})

    def test_the_check_finds_prices_out_of_bounds(self):
        checks = self.env["wezer.invariant"].sudo()
        deal = self.make_deal()
        self.env.flush_all()
        self.assertFalse(checks._check_prices())
        for table, column, number in (
            ("project_project", "wezer_rate_minor", self.project.id),
            ("project_task", "wezer_rate_minor", self.task.id),
            (
                "wezer_announcement_price",
                "total_minor",
                deal.announcement_id.price_line_ids.id,
            ),
            ("wezer_terms_price", "total_minor", deal.terms_id.price_line_ids.id),
        ):
            with self.env.cr.savepoint(flush=False) as damage:
                self.env.cr.execute(
                    f"UPDATE {table} SET {column} = %s WHERE id = %s", [HUGE, number]
                )
                self.assertTrue(self.env.cr.rowcount)
                self.assertEqual(checks._check_prices(), [(table, number, str(HUGE))])
                damage.rollback()

    def test_an_address_does_not_reveal_that_a_title_exists(self):
        hidden = self.announce(self.test1, publish=False, title="Zq secret work")
        mine = self.announce(self.test2, title="Zq secret work")
        for one in (hidden, mine):
            self.assertRegex(one.sudo().slug, r"^zq-secret-work-[0-9a-f]{6}$")

    def test_a_suspended_member_cannot_save_a_search(self):
        self.test1.partner_id._wezer_profile().state = "suspended"
        with self.assertRaises(UserError) as refused:
            self.env["wezer.saved.search"].with_user(self.test1).keep({"words": "x"})
        self.assertEqual(refused.exception.rule, "standing")
