from odoo import models

from .wezer_deal import NEGOTIATING


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
        answers = self.deal_ids.filtered(lambda deal: deal.state in NEGOTIATING)
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
