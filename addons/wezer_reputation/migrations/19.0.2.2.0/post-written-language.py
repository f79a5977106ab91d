"""The language of what people wrote before the update."""

from odoo.tools import SQL

from odoo.addons.wezer_base.tools.written_language import fill_stored


def migrate(cr, version):
    """Guess the languages of assessments and of the answers to them."""
    if version:
        fill_stored(
            cr,
            "wezer_assessment",
            "written_lang",
            ("comment",),
            SQL("(SELECT lang FROM res_partner WHERE id = t.person_id)"),
        )
        fill_stored(
            cr,
            "wezer_assessment",
            "reply_lang",
            ("reply",),
            SQL("(SELECT lang FROM res_partner WHERE id = t.reply_person_id)"),
        )
