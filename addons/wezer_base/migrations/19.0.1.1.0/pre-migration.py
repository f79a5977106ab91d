from odoo.tools.sql import column_exists, rename_column


def migrate(cr, version):
    """Call the mark of a notice that was read ``is_read``: ``read`` is a method."""
    if column_exists(cr, "wezer_notice", "read"):
        rename_column(cr, "wezer_notice", "read", "is_read")
