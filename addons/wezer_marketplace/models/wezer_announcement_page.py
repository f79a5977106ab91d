from odoo import models


class WezerAnnouncement(models.Model):
    """What the market's pages show of an announcement, and to whom."""

    _inherit = "wezer.announcement"

    def _author_shown(self):
        """Return whose name the caller may read here; empty where nobody's.

        Visitors read names only where the community says so, or where the author
        is the community itself or a group that visitors see.
        """
        self.ensure_one()
        author = self.sudo().author_id
        if not self.env.user._is_public():
            return author
        if (
            self.env.company.sudo().wezer_visitors_see_members
            or author == self.env.company.sudo().partner_id
            or self.env["wezer.group"].search_count([("partner_id", "=", author.id)])
        ):
            return author
        return author.browse()

    def _cards(self, centre=None):
        """Return what the card of each announcement says to the caller.

        :param centre: where distances are counted from, ``(latitude, longitude)``;
            for a member his own place where left out
        """
        public = self.env.user._is_public()
        authors = self.sudo().author_id
        scores = {} if public else authors._wezer_scores()
        helper = None if public else self._helper_side()
        reasons = {} if public else self._reasons(helper, near=False)
        centre = centre or (helper and helper.place)
        shown = {one.id: one._author_shown() for one in self}
        # One question for all: a rule asks a lot each time.
        profiles = {
            profile.sudo().partner_id.id: profile
            for profile in self.env["wezer.profile"].search(
                [("partner_id", "in", [author.id for author in shown.values()])]
            )
        }
        return [
            {
                "one": one,
                # The display name guards the names of private groups.
                "name": shown[one.id].display_name or "",
                "profile": profiles.get(shown[one.id].id),
                "score": scores.get(one.sudo().author_id.id),
                "reason": reasons.get(one.id, ""),
                "km": one._say_distance(centre),
            }
            for one in self
        ]

    def _profile_shown(self):
        """Return the author's profile where the caller may open its page."""
        shown = self._author_shown()
        return self.env["wezer.profile"].search(
            [("partner_id", "in", shown.ids)], limit=1
        )

    def _say_quantity(self, quantity):
        """Return a quantity as people say it: hours and minutes, or pieces."""
        self.ensure_one()
        if self.unit == "hour":
            minutes = round(quantity * 60)
            return f"{minutes // 60}:{minutes % 60:02d} h"
        units = dict(self._fields["unit"]._description_selection(self.env))
        return f"{quantity:g} {units[self.unit]}"
