from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.clock import each_due

# The author is reminded so many days before it closes.
REMIND_DAYS = 3
# Renewed for as long as it was meant to stand, but within these; days.
RENEW_MIN, RENEW_MAX, RENEW_DEFAULT = 7, 180, 30
STEPS = {
    "week": relativedelta(weeks=1),
    "fortnight": relativedelta(weeks=2),
    "month": relativedelta(months=1),
}


class WezerAnnouncement(models.Model):
    """Closing on its day, with a reminder; renewed in one click; coming again."""

    _inherit = "wezer.announcement"

    reminded = fields.Boolean(copy=False, readonly=True)
    repeat = fields.Selection(
        [
            ("week", "Every week"),
            ("fortnight", "Every two weeks"),
            ("month", "Every month"),
        ],
        help="When its day has come, the next one is posted.",
    )
    repeat_until = fields.Date(string="Comes again until")
    next_id = fields.Many2one(
        "wezer.announcement",
        copy=False,
        readonly=True,
        ondelete="set null",
        groups="wezer_base.group_administrator",
    )

    _repeat_idx = models.Index("(date_start) WHERE repeat IS NOT NULL")
    _expiry_idx = models.Index("(expiry) WHERE state IN ('open', 'full', 'paused')")

    # === RENEWING === #

    def action_renew(self, acting_partner_id=None):
        """Let it stand as long again, from today; what closed by itself opens again.

        :return: the new closing day
        """
        self._begin(acting_partner_id, "open", "full", "paused", "ended")
        announcement = self.sudo()
        if announcement.state == "ended" and announcement.end_reason != "expired":
            raise Refusal(
                self.env._("This was closed, or is all done."),
                rule="state",
                value=announcement.end_reason,
            )
        term = self._renewal_days()
        announcement.write(
            {
                "expiry": days.today(self.env, announcement.company_id)
                + timedelta(days=term),
                "reminded": False,
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
        announcement = self.sudo()
        if not (announcement.expiry and announcement.date_publish):
            return RENEW_DEFAULT
        published = days.day_of(
            self.env, announcement.date_publish, announcement.company_id
        )
        meant = (announcement.expiry - published).days
        return min(max(meant, RENEW_MIN), RENEW_MAX)

    def _may_be_renewed(self):
        """Say whether its page offers to renew it: it closes soon, or just has."""
        self.ensure_one()
        if not self.expiry:
            return False
        if self.state == "ended":
            return self.end_reason == "expired"
        soon = days.today(self.env) + timedelta(days=7)
        return self.state != "draft" and self.expiry <= soon

    @api.model
    def _cron_expire(self):
        """Close what has reached its day; remind the authors of what will."""
        result = super()._cron_expire()
        soon = timedelta(days=REMIND_DAYS)
        closing = (
            Domain("state", "in", ("open", "full", "paused"))
            & Domain("reminded", "=", False)
            & ~days.passed(self.env, "expiry")
            & days.passed(self.env, "expiry", soon + days.DAY)
        )
        each_due(self, closing, lambda one: one._remind_of_closing())
        return result

    def _remind_of_closing(self):
        self.author_id._wezer_notify(
            "expiring",
            lambda env: env._(
                "“%(title)s” closes on %(day)s: renew it where you still need it.",
                title=self.title,
                day=days.format_day(env, self.expiry),
            ),
            url=f"/market/{self.slug}",
            record=self,
            right="market",
        )
        self.reminded = True

    def _todo_row(self, section, text, button, due):
        self.ensure_one()
        return {
            "section": section,
            # Their own party: who acts for it sees its face.
            "partner": self.sudo().author_id,
            "text": text,
            "url": f"/market/{self.slug}",
            "button": button,
            "due": due,
        }

    def _end(self, reason):
        self.env["wezer.notice"].sudo()._settle(self, ["expiring"])
        return super()._end(reason)

    # === COMING AGAIN === #

    @api.model
    def _cron_repeat(self):
        """Post the next one of what comes again, once its day has come."""
        due = [
            ("repeat", "!=", False),
            ("next_id", "=", False),
            ("date_start", "<=", fields.Datetime.now()),
            ("state", "!=", "draft"),
            # Who closes it wants no more of it.
            "|",
            ("end_reason", "=", False),
            ("end_reason", "!=", "closed"),
        ]
        each_due(self, due, lambda one: one._make_next())

    def _make_next(self):
        """Post this again one step later, places all free (sudo: a clock's step).

        It stays a draft where who wrote it may not publish it any more.
        """
        self.ensure_one()
        moments = self._next_moments()
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

    def _next_moments(self):
        """Return the dates of the next one, None after the last.

        At the same hour of the day where the writer is, summer or winter; days that
        were missed (the machine stood still) are not caught up.
        """
        now = fields.Datetime.now()
        here = days.zone_called(self.person_id.tz) or days.community_zone(
            self.env, self.company_id
        )
        times, start = 0, self.date_start
        while start <= now:
            times += 1
            start = days.moved(self.date_start, STEPS[self.repeat] * times, here)
        last = self.repeat_until
        if last and days.day_of(self.env, start, self.company_id) > last:
            return None
        step = STEPS[self.repeat] * times
        return {
            "date_start": start,
            "date_end": self.date_end and days.moved(self.date_end, step, here),
            "expiry": self.expiry and self.expiry + step,
        }

    def _prepare_next_vals(self):
        """Return what the next one takes over; an addon with fields of its own adds."""
        names = (
            *("title", "kind", "description", "places", "quantity", "unit", "steps"),
            *("done_when", "price_mode", "claim_mode", "waiting_list", "visibility"),
            *("city", "latitude", "longitude", "image_1920", "repeat", "repeat_until"),
        )
        links = ("category_id", "author_id", "person_id", "company_id", "language_id")
        return {
            **{name: self[name] for name in names},
            **{name: self[name].id for name in links},
            "skill_ids": [(6, 0, self.skill_ids.ids)],
            "group_ids": [(6, 0, self.group_ids.ids)],
            "price_line_ids": [
                (
                    0,
                    0,
                    {
                        "wezer_currency_id": line.wezer_currency_id.id,
                        "unit_minor": line.unit_minor,
                    },
                )
                for line in self.price_line_ids
            ],
        }

    def _writer_may_publish(self):
        """Say whether who wrote it still acts for the author, for money where it is."""
        user = self.person_id.user_ids[:1]
        if not user or not user._acts_for(self.author_id, "market"):
            return False
        return not self.with_user(user)._waits_for_wallet()


class ResUsers(models.Model):
    _inherit = "res.users"

    def _wezer_todo(self):
        """Add what closes soon, and drafts that only who may pay can publish."""
        rows = super()._wezer_todo()
        market = self.env["wezer.announcement"]
        soon = days.today(self.env) + timedelta(days=REMIND_DAYS)
        mine = self._acting_ids("market")
        closing = market.search(
            [
                ("author_id", "in", mine),
                ("state", "in", ("open", "full", "paused")),
                ("expiry", "<=", soon),
            ],
            limit=20,
        )
        for one in closing.filtered(lambda one: one.state != "full"):
            text = self.env._("“%(title)s” closes", title=one.title)
            rows.append(one._todo_row("soon", text, self.env._("Renew it"), one.expiry))
        drafts = market.search(
            [
                ("author_id", "in", self._acting_ids("wallet")),
                ("author_id", "!=", self.partner_id.id),
                ("state", "=", "draft"),
            ],
            limit=20,
        )
        for one in drafts:
            text = self.env._("“%(title)s” waits to be published", title=one.title)
            rows.append(one._todo_row("now", text, self.env._("See it"), False))
        return rows
