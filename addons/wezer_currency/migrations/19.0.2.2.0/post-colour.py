"""A currency without a colour of its own has the main colour of the website."""

from odoo.tools import SQL

# Every currency had this one until somebody chose another.
FORMER_DEFAULT = "#2f6f4e"


def migrate(cr, version):
    """Empty the colours that nobody chose."""
    cr.execute(
        SQL(
            "UPDATE wezer_currency SET color = NULL WHERE lower(color) = %s",
            FORMER_DEFAULT,
        )
    )
