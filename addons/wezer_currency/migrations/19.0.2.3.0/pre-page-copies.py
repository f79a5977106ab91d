"""Statements that an administrator edited ask for values that are gone."""

from odoo.addons.wezer_base.tools.page_copies import put_aside

# An edited statement would show what can be spent as the lower limit, and edited sums
# would end in an error. Other pages go on working as they were edited.
PAGES = ("wezer_currency.wallet_page", "wezer_currency.statement_sums")


def migrate(cr, version):
    """Show the new statement; edited ones are listed under *Replaced pages*."""
    if version:
        put_aside(cr, "19.0.2.3.0", PAGES)
