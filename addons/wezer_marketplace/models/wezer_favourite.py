from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import locks
from odoo.addons.wezer_base.tools.numbers import record_id

# So many favourites a member has.
KEPT_MAX = 200


class WezerFavourite(models.Model):
    """An announcement that a member wants to find again; nobody else sees it."""

    _name = "wezer.favourite"
    _description = "Favourite"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    announcement_id = fields.Many2one(
        "wezer.announcement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _once = models.UniqueIndex(
        "(partner_id, announcement_id)", "This is one of your favourites already."
    )

    @api.model
    def keep(self, announcement_id: int) -> int:
        """Make an announcement that the user sees one of their favourites.

        :return: the id of the favourite; twice the same is kept once
        :raise NotAllowed: rule ``member`` for visitors and people who are none yet,
            ``see`` where the user does not see the announcement
        :raise Refusal: rule ``kept``, where there are too many
        """
        user = self.env.user
        user._wezer_check_standing()
        seen = self.env["wezer.announcement"].search(
            [("id", "=", record_id(announcement_id) or 0)]
        )
        if not seen:
            raise NotAllowed(
                self.env._("You cannot see this announcement."), rule="see"
            )
        locks.hold(self.env, "favourites", user.partner_id.id)
        # The user's own rows: members write nothing by themselves.
        own = self.sudo().search([("partner_id", "=", user.partner_id.id)])
        known = own.filtered(lambda favourite: favourite.announcement_id.id == seen.id)
        if known:
            return known.id
        if len(own) >= KEPT_MAX:
            raise Refusal(
                self.env._(
                    "You already have %(count)s favourites. Remove one of them first.",
                    count=len(own),
                ),
                rule="kept",
                value=str(len(own)),
                limit=str(KEPT_MAX),
            )
        return own.create(
            {"partner_id": user.partner_id.id, "announcement_id": seen.id}
        ).id

    @api.model
    def drop(self, announcement_id: int) -> bool:
        """Take an announcement out of the user's favourites; its notices go as well."""
        if self.env.user._is_public():
            raise NotAllowed(self.env._("This is not your favourite."), rule="own")
        me = self.env.user.partner_id
        kept = self.sudo().search(
            [
                ("partner_id", "=", me.id),
                ("announcement_id", "=", record_id(announcement_id) or 0),
            ]
        )
        # One's own, whatever became of the announcement meanwhile.
        self.env["wezer.notice"].sudo()._settle(
            kept.announcement_id, ["favourite"], people=me
        )
        kept.unlink()
        return True

    def _notify(self, message):
        """Tell those who keep it, see ``wezer.announcement._notice_readers``.

        :param message: a lazy sentence
        """
        notices = self.env["wezer.notice"].sudo()
        for announcement, kept in self.grouped("announcement_id").items():
            notices._leave(
                kept.partner_id,
                "favourite",
                message,
                url=f"/market/{announcement.slug}",
                record=announcement,
                subject="favourite",
            )

    @api.model
    def _among(self, announcements):
        """Return the ids of the user's favourites among ``announcements``, or None.

        None for visitors, who have no favourites. One query.
        """
        if self.env.user._is_public():
            return None
        own = self.search_fetch(
            [
                ("partner_id", "=", self.env.user.partner_id.id),
                ("announcement_id", "in", announcements.ids),
            ],
            ["announcement_id"],
        )
        return {favourite.announcement_id.id for favourite in own}
