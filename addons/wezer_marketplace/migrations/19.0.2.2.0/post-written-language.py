"""The language of what people wrote before the update."""

from odoo.tools import SQL

from odoo.addons.wezer_base.tools.written_language import fill_stored


def migrate(cr, version):
    """Guess the languages of announcements, questions, rounds and messages."""
    if version:
        fill_stored(
            cr,
            "wezer_announcement",
            "written_lang",
            (
                "title",
                "description",
                "steps",
                "done_when",
            ),
            SQL(
                "(SELECT lang FROM res_partner"
                " WHERE id = coalesce(t.person_id, t.author_id))"
            ),
        )
        fill_stored(
            cr,
            "wezer_announcement_question",
            "answer_lang",
            ("answer",),
            SQL("(SELECT lang FROM res_partner WHERE id = t.answerer_id)"),
        )
        fill_stored(
            cr,
            "wezer_deal_message",
            "written_lang",
            ("body",),
            SQL("(SELECT lang FROM res_partner WHERE id = t.person_id)"),
        )
        fill_stored(
            cr,
            "wezer_terms",
            "written_lang",
            ("message",),
            SQL("(SELECT lang FROM res_partner WHERE id = t.person_id)"),
        )
