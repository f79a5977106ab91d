"""Lists in the order of the reader's language: É beside E, not after Z."""

from typing import Any

from odoo import api, models
from odoo.tools import SQL

# The order of these languages is the one that all languages begin from, so they share
# one collation, and the indexes of long lists are in it.
COMMON = "und-x-icu"
_COMMON_LANGUAGES = {"en", "fr", "de", "it", "nl", "pt", "ca"}


def icu_collations(registry: Any) -> Any:
    """Return the names of the ICU collations that the database has."""
    known = registry.__dict__.get("_wezer_icu_collations")
    if known is None:
        with registry.cursor(readonly=True) as cr:
            cr.execute("SELECT collname FROM pg_collation WHERE collprovider = 'i'")
            known = frozenset(row[0] for row in cr.fetchall())
        registry._wezer_icu_collations = known
    return known


def collation(env: api.Environment) -> Any:
    """Return the name of the collation of the reader's language, None without ICU."""
    known = icu_collations(env.registry)
    code = (env.lang or "en_US").partition("@")[0]
    language, _mark, country = code.partition("_")
    if language in _COMMON_LANGUAGES and code != "fr_CA":
        wanted: tuple[str, ...] = (COMMON,)
    else:
        wanted = (f"{language}-{country}-x-icu", f"{language}-x-icu", COMMON)
    return next((name for name in wanted if name in known), None)


def index_text(registry: Any, column: str) -> str:
    """Return ``column`` as an index of a list names it, in the common order."""
    known = COMMON in icu_collations(registry)
    return f'{column} COLLATE "{COMMON}"' if known else column


def in_reader_order(env: api.Environment, expression: Any) -> SQL:
    """Return SQL that sorts as the reader's language does."""
    name = collation(env)
    if name:
        return SQL("%s COLLATE %s", expression, SQL.identifier(name))
    return SQL("wezer_normalise(%s)", expression)


def sorted_for_reader(
    records: models.BaseModel, key: str = "display_name", first: Any = None
) -> models.BaseModel:
    """Return ``records`` in the order of the reader's language.

    :param key: the name of a field, or a function that returns a text or a list of
        texts
    :param first: a function that is true for those that come before all others
    """
    if not records:
        return records
    texts = [record[key] if isinstance(key, str) else key(record) for record in records]
    texts = [list(text) if isinstance(text, list | tuple) else [text] for text in texts]
    longest = max(map(len, texts))
    columns = [
        [(text[at] or "") if at < len(text) else "" for text in texts]
        for at in range(longest)
    ]
    names = [SQL.identifier(f"t{at}") for at in range(longest)]
    rows = records.env.execute_query(
        SQL(
            "SELECT place FROM unnest(%s) WITH ORDINALITY AS texts(%s, place)"
            " ORDER BY %s, place",
            SQL(", ").join(SQL("%s::text[]", column) for column in columns),
            SQL(", ").join(names),
            SQL(", ").join(in_reader_order(records.env, name) for name in names),
        )
    )
    ordered = records.browse(records[place - 1].id for (place,) in rows)
    return ordered.sorted(lambda record: not first(record)) if first else ordered
