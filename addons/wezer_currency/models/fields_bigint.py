from odoo import fields


class BigInteger(fields.Integer):
    """An exact 64-bit integer column: minor units of money.

    ``read()`` turns what exceeds 31 bits into a float; amounts leave the
    server as text (design, section 2).
    """

    _column_type = ("int8", "int8")
    # Amounts of different currencies are never summed by a view.
    aggregator = None

    def convert_to_read(self, value, record, use_display_name=True):
        return str(value or 0)
