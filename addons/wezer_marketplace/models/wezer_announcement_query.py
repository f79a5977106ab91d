from contextlib import contextmanager, suppress

from psycopg2.errors import InFailedSqlTransaction

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.text import normalise

from ..tools.geo import plane
from ..tools.words import asked

# More are not counted, nor shown: nobody reads on, he asks better.
COUNTED = 1000
# Where fewer are found, words a letter apart are tried, then all words but one.
ENOUGH = 10
SORTS = ("best", "new", "soon", "near", "cheap", "dear", "title")
NEWEST = SQL("wezer_announcement.date_publish DESC, wezer_announcement.id DESC")


class WezerAnnouncement(models.Model):
    """Finding: which statements answer a question, in which order.

    Each statement gives ids in an order that one index has, at most ``COUNTED`` + 1: so
    it costs the same among a hundred announcements and among a hundred thousand. An
    order that not all announcements have a place in (a date, a place on the map) comes
    in two statements: those that have one, then the newest of all.
    """

    _inherit = "wezer.announcement"

    @api.model
    def _search_public(self, filters, offset=0, limit=20):
        """Return ``(announcements, count)`` as the caller may see them.

        :param dict filters: ``words``, ``kind``, ``category``, ``skill``, ``currency``,
            ``price_from`` and ``price_to`` (minor units), ``unpaid``, ``place`` (part
            of a name), ``centre`` (latitude, longitude) with ``km``, ``group``,
            ``author``, ``date_from``, ``date_to``, ``sort`` (one of ``SORTS``, or
            ``fits``: what fits the caller first); what is empty does not count
        :return: the count is at most ``COUNTED`` + 1: more is not counted
        """
        ids = self._found_ids(filters)
        if filters.get("sort") == "fits" and not self.env.user._is_public():
            ids = self._fitting_first(ids, filters)
        return self.browse(ids[offset : offset + limit]), len(ids)

    @api.model
    def _nearly(self, filters, limit=4):
        """Return what is nearest to a question that finds nothing: less is asked."""
        for kept in (
            ("words", "category", "skill", "kind"),
            ("category", "skill"),
            ("kind",),
        ):
            less = {name: filters[name] for name in kept if filters.get(name)}
            if less and (found := self._search_public(less, 0, limit)[0]):
                return found
        return self.browse()

    @api.model
    def _fitting_first(self, ids, filters):
        """Return ``ids`` with those that fit the caller first, the best before."""
        fits = self._fitting(COUNTED, self._filter_domain(filters))
        fitting = [want.id for want, _reasons in fits]
        if filters.get("words"):
            found = set(ids)
            fitting = [one for one in fitting if one in found]
        return list(dict.fromkeys(fitting + ids))[: COUNTED + 1]

    @api.model
    def _found_ids(self, filters):
        """Return the ids that ``filters`` find, the best first."""
        found = {}
        with self._planned_for_memory():
            for statements in self._search_levels(filters):
                for statement in statements:
                    rows = self.env.execute_query(statement)
                    found.update(dict.fromkeys(row[0] for row in rows))
                    if len(found) > COUNTED:
                        return list(found)[: COUNTED + 1]
                if len(found) >= ENOUGH:
                    break
        return list(found)

    @contextmanager
    def _planned_for_memory(self):
        """Let PostgreSQL know that jumping in these tables costs no turn of a disk.

        Its default makes it read all announcements where a twentieth fits: the market
        is asked all day, and lies in memory.
        """
        self.env.cr.execute("SET LOCAL random_page_cost = 1.1")
        try:
            yield
        finally:
            # Where the database refused something, a rollback undoes this too.
            with suppress(InFailedSqlTransaction):
                self.env.cr.execute(
                    "SET LOCAL random_page_cost TO DEFAULT", log_exceptions=False
                )

    @api.model
    def _search_levels(self, filters):
        """Yield lists of statements; the next list is for where few were found."""
        domain = self._filter_domain(filters)
        words = asked(normalise(filters.get("words")))
        if not words:
            yield self._statements(domain, filters)
            return
        vocabulary = self.env["wezer.announcement.word"]
        meant = [vocabulary._meant(word) for word in words]
        yield self._statements(domain, filters, meant)
        near = [
            list(dict.fromkeys(exact + vocabulary._near(word)))
            for word, exact in zip(words, meant, strict=True)
        ]
        if near != meant:
            yield self._statements(domain, filters, near)
        if len(words) > 1:
            yield self._statements(domain, filters, near, missing=1)

    @api.model
    def _statements(self, domain, filters, groups=(), missing=0):
        """Return the statements of one level: a few orders, one after the other."""
        if groups:
            texts = domain & self._words_domain(groups, missing=missing)
        else:
            texts = domain
        sort = filters.get("sort")
        if groups and sort not in SORTS[1:]:
            # First what has the words in its title, the nearest in length first.
            titles = domain & self._words_domain(groups, "title_text", missing)
            return [
                self._nearest_titles(titles, normalise(filters["words"])),
                self._ids_statement(texts, NEWEST),
            ]
        order = getattr(self, f"_order_{sort}", None) if sort in SORTS else None
        if order is None:
            return [self._ids_statement(texts, NEWEST)]
        return order(texts, filters)

    @api.model
    def _ids_statement(self, domain, order):
        """Return a SELECT of the ids, with the caller's access rules in it."""
        query = self._search(domain)
        query.order = order
        query.limit = COUNTED + 1
        return query.select()

    @api.model
    def _nearest_titles(self, domain, words):
        """Return a SELECT of ids by how little of their titles was not asked for."""
        query = self._search(domain)
        query.order = NEWEST
        query.limit = COUNTED + 1
        newest = query.select(
            SQL("wezer_announcement.id"),
            SQL("wezer_announcement.date_publish"),
            SQL("length(wezer_announcement.title_text) AS size"),
        )
        return SQL(
            "SELECT id FROM (%s) found"
            " ORDER BY abs(size - %s), date_publish DESC, id DESC",
            newest,
            len(words),
        )

    # === ORDERS === #

    @api.model
    def _order_soon(self, domain, _filters):
        """What begins next; then what has begun, or has no day."""
        coming = domain & Domain("date_start", ">=", fields.Datetime.now())
        order = SQL("wezer_announcement.date_start, wezer_announcement.id DESC")
        return [
            self._ids_statement(coming, order),
            self._ids_statement(domain, NEWEST),
        ]

    @api.model
    def _order_near(self, domain, filters):
        """The nearest to ``centre``; then what has no place on the map."""
        if not filters.get("centre"):
            return [self._ids_statement(domain, NEWEST)]
        x, y = plane(*filters["centre"])
        order = SQL(
            "point(wezer_announcement.map_x, wezer_announcement.map_y)"
            " <-> point(%s, %s)",
            x,
            y,
        )
        located = domain & Domain("located", "=", True)
        return [
            self._ids_statement(located, order),
            self._ids_statement(domain, NEWEST),
        ]

    @api.model
    def _order_title(self, domain, _filters):
        order = SQL("wezer_announcement.title_text, wezer_announcement.id DESC")
        return [self._ids_statement(domain, order)]

    @api.model
    def _order_cheap(self, domain, filters):
        return self._order_price(domain, filters, "%s, %s DESC")

    @api.model
    def _order_dear(self, domain, filters):
        return self._order_price(domain, filters, "%s DESC, %s")

    @api.model
    def _order_price(self, domain, filters, order):
        """By the whole price in the currency asked for; nothing compares currencies."""
        currency = filters.get("currency")
        if not currency:
            return [self._ids_statement(domain, NEWEST)]
        query = self._search(domain)
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
        return [query.select()]
