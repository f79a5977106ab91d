import logging
from datetime import date, timedelta

from odoo import SUPERUSER_ID, Command, api, fields, models
from odoo.fields import Domain
from odoo.tools import LazyTranslate, html2plaintext

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.models.wezer_written_mixin import Written
from odoo.addons.wezer_base.tools import days, locks, payload
from odoo.addons.wezer_base.tools.cron import for_each_due
from odoo.addons.wezer_base.tools.lines_field import Lines
from odoo.addons.wezer_base.tools.near_words import asked
from odoo.addons.wezer_base.tools.numbers import ID_MAX, decimal_text
from odoo.addons.wezer_base.tools.payload import shortened
from odoo.addons.wezer_base.tools.place_cells import place_of
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition
from odoo.addons.wezer_base.tools.text import (
    TITLE_LENGTH,
    has_letter,
    normalise,
    search_words,
    secret_slug,
    slugify,
)
from odoo.addons.wezer_base.tools.versions import check_version, version_of
from odoo.addons.wezer_base.tools.words import split_words

from ..tools import (
    announcement_cards,
    matchmaking,
    money_shortage,
    price_chips,
    search_index,
    search_sql,
    series,
)
from ..tools.geo import plane
from .wezer_deal import ATTEND_STATES, LIVE, NEGOTIATING, UNDELIVERED

_lt = LazyTranslate(__name__)

_logger = logging.getLogger(__name__)

ANNOUNCEMENT = StateMachine(
    states=("draft", "open", "full", "paused", "ended"),
    rules={
        "author": "acts for the author with the permission “market”",
        "publisher": "acts for the author with the permission “market”, and with"
        " “wallet” where a wanted price is committed to the first person to answer",
        "poster": "acts for the author with the permission “market”, or with “project”"
        " where a task of the author's own team was posted",
        "replier": "a member in good standing who is not the author",
        "deals": "follows the deals of the announcement",
        "nightly": "a scheduled action",
    },
    transitions=(
        Transition("create", (), ("draft", "open"), "author", "action_create_own"),
        Transition(
            "publish",
            ("draft", "paused"),
            ("open", "full", "ended"),
            "publisher",
            "action_publish",
            "its closing day is not in the past, and its task is not closed",
        ),
        Transition("edit", ("draft",), ("draft",), "poster", "action_edit"),
        Transition(
            "edit",
            ("open", "full"),
            ("open", "full", "ended"),
            "poster",
            "action_edit",
            "open answers get the new terms where price, quantity or process change",
        ),
        Transition("edit", ("paused",), ("paused",), "poster", "action_edit"),
        Transition("pause", ("open", "full"), ("paused",), "author", "action_pause"),
        Transition(
            "renew",
            ("open", "full", "ended"),
            ("open", "full", "ended"),
            "author",
            "action_renew",
            "what has ended only where its day came, never what was closed",
        ),
        Transition("renew", ("paused",), ("paused",), "author", "action_renew"),
        Transition(
            "close",
            ("draft", "open", "full", "paused"),
            ("ended",),
            "poster",
            "action_close",
        ),
        Transition(
            "undo_post",
            ("draft", "open", "paused"),
            ("ended",),
            "poster",
            "action_undo_post",
            "while nobody has answered",
        ),
        Transition(
            "reopen",
            ("ended",),
            ("open", "full", "ended"),
            "publisher",
            "action_reopen",
        ),
        Transition(
            "claim",
            ("open", "full"),
            ("open", "full"),
            "replier",
            "action_claim",
            "where it is full, there is a waiting list",
        ),
        Transition("propose", ("open",), ("open", "full"), "replier", "action_propose"),
        Transition("fill", ("open",), ("full",), "deals", "_after_change"),
        Transition("free", ("full",), ("open",), "deals", "_after_change"),
        Transition("settle", ("full",), ("ended",), "deals", "_after_change"),
        Transition(
            "expire", ("open", "full", "paused"), ("ended",), "nightly", "_cron_expire"
        ),
        Transition(
            "run_short",
            ("open",),
            ("paused",),
            "nightly",
            "_cron_money",
            "its author cannot pay one answer now",
        ),
        Transition(
            "recover",
            ("paused",),
            ("open", "full"),
            "nightly",
            "_cron_money",
            "it was paused for money, and its author can pay again",
        ),
    ),
)
# What takes answers: the market lists these.
LISTED = ANNOUNCEMENT.sources("claim")
# What was published and has not ended.
PUBLISHED = ANNOUNCEMENT.sources("expire")
# What has not ended.
UNENDED = ANNOUNCEMENT.sources("close")
# Every order of the list walks one index over what is listed.
LISTED_SQL = f"state IN {LISTED!r}"

# Deals whose people are expected to come.
COMING = tuple(state for state in ATTEND_STATES if state != "paid")
# How reliable a person without a past here is taken to be.
UNKNOWN_RELIABILITY = 3 / 4
# What an author writes; money and state change by actions.
OWN_FIELDS = {
    *("title", "kind", "description", "category_id", "skill_ids", "places"),
    *("quantity", "unit", "price_mode", "claim_mode", "waiting_list", "visibility"),
    *("group_ids", "date_start", "date_end", "expiry", "city", "latitude", "longitude"),
    *("steps", "done_when", "image_1920", "language_id", "repeat", "repeat_until"),
    "written_lang",
}
# Never empty: what is left out keeps its default, what is sent is something.
REQUIRED = {
    *("kind", "places", "quantity", "unit", "price_mode", "claim_mode", "visibility"),
}
# What the form of an announcement shows: changed by somebody else, it is shown first.
VERSION_FIELDS = OWN_FIELDS - {"image_1920"} | {
    "image_128",
    "picture_ids.caption",
    "picture_ids.sequence",
    "price_line_ids.wezer_currency_id",
    "price_line_ids.unit_minor",
    "place_ids.count",
    "place_ids.skill_id",
    "place_ids.group_id",
}
TERMS_FIELDS = {"quantity", "unit", "price_mode", "steps", "done_when"}
TEXT_MAX = 100_000
PLACES_MAX = 100_000
# Letters of the description that shared links show.
DESCRIBED_LENGTH = 200
MESSAGE_MAX = 2000
# The author is reminded so many days before the announcement closes.
REMIND_DAYS = 3
# Its page offers to renew it so many days before.
RENEW_OFFER_DAYS = 7


class WezerAnnouncement(models.Model):
    """Help wanted or offered, with what it is worth and how it will be done.

    Answers to it are deals (``wezer.deal``). Its search, its feeds and what its pages
    show are plain modules under ``tools``, which are called from here.
    """

    _name = "wezer.announcement"
    _description = "Announcement"
    _inherit = [
        "image.mixin",
        "website.seo.metadata",
        "wezer.searchable.mixin",
        "wezer.slug.mixin",
        "wezer.state.mixin",
        "wezer.written.mixin",
        "wezer.record.mixin",
    ]
    _order = "date_publish desc, id desc"
    _rec_name = "title"
    _wezer_titles = ("title",)
    _written = {
        "written_lang": Written(
            ("title", "description", "steps", "done_when"), ("person_id", "author_id")
        )
    }
    _state_machine = ANNOUNCEMENT

    # === FIELDS: WHAT IS WRITTEN === #

    # Read with the rest of the row: each page of its own shows them.
    website_meta_title = fields.Char(prefetch=True)
    website_meta_description = fields.Text(prefetch=True)
    website_meta_keywords = fields.Char(prefetch=True)
    title = fields.Char(required=True, size=TITLE_LENGTH)
    slug = fields.Char(required=True, copy=False)
    kind = fields.Selection(
        [("want", "Help wanted"), ("offer", "Help offered")],
        required=True,
        default="want",
    )
    description = fields.Html()
    category_id = fields.Many2one("wezer.category", index=True, ondelete="set null")
    skill_ids = fields.Many2many("wezer.skill")
    author_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    person_id = fields.Many2one(
        "res.partner",
        string="Written by",
        ondelete="restrict",
        groups="wezer_base.group_moderator",
    )
    places = fields.Integer(
        default=1, help="The number of deals that are possible; 0 means no limit."
    )
    place_ids = Lines(
        "wezer.announcement.place", "announcement_id", string="Places kept"
    )
    quantity = fields.Float(default=1.0, help="The quantity of each deal, in units.")
    unit = fields.Selection(
        [("hour", "hours"), ("piece", "pieces"), ("time", "times")],
        required=True,
        default="hour",
    )
    price_mode = fields.Selection(
        [("one", "One of these"), ("all", "All of these")], required=True, default="all"
    )
    price_line_ids = Lines("wezer.announcement.price", "announcement_id")
    price_text = fields.Char(string="Price", compute="_compute_price_text")
    picture_ids = Lines(
        "wezer.announcement.picture", "announcement_id", string="Pictures"
    )
    # The first picture: of cards, lists and shared links.
    image_1920 = fields.Image(
        string="Picture",
        compute="_compute_first_picture",
        store=True,
        max_width=1920,
        max_height=1920,
    )
    question_ids = fields.One2many("wezer.announcement.question", "announcement_id")
    claim_mode = fields.Selection(
        [
            ("first_come", "First come, first served"),
            ("choose", "The author chooses"),
        ],
        string="How people are chosen",
        required=True,
        default="first_come",
    )
    waiting_list = fields.Boolean(string="Waiting list", default=True)
    visibility = fields.Selection(
        [
            ("everyone", "Everybody, visitors too"),
            ("members", "Members"),
            ("groups", "Members of the chosen groups"),
        ],
        required=True,
        default="everyone",
    )
    group_ids = fields.Many2many("wezer.group", string="Groups")
    task_id = fields.Many2one(
        "project.task", index="btree_not_null", ondelete="set null"
    )
    date_publish = fields.Datetime(string="Published", readonly=True)
    date_start = fields.Datetime(string="Begins")
    date_end = fields.Datetime(string="Ends")
    expiry = fields.Date(string="Closes on")
    repeat = fields.Selection(
        [
            ("week", "Every week"),
            ("fortnight", "Every two weeks"),
            ("month", "Every month"),
        ],
        help="When the date has come, the next announcement is posted.",
    )
    repeat_until = fields.Date(string="Repeats until")
    city = fields.Char(string="Place")
    # About a hundred metres: what everybody may read names no house.
    latitude = fields.Float(digits=(9, 3))
    longitude = fields.Float(digits=(9, 3))
    language_id = fields.Many2one(
        "res.lang",
        string="Language needed",
        ondelete="set null",
        help="Only if no other language would do.",
    )
    steps = fields.Text(help="How the work will be done, one step per line.")
    done_when = fields.Text(
        string="Done when", help="Says when the work counts as done."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    # === FIELDS: WHERE IT STANDS === #

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("open", "Open"),
            ("full", "Full"),
            ("paused", "Paused"),
            ("ended", "Ended"),
        ],
        required=True,
        default="draft",
        index=True,
    )
    end_reason = fields.Selection(
        [("closed", "Closed"), ("expired", "Expired"), ("settled", "All done")]
    )
    version = fields.Integer(
        default=1, help="Goes up when the price or the process changes."
    )
    lock_version = fields.Integer(default=0)
    written_language = fields.Char(
        string="Name of the language", compute="_compute_written_language"
    )
    places_used = fields.Integer(compute="_compute_places")
    places_left = fields.Integer(string="Free places", compute="_compute_places")
    deal_ids = Lines("wezer.deal", "announcement_id")
    favourite_ids = fields.One2many(
        "wezer.favourite", "announcement_id", groups=fields.NO_ACCESS
    )
    answer_count = fields.Integer(string="Answers", compute="_compute_places")
    expected_text = fields.Char(
        string="Expected attendance", compute="_compute_expected"
    )
    # A deal was cancelled late: the card shows that help is needed now.
    cancelled_late = fields.Boolean(
        string="Cancelled late", copy=False, readonly=True, default=False
    )
    # Paused because its author cannot pay; members see only that it is paused.
    short_of_money = fields.Boolean(
        copy=False, readonly=True, default=False, groups=fields.NO_ACCESS
    )
    expiry_reminder_sent = fields.Boolean(copy=False, readonly=True)
    next_id = fields.Many2one(
        "wezer.announcement",
        copy=False,
        readonly=True,
        ondelete="set null",
        groups="wezer_base.group_administrator",
    )
    # Those who keep a search that finds it had their notice.
    searches_notified = fields.Boolean(
        copy=False, groups="wezer_base.group_administrator", readonly=True
    )
    may_publish = fields.Boolean(compute="_compute_may")
    may_edit = fields.Boolean(compute="_compute_may")
    may_renew = fields.Boolean(compute="_compute_may")
    may_pause = fields.Boolean(compute="_compute_may")
    may_close = fields.Boolean(compute="_compute_may")
    may_reopen = fields.Boolean(compute="_compute_may")
    may_undo_post = fields.Boolean(compute="_compute_may")

    # === FIELDS: WHAT IT IS FOUND BY (tools/search_index.py) === #

    search_text = fields.Char(compute="_compute_search_text", store=True)
    title_text = fields.Char(compute="_compute_search_text", store=True)
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

    _slug_uniq = models.UniqueIndex("(slug)", "This address is already taken.")
    _places_positive = models.Constraint(
        "CHECK (places >= 0 AND quantity > 0)",
        "The quantity must be above zero, and the number of places cannot be negative.",
    )
    _repeat_idx = models.Index("(date_start) WHERE repeat IS NOT NULL")
    _expiry_idx = models.Index(f"(expiry) WHERE state IN {PUBLISHED!r}")
    _not_notified_idx = models.Index(
        "(id) WHERE state = 'open' AND searches_notified IS NOT TRUE"
    )
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

    @api.depends("price_line_ids.unit_minor", "quantity", "price_mode")
    @api.depends_context("lang")
    def _compute_price_text(self):
        for announcement in self:
            prices = [
                currency._format(minor)
                for currency, minor in announcement._announced_prices()
            ]
            announcement.price_text = price_chips.joined(
                self.env, prices, announcement.price_mode
            )

    def _announced_prices(self):
        """Return ``(currency, minor units)`` of each price, for the whole quantity."""
        self.ensure_one()
        return [
            (line.wezer_currency_id, line._total(self.quantity))
            for line in self.sudo().price_line_ids
        ]

    def _price_chip(self) -> price_chips.Chip:
        """Return the price as a chip shows it."""
        return price_chips.chip(self.env, self._announced_prices(), self.price_mode)

    @api.depends("picture_ids.image_1920", "picture_ids.sequence")
    def _compute_first_picture(self):
        for announcement in self.with_context(bin_size=False):
            first = announcement._pictures_in_order()[:1]
            announcement.image_1920 = first.image_1920

    def _pictures_in_order(self):
        self.ensure_one()
        # New ones have no number yet, and come last.
        return self.picture_ids.sorted(
            lambda picture: (picture.sequence, picture._origin.id or ID_MAX)
        )

    @api.depends("written_lang")
    @api.depends_context("lang")
    def _compute_written_language(self):
        names = self._language_names()
        for announcement in self:
            code = announcement.written_lang
            announcement.written_language = names.get(code or "", code)

    @api.depends("deal_ids.state", "deal_ids.hold_deadline", "places")
    def _compute_places(self):
        for announcement in self:
            # How many answered is shown to all; who answered is not.
            deals = announcement.sudo().deal_ids
            used = announcement.sudo()._holding()
            announcement.places_used = len(used)
            announcement.places_left = max(announcement.places - len(used), 0)
            announcement.answer_count = len(
                deals.filtered(lambda deal: deal.state != "ended")
            )

    @api.depends("deal_ids.state")
    @api.depends_context("uid")
    def _compute_expected(self):
        for announcement in self:
            announcement.expected_text = announcement._expected_text()

    @api.depends("state", "end_reason", "task_id", "deal_ids.state", "author_id")
    @api.depends_context("uid")
    def _compute_may(self):
        actions = ("publish", "edit", "renew", "pause", "close", "reopen", "undo_post")
        for announcement in self:
            for action in actions:
                announcement[f"may_{action}"] = announcement._is_offered(action)

    @api.depends(
        "title",
        "description",
        "city",
        "category_id.path_text",
        "skill_ids.search_text",
    )
    def _compute_search_text(self):
        for announcement in self:
            announcement.search_text = search_index.all_words(announcement)
            announcement.title_text = search_index.title_words(announcement)
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
            announcement.facets = search_index.facets(announcement)

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
            place = announcement._map_place()
            announcement.located = bool(place)
            announcement.map_x, announcement.map_y = plane(*place) if place else (0, 0)

    def _map_place(self):
        """Return ``(latitude, longitude)``, None where it is not known."""
        self.ensure_one()
        if not (self.latitude or self.longitude):
            return None
        return place_of(self.latitude, self.longitude)

    def _search_asked_words(self, operator, value):
        if operator not in ("ilike", "like") or not isinstance(value, str):
            return NotImplemented
        vocabulary = self.env["wezer.announcement.word"]
        words = asked(normalise(value))
        return search_sql.words_domain([vocabulary._meant(word) for word in words])

    # === CONSTRAINTS AND CRUD === #

    @api.constrains("date_start", "date_end", "repeat", "repeat_until")
    def _check_days(self):
        for announcement in self:
            days.check_order(self.env, announcement.date_start, announcement.date_end)
            first = days.day_of(
                self.env, announcement.date_start, announcement.company_id
            )
            if announcement.repeat:
                days.check_order(
                    self.env, first, announcement.repeat_until, "repeat_until"
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            last = vals.get("date_end") or vals.get("date_start")
            if last and not vals.get("expiry"):
                # What has an end takes answers until the end of that day.
                moment = fields.Datetime.to_datetime(last)
                vals["expiry"] = days.day_of(self.env, moment)
            if not vals.get("slug"):
                # Drafts, and what a group posts for itself, are seen by few: an address
                # tells nothing of the titles there are.
                vals["slug"] = secret_slug(slugify(vals.get("title"), "help"))
            image = vals.pop("image_1920", False)
            if image and not vals.get("picture_ids"):
                vals["picture_ids"] = [Command.create({"image_1920": image})]
        return super().create(vals_list)

    def write(self, vals):
        if "image_1920" in vals:
            # One picture is written: the first of the list.
            vals = dict(vals)
            image = vals.pop("image_1920")
            for announcement in self:
                own = announcement._pictures_in_order()
                announcement.write(
                    {"picture_ids": own._first_commands(image, own)},
                )
        names = self._slug_names() if "title" in vals else {}
        dated = {"date_start", "date_end", "expiry"} & vals.keys()
        days_before = {
            announcement: (announcement.expiry, announcement._last_day())
            for announcement in self
            if dated
        }
        audience = sorted({"visibility", "group_ids"} & vals.keys())
        shown = {
            announcement: (
                announcement.state,
                [announcement[name] for name in audience],
            )
            for announcement in self
            if audience or "state" in vals
        }
        result = super().write(vals)
        self._follow_name(names)
        for announcement, (expiry, last) in days_before.items():
            announcement._follow_last_day(expiry, last, "expiry" in vals)
        # A notice of a match is withdrawn where the announcement is filled, has ended,
        # or is no longer for everybody who was notified; only open ones have notices.
        withdrawn = self.filtered(
            lambda announcement: (
                announcement in shown
                and (
                    (shown[announcement][0] == "open" and announcement.state != "open")
                    or shown[announcement][1]
                    != [announcement[name] for name in audience]
                )
            )
        )
        if withdrawn:
            self.env["wezer.notice"].sudo()._settle(withdrawn, ["match", "favourite"])
        for announcement, (before, _audience) in shown.items():
            announcement._settle_asked(before)
        return result

    def _settle_asked(self, before):
        """Settle what its author's people were asked, where it is asked no longer.

        :param str before: the state before
        """
        notices = self.env["wezer.notice"].sudo()
        if before == "draft" and self.state != "draft":
            notices._settle(self, ["to_publish"])
        if before != "ended" and self.state == "ended":
            # sudo: other people's questions are over, too.
            questions = self.env["wezer.announcement.question"].sudo()
            asked = questions._search([("announcement_id", "=", self.id)])
            kinds = ["expiring", "short_of_money", "cancelled_late"]
            notices._settle_all(
                [
                    notices._about(self._name, self.ids, kinds),
                    notices._about(questions._name, asked, ["question"]),
                ]
            )

    def _slug_name(self):
        self.ensure_one()
        return self.title

    def _new_slug(self):
        # Another announcement of this title may be hidden: an address reveals nothing.
        return secret_slug(slugify(self._slug_name(), "help"))

    def _last_day(self):
        """Return the day on which what is announced ends, False where it has none."""
        self.ensure_one()
        moment = self.date_end or self.date_start
        return days.day_of(self.env, moment, self.company_id)

    def _follow_last_day(self, expiry, last, given):
        """Let the closing day follow the end of what is announced.

        :param expiry: the closing day before
        :param last: the last day before
        :param bool given: the closing day was written too
        """
        now = self._last_day()
        if now and (not self.expiry or (not given and expiry == last != now)):
            self.expiry = now

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user now, or None.

        In this order: who, state, data. Nothing is locked or changed.
        """
        self.ensure_one()
        return (
            self._who_refusal(action)
            or self._state_refusal(action)
            or self._data_refusal(action)
        )

    def _is_offered(self, action):
        """Return whether a button shows ``action``: who and state allow it.

        What the data refuse is explained when it is pressed, except where nothing
        could be done about it.
        """
        self.ensure_one()
        if action == "undo_post" and not self.sudo().task_id:
            return False
        if action in ("undo_post", "renew"):
            return self._may(action)
        return not (self._who_refusal(action) or self._state_refusal(action))

    def _who_refusal(self, action):
        """Return why the user may not do ``action`` here, whatever its state."""
        who = ANNOUNCEMENT.who(action)
        try:
            if who == "replier":
                self.env.user._wezer_check_standing()
                if self.sudo().author_id == self.env.user.partner_id:
                    return self._own_refusal()
            elif who in ("author", "publisher", "poster"):
                author, right = self.sudo().author_id, self._right_for(action)
                self.env.user._check_acts_for(author, right)
                if who == "publisher" and self._commits_money():
                    self.env.user._check_acts_for(author, "wallet")
            else:
                return NotAllowed(
                    self.env._(
                        "You are not authorised to act for the author of"
                        " this announcement."
                    ),
                    rule=who,
                )
        except (NotAllowed, Refusal) as error:
            return error
        return None

    def _state_refusal(self, action):
        if ANNOUNCEMENT.who(action) == "replier":
            closed = self._why_closed()
            return self._closed_refusal(closed) if closed else None
        return super()._state_refusal(action)

    def _data_refusal(self, action):
        """Return why ``action`` is refused for what the announcement says."""
        announcement = self.sudo()
        person = self.env.user.partner_id
        if action in ("claim", "propose"):
            refusal = announcement._answered_refusal(person) or self._personal_refusal(
                person
            )
            if action == "propose" and not refusal:
                if not announcement._has_place(person):
                    return announcement._taken_refusal()
            return refusal
        if action == "undo_post" and announcement._live_answers():
            return Refusal(
                self.env._(
                    "Someone has answered, so you can no longer withdraw"
                    " this. Close the announcement instead."
                ),
                rule="answered",
            )
        if action == "renew" and announcement.state == "ended":
            if announcement.end_reason != "expired":
                return Refusal(
                    self.env._(
                        "This announcement was closed or is complete, so it"
                        " cannot be renewed."
                    ),
                    rule="state",
                    value=announcement.end_reason,
                )
        if action == "publish":
            # A draft that waited would be closed within the hour.
            return self._publishable_refusal() or announcement._day_refusal()
        if action == "reopen":
            return self._publishable_refusal()
        return None

    def _authorise(self, action, acting_partner_id=None):
        """Check who, lock, then check state and data of ``action``."""
        self.check_access("read")
        self.ensure_one()
        author = self.sudo().author_id
        self.env.user._resolve_acting(
            acting_partner_id, author, self._right_for(action), "announcement", self
        )
        self.sudo()._lock()
        refusal = self._state_refusal(action) or self._data_refusal(action)
        if refusal:
            raise refusal

    def _right_for(self, action):
        """Return the permission that ``action`` needs for the author.

        Whoever runs the projects of the author does for what their task posted.
        """
        announcement, user = self.sudo(), self.env.user
        author, task = announcement.author_id, announcement.task_id
        if ANNOUNCEMENT.who(action) != "poster" or not task:
            return "market"
        if user._acts_for(author, "market"):
            return "market"
        team = task.project_id.team_id.partner_id
        if team == author and user._acts_for(team, "project"):
            return "project"
        return "market"

    def _state_message(self, _action):
        return self.env._(
            "This announcement is %(state)s.", state=self._state_label().lower()
        )

    def _commits_money(self):
        """Return whether publishing commits the author's money to the first claim."""
        announcement = self.sudo()
        return (
            announcement.kind == "want"
            and announcement.claim_mode == "first_come"
            and bool(announcement.price_line_ids)
        )

    def _waits_for_wallet(self):
        """Return whether publishing commits money that the user may not commit."""
        return self._commits_money() and not self.env.user._acts_for(
            self.sudo().author_id, "wallet"
        )

    def _publishable_refusal(self):
        """Return why the user cannot put it on the market, as it is written now."""
        announcement = self.sudo()
        refusal = announcement._why_not_on_market()
        if refusal or not self._commits_money():
            return refusal
        try:
            self.env.user._check_acts_for(announcement.author_id, "wallet")
        except (NotAllowed, Refusal) as error:
            return error
        return None

    def _why_not_on_market(self):
        """Return why nobody can put it on the market, as it is written now (sudo)."""
        announcement = self
        task = announcement.task_id
        if task and (task.is_closed or not task.active or task.is_template):
            return Refusal(
                self.env._(
                    "The task “%(task)s” is closed. Reopen it first.", task=task.name
                ),
                rule="task",
                value=task.name,
            )
        if announcement.visibility == "groups" and not announcement.group_ids:
            return Refusal(
                self.env._("Choose the groups that this is for."), rule="visibility"
            )
        return None

    def _check_publishable(self):
        """Raise :meth:`_publishable_refusal` where there is one."""
        refusal = self._publishable_refusal()
        if refusal:
            raise refusal
        self.sudo()._tidy_price_mode()

    def _tidy_price_mode(self):
        """A single price is not one of several."""
        if self.price_mode == "one" and len(self.price_line_ids) == 1:
            self.price_mode = "all"

    def _check_money_of(self, payer):
        """Ask for the permission “wallet” where a price commits ``payer``'s money."""
        if self.sudo().price_line_ids:
            self.env.user._check_acts_for(payer, "wallet")

    def _check_closing_day(self, before):
        """Refuse a closing day in the past, unless it was that day before.

        :param dict before: the closing day of each announcement before
        """
        for announcement in self.sudo():
            if announcement.expiry != before.get(announcement, False):
                refusal = announcement._day_refusal()
                if refusal:
                    raise refusal

    def _day_refusal(self):
        """Return why its closing day cannot be kept: it is in the past."""
        try:
            days.check_not_past(
                self.env, self.expiry, "expiry", company=self.company_id
            )
        except Refusal as error:
            return error
        return None

    # === WRITING === #

    @api.model
    def action_create_own(
        self, vals: dict, publish: bool = True, acting_partner_id: int | None = None
    ) -> int:
        """Write an announcement for oneself, or for a group one acts for.

        :param vals: fields of ``OWN_FIELDS``, ``prices`` (``{currency id: amount of a
            unit as text}``), ``kept_places`` (dicts ``count``, ``group_id``,
            ``skill_id`` or ``skill``, its name), ``pictures`` (dicts ``id`` or
            ``image``, and ``caption``), ``skill_words`` and ``group_words`` (names as
            they were typed, beside the chosen ones)
        :param publish: whether to put it on the market at once
        :return: its id
        :raise Refusal: for what cannot be written; see :mod:`.payload`
        :raise NotAllowed: where the user does not act for the author
        """
        me = self.env.user.partner_id
        author = me
        if acting_partner_id:
            author = payload.record(self.env, "res.partner", acting_partner_id)
            author = author.sudo().exists()
        self.env.user._check_acts_for(author, "market")
        announcement = self.sudo().create(
            {
                **self._checked_vals(vals),
                "author_id": author.id,
                "person_id": me.id,
                "company_id": self.env.company.id,
            }
        )
        announcement._check_closing_day({})
        self.env.user._wezer_log_acting(author, "market", "post", announcement)
        own = self.browse(announcement.id).with_user(self.env.user)
        if publish and own._waits_for_wallet():
            # A draft, until a person who may pay for the author publishes it.
            announcement._ask_to_publish()
        elif publish:
            own.action_publish()
        return announcement.id

    def _ask_to_publish(self):
        """Notify those who may publish and pay for the author that a draft waits.

        Where nobody may do both, those who may pay.
        """
        payers = self.author_id._wezer_actor_partners("wallet")
        publishers = payers & self.author_id._wezer_actor_partners("market")
        self.author_id._wezer_notify(
            "to_publish",
            _lt("To be published: %(title)s", title=self.title),
            url=f"/market/{self.slug}",
            record=self,
            right="wallet",
            but=payers - publishers if publishers else None,
        )

    def edit_version(self) -> str:
        """Return the version of what an author wrote, for :meth:`action_edit`."""
        self.check_access("read")
        self.ensure_one()
        self.env.user._check_acts_for(self.sudo().author_id, "market")
        return version_of(self.sudo(), VERSION_FIELDS)

    def action_edit(
        self,
        vals: dict,
        acting_partner_id: int | None = None,
        version: str | None = None,
    ) -> bool:
        """Change an announcement; open answers are asked again where terms change.

        :param vals: as for :meth:`action_create_own`
        :param version: what :meth:`edit_version` returned when the announcement was
            shown; one that somebody else changed since is not overwritten
        """
        self._authorise("edit", acting_partner_id)
        check_version(self.sudo(), VERSION_FIELDS, version)
        vals = self._checked_vals(vals)
        announcement = self.sudo()
        expiry = announcement.expiry
        if "expiry" in vals and vals["expiry"] == expiry:
            # Not edited: it follows the end of what is announced.
            del vals["expiry"]
        if vals.get("kind", announcement.kind) != announcement.kind:
            if announcement.deal_ids:
                # Payer and worker would change places under a deal.
                raise Refusal(
                    self.env._(
                        "Someone has answered, so you can no longer change"
                        " whether help is wanted or offered."
                    ),
                    rule="answered",
                )
        answers = announcement._answers()
        terms = announcement._changes_terms(vals)
        if terms:
            vals["version"] = announcement.version + 1
        announcement.write(vals)
        if announcement.expiry != expiry:
            announcement.expiry_reminder_sent = False
            announcement._check_closing_day({announcement: expiry})
        if announcement.state != "draft":
            self._check_publishable()
        if terms and answers:
            # The answers get terms that they may accept at once: the author's money
            # is committed, where the author pays.
            if announcement.kind == "want":
                self._check_money_of(announcement.author_id)
            answers._ask_again()
        announcement._after_change()
        return True

    @api.model
    def _checked_vals(self, vals):
        """Return what an author sent as values that may be written, else refuse."""
        vals = payload.table(self.env, vals)
        prices = vals.pop("prices", None)
        kept = vals.pop("kept_places", None)
        pictures = vals.pop("pictures", None)
        skills = self._skills_called(vals.pop("skill_words", None), "skill_ids_typed")
        circles = self._circles_called(vals.pop("group_words", None))
        payload.only(self.env, vals, OWN_FIELDS)
        vals = {name: self._typed_value(name, value) for name, value in vals.items()}
        if "title" in vals and not has_letter(vals["title"]):
            raise Refusal(
                self.env._("Say in a few words what this is about."),
                rule="title",
                field="title",
            )
        if vals.get("latitude") or vals.get("longitude"):
            place = place_of(vals.get("latitude"), vals.get("longitude"))
            if not place:
                raise Refusal(
                    self.env._("This is not a place on the map."), rule="place"
                )
            vals["latitude"], vals["longitude"] = place
        if vals.get("repeat") and not (
            vals.get("date_start") or self.sudo().date_start
        ):
            raise Refusal(
                self.env._("Enter the first date. The repeats start from there."),
                rule="repeat",
            )
        if prices is not None:
            lines = self.env["wezer.announcement.price"]._prepare_lines(prices)
            vals["price_line_ids"] = [Command.clear(), *lines]
        if kept is not None:
            vals.update(self._checked_kept_places(kept, vals))
        if pictures is not None:
            own = self.sudo().picture_ids
            vals["picture_ids"] = own._commands(pictures, own)
            vals.pop("image_1920", None)
        for name, named in (("skill_ids", skills), ("group_ids", circles)):
            if named:
                chosen = vals.get(name) or [Command.set(self.sudo()[name].ids)]
                ids = {*chosen[0][2], *named.ids}
                vals[name] = [Command.set(sorted(ids))]
        return vals

    @api.model
    def _skills_called(self, text, field):
        """Return the skills whose names were typed.

        :raise Refusal: rule ``vocabulary``, for words that are none
        """
        words = payload.text(self.env, text, TEXT_MAX, field)
        known, unknown = self.env["wezer.skill"]._ids_of_words(words)
        if unknown:
            raise Refusal(
                self.env._(
                    "These skills are not in our list yet: %(words)s. Choose a similar"
                    " one, or leave it out and mention it in the title.",
                    words=", ".join(unknown),
                ),
                rule="vocabulary",
                field=field,
            )
        return known

    @api.model
    def _circles_called(self, text):
        """Return the circles whose names were typed.

        :raise Refusal: rule ``group``, for a name that is not just one circle's
        """
        groups = self.env["wezer.group"]
        found = groups.browse()
        typed = payload.text(self.env, text, TEXT_MAX, "group_ids_typed")
        for name in split_words(typed):
            meant = groups._circle_meant(None, name)
            if len(meant) != 1:
                raise Refusal(
                    self.env._(
                        "“%(name)s” is not the full name of one circle. Choose one of"
                        " the suggestions, or enter the address of its page.",
                        name=name,
                    ),
                    rule="group",
                    field="group_ids_typed",
                )
            found |= meant
        return found

    @api.model
    def _typed_value(self, name, value):
        """Return ``value`` as the kind of value that the field ``name`` holds."""
        field = self._fields[name]
        if field.type == "many2many":
            # Commands could write on what they point at: only ids pass, and only of
            # what the caller sees.
            seen = self.env[field.comodel_name].search(
                [("id", "in", payload.ids(self.env, value, link=True))]
            )
            return [Command.set(seen.ids)]
        if name == "title":
            return payload.line(self.env, value, TITLE_LENGTH, "title")
        if name not in REQUIRED and value in (None, False, ""):
            return value
        if name == "image_1920":
            return self.env["wezer.announcement.picture"]._checked(value)
        if name == "written_lang":
            return self._checked_language(value)
        if field.type == "selection":
            return payload.choice(self.env, self._name, name, value)
        if field.type == "datetime":
            return payload.moment(self.env, value, at_end=name == "date_end")
        if field.type == "date":
            return payload.day(self.env, value)
        if name == "quantity":
            return payload.number(self.env, value)
        if name == "places":
            return self._typed_places(value)
        if field.type in ("char", "text", "html"):
            return payload.text(self.env, value, TEXT_MAX)
        if field.type == "many2one":
            # Names of categories and languages are for all.
            known = payload.record(self.env(su=True), field.comodel_name, value)
            known = known.search([("id", "in", known.ids)])
            if not known:
                raise Refusal(self.env._("Not found."), rule="field")
            return known.id
        return value

    @api.model
    def _typed_places(self, value):
        """Return a number of places; 0 is unlimited."""
        return payload.whole(
            self.env,
            value,
            self.env._("Enter the number of places as a number."),
            most=PLACES_MAX,
            rule="places",
        )

    @api.model
    def _checked_kept_places(self, kept, vals):
        """Return the values of places that are kept, empty where nothing changes."""
        places = self.env["wezer.announcement.place"]
        lines = places._parse(kept)
        if self and self.sudo().place_ids._plain() == lines:
            return {}
        if self and self.sudo()._holding():
            raise Refusal(
                self.env._(
                    "Someone has a place, so the requirements can no longer be changed."
                ),
                rule="answered",
            )
        count = vals.get("places", self.sudo().places if self else 1)
        if lines and sum(line["count"] for line in lines) > count:
            raise Refusal(
                self.env._("You cannot keep more places than there are."),
                rule="places",
                limit=str(count),
            )
        return {"place_ids": [Command.clear(), *map(Command.create, lines)]}

    def _changes_terms(self, vals):
        """Return whether ``vals`` change price, quantity or process."""
        for name in TERMS_FIELDS & vals.keys():
            if (self[name] or "") != (vals[name] or ""):
                return True
        if "price_line_ids" not in vals:
            return False
        now = {
            line.wezer_currency_id.id: line.unit_minor for line in self.price_line_ids
        }
        new = {
            command[2]["wezer_currency_id"]: command[2]["unit_minor"]
            for command in vals["price_line_ids"]
            if command[0] == 0
        }
        return now != new

    # === ON THE MARKET, PAUSED, CLOSED === #

    def action_publish(self, acting_partner_id: int | None = None) -> bool:
        """Open the announcement to answers."""
        self._authorise("publish", acting_partner_id)
        self.sudo()._open_to_answers()
        return True

    def _do_publish(self):
        """Open the announcement to answers: state and data only (sudo).

        :raise Refusal: rules ``state``, ``task``, ``visibility``, ``expiry``
        """
        self._lock()
        refusal = (
            self._state_refusal("publish")
            or self._why_not_on_market()
            or self._day_refusal()
        )
        if refusal:
            raise refusal
        self._open_to_answers()

    def _open_to_answers(self):
        self._tidy_price_mode()
        self.write(
            {
                "state": "open",
                "date_publish": self.date_publish or fields.Datetime.now(),
            }
        )
        self._after_change()
        self._forget_shortage()

    def action_pause(self, acting_partner_id: int | None = None) -> bool:
        """Take no answers until the author publishes it again."""
        self._authorise("pause", acting_partner_id)
        announcement = self.sudo()
        announcement.state = "paused"
        announcement._forget_shortage()
        return True

    def action_close(self, acting_partner_id: int | None = None) -> bool:
        """Take no more answers; agreed deals go on, open ones end."""
        self._authorise("close", acting_partner_id)
        self.sudo()._end("closed")
        return True

    def action_reopen(self, acting_partner_id: int | None = None) -> bool:
        """Open a closed announcement again."""
        self._authorise("reopen", acting_partner_id)
        announcement = self.sudo()
        announcement._tidy_price_mode()
        today = days.today(self.env, announcement.company_id)
        last, expiry = announcement._last_day(), False
        if last and last < today:
            # Its own end is over: it stands as long again.
            expiry = today + timedelta(days=announcement._renewal_days())
        announcement.write({"state": "open", "end_reason": False, "expiry": expiry})
        announcement._after_change()
        return True

    def action_undo_post(self, acting_partner_id: int | None = None) -> bool:
        """Take a posted task back, while nobody answered."""
        self._authorise("undo_post", acting_partner_id)
        self.sudo().write({"state": "ended", "end_reason": "closed", "task_id": False})
        return True

    def action_renew(self, acting_partner_id: int | None = None) -> date:
        """Let it stand as long again, from today; what closed by itself opens again.

        :return: the new closing day
        """
        self._authorise("renew", acting_partner_id)
        announcement = self.sudo()
        today = days.today(self.env, announcement.company_id)
        announcement.write(
            {
                "expiry": today + timedelta(days=self._renewal_days()),
                "expiry_reminder_sent": False,
            }
        )
        self.env["wezer.notice"].sudo()._settle(announcement, ["expiring"])
        if announcement.state == "ended":
            # Publishing again commits what it did at first: the same is checked.
            self._check_publishable()
            announcement.write({"state": "open", "end_reason": False})
        announcement._after_change()
        return announcement.expiry

    def _renewal_days(self):
        """Return for how many days it is renewed: as long as it was meant to stand."""
        return series.renewal_days(self.sudo())

    def _may_be_renewed(self):
        """Return whether its page offers to renew it: it closes soon, or just has."""
        self.ensure_one()
        if not self.expiry:
            return False
        if self.state == "ended":
            return self.end_reason == "expired"
        soon = days.today(self.env) + timedelta(days=RENEW_OFFER_DAYS)
        return self.state != "draft" and self.expiry <= soon

    def _end(self, reason):
        """End it (sudo); answers on which nothing was agreed end with it."""
        self._forget_shortage()
        self._close_gap()
        self.env["wezer.notice"].sudo()._settle(self, ["expiring"])
        answers = self._answers()
        self.write({"state": "ended", "end_reason": reason})
        answers._finish("announcement_ended")
        for deal in answers:
            deal._notify_all(
                "over",
                _lt(
                    "This has ended, and you did not get a place: %(title)s",
                    title=deal.title,
                ),
                but=deal.author_id,
            )

    def _lock(self):
        """Lock this row so that places are counted once; the loser is retried."""
        self.ensure_one()
        self.flush_recordset()
        locks.execute_locking(
            self.env,
            "UPDATE wezer_announcement SET lock_version = lock_version + 1"
            " WHERE id = %s",
            [self.id],
            returns=False,
        )
        self.env["wezer.deal"].flush_model()
        # What was read before still holds: a row that another transaction has changed
        # since cannot be locked.
        people = self.sudo().author_id | self.env.user.sudo().partner_id
        people._wezer_read_together()

    def _after_change(self):
        """Follow the deals: full, open again where one falls through, ended."""
        for announcement in self.sudo():
            before = announcement.state
            announcement.invalidate_recordset(["places_used", "places_left"])
            if announcement.state == "open" and not announcement._has_place():
                announcement.state = "full"
            elif announcement.state == "full" and announcement._has_place():
                announcement.state = "open"
            if announcement.state == "full":
                paid = announcement.deal_ids.filtered(lambda deal: deal.state == "paid")
                if announcement.places and len(paid) >= announcement.places:
                    announcement.write({"state": "ended", "end_reason": "settled"})
            if announcement.state == "open":
                announcement._promote()
                if not announcement._has_place():
                    # What is free is held for those who waited.
                    announcement.state = "full"
            if announcement.state != "open" or not announcement._has_place():
                announcement._close_gap()
            if before == "full" and announcement.state == "open":
                announcement.favourite_ids._notify(
                    _lt(
                        "A place is free again: “%(title)s”, one of your favourites.",
                        title=announcement.title,
                    )
                )

    def _notice_readers(self, kind, people):
        """Return those of ``people`` who read a notice of ``kind`` about it (sudo).

        Favourites: members who still see it, and take no part in it.
        """
        if kind != "favourite":
            return people
        involved = self.deal_ids.replier_id | self.author_id
        return people.filtered(
            lambda person: (
                person not in involved and self._shows_favourite_to(person.user_ids[:1])
            )
        )

    def _shows_favourite_to(self, user):
        return user._wezer_is_member() and bool(
            self.with_env(self.env(user=user.id, su=False))._filtered_access("read")
        )

    # === PLACES === #

    def _holding(self):
        """Return the deals that have a place: agreed ones, and those it is held for."""
        self.ensure_one()
        return self.deal_ids.filtered_domain(self.deal_ids._holds_place())

    def _has_place(self, person=None):
        """Return whether a place is free, where it is asked so for ``person``."""
        self.ensure_one()
        if person is not None and self.place_ids:
            return self._free_place(person) is not None
        return not self.places or self.places_left > 0

    def _open_places(self):
        """Return how many places ask for nothing."""
        self.ensure_one()
        return self.places - sum(self.place_ids.mapped("count"))

    def _places_for(self, person):
        """Return the kinds of places that ``person`` may have, kept ones first.

        :return: list of kept places (records), an empty record for the open ones
        """
        kinds = [place for place in self.place_ids if place._fits(person)]
        if self._open_places() > 0:
            kinds.append(self.env["wezer.announcement.place"])
        return kinds

    def _free_place(self, person):
        """Return the kind of place that is free for ``person``, None where none is."""
        holding = self._holding()
        for kind in self._places_for(person):
            taken = holding.filtered(lambda deal, kind=kind: deal.place_id == kind)
            if len(taken) < (kind.count if kind else self._open_places()):
                return kind
        return None

    def _kept_refusal(self, person):
        """Return why ``person`` may have none of the places, where all are kept."""
        announcement = self.sudo()
        if not announcement.place_ids or announcement._places_for(person):
            return None
        return NotAllowed(
            self.env._(
                "These places are kept for: %(asked)s.",
                asked="; ".join(place._format() for place in self.place_ids),
            ),
            rule="place",
        )

    # === WAITING LIST AND GAPS === #

    def _promote(self):
        """Offer each free place to the first of the waiting list whom it fits."""
        for announcement in self:
            if not announcement._waiting():
                continue
            # Places given back at once are offered one after the other.
            announcement._lock()
            while announcement._has_place():
                first = announcement._waiting().filtered(
                    lambda deal, announcement=announcement: announcement._has_place(
                        deal.replier_person_id
                    )
                )[:1]
                if not first:
                    break
                first._offer_place()
                announcement.invalidate_recordset(["places_used", "places_left"])
                if not announcement.places:
                    break

    def _waiting(self):
        """Return the deals on the waiting list, in the order in which they came."""
        return self.deal_ids.filtered(lambda deal: deal.state == "waiting").sorted("id")

    def _alert(self, deal):
        """Show that help is needed now: ``deal`` was cancelled late (sudo)."""
        self.cancelled_late = True
        (self.author_id | self.task_id.reviewer_partner_id)._wezer_notify(
            "cancelled_late",
            _lt(
                "%(name)s cancelled at short notice: %(title)s. Can someone step in?",
                name=deal.replier_id.name,
                title=self.title,
            ),
            url=f"/market/{self.slug}",
            record=self,
        )

    def _close_gap(self):
        gaps = self.filtered("cancelled_late")
        if gaps:
            gaps.cancelled_late = False
            self.env["wezer.notice"].sudo()._settle(gaps, ["cancelled_late"])

    # === ANSWERS === #

    def _answers(self):
        """Return the answers on which nothing was agreed yet."""
        return self.deal_ids.filtered(lambda deal: deal.state in NEGOTIATING)

    def _live_answers(self):
        """Return the deals and answers that have not ended."""
        return self.deal_ids.filtered(lambda deal: deal.state != "ended")

    def _takes_answers(self):
        """Return whether it is open or full, and its last day is not over."""
        self.ensure_one()
        today = days.today(self.env, self.company_id)
        return self.state in LISTED and not (self.expiry and self.expiry < today)

    def _why_closed(self):
        """Return why nobody can answer now, in a sentence; "" where people can.

        The page shows it instead of a button, and an answer is refused with it.
        """
        announcement = self.sudo()
        state, reason = announcement.state, announcement.end_reason
        if announcement._takes_answers():
            if state == "full" and not announcement.waiting_list:
                return self.env._("All places are taken.")
            return ""
        if state == "draft":
            return self.env._("This is a draft. Nobody can answer until it is posted.")
        if state == "paused":
            return self.env._("This is paused. It takes no answers at the moment.")
        if reason == "settled":
            return self.env._("This is closed. Everything that was asked for is done.")
        if state in LISTED or (reason == "expired" and announcement.expiry):
            return self.env._(
                "This is closed. It took answers until %(day)s.",
                day=days.format_day(self.env, announcement.expiry),
            )
        return self.env._("This is closed. It takes no more answers.")

    def _closed_refusal(self, closed):
        announcement = self.sudo()
        return Refusal(
            closed,
            rule="places" if announcement._takes_answers() else "state",
            value=announcement.state,
            limit=str(announcement.places),
        )

    def _answered_refusal(self, replier):
        """Return why ``replier`` cannot answer again: an answer of theirs is live."""
        live = self.deal_ids.filtered(
            lambda deal: deal.replier_id == replier and deal.state in LIVE
        )
        if not live:
            return None
        return Refusal(self.env._("You have already answered."), rule="answered")

    def _personal_refusal(self, person):
        """Return why ``person`` cannot answer, whoever they would act for."""
        return self.sudo()._cap_refusal(person) or self._kept_refusal(person)

    def _own_refusal(self):
        return NotAllowed(self.env._("This is your own announcement."), rule="own")

    def _taken_refusal(self):
        return Refusal(
            self.env._("All places are taken."), rule="places", limit=str(self.places)
        )

    def _why_not_me(self):
        """Return why the user cannot answer, in a sentence; "" where they can."""
        user = self.env.user
        if not user._wezer_may_act():
            if user.partner_id._wezer_profile().state == "pending":
                return self.env._(
                    "You can answer once your membership has been accepted."
                )
            return self.env._("You cannot answer while your membership is not active.")
        refusal = self._personal_refusal(user.partner_id)
        return refusal.args[0] if refusal else ""

    def _authorise_answer(self, acting_partner_id, version=None):
        """Check that the user may answer, and lock; return the replier."""
        self.check_access("read")
        self.ensure_one()
        user = self.env.user
        replier = user.partner_id
        if acting_partner_id:
            replier = payload.record(self.env, "res.partner", acting_partner_id)
            replier = replier.sudo().exists()
        user._check_acts_for(replier, "market")
        user._wezer_log_acting(replier, "market", "answer", self)
        announcement = self.sudo()
        if replier == announcement.author_id:
            raise self._own_refusal()
        announcement._lock()
        closed = announcement._why_closed()
        if closed:
            raise self._closed_refusal(closed)
        if version and str(version) != str(announcement.version):
            raise Refusal(
                self.env._("This was changed in the meantime. Please read it again."),
                rule="version",
                value=str(version),
                limit=str(announcement.version),
            )
        refusal = announcement._answered_refusal(replier)
        if refusal:
            raise refusal
        announcement._check_cap(user.partner_id)
        refusal = self._kept_refusal(user.partner_id)
        if refusal:
            raise refusal
        return replier

    @locks.in_line("announcement")
    def action_claim(
        self,
        version: int | None = None,
        message: str = "",
        currency_id: int | None = None,
        acting_partner_id: int | None = None,
    ) -> int:
        """Take it as announced. First come: agreed at once, if there is a place.

        :param version: the version that was shown
        :param currency_id: which one, where one of several is asked for
        :return: id of the deal
        """
        replier = self._authorise_answer(acting_partner_id, version)
        try:
            return self._claim(replier, message, currency_id)
        except Refusal:
            self._pause_after_refusal()
            raise

    def _claim(self, replier, message, currency_id):
        """Make the deal of a claim, once it is known who claims."""
        announcement = self.sudo()
        if announcement.kind == "offer" and announcement.price_line_ids:
            self.env.user._check_acts_for(replier, "wallet")
        place = (
            announcement._has_place(self.env.user.partner_id)
            and announcement.state == "open"
        )
        if not place and not announcement.waiting_list:
            raise announcement._taken_refusal()
        deal = announcement._make_deal(
            replier,
            announcement._announced_terms(message, currency_id),
            "open" if place else "waiting",
            "author" if place else False,
        )
        deal._log("claim", replier, message)
        if not place:
            return deal.id
        if announcement.claim_mode == "first_come":
            deal._accept_terms(replier)
        else:
            deal._notify(
                announcement.author_id,
                "claim",
                _lt(
                    "%(name)s is available: %(title)s",
                    name=replier.name,
                    title=announcement.title,
                ),
            )
        return deal.id

    def action_propose(self, vals: dict, acting_partner_id: int | None = None) -> int:
        """Answer with terms of one's own; the author answers next.

        :param vals: ``quantity``, ``prices`` ``{currency id: total as text}``,
            ``date_start``, ``date_due``, ``steps``, ``done_when``, ``message``
        :return: id of the deal
        """
        replier = self._authorise_answer(acting_partner_id)
        announcement = self.sudo()
        if announcement.kind == "offer":
            self.env.user._check_acts_for(replier, "wallet")
        if not announcement._has_place(self.env.user.partner_id):
            raise announcement._taken_refusal()
        terms = announcement._announced_terms()
        terms.update(self.env["wezer.terms"]._checked_vals(vals))
        announcement._check_price_mode(terms["price_line_ids"])
        self.env["wezer.terms"]._check_due(terms["date_due"], announcement.date_end)
        deal = announcement._make_deal(replier, terms, "open", "author")
        deal._log("propose", replier, terms.get("message"))
        deal._notify(
            announcement.author_id,
            "terms",
            _lt(
                "%(name)s proposes terms: %(title)s",
                name=replier.name,
                title=announcement.title,
            ),
        )
        return deal.id

    def _check_price_mode(self, commands):
        """Enforce ``one``/``all``: the currencies of an answer are those asked for."""
        asked = self.price_line_ids.wezer_currency_id
        given = {
            command[2]["wezer_currency_id"] for command in commands if command[0] == 0
        }
        if not asked or not given:
            return
        if self.price_mode == "one" and (
            len(given) != 1 or not given <= set(asked.ids)
        ):
            raise Refusal(
                self.env._("Choose one of the currencies asked for."), rule="price_mode"
            )
        if self.price_mode == "all" and given != set(asked.ids):
            raise Refusal(
                self.env._("The price has to include all the currencies asked for."),
                rule="price_mode",
            )

    def _announced_terms(self, message="", currency_id=None):
        """Return the values of terms as they are announced."""
        self.ensure_one()
        lines = self.price_line_ids
        if self.price_mode == "one" and len(lines) > 1:
            chosen = lines.filtered(
                lambda line: line.wezer_currency_id.id == currency_id
            )
            if currency_id and not chosen:
                raise Refusal(
                    self.env._("This currency is not asked for."), rule="price_mode"
                )
            lines = chosen or lines[:1]
        return {
            "quantity": self.quantity,
            "price_line_ids": [
                Command.create(
                    {
                        "wezer_currency_id": line.wezer_currency_id.id,
                        "total_minor": line._total(self.quantity),
                    }
                )
                for line in lines
            ],
            "date_start": self.date_start,
            "date_due": self.date_end,
            "steps": self.steps,
            "done_when": self.done_when,
            "message": payload.text(self.env, message, MESSAGE_MAX),
        }

    def _worker_is_author(self):
        """Return whether the author works (an offer), not the replier (a want)."""
        self.ensure_one()
        return self.kind == "offer"

    def _make_deal(self, replier, terms_vals, state, turn):
        """Create the deal of an answer (sudo), with its first terms."""
        works = self.author_id if self._worker_is_author() else replier
        pays = replier if self._worker_is_author() else self.author_id
        person = self.env.user.partner_id
        deal = (
            self.env["wezer.deal"]
            .sudo()
            .create(
                {
                    "announcement_id": self.id,
                    "author_id": self.author_id.id,
                    "replier_id": replier.id,
                    "replier_person_id": person.id,
                    "payer_id": pays.id,
                    "payee_id": works.id,
                    "state": state,
                    "turn": turn,
                    "company_id": self.company_id.id,
                    "date_state": fields.Datetime.now(),
                    # The writer of an offer speaks for the side that works.
                    "conflicted_ids": [
                        Command.set(
                            self.person_id.ids if works == self.author_id else []
                        )
                    ],
                }
            )
        )
        deal._add_round("replier", replier, terms_vals)
        # Whoever answers needs no notice of a match any more, whatever comes of it.
        notices = self.env["wezer.notice"].sudo()
        notices.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("kind", "=", "match"),
                ("partner_id", "in", (replier | person).ids),
                ("settled", "=", False),
            ]
        ).settled = True
        return deal

    # === ATTENDANCE === #

    def _expected_text(self):
        """Return how many of those who agreed will come, for the author only.

        Computed from what became of their earlier commitments (``wezer_reputation``).
        Members who share no reputation, or have none, count as new; where nothing is
        known of anybody the text is empty.
        """
        self.ensure_one()
        announcement = self.sudo()
        begins = announcement.date_start
        if not begins or begins < fields.Datetime.now():
            return ""
        if not self.env.user._acts_for(announcement.author_id, "market"):
            return ""
        coming = announcement.deal_ids.filtered(lambda deal: deal.state in COMING)
        people = coming.replier_id
        seen = people.with_user(self.env.user)._wezer_reputation_seen()
        known = {
            partner: reliability[0]
            for partner in people & seen
            if (reliability := partner.sudo()._wezer_reliability())
        }
        if not known:
            return ""
        expected = sum(
            known.get(deal.replier_id, UNKNOWN_RELIABILITY) for deal in coming
        )
        return self.env._(
            "About %(expected)s of %(count)s will come, judging by past attendance.",
            count=len(coming),
            expected=round(expected),
        )

    def action_attendances(
        self, outcomes: dict, acting_partner_id: int | None = None
    ) -> bool:
        """Record for several at once whether they came.

        :param outcomes: ``{deal id: outcome}``, see
            :meth:`wezer.deal.action_attendance`
        """
        self.check_access("read")
        self.ensure_one()
        if not isinstance(outcomes, dict):
            raise Refusal(
                self.env._("Choose the person and whether they came."), rule="data"
            )
        deals = {
            str(deal.id): deal
            for deal in self.env["wezer.deal"].search(
                [("announcement_id", "=", self.id)]
            )
        }
        for key, outcome in sorted(outcomes.items(), key=str):
            if str(key) not in deals:
                raise Refusal(
                    self.env._("This deal belongs to another announcement."),
                    rule="deal",
                )
            deals[str(key)].action_attendance(outcome, acting_partner_id)
        return True

    # === CAP ON OPEN CLAIMS === #

    def _claim_caps(self):
        """Return the caps on a person's open claims here.

        :return: ``(cap, group, domain of the claims that count)``; the community's has
            an empty group
        """
        if self.kind != "want":
            return []
        groups = self.env["wezer.group"]
        caps = [(self.company_id.wezer_claims_cap, groups, [])]
        group = groups._of_partner(self.author_id)
        if group:
            cap, circle = group._policy("claims_cap")
            if cap:
                inside = circle._partners_inside()
                caps.append(
                    (cap, circle, [("announcement_id.author_id", "in", inside)])
                )
        return [row for row in caps if row[0]]

    def _check_cap(self, person, but=None):
        """Cap the open claims of one person, of all they act for together.

        :param but: the deal that is being agreed, which does not count
        """
        caps = self._claim_caps()
        if caps:
            locks.hold(self.env, "claims", person.id)
            refusal = self._cap_refusal(person, but, caps)
            if refusal:
                raise refusal

    def _cap_refusal(self, person, but=None, caps=None):
        """Return why ``person`` may take on no more of this."""
        for cap, circle, domain in self._claim_caps() if caps is None else caps:
            claims = self._open_claims(person, but, domain)
            if claims < cap:
                continue
            seen = circle and circle.with_env(self.env)._wezer_with_visible_name()
            if seen:
                message = self.env._(
                    "%(name)s has too many open commitments in %(circle)s"
                    " (%(count)s). Finish one first.",
                    name=person.name,
                    count=claims,
                    circle=seen.name,
                )
            else:
                message = self.env._(
                    "%(name)s has too many open commitments (%(count)s). Finish one"
                    " first.",
                    name=person.name,
                    count=claims,
                )
            return Refusal(message, rule="cap", value=str(claims), limit=str(cap))
        return None

    def _open_claims(self, person, but=None, domain=()):
        """Return how many claims ``person`` has open, what is delivered left out."""
        return self.env["wezer.deal"].search_count(
            [
                ("replier_person_id", "=", person.id),
                ("state", "in", UNDELIVERED),
                ("announcement_id.kind", "=", "want"),
                ("id", "!=", but.id if but else 0),
                *domain,
            ]
        )

    # === SHORT OF MONEY (tools/money_shortage.py) === #

    def _pause_after_refusal(self):
        """Pause it where a claim is refused because the money does not suffice.

        The refusal undoes what its transaction did, so this is done after it, in a
        transaction of its own, by whichever entry point the claim came.
        """
        cr, number, registry = self.env.cr, self.id, self.env.registry

        def look():
            # Nothing may leave a callback of a cursor that is being closed: its
            # connection would never go back to the pool.
            try:
                with registry.cursor() as fresh:
                    env = api.Environment(fresh, SUPERUSER_ID, {})
                    env["wezer.announcement"].browse(number)._pause_if_short()
            except Exception:
                _logger.exception("announcement %s was not looked at", number)

        # A page answers the refusal and commits; a call by RPC is rolled back.
        cr.postcommit.add(look)
        cr.postrollback.add(look)

    def _pause_if_short(self):
        """Pause what its author could not pay one answer to."""
        for announcement in self.sudo().exists():
            if announcement.state == "open" and money_shortage.is_short(announcement):
                announcement._pause_for_money()

    def _pause_for_money(self):
        """Take no answers for the time being, and notify those who may pay."""
        if not self:
            return
        self.write({"state": "paused", "short_of_money": True})
        for author in self.author_id:
            wants = self.filtered(lambda want, author=author: want.author_id == author)
            author._wezer_notify(
                "short_of_money",
                _lt(
                    "Paused, because the price is more than can be paid now:"
                    " %(titles)s",
                    titles=wants[:5].mapped("title"),
                ),
                url=f"/market/{wants[0].slug}",
                record=wants[0],
                right="wallet",
            )

    def _resume_after_shortage(self):
        for announcement in self:
            announcement.write({"state": "open", "short_of_money": False})
            self.env["wezer.notice"].sudo()._settle(announcement, ["short_of_money"])
            announcement._after_change()

    def _forget_shortage(self):
        """Leave the pause to the author: no scheduled action opens it again."""
        announcements = self.sudo().filtered("short_of_money")
        if announcements:
            announcements.short_of_money = False
            self.env["wezer.notice"].sudo()._settle(announcements, ["short_of_money"])

    # === COMING AGAIN (tools/series.py) === #

    def _make_next(self):
        """Post this again one step later, places all free (sudo, by a schedule).

        It stays a draft where its writer may not publish it any more.
        """
        self.ensure_one()
        moments = series.next_moments(self)
        if not moments:
            self.repeat = False
            return self.browse()
        following = self.create({**self._prepare_next_vals(), **moments})
        self.next_id = following
        if following._writer_may_publish():
            following.write({"state": "open", "date_publish": fields.Datetime.now()})
        else:
            following._ask_to_publish()
        return following

    def _prepare_next_vals(self):
        """Return what the next one takes over; an addon with fields of its own adds."""
        return series.next_vals(self)

    def _writer_may_publish(self):
        """Return whether its writer still acts for the author, for money too."""
        user = self.person_id.user_ids[:1]
        if not user or not user._acts_for(self.author_id, "market"):
            return False
        return not self.with_user(user)._waits_for_wallet()

    # === FINDING (tools/search_*.py, tools/matchmaking.py) === #

    @api.model
    def _search_public(self, question: dict, offset: int = 0, limit: int = 20):
        """Return ``(announcements, count)`` as the user may see them.

        :param question: ``words``, ``kind``, ``category``, ``skill``, ``currency``,
            ``price_from`` and ``price_to`` (minor units), ``unpaid``, ``place`` (part
            of a name), ``centre`` (latitude, longitude) with ``km``, ``group``,
            ``author``, ``date_from``, ``date_to``, ``sort`` (one of ``SORTS``, or
            ``fits``: what fits the user first); what is empty does not count
        :return: the count is at most ``COUNTED`` + 1: more is not counted
        """
        counted = search_sql.COUNTED
        ids = search_sql.found_ids(self, question)
        if question.get("sort") == "fits" and not self.env.user._is_public():
            ids = matchmaking.fitting_first(self, ids, question, counted)
            ids = ids[: counted + 1]
        return self.browse(ids[offset : offset + limit]), len(ids)

    @api.model
    def _search_get_detail(self, website, order, options):
        """Let the website's search find announcements, by the market's own search."""
        detail = self._search_detail(
            Domain.TRUE, "search_text", "fa-bullhorn", name="title"
        )
        return {**detail, "corrects_words": True}

    @api.model
    def _search_fetch(self, search_detail, search, limit, order):
        if not search_words(search):
            return self.browse(), 0
        return self._search_public({"words": search}, limit=limit)

    @api.model
    def _search_url(self, slug):
        return f"/market/{slug}"

    def _default_website_meta(self):
        """Extend Odoo's: shared links have title, text and picture of the announcement.

        A reader who may not see it gets none of them: the page is not found.
        """
        meta = super()._default_website_meta()
        graph, twitter = meta["default_opengraph"], meta["default_twitter"]
        title = f"{self.title} | {graph['og:site_name']}"
        graph["og:title"] = twitter["twitter:title"] = title
        graph["og:type"] = "article"
        described = " · ".join(
            filter(
                None,
                [
                    self._price_chip().text,
                    self.city,
                    html2plaintext(self.description or "", include_references=False),
                ],
            )
        )
        described = shortened(described, DESCRIBED_LENGTH)
        meta["default_meta_description"] = described
        graph["og:description"] = twitter["twitter:description"] = described
        # The image is the first picture's: nothing is asked of files.
        if self.picture_ids:
            image = self.env["website"].image_url(self, "image_1024")
            graph["og:image"] = twitter["twitter:image"] = image
            graph["og:image:alt"] = self.picture_ids[:1]._alternative()
        return meta

    @api.model
    def _search_near_misses(self, question: dict, limit: int = 4):
        """Return what is nearest to a question that finds nothing: less is asked."""
        for kept in (
            ("words", "category", "skill", "kind"),
            ("category", "skill"),
            ("kind",),
        ):
            less = {name: question[name] for name in kept if question.get(name)}
            if less and (found := self._search_public(less, 0, limit)[0]):
                return found
        return self.browse()

    def _fitting(self, limit: int, helper: matchmaking.Helper | None = None):
        """Return the open wants that fit the user, the best first.

        They are read together with the announcements that it is called on.
        """
        # Where it is full, one would only wait.
        only_open = [("state", "=", "open")]
        fits = matchmaking.fitting_wants(self.browse(), limit, only_open, helper, self)
        return self.browse([want.id for want, _reasons in fits])

    def _fitting_members(self, limit: int = 10) -> list[tuple]:
        """Return ``(profile, sentence)`` of members who fit this want, the best first.

        :raise NotAllowed: where the user does not act for the author
        """
        self.ensure_one()
        self.env.user._check_acts_for(self.sudo().author_id, "market")
        return matchmaking.fitting_members(self, limit)

    # === WHAT PAGES SHOW === #

    def _cards(self, centre=None) -> list[dict]:
        """Return what the card of each shows; see ``tools/announcement_cards.py``."""
        return announcement_cards.cards(self, centre)

    def _shown_author(self):
        """Return the party whose name the user reads here; empty where nobody's."""
        self.ensure_one()
        return announcement_cards.shown_authors(self)[self.sudo().author_id]

    def _candidates(self) -> list[dict]:
        """Return who answered and waits, for those who act for the author; else none.

        Sorted by rank: who is known by many comes before who had one good deal; those
        who are new or show no score stand beside the mean, in their order, and those
        whom no trust reaches after them.

        :return: dicts ``deal``, ``partner``, ``score``
        """
        self.ensure_one()
        announcement = self.sudo()
        if not self.env.user._acts_for(announcement.author_id, "market"):
            return []
        deals = announcement._answers().sorted("id")
        # As the user sees them: a score that is not shared is not read here.
        scores = deals.replier_id.sudo(False)._wezer_scores()
        # Who is known here shows nothing about anybody but in this order.
        known = deals.replier_id._wezer_known_ids()
        rows = [
            {
                "deal": deal,
                "partner": deal.replier_id,
                "score": scores[deal.replier_id.id],
            }
            for deal in deals
        ]
        return sorted(
            rows,
            key=lambda row: (-row["score"]["rank"], row["partner"].id not in known),
        )

    def _revealed_assessments(self):
        """Return the revealed assessments of the deals on this announcement."""
        self.ensure_one()
        return self.env["wezer.assessment"]._about(self)

    def _format_quantity(self, quantity: float) -> str:
        """Return a quantity as people read it: hours and minutes, or pieces."""
        self.ensure_one()
        if self.unit == "hour":
            minutes = round(quantity * 60)
            return f"{minutes // 60}:{minutes % 60:02d} h"
        if quantity == 1:
            one = {"piece": self.env._("1 piece"), "time": self.env._("1 time")}
            return one[self.unit]
        units = dict(self._fields["unit"]._description_selection(self.env))
        return f"{quantity:g} {units[self.unit]}"

    def _quantity_text(self) -> str:
        """Return the quantity as a form shows it, to be read back as it was."""
        return decimal_text(self.quantity)

    def _todo_row(self, section, text, button, due):
        """Return a row of a to-do list that leads here; see ``res.users``."""
        self.ensure_one()
        return {
            "section": section,
            # The author: whoever acts for it sees its face.
            "partner": self.sudo().author_id,
            "text": text,
            "url": f"/market/{self.slug}",
            "button": button,
            "due": due,
        }

    # === SCHEDULED ACTIONS === #

    @api.model
    def _cron_expire(self):
        """Close what has reached its closing day; remind the authors of what will."""
        published = Domain("state", "in", PUBLISHED)
        over = days.passed(self.env, "expiry")
        for_each_due(
            self, published & over, lambda announcement: announcement._end("expired")
        )
        closing = (
            published
            & Domain("expiry_reminder_sent", "=", False)
            & ~over
            & days.passed(self.env, "expiry", timedelta(days=REMIND_DAYS) + days.DAY)
        )
        for_each_due(
            self, closing, lambda announcement: announcement._remind_of_closing()
        )

    def _remind_of_closing(self):
        self.author_id._wezer_notify(
            "expiring",
            _lt(
                "“%(title)s” closes on %(day)s. Renew it if you still need it.",
                title=self.title,
                day=self.expiry,
            ),
            url=f"/market/{self.slug}",
            record=self,
            right="market",
        )
        if self.state in LISTED:
            self.sudo().favourite_ids._notify(
                _lt(
                    "“%(title)s”, one of your favourites, closes on %(day)s.",
                    title=self.title,
                    day=self.expiry,
                )
            )
        self.expiry_reminder_sent = True

    @api.model
    def _cron_repeat(self):
        """Post the next one of what comes again, once its day has come."""
        due = [
            ("repeat", "!=", False),
            ("next_id", "=", False),
            ("date_start", "<=", fields.Datetime.now()),
            ("state", "!=", "draft"),
            # Whoever closes it wants no more of it.
            "|",
            ("end_reason", "=", False),
            ("end_reason", "!=", "closed"),
        ]
        for_each_due(self, due, lambda announcement: announcement._make_next())

    @api.model
    def _cron_money(self):
        """Pause what cannot be paid now, open again what can."""
        short, payable = money_shortage.short_and_payable(self.env)
        domain = [("id", "in", short), ("state", "=", "open")]
        if for_each_due(self, domain, lambda want: want._pause_for_money()):
            domain = [("id", "in", payable), ("short_of_money", "=", True)]
            for_each_due(self, domain, lambda want: want._resume_after_shortage())

    def _notice_party(self, _reader):
        """Return the party whose face a notice about this announcement shows."""
        return self.author_id
