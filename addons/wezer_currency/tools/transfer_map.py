"""What a map of transfers may say. Runs without Odoo.

Both the import and the launcher check a map by it, each with its own copy of
``wezer_base/tools/map_file.py``.
"""

from typing import Any

FIELDS = ("payer", "payee", "currency", "amount", "purpose", "date", "key", "category")
# A party, a currency and a category are also named by their number.
NUMBERED = ("payer", "payee", "currency", "category")
# What a map may say of a state.
MEANINGS = ("done", "skipped")
DIGITS_MAX = 18


def shape(map_file: Any) -> Any:
    """Return the shape of a map.

    :param map_file: the module ``map_file`` of ``wezer_base``
    """
    defaults = {
        field: map_file.REFERENCE if field in NUMBERED else map_file.TEXT
        for field in FIELDS
    }
    return map_file.fields(
        {
            "about": map_file.TEXT,
            "columns": map_file.columns((*FIELDS, "state")),
            "defaults": map_file.fields(defaults),
            "amount_digits": map_file.whole(0, DIGITS_MAX),
            "decimal_mark": map_file.one_of(".", ","),
            "date_order": map_file.one_of("day", "month"),
            "key_prefix": map_file.TEXT,
            "states": map_file.pairs(map_file.one_of(*MEANINGS)),
        }
    )
