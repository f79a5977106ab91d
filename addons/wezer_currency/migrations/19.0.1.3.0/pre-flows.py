def migrate(cr, version):
    """Drop the view of flows: it is a query that knows the community's zone now."""
    cr.execute("DROP VIEW IF EXISTS wezer_money_flow")
