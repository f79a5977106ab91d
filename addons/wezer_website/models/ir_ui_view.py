from odoo import models

from ..tools.block_marks import without_rows


class IrUiView(models.Model):
    """What an editor of the website saves has no rows of its blocks in it."""

    _inherit = "ir.ui.view"

    def save(self, value, xpath=None):
        """Extend Odoo's: rows are of the moment, and of the person who edits."""
        return super().save(without_rows(value), xpath=xpath)
