"""A category's picture is chosen from a list; it was a word that nothing showed."""

from odoo.tools import SQL

from odoo.addons.wezer_base.models.wezer_category import ICONS


def migrate(cr, version):
    """Keep the words that name a picture of the list.

    ``leaf`` stood in every category that nobody gave a word: it was no choice.
    """
    cr.execute(
        SQL(
            """UPDATE wezer_category
                  SET icon = CASE
                      WHEN icon <> 'leaf' AND 'fa-' || word.name = ANY(%s)
                      THEN 'fa-' || word.name END
                 FROM (SELECT id, regexp_replace(lower(trim(icon)), '^fa-', '') AS name
                         FROM wezer_category) word
                WHERE word.id = wezer_category.id AND icon IS NOT NULL
                  AND icon <> ALL(%s)""",
            [name for name, _label in ICONS],
            [name for name, _label in ICONS],
        )
    )
