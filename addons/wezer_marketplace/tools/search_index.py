"""The stored columns by which announcements are found, computed from a record.

Words are normalised, each once, between blanks: an index on the array that they make
finds any combination of words.
"""

from odoo import models
from odoo.tools import html2plaintext

from odoo.addons.wezer_base.tools.near_words import tokens
from odoo.addons.wezer_base.tools.text import normalise

# What is kept of a text to be searched: about two pages.
TEXT_MAX = 4000


def title_words(announcement: models.Model) -> str:
    """Return the words of the title."""
    return " ".join(tokens(normalise(announcement.title)))


def all_words(announcement: models.Model) -> str:
    """Return the words of the whole text, at most ``TEXT_MAX`` characters.

    Categories and skills count with their synonyms: whichever word is typed finds them.
    """
    text = normalise(
        " ".join(
            [
                announcement.title or "",
                announcement.city or "",
                announcement.category_id.path_text or "",
                *(
                    (skill.search_text or "").replace("|", " ")
                    for skill in announcement.skill_ids
                ),
                html2plaintext(announcement.description or ""),
            ]
        )
    )
    words = " ".join(tokens(text))
    if len(words) > TEXT_MAX:
        words = words[:TEXT_MAX].rpartition(" ")[0]
    return words


def facets(announcement: models.Model) -> str:
    """Return categories (c3), skills (s5), groups (g2) and currencies (m1).

    A category counts with those above it. Whatever has many values is kept in one
    array with one index. Groups may be hidden ones: only the system reads this.
    """
    announcement = announcement.sudo()
    path = (announcement.category_id.parent_path or "").split("/")
    return " ".join(
        [
            *(f"c{number}" for number in path if number),
            *(f"s{number}" for number in announcement.skill_ids.ids),
            *(f"g{number}" for number in announcement.group_ids.ids),
            *(
                f"m{number}"
                for number in announcement.price_line_ids.wezer_currency_id.ids
            ),
        ]
    )
