from odoo import api, fields, models

from odoo.addons.wezer_base.tools import days, locks
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH, secret_slug, slugify

from .wezer_deal import HOLDING

# The market lists announcements in one of these.
LISTED = ("open", "full")


class WezerAnnouncement(models.Model):
    """Help wanted or offered, with what it is worth and how it will be done."""

    _name = "wezer.announcement"
    _description = "Announcement"
    _inherit = ["image.mixin", "wezer.slug.mixin", "wezer.record.mixin"]
    _order = "date_publish desc, id desc"
    _rec_name = "title"
    _wezer_titles = ("title",)

    title = fields.Char(required=True, size=TITLE_LENGTH)
    slug = fields.Char(required=True, copy=False)
    kind = fields.Selection(
        [("want", "Help wanted"), ("offer", "Offered")], required=True, default="want"
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
    places = fields.Integer(default=1, help="How many deals; 0 is unlimited.")
    quantity = fields.Float(default=1.0, help="Of each deal, in units.")
    unit = fields.Selection(
        [("hour", "hours"), ("piece", "pieces"), ("time", "times")],
        required=True,
        default="hour",
    )
    price_mode = fields.Selection(
        [("one", "One of these"), ("all", "All of these")], required=True, default="all"
    )
    price_line_ids = fields.One2many("wezer.announcement.price", "announcement_id")
    price_text = fields.Char(string="Price", compute="_compute_price_text")
    claim_mode = fields.Selection(
        [
            ("first_come", "Who comes first has it"),
            ("choose", "The author chooses"),
        ],
        required=True,
        default="first_come",
    )
    waiting_list = fields.Boolean(default=True)
    visibility = fields.Selection(
        [
            ("everyone", "Everybody, visitors too"),
            ("members", "Members"),
            ("groups", "Members of the groups named"),
        ],
        required=True,
        default="everyone",
    )
    group_ids = fields.Many2many("wezer.group", string="In the context of")
    task_id = fields.Many2one(
        "project.task", index="btree_not_null", ondelete="set null"
    )
    date_publish = fields.Datetime(string="Published", readonly=True)
    date_start = fields.Datetime()
    date_end = fields.Datetime()
    expiry = fields.Date(string="Closes on")
    city = fields.Char(string="Place")
    latitude = fields.Float(digits=(9, 6))
    longitude = fields.Float(digits=(9, 6))
    steps = fields.Text(help="How it will be done, one step a line.")
    done_when = fields.Text(help="What counts as done.")
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
    version = fields.Integer(default=1, help="Counts up when price or process change.")
    lock_version = fields.Integer(default=0)
    places_used = fields.Integer(compute="_compute_places")
    places_left = fields.Integer(string="Free places", compute="_compute_places")
    deal_ids = fields.One2many("wezer.deal", "announcement_id")
    answer_count = fields.Integer(string="Answers", compute="_compute_places")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _slug_uniq = models.UniqueIndex("(slug)", "This address is taken.")
    _places_positive = models.Constraint(
        "CHECK (places >= 0 AND quantity > 0)", "Places and quantity are above zero."
    )

    # === COMPUTE === #

    @api.depends("price_line_ids.unit_minor", "quantity", "price_mode")
    def _compute_price_text(self):
        for announcement in self:
            joiner = " + " if announcement.price_mode == "all" else self.env._(" or ")
            announcement.price_text = joiner.join(
                line.wezer_currency_id._format(line._total(announcement.quantity))
                for line in announcement.sudo().price_line_ids
            ) or self.env._("unpaid help")

    @api.depends("deal_ids.state", "deal_ids.hold_until", "places")
    def _compute_places(self):
        for announcement in self:
            # How many answered is told to all, who answered is not.
            deals = announcement.sudo().deal_ids
            used = announcement.sudo()._holding()
            announcement.places_used = len(used)
            announcement.places_left = max(announcement.places - len(used), 0)
            announcement.answer_count = len(
                deals.filtered(lambda deal: deal.state != "ended")
            )

    # === CRUD === #

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
        return super().create(vals_list)

    def write(self, vals):
        names = self._slug_names() if "title" in vals else {}
        dated = {"date_start", "date_end", "expiry"} & vals.keys()
        before = {one: (one.expiry, one._last_day()) for one in self if dated}
        result = super().write(vals)
        self._follow_name(names)
        for announcement, (expiry, last) in before.items():
            announcement._follow_last_day(expiry, last, "expiry" in vals)
        return result

    def _slug_name(self):
        self.ensure_one()
        return self.title

    def _new_slug(self):
        # Another announcement of this title may be hidden: an address tells nothing.
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

    def _check_closing_day(self, before):
        """Refuse a closing day in the past, unless it was that day before.

        :param dict before: the closing day of each announcement before
        """
        for announcement in self.sudo():
            day = announcement.expiry
            if day and day != before.get(announcement, False):
                days.check_not_past(
                    self.env, day, "expiry", company=announcement.company_id
                )

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

    # === HELPERS === #

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

    def _holding(self):
        """Return the deals that have a place: agreed ones, and those it is held for."""
        self.ensure_one()
        now = fields.Datetime.now()
        return self.deal_ids.filtered(
            lambda deal: (
                deal.state in HOLDING
                or (deal.state == "open" and deal.hold_until and deal.hold_until > now)
            )
        )

    def _has_place(self, person=None):
        """Say whether a place is free, where it is asked so for ``person``."""
        self.ensure_one()
        return not self.places or self.places_left > 0

    def _worker_is_author(self):
        """Who works: for an offer the author, for a want the replier."""
        self.ensure_one()
        return self.kind == "offer"

    def _after_change(self):
        """Follow the deals: full, open again where one falls through, ended."""
        for announcement in self.sudo():
            announcement.invalidate_recordset(["places_used", "places_left"])
            if announcement.state == "open" and not announcement._has_place():
                announcement.state = "full"
            elif announcement.state == "full" and announcement._has_place():
                announcement.state = "open"
            if announcement.state == "full":
                deals = announcement.deal_ids
                paid = deals.filtered(lambda deal: deal.state == "paid")
                if announcement.places and len(paid) >= announcement.places:
                    announcement.write({"state": "ended", "end_reason": "settled"})
            if announcement.state == "open":
                announcement._promote()
                if not announcement._has_place():
                    # What is free is held for who waited.
                    announcement.state = "full"
