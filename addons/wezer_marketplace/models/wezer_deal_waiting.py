from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days


class WezerAnnouncement(models.Model):
    """The waiting list: who came first has the place that comes free, for a time."""

    _inherit = "wezer.announcement"

    def _promote(self):
        """Offer each free place to the first of the waiting list whom it fits."""
        for announcement in self:
            if not announcement._waiting():
                continue
            # Places given back at once are offered one after the other.
            announcement._lock()
            while announcement._has_place():
                first = announcement._waiting().filtered(
                    lambda deal, one=announcement: one._has_place(
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
        """Return who waits, in the order in which they came."""
        return self.deal_ids.filtered(lambda deal: deal.state == "waiting").sorted("id")

    def _end(self, reason):
        """Tell those who had answered and have no agreement."""
        answers = self.deal_ids.filtered(lambda deal: deal.state in ("open", "waiting"))
        result = super()._end(reason)
        for deal in answers:
            deal._notify_all(
                "over",
                lambda env, deal=deal: env._(
                    "It has ended without you this time: %(title)s", title=deal.title
                ),
                but=deal.author_id,
            )
        return result


class WezerDeal(models.Model):
    _inherit = "wezer.deal"

    # === A PLACE THAT COMES FREE === #

    def _offer_place(self):
        """Give a waiting answer the free place, held until its deadline.

        Where the author chooses, it is his turn: nothing is held, and nobody
        has committed his money yet.
        """
        self.ensure_one()
        self._log("place", self.replier_id)
        if self.announcement_id.claim_mode == "choose":
            self._set_state("open", turn="author")
            self._notify(
                self.author_id,
                "claim",
                lambda env: env._(
                    "%(name)s is available: %(title)s",
                    name=self.replier_id.name,
                    title=self.title,
                ),
            )
            return
        self._set_state("open", turn="replier", hold_until=self._hold_deadline())
        self._notify(
            self.replier_id,
            "place",
            lambda env: env._(
                "A place is free for you until %(when)s: %(title)s",
                when=days.format_moment(env, self.hold_until),
                title=self.title,
            ),
        )

    def _hold_deadline(self):
        """Return until when a place is held: never beyond the beginning."""
        now = fields.Datetime.now()
        until = now + timedelta(hours=max(self.company_id.wezer_hold_hours, 1))
        begins = self.announcement_id.date_start
        return min(until, begins) if begins and begins > now else until

    def _is_held(self):
        return bool(self.hold_until and self.hold_until > fields.Datetime.now())

    def _accept_terms(self, party):
        """Take the place only in time: then it is the next one's."""
        deal = self.sudo()
        if deal.hold_until and not deal._is_held():
            raise Refusal(
                self.env._("The time to take this place is over."),
                rule="deadline",
                limit=fields.Datetime.to_string(deal.hold_until),
            )
        return super()._accept_terms(party)

    # === CLOCK === #

    @api.model
    def _clocks(self, now):
        held = [("state", "=", "open"), ("hold_until", "<=", now)]
        return [(held, "_lapse"), *super()._clocks(now)]

    def _lapse(self, now):
        """The place was held long enough: the next one has it.

        Who proposed other terms in time is still answered, without a place.
        """
        self.announcement_id._lock()
        if self.turn == "author":
            self.hold_until = False
            self.announcement_id._after_change()
            return
        self._log("clock", self.replier_id)
        self._finish("expired")
        self._notify(
            self.replier_id,
            "place_over",
            lambda env: env._(
                "The place held for you went on to the next: %(title)s",
                title=self.title,
            ),
        )

    # === WORDS === #

    def _turn_line(self):
        deal, me = self.sudo(), self._my_party()
        if deal.state == "waiting":
            return self._waiting_line(me)
        if deal.state == "open" and deal._is_held() and me == deal.replier_id:
            if deal.turn == "replier":
                return self._held_line()
        return super()._turn_line()

    def _waiting_line(self, me):
        """Say whose place in the line it is; the caller's own is told by number."""
        deal = self.sudo()
        if me != deal.replier_id:
            return self.env._("On the waiting list")
        before = deal.search_count(
            [
                ("announcement_id", "=", deal.announcement_id.id),
                ("state", "=", "waiting"),
                ("id", "<", deal.id),
            ]
        )
        if not before:
            return self.env._("You are the next on the waiting list")
        return self.env._(
            "You are on the waiting list, %(count)s before you", count=before
        )

    def _held_line(self):
        return self.env._(
            "Your turn: a place is held for you until %(when)s",
            when=days.format_moment(self.env, self.sudo().hold_until),
        )
