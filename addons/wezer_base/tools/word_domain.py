"""Rows that have one of several words, by the index on the array of their words."""

from typing import Any

from odoo.fields import Domain
from odoo.tools import SQL


def any_word(field: str, words: list[str]) -> Domain:
    """Return the domain of rows whose ``field`` holds one of ``words``, as whole words.

    The caller answers for the reader's right to search by the field.

    :param field: stored words between blanks, with an index on
        ``string_to_array(field, ' ')``
    """

    def to_sql(model: Any, alias: Any, _query: Any) -> SQL:
        return SQL(
            "string_to_array(%s, ' ') && %s::text[]",
            SQL.identifier(alias, field, to_flush=model._fields[field]),
            words,
        )

    return Domain.custom(to_sql=to_sql)
