from odoo import models

from ..tools.block_marks import call_for_rows


class IrQweb(models.AbstractModel):
    """Pages show the rows of their blocks as soon as they are read."""

    _inherit = "ir.qweb"

    def _prepare_environment(self, values):
        """Extend wezer_base: give templates the function that fills blocks."""
        # Bound late: the environment of the rendering, not of the compilation.
        filters = self.env["website.snippet.filter"]
        values["wezer_block"] = filters._wezer_block_html
        return super()._prepare_environment(values)

    def _get_template(self, template):
        """Extend wezer_base: blocks ask for their rows."""
        element, document, ref = super()._get_template(template)
        filters = self.env["website.snippet.filter"]
        call_for_rows(element, filters._wezer_filter_ids)
        return element, document, ref
