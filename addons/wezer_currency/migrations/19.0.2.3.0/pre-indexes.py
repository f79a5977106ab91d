"""Transfers lose two indexes that no query used, and that each payment paid for."""


def migrate(cr, version):
    """Drop them: Odoo leaves an index in place that a field no longer asks for."""
    if version:
        cr.execute("DROP INDEX IF EXISTS wezer_transfer__state_index")
        cr.execute("DROP INDEX IF EXISTS wezer_transfer__company_id_index")
