"""The language of what people wrote before the update."""

from odoo.tools import SQL

from odoo.addons.wezer_base.tools.written_language import fill_stored


def migrate(cr, version):
    """Guess the languages of circles' texts and messages."""
    if version:
        fill_stored(
            cr,
            "wezer_group",
            "written_lang",
            ("purpose", "domains", "accountabilities"),
            SQL(
                "(SELECT p.lang FROM res_users u JOIN res_partner p"
                " ON p.id = u.partner_id WHERE u.id = t.create_uid)"
            ),
        )
        fill_stored(
            cr,
            "wezer_group_message",
            "written_lang",
            ("text",),
            SQL("(SELECT lang FROM res_partner WHERE id = t.person_id)"),
        )
