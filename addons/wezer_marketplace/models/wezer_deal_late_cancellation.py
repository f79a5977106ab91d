from odoo import fields, models

from odoo.addons.wezer_base.tools import days


class WezerAnnouncement(models.Model):
    """Somebody gave the work back shortly before it begins: a gap that is seen."""

    _inherit = "wezer.announcement"

    cancelled_late = fields.Boolean(
        string="Somebody fell out", copy=False, readonly=True, default=False
    )

    def _after_change(self):
        result = super()._after_change()
        for announcement in self.sudo().filtered("cancelled_late"):
            if announcement.state != "open" or not announcement._has_place():
                announcement._gap_is_closed()
        return result

    def _end(self, reason):
        self._gap_is_closed()
        return super()._end(reason)

    def _gap_is_closed(self):
        gaps = self.filtered("cancelled_late")
        if gaps:
            gaps.cancelled_late = False
            self.env["wezer.notice"].sudo()._settle(gaps, ["cancelled_late"])

    def _alert(self, deal):
        """Tell the author's people, and say on the card that help is needed now."""
        self.cancelled_late = True
        (self.author_id | self.task_id.reviewer_partner_id)._wezer_notify(
            "cancelled_late",
            lambda env: env._(
                "%(name)s fell out of what is soon: %(title)s. Who could stand in?",
                name=deal.replier_id.name,
                title=self.title,
            ),
            url=f"/market/{self.slug}",
            record=self,
        )


class ResUsers(models.Model):
    _inherit = "res.users"

    def _wezer_todo(self):
        """Add the gaps: what begins soon, and nobody does."""
        rows = super()._wezer_todo()
        gaps = self.env["wezer.announcement"].search(
            [
                ("author_id", "in", self._acting_ids("market")),
                ("cancelled_late", "=", True),
            ],
            limit=20,
        )
        urls = {f"/market/{one.slug}" for one in gaps}
        rows = [row for row in rows if row["url"] not in urls]
        for one in gaps:
            text = self.env._("“%(title)s”: somebody fell out", title=one.title)
            due = days.day_of(self.env, one.date_start)
            rows.append(one._todo_row("now", text, self.env._("See who fits"), due))
        return rows
