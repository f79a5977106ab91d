from odoo import models
from odoo.tools import SQL

from .wezer_deal import DEAL, LIVE, NEGOTIATING

# Something was done: a moderator has to decide.
JUDGED = DEAL.sources("escalate")


class ResPartner(models.Model):
    """A member's deals when he leaves, or merges two accounts."""

    _inherit = "res.partner"

    def _wezer_deals(self, *states):
        domain = ["|", ("author_id", "in", self.ids), ("replier_id", "in", self.ids)]
        if states:
            domain.append(("state", "in", states))
        return self.env["wezer.deal"].sudo().search(domain, order="id")

    def _wezer_announcements(self):
        return (
            self.env["wezer.announcement"]
            .sudo()
            .search([("author_id", "in", self.ids)], order="id")
        )

    def _wezer_personal_data(self):
        data = super()._wezer_personal_data()
        rows = self.env["wezer.personal.data"]
        deals = self._wezer_deals()
        data["announcements"] = rows._rows(
            self._wezer_announcements(),
            ["title", "kind", "description", "category_id", "skill_ids", "price_text"]
            + ["quantity", "unit", "places", "date_publish", "date_start", "date_end"]
            + ["city", "latitude", "longitude", "steps", "done_when", "state"],
        )
        data["deals"] = rows._rows(
            deals,
            ["title", "kind", "author_id", "replier_id", "payer_id", "payee_id"]
            + ["price_text", "state", "end_reason", "date_state", "date_due"]
            + ["date_accepted", "date_delivered", "date_paid", "delivered_quantity"]
            + ["delivery_note"],
        )
        data["terms"] = [
            {
                "deal": terms.deal_id.title,
                **rows._rows(
                    terms,
                    ["round", "partner_id", "quantity", "price_text", "date_start"]
                    + ["date_due", "steps", "done_when", "message", "date"],
                )[0],
            }
            for terms in deals.terms_ids.sorted("id")
        ]
        data["deal_history"] = [
            {
                "deal": event.deal_id.title,
                "date": event.date.isoformat(),
                "what": event.sentence,
                "note": event.note or "",
            }
            for event in deals.event_ids.sorted("id")
        ]
        data["deal_messages"] = [
            {
                "deal": message.deal_id.title,
                "date": message.date.isoformat(),
                "who": message.partner_id.name,
                "body": message.body,
            }
            for message in deals.message_line_ids.sorted("id")
        ]
        return data

    # === LEAVING === #

    def _wezer_leave_obstacles(self):
        rows = super()._wezer_leave_obstacles()
        for deal in self._wezer_deals(*LIVE):
            words = {
                "title": deal.title,
                "state": deal._state_label().lower(),
                "name": deal._other(self).name,
            }
            loose = deal.state in NEGOTIATING
            rows.append(
                {
                    "text": self.env._(
                        "“%(title)s” with %(name)s ends: nothing was agreed.", **words
                    )
                    if loose
                    else self.env._("“%(title)s” with %(name)s is %(state)s.", **words),
                    "url": f"/my/deals/{deal.id}",
                    "blocks": not loose,
                }
            )
        for announcement in self._wezer_announcements():
            if announcement.state != "ended":
                rows.append(
                    {
                        "text": self.env._(
                            "“%(title)s” will be closed.", title=announcement.title
                        ),
                        "url": f"/market/{announcement.slug}",
                        "blocks": False,
                    }
                )
        return rows

    def _wezer_leave_called(self, reason):
        """Call a moderator to what was delivered and is not settled."""
        result = super()._wezer_leave_called(reason)
        for deal in self._wezer_deals(*JUDGED):
            deal._lock()
            deal._call_moderator(self, reason)
        return result

    def _wezer_leave_release(self, reason):
        """Cancel agreed work that nobody began to check."""
        result = super()._wezer_leave_release(reason)
        for deal in self._wezer_deals("accepted"):
            deal.announcement_id._lock()
            deal._lock()
            deal._log("resolve", self.env.user.partner_id, reason)
            deal._cancel()
            deal._notify_all(
                "release",
                lambda env, deal=deal: env._(
                    "%(name)s leaves, and this ended: %(title)s",
                    name=self.name,
                    title=deal.title,
                ),
                but=self,
            )
        return result

    def _wezer_anonymise(self):
        announcements = self._wezer_announcements()
        for announcement in announcements.filtered(lambda one: one.state != "ended"):
            announcement._lock()
            announcement._end("closed")
        for deal in self._wezer_deals(*NEGOTIATING):
            deal._log("withdraw", self)
            deal._finish("withdrawn")
        # Nobody answered: nobody needs it.
        announcements.filtered(lambda one: not one.deal_ids).unlink()
        announcements.exists().write(
            {
                "description": False,
                "image_1920": False,
                "city": False,
                "latitude": 0,
                "longitude": 0,
            }
        )
        self._wezer_forget_deals()
        return super()._wezer_anonymise()

    def _wezer_forget_deals(self):
        """Delete what this party said; what was agreed stays."""
        self.env["wezer.deal.message"].sudo().search(
            [("partner_id", "in", self.ids)]
        ).unlink()
        self.env.flush_all()
        # In SQL: these rows refuse every ``write``, and no decision is changed.
        for table, column in (
            ("wezer_terms", "message"),
            ("wezer_deal_event", "note"),
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = NULL WHERE partner_id = %s OR person_id = %s",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    self.id,
                    self.id,
                )
            )
        self._wezer_deals().filtered(lambda deal: deal.payee_id == self).write(
            {"delivery_note": False}
        )
        self.env["wezer.terms"].invalidate_model(flush=False)
        self.env["wezer.deal.event"].invalidate_model(flush=False)

    # === TWO ACCOUNTS OF ONE PERSON === #

    def _wezer_merge_obstacles(self, target):
        said = super()._wezer_merge_obstacles(target)
        mine, theirs = self._wezer_deals(), target._wezer_deals()
        for deal in (mine & theirs).filtered(lambda one: one.state != "ended"):
            said.append(
                self.env._(
                    "They are the two sides of “%(title)s”: two accounts of one"
                    " person do not deal with each other.",
                    title=deal.title,
                )
            )
        live = {
            deal.announcement_id: deal
            for deal in theirs
            if deal.replier_id == target and deal.state in LIVE
        }
        for deal in mine:
            if (
                deal.replier_id == self
                and deal.state in LIVE
                and deal.announcement_id in live
            ):
                said.append(
                    self.env._(
                        "Both answered “%(title)s”: one answer is ended first.",
                        title=deal.title,
                    )
                )
        return said
