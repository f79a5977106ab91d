from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, escape_psql, html2plaintext

from odoo.addons.wezer_base.tools.text import normalise

from ..tools.geo import on_plane, place_of, plane
from ..tools.words import asked, tokens
from .wezer_announcement import LISTED

# What is kept of a text to be searched: about two pages.
TEXT_MAX = 4000
# Every order of the list walks one index over what is listed.
LISTED_SQL = "state IN ('open', 'full')"


class WezerAnnouncement(models.Model):
    """What an announcement is found by, each with its index."""

    _inherit = "wezer.announcement"

    # The words of the text and of the title, normalised, each once, between blanks:
    # an index on the array that they make finds any combination of words.
    search_text = fields.Char(compute="_compute_search_text", store=True)
    title_text = fields.Char(compute="_compute_search_text", store=True)
    # Category with those above it (c3), skills (s5), groups (g2), currencies (m1):
    # what has many values, in one array with one index. Groups may be hidden ones.
    facets = fields.Char(
        compute="_compute_facets", store=True, groups="wezer_base.group_administrator"
    )
    city_text = fields.Char(compute="_compute_city_text", store=True, index="trigram")
    unpaid = fields.Boolean(compute="_compute_unpaid", store=True)
    date_last = fields.Datetime(compute="_compute_date_last", store=True)
    located = fields.Boolean(compute="_compute_map", store=True)
    map_x = fields.Float(compute="_compute_map", store=True)
    map_y = fields.Float(compute="_compute_map", store=True)

    # What the back office's search box asks.
    asked_words = fields.Char(string="Words", store=False, search="_search_asked_words")

    _words_idx = models.Index("USING gin (string_to_array(search_text, ' '))")
    _title_words_idx = models.Index("USING gin (string_to_array(title_text, ' '))")
    _facets_idx = models.Index("USING gin (string_to_array(facets, ' '))")
    _new_idx = models.Index(f"(date_publish DESC, id DESC) WHERE {LISTED_SQL}")
    _kind_idx = models.Index(f"(kind, date_publish DESC, id DESC) WHERE {LISTED_SQL}")
    _title_idx = models.Index(f"(title_text, id DESC) WHERE {LISTED_SQL}")
    _soon_idx = models.Index(f"(date_start, id DESC) WHERE {LISTED_SQL}")
    _last_idx = models.Index(f"(date_last) WHERE {LISTED_SQL}")
    _unpaid_idx = models.Index(
        f"(date_publish DESC, id DESC) WHERE {LISTED_SQL} AND unpaid IS TRUE"
    )
    _box_idx = models.Index(f"(map_x, map_y) WHERE {LISTED_SQL} AND located IS TRUE")
    _near_idx = models.Index(
        f"USING gist (point(map_x, map_y)) WHERE {LISTED_SQL} AND located IS TRUE"
    )

    # === COMPUTE === #

    @api.depends(
        "title",
        "description",
        "city",
        "category_id.path_text",
        "skill_ids.search_text",
    )
    def _compute_search_text(self):
        for announcement in self:
            text = normalise(
                " ".join(
                    [
                        announcement.title or "",
                        announcement.city or "",
                        # With their synonyms: whichever word is typed finds it.
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
            announcement.search_text = words
            announcement.title_text = " ".join(tokens(normalise(announcement.title)))
        # Here, where a text is made: a skill's new synonym changes texts as well.
        self.env["wezer.announcement.word"]._learn(self.mapped("search_text"))

    @api.depends(
        "category_id.parent_path",
        "skill_ids",
        "group_ids",
        "price_line_ids.wezer_currency_id",
    )
    def _compute_facets(self):
        for announcement in self:
            path = (announcement.category_id.parent_path or "").split("/")
            words = [f"c{one}" for one in path if one]
            words += [f"s{one}" for one in announcement.skill_ids.ids]
            words += [f"g{one}" for one in announcement.sudo().group_ids.ids]
            currencies = announcement.sudo().price_line_ids.wezer_currency_id
            words += [f"m{one}" for one in currencies.ids]
            announcement.facets = " ".join(words)

    @api.depends("city")
    def _compute_city_text(self):
        for announcement in self:
            announcement.city_text = normalise(announcement.city)

    @api.depends("price_line_ids")
    def _compute_unpaid(self):
        for announcement in self:
            announcement.unpaid = not announcement.price_line_ids

    @api.depends("date_start", "date_end")
    def _compute_date_last(self):
        for announcement in self:
            announcement.date_last = announcement.date_end or announcement.date_start

    @api.depends("latitude", "longitude")
    def _compute_map(self):
        for announcement in self:
            place = announcement._place()
            announcement.located = bool(place)
            announcement.map_x, announcement.map_y = plane(*place) if place else (0, 0)

    def _place(self):
        """Return ``(latitude, longitude)``, None where it is not known."""
        self.ensure_one()
        if not (self.latitude or self.longitude):
            return None
        return place_of(self.latitude, self.longitude)

    @api.model
    def _place_called(self, name):
        """Return where ``name`` is: the middle of what the caller sees there, or None.

        A few announcements with this place and a point on the map say it.
        """
        city = normalise(name)
        if not city:
            return None
        domain = Domain("state", "in", LISTED) & Domain("located", "=", True)
        there = self.search(domain & Domain("city_text", "=", city), limit=20)
        if not there:
            return None
        return (
            sum(one.latitude for one in there) / len(there),
            sum(one.longitude for one in there) / len(there),
        )

    # === FILTERS === #

    @api.model
    def _filter_domain(self, filters):
        """Return the domain of ``filters``, words aside; see :meth:`_search_public`.

        Access rules of the caller come on top of it, wherever it is searched with.
        """
        domain = Domain("state", "in", LISTED)
        for name in ("kind", "author", "unpaid"):
            if filters.get(name):
                domain &= self._plain_filter(name, filters[name])
        for name, letter in (("category", "c"), ("skill", "s"), ("currency", "m")):
            if filters.get(name):
                domain &= self._facet_filter([f"{letter}{filters[name]}"])
        if filters.get("group"):
            domain &= self._group_filter(filters["group"])
        if filters.get("currency"):
            domain &= self._price_filter(filters)
        if filters.get("date_from"):
            domain &= Domain("date_last", ">=", filters["date_from"])
        if filters.get("date_to"):
            domain &= Domain("date_start", "<=", filters["date_to"])
        if filters.get("centre") and filters.get("km"):
            domain &= self._distance_filter(filters["centre"], filters["km"])
        elif filters.get("place"):
            city = escape_psql(normalise(filters["place"]))
            domain &= Domain("city_text", "like", city)
        return domain

    @api.model
    def _plain_filter(self, name, value):
        if name == "author":
            return Domain("author_id", "=", value)
        if name == "unpaid":
            return Domain("unpaid", "=", True)
        return Domain("kind", "=", value) if value in ("want", "offer") else Domain.TRUE

    @api.model
    def _facet_filter(self, words):
        """What has one of these in ``facets``; of a category also what is below it."""
        return self._array_domain("facets", words)

    @api.model
    def _array_domain(self, field, words):
        """Return the domain of rows whose ``field`` holds one of ``words``."""

        def to_sql(model, alias, _query):
            return SQL(
                "string_to_array(%s, ' ') && %s::text[]",
                SQL.identifier(alias, field, to_flush=model._fields[field]),
                words,
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _group_filter(self, group_id):
        """In the context of a group or one inside it, as far as the caller sees them.

        A group that he does not see finds nothing: it would tell what belongs to it.
        """
        groups = self.env["wezer.group"]
        seen = groups.search([("id", "=", group_id)])
        inside = seen and groups.search([("ancestor_ids", "in", seen.ids)])
        return self._facet_filter([f"g{one}" for one in (seen | inside).ids])

    @api.model
    def _price_filter(self, filters):
        """Paid in a currency, and for how much: the whole price, not that of a unit."""
        if not (filters.get("price_from") or filters.get("price_to")):
            return Domain.TRUE
        price = Domain("wezer_currency_id", "=", filters["currency"])
        if filters.get("price_from"):
            price &= Domain("total_minor", ">=", filters["price_from"])
        if filters.get("price_to"):
            price &= Domain("total_minor", "<=", filters["price_to"])
        # Who sees the announcement sees its price: no rule is asked for it again.
        return Domain("price_line_ids", "any!", price)

    @api.model
    def _distance_filter(self, centre, km):
        """Within ``km`` of ``centre``: a square by an index, less its corners."""
        x, y = plane(*centre)
        radius = on_plane(km, centre[0])

        def to_sql(_model, alias, _query):
            # No OR IS NULL as the ORM would write: an index has it whole.
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

    # === WORDS === #

    def _search_asked_words(self, operator, value):
        if operator not in ("ilike", "like") or not isinstance(value, str):
            return NotImplemented
        vocabulary = self.env["wezer.announcement.word"]
        words = asked(normalise(value))
        return self._words_domain([vocabulary._meant(word) for word in words])

    @api.model
    def _words_domain(self, groups, field="search_text", missing=0):
        """Return the domain of texts that have a word of each group.

        :param list groups: lists of words, any of which will do
        :param str field: ``search_text`` or ``title_text``
        :param int missing: 1, where one of the groups may have none
        """
        each = [self._array_domain(field, words) for words in groups]
        if not missing:
            return Domain.AND(each)
        return Domain.OR(
            Domain.AND(each[:at] + each[at + 1 :]) for at in range(len(each))
        )
