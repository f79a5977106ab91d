"""The language of what people wrote before the update."""

from odoo.tools import SQL

from odoo.addons.wezer_base.tools.written_language import fill_stored


def migrate(cr, version):
    """Guess the language of presentations from their owners' and their words."""
    if version:
        fill_stored(
            cr,
            "wezer_profile",
            "written_lang",
            ("presentation",),
            SQL("(SELECT lang FROM res_partner WHERE id = t.partner_id)"),
        )
