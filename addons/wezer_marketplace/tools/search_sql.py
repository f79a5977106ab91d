"""The statements that answer a question to the market, and their order.

Each statement returns ids with their states in an order that one index has, at most
``COUNTED`` + 1, so it costs the same among a hundred announcements and among a hundred
thousand. An order in which not all announcements have a place (a date, a point on the
map) needs two statements: those that have one, then the newest of all.

All functions take ``market``, an empty recordset of ``wezer.announcement``: access
rules of its user are part of every statement. A question is a dict of typed values,
as :func:`.search_params.question` returns it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from psycopg2.errors import InFailedSqlTransaction

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL, escape_psql

from odoo.addons.wezer_base.tools.locks import IN_MEMORY
from odoo.addons.wezer_base.tools.near_words import asked
from odoo.addons.wezer_base.tools.text import normalise
from odoo.addons.wezer_base.tools.word_domain import any_word

from .geo import on_plane, plane

# More are not counted, nor shown: whoever finds more narrows the search.
COUNTED = 1000
# So many groups inside one are named in a search; of more, their table is asked.
GROUPS_NAMED = 500
# Where fewer are found, words a letter apart are tried, then all words but one.
ENOUGH = 10
# The orders; "best" is the one of a question with words.
SORTS = ("best", "new", "soon", "distance", "price_asc", "price_desc", "title")
# In the cursor's cache within :func:`planned_for_memory`.
PLANNED = "wezer_planned_for_memory"
ID_AND_STATE = (SQL("wezer_announcement.id"), SQL("wezer_announcement.state"))
NEWEST = SQL("wezer_announcement.date_publish DESC, wezer_announcement.id DESC")


def found_ids(market: models.Model, question: dict) -> list[int]:
    """Return at most ``COUNTED`` + 1 ids that ``question`` finds, the best first.

    What is full comes last, over all that is found, in the same order.
    """
    with planned_for_memory(market.env.cr):
        found = _found_states(market, filter_domain(market, question), question)
        full = [number for number, state in found.items() if state != "open"]
        if full and len(found) > COUNTED:
            # Cut off: those that are open and lie behind come before what is full.
            domain = filter_domain(market, question) & Domain("state", "=", "open")
            found = _found_states(market, domain, question)
    free = [number for number, state in found.items() if state == "open"]
    return [*free, *full][: COUNTED + 1]


def _found_states(market: models.Model, domain: Domain, question: dict) -> dict:
    """Return ``{id: state}`` in the order of ``question``, cut off as its ids are."""
    found: dict[int, str] = {}
    for level in levels(market, question, domain):
        for statement in level:
            for number, state in market.env.execute_query(statement):
                found.setdefault(number, state)
            if len(found) > COUNTED:
                return dict(list(found.items())[: COUNTED + 1])
        if len(found) >= ENOUGH:
            break
    return found


@contextmanager
def planned_for_memory(cr: Any) -> Iterator[Any]:
    """Tell PostgreSQL, within the block, that random access to these tables is cheap.

    By default it reads all announcements where a twentieth fits. The market is asked
    all day and stays in memory. Within such a block an inner one does nothing, nor does
    any where the whole request is planned so.
    """
    if cr.cache.get(PLANNED) or IN_MEMORY in getattr(cr, "wezer_limits", ""):
        yield
        return
    cr.cache[PLANNED] = True
    cr.execute(IN_MEMORY)
    try:
        yield
    finally:
        cr.cache.pop(PLANNED, None)
        # Where the database refused something, a rollback undoes this too.
        with suppress(InFailedSqlTransaction):
            cr.execute("SET LOCAL random_page_cost TO DEFAULT", log_exceptions=False)


def levels(
    market: models.Model, question: dict, domain: Domain | None = None
) -> Iterator[list[SQL]]:
    """Yield lists of statements; each next list is for when few were found.

    Their rows are ids with their states.

    :param domain: that of ``question``, or a narrower one
    """
    if domain is None:
        domain = filter_domain(market, question)
    words = asked(normalise(question.get("words")))
    if not words:
        yield statements(market, domain, question)
        return
    vocabulary = market.env["wezer.announcement.word"]
    exact = [vocabulary._meant(word) for word in words]
    yield statements(market, domain, question, exact)
    near = [
        list(dict.fromkeys(meant + vocabulary._near(word)))
        for word, meant in zip(words, exact, strict=True)
    ]
    if near != exact:
        yield statements(market, domain, question, near)
    if len(words) > 1:
        yield statements(market, domain, question, near, missing=1)


def statements(
    market: models.Model,
    domain: Domain,
    question: dict,
    groups: Any = (),
    missing: int = 0,
) -> list[SQL]:
    """Return the statements of one level: a few orders, one after the other.

    :param groups: lists of words, any of which will do
    :param missing: 1, where one of the groups may have none
    """
    texts = domain & words_domain(groups, missing=missing) if groups else domain
    sort = question.get("sort")
    if groups and sort not in SORTS[1:]:
        # First what has the words in its title, the nearest in length first.
        titles = domain & words_domain(groups, "title_text", missing)
        return [
            _nearest_titles(market, titles, normalise(question["words"])),
            select_states(market, texts, NEWEST),
        ]
    order = _ORDERS.get(sort or "")
    if order is None:
        return [select_states(market, texts, NEWEST)]
    return order(market, texts, question)


def select_ids(
    market: models.Model, domain: Domain, order: SQL, limit: int = COUNTED + 1
) -> SQL:
    """Return a SELECT of the ids, with the user's access rules in it."""
    query = market._search(domain)
    query.order, query.limit = order, limit
    return query.select()


def select_each(
    market: models.Model, domain: Domain, parts: Any, order: SQL, limits: Any
) -> list[SQL]:
    """Return a SELECT in brackets of the ids of each part of ``domain``.

    The user's access rules are in each, and worked out once for all of them.

    :param parts: narrower domains
    :param limits: how many ids of each
    """
    query = market._search(domain)
    # Only the condition is taken, and joined to the one that has the rules.
    conditions = [
        market._search(part, bypass_access=True).where_clause for part in parts
    ]
    return [
        SQL(
            "(SELECT wezer_announcement.id FROM %s WHERE %s AND (%s)"
            " ORDER BY %s LIMIT %s)",
            *(query.from_clause, query.where_clause, condition, order, limit),
        )
        for condition, limit in zip(conditions, limits, strict=True)
    ]


def select_states(market: models.Model, domain: Domain, order: SQL) -> SQL:
    """Return the same SELECT, of ids with their states."""
    query = market._search(domain)
    query.order, query.limit = order, COUNTED + 1
    return query.select(*ID_AND_STATE)


def union_of(selects: list[SQL]) -> SQL:
    """Return one SELECT of ``number, place, id`` of several selects of ids.

    ``number`` counts the selects, ``place`` the rows of each in its order.
    """
    return SQL(" UNION ALL ").join(
        SQL(
            "(SELECT %s::int, row_number() OVER (), id FROM (%s) found(id))",
            number,
            select,
        )
        for number, select in enumerate(selects)
    )


def first_of_each(market: models.Model, domains: Any, limit: int) -> list:
    """Return the newest announcements of each of several domains, asked at once."""
    selects = [
        select_ids(market, listed_domain(market) & domain, NEWEST, limit)
        for domain in domains
    ]
    found = [[] for _domain in domains]
    with planned_for_memory(market.env.cr):
        for number, place, announcement_id in market.env.execute_query(
            union_of(selects)
        ):
            found[number].append((place, announcement_id))
    return [market.browse(number for _place, number in sorted(rows)) for rows in found]


# === ORDERS === #


def _nearest_titles(market: models.Model, domain: Domain, words: Any) -> SQL:
    """Return a SELECT by how little of their titles was not asked for."""
    query = market._search(domain)
    query.order, query.limit = NEWEST, COUNTED + 1
    newest = query.select(
        *ID_AND_STATE,
        SQL("wezer_announcement.date_publish"),
        SQL("length(wezer_announcement.title_text) AS size"),
    )
    return SQL(
        "SELECT id, state FROM (%s) found"
        " ORDER BY abs(size - %s), date_publish DESC, id DESC",
        newest,
        len(words),
    )


def _order_soon(market: models.Model, domain: Domain, _question: Any) -> list:
    """What begins next; then what has begun, or has no day."""
    coming = domain & Domain("date_start", ">=", fields.Datetime.now())
    order = SQL("wezer_announcement.date_start, wezer_announcement.id DESC")
    return [
        select_states(market, coming, order),
        select_states(market, domain, NEWEST),
    ]


def _order_distance(market: models.Model, domain: Domain, question: dict) -> list:
    """The nearest to ``centre``; then what has no place on the map."""
    if not question.get("centre"):
        return [select_states(market, domain, NEWEST)]
    x, y = plane(*question["centre"])
    order = SQL(
        "point(wezer_announcement.map_x, wezer_announcement.map_y) <-> point(%s, %s)",
        x,
        y,
    )
    located = domain & Domain("located", "=", True)
    return [
        select_states(market, located, order),
        select_states(market, domain, NEWEST),
    ]


def _order_title(market: models.Model, domain: Domain, _question: Any) -> list:
    order = SQL("wezer_announcement.title_text, wezer_announcement.id DESC")
    return [select_states(market, domain, order)]


def _order_price_asc(market: models.Model, domain: Domain, question: dict) -> Any:
    return _order_price(market, domain, question, "%s, %s DESC")


def _order_price_desc(market: models.Model, domain: Domain, question: dict) -> Any:
    return _order_price(market, domain, question, "%s DESC, %s")


def _order_price(
    market: models.Model, domain: Domain, question: dict, order: Any
) -> list:
    """By the whole price in the currency asked for; nothing compares currencies."""
    currency = question.get("currency")
    if not currency:
        return [select_states(market, domain, NEWEST)]
    query = market._search(domain)
    price = query.make_alias("wezer_announcement", "price")
    query.add_join(
        "JOIN",
        price,
        "wezer_announcement_price",
        SQL(
            "%s = wezer_announcement.id AND %s = %s",
            SQL.identifier(price, "announcement_id"),
            SQL.identifier(price, "wezer_currency_id"),
            currency,
        ),
    )
    query.order = SQL(
        order,
        SQL.identifier(price, "total_minor"),
        SQL.identifier(price, "announcement_id"),
    )
    query.limit = COUNTED + 1
    return [query.select(*ID_AND_STATE)]


_ORDERS = {
    "soon": _order_soon,
    "distance": _order_distance,
    "price_asc": _order_price_asc,
    "price_desc": _order_price_desc,
    "title": _order_title,
}


# === FILTERS === #


def filter_domain(market: models.Model, question: dict) -> Domain:
    """Return the domain of ``question``, words aside.

    Access rules of the user come on top of it, wherever it is searched with.
    """
    domain = listed_domain(market)
    if question.get("kind") in ("want", "offer"):
        domain &= Domain("kind", "=", question["kind"])
    if question.get("author"):
        domain &= Domain("author_id", "=", question["author"])
    if question.get("favourites"):
        domain &= Domain("id", "in", _favourites_sql(market))
    if question.get("unpaid"):
        domain &= Domain("unpaid", "=", True)
    for name, letter in (("category", "c"), ("skill", "s"), ("currency", "m")):
        if question.get(name):
            domain &= facet_domain([f"{letter}{question[name]}"])
    if question.get("group"):
        domain &= _group_domain(market, question["group"], question.get("group_inside"))
    if question.get("currency"):
        domain &= _price_domain(question)
    if question.get("date_from"):
        domain &= Domain("date_last", ">=", question["date_from"])
    if question.get("date_to"):
        domain &= Domain("date_start", "<=", question["date_to"])
    if question.get("centre") and question.get("km"):
        domain &= distance_domain(question["centre"], question["km"])
    elif question.get("place"):
        city = escape_psql(normalise(question["place"]))
        domain &= Domain("city_text", "like", city)
    return domain


def listed_domain(market: models.Model) -> Domain:
    """Return the announcements that the market lists: those that take answers."""
    return Domain("state", "in", market._state_machine.sources("claim"))


def facet_domain(words: list[str]) -> Domain:
    """Return what has one of ``words`` in ``facets``."""
    return any_word("facets", words)


def words_domain(
    groups: models.Model, field: str = "search_text", missing: int = 0
) -> Domain:
    """Return the domain of texts that have a word of each group.

    :param groups: lists of words, any of which will do
    :param field: ``search_text`` or ``title_text``
    :param missing: 1, where one of the groups may have none
    """
    each = [any_word(field, words) for words in groups]
    if not missing:
        return Domain.AND(each)
    return Domain.OR(Domain.AND(each[:at] + each[at + 1 :]) for at in range(len(each)))


def distance_domain(centre: Any, km: float) -> Domain:
    """Return what lies within ``km`` of ``centre``.

    An index finds the square around it, which is then cut to a circle.

    :param centre: latitude and longitude
    """
    x, y = plane(*centre)
    radius = on_plane(km, centre[0])

    def to_sql(_model: Any, alias: Any, _query: Any) -> SQL:
        # Without the OR IS NULL that the ORM would write: an index holds all of it.
        return SQL(
            """%(map_x)s BETWEEN %(x)s - %(radius)s AND %(x)s + %(radius)s
           AND %(map_y)s BETWEEN %(y)s - %(radius)s AND %(y)s + %(radius)s
           AND (%(map_x)s - %(x)s) ^ 2 + (%(map_y)s - %(y)s) ^ 2
               <= %(radius)s ^ 2""",
            map_x=SQL.identifier(alias, "map_x"),
            map_y=SQL.identifier(alias, "map_y"),
            x=x,
            y=y,
            radius=radius,
        )

    return Domain("located", "=", True) & Domain.custom(to_sql=to_sql)


def _group_domain(market: models.Model, group_id: Any, known: Any = None) -> Any:
    """Return what is in the context of a group or of one inside it that the user sees.

    A group that the user does not see finds nothing: it would tell what belongs to it.

    :param known: the ids of all these groups, where a page has asked for them already
    """
    if known is None:
        groups = market.env["wezer.group"]
        inside = Domain("id", "=", group_id) | Domain("ancestor_ids", "in", [group_id])
        known = groups.search(inside, limit=GROUPS_NAMED + 1, order="id").ids
        if len(known) > GROUPS_NAMED:
            if not groups.search_count([("id", "=", group_id)]):
                return Domain.FALSE
            return Domain("group_ids", "in", groups._search(inside))
        known = known if group_id in known else []
    return facet_domain([f"g{number}" for number in known])


def _favourites_sql(market: models.Model) -> SQL:
    """Return the SELECT of what the user keeps as favourites."""
    favourites = market.env["wezer.favourite"]
    return SQL(
        "(SELECT announcement_id FROM wezer_favourite WHERE partner_id = %s)",
        market.env.user.partner_id.id,
        to_flush=(
            favourites._fields["announcement_id"],
            favourites._fields["partner_id"],
        ),
    )


def _price_domain(question: dict) -> Any:
    """Return what is paid in a currency within bounds, by the whole price."""
    if not (question.get("price_from") or question.get("price_to")):
        return Domain.TRUE
    price = Domain("wezer_currency_id", "=", question["currency"])
    if question.get("price_from"):
        price &= Domain("total_minor", ">=", question["price_from"])
    if question.get("price_to"):
        price &= Domain("total_minor", "<=", question["price_to"])
    # Whoever sees the announcement sees its price: its rules are not asked again.
    return Domain("price_line_ids", "any!", price)
