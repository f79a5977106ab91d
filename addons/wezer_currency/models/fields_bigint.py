import psycopg2.extensions as pg

from odoo import fields

# Digits that a float still carries exactly.
FLOAT_DIGITS = 15


def exact(text, _cursor):
    """Return a whole number that no float can carry as an integer, else a float.

    Odoo reads every ``numeric`` as a float, which would round large amounts.
    """
    if text is None:
        return None
    if len(text) > FLOAT_DIGITS and text.lstrip("-").isdigit():
        return int(text)
    return float(text)


NUMERIC = pg.new_type((1700,), "float", exact)
pg.register_type(NUMERIC)
pg.register_type(pg.new_array_type((1231,), "float[]", NUMERIC))


class BigInteger(fields.Integer):
    """An exact column of whole numbers: minor units of money, up to 38 digits.

    ``read()`` turns what exceeds 31 bits into a float; amounts leave the
    server as text (design, section 2).
    """

    _column_type = ("numeric", "numeric(38,0)")
    # Amounts of different currencies are never summed by a view.
    aggregator = None

    def convert_to_record(self, value, record):
        return int(value or 0)

    def convert_to_read(self, value, record, use_display_name=True):
        return str(value or 0)
