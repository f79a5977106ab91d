from odoo.tests import tagged

from .common import CurrencyCommon

# Neighbours that a float takes for the same number.
LARGE = 10**30 + 1


@tagged("post_install", "-at_install")
class TestExactAmounts(CurrencyCommon):
    """Amounts are exact, and no other column is read differently."""

    def test_a_numeric_of_odoo_is_still_read_as_a_float(self):
        self.env.cr.execute(
            "SELECT 12345678901234567890::numeric, ARRAY[1.5]::numeric[]"
        )
        number, numbers = self.env.cr.fetchone()
        self.assertIs(type(number), float)
        self.assertEqual(numbers, [1.5])
        rate = self.env["res.currency"].search([], limit=1).rounding
        self.assertIs(type(rate), float)

    def test_an_amount_beyond_a_float_is_read_as_it_was_written(self):
        wallet = self.wallet(self.anna)
        wallet.write({"own_limits": True, "has_lower": True, "lower_limit": -LARGE})
        self.env.flush_all()
        wallet.invalidate_recordset()
        self.assertEqual(wallet.lower_limit, -LARGE)
        self.assertEqual(wallet._limits()[0], -LARGE)
        self.assertEqual(wallet.read(["lower_limit"])[0]["lower_limit"], str(-LARGE))

    def test_large_and_small_amounts_are_read_together(self):
        small, large = self.wallet(self.anna), self.wallet(self.luc)
        large.write({"own_limits": True, "has_upper": True, "upper_limit": LARGE})
        self.env.flush_all()
        self.env.invalidate_all()
        wallets = small | large
        self.assertEqual(wallets.mapped("upper_limit")[-1], LARGE)
        self.assertIs(type(small.upper_limit), int)

    def test_a_change_that_waits_is_not_overwritten_by_reading(self):
        wallet = self.wallet(self.anna)
        self.env.flush_all()
        wallet.invalidate_recordset()
        wallet.upper_limit = LARGE
        self.assertFalse(wallet.has_lower and wallet.lower_limit > 0)
        self.assertEqual(wallet.upper_limit, LARGE)
