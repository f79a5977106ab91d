"""What `./wezer` does: find or fetch Odoo and PostgreSQL, make the database, serve.

Nothing here imports Odoo or anything outside Python's own library: it runs before
they are there.
"""
